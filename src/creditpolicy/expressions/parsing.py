"""From the text of an expression to its typed tree: SQLGlot reads, an allow-list admits, types are settled here."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

import sqlglot
from sqlglot import expressions as sql
from sqlglot.errors import SqlglotError

from creditpolicy.expressions import types
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
    number,
)
from creditpolicy.language import _

LONGEST = 1000
DEEPEST = 30
FUNCTIONS = (
    "abs", "least", "greatest", "round", "floor", "ceil", "coalesce", "days_between",
    "portfolio_max", "portfolio_min", "portfolio_avg", "percentile",
)  # fmt: skip
_PORTFOLIO = {"portfolio_max": "max", "portfolio_min": "min", "portfolio_avg": "avg", "percentile": "percentile"}
_UNLIKELY = re.compile(r"--|/\*|\*/|;|\\|\$|[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_FULL_WIDTH = {"(": "（", ")": "）", ",": "，", "+": "＋", ">": "＞", "<": "＜", "=": "＝", "*": "＊×", "/": "／÷", "'": "‘’“”", "-": "－—", ";": "；", ":": "："}  # fmt: skip
_COMPARISONS = {sql.EQ: "=", sql.NEQ: "<>", sql.LT: "<", sql.LTE: "<=", sql.GT: ">", sql.GTE: ">="}
_ARITHMETIC = {sql.Add: "+", sql.Sub: "-", sql.Mul: "*", sql.Div: "/"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in an expression: `offset` counts characters from its start, where known."""

    what: str
    fix: str = ""
    why: str = ""
    offset: int | None = None


class _Wrong(Exception):
    """One fault, raised at the node where it is seen and gathered one level up."""

    def __init__(self, what: str, fix: str = "", why: str = "", at: sql.Expr | None = None) -> None:
        self.fault = Fault(what, fix, why, at.meta.get("start") if at is not None else None)
        super().__init__(what)


class _Gathered(_Wrong):
    """Faults below were gathered already; nothing to add here."""

    def __init__(self) -> None:
        super().__init__("")


def parse(text: str, names: Mapping[str, Type], wanted: Base) -> tuple[Node | None, list[Fault]]:
    """Read an expression that must yield `wanted`, over the given names; give its tree, or everything that is wrong.

    A node type, function or name that is not on the list is a fault: nothing else ever reaches an engine.
    """
    try:
        raw = _read(text)
        reader = _Reader(names)
        node = reader.read(raw)
    except _Wrong as wrong:
        return None, [wrong.fault]
    except RecursionError:
        return None, [_too_deep()]
    if reader.faults or node is None:
        return None, reader.faults
    if _height(node) > DEEPEST * 3:
        return None, [_too_deep()]
    if node.type.base != wanted:
        return None, [_not_wanted(node, wanted)]
    if wanted == "number" and not types.fits(node.type):
        return None, [_too_large()]
    return node, []


def _read(text: str) -> sql.Expr:
    if len(text) > LONGEST:
        raise _Wrong(
            _("算式有 {count} 个字符, 超过 {limit} 个。").format(count=len(text), limit=LONGEST),
            _("拆成几个 formula 事实, 每个短一些。"),
        )
    odd = _UNLIKELY.search(text)
    if odd:
        raise _Wrong(
            _("算式里有不允许的字符“{char}”。").format(char=odd[0] if odd[0].isprintable() else f"U+{ord(odd[0]):04X}"),
            _("算式只写事实名、数字、运算符和括号, 不写注释、分号和控制字符。"),
        )
    outside = re.sub(r"'[^']*'", "", text)
    for half, full in _FULL_WIDTH.items():
        for char in full:
            if char in outside:
                raise _Wrong(
                    _("算式里有全角符号“{full}”。").format(full=char), _("改成半角“{half}”。").format(half=half)
                )
    if _depth(text) > DEEPEST:
        raise _Wrong(_too_deep().what, _too_deep().fix)
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except (SqlglotError, ValueError) as error:
        offset = _offset_of(error, text)
        fault = _Wrong(
            _("算式读不懂: {text}").format(text=text), _("检查括号是否成对、运算符两边是否都有内容; 文字要用单引号。")
        )
        fault.fault = Fault(fault.fault.what, fault.fault.fix, "", offset)
        raise fault from error
    if len(trees) != 1 or trees[0] is None:
        raise _Wrong(_("这里要一个算式, 不是 {count} 个。").format(count=len(trees)), _("只留一个算式。"))
    return trees[0]


def _depth(text: str) -> int:
    deepest = depth = 0
    for char in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(char, 0)
        deepest = max(deepest, depth)
    return deepest


def _height(node: Node) -> int:
    return 1 + max(map(_height, node.parts()), default=0)


def _offset_of(error: Exception, text: str) -> int | None:
    details = getattr(error, "errors", None) or [{}]
    column = details[0].get("col")
    highlight = details[0].get("highlight") or ""
    if not column:
        return None
    return min(max(column - len(highlight), 0), max(len(text) - 1, 0))


def _too_deep() -> Fault:
    return Fault(_("算式嵌套超过 {limit} 层。").format(limit=DEEPEST), _("拆成几个 formula 事实。"))


def _too_large() -> Fault:
    return Fault(
        _("算式的结果可能超过 37 位数字, 无法精确计算。"),
        _("给用到的事实写上更窄的 range, 或减少连乘连除。"),
        _("超出的位数会丢失或报错, 分数和金额就不再可信。"),
    )


def _kind_words(base: Base) -> str:
    return {"number": _("数字"), "truth": _("是否成立的条件"), "text": _("文字"), "date": _("日期")}[base]


def _not_wanted(node: Node, wanted: Base) -> Fault:
    return Fault(
        _("这里要{wanted}, 算式给出的是{given}。").format(
            wanted=_kind_words(wanted), given=_kind_words(node.type.base)
        ),
        _("写成比较, 如 overdue_days_max > 30。") if wanted == "truth" else _("写成算出数字的算式, 如 15 * x / 100。"),
    )


class _Reader:
    """Turns SQLGlot's tree into ours, node by node; whatever it does not know is refused."""

    def __init__(self, names: Mapping[str, Type]) -> None:
        self.names = names
        self.faults: list[Fault] = []

    def read(self, raw: sql.Expr) -> Node | None:
        """Read one node; faults are gathered so that both sides of an operator are looked at."""
        try:
            return self._node(raw)
        except _Gathered:
            return None
        except _Wrong as wrong:
            self.faults.append(wrong.fault)
            return None

    def _both(self, *raws: sql.Expr) -> tuple[Node, ...]:
        nodes = tuple(self.read(raw) for raw in raws)
        if any(node is None for node in nodes):
            raise _Gathered
        return tuple(node for node in nodes if node is not None)

    def _node(self, raw: sql.Expr) -> Node:
        if type(raw) in _COMPARISONS:
            return self._comparison(raw)
        if type(raw) in _ARITHMETIC:
            return self._arithmetic(raw)
        handler = _HANDLERS.get(type(raw))
        if handler is None:
            word = raw.sql("duckdb")[:40]
            raise _Wrong(
                _("算式里不能用“{word}”。").format(word=word),
                _(
                    "只能用事实名、数字、+ - * /、比较、and/or/not、between、in、is null、case 和这些函数: {names}。"
                ).format(names=", ".join(FUNCTIONS)),
                at=raw,
            )
        return handler(self, raw)

    def _number(self, raw: sql.Expr, base: Base = "number") -> Node:
        (node,) = self._both(raw)
        return self._must_be(node, base, raw)

    def _must_be(self, node: Node, base: Base, raw: sql.Expr) -> Node:
        if node.type.base != base:
            raise _Wrong(
                _("“{part}”是{given}, 这里要{wanted}。").format(
                    part=raw.sql("duckdb"), given=_kind_words(node.type.base), wanted=_kind_words(base)
                ),
                _("是否型事实直接作条件, 选择型用 = '选项' 比较, 数字型才能计算。"),
                at=raw,
            )
        return node

    def literal(self, raw: sql.Expr) -> Node:
        if raw.is_string:
            return Constant(TEXT, str(raw.this))
        if not re.fullmatch(r"\d{1,18}(\.\d{1,12})?|\.\d{1,12}", str(raw.this)):
            raise _Wrong(
                _("数字“{number}”过长或写法不对。").format(number=str(raw.this)[:40]),
                _("整数最多 18 位, 小数最多 12 位, 不用科学记数法。"),
                at=raw,
            )
        value = Decimal(str(raw.this))
        scale = max(-int(value.as_tuple().exponent), 0)
        return Constant(number(scale, value, value), value)

    def truth(self, raw: sql.Expr) -> Node:
        return Constant(TRUTH, bool(raw.this))

    def name(self, raw: sql.Expr) -> Node:
        if raw.args.get("table") or not isinstance(raw.this, sql.Identifier):
            raise _Wrong(
                _("“{name}”不是事实名。").format(name=raw.sql("duckdb")), _("只写事实名, 不写表名和星号。"), at=raw
            )
        name = raw.name
        if name not in self.names:
            near = get_close_matches(name, self.names, n=1, cutoff=0.6)
            raise _Wrong(
                _("“{name}”没有在 facts 里声明。").format(name=name),
                _("是不是“{near}”? 否则先在 facts 里声明它。").format(near=near[0])
                if near
                else _("先在 facts 里声明它; 文字要用单引号。"),
                at=raw.this,
            )
        return Name(self.names[name], name)

    def wrapped(self, raw: sql.Expr) -> Node:
        (node,) = self._both(raw.this)
        return node

    def negative(self, raw: sql.Expr) -> Node:
        node = self._number(raw.this)
        if isinstance(node, Constant) and isinstance(node.value, Decimal):
            return Constant(types.negated(node.type), -node.value)
        zero = Constant(number(0, 0, 0), Decimal(0))
        return Arithmetic(types.negated(node.type), "-", zero, node)

    def _arithmetic(self, raw: sql.Expr) -> Node:
        left, right = self._both(raw.this, raw.expression)
        op = _ARITHMETIC[type(raw)]
        if op == "-" and left.type.base == right.type.base == "date":
            return self._days(right, left)
        self._must_be(left, "number", raw.this)
        self._must_be(right, "number", raw.expression)
        if op == "/" and right.type.low == right.type.high == 0:
            raise _Wrong(
                _("除数“{part}”总是零。").format(part=raw.expression.sql("duckdb")), _("改正除数。"), at=raw.expression
            )
        kind = {
            "+": types.added,
            "-": lambda a, b: types.added(a, types.negated(b)),
            "*": types.multiplied,
            "/": types.divided,
        }[op](left.type, right.type)
        if not types.fits(kind):
            self.faults.append(_too_large())
            raise _Gathered
        return Arithmetic(kind, op, left, right)  # type: ignore[arg-type]

    def _days(self, first: Node, last: Node) -> Node:
        return Call(number(0, -(10**6), 10**6), "days_between", (first, last))

    def _comparison(self, raw: sql.Expr) -> Node:
        left, right = self._both(raw.this, raw.expression)
        return self._compared(_COMPARISONS[type(raw)], left, right, raw)

    def _compared(self, op: str, left: Node, right: Node, raw: sql.Expr) -> Node:
        left, right = _as_date(left, right), _as_date(right, left)
        if left.type.base != right.type.base:
            raise _Wrong(
                _("“{part}”两边不是同一类: 左边是{left}, 右边是{right}。").format(
                    part=raw.sql("duckdb"), left=_kind_words(left.type.base), right=_kind_words(right.type.base)
                ),
                _("数字与数字比, 选项与单引号里的文字比, 日期与 '2026-01-01' 比。"),
                at=raw,
            )
        if left.type.base in {"text", "truth"} and op not in {"=", "<>"}:
            raise _Wrong(
                _("{kind}只能用 = 或 <> 比较。").format(kind=_kind_words(left.type.base)),
                _("改用 =、<> 或 in。"),
                at=raw,
            )
        for known, other in ((left, right), (right, left)):
            if known.type.choices and isinstance(other, Constant) and other.value not in known.type.choices:
                raise _Wrong(
                    _("“{value}”不在可选值里: {choices}。").format(
                        value=other.value, choices="、".join(known.type.choices)
                    ),
                    _("改成其中之一。"),
                    _("这个条件永远不会成立。"),
                    at=raw,
                )
        return Compare(TRUTH, op, left, right)  # type: ignore[arg-type]

    def logic(self, raw: sql.Expr) -> Node:
        op: str = "and" if isinstance(raw, sql.And) else "or"
        parts: list[sql.Expr] = list(raw.flatten())
        nodes = self._both(*parts)
        for node, part in zip(nodes, parts, strict=True):
            self._must_be(node, "truth", part)
        return Logic(TRUTH, op, nodes)  # type: ignore[arg-type]

    def opposite(self, raw: sql.Expr) -> Node:
        return Not(TRUTH, self._number(raw.this, "truth"))

    def between(self, raw: sql.Expr) -> Node:
        value, low, high = self._both(raw.this, raw.args["low"], raw.args["high"])
        return Logic(TRUTH, "and", (self._compared(">=", value, low, raw), self._compared("<=", value, high, raw)))

    def member(self, raw: sql.Expr) -> Node:
        options = raw.args.get("expressions") or []
        if not options or raw.args.get("query") or raw.args.get("unnest") or raw.args.get("field"):
            raise _Wrong(_("in 后面要括号里的几个值。"), _("写成 x in ('甲', '乙')。"), at=raw)
        value, *others = self._both(raw.this, *options)
        return Logic(TRUTH, "or", tuple(self._compared("=", value, other, raw) for other in others))

    def is_null(self, raw: sql.Expr) -> Node:
        if not isinstance(raw.expression, sql.Null):
            raise _Wrong(_("is 后面只能写 null 或 not null。"), _("写成 x is null。"), at=raw)
        (node,) = self._both(raw.this)
        return IsMissing(TRUTH, node)

    def case(self, raw: sql.Expr) -> Node:
        if raw.this is not None:
            raise _Wrong(_("case 后面直接写 when。"), _("写成 case when 条件 then 值 else 值 end。"), at=raw)
        pairs = [(self._number(branch.this, "truth"), branch.args["true"]) for branch in raw.args["ifs"]]
        values = list(self._both(*(value for _when, value in pairs)))
        default = raw.args.get("default")
        otherwise = self._both(default)[0] if default is not None else None
        everything = [*values, *([otherwise] if otherwise is not None else [])]
        kind = self._common(everything, raw)
        return Case(kind, tuple(zip((when for when, _value in pairs), values, strict=True)), otherwise)

    def _common(self, nodes: list[Node], raw: sql.Expr) -> Type:
        bases = {node.type.base for node in nodes}
        if len(bases) != 1:
            raise _Wrong(
                _("“{part}”里的几个值不是同一类。").format(part=raw.sql("duckdb")),
                _("让每个值都是数字 (或都是条件)。"),
                at=raw,
            )
        return types.joined([node.type for node in nodes]) if bases == {"number"} else nodes[0].type

    def several(self, raw: sql.Expr) -> Node:
        """Read least, greatest and coalesce."""
        function = raw.key
        arguments = [raw.this, *raw.expressions] if raw.this is not None else list(raw.expressions)
        if len(arguments) < 2:
            raise _Wrong(
                _("{function} 至少要两个值。").format(function=function),
                _("写成 {function}(a, b)。").format(function=function),
                at=raw,
            )
        nodes = self._both(*arguments)
        if function == "coalesce":
            return Call(self._common(list(nodes), raw), function, nodes)
        for node, argument in zip(nodes, arguments, strict=True):
            self._must_be(node, "number", argument)
        kinds = [node.type for node in nodes]
        return Call(types.smaller(kinds) if function == "least" else types.greater(kinds), function, nodes)

    def magnitude(self, raw: sql.Expr) -> Node:
        node = self._number(raw.this)
        return Call(types.absolute(node.type), "abs", (node,))

    def rounding(self, raw: sql.Expr) -> Node:
        """Read round, floor and ceil; the digits are a whole number written out."""
        node = self._number(raw.this)
        digits = raw.args.get("decimals")
        count = 0
        if digits is not None:
            if not (isinstance(digits, sql.Literal) and re.fullmatch(r"[0-9]", str(digits.this))):
                raise _Wrong(
                    _("{name} 的位数要写成 0 到 9 的数字。").format(name=raw.key), _("写成 round(x, 2)。"), at=raw
                )
            count = int(str(digits.this))
        return Call(types.rounded(node.type, count), raw.key, (node,), count)

    def anonymous(self, raw: sql.Expr) -> Node:
        function = raw.name.lower()
        if function == "days_between" and len(raw.expressions) == 2:
            first, last = self._both(*raw.expressions)
            first, last = _as_date(first, Name(DATE, "")), _as_date(last, Name(DATE, ""))
            self._must_be(first, "date", raw.expressions[0])
            self._must_be(last, "date", raw.expressions[1])
            return self._days(first, last)
        if function in _PORTFOLIO and len(raw.expressions) == 1:
            fact = self._number(raw.expressions[0])
            if not isinstance(fact, Name) or fact.id == "total":
                raise _Wrong(
                    _("{function} 里只能写一个数字型事实名。").format(function=function),
                    _("先用 formula 声明这个算式为一个事实, 再写它的名字。"),
                    at=raw,
                )
            return _portfolio(_PORTFOLIO[function], fact)
        raise _Wrong(
            _("没有“{function}”这个函数 (或参数个数不对)。").format(function=raw.name),
            _("可用的函数: {names}。").format(names=", ".join(FUNCTIONS)),
            at=raw,
        )


def _portfolio(figure: str, fact: Name) -> Node:
    kind = fact.type
    if figure == "percentile":
        kind = Type("number", 0, number(0, 0, 1).low, number(0, 0, 1).high, 10**10, 10**10)
    elif figure == "avg":
        kind = Type("number", kind.scale, kind.low, kind.high, kind.whole * 10**10, 10**10)
    return OfPortfolio(kind, figure, fact)  # type: ignore[arg-type]


def _as_date(node: Node, other: Node) -> Node:
    if other.type.base == "date" and isinstance(node, Constant) and isinstance(node.value, str):
        try:
            return Constant(DATE, datetime.date.fromisoformat(node.value))
        except ValueError:
            raise _Wrong(_("“{value}”不是日期。").format(value=node.value), _("写成 '2026-01-01' 的样子。")) from None
    return node


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
    sql.Anonymous: _Reader.anonymous,
}
