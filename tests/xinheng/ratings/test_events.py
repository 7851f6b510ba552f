"""Events move grades the same day; the daily job does what is due, once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditpolicy.problems import Refusal
from grading import graded
from policies import published
from xinheng.audit.record import SYSTEM
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger.actions import dispute_invoice, end_dispute, enter_invoice, report_incident, withdraw_incident
from xinheng.ledger.models import Allocation, Invoice, Receipt
from xinheng.ratings import jobs
from xinheng.ratings.actions import happened, thaw
from xinheng.ratings.models import Assessment, Happening, Rating, Standing
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def after(days: int) -> date:
    return DAY + timedelta(days)


def now(customer: Any) -> Standing:
    found: Standing = Standing.objects.get(customer=customer, until_day__isnull=True)
    return found


@pytest.fixture
def leasing(company: Any) -> Any:
    """Publish the leasing policy, and give our customer a B."""
    version = published(company, "leasing", on=DAY)
    graded(company.ours, version, "B", on=DAY)
    return version


def incident(company: Any, kind: str, on: date, customer: Any = None) -> Any:
    return report_incident(
        customer or company.ours, kind=kind, happened_on=on, detail="法院公告", by=company.risk, on=on
    )


def test_an_incident_lowers_the_grade_in_the_transaction_that_reports_it(company: Any) -> None:
    version = published(company, "auto-dealer", on=DAY)
    graded(company.ours, version, "A", on=DAY)
    reported = incident(company, "lawsuit", after(3))
    standing = now(company.ours)
    assert (standing.grade, standing.cause, standing.from_day, standing.clause) == ("C", "event", after(3), "三.3")
    assert "法院公告" in standing.why
    assert Happening.objects.get(incident=reported).event == "lawsuit"
    case = Assessment.objects.get(kind="event")
    assert (case.incident, case.due_on) == (reported, after(3))
    assert Item.objects.filter(act="read", person=company.sales).exists()


def test_what_was_reported_by_mistake_is_rated_again_without_it(company: Any) -> None:
    version = published(company, "auto-dealer", on=DAY)
    graded(company.ours, version, "A", on=DAY)
    reported = incident(company, "lawsuit", after(3))
    first = Assessment.objects.get(kind="event")
    withdraw_incident(reported, by=company.finance, on=after(5), why="同名企业")
    first.refresh_from_db()
    assert first.state == "cancelled", "it would count what was withdrawn"
    case = Assessment.objects.get(kind="event", state="open")
    assert (case.incident, case.as_of, "同名企业" in case.why, case.clause) == (reported, after(5), True, "三.3")
    assert now(company.ours).grade == "C", "nobody rises without being rated"


def test_where_a_case_is_under_way_somebody_is_told_of_what_was_withdrawn(company: Any, leasing: Any) -> None:
    happened(company.ours, "dispute", by=SYSTEM, on=after(1))
    case = Assessment.objects.get()
    reported = incident(company, "default", after(2))
    Item.objects.filter(act="follow_up").delete()
    withdraw_incident(reported, by=company.finance, on=after(3), why="银行差错")
    asked = Item.objects.get(act="follow_up")
    assert asked.person == company.sales
    assert case.number in asked.note
    assert "银行差错" in asked.note
    thaw(company.ours, by=company.finance, on=after(3), why="事件已撤销")
    assert not now(company.ours).is_frozen


def test_a_default_freezes_and_another_thaws(company: Any, leasing: Any) -> None:
    incident(company, "default", after(1))
    standing = now(company.ours)
    assert (standing.grade, standing.is_frozen, standing.cause) == ("B", True, "freeze")
    for person, said in ((company.sales, "不能办理"), (company.risk, "由另一人")):
        with pytest.raises(Refusal, match=said):
            thaw(company.ours, by=person, on=after(2), why="已付清")
    thaw(company.ours, by=company.finance, on=after(2), why="已付清")
    assert (now(company.ours).is_frozen, now(company.ours).cause) == (False, "thawed")
    with pytest.raises(Refusal, match="没有冻结"):
        thaw(company.ours, by=company.finance, on=after(2), why="已付清")


def test_false_information_revokes_at_once_where_the_policy_says_so(company: Any, leasing: Any) -> None:
    incident(company, "false_information", after(1))
    standing = now(company.ours)
    assert (standing.grade, standing.cause, standing.limit) == ("", "revoked", Decimal(0))


def test_a_customer_without_a_grade_is_left_alone(company: Any, leasing: Any) -> None:
    incident(company, "lawsuit", after(1), company.theirs)
    assert not Standing.objects.filter(customer=company.theirs).exists()


def test_an_incident_counts_once(company: Any, leasing: Any) -> None:
    reported = incident(company, "default", after(1))
    happened(company.ours, "default", by=SYSTEM, on=after(1), incident=reported)
    assert Standing.objects.filter(customer=company.ours).count() == 2


def test_what_cannot_be_rated_with_what_is_known_is_asked_of_people(company: Any, leasing: Any) -> None:
    happened(company.ours, "dispute", by=SYSTEM, on=after(1))
    case = Assessment.objects.get()
    assert (case.kind, case.due_on) == ("event", after(8))
    happened(company.ours, "ownership_change", by=SYSTEM, on=after(2))
    asked = Item.objects.get(act="follow_up")
    assert asked.person == company.sales
    assert case.number in asked.note


def test_what_is_known_is_rated_the_same_day_and_only_a_worse_result_takes_force(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grading import facts_for
    from xinheng.ratings.actions import events

    version = published(company, "sales-credit", on=DAY)
    graded(company.ours, version, "B", on=DAY)
    known = {"A": facts_for(version, "A", on=DAY), "D": facts_for(version, "D", on=DAY)}
    monkeypatch.setattr(events, "facts_of", lambda *_told, **_on: known["A"])
    happened(company.ours, "overdue", by=SYSTEM, on=after(1))
    assert (now(company.ours).grade, Rating.objects.count()) == ("B", 2)
    monkeypatch.setattr(events, "facts_of", lambda *_told, **_on: known["D"])
    happened(company.ours, "overdue", by=SYSTEM, on=after(2))
    standing = now(company.ours)
    assert (standing.grade, standing.cause) == ("D", "rated")
    assert "当日按已知资料重评" in standing.why
    assert not Assessment.objects.exists()


# The daily job ------------------------------------------------------------------------------------------------------------


def invoice(customer: Any, due: date, settled: int = 0) -> Invoice:
    paid = Decimal(settled)
    made: Invoice = Invoice.objects.create(
        customer=customer, number=f"F{due}", invoiced_on=due, due_on=due, amount=Decimal(100), settled=paid
    )
    if paid:
        receipt = Receipt.objects.create(customer=customer, number="S1", received_on=due, amount=paid, allocated=paid)
        Allocation.objects.create(invoice=made, receipt=receipt, amount=paid, on=due)
    return made


def test_an_invoice_is_noticed_on_the_day_that_the_policy_counts_and_once(company: Any, leasing: Any) -> None:
    invoice(company.ours, DAY)
    invoice(company.theirs, DAY)
    assert [jobs.overdue(on=after(days)) for days in (1, 30, 31, 31, 32)] == [0, 0, 1, 0, 0]
    assert Happening.objects.get(kind="event").on == after(31)


def test_what_is_paid_is_not_noticed(company: Any, leasing: Any) -> None:
    invoice(company.ours, DAY, settled=100)
    assert jobs.overdue(on=after(31)) == 0


def test_each_part_is_noticed_on_its_own_day(company: Any, leasing: Any) -> None:
    enter_invoice(
        company.ours, number="P1", invoiced_on=DAY, amount=Decimal(100), by=company.finance,
        plan=[(after(1), Decimal(40)), (after(5), Decimal(60))],
    )  # fmt: skip
    assert [jobs.overdue(on=after(days)) for days in (31, 32, 35, 36)] == [0, 1, 0, 1]


def test_a_dispute_puts_the_day_off_by_as_long_as_it_lasted(company: Any, leasing: Any) -> None:
    contested = dispute_invoice(invoice(company.ours, DAY), by=company.finance, on=after(10), why="数量不符")
    assert jobs.overdue(on=after(31)) == 0
    end_dispute(contested, by=company.finance, on=after(40), outcome="核对无误")
    assert [jobs.overdue(on=after(days)) for days in (60, 61)] == [0, 1]


def test_a_review_is_opened_a_week_before_its_day_and_once(company: Any, leasing: Any) -> None:
    due = date(2026, 9, 2)
    assert now(company.ours).next_review_on == due
    assert jobs.reviews(on=due - timedelta(8)) == 0
    assert jobs.reviews(on=due - timedelta(7)) == 1
    assert jobs.reviews(on=due - timedelta(6)) == 0
    case = Assessment.objects.get()
    assert (case.kind, case.due_on, case.customer) == ("periodic", due, company.ours)
    assert "2026-09-02" in case.why


def test_a_review_with_fixed_days_is_opened_on_the_first_and_due_on_the_last(company: Any) -> None:
    version = published(company, "sales-tiering", on=DAY)
    graded(company.ours, version, "B", on=DAY)
    assert jobs.reviews(on=date(2026, 12, 24)) == 0
    assert jobs.reviews(on=date(2026, 12, 25)) == 1
    assert Assessment.objects.get().due_on == date(2026, 12, 30)


def test_a_review_that_cannot_be_opened_is_asked_of_the_manager_once(company: Any, leasing: Any) -> None:
    from xinheng.workflow.models import RoleMapping

    RoleMapping.objects.all().delete()
    due = date(2026, 9, 2)
    assert jobs.reviews(on=due) == 1
    assert jobs.reviews(on=due) == 0
    asked = Item.objects.get(act="follow_up")
    assert (asked.person, asked.due_on) == (company.sales, due)


def test_many_reviews_are_asked_for_as_a_batch(company: Any, leasing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FEW", 2)
    for number in range(3):
        customer = Customer.objects.create(
            number=f"M{number}", name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"], owner=company.sales,
        )  # fmt: skip
        graded(customer, leasing, "B", on=DAY)
    due = date(2026, 9, 2)
    assert jobs.reviews(on=due) == 1
    assert jobs.reviews(on=due) == 0
    asked = Item.objects.get(act="follow_up")
    assert (asked.role, asked.title) == ("risk", "4 位客户到期复评, 请批量评级: 租赁客户信用分级")
    assert not Assessment.objects.exists()


def test_the_daily_job_does_all_of_it_and_twice_is_once(company: Any, leasing: Any) -> None:
    invoice(company.ours, after(10))
    day = after(41)
    assert jobs.daily(on=day) == "等级随时间变动 0 位, 新逾期 1 位, 公示期满 0 件, 到期复评 0 件, 定期检查 0 件。"
    before = (Happening.objects.count(), Standing.objects.count(), Item.objects.count())
    assert jobs.daily(on=day) == "等级随时间变动 0 位, 新逾期 0 位, 公示期满 0 件, 到期复评 0 件, 定期检查 0 件。"
    assert (Happening.objects.count(), Standing.objects.count(), Item.objects.count()) == before
