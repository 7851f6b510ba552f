"""Where a policy is worked on: the names that expressions may use so far, and the flaws found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from creditpolicy.expressions import DATE, Fault, Node, Type, names_in, parse
from creditpolicy.expressions import types as typing_rules
from creditpolicy.expressions.faults import too_large
from creditpolicy.expressions.tree import Base
from creditpolicy.language import _
from creditpolicy.model import Policy
from creditpolicy.program.rules import Flaw, Path

MOST_STEPS = 10**17
"""No points, total or limit may reach this many of its smallest steps: a 64-bit number then holds any sum of them."""


class Desk:
    """A policy under work."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.flaws: list[Flaw] = []
        self.names: dict[str, Type] = {"as_of": DATE}
        self.grades = [grade.grade for grade in policy.grades]
        self.digits = policy.scorecard.digits

    def flaw(self, path: Path, what: str, fix: str = "", why: str = "", *, code: str = "expression") -> None:
        """Note that something keeps the policy from running."""
        self.flaws.append(Flaw(path, Fault(what, fix, why), code))

    def parse(self, text: str, path: Path, wanted: Base, names: Mapping[str, Type] | None = None) -> Node | None:
        """Parse an expression and note its faults."""
        node, faults = parse(text, names if names is not None else self.names, wanted)
        self.flaws.extend(Flaw(path, fault) for fault in faults)
        return node

    def number(self, text: str, path: Path, digits: int, names: Mapping[str, Type] | None = None) -> Node | None:
        """Parse a number that is to be rounded to `digits` decimals."""
        node = self.parse(text, path, "number", names)
        if node is not None and not typing_rules.rounds(node.type, digits):
            self.flaws.append(Flaw(path, too_large().fault))
            return None
        return node

    def within_reach(self, most: int, path: Path, fix: str) -> None:
        """Note where a result could have more digits than are kept for it."""
        if most >= MOST_STEPS:
            self.flaw(
                path,
                _("结果可能超过 {count} 位数字。").format(count=len(str(MOST_STEPS)) - 1),
                fix,
                _("这样大的数不会是真的分数或金额, 多半是某个事实没有限定范围。"),
            )


def needs(nodes: Iterable[Node | None]) -> tuple[str, ...]:
    """Give the facts that some expressions use."""
    return tuple(
        dict.fromkeys(name for node in nodes if node is not None for name in names_in(node) if name != "as_of")
    )
