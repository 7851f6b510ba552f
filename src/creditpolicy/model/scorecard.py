"""How points are given: base, bonus and deduction items, and vetoes that force a grade."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from creditpolicy.language import _
from creditpolicy.model.facts import Missing
from creditpolicy.model.values import Expression, Identifier, Line, Number, Part, Sourced, Text, Whole, said


class Interval(Sourced):
    """A span of values. `from` and `to` include their number, `above` and `below` do not; a side left out is open."""

    from_: Number | None = said("下限, 含本数 (≥)", "Lower end, included.", None, alias="from")
    above: Number | None = said("下限, 不含本数 (>)", "Lower end, not included.", None)
    below: Number | None = said("上限, 不含本数 (<)", "Upper end, not included.", None)
    to: Number | None = said("上限, 含本数 (≤)", "Upper end, included.", None)

    @model_validator(mode="after")
    def _one_of_each(self) -> Interval:
        if self.from_ is not None and self.above is not None:
            raise ValueError(_("from 与 above 只能写一个。"))
        if self.below is not None and self.to is not None:
            raise ValueError(_("below 与 to 只能写一个。"))
        return self

    @property
    def low(self) -> tuple[Number, bool] | None:
        """The lower end and whether it is included; None where open."""
        if self.from_ is not None:
            return self.from_, True
        return (self.above, False) if self.above is not None else None

    @property
    def high(self) -> tuple[Number, bool] | None:
        """The upper end and whether it is included; None where open."""
        if self.to is not None:
            return self.to, True
        return (self.below, False) if self.below is not None else None

    def contains(self, value: Number) -> bool:
        """Whether `value` lies in the span."""
        above = self.low is None or value > self.low[0] or (self.low[1] and value == self.low[0])
        return above and (self.high is None or value < self.high[0] or (self.high[1] and value == self.high[0]))


class Band(Interval):
    """Points for a span of values."""

    points: Number = said("得分", "Points given.")
    label: Text | None = said("档次名称", "What this band is called.", None)


class Option(Sourced):
    """Points for one value of a choice."""

    is_: Line = said("选项值", "The value chosen.", alias="is")
    points: Number = said("得分", "Points given.")
    label: Text | None = said("档次名称", "What this option is called.", None)


class Branch(Sourced):
    """Points under a condition; the first that holds applies, `otherwise` is the last."""

    when: Expression | None = said("条件", "The condition.", None)
    points: Expression | None = said(
        "条件成立时的得分 (数字或算式)", "Points where it holds: a number or an expression.", None
    )
    otherwise: Expression | None = said("以上都不成立时的得分", "Points where none held.", None)
    label: Text | None = said("档次名称", "What this case is called.", None)

    @model_validator(mode="after")
    def _either(self) -> Branch:
        conditional = self.when is not None and self.points is not None and self.otherwise is None
        last = self.otherwise is not None and self.when is None and self.points is None
        if not conditional and not last:
            raise ValueError(_("每一条要么写 when 和 points, 要么只写 otherwise。"))
        return self


class Item(Sourced):
    """One item of the scorecard. Exactly one of `points`, `bands`, `choices` says how it scores."""

    item: Identifier = said(
        "项目编号; 不写 of 时也是所依据的事实", "Its id, and the fact it looks at unless `of` says otherwise."
    )
    label: Text | None = said("项目名称 (默认用事实的名称)", "Its name; by default that of its fact.", None)
    of: Expression | None = said(
        "分档所依据的事实或算式", "The fact or expression that bands and choices look at.", None
    )
    max: Number | None = said("满分 (扣分项为最多扣多少)", "Most points it can give; for a deduction, take away.", None)
    min: Number | None = said("最低分 (默认 0)", "Fewest points it can give, 0 by default.", None)
    points: Expression | tuple[Branch, ...] | None = said(
        "算式, 或逐条的 when / otherwise", "An expression, or conditions one by one.", None
    )
    bands: tuple[Band, ...] | None = said("分档", "Bands of values.", None)
    choices: tuple[Option, ...] | None = said("按选项给分", "Points by choice.", None)
    missing: Missing | None = said(
        "缺失时 (覆盖事实的规定)", "When facts are missing; overrides the fact's own rule.", None
    )
    guidance: Text | None = said("评分说明", "Guidance for scoring.", None)

    @model_validator(mode="after")
    def _one_way(self) -> Item:
        if sum(way is not None for way in (self.points, self.bands, self.choices)) != 1:
            raise ValueError(_("points、bands、choices 三者要写且只写一个。"))
        return self

    @property
    def looks_at(self) -> Expression:
        """The expression that bands and choices look at."""
        return self.of if self.of is not None else Expression(self.item)


class Veto(Sourced):
    """A condition that forces a grade whatever the points (一票否决)."""

    veto: Identifier = said("编号", "Its id.")
    label: Text = said("名称", "What it is called.")
    when: Expression = said("条件", "The condition.")
    grade: Identifier = said("强制的等级 (得分等级更差时从差)", "The grade it forces; a worse grade by points stays.")
    missing: Literal["refuse", "ignore", "apply"] = said(
        "条件无法判断时: refuse 不评 (默认) · ignore 不否决 · apply 按否决",
        "Where the facts to tell are missing: refuse the row, ignore, or apply.",
        "refuse",
    )


class Scorecard(Part):
    """The items that give points, and the vetoes."""

    digits: Whole = said("分数的小数位数, 四舍五入", "Decimal digits of points; rounded half up.", 2, ge=0, le=6)
    total: Number | None = said(
        "基本项满分合计 (check 核对)", "What the maximums of the base items must add up to.", None
    )
    base: tuple[Item, ...] = said("基本项", "Base items.", ())
    bonus: tuple[Item, ...] = said("加分项", "Bonus items.", ())
    deduction: tuple[Item, ...] = said(
        "减分项 (得分写正数, 合计时减去)", "Deduction items, written as positive points and taken away.", ()
    )
    vetoes: tuple[Veto, ...] = said("一票否决", "Vetoes.", ())


class Grade(Sourced):
    """One grade and its line, from the best down; a total equal to `from` has it, one equal to `above` has not."""

    grade: Identifier = said("等级编号", "Its id.")
    label: Text | None = said("名称", "Its name.", None)
    meaning: Text | None = said("含义", "What it means.", None)
    from_: Number | None = said("分数线, 达到即是 (≥)", "Its line, reached from below.", None, alias="from")
    above: Number | None = said("分数线, 须超过 (>)", "Its line, to be exceeded.", None)
    color: str | None = Field(
        None, pattern=r"^#[0-9a-fA-F]{6}$", description="图表颜色", json_schema_extra={"x-en": "Colour in charts."}
    )

    @model_validator(mode="after")
    def _one_line(self) -> Grade:
        if self.from_ is not None and self.above is not None:
            raise ValueError(_("from 与 above 只能写一个。"))
        return self

    @property
    def line(self) -> tuple[Number, bool] | None:
        """The line and whether reaching it is enough; None for a grade that takes all below."""
        if self.from_ is not None:
            return self.from_, True
        return (self.above, False) if self.above is not None else None
