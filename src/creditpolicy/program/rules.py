"""What a program is made of: facts, items, vetoes and terms in the one form that runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from creditpolicy.expressions import Fault, Node, OfPortfolio, Type, names_in, portfolio_figures_in
from creditpolicy.expressions import types as typing_rules
from creditpolicy.model import Credit, Fact, Interval, Item, Kind, Policy, Sourced, Terms, Veto

Path = tuple[str | int, ...]
Part = Literal["base", "bonus", "deduction"]
PARTS: tuple[Part, ...] = ("base", "bonus", "deduction")
LIMIT_DIGITS = 2
DEFAULT_KEY = "customer_id"
"""What identifies a customer where no fact is of that type."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A fault at a place of the policy: the path of the model's field, and what is wrong there, of which kind."""

    path: Path
    fault: Fault
    code: str = "expression"


@dataclass(frozen=True, slots=True)
class FactRule:
    """A fact as the program uses it. `formula` computes it from others; its value is rounded to the fact's digits."""

    id: str
    fact: Fact
    type: Type
    formula: Node | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One way an item can score: the first step whose condition holds gives the points.

    `when` None always holds. `interval` or `option` says what the condition was made of, where it was bands or a choice.
    """

    when: Node | None
    points: Node
    source: Sourced
    interval: Interval | None = None
    option: str | None = None


@dataclass(frozen=True, slots=True)
class MissingRule:
    """What happens when an item's facts are missing; `points` belongs to kind `points` and to `worst`."""

    kind: Literal["refuse", "worst", "points", "reweigh"]
    points: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ItemRule:
    """An item of the scorecard in the one form that runs.

    Points are those of the first step that holds, rounded half up, then kept within `low` and `high`. For a deduction
    they are taken away. `value` is what is shown as the item's value; `span` are the fewest and most points that it can
    give, in the policy's smallest steps, before the sign and before any reweighing.
    """

    id: str
    part: Part
    item: Item
    path: Path
    value: Node | None
    steps: tuple[Step, ...]
    low: Decimal
    high: Decimal | None
    missing: MissingRule
    needs: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 0)

    @property
    def sign(self) -> int:
        """1, or -1 for a deduction."""
        return -1 if self.part == "deduction" else 1


@dataclass(frozen=True, slots=True)
class VetoRule:
    """A veto: `forces` is the index of the grade it forces."""

    id: str
    veto: Veto
    path: Path
    when: Node
    forces: int
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermsRule:
    """The credit terms of a grade, with the limit's expression parsed."""

    terms: Terms
    limit: Node | None
    path: Path


@dataclass(frozen=True)
class Program:
    """Everything a rating needs, in the order it is computed. Grades are numbered from the best, 0."""

    policy: Policy
    facts: tuple[FactRule, ...]
    items: tuple[ItemRule, ...]
    vetoes: tuple[VetoRule, ...]
    terms: tuple[TermsRule | None, ...]
    conditions: Mapping[Path, Node] = field(default_factory=dict)

    @property
    def digits(self) -> int:
        """Decimal digits of points."""
        return self.policy.scorecard.digits

    @cached_property
    def fact(self) -> dict[str, FactRule]:
        """Facts by id."""
        return {rule.id: rule for rule in self.facts}

    @cached_property
    def inputs(self) -> tuple[FactRule, ...]:
        """Facts that come with the customer, as against those computed by a formula."""
        return tuple(rule for rule in self.facts if rule.formula is None)

    @cached_property
    def computed(self) -> tuple[FactRule, ...]:
        """Facts computed by a formula, each after those it uses."""
        return tuple(rule for rule in self.facts if rule.formula is not None)

    @cached_property
    def key(self) -> str:
        """The fact that identifies a customer."""
        return next((rule.id for rule in self.facts if rule.fact.type is Kind.ID), DEFAULT_KEY)

    @cached_property
    def name(self) -> str | None:
        """The fact that names a customer, if there is one."""
        return next((rule.id for rule in self.facts if rule.fact.type is Kind.TEXT), None)

    @cached_property
    def portfolio_figures(self) -> tuple[OfPortfolio, ...]:
        """The figures of the whole portfolio that items and limits use."""
        return tuple(dict.fromkeys(figure for node in self.nodes() for figure in portfolio_figures_in(node)))

    @cached_property
    def reweighed(self) -> tuple[ItemRule, ...]:
        """The base items that share the weight of those that are missing; none where no item is to be reweighed."""
        return reweighed(self.items, self.digits)

    @cached_property
    def total_span(self) -> tuple[int, int]:
        """The lowest and highest total, in the policy's smallest steps, whatever the facts and whichever are missing."""
        return total_span(self.items, self.reweighed, self.digits)

    @cached_property
    def uses_as_of(self) -> bool:
        """Whether anything depends on the day of the rating."""
        return any("as_of" in names_in(node) for node in self.nodes())

    @cached_property
    def used(self) -> frozenset[str]:
        """Facts that points, vetoes and limits depend on, straight or through formulas."""
        found: set[str] = set()
        waiting = [name for node in self.nodes(formulas=False) for name in names_in(node)]
        while waiting:
            name = waiting.pop()
            if name in found or name not in self.fact:
                continue
            found.add(name)
            formula = self.fact[name].formula
            if formula is not None:
                waiting.extend(names_in(formula))
        return frozenset(found)

    def nodes(self, *, formulas: bool = True) -> Iterator[Node]:
        """Give every expression that a rating computes."""
        if formulas:
            yield from (rule.formula for rule in self.computed if rule.formula is not None)
        for item in self.items:
            for step in item.steps:
                yield from (node for node in (step.when, step.points) if node is not None)
        yield from (veto.when for veto in self.vetoes)
        yield from (rule.limit for rule in self.terms if rule is not None and rule.limit is not None)

    def entered_behind(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give the entered or derived facts behind `names`, following formulas, in the order in which they appear."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        waiting = list(reversed(names))
        while waiting:
            rule = self.fact.get(waiting.pop())
            if rule is None or rule.id in seen:
                continue
            seen.add(rule.id)
            if rule.formula is None:
                found[rule.id] = None
            else:
                waiting.extend(reversed(names_in(rule.formula)))
        return tuple(found)


def in_steps(value: Decimal | Fraction, digits: int) -> int:
    """Count the steps of 10^-digits in a number, rounded half up (away from zero)."""
    scaled = Fraction(value) * 10**digits
    whole: int = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return whole if scaled >= 0 else -whole


def reweighed(items: Sequence[ItemRule], digits: int) -> tuple[ItemRule, ...]:
    """Give the base items that share the weight of those that are missing; none where no item is to be reweighed."""
    if all(item.missing.kind != "reweigh" for item in items):
        return ()
    return tuple(item for item in items if item.part == "base" and in_steps(item.high or Decimal(0), digits) > 0)


def points_span(
    steps: Sequence[Step], low: Decimal, high: Decimal | None, missing: MissingRule, digits: int
) -> tuple[int, int]:
    """Bound the points of an item, in smallest steps: those of its steps, kept within its ends, and those when missing."""
    kinds = [typing_rules.rounded(step.points.type, digits) for step in steps]
    found = [int(end * 10**digits) for kind in kinds for end in (kind.low, kind.high)]
    kept = [max(value, in_steps(low, digits)) for value in found]
    if high is not None:
        kept = [min(value, in_steps(high, digits)) for value in kept]
    if missing.kind in {"worst", "points"}:
        kept.append(in_steps(missing.points, digits))
    return min(kept, default=0), max(kept, default=0)


def total_span(items: Sequence[ItemRule], stretched: Sequence[ItemRule], digits: int) -> tuple[int, int]:
    """Bound the sum of the items' points; those that are reweighed may be stretched to the weight of all."""
    low = high = 0
    weights = {item.id: in_steps(item.high or Decimal(0), digits) for item in stretched}
    always = sum(weight for item, weight in zip(stretched, weights.values(), strict=True) if not _may_go(item))
    for item in items:
        ends = [0, *item.span] if _may_go(item) else list(item.span)
        if item.id in weights:
            least = always + (weights[item.id] if _may_go(item) else 0)
            most = Fraction(sum(weights.values()), max(least, 1))
            ends += [math.floor(end * most) for end in ends] + [math.ceil(end * most) for end in ends]
        signed = [item.sign * end for end in ends]
        low, high = low + min(signed), high + max(signed)
    return low, high


def _may_go(item: ItemRule) -> bool:
    return item.missing.kind == "reweigh"


def limit_range(kind: Type, credit: Credit | None) -> tuple[Fraction, Fraction]:
    """Bound a limit's value after its rounding, before it is kept within zero and the policy's most."""
    if credit is None or credit.rounding is None:
        rounded = typing_rules.rounded(kind, LIMIT_DIGITS)
        return rounded.low, rounded.high
    step = Fraction(credit.rounding.to)
    return kind.low // step * step, -(-kind.high // step) * step
