"""A live example beside the rules of a version: somebody's values, and what each rule gives him."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.customers import exact_facts
from creditpolicy.explain import CustomerRating, customer_rating
from creditpolicy.plain import PlainReading, portfolio_of
from creditpolicy.prepared import Prepared
from creditpolicy.problems import Refusal
from creditpolicy.program import ItemRule, Program
from creditpolicy.wording import Rule, band_words, fact_words, number_words, rules_of
from creditpolicy.workbooks.examples import example_rows
from xinheng.customers.models import Customer
from xinheng.policies.facts import provider
from xinheng.policies.models import Version

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A rule with what it gives in the example; `applies` where it is the one that decides."""

    rule: Rule
    example: str = ""
    applies: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """Whose figures they are, how he is rated, and what was missing."""

    name: str
    rating: CustomerRating
    made_up: bool
    missing: tuple[str, ...] = ()
    is_compared: bool = False
    """Whether some of its points depend on how it compares with others."""


def example_of(prepared: Prepared, version: Version, customer: Customer | None, *, on: date) -> Example:
    """Rate a customer, or one that is made up, by a version; nothing is saved. Raises Refusal."""
    program = prepared.program
    if customer is None:
        made_up = [_wanted(program, row) for row in example_rows(program)]
        reading = PlainReading(program, as_of=on, portfolio=portfolio_of(program, made_up, as_of=on))
        facts, told = made_up[0], _("示例客户")
    else:
        reading = PlainReading(program, as_of=on, portfolio=provider().portfolio(version, on=on))
        facts, told = _wanted(program, _facts(version, customer, on=on)), f"{customer.number} {customer.name}"
    rating = customer_rating(reading, reading.rate(facts))
    return Example(
        told, rating, customer is None, tuple(problem.what for problem in rating.problems),
        bool(program.portfolio_figures),
    )  # fmt: skip


def _wanted(program: Program, facts: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {rule.id for rule in program.inputs}
    return dict(exact_facts(program, {key: value for key, value in facts.items() if key in wanted}))


def _facts(version: Version, customer: Customer, *, on: date) -> Mapping[str, Any]:
    table = provider().table_of(Customer.objects.filter(pk=customer.pk), version, on=on)
    rows = table.to_pylist()
    if not rows:
        raise Refusal(_("没有这个客户的资料。"))
    first: Mapping[str, Any] = rows[0]
    return first


def lines_of(prepared: Prepared, example: Example | None) -> list[Line]:
    """Give every rule of a version, with the example's value and points where the rule speaks of them."""
    rules = rules_of(prepared.policy)
    if example is None:
        return [Line(rule) for rule in rules]
    told = _Told(prepared, example)
    return [Line(rule, *told.of(rule)) for rule in rules]


class _Told:
    """What the example gets by each rule, by the rule's path."""

    def __init__(self, prepared: Prepared, example: Example) -> None:
        self.program, self.rating, self.policy = prepared.program, example.rating, prepared.policy
        self.items: dict[Path, tuple[ItemRule, int]] = {}
        for place, rule in enumerate(self.program.items):
            parts = getattr(self.policy.scorecard, rule.part)
            self.items["scorecard", rule.part, parts.index(rule.item)] = (rule, place)

    def of(self, rule: Rule) -> tuple[str, bool]:
        """Give the example's words for a rule, and whether the rule applies to it."""
        path = rule.path
        match path:
            case ("facts", str() as name):
                return self._fact(name), False
            case ("scorecard", _, int()) if path in self.items:
                return self._item(*self.items[path]), False
            case ("scorecard", "vetoes", int() as place):
                veto = self.policy.scorecard.vetoes[place]
                applies = str(veto.label) in self.rating.vetoes
                return (_("否决成立") if applies else _("不成立")), applies
            case ("scorecard", _, int(), _, int() as step) if path[:3] in self.items:
                return self._step(*self.items[path[:3]], step)
            case ("grades", int() as place):
                applies = self.policy.grades[place].grade == self.rating.grade
                return (self._grade() if applies else ""), applies
            case ("credit", "by_grade", int() as place) if self.policy.credit is not None:
                applies = self.policy.credit.by_grade[place].grade == self.rating.grade
                return (self._terms() if applies else ""), applies
        return "", False

    def _fact(self, name: str) -> str:
        if name not in self.program.fact or name not in self.rating.facts:
            return ""
        value = self.rating.facts[name]
        return fact_words(self.program.fact[name], value) if value is not None else _("缺")

    def _item(self, rule: ItemRule, place: int) -> str:
        result = self.rating.items[place]
        if result.points is None:
            return result.reason
        points = _("{points} 分").format(points=number_words(result.points))
        return f"{self._fact(result.id) or result.value} → {points}" if result.value else points

    def _step(self, rule: ItemRule, place: int, step: int) -> tuple[str, bool]:
        result = self.rating.items[place]
        source = rule.steps[step].source if step < len(rule.steps) else None
        label = str(getattr(source, "label", None) or "")
        words = band_words(self.program, rule, rule.steps[step]) if source is not None else label
        applies = result.band is not None and result.band == words
        return (_("落在这一档") if applies else ""), applies

    def _grade(self) -> str:
        total = self.rating.total
        return _("{points} 分").format(points=number_words(total)) if total is not None else _("适用")

    def _terms(self) -> str:
        limit = self.rating.limit
        return _("额度 {limit} 元").format(limit=f"{limit:,.0f}") if limit is not None else _("适用")
