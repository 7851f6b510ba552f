"""Facts: their names, their types, and formulas in an order in which each uses only what is known."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from creditpolicy.expressions import DATE, KEYWORDS, TEXT, TRUTH, Type, names_read, number, portfolio_figures_in
from creditpolicy.expressions import types as typing_rules
from creditpolicy.expressions.tree import Base
from creditpolicy.language import _, listed
from creditpolicy.model import Fact, Kind
from creditpolicy.program.desk import Desk
from creditpolicy.program.rules import DEFAULT_KEY, FactRule

RESERVED = KEYWORDS | {"as_of", "total", "grade", "limit", "row"}
"""What no fact can be called, in any case of letters: words of expressions, and columns that the query makes."""


def fact_type(fact: Fact) -> Type:
    """Give the type of a fact's values in expressions."""
    if fact.type.is_number:
        return number(fact.scale, *fact.bounds)
    if fact.type is Kind.FLAG:
        return TRUTH
    if fact.type is Kind.DATE:
        return DATE
    return Type("text", choices=fact.choices) if fact.type is Kind.CHOICE else TEXT


def fact_rules(desk: Desk) -> list[FactRule]:
    """Make the rules of all facts, those computed by formulas after those they use; their types become known names."""
    _look_at_names(desk)
    rules: list[FactRule] = []
    formulas: dict[str, Fact] = {}
    for name, fact in desk.policy.facts.items():
        if fact.formula is not None:
            formulas[name] = fact
        else:
            desk.names[name] = fact_type(fact)
            rules.append(FactRule(name, fact, desk.names[name]))
    return rules + _computed(desk, formulas)


def _look_at_names(desk: Desk) -> None:
    known: dict[str, str] = {}
    if all(fact.type is not Kind.ID for fact in desk.policy.facts.values()):
        known[DEFAULT_KEY] = DEFAULT_KEY  # the column that then identifies a customer
    for name in desk.policy.facts:
        path = ("facts", name)
        same = known.setdefault(name.casefold(), name)
        if name.casefold() in RESERVED:
            desk.flaw(
                path,
                _("“{name}”是保留的名字。").format(name=name),
                _("换一个事实编号。"),
                _("算式或结果里另有所指。"),
                code="reserved-name",
            )
        elif same != name:
            desk.flaw(
                path,
                _("事实“{name}”与“{same}”只差大小写。").format(name=name, same=same),
                _("换一个编号。"),
                _("数据库查询不分大小写, 两列会当成一列。"),
                code="duplicate-id",
            )


def _computed(desk: Desk, formulas: Mapping[str, Fact]) -> list[FactRule]:
    """Take the formulas in an order in which each uses only what is known; those left over go round in a circle."""
    rules: list[FactRule] = []
    waiting = dict(formulas)
    uses = {name: names_read(str(fact.formula)) for name, fact in formulas.items()}
    while waiting:
        ready = [name for name in waiting if not uses[name] & waiting.keys()]
        if not ready:
            _circle(desk, waiting)
            break
        for name in ready:
            rule = _formula(desk, name, waiting.pop(name))
            if rule is not None:
                rules.append(rule)
    return rules


def _circle(desk: Desk, waiting: Mapping[str, Fact]) -> None:
    for name, fact in waiting.items():
        desk.flaw(
            ("facts", name, "formula"),
            _("“{name}”的 formula 绕回到自己 ({names})。").format(name=name, names=listed(waiting)),
            _("让其中一个由人填写, 或换一个算式。"),
        )
        desk.names[name] = fact_type(fact)


def _formula(desk: Desk, name: str, fact: Fact) -> FactRule | None:
    path = ("facts", name, "formula")
    desk.names[name] = fact_type(fact)  # so that those who use it are read even where its own formula cannot be
    if not (fact.type.is_number or fact.type is Kind.FLAG):
        desk.flaw(("facts", name, "type"), _("formula 只能算出数字或是否。"), _("改正类型, 或去掉 formula。"))
        return None
    known = {other: kind for other, kind in desk.names.items() if other != name}
    wanted: Base = "truth" if fact.type is Kind.FLAG else "number"
    text = str(fact.formula)
    node = desk.parse(text, path, wanted, known) if wanted == "truth" else desk.number(text, path, fact.scale, known)
    if node is None:
        return None
    if portfolio_figures_in(node):
        desk.flaw(path, _("formula 里不能用客户群函数。"), _("把它写在评分项目的 points 里。"))
        return None
    desk.names[name] = _within_range(fact, typing_rules.rounded(node.type, fact.scale)) if wanted == "number" else TRUTH
    return FactRule(name, fact, desk.names[name], node)


def _within_range(fact: Fact, kind: Type) -> Type:
    """Narrow the type of a computed fact to its declared range, outside of which it is missing."""
    if fact.range is None:
        return kind
    low, high = (Fraction(end) for end in fact.bounds)
    lowest = max(kind.low, low)
    return number(fact.scale, lowest, max(min(kind.high, high), lowest))
