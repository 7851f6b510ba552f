"""Who holds a role, who stands above whom."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from xinheng.org.models import Appointment, Delegation, Person
from xinheng.org.queries import acts_for, heads_above, holders, nearest_in_role, people_in_role, people_matching
from xinheng.org.roles import Role

DAY = date(2026, 3, 2)


def lend(company: Any, *, days: int = 5) -> Delegation:
    return Delegation.objects.create(
        from_person=company.finance,
        to_person=company.legal,
        role=Role.FINANCE,
        since=DAY,
        until=DAY + timedelta(days=days),
        reason="出差",
    )


def test_a_role_is_held_by_appointment_or_because_it_was_lent(company: Any) -> None:
    lend(company)
    assert set(people_in_role(Role.FINANCE, on=DAY)) == {company.finance, company.legal}
    assert set(people_in_role(Role.FINANCE, on=DAY + timedelta(days=5))) == {company.finance, company.legal}
    assert set(people_in_role(Role.FINANCE, on=DAY + timedelta(days=6))) == {company.finance}
    assert Role.FINANCE in company.legal.roles(on=DAY)
    assert acts_for(company.legal, Role.FINANCE, on=DAY) == [company.finance]
    assert acts_for(company.finance, Role.FINANCE, on=DAY) == []


def test_what_was_lent_ends_when_the_lender_loses_the_role_or_leaves(company: Any) -> None:
    lend(company)
    Appointment.objects.filter(person=company.finance).update(until=DAY)
    assert company.legal in people_in_role(Role.FINANCE, on=DAY)
    assert company.legal not in people_in_role(Role.FINANCE, on=DAY + timedelta(days=1))
    assert Role.FINANCE not in company.legal.roles(on=DAY + timedelta(days=1))
    Appointment.objects.filter(person=company.finance).update(until=None)
    Person.objects.filter(pk=company.finance.pk).update(is_active=False)
    assert not people_in_role(Role.FINANCE, on=DAY).exists()
    assert Role.FINANCE not in company.legal.roles(on=DAY)


def test_people_in_a_role_can_be_asked_for_one_branch_of_departments(company: Any) -> None:
    sales1, sales2 = company.departments["sales1"], company.departments["sales2"]
    assert set(people_in_role(Role.SALES, on=DAY, department=sales1)) == {company.sales, company.junior}
    assert set(people_in_role(Role.SALES, on=DAY, department=sales2)) == {company.stranger}


def test_the_nearest_in_a_role_is_looked_for_upwards(company: Any) -> None:
    assert nearest_in_role(Role.SALES, company.departments["east"], on=DAY) == [company.junior]
    assert nearest_in_role(Role.CUSTOMER_SERVICE, company.departments["east"], on=DAY) == [company.customer_service]
    assert nearest_in_role(Role.FINANCE, company.departments["east"], on=DAY) == [company.finance]
    assert nearest_in_role(Role.FINANCE, None, on=DAY) == [company.finance]


def test_the_heads_above_somebody_come_nearest_first_and_without_himself(company: Any) -> None:
    for code, head in (("east", company.junior), ("sales1", company.sales), ("head", company.general_manager)):
        department = company.departments[code]
        department.head = head
        department.save()
    company.junior.refresh_from_db()
    assert heads_above(company.junior) == [company.sales, company.general_manager]
    assert heads_above(company.general_manager) == []


def test_holders_names_every_role_also_the_empty_one(company: Any) -> None:
    Appointment.objects.filter(person=company.legal).update(until=DAY - timedelta(days=1))
    held = holders(on=DAY)
    assert held[Role.LEGAL] == []
    assert held[Role.FINANCE] == [company.finance]
    assert set(held) == set(Role)


def test_people_are_found_by_name_role_and_branch(company: Any) -> None:
    everybody = Person.objects.all()
    assert list(people_matching(everybody, "财务", on=DAY)) == [company.finance]
    assert set(people_matching(everybody, role=Role.SALES, department=company.departments["sales1"], on=DAY)) == {
        company.sales,
        company.junior,
    }
