"""Borrowing a paper copy: asked for, decided by another, handed over, brought back, or lost."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.papers.levels import Level
from xinheng.papers.models import HELD, Loan, LoanState, Paper, State
from xinheng.workflow.actions import cancel_item, finish_item, open_item, settle_items
from xinheng.workflow.acts import Outcome
from xinheng.workflow.acts import State as TaskState
from xinheng.workflow.apart import way_for
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

MOST_DAYS = 20
"""The longest loan in working days (assumed: no document says)."""
CLAUSE = "004 档案查阅与借阅"
DECIDE, HAND_OVER, GIVE_BACK = "approve", "hand_over", "give_back"


@act
def ask_loan(paper: Paper, *, by: Person, on: date, reason: str, days: int) -> Loan:
    """Ask for a paper copy for some working days, with a reason; opens the decision for who lends this level."""
    demand(by, "papers.borrow", paper)
    paper = _locked(paper)
    if not paper.has_copy:
        raise Refusal(_("这份档案没有纸质件, 不能借阅。"))
    if paper.state != State.KEPT:
        raise Refusal(_("这份档案{state}, 不能借阅。").format(state=paper.get_state_display()))
    if not reason.strip():
        raise Refusal(_("请写明借阅的用途。"))
    if not 1 <= days <= MOST_DAYS:
        raise Refusal(_("借期是 1 到 {most} 个工作日。").format(most=MOST_DAYS))
    if paper.loans.filter(borrower=by, state__in=(LoanState.ASKED, *HELD)).exists():
        raise Refusal(_("您已经申请或正在借阅这份档案。"))
    loan = Loan.objects.create(paper=paper, borrower=by, reason=reason.strip()[:300], days=days, asked_on=on)
    record("papers.ask_loan", paper, by=by, why=loan.reason, clause=CLAUSE, about=paper.customer,
           after={"loan": loan.pk, "days": days})  # fmt: skip
    open_item(
        loan, by=by, on=on, act=DECIDE, role=_decider(paper), due=add_working_days(on, 1), clause=CLAUSE,
        title=_("{person} 借阅 {paper}, {days} 个工作日").format(person=by, paper=paper, days=days),
        note=loan.reason, about=paper.customer,
    )  # fmt: skip
    return loan


@act
def decide_loan(loan: Loan, *, agree: bool, by: Person, on: date, why: str = "") -> Loan:
    """Agree to a loan or refuse it; never one's own. The task in the inbox ends with it."""
    demand(by, "papers.approve_loan", loan.paper)
    _not_own(loan, by)
    task = _task(loan, DECIDE)
    if task is not None and way_for(task, by, on)[0] is not None:
        finish_item(task, by=by, on=on, outcome=Outcome.AGREE if agree else Outcome.REFUSE, remarks=why)
    else:
        decide(loan, agree=agree, by=by, on=on, why=why)
        if task is not None:
            cancel_item(task, by=by, on=on, why=_("已由 {person} 决定。").format(person=by))
    loan.refresh_from_db()
    return loan


def decide(loan: Loan, *, agree: bool, by: Person, on: date, why: str) -> None:
    """Write the decision down; called by `decide_loan`, and by the workflow where the task was handled in the inbox."""
    demand(by, "papers.approve_loan", loan.paper)
    _not_own(loan, by)
    paper = _locked(loan.paper)
    held = _fresh(loan, LoanState.ASKED)
    if not agree and not why.strip():
        raise Refusal(_("请写明不批准的理由。"))
    if agree and paper.loans.filter(state__in=HELD).exists():
        raise Refusal(_("这份档案已借给别人, 归还后才能批准下一位。"))
    held.state = LoanState.APPROVED if agree else LoanState.REFUSED
    held.decided_by, held.decided_on, held.decision = by, on, why.strip()[:300]
    _save_alone(held)
    record("papers.decide_loan", paper, by=by, why=why, clause=CLAUSE, about=paper.customer,
           before={"loan": loan.pk, "state": LoanState.ASKED}, after={"state": held.state})  # fmt: skip
    if agree:
        open_item(
            held, by=by, on=on, act=HAND_OVER, role=Role.ARCHIVIST, due=add_working_days(on, 1), clause=CLAUSE,
            title=_("把 {paper} 交给 {person}").format(paper=paper, person=held.borrower),
            note=paper.place, about=paper.customer,
        )  # fmt: skip


@act
def hand_over(loan: Loan, *, by: Person, on: date) -> Loan:
    """Hand the copy to the borrower; from now on its due day runs."""
    demand(by, "papers.keep")
    give_out(loan, by=by, on=on)
    settle_items(loan, act=HAND_OVER, by=by, on=on)
    loan.refresh_from_db()
    return loan


def give_out(loan: Loan, *, by: Person, on: date) -> None:
    """Write the handing over down; called by `hand_over`, and by the workflow."""
    demand(by, "papers.keep")
    if by.pk == loan.borrower_id:
        raise Refusal(_("自己借阅的档案, 请另一位档案管理员交付。"))
    paper = _locked(loan.paper)
    held = _fresh(loan, LoanState.APPROVED)
    held.state, held.handed_by, held.handed_on = LoanState.OUT, by, on
    held.due_on = add_working_days(on, held.days)
    _save_alone(held)
    record("papers.hand_over", paper, by=by, clause=CLAUSE, about=paper.customer,
           after={"loan": held.pk, "borrower": held.borrower_id, "due": str(held.due_on)})  # fmt: skip
    open_item(
        held, by=by, on=on, act=GIVE_BACK, person=held.borrower, due=held.due_on, clause=CLAUSE,
        title=_("归还 {paper}").format(paper=paper), about=paper.customer,
        note=_("请把纸质件交给档案管理员, 由其核对页数后收回。"),
    )  # fmt: skip


@act
def take_back(loan: Loan, *, by: Person, on: date, condition: str, is_complete: bool = True) -> Loan:
    """Take a copy back after looking at it; what is wrong with it must be said."""
    demand(by, "papers.keep")
    if by.pk == loan.borrower_id:
        raise Refusal(_("自己借阅的档案, 请另一位档案管理员核对收回。"))
    paper = _locked(loan.paper)
    held = _fresh(loan, LoanState.OUT)
    if not is_complete and not condition.strip():
        raise Refusal(_("请写明缺了什么、哪里损坏。"))
    _close(held, LoanState.RETURNED, by=by, on=on, condition=condition)
    late = max((on - held.due_on).days, 0) if held.due_on else 0
    record("papers.take_back", paper, by=by, why=condition, clause=CLAUSE, about=paper.customer,
           after={"loan": held.pk, "complete": is_complete, "days_late": late})  # fmt: skip
    settle_items(held, act=GIVE_BACK, by=by, on=on, remarks=condition)
    return held


@act
def report_lost(loan: Loan, *, by: Person, on: date, why: str) -> Loan:
    """Write down that a lent copy is lost; the paper is marked, and the credit group is told."""
    demand(by, "papers.keep")
    paper = _locked(loan.paper)
    held = _fresh(loan, LoanState.OUT)
    if by.pk == held.borrower_id:
        raise Refusal(_("自己借阅的档案, 请另一位档案管理员登记遗失。"))
    if not why.strip():
        raise Refusal(_("请写明怎样遗失、找过哪里。"))
    _close(held, LoanState.LOST, by=by, on=on, condition=why)
    paper.state = State.LOST
    paper.save(update_fields=["state"])
    record("papers.report_lost", paper, by=by, why=why, clause=CLAUSE, about=paper.customer,
           before={"state": State.KEPT}, after={"loan": held.pk, "state": State.LOST})  # fmt: skip
    settle_items(held, act=GIVE_BACK, by=by, on=on, remarks=why)
    open_item(
        held, by=by, on=on, act="remedy", role=Role.CREDIT_GROUP, due=add_working_days(on, 3), clause=CLAUSE,
        title=_("{paper} 遗失, 借阅人 {person}").format(paper=paper, person=held.borrower), note=why,
        about=paper.customer,
    )  # fmt: skip
    return held


@act
def cancel_loan(loan: Loan, *, by: Person, on: date) -> Loan:
    """Take one's request back, as long as nothing was handed over."""
    demand(by, "papers.borrow", loan.paper)
    if by.pk != loan.borrower_id:
        raise Refusal(_("只有申请人自己可以取消。"))
    paper = _locked(loan.paper)
    held = _fresh(loan, LoanState.ASKED, LoanState.APPROVED)
    before, held.state = held.state, LoanState.CANCELLED
    held.save(update_fields=["state"])
    record("papers.cancel_loan", paper, by=by, about=paper.customer, before={"loan": held.pk, "state": before},
           after={"state": held.state})  # fmt: skip
    for act_ in (DECIDE, HAND_OVER):
        task = _task(held, act_)
        if task is not None:
            cancel_item(task, by=by, on=on, why=_("申请人取消借阅。"))
    return held


def loan_finished_elsewhere(loan: Loan, item: Item, outcome: str, *, by: Person, on: date) -> None:
    """Carry out what was decided in the inbox; called by the workflow through the loan."""
    if item.act == DECIDE:
        decide(loan, agree=outcome == Outcome.AGREE, by=by, on=on, why=item.remarks)
    elif item.act == HAND_OVER:
        give_out(loan, by=by, on=on)
    elif item.act == GIVE_BACK:
        raise Refusal(_("请把纸质件交给档案管理员, 由其核对后收回; 收回之后这件事会自行办结。"))


def _decider(paper: Paper) -> Role:
    return Role.CREDIT_GROUP if paper.level == Level.TOP_SECRET else Role.ARCHIVIST


def _not_own(loan: Loan, by: Person) -> None:
    if by.pk == loan.borrower_id:
        raise Refusal(_("自己的借阅申请要由别人审批。"))


def _locked(paper: Paper) -> Paper:
    return Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)


def _fresh(loan: Loan, *wanted: str) -> Loan:
    """Give the loan as it is now; Refusal where it stands elsewhere by now."""
    held = Loan.objects.select_for_update(of=("self",)).get(pk=loan.pk)
    if held.state not in wanted:
        raise Refusal(_("这笔借阅现在是“{state}”, 不能这样办理。").format(state=held.get_state_display()))
    return held


def _save_alone(loan: Loan) -> None:
    """Save; that a paper is lent once at a time is the database's word."""
    try:
        with transaction.atomic():
            loan.save()
    except IntegrityError as wrong:
        if "loan_one_at_a_time" in str(wrong) or "papers_loan.paper_id" in str(wrong):
            raise Refusal(_("这份档案已借给别人, 归还后才能批准下一位。")) from wrong
        raise


def _close(loan: Loan, state: LoanState, *, by: Person, on: date, condition: str) -> None:
    loan.state, loan.closed_by, loan.closed_on, loan.condition = state, by, on, condition.strip()[:300]
    loan.save()


def _task(loan: Loan, act_: str) -> Item | None:
    found: Item | None = items_of(loan).filter(act=act_, state=TaskState.OPEN, round__isnull=True).first()
    return found
