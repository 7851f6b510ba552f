"""A password reset by mail, where a mail server is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver

from xinheng.audit.models import Entry
from xinheng.org.access import OPEN, guarded
from xinheng.org.models import Person
from xinheng.org.sign_in.addresses import BY_MAIL, opened

PASSWORD = "correct horse battery"
NEW = {"password1": "a-new-staple-9", "password2": "a-new-staple-9"}


@pytest.fixture(autouse=True)
def _mail_is_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST = "smtp.example.com"
    assert set(BY_MAIL) <= set(opened())

    def open_up(patterns: Any) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                open_up(pattern.url_patterns)
            elif pattern.name in BY_MAIL:
                monkeypatch.setattr(pattern, "callback", guarded(pattern.callback, OPEN))

    open_up(get_resolver().url_patterns)


def ask(client: Client, address: str) -> Any:
    forged = {"host": "evil.example"}
    return client.post("/accounts/password/reset/", {"email": address}, follow=True, headers=forged)


def link() -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_addresses_are_closed_where_no_mail_server_is_told(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert not set(BY_MAIL) & set(opened())


def test_the_link_sets_a_new_password_once_and_ends_the_sessions(company: Any, client: Client) -> None:
    signed_in = Client()
    signed_in.post("/accounts/login/", {"login": "finance", "password": PASSWORD})
    ask(client, "Finance@example.com")
    assert mail.outbox[0].to == ["finance@example.com"]
    assert mail.outbox[0].subject.strip() == "信衡: 设置新密码"
    where = link()
    form = client.get(where, follow=True)
    assert client.post(form.redirect_chain[-1][0], NEW, follow=True).status_code == 200
    person = Person.objects.get(pk=company.finance.pk)
    assert person.check_password("a-new-staple-9")
    assert signed_in.get("/me/").status_code == 302
    assert client.get("/me/").status_code == 302, "setting a password does not sign in"
    assert Entry.objects.filter(act="org.change_password", subject_id=str(person.pk)).count() == 1
    again = Client().get(where, follow=True)
    assert "链接已失效" in again.content.decode()


@pytest.mark.parametrize("address", ["nobody@example.com", "closed@example.com"])
def test_the_page_does_not_tell_whether_there_is_an_account(company: Any, client: Client, address: str) -> None:
    Person.objects.create_user("closed", full_name="离职", email="closed@example.com", is_active=False)
    known = ask(Client(), "finance@example.com")
    told = ask(client, address)
    assert len(mail.outbox) == 1
    assert told.redirect_chain == known.redirect_chain
    hidden = re.compile(r'csrf\w*\W+(value=)?"?[A-Za-z0-9]{20,}|X-CSRFToken": "\w+')
    assert hidden.sub("", told.content.decode()) == hidden.sub("", known.content.decode())


def test_a_forged_link_is_refused(company: Any, client: Client) -> None:
    ask(client, "finance@example.com")
    where = link()
    forged = where[:-4] + ("aaa/" if not where.endswith("aaa/") else "bbb/")
    assert "链接已失效" in client.get(forged, follow=True).content.decode()
    assert Person.objects.get(pk=company.finance.pk).check_password(PASSWORD)
