"""The query that computes derived facts: rows → repeats dropped → as of the day → totals by customer → facts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from creditpolicy.facts.canonical import TABLES, CanonicalColumn, CanonicalTable
from creditpolicy.facts.catalogue import CATALOGUE, FIGURES, SOURCES, figures_of, needed_columns, needed_of
from creditpolicy.facts.days import day_literals
from creditpolicy.facts.derived import Derived, Source, mentioned
from creditpolicy.model import Kind

LINE = "file_row_number"
"""The column that numbers the rows of a source; DuckDB gives it for Parquet under this name."""


@dataclass(frozen=True, slots=True)
class Given:
    """A table of dealings at hand: `relation` is what follows FROM, `columns` its columns and their types.

    The relation must have a column `file_row_number` that differs in every row and stays the same from scan to scan.
    """

    relation: str
    columns: Mapping[str, str]


def facts_query(
    names: Sequence[str],
    as_of: datetime.date,
    sources: Mapping[str, Given],
    *,
    currency: str | None = None,
    customers: str | None = None,
) -> str:
    """Write the query for the named facts; its result has `customer_id`, the facts, and `repeated.<table>` counts.

    Names that the given tables cannot answer come out as NULL. `customers` is a relation whose `customer_id` are the
    customers asked for (default: all that have a row on the day). One row without customer comes where there are none.
    """
    facts = [CATALOGUE[name] for name in names]
    can = [fact for fact in facts if computable(fact, sources)]
    tables = [_Table(name, given, can, currency) for name, given in sources.items() if _is_used(name, can)]
    stages: list[tuple[str, str, str]] = []
    for table in tables:
        stages += table.stages()
    stages.append(("listed", "客户", _listed(tables, customers)))
    stages.append(("figures", "每个客户的数字 (没有的为空)", _figures(can, tables)))
    stages.append(("repeats", "整行重复而去掉的行数", _repeats(tables)))
    written = ",\n".join(f"-- {note}\n{name} AS {_how(name)}(\n  {sql}\n)" for name, note, sql in stages)
    columns = ["customer_id", *(_fact(fact, can) for fact in facts), "repeats.*"]
    query = f"WITH\n{written}\n-- 事实\nSELECT\n  " + ",\n  ".join(columns) + "\nFROM repeats LEFT JOIN figures ON TRUE"
    return _with_days(query, as_of)


def _how(stage: str) -> str:
    # Reading a column store again is cheaper than keeping ten million rows between the stages; what is small is kept.
    if stage.endswith(("_rows", "_of_day", "_judged")):
        return "NOT MATERIALIZED "
    return "MATERIALIZED " if stage.endswith(("_keys", "_repeats", "_totals")) else ""


def computable(fact: Derived, sources: Mapping[str, Given]) -> bool:
    """Whether the given tables have all that a fact needs."""
    answers = [
        table in sources and all(name in sources[table].columns for name in names)
        for table, names in needed_columns(fact).items()
    ]
    return any(answers) if fact.any_source else all(answers)


def _is_used(table: str, facts: Sequence[Derived]) -> bool:
    return any(table in fact.sources for fact in facts)


def _with_days(query: str, as_of: datetime.date) -> str:
    for name, text in day_literals(as_of).items():
        query = query.replace("{" + name + "}", text)
    return query


def _fact(fact: Derived, can: Sequence[Derived]) -> str:
    if fact not in can:
        return f"CAST(NULL AS {fact.column_type}) AS {fact.id}"
    # A quotient and an amount have their exact type already.
    return f"{fact.sql} AS {fact.id}" if fact.scale else f"CAST({fact.sql} AS {fact.column_type}) AS {fact.id}"


def _figures(facts: Sequence[Derived], tables: Sequence[_Table]) -> str:
    """Join the totals of all tables; those of a table that is not given are NULL."""
    used = {table.name for table in tables}
    columns = ["customer_id", *(name for table in tables for name in table.end_totals)]
    texts = [*(fact.sql for fact in facts), *(FIGURES[name] for name in figures_of(facts))]
    for name, source in SOURCES.items():
        if name not in used:
            # Only days are asked of tables that may be absent: see `dealings`.
            columns += [f"CAST(NULL AS DATE) AS {total}" for total in mentioned(texts, source.totals)]
    columns += [f"{FIGURES[name]} AS {name}" for name in figures_of(facts)]
    joins = [f"LEFT JOIN {stage} USING (customer_id)" for table in tables for stage in table.ends]
    return "SELECT\n    " + ",\n    ".join(columns) + "\n  FROM " + "\n  ".join(["listed", *joins])


def _repeats(tables: Sequence[_Table]) -> str:
    counts = [
        f'(SELECT count(*) FROM {table.name}_repeats) AS "repeated.{table.name}"' for table in tables if table.key
    ]
    return "SELECT " + ", ".join(counts or ['0 AS "repeated"'])


def _listed(tables: Sequence[_Table], customers: str | None) -> str:
    if customers is not None:
        return f"SELECT DISTINCT customer_id FROM {customers} WHERE customer_id IS NOT NULL"
    if not tables:
        return "SELECT CAST(NULL AS VARCHAR) AS customer_id WHERE FALSE"
    return " UNION ".join(f"SELECT customer_id FROM {table.name}_totals" for table in tables)


class _Table:
    """The stages of one canonical table, with only what the facts need."""

    def __init__(self, name: str, given: Given, facts: Sequence[Derived], currency: str | None) -> None:
        self.name = name
        self.given = given
        self.table: CanonicalTable = TABLES[name]
        self.source: Source = SOURCES[name]
        self.currency = currency
        self.needed = needed_of(self.source, facts)

    @property
    def key(self) -> list[str]:
        """The columns by which repeats are sought; none where a number is wanted and there is none."""
        if self.table.numbered and "number" not in self.given.columns:
            return []
        return [name for name in self.table.key if name in self.given.columns]

    @property
    def ends(self) -> list[str]:
        """The stages with a row for each customer."""
        return [f"{self.name}_totals", *self.needed.extra]

    @property
    def end_totals(self) -> list[str]:
        """The columns of these stages."""
        return [*self.needed.totals, *(name for stage in self.needed.extra for name in self.source.extra[stage].totals)]

    def stages(self) -> Iterator[tuple[str, str, str]]:
        """Give name, note and SQL of each stage."""
        label = self.table.label.zh
        yield f"{self.name}_rows", f"{label}: 原样的行", self._rows()
        if self.key:
            yield f"{self.name}_keys", f"{label}: 出现多次的{self._key_label()}", self._keys()
            yield f"{self.name}_repeats", f"{label}: 其中整行相同的, 第二遍起", self._repeated()
        yield f"{self.name}_of_day", f"{label}: 截至这一天的行", self._of_day()
        yield f"{self.name}_judged", f"{label}: 去掉重复, 每行在这一天的情形", self._judged()
        yield f"{self.name}_totals", f"{label}: 每个客户的合计 (金额以分计)", self._totals()
        for stage in self.needed.extra:
            sql = self.source.extra[stage].sql
            for part in ("of_day", "judged", "totals"):
                sql = sql.replace(f"{{{part}}}", f"{self.name}_{part}")
            yield stage, f"{label}: 每个客户另算的", sql

    def _key_label(self) -> str:
        return "、".join(self.table.by_id[name].label.zh for name in self.key)

    def _rows(self) -> str:
        known = self.table.by_id
        columns = [LINE]
        for name, given in self.given.columns.items():
            column = known.get(name)
            typed = as_typed(column, given) if column is not None else quoted(name)
            columns.append(typed if typed in {name, quoted(name)} else f"{typed} AS {name}")
        return f"SELECT {', '.join(columns)}\n  FROM {self.given.relation}"

    def _key(self) -> str:
        # Half of the hash: a few more rows are compared whole, and grouping ten million costs a quarter less.
        return f"CAST(hash({', '.join(self.key)}) >> 32 AS UINTEGER)"

    def _numbered(self) -> str:
        return "number IS NOT NULL" if self.table.numbered else "TRUE"

    def _keys(self) -> str:
        # Rows are compared whole only where this key is shared: comparing all of them costs three times as much.
        rows = f"{self.name}_rows WHERE {self._numbered()}"
        return f"SELECT {self._key()} AS key FROM {rows} GROUP BY ALL HAVING count(*) > 1"

    def _repeated(self) -> str:
        whole = ", ".join(quoted(name) for name in self.given.columns)
        return (
            f"SELECT {LINE} FROM {self.name}_rows\n"
            f"  WHERE {self._numbered()} AND {self._key()} IN (SELECT key FROM {self.name}_keys)\n"
            f"  QUALIFY row_number() OVER (PARTITION BY {whole} ORDER BY {LINE}) > 1"
        )

    def _of_day(self) -> str:
        columns = [LINE]
        for name in self.needed.columns:
            if name not in self.given.columns:
                columns.append(f"CAST(NULL AS {self.table.by_id[name].sql_type}) AS {name}")
            elif name in self.source.adjusted and "status" in self.given.columns:
                columns.append(f"{self.source.adjusted[name]} AS {name}")
            else:
                columns.append(name)
        conditions = [f"{self.table.day} <= {{as_of}}"]
        conditions += [f"{name} IS NOT NULL" for name in self.table.required if name != self.table.day]
        if self.currency is not None and "currency" in self.given.columns:
            conditions.append(f"(currency IS NULL OR currency = {text(self.currency)})")
        return f"SELECT {', '.join(columns)}\n  FROM {self.name}_rows\n  WHERE {' AND '.join(conditions)}"

    def _judged(self) -> str:
        columns = [*self.needed.read, *(f"{self.source.row[name]} AS {name}" for name in self.needed.row)]
        source = f"{self.name}_of_day"
        if self.key:
            source += f"\n  WHERE {LINE} NOT IN (SELECT {LINE} FROM {self.name}_repeats)"
        return "SELECT\n    " + ",\n    ".join(columns) + f"\n  FROM {source}"

    def _totals(self) -> str:
        columns = ["customer_id", *(f"{self.source.totals[name]} AS {name}" for name in self.needed.totals)]
        return "SELECT\n    " + ",\n    ".join(columns) + f"\n  FROM {self.name}_judged\n  GROUP BY customer_id"


def as_typed(column: CanonicalColumn, given: str) -> str:
    """Bring a column to its canonical type; a binary float by way of its shortest decimal, so that 0.145 stays 0.145."""
    if given.replace(" ", "") == column.sql_type.replace(" ", ""):
        return column.id
    if column.kind.is_number and given in {"DOUBLE", "FLOAT"}:
        return f"TRY_CAST(CAST({column.id} AS VARCHAR) AS {column.sql_type})"
    if column.sql_type == "VARCHAR":
        return f"NULLIF(trim(CAST({column.id} AS VARCHAR)), '')"
    if column.kind is Kind.DATE and given.startswith("TIMESTAMP"):
        return f"CAST({column.id} AS DATE)"
    return f"TRY_CAST({column.id} AS {column.sql_type})"


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"
