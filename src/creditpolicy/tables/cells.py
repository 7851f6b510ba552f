"""What stands in a cell, as a workbook has it, and what reading it gives: a value, a blank, or a fault with its reason."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Percent:
    """A number that the workbook shows with a percent sign: 65% is stored as 0.65."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Suffixed:
    """A number whose format shows a unit behind it, without scaling: 120 shown as `120万元`."""

    number: float
    unit: str


@dataclass(frozen=True, slots=True)
class Padded:
    """A number whose format shows leading zeros or letters: 123 shown as `000123` or `C000123`."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell whose formula failed: `#N/A`, `#DIV/0!`."""

    error: str


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A formula saved without its result."""


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A number shown as a time or a duration, without a day."""

    days: float


@dataclass(frozen=True, slots=True)
class Covered:
    """A cell hidden below a merged one, whose value stands in the cell `origin` (as in `C5`)."""

    value: Cell
    origin: str


Cell: TypeAlias = (
    bool
    | int
    | float
    | str
    | Decimal
    | datetime.date
    | Percent
    | Suffixed
    | Padded
    | Failed
    | Uncalculated
    | TimeOfDay
    | Covered
    | None
)
"""A cell as stored. A `datetime.date` may be a `datetime.datetime`."""

Exact: TypeAlias = Decimal | bool | datetime.date | str


@dataclass(frozen=True, slots=True)
class Value:
    """A cell read: a Decimal of the column's digits, a bool, a date or a text.

    `rounded` says that the cell had more digits than the column keeps, `comma_decimal` that the text can only be read
    with a comma for the decimal point.
    """

    value: Exact
    rounded: bool = False
    comma_decimal: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """A cell that says nothing: empty, `-`, `无`, `N/A`."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that says something which cannot be used: the kind of fault, what is wrong, why, and what to do."""

    code: str
    what: str
    why: str = ""
    fix: str = ""


BLANK = Blank()
Verdict: TypeAlias = Value | Blank | Bad


@dataclass(frozen=True, slots=True)
class Manner:
    """How the cells of one column are to be read, beyond what each says itself.

    `power` is the power of ten that the heading gives to plain numbers, counted from 1 or from 元 (`(万元)` is 4,
    `(%)` is -2); None where it gives none, and they are in the column's own unit. `day_first` reads 1/5/2024.
    `comma_decimal`: the column has texts such as `1.234,5`, so `1.234` is asked about.
    """

    power: int | None = None
    day_first: bool | None = None
    comma_decimal: bool = False


PLAINLY = Manner()
