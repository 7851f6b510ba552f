"""The record of a rating: everything that was calculated and everything it was calculated from, as one canonical text.

It is JSON with sorted keys and no blanks; numbers stand as text with all their digits, so that the same calculation
always gives the same bytes. Reasons in words are not in it: `ratings.rating.explained` says them from the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple

from creditpolicy.expressions import OfPortfolio
from creditpolicy.language import language_in_use, use_language
from creditpolicy.model import Kind
from creditpolicy.plain import Portfolio, grade_by_points
from creditpolicy.prepared import Prepared
from creditpolicy.program import LIMIT_DIGITS, FactRule, Program
from creditpolicy.wording import source_words

ENGINE = "xinheng 1"
"""Who calculated: raised where the same facts would give another record."""
_TERMS = ("terms_days", "cash_only", "deposit_percent", "down_payment_percent", "rate_percent", "discount_percent")


class Outcome(NamedTuple):
    """What a calculation gives, in the whole numbers of the library, whichever of its two readings it was."""

    points: Sequence[int | None]
    bands: Sequence[int | None]
    vetoes: Sequence[bool | None]
    total: int
    grade: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands beside the record in its row, for lists and figures."""

    total: Decimal
    grade_by_points: str
    grade: str
    vetoes: list[str]
    limit: Decimal | None
    terms_days: int | None
    points: dict[str, str | None]


def digest(record: str) -> str:
    """Give the sum of a record."""
    return sha256(record.encode()).hexdigest()


def kept_facts(program: Program) -> tuple[FactRule, ...]:
    """Give the facts that a record keeps: all that are calculated with, and no names, phones or numbers of papers."""
    return tuple(
        rule
        for rule in program.inputs
        if rule.id != program.key and (rule.id in program.used or rule.fact.type not in {Kind.ID, Kind.TEXT})
    )


@contextmanager
def in_chinese() -> Iterator[None]:
    """Write in Simplified Chinese, whatever language is in use: the record is the same for everybody."""
    before = language_in_use()
    use_language("zh-hans")
    try:
        yield
    finally:
        use_language(before)


_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Writer:
    """Writes the records of one version on one day. What many records have in common is written once and kept."""

    def __init__(self, prepared: Prepared, as_of: date, *, engine: str = ENGINE) -> None:
        self.program = program = prepared.program
        self.facts = tuple(sorted(kept_facts(program), key=lambda rule: rule.id))
        self.kept = frozenset(rule.id for rule in self.facts)
        self._items = sorted(range(len(program.items)), key=lambda place: program.items[place].id)
        self._head = f'"as_of":{_json(as_of.isoformat())},"customer":'
        self._engine = f',"engine":{_json(engine)},"facts":{{'
        self._policy = f',"policy":{_json(prepared.identity)}'
        self._texts: dict[str, str] = {}
        self._points: dict[tuple[int, int | None, int | None], str] = {}
        self._terms = [_json(self._terms_of(grade)) for grade in range(len(program.policy.grades))]
        with in_chinese():
            self._clauses = [
                [
                    source_words(program, item.item),
                    *(source_words(program, step.source, item.item) for step in item.steps),
                ]
                for item in program.items
            ]

    def write(
        self,
        number: str,
        facts: Mapping[str, str],
        sources: Mapping[str, str],
        outcome: Outcome,
        portfolio: Mapping[str, str | None],
    ) -> str:
        """Write the record of the customer `number`: the texts of his facts, where they come from, and what came out."""
        quoted, program = self._quoted, self.program
        known = [rule.id for rule in self.facts if rule.id in facts]
        by_points = grade_by_points(program, outcome.total)
        grades = program.policy.grades
        limit = None if outcome.limit is None else _decimal(outcome.limit, LIMIT_DIGITS)
        return "".join(
            (
                "{", self._head, _json(number), self._engine,
                ",".join([f'"{name}":{quoted(facts[name])}' for name in known]),
                '},"grade":', quoted(grades[outcome.grade].grade),
                ',"grade_by_points":', "null" if by_points is None else quoted(grades[by_points].grade),
                ',"items":{', ",".join([self._item(place, outcome) for place in self._items]),
                '},"limit":', "null" if limit is None else f'"{limit}"', self._policy,
                ',"portfolio":', _json(portfolio) if portfolio else "{}", ',"sources":{',
                ",".join([f'"{name}":{quoted(sources[name])}' for name in known]),
                '},"terms":', self._terms[outcome.grade], ',"total":"', _decimal(outcome.total, program.digits),
                '","vetoes":', _json(self.held(outcome)), "}",
            )
        )  # fmt: skip

    def columns(self, outcome: Outcome) -> Columns:
        """Give what stands beside the record."""
        program = self.program
        by_points, terms = grade_by_points(program, outcome.total), program.terms[outcome.grade]
        return Columns(
            total=Decimal(outcome.total).scaleb(-program.digits),
            grade_by_points="" if by_points is None else program.policy.grades[by_points].grade,
            grade=program.policy.grades[outcome.grade].grade,
            vetoes=self.held(outcome),
            limit=None if outcome.limit is None else Decimal(outcome.limit).scaleb(-LIMIT_DIGITS),
            terms_days=terms.terms.terms_days if terms is not None else None,
            points={
                item.id: None if points is None else _decimal(item.sign * points, program.digits)
                for item, points in zip(program.items, outcome.points, strict=True)
            },
        )

    def held(self, outcome: Outcome) -> list[str]:
        """Give the vetoes that hold."""
        return [veto.id for veto, holds in zip(self.program.vetoes, outcome.vetoes, strict=True) if holds]

    def _item(self, place: int, outcome: Outcome) -> str:
        points, band = outcome.points[place], outcome.bands[place]
        known = self._points.get((place, points, band))
        if known is None:
            item = self.program.items[place]
            shown = None if points is None else _decimal(item.sign * points, self.program.digits)
            clause = self._clauses[place][0 if band is None else band + 1]
            known = f"{_json(item.id)}:{_json([shown, band, clause])}"
            if len(self._points) < 100_000:
                self._points[place, points, band] = known
        return known

    def _quoted(self, text: str) -> str:
        known = self._texts.get(text)
        if known is None:
            known = _json(text)
            if len(self._texts) < 200_000:
                self._texts[text] = known
        return known

    def _terms_of(self, grade: int) -> dict[str, str]:
        rule = self.program.terms[grade]
        if rule is None:
            return {}
        found = {name: getattr(rule.terms, name) for name in _TERMS}
        return {
            name: f"{value:f}" if isinstance(value, Decimal) else _json(value)
            for name, value in found.items()
            if value is not None and value is not False
        }


def _decimal(whole: int, digits: int) -> str:
    return f"{Decimal(whole).scaleb(-digits):f}" if digits else str(whole)


# What was compared with --------------------------------------------------------------------------------------------------


def figure_name(figure: OfPortfolio) -> str:
    """Name a figure of the whole portfolio in the record."""
    return f"{figure.figure}({figure.fact.id})"


def figures(program: Program, portfolio: Portfolio, facts: Mapping[str, Any]) -> dict[str, str | None]:
    """Give the portfolio's figures that a calculation used, exactly."""
    found: dict[str, str | None] = {}
    for figure in program.portfolio_figures:
        value = portfolio.figure(figure.figure, figure.fact.id, facts.get(figure.fact.id))
        found[figure_name(figure)] = None if value is None else str(Fraction(value))
    return found


class Recorded(Portfolio):
    """A portfolio known only by the figures that a record kept of it."""

    def __init__(self, kept: Mapping[str, str | None]) -> None:
        super().__init__({})
        object.__setattr__(self, "kept", {name: text and Fraction(text) for name, text in kept.items()})

    def figure(self, figure: str, fact: str, own: Decimal | None) -> Any:
        """Give the figure as it was."""
        return self.kept.get(f"{figure}({fact})")  # type: ignore[attr-defined]


__all__ = ["ENGINE", "Columns", "Outcome", "Recorded", "Writer", "digest", "figures", "in_chinese", "kept_facts"]
