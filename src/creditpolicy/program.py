"""A policy made ready to run: expressions parsed and typed, every way of scoring brought to one form, steps in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from creditpolicy.expressions import (
    DATE,
    TEXT,
    TRUTH,
    Compare,
    Constant,
    Fault,
    Name,
    Node,
    OfPortfolio,
    Type,
    literal,
    names_in,
    number,
    parse,
    portfolio_figures_in,
)
from creditpolicy.expressions import types as typing_rules
from creditpolicy.expressions.tree import Base, Logic
from creditpolicy.language import _
from creditpolicy.model import (
    Band,
    Branch,
    Credit,
    Expression,
    Fact,
    Interval,
    Item,
    Kind,
    Policy,
    Sourced,
    Terms,
    Veto,
)

Path = tuple[str | int, ...]
Part = Literal["base", "bonus", "deduction"]
PARTS: tuple[Part, ...] = ("base", "bonus", "deduction")
LIMIT_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Flaw:
    """A fault at a place of the policy: the path of the model's field, and the fault of the expression there."""

    path: Path
    fault: Fault


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
        return next((rule.id for rule in self.facts if rule.fact.type is Kind.ID), "customer_id")

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
        if all(item.missing.kind != "reweigh" for item in self.items):
            return ()
        return tuple(item for item in self.items if item.part == "base" and item.high is not None and item.high > 0)

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
        """Give the entered or derived facts behind `names`, following formulas."""
        found: dict[str, None] = {}
        for name in names:
            rule = self.fact.get(name)
            if rule is None:
                continue
            found.update(
                dict.fromkeys(self.entered_behind(names_in(rule.formula)) if rule.formula is not None else (name,))
            )
        return tuple(found)


def build(policy: Policy) -> tuple[Program | None, list[Flaw]]:
    """Make the program of a policy, or say everything that keeps it from running."""
    builder = _Builder(policy)
    program = builder.build()
    return (None if builder.flaws else program), builder.flaws


def fact_type(fact: Fact) -> Type:
    """Give the type of a fact's values in expressions."""
    if fact.type.is_number:
        return number(fact.scale, *fact.bounds)
    if fact.type is Kind.FLAG:
        return TRUTH
    if fact.type is Kind.DATE:
        return DATE
    return Type("text", choices=fact.choices) if fact.type is Kind.CHOICE else TEXT


class _Builder:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.flaws: list[Flaw] = []
        self.names: dict[str, Type] = {"as_of": DATE}
        self.grades = [grade.grade for grade in policy.grades]

    def build(self) -> Program:
        facts = self._facts()
        scorecard = self.policy.scorecard
        items = [self._item(part, index, item) for part in PARTS for index, item in enumerate(getattr(scorecard, part))]
        vetoes = [self._veto(index, veto) for index, veto in enumerate(scorecard.vetoes)]
        return Program(
            self.policy,
            tuple(facts),
            tuple(item for item in items if item is not None),
            tuple(veto for veto in vetoes if veto is not None),
            self._terms(),
            self._conditions(),
        )

    def _flaw(self, path: Path, what: str, fix: str = "", why: str = "") -> None:
        self.flaws.append(Flaw(path, Fault(what, fix, why)))

    def _parse(self, text: str, path: Path, wanted: Base, names: Mapping[str, Type] | None = None) -> Node | None:
        node, faults = parse(text, names or self.names, wanted)
        self.flaws.extend(Flaw(path, fault) for fault in faults)
        return node

    # Facts -----------------------------------------------------------------------------------------------------

    def _facts(self) -> list[FactRule]:
        rules: list[FactRule] = []
        formulas: dict[str, Fact] = {}
        for name, fact in self.policy.facts.items():
            if name in {"as_of", "total", "grade", "limit"}:
                self._flaw(("facts", name), _("“{name}”是保留的名字。").format(name=name), _("换一个事实编号。"))
            if fact.formula is not None:
                formulas[name] = fact
            else:
                kind = fact_type(fact)
                self.names[name] = kind
                rules.append(FactRule(name, fact, kind))
        return rules + self._formulas(formulas)

    def _formulas(self, formulas: dict[str, Fact]) -> list[FactRule]:
        """Take the formulas in an order in which each uses only what is known; those left over go round in a circle."""
        rules: list[FactRule] = []
        waiting = dict(formulas)
        while waiting:
            ready = [name for name, fact in waiting.items() if not self._waits_for(fact, waiting)]
            if not ready:
                for name, fact in waiting.items():
                    self._flaw(
                        ("facts", name, "formula"),
                        _("“{name}”的 formula 绕回到自己 ({names})。").format(name=name, names="、".join(waiting)),
                        _("让其中一个由人填写, 或换一个算式。"),
                    )
                    self.names[name] = fact_type(fact)
                break
            for name in ready:
                rule = self._formula(name, waiting.pop(name))
                if rule is not None:
                    rules.append(rule)
        return rules

    def _waits_for(self, fact: Fact, waiting: Mapping[str, Fact]) -> bool:
        every = {**self.names, **{name: fact_type(other) for name, other in waiting.items()}}
        node, _faults = parse(str(fact.formula), every, "truth" if fact.type is Kind.FLAG else "number")
        return node is not None and any(name in waiting for name in names_in(node))

    def _formula(self, name: str, fact: Fact) -> FactRule | None:
        self.names[name] = fact_type(fact)
        if not (fact.type.is_number or fact.type is Kind.FLAG):
            self._flaw(("facts", name, "type"), _("formula 只能算出数字或是否。"), _("改正类型, 或去掉 formula。"))
            return None
        wanted: Base = "truth" if fact.type is Kind.FLAG else "number"
        node = self._parse(str(fact.formula), ("facts", name, "formula"), wanted)
        if node is None:
            return None
        if any(figure.fact.id for figure in portfolio_figures_in(node)):
            self._flaw(
                ("facts", name, "formula"), _("formula 里不能用客户群函数。"), _("把它写在评分项目的 points 里。")
            )
            return None
        kind = typing_rules.rounded(node.type, fact.scale) if wanted == "number" else TRUTH
        self.names[name] = kind
        return FactRule(name, fact, kind, node)

    # Items -----------------------------------------------------------------------------------------------------

    def _item(self, part: Part, index: int, item: Item) -> ItemRule | None:
        path: Path = ("scorecard", part, index)
        before = len(self.flaws)
        value = self._value(item, path)
        if item.bands is not None:
            steps = self._bands(item.bands, value, path)
        elif item.choices is not None:
            steps = self._choices(item, value, path)
        else:
            steps = self._points(item, path)
        if len(self.flaws) > before:
            return None
        low = item.min if item.min is not None else Decimal(0)
        missing = self._missing(item, steps, low, path)
        needs = _needs(step.when for step in steps) | _needs(step.points for step in steps)
        span = _span(steps, low, item.max, missing, self.policy.scorecard.digits)
        return ItemRule(item.item, part, item, path, value, tuple(steps), low, item.max, missing, tuple(needs), span)

    def _value(self, item: Item, path: Path) -> Node | None:
        """Parse what bands and choices look at; for points by expression, the fact of the same name if there is one."""
        if item.points is not None and item.of is None:
            return Name(self.names[item.item], item.item) if item.item in self.names else None
        place = path + (("of",) if item.of is not None else ("item",))
        if item.choices is not None:
            return self._parse(item.looks_at, place, "text")
        return self._parse(item.looks_at, place, "number")

    def _bands(self, bands: tuple[Band, ...], value: Node | None, path: Path) -> list[Step]:
        if value is None:
            return []
        return [Step(_within(value, band), literal(band.points), band, interval=band) for band in bands]

    def _choices(self, item: Item, value: Node | None, path: Path) -> list[Step]:
        steps = []
        for index, option in enumerate(item.choices or ()):
            if value is None:
                continue
            if value.type.choices and option.is_ not in value.type.choices:
                self._flaw(
                    (*path, "choices", index, "is"),
                    _("“{value}”不在事实的可选值里: {choices}。").format(
                        value=option.is_, choices="、".join(value.type.choices)
                    ),
                    _("改成其中之一, 或在事实的 choices 里加上它。"),
                    _("没有客户会得到这一档的分。"),
                )
            when = Compare(TRUTH, "=", value, Constant(TEXT, option.is_))
            steps.append(Step(when, literal(option.points), option, option=option.is_))
        return steps

    def _points(self, item: Item, path: Path) -> list[Step]:
        if isinstance(item.points, Expression):
            node = self._parse(item.points, (*path, "points"), "number")
            return [Step(None, node, item)] if node is not None else []
        steps = []
        branches: tuple[Branch, ...] = item.points or ()
        for index, branch in enumerate(branches):
            place = (*path, "points", index)
            if branch.otherwise is not None:
                points = self._parse(branch.otherwise, (*place, "otherwise"), "number")
                if index != len(branches) - 1:
                    self._flaw(
                        place, _("otherwise 后面还有条件。"), _("把 otherwise 放到最后。"), _("后面的条件永远轮不到。")
                    )
                when: Node | None = None
            else:
                when = self._parse(str(branch.when), (*place, "when"), "truth")
                points = self._parse(str(branch.points), (*place, "points"), "number")
                if when is None:
                    continue
            if points is not None:
                steps.append(Step(when, points, branch))
        return steps

    def _missing(self, item: Item, steps: list[Step], low: Decimal, path: Path) -> MissingRule:
        fact = self.policy.facts.get(item.item)
        text = item.missing or (fact.missing if fact is not None else None) or "refuse"
        kind, _space, points = text.partition(" ")
        if kind == "points":
            return MissingRule("points", Decimal(points.strip()))
        if kind == "worst":
            return MissingRule("worst", self._worst(item, steps, low, path))
        if kind == "reweigh" and path[1] != "base":
            self._flaw(
                (*path, "missing"), _("只有基本项可以 reweigh。"), _("加分项、减分项缺失时写 points 0 或 refuse。")
            )
        if kind == "reweigh" and item.max is None:
            self._flaw((*path, "missing"), _("没有满分的项目不能 reweigh。"), _("写上 max。"))
        return MissingRule("reweigh" if kind == "reweigh" else "refuse")

    def _worst(self, item: Item, steps: list[Step], low: Decimal, path: Path) -> Decimal:
        constants = [step.points.value for step in steps if isinstance(step.points, Constant)]
        known = [value for value in constants if isinstance(value, Decimal)]
        if path[1] == "deduction":
            if item.max is None and len(known) != len(steps):
                self._flaw(
                    (*path, "missing"), _("这个减分项没有上限, 不知道最差是多少。"), _("写上 max, 或改用 points N。")
                )
            return item.max if item.max is not None else max(known, default=Decimal(0))
        return min(known) if len(known) == len(steps) and known else low

    # Vetoes, terms, other conditions -----------------------------------------------------------------------------

    def _veto(self, index: int, veto: Veto) -> VetoRule | None:
        path: Path = ("scorecard", "vetoes", index)
        when = self._parse(veto.when, (*path, "when"), "truth")
        if veto.grade not in self.grades:
            self._flaw(
                (*path, "grade"),
                _("没有等级“{grade}”。").format(grade=veto.grade),
                _("写 grades 里的一个: {grades}。").format(grades="、".join(self.grades)),
            )
            return None
        if when is None:
            return None
        return VetoRule(veto.veto, veto, path, when, self.grades.index(veto.grade), tuple(_needs([when])))

    def _terms(self) -> tuple[TermsRule | None, ...]:
        found: dict[str, TermsRule] = {}
        low = high = Decimal(0)
        for part in PARTS:
            for item in getattr(self.policy.scorecard, part):
                bound = item.max if item.max is not None else Decimal(10**13)
                low, high = (low - bound, high) if part == "deduction" else (low + min(item.min or 0, 0), high + bound)
        names = {**self.names, "total": number(self.policy.scorecard.digits, low, high)}
        for index, terms in enumerate(self.policy.credit.by_grade if self.policy.credit else ()):
            path: Path = ("credit", "by_grade", index)
            limit = self._parse(terms.limit, (*path, "limit"), "number", names) if terms.limit is not None else None
            if terms.grade in self.grades:
                found[terms.grade] = TermsRule(terms, limit, path)
        return tuple(found.get(grade) for grade in self.grades)

    def _conditions(self) -> dict[Path, Node]:
        """Parse the conditions of sections that run elsewhere: they may also name the result."""
        wide = number(2, -(10**13), 10**13)
        names = {**self.names, "total": wide, "limit": wide, "grade": Type("text", choices=tuple(self.grades))}
        texts: dict[Path, str] = {}
        procedure = self.policy.procedure
        if procedure is not None:
            for index, step in enumerate(procedure.steps):
                if step.when is not None:
                    texts["procedure", "steps", index, "when"] = step.when
            if procedure.special is not None and procedure.special.when is not None:
                texts["procedure", "special", "when"] = procedure.special.when
        for index, warning in enumerate(self.policy.watching):
            texts["watching", index, "when"] = warning.when
        parsed = {path: self._parse(text, path, "truth", names) for path, text in texts.items()}
        return {path: node for path, node in parsed.items() if node is not None}


def _needs(nodes: Iterator[Node | None] | list[Node]) -> dict[str, None]:
    return dict.fromkeys(name for node in nodes if node is not None for name in names_in(node) if name != "as_of")


def in_steps(value: Decimal | Fraction, digits: int) -> int:
    """Count the steps of 10^-digits in a number, rounded half up (away from zero)."""
    scaled = Fraction(value) * 10**digits
    whole: int = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return whole if scaled >= 0 else -whole


def limit_range(kind: Type, credit: Credit | None) -> tuple[Fraction, Fraction]:
    """Bound a limit's value after its rounding, before it is kept within zero and the policy's most."""
    if credit is None or credit.rounding is None:
        rounded = typing_rules.rounded(kind, LIMIT_DIGITS)
        return rounded.low, rounded.high
    step = Fraction(credit.rounding.to)
    return kind.low // step * step, -(-kind.high // step) * step


def _span(
    steps: Sequence[Step], low: Decimal, high: Decimal | None, missing: MissingRule, digits: int
) -> tuple[int, int]:
    kinds = [typing_rules.rounded(step.points.type, digits) for step in steps]
    found = [int(end * 10**digits) for kind in kinds for end in (kind.low, kind.high)]
    kept = [max(value, in_steps(low, digits)) for value in found]
    if high is not None:
        kept = [min(value, in_steps(high, digits)) for value in kept]
    if missing.kind in {"worst", "points"}:
        kept.append(in_steps(missing.points, digits))
    return min(kept, default=0), max(kept, default=0)


def _within(value: Node, interval: Interval) -> Node | None:
    """Make the condition that `value` lies in `interval`; None where both sides are open."""
    conditions: list[Node] = []
    if interval.low is not None:
        bound, included = interval.low
        conditions.append(Compare(TRUTH, ">=" if included else ">", value, literal(bound)))
    if interval.high is not None:
        bound, included = interval.high
        conditions.append(Compare(TRUTH, "<=" if included else "<", value, literal(bound)))
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else Logic(TRUTH, "and", tuple(conditions))
