"""A policy as a page that people read: its parts as tables of words, with the clause beside every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from creditpolicy.language import _, listed
from creditpolicy.model import Credit, Deadlines, Policy, Sourced
from creditpolicy.prepared import Prepared
from creditpolicy.program import Program
from creditpolicy.vocabulary import word
from creditpolicy.wording import (
    Assumption,
    assumptions,
    band_words,
    clause_words,
    described,
    formula_words,
    grade_label,
    heading,
    item_label,
    kind_words,
    limit_words,
    line_words,
    missing_words,
    number_words,
    other_terms,
    period_words,
    range_words,
    role_words,
    source_of_fact,
    step_points,
)

Cell = str | Decimal | int | None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a policy: a heading, column heads and rows; `numbers` are the columns that hold numbers.

    `whole` are columns best left on one line; `notes` stand below the table.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...] = ()
    whole: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A policy in words. `control` are pairs of name and value; `assumed` is what no document says."""

    title: str
    summary: str
    control: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    assumed: tuple[Assumption, ...]


def policy_page(prepared: Prepared) -> Page:
    """Give a policy as a page: facts, card, lines, consequences, procedure, review and the rest, and what is assumed."""
    program = prepared.program
    policy = program.policy
    return Page(
        str(policy.title),
        str(policy.summary or ""),
        tuple(_control(prepared)),
        tuple(section for part in PARTS for section in part(program) if section.rows or section.notes),
        assumptions(program),
    )


def criteria(prepared: Prepared) -> tuple[Section, ...]:
    """Give what those who are rated may read: card, lines, terms, how grades move, service, procedure and review.

    What the company watches for, how it checks orders and who of its people does what besides is not in it.
    """
    program = prepared.program
    terms = list(_credit(program))[:1]
    before, after = (_scorecard, _grades), (_changes, _service, _procedure, _review)
    told = [
        *(section for part in before for section in part(program)),
        *terms,
        *(section for part in after for section in part(program)),
    ]
    return tuple(section for section in told if section.rows or section.notes)


@dataclass(frozen=True, slots=True)
class Outline:
    """A shipped policy in a line: how many of its rules a document states, and how many are assumed."""

    id: str
    title: str
    version: str
    document: str
    grades: tuple[str, ...]
    stated: int
    assumed: int


def outline(prepared: Prepared) -> Outline:
    """Give a policy in a line of a list."""
    policy = prepared.policy
    return Outline(
        policy.policy,
        str(policy.title),
        policy.version,
        policy.document.name,
        tuple(grade.grade for grade in policy.grades),
        sum(1 for source in _sources(policy) if source.clause),
        len(assumptions(prepared.program)),
    )


def _sources(part: object) -> Iterator[Sourced]:
    from pydantic import BaseModel

    if isinstance(part, Sourced) and (part.clause or part.assumed):
        yield part
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _sources(getattr(part, name))
    elif isinstance(part, (tuple, dict)):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _sources(each)


def _control(prepared: Prepared) -> Iterator[tuple[str, str]]:
    policy, document = prepared.policy, prepared.policy.document
    yield _("编号与版本"), f"{policy.policy} {policy.version}"
    yield _("来源文件"), f"{document.name} {document.title or ''}".rstrip()
    told = [
        (_("文件编号与版本"), " ".join(part for part in (document.number, document.version) if part)),
        (_("编制"), document.prepared_by),
        (_("审核"), document.reviewed_by),
        (_("批准"), document.approved_by),
        (_("批准日期"), document.approved_on.isoformat() if document.approved_on else None),
    ]
    yield from ((name, value) for name, value in told if value)
    yield _("生效日期"), policy.effective_from.isoformat()
    if policy.applies_to is not None:
        yield _("适用对象"), str(policy.applies_to)


# What is collected and how it scores ---------------------------------------------------------------------------------


def _facts(program: Program) -> Iterator[Section]:
    rows: list[tuple[Cell, ...]] = []
    others = []
    for rule in program.facts:
        if rule.id not in program.used and rule.id not in {program.key, program.name}:
            others.append(str(rule.fact.label))
            continue
        allowed = range_words(rule.fact) if rule.formula is None else formula_words(program, str(rule.fact.formula))
        source = source_of_fact(program.policy, rule.fact)
        missing = missing_words(program, rule.id)
        rows.append((rule.id, heading(rule), kind_words(rule.fact), allowed, source, missing, clause_words(rule.fact)))
    heads = (_("编号"), _("名称"), _("类型"), _("允许范围或算式"), _("来源"), _("缺失时"), _("条款"))
    notes = (_("只存档, 不参与评级: {names}").format(names=listed(others)),) if others else ()
    yield Section(_("收集的事实"), heads, tuple(rows), whole=(0,), notes=notes)


def _scorecard(program: Program) -> Iterator[Section]:
    parts = {"base": _("基本"), "bonus": _("加分"), "deduction": _("减分")}
    rows: list[tuple[Cell, ...]] = []
    for rule in program.items:
        for index, step in enumerate(rule.steps):
            sources = (step.source, rule.item) if step.source is not rule.item else (rule.item,)
            band = band_words(program, rule, step) if len(rule.steps) > 1 else ""
            points = step_points(program, step)
            named = (parts[rule.part], item_label(program, rule), rule.high) if index == 0 else ("", "", None)
            rows.append((*named, band, points, clause_words(*sources)))
    heads = (_("部分"), _("项目"), _("满分"), _("情形"), _("得分"), _("条款"))
    yield Section(_("评分表"), heads, tuple(rows), (2,))
    vetoes = tuple(
        (
            str(rule.veto.label),
            formula_words(program, str(rule.veto.when)),
            rule.veto.grade,
            {"refuse": _("不评"), "ignore": _("不否决"), "apply": _("按否决")}[rule.veto.missing],
            clause_words(rule.veto),
        )
        for rule in program.vetoes
    )
    yield Section(_("一票否决"), (_("名称"), _("条件"), _("等级不高于"), _("缺资料时"), _("条款")), vetoes)


def _grades(program: Program) -> Iterator[Section]:
    rows = tuple(
        (grade.grade, grade_label(grade), line_words(grade), str(grade.meaning or ""), clause_words(grade))
        for grade in program.policy.grades
    )
    yield Section(_("等级"), (_("等级"), _("名称"), _("分数线"), _("含义"), _("条款")), rows)


# What follows --------------------------------------------------------------------------------------------------------


def _credit(program: Program) -> Iterator[Section]:
    credit = program.policy.credit
    if credit is None:
        return
    rows: list[tuple[Cell, ...]] = []
    for rule in program.terms:
        if rule is not None:
            limit = limit_words(program, rule.terms)
            limit = limit if isinstance(limit, str) else number_words(limit)
            other = "; ".join(other_terms(rule.terms))
            rows.append((rule.terms.grade, limit, rule.terms.terms_days, other, clause_words(rule.terms, credit)))
    notes = []
    if credit.rounding is not None:
        notes.append(
            _("额度{how}取整到 {to} 元 [{clause}]").format(
                how=word(credit.rounding.how),
                to=number_words(credit.rounding.to),
                clause=clause_words(credit.rounding, credit),
            )
        )
    if credit.most is not None:
        notes.append(_("任何客户不超过 {most} 元").format(most=number_words(credit.most)))
    if credit.exposure:
        parts = listed(word(part) for part in credit.exposure)
        notes.append(_("占用额度的: {parts} [{clause}]").format(parts=parts, clause=clause_words(credit)))
    notes += _deadlines(credit)
    heads = (_("等级"), _("额度 (元)"), _("账期 (天)"), _("其他条件"), _("条款"))
    yield Section(_("授信条件"), heads, tuple(rows), (2,), notes=tuple(notes))
    yield _order_rules(program.policy)
    if credit.guarantees:
        yield _guarantees(credit)


def _deadlines(credit: Credit) -> Iterator[str]:
    """Say the days that a policy states; those that it leaves open stand with its assumptions."""
    told = credit.deadlines
    for name in (
        () if told is None else ("hold_days", "decide_within_days", "revolving_days", "temporary_days", "single_days")
    ):
        days = getattr(told, name)
        if told is not None and days is not None:
            yield _("{what}: {days} 天 [{clause}]").format(
                what=described(Deadlines.model_fields[name]), days=days, clause=clause_words(told, credit)
            )


def _guarantees(credit: Credit) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for rule in credit.guarantees:
        most = number_words(rule.most_percent) if rule.most_percent is not None else _("不限")
        grades = listed(rule.grades) if rule.grades else _("全部")
        rows.append(
            (word(rule.guarantee, alone=True), number_words(rule.percent), most, grades, clause_words(rule, credit))
        )
    heads = (_("担保方式"), _("认可几成 (%)"), _("最多增加额度的几成 (%)"), _("等级"), _("条款"))
    return Section(_("担保增加的额度"), heads, tuple(rows), (1, 2))


def _order_rules(policy: Policy) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for rule in policy.credit.order_rules if policy.credit is not None else ():
        limits = [
            _("在{when}时查").format(when=listed(word(when) for when in rule.at)) if rule.at != ("order",) else "",
            _("逾期超过 {days} 天").format(days=rule.days) if rule.days is not None else "",
            _("不计 {amount} 元以下").format(amount=number_words(rule.trifle)) if rule.trifle is not None else "",
            _("容许超出 {percent}%").format(percent=number_words(rule.tolerance_percent))
            if rule.tolerance_percent is not None
            else "",
            _("等级 {grades}").format(grades=listed(rule.grades)) if rule.grades else "",
        ]
        release = role_words(policy, rule.release_by) if rule.release_by else ""
        if rule.release_days is not None:
            release += _(" ({days} 天有效)").format(days=rule.release_days)
        if rule.release_within_percent:
            release += _("; 放行后可再增 {percent}%").format(percent=number_words(rule.release_within_percent))
        clause = clause_words(rule, *([policy.credit] if policy.credit is not None else []))
        rows.append(
            (str(rule.label), word(rule.strength, alone=True), "; ".join(filter(None, limits)), release, clause)
        )
    return Section(_("订单检查"), (_("规则"), _("强度"), _("条件"), _("谁可放行"), _("条款")), tuple(rows))


def _changes(program: Program) -> Iterator[Section]:
    policy, changes = program.policy, program.policy.changes
    if changes is None:
        return
    rows: list[tuple[Cell, ...]] = []
    if changes.down is not None:
        rows.append((_("下调"), _days(changes.down.after_days), clause_words(changes.down)))
    if changes.up is not None:
        told = _("稳住 {days} 天后").format(days=changes.up.after_days) if changes.up.after_days else _("立即")
        if changes.up.notches is not None:
            told += _(", 一次最多 {count} 级").format(count=changes.up.notches)
        rows.append((_("上调"), told, clause_words(changes.up)))
    for event in changes.events:
        told = _("{when}{what}").format(when=_days(event.within_days), what=word(event.effect))
        told += _("到 {grade}").format(grade=event.to_grade) if event.to_grade else ""
        label = str(event.label or word(event.event, alone=True))
        if event.when is not None:
            label += _(": {condition}").format(condition=formula_words(program, event.when))
        rows.append((label, told, clause_words(event)))
    for each in changes.overrides:
        told = _("{role}可偏离 {count} 级, {days} 天有效").format(
            role=role_words(policy, each.by), count=each.notches, days=each.days
        )
        told += _(", 须写理由") if each.reason_required else ""
        rows.append((_("人工调整"), told, clause_words(each)))
    yield Section(_("等级变动"), (_("情形"), _("怎样变"), _("条款")), tuple(rows))


def _service(program: Program) -> Iterator[Section]:
    policy = program.policy
    rows = tuple(
        (
            entitled.grade if index == 0 else "",
            str(benefit.benefit),
            role_words(policy, benefit.by) if benefit.by else "",
            period_words(benefit.every) if benefit.every else "",
            clause_words(benefit),
        )
        for entitled in policy.service
        for index, benefit in enumerate(entitled.benefits)
    )
    yield Section(_("分级服务"), (_("等级"), _("内容"), _("由谁"), _("多久一次"), _("条款")), rows)


# Who does what by when -----------------------------------------------------------------------------------------------


def _procedure(program: Program) -> Iterator[Section]:
    policy, procedure = program.policy, program.policy.procedure
    if procedure is None:
        return
    rows: list[tuple[Cell, ...]] = []
    for number, step in enumerate(procedure.steps, 1):
        who = listed(role_words(policy, role) for role in (step.role, *step.with_roles))
        remarks = [
            _("仅特殊情况") if step.special else "",
            formula_words(program, str(step.when)) if step.when else "",
            _("退回到“{step}”").format(step=_step_label(policy, step.returns_to)) if step.returns_to else "",
            listed(step.papers),
            str(step.note or ""),
        ]
        within = _("{days} 个工作日").format(days=step.within_days) if step.within_days is not None else ""
        rows.append((number, str(step.label), who, within, "; ".join(filter(None, remarks)), clause_words(step)))
    notes = []
    for apart in procedure.apart:
        steps = listed(_step_label(policy, step) for step in apart.steps)
        notes.append(_("不得由同一人办理: {steps} [{clause}]").format(steps=steps, clause=clause_words(apart)))
    if procedure.special is not None:
        meaning, clause = procedure.special.meaning, clause_words(procedure.special)
        notes.append(_("特殊情况: {meaning} [{clause}]").format(meaning=meaning, clause=clause))
    if procedure.publication is not None:
        shown = procedure.publication
        notes.append(
            _("公示 {days} 天, {who}可提异议, 由{role}处理: {then} [{clause}]").format(
                days=shown.days,
                who=shown.who,
                role=role_words(policy, shown.role),
                then=shown.then,
                clause=clause_words(shown),
            )
        )
    if procedure.objection is not None:
        raised = procedure.objection
        notes.append(
            _("对评级的投诉: {who}可提出, 由{role}处理: {then} [{clause}]").format(
                who=raised.who, role=role_words(policy, raised.role), then=raised.then, clause=clause_words(raised)
            )
        )
    heads = (_("步"), _("名称"), _("由谁"), _("期限"), _("条件与材料"), _("条款"))
    yield Section(_("流程"), heads, tuple(rows), (0,), notes=tuple(notes))


def _step_label(policy: Policy, name: str) -> str:
    steps = policy.procedure.steps if policy.procedure is not None else ()
    return next((str(step.label) for step in steps if step.step == name), name)


def _review(program: Program) -> Iterator[Section]:
    policy, review = program.policy, program.policy.review
    if review is None:
        return
    rows: list[tuple[Cell, ...]] = []
    if review.first is not None:
        rows.append(
            (_("首次"), _("在{what}之前").format(what=word(review.first.before)), "", clause_words(review.first))
        )
    for period in review.periods:
        told = _("每 {period}").format(period=period_words(period.every))
        told += _(", 在 {month} 月").format(month=period.month) if period.month is not None else ""
        told += _(" {first} 至 {last} 日").format(first=period.days[0], last=period.days[1]) if period.days else ""
        told += _(" (不执行: {why})").format(why=period.superseded) if period.superseded else ""
        whose = listed(period.grades) if period.grades else _("全部等级")
        who = role_words(policy, period.role) if period.role else ""
        rows.append((f"{word(period.act, alone=True)} ({whose})", told, who, clause_words(period)))
    notes: tuple[str, ...] = ()
    if review.same_day:
        notes = (_("当日重评: {events}").format(events=listed(word(event) for event in review.same_day)),)
    yield Section(_("复评"), (_("做什么"), _("什么时候"), _("由谁"), _("条款")), tuple(rows), notes=notes)


def _watching(program: Program) -> Iterator[Section]:
    policy = program.policy
    rows = tuple(
        (
            str(rule.label),
            formula_words(program, str(rule.when)),
            word(rule.severity, alone=True),
            listed(role_words(policy, role) for role in rule.tell),
            _("{when}{what}").format(when=_days(rule.within_days), what=listed(word(act) for act in rule.follows))
            if rule.follows
            else _days(rule.within_days),
            clause_words(rule),
        )
        for rule in policy.watching
    )
    heads = (_("预警"), _("条件"), _("级别"), _("通知"), _("随后"), _("条款"))
    yield Section(_("监控预警"), heads, rows)


def _collection(program: Program) -> Iterator[Section]:
    policy, collection = program.policy, program.policy.collection
    if collection is None:
        return
    rows = tuple(
        (
            _overdue_words(rung.days),
            word(rung.channel, alone=True),
            role_words(policy, rung.by),
            str(rung.note or ""),
            clause_words(rung, collection),
        )
        for rung in collection.ladder
    )
    notes = []
    if collection.smallest is not None:
        notes.append(_("低于 {amount} 元不催").format(amount=number_words(collection.smallest)))
    if collection.quiet_days is not None:
        notes.append(_("两次催收至少隔 {days} 天").format(days=collection.quiet_days))
    yield Section(_("催收"), (_("何时"), _("方式"), _("由谁"), _("说明"), _("条款")), rows, notes=tuple(notes))


def _overdue_words(days: int) -> str:
    if days < 0:
        return _("到期前 {days} 天").format(days=-days)
    return _("逾期 {days} 天").format(days=days) if days else _("到期日")


def _access(program: Program) -> Iterator[Section]:
    policy = program.policy
    rows = tuple(
        (word(rule.what, alone=True), listed(role_words(policy, role) for role in rule.roles), clause_words(rule))
        for rule in policy.access
    )
    yield Section(_("查阅权限"), (_("对象"), _("谁可以看"), _("条款")), rows)


def _governance(program: Program) -> Iterator[Section]:
    policy, governance = program.policy, program.policy.governance
    if governance is None:
        return
    rows: list[tuple[Cell, ...]] = [
        (
            word(duty.act, alone=True),
            str(duty.label),
            role_words(policy, duty.role),
            _("每 {period}").format(period=period_words(duty.every)) if duty.every else "",
            clause_words(duty),
        )
        for duty in governance.duties
    ]
    rows += [
        (word(rule.kind, alone=True), f"{rule.for_}: {rule.then}", "", "", clause_words(rule))
        for rule in governance.staff
    ]
    if governance.revision is not None:
        changed = governance.revision
        who = _("{first}提出, {second}决定").format(
            first=role_words(policy, changed.proposed_by), second=role_words(policy, changed.decided_by)
        )
        rows.append((_("修订"), str(changed.note or ""), who, "", clause_words(changed)))
    yield Section(_("制度自身的管理"), (_("种类"), _("内容"), _("由谁"), _("多久一次"), _("条款")), tuple(rows))


def _days(days: int) -> str:
    return _("{days} 天内").format(days=days) if days else _("立即")


PARTS: Sequence[Callable[[Program], Iterator[Section]]] = (
    _facts,
    _scorecard,
    _grades,
    _credit,
    _changes,
    _service,
    _procedure,
    _review,
    _watching,
    _collection,
    _access,
    _governance,
)

__all__ = [
    "PARTS",
    "Assumption",
    "Outline",
    "Page",
    "Section",
    "assumptions",
    "criteria",
    "other_terms",
    "outline",
    "policy_page",
]
