"""Many customers rated at once: facts gathered by column, records put together from pieces that many have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from creditpolicy.customers import wanted_columns
from creditpolicy.explain import refusals
from creditpolicy.model import Kind as FactKind
from creditpolicy.plain import PlainReading, Rated
from creditpolicy.problems import Place, Problem
from creditpolicy.program import FactRule
from creditpolicy.tables import Column, read_value
from creditpolicy.tables.cells import Bad, Value
from xinheng.customers.models import Customer
from xinheng.policies.queries import prepared
from xinheng.ratings.facts.gathering import Gathered, gather
from xinheng.ratings.models import Batch, Refused, Standing
from xinheng.ratings.portfolio import portfolio
from xinheng.ratings.rating import before
from xinheng.ratings.record import Outcome, Writer, digest, figures
from xinheng.ratings.storing import Row
from xinheng.ratings.values import text_of

Made = tuple[list[Row], list[Refused]]


class Bulk:
    """A batch ready to rate part after part of its customers; writes nothing."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.ready = prepared(batch.version)
        self.program = program = self.ready.program
        self.writer = Writer(self.ready, batch.as_of)
        self.portfolio = portfolio(batch.version, on=batch.as_of)
        self.reading = PlainReading(program, as_of=batch.as_of, portfolio=self.portfolio)
        self.readers = {column.id: _Exact(program.fact[column.id], column) for column in wanted_columns(program)}
        ranked = any(figure.figure == "percentile" for figure in program.portfolio_figures)
        self._figures = None if ranked else figures(program, self.portfolio, {})
        self._codes: dict[Any, str] = {}

    def part(self, customers: Sequence[Customer]) -> Made:
        """Rate some customers: the ratings to store, and those that could not be rated, with the reason."""
        made: list[Row] = []
        refused: list[Refused] = []
        found = gather(customers, self.batch.version, on=self.batch.as_of)
        standings = self._standings(customers)
        rows = self._rows(found)
        for customer in customers:
            facts, sources, problems = rows[customer.pk]
            rated = None if problems else self.reading.rate(facts)
            if rated is not None and rated.grade is not None:
                made.append(self._made(customer, rated, sources, standings.get(customer.pk)))
            else:
                found_wanting = problems if rated is None else refusals(self.reading, rated, Place())
                refused.append(self._refused(customer, found_wanting))
        return made, refused

    def _rows(self, found: Gathered) -> dict[int, tuple[dict[str, Any], dict[str, str], list[Problem]]]:
        """Turn the columns of facts into rows: values, sources, and what cannot be used of each customer."""
        rows: dict[int, tuple[dict[str, Any], dict[str, str], list[Problem]]] = {
            customer.pk: ({}, {}, []) for customer in found.customers
        }
        codes, used = self._codes, self.program.used | {self.program.key}
        for name, known in found.facts.items():
            exact, kept, counts = self.readers[name], name in self.writer.kept, name in used
            for key, (value, told) in known.items():
                facts, sources, problems = rows[key]
                read = exact.read(value)
                if isinstance(read, Problem):
                    if counts:
                        problems.append(read)
                    continue
                if read is None:
                    continue
                facts[name] = read
                if kept:
                    code = codes.get(told)
                    if code is None:
                        code = codes[told] = told.code
                    sources[name] = code
        return rows

    def _made(self, customer: Customer, rated: Rated, sources: dict[str, str], standing: Standing | None) -> Row:
        assert rated.total is not None
        assert rated.grade is not None
        outcome = Outcome(rated.points, rated.bands, rated.vetoes, rated.total, rated.grade, rated.limit)
        texts = {name: self.readers[name].text(rated.facts[name]) for name in sources}
        used = self._figures if self._figures is not None else figures(self.program, self.portfolio, rated.facts)
        record = self.writer.write(customer.number, texts, sources, outcome, used)
        columns = self.writer.columns(outcome)
        return Row(customer.pk, record, digest(record), columns, before(self.ready, standing, columns.grade))

    def _refused(self, customer: Customer, problems: Sequence[Problem]) -> Refused:
        first = problems[0]
        facts = sorted({name for problem in problems for name in problem.facts})
        return Refused(batch=self.batch, customer=customer, code=first.code[:40], what=first.what[:300], facts=facts)

    def _standings(self, customers: Sequence[Customer]) -> Mapping[int, Standing]:
        rows = Standing.objects.filter(
            customer__in=[customer.pk for customer in customers],
            policy=self.batch.version.policy_id,
            until_day__isnull=True,
        )
        return {row.customer_id: row for row in rows}


class _Exact:
    """Brings the values of one fact to the digits of the policy and holds them to its range, as `exact_facts` does."""

    def __init__(self, rule: FactRule, column: Column) -> None:
        self.rule, self.column = rule, column
        self.is_number = rule.fact.type.is_number
        self.exponent = -rule.fact.scale
        self.low, self.high = rule.fact.bounds if self.is_number else (Decimal(0), Decimal(0))
        self._read: dict[Any, Any] = {}
        self._texts: dict[Any, str] = {}

    def read(self, value: Any) -> Any:
        """Give the value as it counts, or the problem that keeps it from counting."""
        if self.is_number and type(value) is Decimal and value.as_tuple().exponent == self.exponent:
            if self.low <= value <= self.high:
                return value
        elif self.rule.fact.type is FactKind.FLAG and isinstance(value, bool):
            return value
        key = type(value), value
        if key not in self._read:
            if len(self._read) > 100_000:
                self._read.clear()
            self._read[key] = self._slowly(value)
        return self._read[key]

    def _slowly(self, value: Any) -> Any:
        verdict = read_value(value, self.column)
        if isinstance(verdict, Bad):
            return Problem(verdict.code, verdict.what, verdict.why, verdict.fix, facts=(self.rule.id,))
        return verdict.value if isinstance(verdict, Value) else None

    def text(self, value: Any) -> str:
        """Give the value as the record writes it."""
        known = self._texts.get(value)
        if known is None:
            if len(self._texts) > 100_000:
                self._texts.clear()
            known = self._texts[value] = text_of(self.rule, value) or ""
        return known
