"""Acts on financial statements: entering, handing in, approving by another hand, voiding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.model import Kind as FactKind
from creditpolicy.problems import Problem, Refusal, faults
from creditpolicy.tables import Column, read_value
from creditpolicy.tables.cells import Bad, Manner, Value
from xinheng.audit.record import act, record
from xinheng.customers.accounting import BY_CODE, UNITS, label, problems_of
from xinheng.customers.actions.keeping import keep, locked, must_be_open, snapshot
from xinheng.customers.models import Customer, Figure, PeriodKind, Source, Statement, StatementState
from xinheng.customers.ratios import figures_of
from xinheng.customers.reviewing import REVIEW
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.workflow.actions import finish_item, start
from xinheng.workflow.acts import Outcome, State
from xinheng.workflow.models import Item

_HEAD = ("period_kind", "period_end", "months", "is_audited", "is_consolidated", "auditor", "source", "unit", "remarks")
USUAL_MONTHS = {PeriodKind.YEAR: 12, PeriodKind.HALF: 6}


def read_figures(written: Mapping[str, str], unit: int) -> tuple[dict[str, Decimal], list[Problem]]:
    """Read figures as typed, in the unit (1, 1000 or 10000 yuan), into yuan; blanks are left out, bad ones told."""
    figures: dict[str, Decimal] = {}
    problems: list[Problem] = []
    power = len(str(unit)) - 1
    for code, text in written.items():
        column = Column(code, (label(code),), FactKind.AMOUNT, 2, unit="元")
        verdict = read_value(text, column, Manner(power=power))
        if isinstance(verdict, Bad):
            problems.append(Problem(verdict.code, verdict.what, verdict.why, verdict.fix, facts=(code,)))
        elif isinstance(verdict, Value) and isinstance(verdict.value, Decimal):
            figures[code] = verdict.value
    return figures, problems


@act
def save_statement(
    customer: Customer,
    *,
    by: Person,
    on: date,
    figures: Mapping[str, str],
    period_end: date,
    period_kind: str = PeriodKind.YEAR,
    statement: Statement | None = None,
    **head: Any,
) -> Statement:
    """Save a statement as a draft: `figures` as typed, by account, in the unit; `head` any more of its columns.

    What does not agree is allowed in a draft (`accounting.problems_of` tells it); what cannot be read is refused.
    """
    demand(by, "customers.enter_statement", customer)
    must_be_open(locked(customer))
    row, before = Statement(customer=customer, entered_by=by), None
    if statement is not None:
        row = statement
        row.refresh_from_db()
        _must_be_draft(row)
        before = _whole(row, figures_of(row))
    _fill(row, period_kind, period_end, head, on)
    read, problems = read_figures({code: text for code, text in figures.items() if code in BY_CODE}, row.unit)
    if problems:
        told = " ".join(problem.what for problem in problems[:3])
        raise Refusal(_("有 {count} 个数填得不对: {told}").format(count=len(problems), told=told), problems)
    if not read:
        raise Refusal(_("一个数都没有填, 没有可保存的内容。"))
    row.last_edited_by = by
    try:
        with transaction.atomic():
            keep(row, by)
    except IntegrityError:
        raise Refusal(
            _("{period} {end} 的报表已经有一份。请打开那一份修改, 或先作废。").format(
                period=row.get_period_kind_display(), end=row.period_end
            )
        ) from None
    row.figures.all().delete()
    Figure.objects.bulk_create(Figure(statement=row, account=code, amount=amount) for code, amount in read.items())
    record("customers.save_statement", row, by=by, about=customer, before=before, after=_whole(row, read))
    return row


def _whole(row: Statement, figures: Mapping[str, Decimal]) -> dict[str, Any]:
    """Give the head and the figures as the record holds them."""
    return snapshot(row, _HEAD) | {code: str(amount) for code, amount in figures.items()}


def _fill(row: Statement, period_kind: str, period_end: date, head: Mapping[str, Any], on: date) -> None:
    if period_kind not in PeriodKind.values:
        raise Refusal(_("请选择年报、半年报、季报或月报。"))
    if period_end > on:
        raise Refusal(_("报表截止日 {end} 在今天之后。").format(end=period_end))
    if period_end.year < 1990:
        raise Refusal(_("报表截止日 {end} 太早, 请核对年份。").format(end=period_end))
    row.period_kind, row.period_end = period_kind, period_end
    row.months = USUAL_MONTHS.get(PeriodKind(period_kind), period_end.month)
    for name, value in head.items():
        if name not in _HEAD:
            raise TypeError(name)
        if value is not None:
            setattr(row, name, value)
    if row.unit not in UNITS:
        raise Refusal(_("单位只能是元、千元或万元。"))
    if not 1 <= row.months <= 24:
        raise Refusal(_("期间月数应在 1 至 24 之间。"))
    if row.source not in Source.values:
        raise Refusal(_("请选择报表来源。"))


def _must_be_draft(row: Statement) -> None:
    if row.state == StatementState.SUBMITTED:
        raise Refusal(_("报表已提交审核, 不能再改。请先在待办里撤回, 或请审核人退回。"))
    if row.state != StatementState.DRAFT:
        raise Refusal(
            _("报表{state}, 不能再改。数字确实有误, 请作废后重新录入。").format(state=row.get_state_display())
        )


@act
def submit_statement(statement: Statement, *, by: Person, on: date) -> Statement:
    """Hand a draft in to be approved by another; refused while figures contradict each other."""
    customer = statement.customer
    demand(by, "customers.enter_statement", customer)
    must_be_open(locked(customer))
    statement.refresh_from_db()
    _must_be_draft(statement)
    _must_agree(statement)
    statement.state, statement.submitted_by, statement.submitted_on = StatementState.SUBMITTED, by, on
    keep(statement, by)
    record("customers.submit_statement", statement, by=by, about=customer)
    start(
        statement, REVIEW, by=by, on=on, about=customer,
        title=_("审核报表: {name} {period}").format(name=customer.name, period=statement),
    )  # fmt: skip
    return statement


def _must_agree(statement: Statement) -> None:
    wrong = faults(problems_of(figures_of(statement), statement.unit))
    if wrong:
        told = " ".join(problem.what for problem in wrong[:3])
        raise Refusal(_("报表有 {count} 处不符, 不能提交: {told}").format(count=len(wrong), told=told), wrong)


@act
def approve_statement(statement: Statement, *, by: Person, on: date, remarks: str = "") -> Statement:
    """Approve a statement that somebody else handed in; ratings count approved ones only."""
    demand(by, "customers.approve_statement", statement.customer)
    finish_item(_task(statement), by=by, on=on, outcome=Outcome.AGREE, remarks=remarks)
    statement.refresh_from_db()
    return statement


@act
def return_statement(statement: Statement, *, by: Person, on: date, why: str) -> Statement:
    """Give a statement back to who handed it in, to be put right."""
    demand(by, "customers.approve_statement", statement.customer)
    finish_item(_task(statement), by=by, on=on, outcome=Outcome.RETURN, remarks=why)
    statement.refresh_from_db()
    return statement


def _task(statement: Statement) -> Item:
    kind = ContentType.objects.get_for_model(Statement)
    open_ = Item.objects.filter(
        subject_type=kind, subject_id=str(statement.pk), round__procedure=REVIEW.key, state=State.OPEN, index__gte=0
    )
    item: Item | None = open_.order_by("pk").first()
    if item is None:
        raise Refusal(_("这份报表没有在等审核。"))
    return item


@act
def withdraw_statement(statement: Statement, *, by: Person, on: date, why: str) -> Statement:
    """Void a statement that is wrong; it stays to be seen, and another of the period may be entered."""
    customer = statement.customer
    demand(by, "customers.enter_statement", customer)
    must_be_open(locked(customer))
    statement.refresh_from_db()
    if statement.state == StatementState.WITHDRAWN:
        raise Refusal(_("这份报表已经作废。"))
    if statement.state == StatementState.SUBMITTED:
        raise Refusal(_("报表正在审核。请先撤回, 或请审核人退回, 再作废。"))
    if not why.strip():
        raise Refusal(_("请写明作废的原因。"))
    before = snapshot(statement, ("state",))
    statement.state = StatementState.WITHDRAWN
    keep(statement, by)
    record("customers.withdraw_statement", statement, by=by, about=customer, why=why, before=before,
           after=snapshot(statement, ("state",)))  # fmt: skip
    return statement
