"""Questions asked at every turn: their SQL is written once, by the ORM, and then only asked again with other values.

The ORM takes longer to write a query than a database to answer it. What stands here costs neither: PostgreSQL keeps the
plan, too (a prepared statement), where the connection's `prepare_threshold` lets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import update_wrapper
from typing import Any, Generic, TypeVar, get_type_hints

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")
Read = Callable[[Sequence[Any]], Iterator[Any]]
Slot = tuple[int, Callable[[Any], Any]]
"""Which of the values goes here, and how it is brought to the database."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A query as one database takes it; a parameter is a value's slot, or the same each time."""

    sql: str
    parameters: tuple[Slot | None, ...]
    constants: tuple[Any, ...]
    read: Read

    def with_values(self, values: Sequence[Any]) -> list[Any]:
        return [
            constant if slot is None else slot[1](values[slot[0]])
            for slot, constant in zip(self.parameters, self.constants, strict=True)
        ]


class Prepared(Generic[Row]):
    """A function that gives a queryset, called for its rows; its arguments are an `int`, a `str` or a `date` each.

    It may do nothing with a value but compare a column with it: what it gives is written down once and for all.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]]) -> None:
        self._make = make
        self._statements: dict[str, _Statement] = {}
        update_wrapper(self, make)

    def __call__(self, *values: Any) -> list[Row]:
        """Give the rows for these values; None is none of them."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        statement = self._statements.get(connection.vendor)
        if statement is None:
            statement = self._statements[connection.vendor] = self._written(connection)
        with _cursor(connection) as cursor:
            cursor.execute(statement.sql, statement.with_values(values))
            return list(statement.read(cursor.fetchall()))

    def first(self, *values: Any) -> Row | None:
        """Give the first row; None where there is none."""
        return next(iter(self(*values)), None)

    def _written(self, connection: Any) -> _Statement:
        """Have the query written for two sets of values: where the two differ, a value goes."""
        kinds = [kind for name, kind in get_type_hints(self._make).items() if name != "return"]
        samples = [[_sample(kind, 2 * place + turn) for place, kind in enumerate(kinds)] for turn in (0, 1)]
        (sql, one, query, compiler), (_sql, other, _query, _compiler) = (self._compiled(each) for each in samples)
        slots = tuple(
            None if first == second else self._slot(connection, samples, (first, second))
            for first, second in zip(one, other, strict=True)
        )
        return _Statement(sql, slots, tuple(one), _reader(query, compiler))

    def _compiled(self, values: Sequence[Any]) -> tuple[str, Sequence[Any], Any, Any]:
        query: Any = self._make(*values)
        compiler = query.query.get_compiler(using=DEFAULT_DB_ALIAS)
        return *compiler.as_sql(), query, compiler

    def _slot(self, connection: Any, samples: Sequence[Sequence[Any]], told: tuple[Any, Any]) -> Slot:
        for place, pair in enumerate(zip(*samples, strict=True)):
            for bring in (type(told[0]), connection.ops.adapt_datefield_value, _as_it_is):
                if _brought(bring, pair) == told:
                    return place, bring
        raise TypeError(f"{self._make.__qualname__} makes {told[0]!r} of a value; let it be told what it compares with")


def prepared(make: Callable[..., QuerySet[Any, Row]]) -> Prepared[Row]:
    """Make a function that gives a queryset one whose SQL is written once."""
    return Prepared(make)


def _sample(kind: type, number: int) -> Any:
    """Give a value that is in no query by itself."""
    return {int: 2_000_000_000 + number, str: f"\ue000{number}", date: date(9000, 1, 1) + timedelta(number)}[kind]


def _as_it_is(value: Any) -> Any:
    return value


def _brought(bring: Callable[[Any], Any], pair: tuple[Any, Any]) -> tuple[Any, Any] | None:
    try:
        return bring(pair[0]), bring(pair[1])
    except (TypeError, ValueError):
        return None


def _cursor(connection: Any) -> Any:
    """Give a cursor; on PostgreSQL one that sends values beside the statement, so that its plan can be kept.

    Where statements are logged it is the plain one, which can tell what it sent.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    cursor: Any = ServerBindingCursor
    return connection._prepare_cursor(cursor(connection.connection))


def _reader(query: Any, compiler: Any) -> Read:
    """Give what makes of the database's rows what the queryset would: its models, or tuples."""
    fields = [each[0] for each in compiler.select[: compiler.col_count]]
    converters = compiler.get_converters(fields)

    def rows(found: Sequence[Any]) -> Iterator[Any]:
        return compiler.apply_converters(found, converters) if converters else iter(found)

    if query._iterable_class is not ModelIterable:
        return lambda found: map(tuple, rows(found))
    told = compiler.klass_info
    model: type[Model] = told["model"]
    start, end = told["select_fields"][0], told["select_fields"][-1] + 1
    names = [each[0].target.attname for each in compiler.select[start:end]]
    populators: Any = get_related_populators
    related = populators(told, compiler.select, query.db)
    annotated = list(compiler.annotation_col_map.items()) if compiler.annotation_col_map else []

    def instance(row: Sequence[Any]) -> Model:
        made = model.from_db(query.db, names, row[start:end])
        for populator in related:
            populator.populate(row, made)
        for name, place in annotated:
            setattr(made, name, row[place])
        return made

    return lambda found: map(instance, rows(found))
