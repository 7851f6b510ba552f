"""The first administrators of a company, and entering the demo."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.org.actions import appoint, appoint_first_administrators, engage, enter_as
from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS, Role
from xinheng.org.sessions import end_sessions

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
THREE = {
    Role.SECURITY_ADMIN: ("anquan", "安全员"),
    Role.SYSTEM_ADMIN: ("xitong", "系统员"),
    Role.AUDIT_ADMIN: ("shenji", "审计员"),
}


def test_three_accounts_come_to_be_each_with_a_password_of_its_own(db: None) -> None:
    made = appoint_first_administrators(THREE, company="测试公司", at=NOW)
    assert {role: made[role].person.roles(on=date(2026, 3, 2)) for role in made} == {r: {r} for r in ADMINISTRATORS}
    assert len({engaged.password for engaged in made.values()}) == 3
    assert all(engaged.person.must_change_password for engaged in made.values())
    assert str(made[Role.SECURITY_ADMIN].person.department) == "测试公司"
    assert Entry.objects.filter(act="org.appoint_first_administrators", actor_name="系统").count() == 3


def test_the_security_administrator_alone_can_make_the_others(db: None) -> None:
    made = appoint_first_administrators({Role.SECURITY_ADMIN: THREE[Role.SECURITY_ADMIN]}, company="测试公司", at=NOW)
    security = made[Role.SECURITY_ADMIN].person
    for role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN):
        person, _password = engage(username=role, full_name=role, department=security.department, by=security, at=NOW)
        appoint(person, role=role, since=date(2026, 3, 2), by=security)
    assert Person.objects.count() == 3


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ({Role.SYSTEM_ADMIN: ("a", "甲")}, "至少给出安全管理员"),
        ({**THREE, Role.SYSTEM_ADMIN: ("ANQUAN", "安全员")}, "三个不同的账号"),
        ({**THREE, Role.FINANCE: ("caiwu", "财务员")}, "其余账号由安全管理员建立"),
    ],
)
def test_what_would_not_be_three_hands_is_refused(db: None, names: Any, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        appoint_first_administrators(names, company="测试公司", at=NOW)
    assert not Person.objects.exists()


def test_it_happens_once(company: Any) -> None:
    with pytest.raises(Refusal, match="已有账号"):
        appoint_first_administrators(THREE, company="测试公司", at=NOW)


@pytest.mark.parametrize("role", sorted(Role))
def test_in_the_demo_one_enters_in_any_role_with_one_click(
    company: Any, client: Client, settings: Any, role: str
) -> None:
    settings.DEMO = True
    page = client.get("/accounts/login/").content.decode()
    assert f'value="{role}"' in page
    assert client.post("/sign-in/enter/", {"role": role}).status_code == 302
    assert client.get("/me/").status_code == 200
    assert Entry.objects.get(act="org.enter_as").after["角色"] == Role(role).label


def test_a_session_of_the_demo_ends_like_any_other(company: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    client.post("/sign-in/enter/", {"role": "legal"})
    assert end_sessions(company.legal) == 1
    assert client.get("/me/").status_code == 302


def test_one_changes_the_role_by_entering_again(company: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    client.post("/sign-in/enter/", {"role": "sales"})
    client.post("/sign-in/enter/", {"role": "legal"})
    assert "秦法务" in client.get("/me/").content.decode()


def test_outside_the_demo_there_is_no_such_page_and_no_such_button(company: Any, client: Client) -> None:
    assert client.post("/sign-in/enter/", {"role": "finance"}).status_code == 404
    assert "sign-in/enter" not in client.get("/accounts/login/").content.decode()
    assert client.get("/me/").status_code == 302
    with pytest.raises(Refusal, match="只有演示公司"):
        enter_as(Role.FINANCE, on=date(2026, 3, 2))


@pytest.mark.parametrize("role", ["", "root", "superuser"])
def test_a_role_that_is_none_is_missing(company: Any, client: Client, settings: Any, role: str) -> None:
    settings.DEMO = True
    assert client.post("/sign-in/enter/", {"role": role}).status_code == 404


def test_a_role_that_nobody_holds_is_not_offered(company: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    Person.objects.filter(pk=company.legal.pk).update(is_active=False)
    assert 'value="legal"' not in client.get("/accounts/login/").content.decode()
    assert "没有人担任法务" in client.post("/sign-in/enter/", {"role": "legal"}, follow=True).content.decode()
