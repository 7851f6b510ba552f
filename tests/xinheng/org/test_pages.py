"""The pages of the organisation: who may open them, what they do, how many queries they ask."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from xinheng.audit.acts import declared
from xinheng.audit.models import Entry
from xinheng.org.access import LABELS
from xinheng.org.models import Appointment, Delegation, Department, DutiesApart, Person
from xinheng.org.overview import permissions_of_roles
from xinheng.org.roles import DUTIES, Role

EVERYBODY = frozenset(Role)
READERS = {
    Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT, Role.GENERAL_MANAGER, Role.DEPUTY_GM,
}  # fmt: skip
SECURITY = {Role.SECURITY_ADMIN}
PAGES: dict[str, Any] = {
    "org.people": READERS, "org.person": READERS, "org.departments": READERS, "org.roles": READERS,
    "org.duties_apart": READERS, "org.engage": SECURITY, "org.change_person": SECURITY, "org.deactivate": SECURITY,
    "org.reactivate": SECURITY, "org.reset_password": SECURITY, "org.reset_second_factor": SECURITY,
    "org.appoint": SECURITY, "org.delegate_for": SECURITY, "org.end_appointment": SECURITY,
    "org.open_department": SECURITY, "org.change_department": SECURITY, "org.close_department": SECURITY,
    "org.let_together": SECURITY, "org.profile": EVERYBODY, "org.delegate": EVERYBODY, "org.second_factor": EVERYBODY,
}  # fmt: skip
TODAY = timezone.localdate()


@pytest.fixture
def numbers(company: Any) -> dict[str, int]:
    apart = DutiesApart.objects.filter(role=Role.LEGAL, other=Role.RISK).first() or DutiesApart.objects.create(
        role=Role.LEGAL, other=Role.RISK, why="试"
    )
    return {
        "org.end_appointment": Appointment.objects.get(person=company.finance).pk,
        "org.change_department": company.departments["east"].pk,
        "org.close_department": company.departments["east"].pk,
        "org.let_together": apart.pk,
    }


def address(name: str, company: Any, numbers: dict[str, int]) -> str:
    try:
        return reverse(name)
    except Exception:
        return reverse(name, args=[numbers.get(name, company.finance.pk)])


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_its_roles_only(company: Any, numbers: dict[str, int], client: Client, name: str) -> None:
    where = address(name, company, numbers)
    assert client.get(where)["Location"].startswith("/accounts/login/")
    for role in Role:
        client.force_login(company.people[role])
        opened = 200 if role in PAGES[name] else 403
        assert client.get(where).status_code == opened, role
    assert not Entry.objects.exclude(act__startswith="org.sign").exists(), "looking changes nothing"


def test_every_page_of_the_room_is_in_the_table() -> None:
    from xinheng.org.urls import urlpatterns

    open_ones = {"org.one_time_over", "org.enter_as", "org.end_delegation"}
    assert {pattern.name for pattern in urlpatterns} == set(PAGES) | open_ones


@pytest.mark.parametrize("name", [name for name in PAGES if name not in {"org.profile", "org.people"}])
def test_a_missing_one_is_missing(company: Any, client: Client, name: str) -> None:
    client.force_login(company.security_admin)
    try:
        where = reverse(name, args=[999_999])
    except Exception:
        return
    assert client.get(where).status_code == 404


def test_a_new_account_is_made_and_its_password_shown_once(company: Any, client: Client) -> None:
    client.force_login(company.security_admin)
    told = {"username": "zhao.liu", "full_name": "赵六", "department": company.departments["risk"].pk}
    answer = client.post("/people/new/", told)
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    person = Person.objects.get(username="zhao.liu")
    shown = page.split('user-select-all">')[1].split("<")[0]
    assert person.check_password(shown)
    assert "登录名 zhao.liu 已给了赵六" in client.post("/people/new/", told).content.decode()
    assert shown not in client.get(f"/people/{person.pk}/").content.decode()


def test_a_form_that_is_refused_keeps_what_was_typed(company: Any, client: Client) -> None:
    client.force_login(company.security_admin)
    told = {"username": "finance", "full_name": "赵六", "department": company.departments["risk"].pk, "phone": "0512"}
    page = client.post("/people/new/", told).content.decode()
    assert "已给了钱财务" in page
    assert 'value="赵六"' in page
    assert 'value="0512"' in page


@pytest.mark.parametrize("name", ["有空格 x", "中文", "-x", "a b"])
def test_a_sign_in_name_is_plain(company: Any, client: Client, name: str) -> None:
    client.force_login(company.security_admin)
    client.post("/people/new/", {"username": name, "full_name": "赵六", "department": company.departments["risk"].pk})
    assert not Person.objects.filter(full_name="赵六").exists()


def test_appointing_and_ending_by_the_pages(company: Any, client: Client) -> None:
    client.force_login(company.security_admin)
    where = f"/people/{company.legal.pk}/appoint/"
    assert client.post(where, {"role": "archivist", "since": "2026-01-01"}).status_code == 302
    held = Appointment.objects.get(person=company.legal, role="archivist")
    assert "不能同时是" in client.post(where, {"role": "audit_admin", "since": "2026-01-01"}).content.decode()
    told = {"from_day": TODAY.isoformat(), "why": "试"}
    assert client.post(f"/appointments/{held.pk}/end/", told).status_code == 302
    held.refresh_from_db()
    assert held.until == TODAY - timedelta(days=1)
    assert "已结束" in client.get(f"/people/{company.legal.pk}/").content.decode()


def test_everybody_lends_his_own_role_and_takes_it_back(company: Any, client: Client) -> None:
    client.force_login(company.archivist)
    told = {
        "role": "archivist", "to_person": company.legal.pk, "since": TODAY.isoformat(), "until": TODAY.isoformat(),
        "reason": "休假",
    }  # fmt: skip
    assert client.post("/delegations/new/", told).status_code == 302
    lent = Delegation.objects.get()
    assert "交给秦法务" in client.get("/me/").content.decode()
    stranger = Client()
    stranger.force_login(company.legal)
    stranger.post(f"/delegations/{lent.pk}/end/")
    lent.refresh_from_db()
    assert not lent.is_revoked, "only the lender or the security administrator takes it back"
    client.post(f"/delegations/{lent.pk}/end/")
    lent.refresh_from_db()
    assert lent.is_revoked


def test_a_role_that_one_does_not_hold_cannot_be_lent_by_the_page(company: Any, client: Client) -> None:
    client.force_login(company.archivist)
    told = {"role": "finance", "to_person": company.legal.pk, "since": TODAY, "until": TODAY, "reason": "x"}
    client.post("/delegations/new/", told)
    assert not Delegation.objects.exists()


def test_departments_are_opened_moved_and_closed(company: Any, client: Client) -> None:
    client.force_login(company.security_admin)
    east, sales1, sales2 = (company.departments[code] for code in ("east", "sales1", "sales2"))
    client.post("/departments/new/", {"code": "east-1", "name": "华东甲组", "parent": east.pk})
    new = Department.objects.get(code="east-1")
    assert new.path.startswith(east.path)
    moved = {"code": "east", "name": "华东一处", "parent": sales2.pk}
    assert client.post(f"/departments/{east.pk}/change/", moved).status_code == 302
    new.refresh_from_db()
    assert new.path.startswith(sales2.path), "what lies below moves along"
    assert not new.path.startswith(sales1.path)
    loop = {"code": "sales2", "name": "销售二部", "parent": new.pk}
    assert "那是它自己或它的下级" in client.post(f"/departments/{sales2.pk}/change/", loop).content.decode()
    taken = {"code": "SALES1", "name": "另一个", "parent": ""}
    assert "已给了销售一部" in client.post("/departments/new/", taken).content.decode()
    assert "1 名在用人员、1 个下级部门" in client.post(f"/departments/{east.pk}/close/", {"why": "试"}).content.decode()
    client.post(f"/departments/{new.pk}/close/", {"why": "合并"})
    new.refresh_from_db()
    assert new.is_closed
    assert "华东甲组" not in client.get("/departments/").content.decode()
    assert "华东甲组" in client.get("/departments/?closed=1").content.decode()


def test_a_moved_department_shows_its_customers_to_the_new_branch(company: Any, client: Client) -> None:
    from xinheng.customers.models import Customer
    from xinheng.org.actions import change_department

    sales2, sales1 = company.departments["sales2"], company.departments["sales1"]
    assert company.theirs not in Customer.objects.visible_to(company.sales)
    change_department(sales2, code="sales2", name="销售二部", parent=sales1, head=None, by=company.security_admin)
    assert company.theirs in Customer.objects.visible_to(Person.objects.get(pk=company.sales.pk))


def test_the_list_of_people_asks_as_many_questions_for_five_hundred_as_for_twenty(company: Any, client: Client) -> None:
    client.force_login(company.security_admin)
    client.get("/people/")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/people/").status_code == 200
        return len(asked)

    before = questions()
    risk = company.departments["risk"]
    people = [Person(username=f"a{number}", full_name=f"人{number}", department=risk) for number in range(500)]
    made = Person.objects.bulk_create(people)
    Appointment.objects.bulk_create(Appointment(person=one, role="risk", since=date(2020, 1, 1)) for one in made)
    assert questions() == before


def test_people_are_filtered(company: Any, client: Client) -> None:
    client.force_login(company.security_admin)
    page = client.get("/people/?role=finance").content.decode()
    assert "钱财务" in page
    assert "冯风险" not in page
    Person.objects.filter(pk=company.finance.pk).update(is_active=False)
    assert "钱财务" not in client.get("/people/?role=finance").content.decode()
    assert "钱财务" in client.get("/people/?state=closed").content.decode()
    assert "没有符合条件的人" in client.get("/people/?q=没有这个人").content.decode()


def test_one_chooses_language_and_look(company: Any, client: Client) -> None:
    client.force_login(company.finance)
    client.post("/me/", {"language": "en", "theme": "dark"})
    person = Person.objects.get(pk=company.finance.pk)
    assert (person.language, person.theme) == ("en", "dark")
    client.post("/me/", {"language": "xx", "theme": "dark"})
    person.refresh_from_db()
    assert person.language == "en"


def test_only_one_who_has_a_password_is_led_to_change_it(company: Any, client: Client) -> None:
    person = company.finance
    for has_one in (True, False):
        person.set_password("Hengshan-2026") if has_one else person.set_unusable_password()
        person.save()
        client.force_login(person)
        assert ("/accounts/password/change/" in client.get("/me/").text) == has_one


def test_the_table_of_who_may_do_what_is_asked_of_the_permissions(company: Any) -> None:
    found = {permission.name: permission for permission in permissions_of_roles()}
    assert set(found["org.people"].roles) == {Role.SECURITY_ADMIN}
    assert Role.SYSTEM_ADMIN not in found["customers.see"].roles
    assert found["org.delegate"].is_everybodys


def test_administrators_see_no_business(company: Any) -> None:
    """Of every permission that is declared, of whatever room."""
    allowed = ("org.", "audit.", "upkeep.", "connect.", "workflow.", "lists.", "desk.")
    for permission in permissions_of_roles():
        if permission.name.startswith(
            ("customers.", "papers.", "ledger.", "privacy.", "intake.", "portal.", "policies.", "ratings.", "credit.")
        ):
            assert Role.SYSTEM_ADMIN not in permission.roles, permission.name
            assert Role.SECURITY_ADMIN not in permission.roles, permission.name
        elif not permission.name.startswith("tests."):  # other tests' own
            assert permission.name.startswith(allowed), permission.name


def test_every_act_permission_and_role_of_the_room_has_words() -> None:
    assert all(LABELS[name] for name in LABELS if name.startswith("org."))
    assert set(DUTIES) == set(Role)
    import re
    from pathlib import Path

    import xinheng.org

    room = Path(str(xinheng.org.__file__)).parent
    acts = {name for file in room.rglob("*.py") for name in re.findall(r'record\(\s*"(org\.\w+)"', file.read_text())}
    assert len(acts) > 20
    assert acts == {name for name in declared() if name.startswith("org.")}
