"""Expressions in words: facts by their labels, conditions and cases as a reader of the policy would say them."""

from __future__ import annotations

import datetime
from decimal import Decimal

from creditpolicy.expressions import (
    DATE,
    TEXT,
    Arithmetic,
    Call,
    Case,
    Compare,
    Constant,
    IsMissing,
    Logic,
    Name,
    Node,
    Not,
    OfPortfolio,
    Type,
    number,
    parse,
)
from creditpolicy.expressions.tree import Base
from creditpolicy.language import _, language_in_use, listed
from creditpolicy.program import Program
from creditpolicy.program.statements import statement_label, statement_names
from creditpolicy.wording.values import short

_SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "+": "+", "-": "-", "*": "×", "/": "÷"}
_BINDS = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_ALONE = 9
_WANTED: tuple[Base, ...] = ("truth", "number", "text", "date")


def formula_words(program: Program, text: str) -> str:
    """Write an expression for people; one that cannot be parsed comes back as it is."""
    names: dict[str, Type] = {rule.id: rule.type for rule in program.facts}
    money = number(2, -(10**15), 10**15)
    names |= {"as_of": DATE, "total": money, "limit": money, "grade": TEXT}
    names = statement_names() | names
    for wanted in _WANTED:
        node, faults = parse(text, names, wanted)
        if node is not None and not faults:
            return _Words(program).of(node)
    return text


def node_words(program: Program, node: Node) -> str:
    """Write a parsed expression for people."""
    return _Words(program).of(node)


class _Words:
    def __init__(self, program: Program) -> None:
        self._program = program

    def of(self, node: Node, within: int = 0) -> str:
        """Write a node, in brackets where what surrounds it binds tighter."""
        words, binds = self._written(node)
        return f"({words})" if binds < within else words

    def _written(self, node: Node) -> tuple[str, int]:
        match node:
            case Constant(_, value):
                return _constant(value), _ALONE
            case Name(_, name):
                return self._label(name), _ALONE
            case Arithmetic(_, op, left, right):
                binds = _BINDS[op]
                closer = binds + (op in {"-", "/"})
                return f"{self.of(left, binds)} {_SIGNS[op]} {self.of(right, closer)}", binds
            case Compare(_, op, left, right):
                return self._compared(op, left, right), _BINDS["compare"]
            case Logic(_, op, conditions):
                return self._logic(op, conditions)
            case Not(_, condition):
                return _("不是 {condition}").format(condition=self.of(condition, _ALONE)), _BINDS["not"]
            case IsMissing(_, value):
                return _("缺{value}").format(value=self.of(value, _ALONE)), _BINDS["compare"]
            case Case(_, branches, otherwise):
                return self._case(branches, otherwise), 0
            case Call(_, function, arguments, digits):
                return self._call(function, arguments, digits), _ALONE
            case OfPortfolio(_, figure, fact):
                return _portfolio_words(figure).format(label=self._label(fact.id)), _ALONE
        raise TypeError(f"not an expression: {node}")

    def _label(self, name: str) -> str:
        rule = self._program.fact.get(name)
        if rule is not None:
            return str(rule.fact.label)
        return {"as_of": _("评级日"), "total": _("总分"), "limit": _("额度"), "grade": _("等级")}.get(
            name, statement_label(name)
        )

    def _compared(self, op: str, left: Node, right: Node) -> str:
        if isinstance(right, Constant) and isinstance(right.value, bool):
            wanted = right.value == (op == "=")
            return self.of(left) if wanted else _("不是 {condition}").format(condition=self.of(left, _ALONE))
        return f"{self.of(left, _BINDS['compare'])} {_SIGNS[op]} {self.of(right, _BINDS['compare'])}"

    def _logic(self, op: str, conditions: tuple[Node, ...]) -> tuple[str, int]:
        first = conditions[0]
        if op == "or" and all(
            isinstance(each, Compare) and each.op == "=" and isinstance(each.right, Constant)
            and isinstance(first, Compare) and each.left == first.left
            for each in conditions
        ):  # fmt: skip
            options = listed(self.of(each.right) for each in conditions if isinstance(each, Compare))
            left = self.of(first.left) if isinstance(first, Compare) else ""
            return _("{value} 为 {options} 之一").format(value=left, options=options), _BINDS["compare"]
        joint = _(" 且 ") if op == "and" else _(" 或 ")
        return joint.join(self.of(each, _BINDS[op] + 1) for each in conditions), _BINDS[op]

    def _case(self, branches: tuple[tuple[Node, Node], ...], otherwise: Node | None) -> str:
        said = [
            _("{condition} 时: {value}").format(condition=self.of(when), value=self.of(value))
            for when, value in branches
        ]
        if otherwise is not None:
            said.append(_("否则: {value}").format(value=self.of(otherwise)))
        return "; ".join(said)

    def _call(self, function: str, arguments: tuple[Node, ...], digits: int) -> str:
        told = [self.of(argument) for argument in arguments]
        match function, told:
            case "coalesce", [value, *others]:
                return _("{value} (缺则 {other})").format(value=value, other=_("、再缺则 ").join(others))
            case "days_between", [start, end]:
                return _("{start}到{end}的天数").format(start=start, end=end)
            case "round", [value]:
                return _("四舍五入({value}, {digits} 位小数)").format(value=value, digits=digits)
        words = {
            "abs": _("绝对值"), "least": _("较小者"), "greatest": _("较大者"), "floor": _("向下取整"), "ceil": _("向上取整"),
        }  # fmt: skip
        return f"{words.get(function, function)}({', '.join(told)})"


def _portfolio_words(figure: str) -> str:
    return {
        "max": _("客户群最大的{label}"),
        "min": _("客户群最小的{label}"),
        "avg": _("客户群平均的{label}"),
        "percentile": _("{label}在客户群中的位次 (不高于它的户数占比)"),
    }[figure]


def _constant(value: Decimal | str | bool | datetime.date) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Decimal):
        return number_words(value)
    return f"“{value}”" if isinstance(value, str) else value.isoformat()


def number_words(value: Decimal) -> str:
    """Write a number; a round one in 万 or 亿, where the language has them."""
    if language_in_use() != "en":
        for zeros, unit in ((8, _("亿")), (4, _("万"))):
            if abs(value) >= 10**zeros and value % 10**zeros == 0:
                return f"{short(value.scaleb(-zeros))}{unit}"
        return short(value)
    return f"{Decimal(short(value)):,f}"
