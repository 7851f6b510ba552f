"""What a derived fact is: its definition and edge cases once for people, once as SQL over the totals of a customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from creditpolicy.language import language_in_use
from creditpolicy.model import DIGITS, Kind

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)


class Said(NamedTuple):
    """A text in Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the English for `en`, and the Chinese for anything else."""
        return self.en if language == "en" else self.zh

    def __str__(self) -> str:
        """Give the text in the language in use."""
        return self.in_language(language_in_use())


YUAN = Said("元", "yuan")
DAYS = Said("天", "days")
TIMES = Said("倍", "times")
INVOICES = Said("张", "invoices")
ORDERS = Said("张", "orders")
MONTHS = Said("个月", "months")
YEARS = Said("年", "years")
EVENTS = Said("次", "events")
PARTIES = Said("家", "parties")
NO_UNIT = Said("", "")


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact derived from dealings or statements.

    `sql` is written over the totals and figures of one customer, which are NULL for one without rows: amounts are whole
    cents there, so that every division is one of whole numbers. `sources` are the tables it is computed from; with
    `any_source` one of them is enough. `type`, `scale` and `unit` are those of the column that comes out. `of_nobody` is
    what is true of a customer of whom there is no row at all, where that is known: he is new.
    """

    id: str
    label: Said
    type: Kind
    definition: Said
    edges: Said
    sources: tuple[str, ...]
    sql: str
    unit: Said = NO_UNIT
    any_source: bool = False
    digits: int | None = None
    of_nobody: bool | None = None

    @property
    def scale(self) -> int:
        """Decimal digits kept, rounded half away from zero."""
        return self.digits if self.digits is not None else DIGITS.get(self.type, 0)

    @property
    def column_type(self) -> str:
        """The SQL type of its column: DECIMAL(18, scale), BOOLEAN or DATE."""
        if self.type.is_number:
            return f"DECIMAL(18, {self.scale})"
        return {Kind.FLAG: "BOOLEAN", Kind.DATE: "DATE"}[self.type]


@dataclass(frozen=True, slots=True)
class Family:
    """Facts that differ in a number, which stands in their name: `no_dealing_for_24_months` is of `no_dealing_for_N_months`.

    `of_months` makes the fact of a number from 1 to `most`.
    """

    name: str
    of_months: Callable[[str], Derived]
    most: int = 120

    def member(self, name: str) -> Derived | None:
        """Give the fact of a name; None where it is none of the family."""
        stem, _, end = self.name.partition("N")
        number = name.removeprefix(stem).removesuffix(end)
        if name != f"{stem}{number}{end}" or not _COUNT.fullmatch(number) or int(number) > self.most:
            return None
        return self.of_months(number)

    @property
    def shown(self) -> Derived:
        """The family as the catalogue shows it, with N for the number."""
        return self.of_months("N")


@dataclass(frozen=True, slots=True)
class Extra:
    """A stage beside the totals, a row for each customer: `totals` names its columns.

    Its `sql` reads the columns `columns` of the rows (`{of_day}` with repeats, `{judged}` without) and may join the totals
    `uses` of the source.
    """

    sql: str
    totals: tuple[str, ...]
    columns: tuple[str, ...]
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """How the rows of one canonical table become the totals of a customer.

    `row` is what is known of a row on the day: name → SQL over the table's columns and the names before it. `totals` are
    the aggregates by customer: name → SQL over the row. `extra` are further stages, with totals of their own. `figures`
    are computed from totals: name → SQL. `adjusted` are columns that are not taken as they stand. SQL names the days of
    `days.day_literals` in braces.
    """

    table: str
    row: Mapping[str, str]
    totals: Mapping[str, str]
    facts: tuple[Derived, ...]
    extra: Mapping[str, Extra] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    adjusted: Mapping[str, str] = field(default_factory=dict)


def words(sql: str) -> frozenset[str]:
    """Give the lower-case names in an SQL text, literals aside."""
    return frozenset(_WORD.findall(re.sub(r"'[^']*'", "", sql)))


def mentioned(texts: Iterable[str], known: Mapping[str, object] | Iterable[str]) -> list[str]:
    """Give those of `known`, in their order, that the texts mention."""
    found = frozenset[str]().union(*(words(text) for text in texts))
    return [name for name in known if name in found]


# Exact arithmetic -------------------------------------------------------------------------------------------------------

LARGEST = {Kind.RATIO: 10**6, Kind.NUMBER: 10**9, Kind.DAYS: 10**6}
"""Where a quotient of each kind is held fast: the widest range that a fact of the kind may have."""


def cents(amount: str) -> str:
    """Bring an exact amount of yuan, or a sum of them, to whole cents."""
    return f"CAST(CAST({amount} AS DECIMAL(28, 2)) * CAST(100 AS DECIMAL(3, 0)) AS HUGEINT)"


def yuan(whole_cents: str) -> str:
    """Bring whole cents to yuan, 0 where there are none; beyond what a column of amounts holds it is missing."""
    return f"TRY_CAST(TRY_CAST(coalesce({whole_cents}, 0) AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(18, 2))"


def quotient(numerator: str, denominator: str, kind: Kind, scale: int | None = None) -> str:
    """Divide two whole numbers, given by name: exact, rounded half away from zero, held within the range of the kind.

    Missing unless the denominator is above zero. DuckDB divides decimals as binary floating point, so the division is one
    of whole numbers; its `//` truncates.
    """
    digits = DIGITS[kind] if scale is None else scale
    top, below = numerator, denominator
    whole = f"sign({top}) * ((abs({top}) * {2 * 10**digits} + {below}) // (2 * {below}))"
    most = LARGEST[kind] * 10**digits
    held = f"least(greatest({whole}, -{most}), {most})"
    exact = f"CAST(CAST({held} AS DECIMAL(20, 0)) * 0.{'1':0>{digits}} AS DECIMAL(18, {digits}))"
    # `least` and `greatest` pass NULL over, so a missing numerator is asked for.
    return f"CASE WHEN {below} > 0 AND {top} IS NOT NULL THEN {exact} END"
