"""The API: who gets in, how far, and what every refusal says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.audit.queries import files_seen
from xinheng.connect import actions
from xinheng.connect.models import Token


def get(path: str, secret: str):
    return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})


def test_without_a_token_nothing_is_told(company):
    for headers in ({}, {"Authorization": "Bearer xh_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = Client().get("/api/v1/customers", headers=headers)
        assert answer.status_code == 401
        assert "令牌" in answer.json()["what"]


def test_a_session_in_the_browser_is_no_token(company):
    client = Client()
    client.force_login(company.finance)
    assert client.get("/api/v1/customers").status_code == 401


def test_customers_are_listed_in_parts(company, a_token):
    secret = a_token()
    first = get("/customers?limit=1", secret).json()
    assert [row["number"] for row in first["customers"]] == ["C0001"]
    rest = get(f"/customers?limit=1&after={first['next']}", secret).json()
    assert [row["number"] for row in rest["customers"]] == ["C0002"]
    assert rest["next"] is None


def test_whom_a_system_read_is_named_by_the_list_after_a_leak(company, a_token):
    secret, before = a_token(person=company.finance), timezone.now()
    get("/customers", secret)
    get("/customers/C0001", secret)
    get("/customers/none", secret)
    get("/customers?status=closed", secret)
    lines = Entry.objects.filter(act="connect.read_customers")
    assert [(line.is_look, line.actor_id, line.channel) for line in lines] == [(True, company.finance.pk, "api")] * 2
    seen = files_seen("customers.customer", since=before, until=timezone.now() + timedelta(1), looks_only=True)
    assert {int(key): one.looks for key, one in seen.items()} == {company.ours.pk: 2, company.theirs.pk: 1}


def test_a_token_sees_what_its_person_sees(company, a_token):
    secret = a_token(person=company.sales)
    assert [row["number"] for row in get("/customers", secret).json()["customers"]] == ["C0001"]
    assert get("/customers/C0002", secret).status_code == 404
    assert get("/customers/C0002", secret).json() == get("/customers/none", secret).json()


def test_a_scope_reaches_no_further(company, a_token):
    secret = a_token("tasks:read")
    answer = get("/customers", secret)
    assert answer.status_code == 403
    assert "customers:read" in answer.json()["what"]


@pytest.mark.parametrize("ended", ["revoked", "expired", "person left"])
def test_a_token_ends_at_once(company, a_token, ended):
    secret = a_token()
    token = Token.objects.get()
    if ended == "revoked":
        actions.revoke_token(token, by=company.security_admin, why="系统下线")
    elif ended == "expired":
        Token.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    else:
        company.commerce_specialist.is_active = False
        company.commerce_specialist.save()
    assert get("/customers", secret).status_code == 401


def test_the_secret_is_not_stored(company, a_token):
    secret = a_token()
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, hint FROM connect_token")
        (digest, hint) = cursor.fetchone()
    assert secret not in digest
    assert secret.endswith(hint)


def test_tokens_are_given_by_the_security_administrator_only_and_to_no_administrator(company):
    today = timezone.localdate()
    told = {"name": "ERP", "scopes": ["customers:read"], "valid_until": today, "on": today}
    for by in (company.system_admin, company.general_manager, company.audit_admin):
        with pytest.raises(Refusal):
            actions.issue_token(person=company.sales, by=by, **told)
    for person in (company.security_admin, company.system_admin, company.audit_admin):
        with pytest.raises(Refusal, match="专用人员"):
            actions.issue_token(person=person, by=company.security_admin, **told)
    with pytest.raises(Refusal, match="一年"):
        actions.issue_token(
            person=company.sales, by=company.security_admin, **told | {"valid_until": today + timedelta(days=367)}
        )
    with pytest.raises(Refusal, match="范围"):
        actions.issue_token(person=company.sales, by=company.security_admin, **told | {"scopes": ["all"]})


def test_what_cannot_be_read_is_named(company, a_token):
    answer = get("/customers?limit=0", a_token())
    assert answer.status_code == 422
    assert "limit" in answer.json()["problems"][0]
