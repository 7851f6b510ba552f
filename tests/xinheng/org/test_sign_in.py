"""Signing in by name and password: what is open, how many tries there are, how long a session lasts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from xinheng.audit.models import Entry
from xinheng.org.models import Allowance, Person
from xinheng.org.sign_in.limits import forget_old, give_back, take
from xinheng.org.sign_in.walls import BEGAN, USED

PASSWORD = "correct horse battery"


def sign_in(client: Client, name: str = "finance", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password, **more})


def age(client: Client, key: str, seconds: int) -> None:
    session = client.session
    session[key] -= seconds
    session.save()


def test_the_right_password_opens_whatever_the_case_of_the_name(company: Any, client: Client) -> None:
    assert sign_in(client, "FINANCE").status_code == 302
    assert client.get("/me/").status_code == 200
    line = Entry.objects.get(act="org.sign_in")
    assert (line.actor_id, line.channel, line.address) == (company.finance.pk, "page", "127.0.0.1")


def test_one_is_led_back_to_the_page_one_wanted_but_never_to_another_site(company: Any) -> None:
    assert sign_in(Client(), next="/people/?q=a&role=b")["Location"] == "/people/?q=a&role=b"
    assert sign_in(Client(), next="https://elsewhere.example/")["Location"] == "/"
    asked = Client().get("/people/?q=a&role=b")
    assert asked["Location"] == "/accounts/login/?next=%2Fpeople%2F%3Fq%3Da%26role%3Db"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(company: Any, client: Client) -> None:
    wrong = sign_in(client, "finance", "wrong wrong wrong")
    unknown = sign_in(client, "nobody-here", "wrong wrong wrong")
    assert wrong.status_code == unknown.status_code == 200
    for answer in (wrong, unknown):
        assert "登录名或密码不对" in answer.content.decode()
    assert Entry.objects.filter(act="org.sign_in_failed").count() == 1


def test_there_is_no_default_account_and_no_signing_up(db: None, client: Client) -> None:
    assert not Person.objects.exists()
    for name in ("admin", "root", "administrator", "security", "demo"):
        for password in ("admin", "password", "123456", "xinheng", ""):
            Allowance.objects.all().delete()
            assert sign_in(client, name, password).status_code == 200
    assert client.get("/me/").status_code == 302
    for method in (client.get, client.post):
        assert method("/accounts/signup/").status_code == 403
    assert not Person.objects.exists()


CLOSED = [
    "account_signup", "account_email", "account_set_password", "account_email_verification_sent",
    "account_confirm_login_code", "account_reset_password", "account_reset_password_done", "socialaccount_signup",
]  # fmt: skip


@pytest.mark.parametrize("name", CLOSED)
def test_what_allauth_has_and_we_do_not_use_stays_closed(company: Any, client: Client, name: str) -> None:
    from django.urls import reverse

    for person in (None, company.finance, company.security_admin):
        if person:
            client.force_login(person)
        for method in (client.get, client.post):
            assert method(reverse(name)).status_code == 403


def test_every_address_of_allauth_says_who_may_open_it_or_is_closed(client: Client) -> None:
    open_ones = {name for name, needs in walk(get_resolver().url_patterns) if needs}
    assert {"account_login", "mfa_authenticate", "usersessions_list"} <= open_ones
    assert not open_ones & set(CLOSED)


def walk(patterns: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            found += walk(pattern.url_patterns)
        elif pattern.name and pattern.name.startswith(("account_", "mfa_", "socialaccount_", "usersessions_")):
            found.append((pattern.name, getattr(pattern.callback, "needs", "")))
    return found


def test_after_five_wrong_tries_even_the_right_password_waits(company: Any) -> None:
    for _try in range(5):
        assert "登录名或密码不对" in sign_in(Client(), password="wrong wrong wrong").content.decode()
    assert "尝试次数过多" in sign_in(Client(), "FINANCE").content.decode()
    Allowance.objects.update(began_at=timezone.now() - timedelta(minutes=16))
    assert sign_in(Client()).status_code == 302


def test_right_tries_do_not_count(company: Any) -> None:
    for _try in range(8):
        assert sign_in(Client()).status_code == 302


def test_one_address_has_fifty_wrong_tries_over_all_names(company: Any) -> None:
    told = [sign_in(Client(), f"name{number}", "wrong wrong wrong").content.decode() for number in range(52)]
    assert sum("尝试次数过多" in text for text in told) == 2


@pytest.mark.django_db(transaction=True)
def test_of_twenty_wrong_tries_at_once_five_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from company import found_company

    found_company()
    looked_at: list[str] = []

    def verify(self: MD5PasswordHasher, password: str, encoded: str) -> bool:
        looked_at.append(password)
        return self.encode(password, self.decode(encoded)["salt"]) == encoded

    monkeypatch.setattr(MD5PasswordHasher, "verify", verify)

    def attempt(number: int) -> str:
        try:
            return str(sign_in(Client(), password=f"wrong wrong {number}").content.decode())
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(attempt, range(20)))
    assert len(looked_at) == 5
    assert sum("尝试次数过多" in text for text in told) == 15


@pytest.mark.django_db(transaction=True)
def test_a_hundred_takings_at_once_take_what_is_there_and_no_more() -> None:
    now = timezone.now()

    def taking(_number: int) -> bool:
        try:
            return take("name", "somebody", at=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(taking, range(100))) == 5


def test_given_back_tries_can_be_taken_again_and_old_counts_are_forgotten(db: None) -> None:
    now = timezone.now()
    assert [take("name", "a", at=now) for _try in range(6)] == [True] * 5 + [False]
    give_back("name", "A")
    assert take("name", "a", at=now)
    assert not take("name", "a", at=now)
    assert take("name", "b", at=now)
    assert forget_old(at=now + timedelta(minutes=29)) == 0
    assert forget_old(at=now + timedelta(minutes=31)) == 2


def test_a_session_ends_after_thirty_idle_minutes_and_not_before(company: Any, client: Client) -> None:
    sign_in(client)
    age(client, USED, 29 * 60)
    assert client.get("/me/").status_code == 200
    age(client, USED, 29 * 60)
    assert client.get("/me/").status_code == 200, "each use begins the half hour anew"
    age(client, USED, 31 * 60)
    answer = client.get("/me/", follow=True)
    assert answer.redirect_chain[0][0].startswith("/accounts/login/?next=")
    assert "离开超过 30 分钟" in answer.content.decode()
    assert Entry.objects.filter(act="org.session_over").count() == 1


def test_a_page_that_asks_by_itself_does_not_keep_the_session_alive(company: Any, client: Client) -> None:
    sign_in(client)
    age(client, USED, 20 * 60)
    for _poll in range(3):
        assert client.get("/me/", headers={"X-Poll": "1"}).status_code == 200
    age(client, USED, 11 * 60)
    answer = client.get("/me/", headers={"X-Poll": "1", "HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/accounts/login/")


def test_a_look_at_a_page_writes_nothing_but_the_use_of_the_session_once_a_minute(company: Any, client: Client) -> None:
    sign_in(client)
    for aged, writes in ((0, 0), (0, 0), (61, 2), (0, 0)):
        age(client, USED, aged)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/me/").status_code == 200
        changed = [query["sql"] for query in asked if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
        assert len(changed) == writes, changed


def test_a_session_ends_after_twelve_hours_however_busy(company: Any, client: Client) -> None:
    sign_in(client)
    age(client, BEGAN, 12 * 3600 - 60)
    assert client.get("/me/").status_code == 200
    age(client, BEGAN, 120)
    assert client.get("/me/").status_code == 302


def test_the_oldest_of_too_many_sessions_ends(company: Any) -> None:
    clients = [Client() for _one in range(6)]
    for client in clients:
        sign_in(client)
    assert [client.get("/me/").status_code for client in clients] == [302, 200, 200, 200, 200, 200]


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(company: Any) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    told = {"oldpassword": PASSWORD, "password1": "a-new-staple-9", "password2": "a-new-staple-9"}
    assert here.post("/accounts/password/change/", told).status_code == 302
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    assert Entry.objects.filter(act="org.change_password").count() == 1
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password="a-new-staple-9").status_code == 302


def test_a_changed_role_ends_the_sessions(company: Any, client: Client) -> None:
    from datetime import date

    from xinheng.org.actions import appoint

    sign_in(client)
    assert client.get("/me/").status_code == 200
    appoint(company.finance, role="archivist", since=date(2026, 1, 1), by=company.security_admin)
    assert client.get("/me/").status_code == 302
    assert not Session.objects.filter(pk=client.cookies["sessionid"].value).exists()


def test_one_ends_ones_sessions_on_other_devices(company: Any) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    assert here.get("/accounts/sessions/").content.decode().count("<tr>") >= 2
    assert here.post("/accounts/sessions/").status_code == 302
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    assert Entry.objects.filter(act="org.end_own_sessions").count() == 1


def test_a_one_time_password_must_be_changed_before_anything_else(company: Any, client: Client) -> None:
    Person.objects.filter(pk=company.finance.pk).update(
        must_change_password=True, one_time_until=timezone.now() + timedelta(days=1)
    )
    sign_in(client)
    for address in ("/", "/me/", "/people/", "/delegations/new/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/change/")
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert "新密码不能与现在的相同" in client.post("/accounts/password/change/", same).content.decode()
    new = {"oldpassword": PASSWORD, "password1": "a-new-staple-9", "password2": "a-new-staple-9"}
    client.post("/accounts/password/change/", new)
    assert client.get("/me/").status_code == 200
    assert Person.objects.get(pk=company.finance.pk).one_time_until is None


def test_a_one_time_password_is_over_after_its_days(company: Any, client: Client) -> None:
    Person.objects.filter(pk=company.finance.pk).update(
        must_change_password=True, one_time_until=timezone.now() - timedelta(seconds=1)
    )
    answer = client.post("/accounts/login/", {"login": "finance", "password": PASSWORD}, follow=True)
    assert answer.status_code == 403
    assert "一次性密码超过了有效期" in answer.content.decode()
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize("weak", ["short", "1234567890", "password123", "finance-2026"])
def test_a_weak_password_is_refused(company: Any, client: Client, weak: str) -> None:
    sign_in(client)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})
    assert Person.objects.get(pk=company.finance.pk).check_password(PASSWORD)


def test_no_sign_in_without_its_line(company: Any, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from xinheng.org.sign_in import adapter

    def fails(*_args: Any, **_told: Any) -> None:
        raise RuntimeError("the record is full")

    monkeypatch.setattr(adapter, "record", fails)
    with pytest.raises(RuntimeError):
        sign_in(client)
    assert client.get("/me/").status_code == 302


def test_everybody_is_spoken_to_in_his_language(company: Any, client: Client) -> None:
    from creditpolicy.language import language_in_use

    Person.objects.filter(pk=company.finance.pk).update(language="en")
    client.force_login(company.finance)
    answer = client.get("/me/")
    assert answer["Content-Language"] == "en"
    assert language_in_use() == "en"
    client.force_login(company.legal)
    assert client.get("/me/", headers={"Accept-Language": "en"})["Content-Language"] == "zh-hans"


def test_the_cache_is_shared_by_all_processes(db: None) -> None:
    cache.set("a", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM org_cache")
        assert cursor.fetchone() == (1,)
