"""Which way an expression runs as one fact grows: up, down, not at all, or not known."""

from __future__ import annotations

from collections.abc import Iterable

from creditpolicy.expressions import Arithmetic, Call, Constant, Name, Node, OfPortfolio
from creditpolicy.expressions import Type as Kind

Direction = int | None
"""1 rising, -1 falling, 0 constant, None not known."""


def direction_of(node: Node, fact: str) -> Direction:
    """Say which way `node` runs as `fact` grows while all else, the portfolio included, stays as it is."""
    if isinstance(node, Constant):
        return 0
    if isinstance(node, Name):
        return int(node.id == fact)
    if isinstance(node, OfPortfolio):
        return int(node.figure == "percentile" and node.fact.id == fact)
    if isinstance(node, Arithmetic):
        left, right = direction_of(node.left, fact), direction_of(node.right, fact)
        if node.op in {"+", "-"}:
            return _together([left, right if node.op == "+" or right is None else -right])
        if node.op == "*":
            return _together([_times(left, node.right.type), _times(right, node.left.type)])
        return _together([_times(left, node.right.type), _divided_by(node.left.type, right, node.right.type)])
    if isinstance(node, Call) and node.function in {"round", "floor", "ceil", "least", "greatest"}:
        return _together(direction_of(argument, fact) for argument in node.arguments)
    if isinstance(node, Call) and node.function == "abs" and node.arguments[0].type.low >= 0:
        return direction_of(node.arguments[0], fact)
    return None


def _together(directions: Iterable[Direction]) -> Direction:
    found = set(directions)
    if None in found:
        return None
    found.discard(0)
    return 0 if not found else found.pop() if len(found) == 1 else None


def _sign(kind: Kind) -> Direction:
    return 1 if kind.low >= 0 else -1 if kind.high <= 0 else None


def _times(direction: Direction, factor: Kind) -> Direction:
    if direction == 0:
        return 0
    sign = _sign(factor)
    return None if direction is None or sign is None else direction * sign


def _divided_by(whole: Kind, direction: Direction, divisor: Kind) -> Direction:
    """Say which way whole / x runs as x runs in `direction`; not known where x may change its sign."""
    if direction == 0:
        return 0
    sign = _sign(whole)
    return None if direction is None or sign is None or _sign(divisor) is None else -direction * sign
