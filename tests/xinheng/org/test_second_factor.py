"""The second factor: who must have it, how it is set up, and that its secrets lie closed."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection
from django.test import Client

from xinheng.audit.models import Entry
from xinheng.org.actions import reset_second_factor
from xinheng.org.models import Person, Secret
from xinheng.org.sign_in.second_factor import has_second_factor
from xinheng.vault.crypto import Unreadable

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ASKED = ["system_admin", "security_admin", "audit_admin", "general_manager", "deputy_gm", "finance"]


@pytest.fixture(autouse=True)
def _asked(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ASKED


def code(secret: str = SECRET, ahead: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))


def equip(person: Person) -> None:
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)


def sign_in(client: Client, name: str = "finance") -> Any:
    return client.post("/accounts/login/", {"login": name, "password": PASSWORD})


def test_the_default_asks_those_with_great_powers() -> None:
    from xinheng import settings as ours

    assert ours.SECOND_FACTOR_ROLES == ASKED


@pytest.mark.parametrize("role", ASKED)
def test_a_role_that_asks_for_it_can_do_nothing_before(company: Any, client: Client, role: str) -> None:
    sign_in(client, role)
    for address in ("/", "/me/", "/people/", "/departments/", "/delegations/new/", "/accounts/sessions/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/me/second-factor/"), address
    assert client.get("/me/second-factor/").status_code == 200
    api = client.get("/api/anything")
    assert api.status_code in {401, 404}


def test_other_roles_may_go_on_without(company: Any, client: Client) -> None:
    sign_in(client, "legal")
    assert client.get("/me/").status_code == 200


def test_it_is_not_asked_in_the_demo(company: Any, client: Client, settings: Any) -> None:
    settings.DEMO = True
    sign_in(client)
    assert client.get("/me/").status_code == 200


def test_one_is_led_through_setting_it_up(company: Any, client: Client) -> None:
    sign_in(client)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'<code class="user-select-all">(\w+)</code>', page)
    assert found
    assert "动态码不对" in client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code(found[1])}, follow=True)
    assert "恢复码" in answer.content.decode()
    assert client.get("/me/").status_code == 200
    assert has_second_factor(company.finance)
    assert Entry.objects.filter(act="org.change_second_factor", actor_id=company.finance.pk).count() == 2


def test_the_password_alone_does_not_sign_in(company: Any, client: Client) -> None:
    equip(company.finance)
    assert sign_in(client)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/me/")["Location"].startswith("/accounts/login/")
    assert "动态码不对" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert client.get("/me/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": code()}).status_code == 302
    assert client.get("/me/").status_code == 200
    assert Entry.objects.filter(act="org.second_factor_failed").count() == 1


def test_a_code_works_once(company: Any) -> None:
    equip(company.finance)
    used = code()
    for client, works in ((Client(), True), (Client(), False)):
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": used})
        assert (client.get("/me/").status_code == 200) is works


def test_a_recovery_code_works_once(company: Any) -> None:
    equip(company.finance)
    stored = Authenticator.objects.get(user=company.finance, type=Authenticator.Type.RECOVERY_CODES)
    one = RecoveryCodes(stored).get_unused_codes()[0]
    for client, works in ((Client(), True), (Client(), False)):
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": one})
        assert (client.get("/me/").status_code == 200) is works


def test_after_five_wrong_codes_even_the_right_one_waits(company: Any, client: Client) -> None:
    equip(company.finance)
    sign_in(client)
    for _try in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "尝试次数过多" in client.post("/accounts/2fa/authenticate/", {"code": code()}).content.decode()
    other = Client()
    sign_in(other)
    other.post("/accounts/2fa/authenticate/", {"code": code()})
    assert other.get("/me/").status_code == 302, "another session does not give new tries"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_codes_at_once_five_are_looked_at(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    from company import found_company

    settings.SECOND_FACTOR_ROLES = ASKED
    company = found_company()
    equip(company.finance)
    looked_at: list[str] = []

    def looking(_self: TOTP, given: str) -> bool:
        looked_at.append(given)
        return False

    monkeypatch.setattr(TOTP, "validate_code", looking)
    clients = [Client() for _one in range(20)]
    for client in clients:
        sign_in(client)

    def attempt(client: Client) -> None:
        try:
            client.post("/accounts/2fa/authenticate/", {"code": "123456"})
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(attempt, clients))
    assert len(looked_at) == 5


def test_the_secrets_lie_closed_in_the_database(company: Any) -> None:
    equip(company.finance)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT value FROM org_secret")
        stored += str(cursor.fetchall())
    assert SECRET not in stored
    assert Secret.objects.count() == 2


def test_a_secret_moved_to_another_row_is_an_error_and_no_code_matches(company: Any) -> None:
    equip(company.finance)
    TOTP.activate(company.legal, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")
    ours, theirs = (Authenticator.objects.get(user=who, type="totp") for who in (company.finance, company.legal))
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM org_secret WHERE uid = %s", [number(theirs.data["secret"])])
        moved = cursor.fetchone()[0]
        cursor.execute("UPDATE org_secret SET value = %s WHERE uid = %s", [moved, number(ours.data["secret"])])
    with pytest.raises(Unreadable):
        TOTP(ours).validate_code(code())


def number(uid: str) -> str:
    return uid if connection.vendor == "postgresql" else uid.replace("-", "")


def test_secrets_are_closed_anew_when_keys_change(company: Any) -> None:
    from xinheng.vault.rotation import columns

    assert "org_secret.value" in {str(column) for column in columns()}


def test_what_is_given_up_leaves_no_secret_behind(company: Any) -> None:
    equip(company.finance)
    assert Secret.objects.count() == 2
    reset_second_factor(company.finance, why="手机丢失", by=company.security_admin)
    assert not Secret.objects.exists()


def test_who_must_have_it_cannot_close_it(company: Any, client: Client, settings: Any) -> None:
    equip(company.finance)
    sign_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    client.post("/accounts/2fa/totp/deactivate/")
    assert has_second_factor(company.finance)
    settings.SECOND_FACTOR_ROLES = []
    client.post("/accounts/2fa/totp/deactivate/")
    assert not has_second_factor(company.finance)


def test_something_delicate_asks_for_the_password_again_after_five_minutes(company: Any, client: Client) -> None:
    sign_in(client)
    session = client.session
    session["xinheng_began"] -= 301
    session.save()
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_the_security_administrator_resets_a_lost_one(company: Any, client: Client) -> None:
    equip(company.finance)
    sign_in(client)
    cache.clear()
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get("/me/").status_code == 200
    reset_second_factor(company.finance, why="手机丢失", by=company.security_admin)
    assert client.get("/me/").status_code == 302
    assert not Authenticator.objects.filter(user=company.finance).exists()
    again = Client()
    sign_in(again)
    assert again.get("/")["Location"] == "/me/second-factor/"
    assert Entry.objects.get(act="org.reset_second_factor").why == "手机丢失"
