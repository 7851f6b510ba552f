"""Two people at the same instant: what may not come to be does not come to be."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from company import found_company
from creditpolicy.problems import Refusal
from xinheng.org.actions import appoint, deactivate, delegate_role, end_appointment
from xinheng.org.duties import roles_between
from xinheng.org.models import Appointment, DutiesApart, Person
from xinheng.org.roles import Role

TODAY = date(2026, 1, 5)

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
ROUNDS = 5


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Do all at the same instant; give `done` or why each was refused."""
    start = Barrier(len(acts))

    def doing(act: Callable[[], Any]) -> str:
        start.wait()
        try:
            act()
        except Refusal as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(doing, acts))


@pytest.fixture
def company() -> Any:
    company = found_company()
    DutiesApart.objects.all().delete()
    DutiesApart.objects.create(role=Role.FINANCE, other=Role.SALES, why="试")
    return company


def test_duties_apart_do_not_meet_by_two_appointments_at_once(company: Any) -> None:
    admin = company.security_admin
    for round_ in range(ROUNDS):
        person = Person.objects.create_user(f"fresh{round_}", full_name="新人")
        told = at_once(
            lambda who=person: appoint(who, role=Role.SALES, since=DAY, by=admin),
            lambda who=person: appoint(who, role=Role.FINANCE, since=DAY, by=admin),
        )
        assert told.count("done") == 1
        assert len(roles_between(person, DAY, None)) == 1


def test_duties_apart_do_not_meet_by_an_appointment_and_a_delegation_at_once(company: Any) -> None:
    admin, finance = company.security_admin, company.finance
    for round_ in range(ROUNDS):
        person = Person.objects.create_user(f"fresh{round_}", full_name="新人")
        told = at_once(
            lambda who=person: appoint(who, role=Role.SALES, since=DAY, by=admin),
            lambda who=person: delegate_role(
                finance, to_person=who, role=Role.FINANCE, since=DAY, until=DAY, reason="试", by=finance, on=DAY
            ),
        )
        assert told.count("done") == 1
        assert len(roles_between(person, DAY, None)) == 1


def test_the_control_without_the_lock_lets_them_meet(company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the tests above would see it: without lock and question, both appointments come to be."""
    from xinheng.org.actions import appointments

    monkeypatch.setattr(appointments, "refuse_duties_together", lambda *_args, **_told: None)
    person = Person.objects.create_user("fresh", full_name="新人")
    admin = company.security_admin
    told = at_once(
        lambda: appoint(person, role=Role.SALES, since=DAY, by=admin),
        lambda: appoint(person, role=Role.FINANCE, since=DAY, by=admin),
    )
    assert told == ["done", "done"]


@pytest.mark.parametrize("way", ["end", "deactivate"])
def test_two_security_administrators_cannot_dismiss_each_other_at_once(company: Any, way: str) -> None:
    first = company.security_admin
    for round_ in range(ROUNDS):
        second = Person.objects.create_user(f"second{round_}", full_name="第二")
        Appointment.objects.create(person=second, role=Role.SECURITY_ADMIN, since=DAY)
        for one in (first, second):
            one.roles()  # known before, as in two sessions that are open already

        def dismiss(whom: Person, by: Person) -> None:
            held = Appointment.objects.get(person=whom, role=Role.SECURITY_ADMIN)
            if way == "end":
                end_appointment(held, from_day=date(2026, 3, 3), why="试", by=by)
            else:
                deactivate(whom, why="试", by=by, on=TODAY)

        told = at_once(
            lambda a=first, b=second: dismiss(a, b),
            lambda a=first, b=second: dismiss(b, a),
        )
        assert told.count("done") == 1, told
        left = Appointment.objects.filter(role=Role.SECURITY_ADMIN, until=None, person__is_active=True)
        assert left.count() == 1
        with transaction.atomic():
            first = left.get().person
