"""The typed tree of an expression: few kinds of nodes, each knowing its type and the range of its values."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Base = Literal["number", "truth", "text", "date"]


@dataclass(frozen=True, slots=True)
class Type:
    """What an expression yields.

    A number is N / (D · 10^scale) with whole N and D > 0: `low` and `high` bound its value (both included), `whole`
    bounds |N| and `divisor` bounds D (1 where nothing is divided). `choices` are the values a text may have, if known.
    """

    base: Base
    scale: int = 0
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    whole: int = 0
    divisor: int = 1
    choices: tuple[str, ...] | None = None

    @property
    def largest(self) -> Fraction:
        """The largest magnitude it may have."""
        return max(abs(self.low), abs(self.high))

    @property
    def smallest(self) -> Fraction:
        """The smallest magnitude other than zero that it may have."""
        return Fraction(1, self.divisor * 10**self.scale)


TRUTH = Type("truth")
TEXT = Type("text")
DATE = Type("date")


def number(scale: int, low: Fraction | Decimal | int, high: Fraction | Decimal | int) -> Type:
    """Make the type of a number with `scale` decimal digits between `low` and `high`, not a quotient."""
    lowest, highest = Fraction(low), Fraction(high)
    whole = max(abs(lowest), abs(highest)) * 10**scale
    return Type("number", scale, lowest, highest, -(-whole.numerator // whole.denominator))


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of an expression; `type` says what it yields."""

    type: Type

    def parts(self) -> tuple[Node, ...]:
        """Give the nodes that it is made of."""
        return ()


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A number, text, truth value or day written in the policy."""

    value: Decimal | str | bool | datetime.date


def literal(value: Decimal) -> Constant:
    """Make the node of a number written in the policy."""
    return Constant(number(max(-int(value.as_tuple().exponent), 0), value, value), value)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A fact, or one of the names `as_of` and `total`."""

    id: str


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left op right` for + - * /; division by zero yields nothing (missing)."""

    op: Literal["+", "-", "*", "/"]
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        """Give both sides."""
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left op right` for = <> < <= > >=."""

    op: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        """Give both sides."""
        return self.left, self.right


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` or `or` over several conditions, with SQL's three values."""

    op: Literal["and", "or"]
    conditions: tuple[Node, ...]

    def parts(self) -> tuple[Node, ...]:
        """Give the conditions."""
        return self.conditions


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition."""

    condition: Node

    def parts(self) -> tuple[Node, ...]:
        """Give the condition."""
        return (self.condition,)


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    """Whether a value is missing (`is null`)."""

    value: Node

    def parts(self) -> tuple[Node, ...]:
        """Give the value."""
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Case(Node):
    """The value of the first condition that holds, else `otherwise`; a condition that is unknown makes it missing."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None

    def parts(self) -> tuple[Node, ...]:
        """Give conditions and values."""
        inner = tuple(part for branch in self.branches for part in branch)
        return inner if self.otherwise is None else (*inner, self.otherwise)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function: abs, least, greatest, round, floor, ceil, coalesce, days_between. `digits` belongs to round."""

    function: str
    arguments: tuple[Node, ...]
    digits: int = 0

    def parts(self) -> tuple[Node, ...]:
        """Give the arguments."""
        return self.arguments


@dataclass(frozen=True, slots=True)
class OfPortfolio(Node):
    """A figure of the whole portfolio: max, min, avg, or the percentile of a customer's own value in it."""

    figure: Literal["max", "min", "avg", "percentile"]
    fact: Name

    def parts(self) -> tuple[Node, ...]:
        """Give the fact."""
        return (self.fact,)


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all below it."""
    yield node
    for part in node.parts():
        yield from walk(part)


def height(node: Node) -> int:
    """Count the levels of a tree: so deep do functions that read it call themselves."""
    return 1 + max(map(height, node.parts()), default=0)


def names_in(node: Node) -> tuple[str, ...]:
    """Give the names a node uses, each once, in order of appearance."""
    return tuple(dict.fromkeys(part.id for part in walk(node) if isinstance(part, Name)))


def portfolio_figures_in(node: Node) -> tuple[OfPortfolio, ...]:
    """Give the portfolio figures a node uses, each once."""
    return tuple(dict.fromkeys(part for part in walk(node) if isinstance(part, OfPortfolio)))
