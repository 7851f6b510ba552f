"""Many orders in one request: each answered on its own, each once, in few queries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from company import Company
from lending import is_sound, now, with_limit
from xinheng.connect import many_checks
from xinheng.connect.actions import issue_token
from xinheng.connect.credit import answer_to
from xinheng.credit.core import holds
from xinheng.credit.models import Account, Answer, Hold, OrderCheck

ADDRESS = "/api/v1/credit/checks/many"


@pytest.fixture
def account(company: Company) -> Account:
    """Give an account with a limit of 1,000 yuan; no policy is in force, the account alone decides."""
    return with_limit(company.ours, 1000_00, on=timezone.localdate())


def client_of(company: Company, person: Any) -> Client:
    today = timezone.localdate()
    _token, secret = issue_token(
        name="ERP", person=person, scopes=["credit:check"], valid_until=today + timedelta(30),
        by=company.security_admin, on=today,
    )  # fmt: skip
    return Client(headers={"Authorization": f"Bearer {secret}"})


def orders(*amounts: str, key: str = "", customer: str = "C0001") -> dict[str, Any]:
    return {
        "orders": [
            {"customer": customer, "number": f"SO{n}", "amount": amount, "key": key and f"{key}{n}"}
            for n, amount in enumerate(amounts, 1)
        ]
    }


def told(client: Client, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(ADDRESS, body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["answers"])


@pytest.mark.django_db
def test_each_order_is_answered_on_its_own_and_good_ones_go_on(company: Company, account: Account) -> None:
    client = client_of(company, company.sales)
    body = orders("600.00", "400.01", "400.00", "1.00")
    body["orders"].append({"customer": "C9999", "number": "SO5", "amount": "1.00"})
    body["orders"].append({"customer": "C0001", "number": " ", "amount": "1.00"})
    found = told(client, body)
    assert [one["status"] for one in found] == [200, 200, 200, 200, 404, 409]
    assert [one["check"]["decision"] for one in found[:4]] == ["passed", "blocked", "passed", "blocked"]
    assert [one["check"]["free"] for one in found[:4]] == ["400.00", "400.00", "0.00", "0.00"]
    assert "请写订单号" in found[5]["what"]
    assert now(account).reserved == 1000_00
    assert is_sound(on=timezone.localdate())


@pytest.mark.django_db
def test_many_are_answered_as_each_alone_would_be(company: Company, account: Account) -> None:
    client = client_of(company, company.sales)
    together = told(client, orders("600.00", "400.01", "10.00"))
    for each in OrderCheck.objects.all():
        if each.hold is not None:
            holds.release(each.hold, by=company.sales, on=timezone.localdate())
    body = orders("600.00", "400.01", "10.00")["orders"]
    for number, one in enumerate(body):
        one["number"] = f"ALONE{number}"
        del one["key"]
        alone = client.post("/api/v1/credit/checks", one, content_type="application/json").json()
        assert alone == {**together[number]["check"], "number": one["number"]}


@pytest.mark.django_db
def test_each_key_takes_effect_once(company: Company, account: Account) -> None:
    client = client_of(company, company.sales)
    first = told(client, orders("600.00", "300.00", key="k"))
    again = told(client, orders("600.00", "300.01", "50.00", key="k"))
    assert again[0] == first[0]
    assert (again[1]["status"], again[2]["check"]["decision"]) == (409, "passed")
    assert "amount 不同" in again[1]["what"]
    assert (now(account).reserved, Answer.objects.count()) == (950_00, 3)


@pytest.mark.django_db
def test_an_order_among_many_costs_few_queries(company: Company, account: Account) -> None:
    client = client_of(company, company.sales)
    told(client, orders("1.00"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        told(client, {"orders": orders(*["1.00"] * 11)["orders"][1:2]})
    with CaptureQueriesContext(connection) as many:
        told(client, {"orders": orders(*["1.00"] * 22)["orders"][2:]})
    assert (len(many) - len(few)) / 19 <= 16


@pytest.mark.django_db
def test_who_has_not_the_scope_or_sends_too_many_is_refused(company: Company, account: Account) -> None:
    client = client_of(company, company.sales)
    wrong: dict[str, Any]
    for wrong in ({"orders": []}, orders(*["1.00"] * 101), orders("-1"), {**orders("1.00"), "more": 1}):
        assert client.post(ADDRESS, wrong, content_type="application/json").status_code == 422
    assert told(client_of(company, company.stranger), orders("1.00"))[0]["status"] == 404
    assert told(client_of(company, company.risk), orders("1.00"))[0]["status"] == 409
    assert not OrderCheck.objects.exists()


@pytest.mark.django_db
def test_orders_that_wait_for_another_request_are_taken_one_by_one(
    company: Company, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(company, company.sales)
    met: list[str] = []

    def once_in_the_way(*args: Any, **kwargs: Any) -> Any:
        found = answer_to(*args, **kwargs)
        if len(met) == 1:
            met.append("deadlock")
            raise OperationalError("deadlock detected")
        met.append("answered")
        return found

    monkeypatch.setattr(many_checks, "answer_to", once_in_the_way)
    found = told(client, orders("600.00", "300.00", key="k"))
    assert met == ["answered", "deadlock", "answered", "answered"]
    assert [one["check"]["reserved"] for one in found] == ["600.00", "900.00"]
    assert (now(account).reserved, Hold.objects.count()) == (900_00, 2)


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_pass_no_limit(company: Company, account: Account) -> None:
    client = client_of(company, company.sales)

    def request(turn: int) -> list[str]:
        try:
            both = orders(*["30.00"] * 10)["orders"]
            for one in both:
                one["number"] = f"R{turn}-{one['number']}"
            return [one["check"]["decision"] for one in told(client, {"orders": both})]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        decisions = [one for done in threads.map(request, range(4)) for one in done]
    assert decisions.count("passed") == 33
    assert now(account).reserved == 990_00
    assert is_sound(on=timezone.localdate())
