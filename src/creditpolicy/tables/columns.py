"""What a reader of tables looks for: a column with its names, type, digits, range, choices and unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pyarrow as pa

from creditpolicy.model import BOUNDS, Kind
from creditpolicy.tables.units import money_power


@dataclass(frozen=True)
class Column:
    """One column that is wanted.

    `labels` are its headings, the one to show first; `id` is a heading too. `weak` ones are too general to count where a
    better one stands in the sheet. `low` and `high` are in the column's own
    `unit` (`unit_shown` to people), both included; None takes the widest range of the kind. A unit of money (千元, 万元,
    百万元, 亿元) says in what the value is kept: `1.2万` in a 元 column is 12000, in a 万元 column 1.2. `currency` is what 元 means.
    """

    id: str
    labels: tuple[str, ...]
    kind: Kind
    scale: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[str, ...] | None = None
    unit: str = ""
    unit_shown: str = ""
    required: bool = False
    currency: str = "CNY"
    weak: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name to show to people."""
        return self.labels[0] if self.labels else self.id

    @property
    def unit_words(self) -> str:
        """The unit to show to people."""
        return self.unit_shown or self.unit

    @cached_property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """Lowest and highest value, both included; of numbers only."""
        low, high = BOUNDS[self.kind]
        return (
            self.low if self.low is not None else Decimal(low),
            self.high if self.high is not None else Decimal(high),
        )

    @cached_property
    def power(self) -> int:
        """The power of ten of the unit it is kept in: 4 for 万元."""
        return money_power(self.unit) if self.kind is Kind.AMOUNT else 0

    @cached_property
    def arrow_type(self) -> pa.DataType:
        """How it is kept: decimal128(18 or 38, scale), bool, date32 or string."""
        if self.kind.is_number:
            longest = max(abs(int(bound)) for bound in self.bounds)
            return pa.decimal128(18 if len(str(longest)) + self.scale <= 18 else 38, self.scale)
        return {Kind.FLAG: pa.bool_(), Kind.DATE: pa.date32()}.get(self.kind, pa.string())
