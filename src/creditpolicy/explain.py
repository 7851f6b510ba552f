"""One customer's row → points item by item with reasons and clauses, what cost most, and why a row was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

from creditpolicy.expressions import Name, names_in, portfolio_figures_in
from creditpolicy.language import _, language_in_use, listed
from creditpolicy.model import Sourced
from creditpolicy.plain import PlainReading, Rated, grade_by_points, half_up
from creditpolicy.problems import Place, Problem
from creditpolicy.program import LIMIT_DIGITS, ItemRule, Program, Step
from creditpolicy.showing import html_table
from creditpolicy.wording import band_words, fact_words, grade_label, item_label, node_words, short, shown, source_words


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What one item gave. `points` are signed (a deduction's are negative) and None where the item does not count.

    `value` is what it looked at, `band` the step that applied, `clause` where the rule stands, `lost` the points short
    of the best (0 for a bonus: not having it loses nothing).
    """

    id: str
    part: str
    label: str
    value: str | None
    points: Decimal | None
    max: Decimal | None
    band: str | None
    clause: str
    reason: str
    lost: Decimal
    assumed: bool


@dataclass(frozen=True, slots=True)
class CustomerRating:
    """Everything that a rating says of one customer. Refused: `grade` None and `problems` not empty."""

    row: int
    customer_id: str
    name: str | None
    total: Decimal | None
    grade: str | None
    grade_label: str | None
    grade_by_points: str | None
    grade_by_points_label: str | None
    vetoes: tuple[str, ...]
    veto_reasons: tuple[str, ...]
    items: tuple[ItemResult, ...]
    limit: Decimal | None
    terms_days: int | None
    problems: tuple[Problem, ...]
    facts: Mapping[str, Any]

    @property
    def most_costly(self) -> tuple[ItemResult, ...]:
        """Give the items that lost points, the most first."""
        lost = [item for item in self.items if item.lost > 0]
        return tuple(sorted(lost, key=lambda item: -item.lost))

    def __str__(self) -> str:
        """Write head, vetoes, a line for each item with its clause, and what is wrong."""
        lines = [self._head()]
        lines += self.veto_reasons
        if self.grade is not None:
            width = max((len(_signed(item)) for item in self.items), default=0)
            lines += [f"{_signed(item):>{width}}  {item.reason}  [{item.clause}]" for item in self.items]
        return "\n".join([*lines, *map(str, self.problems)])

    def _repr_html_(self) -> str:
        """Show the same as a table, in a notebook."""
        heads = [_("项目"), _("得分"), _("满分"), _("理由"), _("条款")]
        rows = [[item.label, item.points, item.max, item.reason, item.clause] for item in self.items]
        remarks = [*self.veto_reasons, *(problem.what for problem in self.problems)]
        return html_table(" · ".join([self._head(), *remarks]), heads, rows)

    def _head(self) -> str:
        name = f"{self.customer_id} {self.name}" if self.name else self.customer_id
        if self.grade is None:
            return _("{customer}: 未评").format(customer=name)
        total = "" if self.total is None else f"{self.total:,f}"
        parts = [_("{customer}: {total} 分, {grade}").format(customer=name, total=total, grade=self.grade_label)]
        if self.limit is not None:
            parts.append(_("额度 {limit} 元").format(limit=f"{Decimal(short(self.limit)):,f}"))
        if self.terms_days is not None:
            parts.append(_("账期 {days} 天").format(days=self.terms_days))
        return ", ".join(parts)


def _signed(item: ItemResult) -> str:
    return "" if item.points is None else f"{item.points:f}"


def points_of(whole: int | None, digits: int) -> Decimal | None:
    """Turn a whole number of the smallest step into a decimal with all its digits."""
    return None if whole is None else Decimal(whole).scaleb(-digits)


def customer_rating(
    reading: PlainReading, rated: Rated, *, row: int = 0, problems: Sequence[Problem] = (), place: Place | None = None
) -> CustomerRating:
    """Say in words what was rated: reasons for each item and veto, and why a row was refused."""
    program = reading.program
    refused = bool(problems)
    stretch = Fraction(1) if refused else reading.stretch(rated.points)
    items = tuple(_item(reading, rule, index, rated, refused, stretch) for index, rule in enumerate(program.items))
    found = (*problems, *(() if refused else refusals(reading, rated, place or Place(row=row or None))))
    grade = None if refused or rated.grade is None else program.policy.grades[rated.grade]
    held = [veto for veto, holds in zip(program.vetoes, rated.vetoes, strict=True) if holds]
    terms = program.terms[rated.grade] if grade is not None and rated.grade is not None else None
    by_points = None if refused else _by_points(program, rated)
    if grade is not None and rated.limit is None and terms is not None and terms.limit is not None:
        found = (*found, _no_limit(program, rated, terms.limit, place or Place(row=row or None)))
    return CustomerRating(
        row=row,
        customer_id=str(rated.facts.get(program.key) or ""),
        name=_text(rated.facts.get(program.name)) if program.name else None,
        total=None if refused else points_of(rated.total, program.digits),
        grade=grade.grade if grade is not None else None,
        grade_label=grade_label(grade) if grade is not None else None,
        grade_by_points=by_points,
        grade_by_points_label=_label(program, by_points),
        vetoes=tuple(veto.id for veto in held),
        veto_reasons=tuple(
            _("一票否决“{label}”: {condition}, 等级不高于 {grade} [{clause}]").format(
                label=veto.veto.label,
                condition=node_words(program, veto.when),
                grade=_label(program, veto.veto.grade),
                clause=source_words(program, veto.veto),
            )
            for veto in held
        ),
        items=items,
        limit=points_of(rated.limit, LIMIT_DIGITS) if grade is not None else None,
        terms_days=terms.terms.terms_days if terms is not None else None,
        problems=tuple(found),
        facts=rated.facts,
    )


def _by_points(program: Program, rated: Rated) -> str | None:
    index = None if rated.total is None else grade_by_points(program, rated.total)
    return None if index is None else program.policy.grades[index].grade


def _label(program: Program, grade: str | None) -> str | None:
    """Give what the policy calls a grade; as it stands where it is none of its grades."""
    return next((grade_label(one) for one in program.policy.grades if one.grade == grade), grade)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


# Items ---------------------------------------------------------------------------------------------------------------


def _item(
    reading: PlainReading, rule: ItemRule, index: int, rated: Rated, refused: bool, stretch: Fraction
) -> ItemResult:
    program = reading.program
    whole, band = (None, None) if refused else (rated.points[index], rated.bands[index])
    points = points_of(None if whole is None else whole * rule.sign, program.digits)
    best = _best(rule, stretch, program.digits)
    said = _said(reading, rule, band)
    if refused:
        reason = _("这一行有问题, 没有评分")
    elif band is None:
        reason = _missing_reason(reading, rule, said.label, points, rated)
    else:
        told = listed(_told(program, rule, rated.facts)) or said.label
        reason = _reason(rule.steps[band], said, told, _points_words(rule, points, best))
    return ItemResult(
        id=rule.id,
        part=rule.part,
        label=said.label,
        value=_value(program, rule, rated.facts),
        points=points,
        max=best,
        band=said.band,
        clause=said.clause,
        reason=reason,
        lost=_lost(rule, points, best),
        assumed=said.assumed,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a step of an item, whoever the customer is. `formula` is empty where steps are chosen between."""

    label: str
    band: str | None
    clause: str
    assumed: bool
    formula: str


_SAID: WeakKeyDictionary[PlainReading, dict[tuple[str, str, int | None], _Said]] = WeakKeyDictionary()


def _said(reading: PlainReading, rule: ItemRule, band: int | None) -> _Said:
    """Give the words for a step; they are put together once, for there are many customers."""
    known = _SAID.setdefault(reading, {})
    key = language_in_use(), rule.id, band
    if key not in known:
        program = reading.program
        step = rule.steps[band] if band is not None else None
        sources: tuple[Sourced, ...] = (step.source, rule.item) if step is not None else (rule.item,)
        chosen = step is None or step.interval is not None or step.option is not None or len(rule.steps) > 1
        known[key] = _Said(
            item_label(program, rule),
            band_words(program, rule, step) if step is not None else None,
            source_words(program, *sources),
            bool(sources[0].assumed and not sources[0].clause),
            "" if chosen or step is None else node_words(program, step.points),
        )
    return known[key]


def _best(rule: ItemRule, stretch: Fraction, digits: int) -> Decimal | None:
    """Give the most an item can give a customer: more than its maximum where it carries the weight of missing ones."""
    if rule.high is None or rule.part != "base" or stretch == 1:
        return rule.high
    return points_of(half_up(Fraction(rule.high) * stretch, digits), digits)


def _lost(rule: ItemRule, points: Decimal | None, best: Decimal | None) -> Decimal:
    if points is None or rule.part == "bonus":
        return Decimal(0)
    if rule.part == "deduction":
        return -points
    return max(best - points, Decimal(0)) if best is not None else Decimal(0)


def _value(program: Program, rule: ItemRule, facts: Mapping[str, Any]) -> str | None:
    if not isinstance(rule.value, Name):
        return None
    return shown(facts.get(rule.value.id))


def _reason(step: Step, said: _Said, told: str, given: str) -> str:
    band = said.band or ""
    said_already = band == given or told.startswith(f"{band} ") or told.endswith(f" {band}")
    if isinstance(step.points, Name) if said.formula else said_already:
        return _("{told}, {given}").format(told=told, given=given)
    if said.formula:
        return _("{told}, 按 {formula} 计, {given}").format(told=told, formula=said.formula, given=given)
    return _("{told}, 属于“{band}”, {given}").format(told=told, band=band, given=given)


def _told(program: Program, rule: ItemRule, facts: Mapping[str, Any]) -> list[str]:
    """Say the facts that an item looked at; a flag that does not hold only where there is nothing else to say."""
    known = [program.fact[name] for name in rule.needs if name in program.fact and facts.get(name) is not None]
    telling = [fact for fact in known if facts[fact.id] is not False] or known
    return [
        _("{label} {value}").format(label=fact.fact.label, value=fact_words(fact, facts[fact.id]))
        for fact in telling[:3]
    ]


def _points_words(rule: ItemRule, points: Decimal | None, best: Decimal | None) -> str:
    if points is None:
        return _("不计分")
    if rule.part == "deduction":
        return _("扣 {points} 分").format(points=f"{-points:,f}") if points else _("不扣分")
    if rule.part == "bonus":
        return _("加 {points} 分").format(points=f"{points:,f}") if points else _("不加分")
    if rule.high is None or best is None:
        return _("计 {points} 分").format(points=f"{points:,f}")
    if best != rule.high:
        return _("得 {points} 分 (满分 {most}, 因他项缺失放大为 {best})").format(
            points=f"{points:,f}", most=short(rule.high), best=short(best)
        )
    return _("得 {points} 分 (满分 {most})").format(points=f"{points:,f}", most=short(rule.high))


def _missing_reason(reading: PlainReading, rule: ItemRule, label: str, points: Decimal | None, rated: Rated) -> str:
    blocking = missing_facts(reading.program, reading.blocked_by(rule, rated.facts), rated.facts)
    missing = listed(labels_of(reading.program, blocking)) or label
    if rule.missing.kind == "reweigh":
        return _("缺{names}, 本项不计, 分值按比例分给其他基本项").format(names=missing)
    if points is None:
        return _("缺{names}, 按制度不评").format(names=missing)
    how = _("按最差") if rule.missing.kind == "worst" else _("按规定")
    return _("缺{names}, {how}{given}").format(names=missing, how=how, given=_points_words(rule, points, rule.high))


# Refusals ------------------------------------------------------------------------------------------------------------


def missing_facts(program: Program, names: Sequence[str], facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the entered or derived facts behind `names` that are missing."""
    return tuple(name for name in program.entered_behind(tuple(names)) if facts.get(name) is None)


def labels_of(program: Program, names: Sequence[str]) -> list[str]:
    """Give the labels of facts."""
    return [str(program.fact[name].fact.label) for name in names]


def refusals(reading: PlainReading, rated: Rated, place: Place) -> list[Problem]:
    """Say why a row has no grade: missing facts by item and veto, no band for a value, or no grade for a total."""
    program = reading.program
    if rated.grade is not None:
        return []
    problems: list[Problem] = []
    missing: dict[str, list[str]] = {}
    for index, rule in enumerate(program.items):
        if rated.points[index] is not None or rule.missing.kind == "reweigh":
            continue
        absent = missing_facts(program, reading.blocked_by(rule, rated.facts), rated.facts)
        if absent:
            for name in absent:
                missing.setdefault(name, []).append(item_label(program, rule))
        else:
            problems.append(_no_band(program, rule, rated, place))
    for veto, holds in zip(program.vetoes, rated.vetoes, strict=True):
        if holds is None:
            for name in missing_facts(program, veto.needs, rated.facts):
                missing.setdefault(name, []).append(_("一票否决“{label}”").format(label=veto.veto.label))
    if missing:
        problems.insert(0, _missing(program, missing, place))
    if not problems:
        problems.append(_ungraded(program, rated, place))
    return problems


def _missing(program: Program, missing: Mapping[str, list[str]], place: Place) -> Problem:
    names = listed(labels_of(program, list(missing)))
    used = listed(dict.fromkeys(label for labels in missing.values() for label in labels))
    return Problem(
        "missing-fact",
        _("缺少: {names}。").format(names=names),
        _("{items}要用到; 缺了不能当作 0 分, 所以不评。").format(items=used),
        _("补上再评。"),
        place,
        facts=tuple(missing),
    )


def _no_band(program: Program, rule: ItemRule, rated: Rated, place: Place) -> Problem:
    values = listed(
        f"{program.fact[name].fact.label} {fact_words(program.fact[name], rated.facts.get(name))}"
        for name in rule.needs
        if name in program.fact
    )
    formulas = [node for step in rule.steps for node in (step.when, step.points) if node is not None]
    if any(portfolio_figures_in(node) for node in formulas):
        what = _("{label}算不出分数: {values}。")
        why = _("这一项要与客户群相比, 而客户群里没有可比的数, 或除数是零。")
        fix = _("核对客户群的表; 表不错就补全制度 ({clause})。")
    elif len(rule.steps) > 1:
        what = _("{label}没有一档适用于 {values}。")
        why = _("制度没有规定这种情况, 或算式除以了零。")
        fix = _("核对数值; 数值不错就补全制度 ({clause})。")
    else:
        what = _("{label}算不出分数: {values}。")
        why = _("算式除以了零。")
        fix = _("核对数值; 数值不错就补全制度 ({clause})。")
    return Problem(
        "no-band",
        what.format(label=item_label(program, rule), values=values),
        why,
        fix.format(clause=source_words(program, rule.item)),
        place,
        facts=rule.needs,
    )


def _ungraded(program: Program, rated: Rated, place: Place) -> Problem:
    total = points_of(rated.total, program.digits)
    what = (
        _("可用的基本项一个也没有。")
        if total is None
        else _("总分 {total} 没有对应的等级。").format(total=f"{total:f}")
    )
    return Problem(
        "no-grade", what, _("制度没有规定这种情况怎么办。"), _("补上资料, 或在制度的 grades 里写明。"), place
    )


def _no_limit(program: Program, rated: Rated, limit: Any, place: Place) -> Problem:
    absent = missing_facts(program, names_in(limit), rated.facts)
    names = listed(labels_of(program, absent))
    return Problem(
        "no-limit",
        _("算不出额度: 缺{names}。").format(names=names) if names else _("算不出额度: 算式除以了零。"),
        "",
        _("补上再算; 等级不受影响。"),
        place,
        "warning",
        absent,
    )
