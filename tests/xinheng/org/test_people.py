"""Accounts: made, changed, closed, opened again; new means to sign in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.org.actions import change_person, deactivate, engage, reactivate, reset_password
from xinheng.org.models import Person

TODAY = date(2026, 1, 5)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def engaged(company: Any, **told: Any) -> Any:
    asked = {"username": "li.si", "full_name": "李四", "department": company.departments["finance"], **told}
    return engage(**asked, by=company.security_admin, at=NOW)


def test_a_new_account_has_no_role_and_a_password_to_be_changed(company: Any) -> None:
    person, password = engaged(company)
    assert person.check_password(password)
    assert len(password.replace("-", "")) == 16
    assert person.must_change_password
    assert person.one_time_until == NOW + timedelta(days=3)
    assert person.roles() == frozenset()
    line = Entry.objects.get(act="org.engage")
    assert line.after["登录名"] == "li.si"
    assert password not in str(line.after)


def test_two_one_time_passwords_are_never_the_same(company: Any) -> None:
    assert engaged(company).password != engaged(company, username="wang.wu").password


def test_a_sign_in_name_is_given_once_whatever_its_case(company: Any) -> None:
    engaged(company)
    with pytest.raises(Refusal, match=r"LI\.SI 已给了李四"):
        engaged(company, username="LI.SI")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user("LI.SI", full_name="另一个")


def test_a_mail_address_belongs_to_one_person(company: Any) -> None:
    with pytest.raises(Refusal, match="已是钱财务的"):
        engaged(company, email=company.finance.email.upper())
    with pytest.raises(Refusal, match="已是钱财务的"):
        change_person(
            company.legal, full_name="秦法务", department=company.legal.department, email=company.finance.email,
            phone="", job_title="", by=company.security_admin,
        )  # fmt: skip


def test_a_change_says_what_was_before_and_after(company: Any) -> None:
    change_person(
        company.legal, full_name="秦法务", department=company.departments["risk"], email="", phone="1",
        job_title="法务主管", by=company.security_admin,
    )  # fmt: skip
    line = Entry.objects.get(act="org.change_person")
    assert line.before["部门"] == "总部"
    assert line.after["部门"] == "风险部"
    assert Person.objects.get(pk=company.legal.pk).job_title == "法务主管"


def test_a_change_that_changes_nothing_is_refused(company: Any) -> None:
    legal = company.legal
    with pytest.raises(Refusal, match="没有任何改动"):
        change_person(
            legal, full_name=legal.full_name, department=legal.department, email=legal.email, phone="", job_title="",
            by=company.security_admin,
        )  # fmt: skip


def test_a_closed_account_cannot_go_on_nor_sign_in(company: Any, client: Client) -> None:
    client.force_login(company.finance)
    assert client.get("/me/").status_code == 200
    deactivate(company.finance, why="离职", by=company.security_admin, on=TODAY)
    assert client.get("/me/").status_code == 302
    answer = Client().post("/accounts/login/", {"login": "finance", "password": "correct horse battery"})
    assert answer.status_code == 302
    assert "inactive" in answer["Location"]
    assert not Session.objects.exists() or Client().get("/me/").status_code == 302
    line = Entry.objects.get(act="org.deactivate")
    assert line.why == "离职"
    assert line.after["结束的登录"] == 1


def test_a_closed_account_holds_no_role(company: Any) -> None:
    deactivate(company.finance, why="离职", by=company.security_admin, on=TODAY)
    assert not Person.objects.get(pk=company.finance.pk).is_one_of("finance")


def test_an_account_opened_again_needs_a_new_password(company: Any) -> None:
    deactivate(company.finance, why="离职", by=company.security_admin, on=TODAY)
    person, password = reactivate(company.finance, why="返聘", by=company.security_admin, at=NOW)
    assert person.is_active
    assert person.must_change_password
    assert person.check_password(password)
    with pytest.raises(Refusal, match="正在使用"):
        reactivate(person, why="", by=company.security_admin, at=NOW)


def test_a_reset_password_ends_the_sessions(company: Any, client: Client) -> None:
    client.force_login(company.finance)
    client.get("/me/")
    engaged_again = reset_password(company.finance, why="忘记", by=company.security_admin, at=NOW)
    assert client.get("/me/").status_code == 302
    assert not Person.objects.get(pk=company.finance.pk).check_password("correct horse battery")
    assert engaged_again.password not in str(list(Entry.objects.values()))


@pytest.mark.parametrize("act", ["deactivate", "reset_password", "change"])
def test_nobody_does_these_to_himself(company: Any, act: str) -> None:
    admin = company.security_admin
    acts: dict[str, Any] = {
        "deactivate": lambda: deactivate(admin, why="", by=admin, on=TODAY),
        "reset_password": lambda: reset_password(admin, why="", by=admin, at=NOW),
        "change": lambda: change_person(
            admin, full_name="别名", department=None, email="", phone="", job_title="", by=admin
        ),
    }
    with pytest.raises(Refusal):
        acts[act]()
    assert not Entry.objects.exists()
