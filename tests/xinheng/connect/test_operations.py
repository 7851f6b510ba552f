"""What the API does: take customers in once, keep their numbers masked, file papers, handle tasks with four eyes."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from xinheng.audit.models import Entry
from xinheng.connect.models import Answered
from xinheng.customers.models import Customer
from xinheng.papers.models import Paper
from xinheng.workflow.actions import open_item

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
USCC = "91330201MA2AXXXX0K"


def send(method: str, path: str, secret: str, body: Any, key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {secret}"} | ({"Idempotency-Key": key} if key else {})
    call = getattr(Client(), method)
    return call(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_a_customer_is_taken_in_as_a_draft_with_a_number_of_its_own(company, a_token):
    secret = a_token("customers:write")
    answer = send("post", "/customers", secret, {"name": "湖州太湖丝绸有限公司", "kind": "enterprise"})
    assert answer.status_code == 201, answer.content
    made = Customer.objects.get(number=answer.json()["number"])
    assert (made.status, made.registered_by) == ("draft", company.commerce_specialist)
    assert Entry.objects.filter(act="customers.register", channel="api").count() == 1


@pytest.mark.parametrize("told", ["address", "condition", "body"])
def test_the_character_that_no_database_keeps_is_refused_in_words(company, a_token, told):
    secret = a_token("customers:write", "customers:read")
    if told == "body":
        answer = send("post", "/customers", secret, {"name": "湖州\0太湖", "kind": "enterprise"})
    else:
        path = "/customers/%00" if told == "address" else "/customers?after=%00"
        answer = Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 422, answer.content
    assert "NUL" in answer.json()["what"]
    fine = send("post", "/customers", secret, {"name": "湖州\\u0000太湖", "kind": "enterprise"})
    assert fine.status_code == 201, "a backslash, u and four digits are text"


def test_the_same_request_again_takes_effect_once(company, a_token):
    secret = a_token("customers:write")
    body = {"name": "湖州太湖丝绸有限公司", "kind": "enterprise"}
    first, again = (send("post", "/customers", secret, body, key="k1") for _ in range(2))
    assert first.json() == again.json()
    assert again.status_code == 201
    assert Customer.objects.filter(name=body["name"]).count() == 1
    other = send("post", "/customers", secret, body | {"name": "另一家公司"}, key="k1")
    assert other.status_code == 409
    assert "Idempotency-Key" in other.json()["what"]


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_with_one_key_take_one_customer_in(company, a_token):
    secret = a_token("customers:write")
    body = {"name": "湖州太湖丝绸有限公司", "kind": "enterprise"}

    def once(_number: int) -> tuple[int, Any]:
        try:
            answer = send("post", "/customers", secret, body, key="k1")
            return answer.status_code, answer.json()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(once, range(16)))
    assert {status for status, _told in said} == {201}
    assert len({told["number"] for _status, told in said}) == 1
    assert Answered.objects.count() == 1


def test_a_refused_request_leaves_its_key_free(company, a_token):
    secret = a_token("customers:write")
    body = {"name": "湖州太湖丝绸有限公司", "kind": "enterprise", "department": "none"}
    assert send("post", "/customers", secret, body, key="k1").status_code == 409
    assert send("post", "/customers", secret, body | {"department": "sales1"}, key="k1").status_code == 201


def test_numbers_of_papers_are_masked(company, a_token):
    secret = a_token("customers:read", "customers:write")
    body = {"name": "湖州太湖丝绸有限公司", "kind": "enterprise", "identity_kind": "uscc"}
    wrong = send("post", "/customers", secret, body | {"identity_number": "91330201MA2AXXXX00"})
    assert wrong.status_code == 409
    valid = "91110000600037341L"
    made = send("post", "/customers", secret, body | {"identity_number": valid}).json()
    shown = made["identities"][0]["number"]
    assert valid not in json.dumps(made)
    assert shown.startswith("9111")
    assert "*" in shown


def test_basics_are_changed_and_nothing_else(company, a_token):
    secret = a_token("customers:write")
    answer = send("patch", "/customers/C0001", secret, {"remarks": "月结", "why": "客户来电"})
    assert answer.status_code == 200, answer.content
    assert Customer.objects.get(number="C0001").remarks == "月结"
    assert send("patch", "/customers/C0001", secret, {"status": "closed"}).status_code == 422
    assert send("patch", "/customers/C0001", secret, {}).status_code == 409


def test_a_paper_goes_in_and_comes_out_and_the_look_is_noted(company, a_token):
    secret = a_token("papers:read", "papers:write")
    client, headers = Client(), {"Authorization": f"Bearer {secret}"}
    told = {"kind": "business_licence", "title": "营业执照", "valid_until": "2030-12-31"}
    file = SimpleUploadedFile("执照.pdf", PDF, "application/pdf")
    made = client.post("/api/v1/customers/C0001/papers", told | {"file": file}, headers=headers)
    assert made.status_code == 201, made.content
    listed = client.get("/api/v1/customers/C0001/papers", headers=headers).json()["papers"]
    assert [one["title"] for one in listed] == ["营业执照"]
    got = client.get(f"/api/v1/papers/{listed[0]['id']}/file", headers=headers)
    assert b"".join(got.streaming_content) == PDF
    assert got["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(act="papers.look", is_look=True, channel="api").count() == 1
    assert client.get(f"/api/v1/papers/{Paper.objects.get().pk + 1}/file", headers=headers).status_code == 404


def test_a_task_is_handled_with_the_same_four_eyes_as_on_the_page(company, a_token):
    today = timezone.localdate()
    own = open_item(
        company.ours, by=company.commerce_specialist, on=today, act="approve", title="批准", role="commerce_specialist",
        about=company.ours,
    )  # fmt: skip
    other = open_item(
        company.ours, by=company.sales, on=today, act="approve", title="批准", role="commerce_specialist",
        about=company.ours,
    )  # fmt: skip
    secret = a_token("tasks:read", "tasks:write")
    listed = Client().get("/api/v1/tasks", headers={"Authorization": f"Bearer {secret}"}).json()["tasks"]
    assert other.pk in [one["id"] for one in listed]
    assert send("post", f"/tasks/{own.pk}", secret, {"outcome": "agree"}).status_code == 409
    assert send("post", f"/tasks/{other.pk}", secret, {"outcome": "agree"}).json()["state"] == "done"
    assert send("post", f"/tasks/{other.pk}", secret, {"outcome": "agree"}).status_code == 409
