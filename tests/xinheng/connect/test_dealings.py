"""Dealings by the API: each row answered by itself, once however often it is sent, and the same as from a workbook."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from xinheng.audit.models import Entry
from xinheng.connect.dealings import KINDS
from xinheng.ledger.listeners import GATES
from xinheng.ledger.models import Allocation, Contract, Delivery, Incident, Invoice, Order, Receipt
from xinheng.ledger.queries import exposure_parts

C = {"customer": "C0001"}
SENT: dict[str, list[dict[str, Any]]] = {
    "contracts": [C | {"number": "HT1", "signed_on": "2026-01-01", "terms_days": 45}],
    "orders": [C | {"number": "D1", "ordered_on": "2026-01-02", "amount": "500.00", "contract": "HT1"}],
    "deliveries": [C | {"number": "CK1", "order": "D1", "delivered_on": "2026-01-03", "amount": "300"}],
    "invoices": [
        C | {"number": "F1", "invoiced_on": "2026-01-04", "due_on": "2026-02-18", "amount": "200.00", "order": "D1"},
        C | {"number": "F2", "invoiced_on": "2026-01-05", "due_on": "2026-02-19", "amount": "80.00"},
        C | {"number": "F3", "invoiced_on": "2026-01-05", "due_on": "2026-02-19", "amount": "9.00", "settled_on": "2026-02-01"},
    ],
    "credit-notes": [C | {"number": "R1", "invoiced_on": "2026-01-10", "amount": "30.00", "credits": "F2"}],
    "receipts": [
        C | {"number": "SK1", "received_on": "2026-01-20", "amount": "120.00",
             "settles": [{"invoice": "F1", "amount": "70.00"}, {"invoice": "F2", "amount": "50.00"}]},
    ],
    "incidents": [C | {"number": "案1", "kind": "lawsuit", "happened_on": "2026-01-21", "amount": "10.00", "detail": "买卖纠纷"}],
}  # fmt: skip


def send(kind: str, secret: str, rows: list[dict[str, Any]], *, key: str = "", **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
    body = json.dumps({"rows": rows, **more})
    return Client().post(f"/api/v1/dealings/{kind}", body, content_type="application/json", headers=headers)


def verdicts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [row["verdict"] for row in answer.json()["rows"]]


@pytest.fixture
def secret(company, a_token) -> str:
    return a_token("dealings:write", person=company.finance)


def test_all_kinds_follow_each_other_and_come_in_once(company, secret):
    for kind, rows in SENT.items():
        more = {"gate": "fact"} if kind == "orders" else {}
        assert verdicts(send(kind, secret, rows, **more)) == ["new"] * len(rows), kind
        assert verdicts(send(kind, secret, rows, **more)) == ["unchanged"] * len(rows), kind
    assert set(SENT) == {address for address, *_rest in KINDS}
    parts = exposure_parts([company.ours.pk], on=date(2026, 2, 10))[company.ours.pk]
    assert (parts.open_orders, parts.delivered, parts.receivables) == (200, 100, 130)
    assert {one.number: one.settled for one in Invoice.objects.all()} == {"F1": 70, "F2": 80, "F3": 9, "R1": 30}
    assert (Contract.objects.count(), Delivery.objects.count(), Incident.objects.count()) == (1, 1, 1)
    assert Order.objects.get().contract == Contract.objects.get()
    assert Receipt.objects.get(number="SK1").allocated == Decimal(120)
    assert Allocation.objects.count() == 4
    assert not Entry.objects.filter(act__startswith="ledger.").exclude(channel="api").exists()


def test_a_dry_run_changes_nothing_and_says_what_would_be(company, secret):
    answer = send("invoices", secret, SENT["invoices"][1:], dry_run=True)
    assert answer.json()["counts"] == {"new": 2, "unchanged": 0, "failed": 0}
    assert not Invoice.objects.exists()


def test_bad_rows_fail_by_themselves_each_with_its_reason(company, secret):
    good = SENT["invoices"][1]
    bad = [
        good | {"number": "F9", "customer": "X999"}, good | {"number": "F10", "due_on": "2026-02-30"},
        good | {"number": "F11", "currency": "USD"}, good | {"number": "F12", "due_on": "2026-01-01"},
        good | {"number": "F13"}, good | {"number": "F13", "amount": "81.00"}, good | {"number": "F14", "order": "D9"},
    ]  # fmt: skip
    answer = send("invoices", secret, [good, *bad])
    assert verdicts(answer) == ["new", *["failed"] * 7]
    said = [row["why"][0] for row in answer.json()["rows"][1:]]
    for text, part in zip(said, ("X999", "2026-02-30", "USD", "到期日", "同一单据号", "同一单据号", "D9"), strict=True):
        assert part in text
    assert Invoice.objects.get().number == "F2"
    changed = send("invoices", secret, [good | {"amount": "81.00"}])
    assert "内容不同" in changed.json()["rows"][0]["why"][0]


def test_an_order_is_held_against_the_rules_unless_it_is_a_fact(company, secret):
    asked: list[str] = []

    class Gate:
        def admits(self, order: Order, **_told: Any) -> bool:
            asked.append(order.number)
            return False

    GATES.append(Gate())
    try:
        told = SENT["orders"][0] | {"contract": ""}
        assert verdicts(send("orders", secret, [told])) == ["new"]
        assert verdicts(send("orders", secret, [told | {"number": "D2"}], gate="fact")) == ["new"]
    finally:
        GATES.pop()
    assert set(asked) == {"D1"}


def test_the_same_request_again_is_answered_alike_and_another_under_its_key_is_refused(company, secret):
    first, again = (send("invoices", secret, SENT["invoices"][1:], key="k1") for _ in range(2))
    assert first.json() == again.json()
    assert verdicts(again) == ["new", "new"]
    assert send("invoices", secret, SENT["invoices"][1:2], key="k1").status_code == 409


def test_who_may_not_import_may_not_send_either(company, a_token):
    assert send("invoices", a_token("dealings:write", person=company.sales), SENT["invoices"]).status_code in (403, 409)
    assert send("invoices", a_token(person=company.finance), SENT["invoices"]).status_code == 403
    assert not Invoice.objects.exists()


def test_a_request_has_five_hundred_rows_at_most_and_knows_its_fields(company, secret):
    assert send("invoices", secret, SENT["invoices"][:1] * 501).status_code == 422
    assert send("invoices", secret, [SENT["invoices"][0] | {"paid": "1"}]).status_code == 422
    assert send("invoices", secret, []).status_code == 422
