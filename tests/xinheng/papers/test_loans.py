"""Borrowing paper copies."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.papers import actions, jobs, queries
from xinheng.papers.actions import Details
from xinheng.papers.levels import Level
from xinheng.papers.models import Loan, LoanState, Paper, PaperKind, State
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_for

ON = date(2026, 3, 2)
"""A Monday."""


def copy_of(company, level: Level = Level.INTERNAL, **told) -> Paper:
    details = Details(title="合同原件", level=level, has_copy=True, room="一号库", cabinet="甲", box="3", **told)
    kind = PaperKind.objects.get(code="contract")
    return actions.file_paper(company.ours, kind, details, by=company.archivist, on=ON)


@pytest.fixture
def paper(company) -> Paper:
    return copy_of(company)


def asked(company, paper: Paper, days: int = 3, by=None) -> Loan:
    return actions.ask_loan(paper, by=by or company.sales, on=ON, reason="与客户对账", days=days)


def out(company, paper: Paper) -> Loan:
    loan = asked(company, paper)
    actions.decide_loan(loan, agree=True, by=company.archivist, on=ON)
    return actions.hand_over(loan, by=company.archivist, on=ON)


def test_a_loan_from_the_request_to_its_return(company, paper):
    loan = asked(company, paper)
    assert loan.state == LoanState.ASKED
    loan = actions.decide_loan(loan, agree=True, by=company.archivist, on=ON)
    assert loan.state == LoanState.APPROVED
    loan = actions.hand_over(loan, by=company.archivist, on=ON)
    assert (loan.state, loan.due_on) == (LoanState.OUT, date(2026, 3, 5))
    assert [item.act for item in items_for(company.sales, ON)] == ["give_back"]
    back = actions.take_back(loan, by=company.archivist, on=date(2026, 3, 9), condition="完好")
    assert back.state == LoanState.RETURNED
    assert Entry.objects.get(act="papers.take_back").after["days_late"] == 4
    assert not Item.objects.filter(state="open").exists()


def test_the_due_day_counts_working_days_with_exchanged_ones(company, paper):
    loan = actions.ask_loan(paper, by=company.sales, on=date(2026, 9, 30), reason="对账", days=1)
    actions.decide_loan(loan, agree=True, by=company.archivist, on=date(2026, 9, 30))
    assert actions.hand_over(loan, by=company.archivist, on=date(2026, 9, 30)).due_on == date(2026, 10, 8)


def test_the_same_can_be_done_from_the_inbox(company, paper):
    loan = asked(company, paper)
    item = items_for(company.archivist, ON).get(act="approve")
    finish_item(item, by=company.archivist, on=ON, outcome="agree")
    loan.refresh_from_db()
    assert (loan.state, loan.decided_by) == (LoanState.APPROVED, company.archivist)
    finish_item(items_for(company.archivist, ON).get(act="hand_over"), by=company.archivist, on=ON, outcome="done")
    loan.refresh_from_db()
    assert loan.state == LoanState.OUT


def test_the_borrower_cannot_tick_off_his_own_return(company, paper):
    loan = out(company, paper)
    with pytest.raises(Refusal, match="档案管理员"):
        finish_item(items_for(company.sales, ON).get(act="give_back"), by=company.sales, on=ON, outcome="done")
    loan.refresh_from_db()
    assert loan.state == LoanState.OUT
    assert items_for(company.sales, ON).count() == 1


def test_nobody_decides_hands_over_or_takes_back_his_own_loan(company, paper):
    loan = asked(company, paper, by=company.archivist)
    with pytest.raises(Refusal, match="别人"):
        actions.decide_loan(loan, agree=True, by=company.archivist, on=ON)
    assert not items_for(company.archivist, ON).filter(act="approve").exists()
    item = Item.objects.get(act="approve")
    with pytest.raises(Refusal):
        finish_item(item, by=company.archivist, on=ON, outcome="agree")
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=loan.pk).update(decided_by=company.archivist)
    Loan.objects.filter(pk=loan.pk).update(state="out", handed_on=ON, due_on=ON)
    with pytest.raises(Refusal, match="另一位"):
        actions.take_back(loan, by=company.archivist, on=ON, condition="")


@pytest.mark.parametrize(
    "role", ["sales", "finance", "commerce_specialist", "general_manager", "system_admin", "legal"]
)
def test_who_does_not_lend_cannot_decide(company, paper, role):
    loan = asked(company, paper)
    if company.people[role] != company.sales:
        with pytest.raises(Refusal):
            actions.decide_loan(loan, agree=True, by=company.people[role], on=ON)


def test_a_top_secret_paper_is_lent_by_the_credit_group_or_the_deputy_manager_only(company):
    first, second = copy_of(company, Level.TOP_SECRET), copy_of(company, Level.TOP_SECRET)
    loan = asked(company, first)
    with pytest.raises(Refusal):
        actions.decide_loan(loan, agree=True, by=company.archivist, on=ON)
    assert actions.decide_loan(loan, agree=True, by=company.credit_group, on=ON).state == LoanState.APPROVED
    loan = asked(company, second)
    assert actions.decide_loan(loan, agree=True, by=company.deputy_gm, on=ON).state == LoanState.APPROVED
    assert not Item.objects.filter(act="approve", state="open").exists()


def test_a_refusal_needs_a_reason_and_ends_the_request(company, paper):
    loan = asked(company, paper)
    with pytest.raises(Refusal, match="理由"):
        actions.decide_loan(loan, agree=False, by=company.archivist, on=ON)
    loan = actions.decide_loan(loan, agree=False, by=company.archivist, on=ON, why="正在盘点")
    assert (loan.state, loan.decision) == (LoanState.REFUSED, "正在盘点")
    with pytest.raises(Refusal, match="未批准"):
        actions.hand_over(loan, by=company.archivist, on=ON)


def test_a_lent_paper_is_lent_to_nobody_else_until_it_is_back(company, paper):
    loan = out(company, paper)
    waiting = asked(company, paper, by=company.finance)
    with pytest.raises(Refusal, match="借给别人"):
        actions.decide_loan(waiting, agree=True, by=company.archivist, on=ON)
    actions.take_back(loan, by=company.archivist, on=ON, condition="")
    assert actions.decide_loan(waiting, agree=True, by=company.archivist, on=ON).state == LoanState.APPROVED


def test_the_database_itself_lends_a_paper_once(company, paper):
    out(company, paper)
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.create(
            paper=paper, borrower=company.finance, reason="x", days=1, state="out", asked_on=ON, handed_on=ON, due_on=ON
        )


@pytest.mark.django_db(transaction=True)
def test_two_requests_agreed_at_once_lend_the_paper_to_one():
    from company import found_company, person

    company = found_company()
    paper = copy_of(company)
    loans = [asked(company, paper), asked(company, paper, by=company.finance)]
    second = person(company, "另一档案", "archivist2", "archivist", "commerce")
    gate, results = threading.Barrier(2), []

    def decide(loan, by):
        gate.wait()
        try:
            actions.decide_loan(loan, agree=True, by=by, on=ON)
            results.append("lent")
        except Refusal:
            results.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=pair) for pair in zip(loans, (company.archivist, second), strict=True)
    ]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["lent", "refused"]
    assert Loan.objects.filter(state=LoanState.APPROVED).count() == 1


def test_what_is_not_in_its_place_or_has_no_copy_cannot_be_borrowed(company, paper):
    for state in (State.MISSING, State.LOST, State.WITHDRAWN):
        Paper.objects.filter(pk=paper.pk).update(state=state)
        with pytest.raises(Refusal, match="不能借阅"):
            asked(company, paper)
    Paper.objects.filter(pk=paper.pk).update(state=State.KEPT, has_copy=False)
    with pytest.raises(Refusal, match="纸质件"):
        asked(company, paper)


@pytest.mark.parametrize("days", [0, 21, -1])
def test_a_loan_is_neither_empty_nor_endless(company, paper, days):
    with pytest.raises(Refusal, match="工作日"):
        asked(company, paper, days=days)


def test_a_stranger_and_an_administrator_cannot_ask(company, paper):
    for person in (company.stranger, company.system_admin, company.security_admin, company.audit_admin):
        with pytest.raises(Refusal):
            asked(company, paper, by=person)


def test_on_the_due_day_a_loan_is_not_late_and_on_the_next_it_is(company, paper):
    loan = out(company, paper)
    assert not loan.is_overdue(date(2026, 3, 5))
    assert list(queries.overdue_loans(date(2026, 3, 5))) == []
    assert list(queries.overdue_loans(date(2026, 3, 6))) == [loan]


def test_a_lost_copy_marks_the_paper_and_tells_the_credit_group(company, paper):
    loan = out(company, paper)
    actions.report_lost(loan, by=company.archivist, on=ON, why="借阅人出差途中遗失")
    paper.refresh_from_db()
    assert paper.state == State.LOST
    assert items_for(company.credit_group, ON).filter(act="remedy").count() == 1
    assert not items_for(company.sales, ON).exists()


def test_a_request_can_be_taken_back_by_its_asker_only(company, paper):
    loan = asked(company, paper)
    with pytest.raises(Refusal):
        actions.cancel_loan(loan, by=company.archivist, on=ON)
    assert actions.cancel_loan(loan, by=company.sales, on=ON).state == LoanState.CANCELLED
    assert not Item.objects.filter(state="open").exists()


def test_damage_must_be_described(company, paper):
    loan = out(company, paper)
    with pytest.raises(Refusal, match="缺了什么"):
        actions.take_back(loan, by=company.archivist, on=ON, condition=" ", is_complete=False)


def test_a_paper_that_runs_out_becomes_one_task_however_often_the_day_is_run(company):
    paper = copy_of(company, valid_until=date(2026, 3, 20))
    assert jobs.daily(on=ON) is not None
    assert jobs.daily(on=ON) is None
    assert jobs.daily(on=date(2026, 3, 3)) is None
    item = items_for(company.sales, ON).get(act="renew")
    assert item.due_on == date(2026, 3, 20)
    later = Details(title="合同原件", has_copy=True, room="一号库", valid_until=date(2026, 4, 1))
    actions.change_paper(paper, later, by=company.archivist, on=ON)
    assert not items_for(company.sales, ON).exists()
    assert jobs.daily(on=ON) is not None


def test_counting_a_shelf(company, paper):
    second = copy_of(company)
    third = copy_of(company)
    out(company, third)
    count = actions.begin_stocktaking(by=company.archivist, on=ON, room="一号库", cabinet="甲")
    with pytest.raises(Refusal, match="正在盘点"):
        actions.begin_stocktaking(by=company.archivist, on=ON, room="一号库", cabinet="甲")
    lines = {line.paper_id: line for line in count.lines.all()}
    assert lines[third.pk].is_out
    actions.mark_line(lines[paper.pk], is_found=True, by=company.archivist, on=ON)
    with pytest.raises(Refusal, match="1 份没有盘点"):
        actions.close_stocktaking(count, by=company.archivist, on=ON)
    actions.mark_line(lines[second.pk], is_found=False, by=company.archivist, on=ON, remark="盒内无此件")
    done = actions.close_stocktaking(count, by=company.archivist, on=ON)
    assert (done.expected, done.found, done.missing, done.out) == (2, 1, 1, 1)
    second.refresh_from_db()
    assert second.state == State.MISSING
    with pytest.raises(Refusal, match="结束"):
        actions.mark_line(lines[second.pk], is_found=True, by=company.archivist, on=ON)
    again = actions.begin_stocktaking(by=company.archivist, on=ON, room="一号库")
    for line in again.lines.all():
        if not line.is_out:
            actions.mark_line(line, is_found=True, by=company.archivist, on=ON)
    actions.close_stocktaking(again, by=company.archivist, on=ON)
    second.refresh_from_db()
    assert second.state == State.KEPT


def test_the_shelf_register_counts_what_lies_where(company, paper):
    out(company, copy_of(company))
    [shelf] = queries.shelves()
    assert (shelf.room, shelf.cabinet, shelf.box, shelf.papers, shelf.out, shelf.missing) == (
        "一号库",
        "甲",
        "3",
        2,
        1,
        0,
    )
