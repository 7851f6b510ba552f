"""What a policy collects about a customer: each fact with its type, unit, source and range."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from creditpolicy.language import _
from creditpolicy.model.values import Expression, Identifier, Line, Number, Role, Sourced, Text, Whole, said


class Kind(StrEnum):
    """The types of facts. Numbers are exact decimals with a fixed count of digits; nothing is binary floating point."""

    ID = "id"
    TEXT = "text"
    AMOUNT = "amount"
    NUMBER = "number"
    RATIO = "ratio"
    PERCENT = "percent"
    COUNT = "count"
    DAYS = "days"
    SCORE = "score"
    FLAG = "flag"
    CHOICE = "choice"
    DATE = "date"

    @property
    def is_number(self) -> bool:
        """Whether values are numbers that can be compared and calculated with."""
        return self in DIGITS


DIGITS: dict[Kind, int] = {
    Kind.AMOUNT: 2,
    Kind.NUMBER: 6,
    Kind.RATIO: 6,
    Kind.PERCENT: 4,
    Kind.COUNT: 0,
    Kind.DAYS: 0,
    Kind.SCORE: 2,
}
"""Decimal digits that a fact of each numeric type keeps where the policy does not say."""

BOUNDS: dict[Kind, tuple[int, int]] = {
    Kind.AMOUNT: (-(10**13), 10**13),
    Kind.NUMBER: (-(10**9), 10**9),
    Kind.RATIO: (-(10**6), 10**6),
    Kind.PERCENT: (-(10**8), 10**8),
    Kind.COUNT: (0, 10**12),
    Kind.DAYS: (-(10**6), 10**6),
    Kind.SCORE: (-(10**6), 10**6),
}
"""The widest range a fact of each numeric type may have (in its unit); a declared `range` narrows it."""

MISSING = r"^(refuse|worst|reweigh|points\s+-?\d+(\.\d+)?)$"
Missing = Annotated[str, StringConstraints(pattern=MISSING)]


def _open(value: object) -> object:
    """Read the ways to write that a side is open."""
    return None if isinstance(value, str) and value in {"", "null", "~"} else value


Bound = Annotated[Number | None, BeforeValidator(_open)]


def _ordered(bounds: tuple[Bound, Bound]) -> tuple[Bound, Bound]:
    low, high = bounds
    if low is not None and high is not None and low > high:
        raise ValueError(_("范围的下限 {low} 大于上限 {high}。").format(low=low, high=high))
    return bounds


Bounds = Annotated[
    tuple[Bound, Bound],
    AfterValidator(_ordered),
    WithJsonSchema({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["number", "string", "null"]}}),
]


class Fact(Sourced):
    """One fact about a customer: a column of the workbook."""

    label: Text = said("名称, 也是表头", "Its name, and its column heading.")
    type: Kind = said("类型", "Its type.")
    unit: Text | None = said(
        "单位, 如 元、万元、天", "Its unit, as shown; 元, 万元, 亿元 also scale what is typed.", None
    )
    digits: Whole | None = said(
        "小数位数 (0 至 9)", "Decimal digits kept, 0 to 9; by default by type.", None, ge=0, le=9
    )
    range: Bounds | None = said(
        "允许范围 [下限, 上限], 两端都含", "Lowest and highest value allowed, both included.", None
    )
    choices: tuple[Line, ...] | None = said(
        "可选值 (类型为 choice 时)", "The values allowed, for a choice, best first where they have an order.", None
    )
    judged_by: Role | None = said("由哪个角色判断填写", "The role that judges it.", None)
    collected_by: Role | None = said("由哪个角色收集填写", "The role that collects it.", None)
    derived: Identifier | None = said(
        "由往来数据算出: 目录里的名称",
        "Computed from dealings or statements: its name in the catalogue of derived facts.",
        None,
    )
    formula: Expression | None = said("由其他事实算出", "Computed from other facts of this policy.", None)
    missing: Missing | None = said(
        "缺失时: refuse 不评 (默认) · worst 按最差 · points N 记 N 分 · reweigh 其他项目按比例放大",
        "When it is missing: refuse the row (default), worst points, N points, or reweigh the other items.",
        None,
    )
    better: Literal["higher", "lower"] | None = said(
        "越高越好还是越低越好 (check 据此查分数倒挂)",
        "Which way is better; `check` then finds scores that run the other way.",
        None,
    )
    guidance: Text | None = said("填写说明", "What to look at when filling it in.", None)
    example: Line | None = said("示例值, 用于模板", "An example value, for the template.", None)

    @property
    def scale(self) -> int:
        """Decimal digits kept (0 for what is not a number)."""
        return self.digits if self.digits is not None else DIGITS.get(self.type, 0)

    @property
    def bounds(self) -> tuple[Number, Number]:
        """Lowest and highest value allowed, in the fact's unit, both included; numbers only."""
        low, high = BOUNDS[self.type]
        given = self.range or (None, None)
        return (
            given[0] if given[0] is not None else Decimal(low),
            given[1] if given[1] is not None else Decimal(high),
        )

    @property
    def is_entered(self) -> bool:
        """Whether a person supplies it, rather than the dealings or a formula."""
        return self.derived is None and self.formula is None
