"""What can be wrong in an expression: values that are gathered, and the exceptions that carry them up the tree."""

from __future__ import annotations

from dataclasses import dataclass

from creditpolicy.expressions.tree import Base, Node
from creditpolicy.language import _

LONGEST = 1000
DEEPEST = 30
LONGEST_CHAIN = 90
FUNCTIONS = (
    "abs",
    "least",
    "greatest",
    "round",
    "floor",
    "ceil",
    "coalesce",
    "days_between",
    "portfolio_max",
    "portfolio_min",
    "portfolio_avg",
    "percentile",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in an expression: `offset` counts characters from its start, where known."""

    what: str
    fix: str = ""
    why: str = ""
    offset: int | None = None


class Wrong(Exception):
    """One fault, raised at the node where it is seen and gathered one level up."""

    def __init__(self, what: str, fix: str = "", why: str = "", *, offset: int | None = None) -> None:
        self.fault = Fault(what, fix, why, offset)
        super().__init__(what)


class Gathered(Wrong):
    """The faults below were gathered already; there is nothing to add here."""

    def __init__(self) -> None:
        super().__init__("")


def too_long(count: int) -> Wrong:
    """Refuse a text too long to be read by a person."""
    return Wrong(
        _("算式有 {count} 个字符, 超过 {limit} 个。").format(count=count, limit=LONGEST),
        _("拆成几个 formula 事实, 每个短一些。"),
    )


def too_deep() -> Wrong:
    """Refuse brackets within brackets within brackets, and sums without end."""
    return Wrong(
        _("算式嵌套太深: 括号最多 {limit} 层, 连加连乘最多 {terms} 项。").format(limit=DEEPEST, terms=LONGEST_CHAIN),
        _("拆成几个 formula 事实。"),
    )


def too_much() -> Wrong:
    """Refuse what would become an endless query."""
    return Wrong(
        _("算式太复杂: 展开后的查询会过长。"),
        _("把里面的 round、floor、ceil、least、greatest 或除法先算成一个 formula 事实, 再用它的名字。"),
    )


def too_large() -> Wrong:
    """Refuse a number that could grow beyond what the engines hold exactly."""
    return Wrong(
        _("算式的结果可能超过 37 位数字, 无法精确计算。"),
        _("给用到的事实写上更窄的 range, 或减少连乘连除。"),
        _("超出的位数会丢失或报错, 分数和金额就不再可信。"),
    )


def not_allowed(word: str, offset: int | None = None) -> Wrong:
    """Refuse whatever is not on the list of what an expression may have."""
    return Wrong(
        _("算式里不能用“{word}”。").format(word=word),
        _("只能用事实名、数字、+ - * /、比较、and/or/not、between、in、is null、case 和这些函数: {names}。").format(
            names=", ".join(FUNCTIONS)
        ),
        offset=offset,
    )


def not_wanted(node: Node, wanted: Base) -> Wrong:
    """Refuse an expression that yields something else than its place needs."""
    return Wrong(
        _("这里要{wanted}, 算式给出的是{given}。").format(wanted=kind_words(wanted), given=kind_words(node.type.base)),
        {
            "truth": _("写成比较, 如 overdue_days_max > 30。"),
            "text": _("写一个选择型事实的编号。"),
        }.get(wanted)
        or _("写成算出数字的算式, 如 15 * x / 100。"),
    )


def kind_words(base: Base) -> str:
    """Name what an expression yields."""
    return {"number": _("数字"), "truth": _("是否成立的条件"), "text": _("文字"), "date": _("日期")}[base]
