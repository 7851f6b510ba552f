"""From the text of an expression to its typed tree: an allow-list of nodes admits, types are settled here."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches

from sqlglot import expressions as sql

from creditpolicy.expressions import types
from creditpolicy.expressions.faults import (
    FUNCTIONS,
    LONGEST_CHAIN,
    Fault,
    Gathered,
    Wrong,
    kind_words,
    not_allowed,
    not_wanted,
    too_deep,
    too_large,
    too_much,
)
from creditpolicy.expressions.reading import read
from creditpolicy.expressions.size import LARGEST, size
from creditpolicy.expressions.tree import (
    DATE,
    TEXT,
    TRUTH,
    Arithmetic,
    Base,
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
    height,
    literal,
)
from creditpolicy.language import _, listed

_PORTFOLIO = {"portfolio_max": "max", "portfolio_min": "min", "portfolio_avg": "avg", "percentile": "percentile"}
_COMPARISONS: dict[type[sql.Expr], str] = {
    sql.EQ: "=",
    sql.NEQ: "<>",
    sql.LT: "<",
    sql.LTE: "<=",
    sql.GT: ">",
    sql.GTE: ">=",
}
_ARITHMETIC: dict[type[sql.Expr], str] = {sql.Add: "+", sql.Sub: "-", sql.Mul: "*", sql.Div: "/"}
_PARTS = {
    "this",
    "expression",
    "expressions",
    "is_string",
    "quoted",
    "low",
    "high",
    "ifs",
    "default",
    "decimals",
    "true",
}
_MARKS = {"ignore_nulls", "typed", "safe"}
"""What a node may carry: its parts, all of which are read here, and marks that the dialect sets, which mean nothing to us."""


def parse(text: str, names: Mapping[str, Type], wanted: Base) -> tuple[Node | None, list[Fault]]:
    """Read an expression that must yield `wanted`, over the given names; give its tree, or everything that is wrong.

    A node type, function or name that is not on the list is a fault: nothing else ever reaches an engine.
    """
    try:
        reader = _Reader(names)
        node = reader.read(read(text, names))
        if reader.faults or node is None:
            return None, reader.faults
        if height(node) > LONGEST_CHAIN:
            raise too_deep()
        if size(node) > LARGEST:
            raise too_much()
        if node.type.base != wanted:
            raise not_wanted(node, wanted)
    except Wrong as wrong:
        return None, [wrong.fault]
    except RecursionError:
        return None, [too_deep().fault]
    return node, []


class _Reader:
    """Turns SQLGlot's tree into ours, node by node; whatever it does not know is refused."""

    def __init__(self, names: Mapping[str, Type]) -> None:
        self.names = names
        self.faults: list[Fault] = []

    def read(self, raw: sql.Expr) -> Node | None:
        """Read one node; faults are gathered so that both sides of an operator are looked at."""
        try:
            node = self._node(raw)
            if node.type.base == "number" and not types.fits(node.type):
                raise too_large()
        except Gathered:
            return None
        except Wrong as wrong:
            self.faults.append(wrong.fault)
            return None
        return node

    def _both(self, *raws: sql.Expr) -> tuple[Node, ...]:
        nodes = tuple(self.read(raw) for raw in raws)
        if any(node is None for node in nodes):
            raise Gathered
        return tuple(node for node in nodes if node is not None)

    def _node(self, raw: sql.Expr) -> Node:
        handler = _HANDLERS.get(type(raw))
        if handler is None or any(value for part, value in raw.args.items() if part not in _PARTS | _MARKS):
            raise not_allowed(_sql(raw)[:40], _offset(raw))
        return handler(self, raw)

    def _one(self, raw: sql.Expr, base: Base = "number") -> Node:
        (node,) = self._both(raw)
        return self._must_be(node, base, raw)

    def _must_be(self, node: Node, base: Base, raw: sql.Expr) -> Node:
        if node.type.base != base:
            raise Wrong(
                _("“{part}”是{given}, 这里要{wanted}。").format(
                    part=_sql(raw), given=kind_words(node.type.base), wanted=kind_words(base)
                ),
                _("是否型事实直接作条件, 选择型用 = '选项' 比较, 数字型才能计算。"),
                offset=_offset(raw),
            )
        return node

    # Values --------------------------------------------------------------------------------------------------------

    def literal(self, raw: sql.Expr) -> Node:
        if raw.is_string:
            return Constant(TEXT, str(raw.this))
        if not re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,12})?|\.[0-9]{1,12}", str(raw.this)):
            raise Wrong(
                _("数字“{number}”过长或写法不对。").format(number=str(raw.this)[:40]),
                _("整数最多 18 位, 小数最多 12 位, 不用科学记数法。"),
                offset=_offset(raw),
            )
        return literal(Decimal(str(raw.this)))

    def truth(self, raw: sql.Expr) -> Node:
        return Constant(TRUTH, bool(raw.this))

    def name(self, raw: sql.Expr) -> Node:
        if not isinstance(raw.this, sql.Identifier):
            raise not_allowed(_sql(raw)[:40], _offset(raw))
        name = raw.name
        if name not in self.names:
            near = get_close_matches(name, self.names, n=1, cutoff=0.6)
            raise Wrong(
                _("“{name}”没有在 facts 里声明。").format(name=name),
                _("是不是“{near}”? 否则先在 facts 里声明它。").format(near=near[0])
                if near
                else _("先在 facts 里声明它; 文字要用单引号。"),
                offset=_offset(raw.this),
            )
        return Name(self.names[name], name)

    def wrapped(self, raw: sql.Expr) -> Node:
        (node,) = self._both(raw.this)
        return node

    # Calculation ---------------------------------------------------------------------------------------------------

    def negative(self, raw: sql.Expr) -> Node:
        node = self._one(raw.this)
        if isinstance(node, Constant) and isinstance(node.value, Decimal):
            return Constant(types.negated(node.type), node.value.copy_negate())
        return Arithmetic(types.negated(node.type), "-", literal(Decimal(0)), node)

    def arithmetic(self, raw: sql.Expr) -> Node:
        left, right = self._both(raw.this, raw.expression)
        op = _ARITHMETIC[type(raw)]
        if op == "-" and left.type.base == right.type.base == "date":
            return _days(right, left)
        self._must_be(left, "number", raw.this)
        self._must_be(right, "number", raw.expression)
        if op == "/" and right.type.low == right.type.high == 0:
            raise Wrong(
                _("除数“{part}”总是零。").format(part=_sql(raw.expression)),
                _("改正除数。"),
                offset=_offset(raw.expression),
            )
        kind = {"+": types.added, "-": types.subtracted, "*": types.multiplied, "/": types.divided}[op]
        return Arithmetic(kind(left.type, right.type), op, left, right)  # type: ignore[arg-type]

    def several(self, raw: sql.Expr) -> Node:
        """Read least, greatest and coalesce."""
        function = raw.key
        arguments = [raw.this, *raw.expressions]
        if len(arguments) < 2:
            raise Wrong(
                _("{function} 至少要两个值。").format(function=function),
                _("写成 {function}(a, b)。").format(function=function),
                offset=_offset(raw),
            )
        nodes = self._both(*arguments)
        if function == "coalesce":
            return Call(_common(nodes, raw), function, nodes)
        for node, argument in zip(nodes, arguments, strict=True):
            self._must_be(node, "number", argument)
        kinds = [node.type for node in nodes]
        if not all(types.compares(one, other) for one in kinds for other in kinds):
            raise too_large()
        return Call(types.smaller(kinds) if function == "least" else types.greater(kinds), function, nodes)

    def magnitude(self, raw: sql.Expr) -> Node:
        node = self._one(raw.this)
        return Call(types.absolute(node.type), "abs", (node,))

    def rounding(self, raw: sql.Expr) -> Node:
        """Read round, floor and ceil; the digits are a whole number written out."""
        node = self._one(raw.this)
        written = raw.args.get("decimals")
        if written is not None and not (isinstance(written, sql.Literal) and re.fullmatch("[0-9]", str(written.this))):
            raise Wrong(
                _("{name} 的位数要写成 0 到 9 的数字。").format(name=raw.key),
                _("写成 round(x, 2)。"),
                offset=_offset(raw),
            )
        digits = int(str(written.this)) if written is not None else 0
        if not types.rounds(node.type, digits):
            raise too_large()
        return Call(types.rounded(node.type, digits, raw.key), raw.key, (node,), digits)

    def other_function(self, raw: sql.Expr) -> Node:
        """Read the functions that SQL does not have: days_between and those of the portfolio."""
        function = raw.name.lower()
        if function == "days_between" and len(raw.expressions) == 2:
            first, last = (_as_date(node, DATE) for node in self._both(*raw.expressions))
            self._must_be(first, "date", raw.expressions[0])
            self._must_be(last, "date", raw.expressions[1])
            return _days(first, last)
        if function in _PORTFOLIO and len(raw.expressions) == 1:
            fact = self._one(raw.expressions[0])
            if not isinstance(fact, Name) or fact.id == "total":
                raise Wrong(
                    _("{function} 里只能写一个数字型事实名。").format(function=function),
                    _("先用 formula 声明这个算式为一个事实, 再写它的名字。"),
                    offset=_offset(raw),
                )
            return OfPortfolio(types.of_portfolio(_PORTFOLIO[function], fact.type), _PORTFOLIO[function], fact)  # type: ignore[arg-type]
        raise Wrong(
            _("没有“{function}”这个函数 (或参数个数不对)。").format(function=raw.name),
            _("可用的函数: {names}。").format(names=", ".join(FUNCTIONS)),
            offset=_offset(raw),
        )

    # Conditions ----------------------------------------------------------------------------------------------------

    def comparison(self, raw: sql.Expr) -> Node:
        left, right = self._both(raw.this, raw.expression)
        return _compared(_COMPARISONS[type(raw)], left, right, raw)

    def logic(self, raw: sql.Expr) -> Node:
        op = "and" if isinstance(raw, sql.And) else "or"
        parts = list(raw.flatten())
        nodes = self._both(*parts)
        for node, part in zip(nodes, parts, strict=True):
            self._must_be(node, "truth", part)
        return Logic(TRUTH, op, nodes)  # type: ignore[arg-type]

    def opposite(self, raw: sql.Expr) -> Node:
        return Not(TRUTH, self._one(raw.this, "truth"))

    def between(self, raw: sql.Expr) -> Node:
        value, low, high = self._both(raw.this, raw.args["low"], raw.args["high"])
        return Logic(TRUTH, "and", (_compared(">=", value, low, raw), _compared("<=", value, high, raw)))

    def member(self, raw: sql.Expr) -> Node:
        if not raw.expressions:
            raise Wrong(_("in 后面要括号里的几个值。"), _("写成 x in ('甲', '乙')。"), offset=_offset(raw))
        value, *others = self._both(raw.this, *raw.expressions)
        found = tuple(_compared("=", value, other, raw) for other in others)
        return found[0] if len(found) == 1 else Logic(TRUTH, "or", found)

    def is_null(self, raw: sql.Expr) -> Node:
        if not isinstance(raw.expression, sql.Null):
            raise Wrong(_("is 后面只能写 null 或 not null。"), _("写成 x is null。"), offset=_offset(raw))
        (node,) = self._both(raw.this)
        return IsMissing(TRUTH, node)

    def case(self, raw: sql.Expr) -> Node:
        if raw.this is not None:
            raise Wrong(
                _("case 后面直接写 when。"), _("写成 case when 条件 then 值 else 值 end。"), offset=_offset(raw)
            )
        branches = raw.args["ifs"]
        conditions = [self._one(branch.this, "truth") for branch in branches]
        default = raw.args.get("default")
        values = self._both(*(branch.args["true"] for branch in branches), *([default] if default is not None else []))
        pairs = tuple(zip(conditions, values, strict=False))
        return Case(_common(values, raw), pairs, values[-1] if default is not None else None)


def _compared(op: str, left: Node, right: Node, raw: sql.Expr) -> Node:
    left, right = _as_date(left, right.type), _as_date(right, left.type)
    if left.type.base != right.type.base:
        raise Wrong(
            _("“{part}”两边不是同一类: 左边是{left}, 右边是{right}。").format(
                part=_sql(raw), left=kind_words(left.type.base), right=kind_words(right.type.base)
            ),
            _("数字与数字比, 选项与单引号里的文字比, 日期与 '2026-01-01' 比。"),
            offset=_offset(raw),
        )
    if left.type.base in {"text", "truth"} and op not in {"=", "<>"}:
        raise Wrong(
            _("{kind}只能用 = 或 <> 比较。").format(kind=kind_words(left.type.base)),
            _("改用 =、<> 或 in。"),
            offset=_offset(raw),
        )
    for known, other in ((left, right), (right, left)):
        if known.type.choices and isinstance(other, Constant) and other.value not in known.type.choices:
            raise Wrong(
                _("“{value}”不在可选值里: {choices}。").format(value=other.value, choices=listed(known.type.choices)),
                _("改成其中之一。"),
                _("这个条件永远不会成立。"),
                offset=_offset(raw),
            )
    if left.type.base == "number" and not types.compares(left.type, right.type):
        raise too_large()
    return Compare(TRUTH, op, left, right)  # type: ignore[arg-type]


def _common(nodes: tuple[Node, ...], raw: sql.Expr) -> Type:
    """Type a choice among several values, which must be of one kind."""
    kinds = [node.type for node in nodes]
    bases = {kind.base for kind in kinds}
    if len(bases) != 1:
        raise Wrong(
            _("“{part}”里的几个值不是同一类。").format(part=_sql(raw)),
            _("让每个值都是数字 (或都是条件)。"),
            offset=_offset(raw),
        )
    if bases == {"number"}:
        return types.joined(kinds)
    if any(kind.choices is None for kind in kinds):
        return Type(kinds[0].base)
    return Type("text", choices=tuple(dict.fromkeys(choice for kind in kinds for choice in kind.choices or ())))


def _days(first: Node, last: Node) -> Node:
    return Call(types.DAYS, "days_between", (first, last))


def _as_date(node: Node, beside: Type) -> Node:
    """Read a text beside a date as a date."""
    if beside.base != "date" or not isinstance(node, Constant) or not isinstance(node.value, str):
        return node
    try:
        day = datetime.datetime.strptime(node.value, "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no time zone)
    except ValueError:
        raise Wrong(_("“{value}”不是日期。").format(value=node.value), _("写成 '2026-01-01' 的样子。")) from None
    return Constant(DATE, day)


def _sql(raw: sql.Expr) -> str:
    return raw.sql("duckdb")


def _offset(raw: sql.Expr) -> int | None:
    """Find where a node begins: the first place that SQLGlot noted in it."""
    starts = [node.meta["start"] for node in raw.walk() if "start" in node.meta]
    return min(starts, default=None)


_HANDLERS: dict[type[sql.Expr], Callable[[_Reader, sql.Expr], Node]] = {
    sql.Literal: _Reader.literal,
    sql.Boolean: _Reader.truth,
    sql.Column: _Reader.name,
    sql.Paren: _Reader.wrapped,
    sql.Neg: _Reader.negative,
    sql.And: _Reader.logic,
    sql.Or: _Reader.logic,
    sql.Not: _Reader.opposite,
    sql.Between: _Reader.between,
    sql.In: _Reader.member,
    sql.Is: _Reader.is_null,
    sql.Case: _Reader.case,
    sql.Least: _Reader.several,
    sql.Greatest: _Reader.several,
    sql.Coalesce: _Reader.several,
    sql.Abs: _Reader.magnitude,
    sql.Round: _Reader.rounding,
    sql.Floor: _Reader.rounding,
    sql.Ceil: _Reader.rounding,
    sql.Anonymous: _Reader.other_function,
    **dict.fromkeys(_ARITHMETIC, _Reader.arithmetic),
    **dict.fromkeys(_COMPARISONS, _Reader.comparison),
}
