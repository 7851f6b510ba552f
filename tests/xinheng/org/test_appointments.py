"""Appointing, lending, and what may not meet in one hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.org.actions import (
    appoint,
    deactivate,
    delegate_role,
    end_appointment,
    end_delegation,
    keep_apart,
    let_together,
)
from xinheng.org.duties import duties_that_meet
from xinheng.org.models import Appointment, Delegation, DutiesApart, Person
from xinheng.org.roles import ADMINISTRATORS, BUSINESS, Role

TODAY = date(2026, 1, 5)

DAY = date(2026, 3, 2)
LATER = DAY + timedelta(days=10)


@pytest.fixture
def apart(company: Any) -> DutiesApart:
    DutiesApart.objects.all().delete()
    return DutiesApart.objects.create(
        role=Role.FINANCE, other=Role.SALES, why="销售填报, 财务评分", clause="001 第三章 3.1"
    )


def fresh(company: Any, name: str = "fresh") -> Person:
    return Person.objects.create_user(name, full_name="新人", department=company.departments["finance"])


def lend(company: Any, lender: Person, to: Person, role: str, **told: Any) -> Delegation:
    asked = {"since": DAY, "until": LATER, "reason": "出差", "by": lender, "on": DAY, **told}
    return delegate_role(lender, to_person=to, role=role, **asked)


def test_an_appointment_gives_the_role_from_its_day(company: Any) -> None:
    person = fresh(company)
    appoint(person, role=Role.FINANCE, since=DAY, by=company.security_admin, reason="任命文件 3 号")
    assert person.roles(on=DAY) == {Role.FINANCE}
    assert person.roles(on=DAY - timedelta(days=1)) == frozenset()
    line = Entry.objects.get(act="org.appoint")
    assert (line.actor_name, line.about_id, line.why) == ("安全管理 (security_admin)", str(person.pk), "任命文件 3 号")


def test_the_same_role_twice_is_refused(company: Any) -> None:
    with pytest.raises(Refusal, match="钱财务已任财务"):
        appoint(company.finance, role=Role.FINANCE, since=DAY, by=company.security_admin)


def test_duties_apart_are_refused_with_both_roles_the_reason_and_the_clause(company: Any, apart: DutiesApart) -> None:
    with pytest.raises(Refusal) as refused:
        appoint(company.sales, role=Role.FINANCE, since=DAY, by=company.security_admin)
    said = str(refused.value)
    for word in ("杨销售", "销售", "财务", "销售填报, 财务评分", "001 第三章 3.1", "请先免去"):
        assert word in said
    assert not Appointment.objects.filter(person=company.sales, role=Role.FINANCE).exists()


def test_duties_may_follow_each_other_but_not_overlap_by_a_day(company: Any, apart: DutiesApart) -> None:
    person = fresh(company)
    admin = company.security_admin
    appoint(person, role=Role.SALES, since=DAY, until=LATER, by=admin)
    with pytest.raises(Refusal, match="不能同时是"):
        appoint(person, role=Role.FINANCE, since=LATER, by=admin)
    appoint(person, role=Role.FINANCE, since=LATER + timedelta(days=1), by=admin)
    assert person.roles(on=LATER) == {Role.SALES}
    assert person.roles(on=LATER + timedelta(days=1)) == {Role.FINANCE}


def test_a_role_to_come_already_counts(company: Any, apart: DutiesApart) -> None:
    person = fresh(company)
    appoint(person, role=Role.SALES, since=LATER, by=company.security_admin)
    with pytest.raises(Refusal, match="不能同时是"):
        appoint(person, role=Role.FINANCE, since=DAY, by=company.security_admin)


def test_a_delegate_may_not_thereby_hold_duties_apart(company: Any, apart: DutiesApart) -> None:
    with pytest.raises(Refusal, match="杨销售已是销售, 不能同时是财务"):
        lend(company, company.finance, company.sales, Role.FINANCE)
    lend(company, company.finance, company.legal, Role.FINANCE)
    with pytest.raises(Refusal, match="不能同时是"):
        appoint(company.legal, role=Role.SALES, since=DAY, by=company.security_admin)


@pytest.mark.parametrize(
    ("one", "other"), [(one, other) for one in sorted(ADMINISTRATORS) for other in sorted(Role) if one != other]
)
def test_an_administrator_is_nothing_else_whatever_the_table_says(company: Any, one: str, other: str) -> None:
    DutiesApart.objects.all().delete()
    second = fresh(company, "second-security")
    Appointment.objects.create(person=second, role=Role.SECURITY_ADMIN, since=DAY)
    person = fresh(company)
    appoint(person, role=one, since=DAY, by=second)
    with pytest.raises(Refusal, match="三员分立"):
        appoint(person, role=other, since=DAY, by=second)
    with pytest.raises(Refusal, match="三员分立"):
        lend(company, company.people[other], person, other)


def test_the_database_itself_refuses_two_administrators_in_one_account(company: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(person=company.audit_admin, role=Role.SYSTEM_ADMIN, since=DAY)


def test_an_end_takes_effect_on_its_day_and_ends_what_was_lent(company: Any) -> None:
    lend(company, company.finance, company.legal, Role.FINANCE)
    held = Appointment.objects.get(person=company.finance)
    end_appointment(held, from_day=DAY + timedelta(days=2), why="调岗", by=company.security_admin)
    assert company.finance.roles(on=DAY + timedelta(days=1)) == {Role.FINANCE}
    assert company.finance.roles(on=DAY + timedelta(days=2)) == frozenset()
    assert Role.FINANCE in company.legal.roles(on=DAY + timedelta(days=1))
    assert Role.FINANCE not in company.legal.roles(on=DAY + timedelta(days=2))
    with pytest.raises(Refusal, match="已经终止"):
        end_appointment(held, from_day=DAY + timedelta(days=2), why="", by=company.security_admin)


def test_an_appointment_of_today_can_be_taken_back_at_once(company: Any) -> None:
    person = fresh(company)
    held = appoint(person, role=Role.FINANCE, since=DAY, by=company.security_admin)
    end_appointment(held, from_day=DAY, why="选错了人", by=company.security_admin)
    assert person.roles(on=DAY) == frozenset()
    assert Appointment.objects.filter(person=person).count() == 1
    appoint(person, role=Role.FINANCE, since=DAY, by=company.security_admin)


def test_the_last_security_administrator_stays(company: Any) -> None:
    lend(company, company.security_admin, fresh(company), Role.SECURITY_ADMIN)
    borrower = Person.objects.get(username="fresh")
    held = Appointment.objects.get(person=company.security_admin)
    assert borrower.roles(on=DAY) == {Role.SECURITY_ADMIN}
    borrower._roles_today = frozenset({Role.SECURITY_ADMIN})
    with pytest.raises(Refusal, match="唯一的安全管理员"):
        end_appointment(held, from_day=DAY, why="", by=borrower)
    with pytest.raises(Refusal, match="唯一的安全管理员"):
        deactivate(company.security_admin, why="", by=borrower, on=TODAY)


def test_lending_ends_when_taken_back(company: Any) -> None:
    lent = lend(company, company.finance, company.legal, Role.FINANCE)
    end_delegation(lent, by=company.finance, on=DAY + timedelta(days=1))
    assert Role.FINANCE in company.legal.roles(on=DAY)
    assert Role.FINANCE not in company.legal.roles(on=DAY + timedelta(days=1))
    again = lend(company, company.finance, company.legal, Role.FINANCE, since=LATER, until=LATER)
    end_delegation(again, by=company.finance, on=DAY)
    assert Role.FINANCE not in company.legal.roles(on=LATER)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"since": LATER, "until": DAY}, "早于起始日"),
        ({"since": DAY - timedelta(days=5), "until": DAY - timedelta(days=1)}, "已经过去"),
        ({"until": DAY + timedelta(days=92)}, "最长 92 天"),
    ],
)
def test_the_days_of_a_delegation_must_make_sense(company: Any, told: dict[str, Any], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        lend(company, company.finance, company.legal, Role.FINANCE, **told)


def test_only_ones_own_role_is_lent_and_what_is_borrowed_is_not_lent_on(company: Any) -> None:
    with pytest.raises(Refusal, match="没有任销售"):
        lend(company, company.finance, company.legal, Role.SALES)
    lend(company, company.finance, company.legal, Role.FINANCE)
    with pytest.raises(Refusal, match="受托而来的不能再委托"):
        lend(company, company.legal, company.customer_service, Role.FINANCE)
    with pytest.raises(Refusal, match="已委托给秦法务"):
        lend(company, company.finance, company.legal, Role.FINANCE, since=LATER, until=LATER)


def test_a_delegation_past_the_end_of_the_appointment_is_refused(company: Any) -> None:
    Appointment.objects.filter(person=company.finance).update(until=LATER - timedelta(days=1))
    with pytest.raises(Refusal, match="没有任财务"):
        lend(company, company.finance, company.legal, Role.FINANCE)


def test_a_row_of_duties_apart_is_refused_while_somebody_holds_both(company: Any, apart: DutiesApart) -> None:
    Appointment.objects.create(person=company.legal, role=Role.ARCHIVIST, since=DAY)
    admin = company.security_admin
    with pytest.raises(Refusal, match="秦法务现在兼任"):
        keep_apart(Role.LEGAL, Role.ARCHIVIST, why="试", clause="", by=admin, on=DAY)
    row = keep_apart(Role.LEGAL, Role.CUSTOMER_SERVICE, why="试", clause="", by=admin, on=DAY)
    assert (row.role, row.other) == (Role.CUSTOMER_SERVICE, Role.LEGAL)
    with pytest.raises(Refusal, match="已在表中"):
        keep_apart(Role.LEGAL, Role.CUSTOMER_SERVICE, why="试", clause="", by=admin, on=DAY)
    let_together(row, why="人手不够", by=admin)
    assert Entry.objects.get(act="org.let_together").why == "人手不够"


def test_who_breaks_the_table_is_named(company: Any, apart: DutiesApart) -> None:
    assert duties_that_meet(on=DAY) == []
    Appointment.objects.create(person=company.sales, role=Role.FINANCE, since=DAY)
    assert duties_that_meet(on=DAY) == [(apart, [company.sales])]


ACTS: dict[str, Callable[[Any, Person, Person], Any]] = {
    "appoint": lambda c, who, by: appoint(who, role=Role.LEGAL, since=DAY, by=by),
    "end": lambda c, who, by: end_appointment(
        Appointment.objects.filter(person=who).first(), from_day=DAY, why="", by=by
    ),
    "lend": lambda c, who, by: delegate_role(
        who,
        to_person=c.customer_service,
        role=next(iter(who.roles())),
        since=DAY,
        until=DAY,
        reason="试",
        by=by,
        on=DAY,
    ),
    "keep apart": lambda c, who, by: keep_apart(Role.LEGAL, Role.RISK, why="试", clause="", by=by, on=DAY),
}
ALLOWED = {(act, Role.SECURITY_ADMIN) for act in ACTS}


@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("act", ACTS)
def test_only_the_security_administrator_changes_who_may_do_what(company: Any, act: str, role: Role) -> None:
    """64 rows of (act, who does it), each done to somebody else."""
    whom, by = company.finance, company.people[role]
    if by == whom:
        whom = company.risk
    if (act, role) in ALLOWED:
        ACTS[act](company, whom, by)
        assert Entry.objects.filter(actor_id=by.pk).count() == 1
        return
    with pytest.raises(Refusal, match="您的角色不能办理"):
        ACTS[act](company, whom, by)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("act", ["appoint", "end"])
@pytest.mark.parametrize("role", sorted(Role))
def test_nobody_changes_his_own_roles(company: Any, act: str, role: Role) -> None:
    """32 rows of (act, who does it to himself), the security administrator and a borrower of his role included."""
    somebody = company.people[role]
    with pytest.raises(Refusal):
        ACTS[act](company, somebody, somebody)
    assert Appointment.objects.filter(person=somebody).count() == 1
    assert not Entry.objects.exists()


def test_a_borrower_of_the_security_administrators_role_cannot_appoint_himself(company: Any) -> None:
    borrower = fresh(company)
    lend(company, company.security_admin, borrower, Role.SECURITY_ADMIN)
    borrower._roles_today = frozenset({Role.SECURITY_ADMIN})
    with pytest.raises(Refusal, match="不能变更自己的角色"):
        appoint(borrower, role=Role.SECURITY_ADMIN, since=DAY, by=borrower)
    with pytest.raises(Refusal, match="受托人自己"):
        delegate_role(
            company.finance, to_person=borrower, role=Role.FINANCE, since=DAY, until=DAY, reason="", by=borrower, on=DAY
        )


def test_business_is_never_the_administrators(company: Any) -> None:
    assert not ADMINISTRATORS & BUSINESS
    assert set(Role) == ADMINISTRATORS | BUSINESS
