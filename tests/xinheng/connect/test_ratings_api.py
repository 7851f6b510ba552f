"""Grades, policies and facts over the API: what the policy lets be seen, all wrong things at once, nothing typed over the books."""

import json
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from policies import published
from xinheng.audit.models import Entry
from xinheng.customers.models import CardValue
from xinheng.ratings.models import Assessment, Standing

pytestmark = pytest.mark.django_db


def get(path: str, secret: str) -> Any:
    return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})


def push(secret: str, facts: dict[str, Any], number: str = "C0001", **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    body = json.dumps({"facts": facts} | more)
    return Client().post(f"/api/v1/customers/{number}/facts", body, content_type="application/json", headers=headers)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def version(company, today):
    """The leasing policy in force, as the main one."""
    return published(company, "leasing", on=today - timedelta(days=30))


@pytest.fixture
def standings(company, version, today):
    """A grade in force for each customer."""
    return [
        Standing.objects.create(
            customer=customer, policy=version.policy, version=version, grade=grade, limit=Decimal(500_000),
            terms_days=30, from_day=today - timedelta(days=10), cause="first",
            next_review_on=today + timedelta(days=80),
        )
        for customer, grade in ((company.ours, "A"), (company.theirs, "C"))
    ]  # fmt: skip


# Grades --------------------------------------------------------------------------------------------------------------


def test_a_grade_is_told_with_what_follows_from_it(company, standings, a_token, today):
    told = get("/customers/C0001/grade", a_token("ratings:read", person=company.finance)).json()
    wanted = {
        "customer": "C0001", "policy": "leasing", "grade": "A", "limit": "500000.00", "terms_days": 30,
        "since": str(today - timedelta(days=10)), "cause_label": "首次评级", "is_frozen": False,
        "next_review": str(today + timedelta(days=80)),
    }  # fmt: skip
    assert wanted.items() <= told.items()
    assert told["services"]


def test_the_grade_of_an_earlier_day_is_told_and_none_before_the_first(company, standings, a_token, today):
    secret = a_token("ratings:read", person=company.finance)
    assert get(f"/customers/C0001/grade?on={today - timedelta(days=10)}", secret).json()["grade"] == "A"
    before = get(f"/customers/C0001/grade?on={today - timedelta(days=11)}", secret).json()
    assert (before["grade"], before["limit"], before["services"]) == (None, None, [])


def test_another_branchs_grade_is_missing_and_the_look_is_noted(company, standings, a_token):
    secret = a_token("ratings:read", person=company.sales)
    assert get("/customers/C0001/grade", secret).status_code == 200
    assert get("/customers/C0002/grade", secret).status_code == 404
    assert [row["customer"] for row in get("/grades", secret).json()["grades"]] == ["C0001"]
    assert Entry.objects.filter(act="connect.read_customers", is_look=True).count() == 2


def test_grades_are_listed_in_parts_and_by_grade(company, standings, a_token):
    secret = a_token("ratings:read", person=company.finance)
    first = get("/grades?limit=1", secret).json()
    assert [(row["customer"], row["grade"]) for row in first["grades"]] == [("C0001", "A")]
    rest = get(f"/grades?after={first['next']}", secret).json()
    assert ([row["customer"] for row in rest["grades"]], rest["next"]) == (["C0002"], None)
    assert [row["customer"] for row in get("/grades?grade=C", secret).json()["grades"]] == ["C0002"]


def test_scope_and_roles_hold(company, standings, a_token):
    nobody = a_token("ratings:read")  # the leasing policy does not let the commerce specialist see grades
    assert get("/customers/C0001/grade", nobody).status_code == 403
    assert get("/grades", nobody).status_code == 403
    assert get("/customers/C0001/grade", a_token("customers:read")).status_code == 403
    assert get("/policies", a_token("ratings:read")).status_code == 403
    assert push(a_token("customers:write"), {"lawsuits": 1}).status_code == 403


def test_without_a_policy_in_force_nothing_is_made_up(company, a_token):
    assert get("/customers/C0001/grade", a_token("ratings:read")).status_code == 404
    assert get("/grades", a_token("ratings:read")).json()["grades"] == []
    assert get("/policies", a_token("policies:read")).json()["policies"] == []


# Policies ------------------------------------------------------------------------------------------------------------


def test_a_version_is_told_to_the_byte_and_a_draft_is_not(company, version, a_token, today):
    secret = a_token("policies:read")
    [told] = get("/policies", secret).json()["policies"]
    assert (told["key"], told["in_force"]) == ("leasing", version.number)
    text = get(f"/policies/leasing/versions/{version.number}", secret).json()
    assert sha256(text["text"].encode()).hexdigest() == text["sha256"] == version.sha256
    assert get(f"/policies?on={today - timedelta(days=31)}", secret).json()["policies"][0]["in_force"] is None
    from xinheng.policies.actions import create_draft_from_version

    draft = create_draft_from_version(version, by=company.risk, on=today)
    assert get(f"/policies/leasing/versions/{draft.number}", secret).status_code == 404


# Facts ---------------------------------------------------------------------------------------------------------------


def test_facts_come_to_the_card_with_source_and_day_and_twice_is_once(company, version, a_token, today):
    secret, day = a_token("facts:write"), today - timedelta(days=3)
    sent = {"lawsuits": 2, "is_dishonest": False, "registered_capital": 1200.5}
    first = push(secret, sent, as_of=str(day))
    assert first.json()["facts"] == dict.fromkeys(sent, "written"), first.content
    again = push(secret, sent, as_of=str(day))
    assert again.json()["facts"] == dict.fromkeys(sent, "unchanged")
    values = {one.field: one for one in CardValue.objects.filter(customer=company.ours)}
    assert {name: one.text for name, one in values.items()} == {
        "lawsuits": "2", "is_dishonest": "false", "registered_capital": "1200.50",
    }  # fmt: skip
    assert {(one.source, one.source_detail, one.as_of) for one in values.values()} == {("other", "接口: ERP", day)}
    assert Entry.objects.filter(act="connect.push_facts", channel="api").count() == 2


def test_every_wrong_fact_is_named_at_once_and_nothing_is_written(company, version, a_token):
    from xinheng.policies.queries import policy_of

    policy = policy_of(version)
    derived = next(name for name, fact in policy.facts.items() if fact.derived is not None)
    judged = next(name for name, fact in policy.facts.items() if fact.judged_by is not None)
    answer = push(a_token("facts:write"), {"lawsuits": 1, derived: 3, judged: 5, "no_such": 1, "is_dishonest": "也许"})
    assert answer.status_code == 409
    problems = "\n".join(answer.json()["problems"])
    for word in (derived, judged, "no_such", "is_dishonest", "往来", "评估里填写"):
        assert word in problems
    assert "lawsuits" not in problems
    assert not CardValue.objects.exists()


def test_facts_of_tomorrow_and_of_another_branch_are_refused(company, version, a_token, today):
    secret = a_token("facts:write")
    assert push(secret, {"lawsuits": 1}, as_of=str(today + timedelta(days=1))).status_code == 409
    own = a_token("facts:write", person=company.sales)
    assert push(own, {"lawsuits": 1}, number="C0002").status_code == 404
    assert push(a_token("facts:write", person=company.legal), {"lawsuits": 1}).status_code == 409
    assert not CardValue.objects.exists()


# Cases ---------------------------------------------------------------------------------------------------------------


def test_a_case_is_opened_once_however_often_it_is_sent(company, version, a_token):
    secret = a_token("ratings:open", "ratings:read", person=company.finance)
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k1"}
    body = json.dumps({"customer": "C0001", "kind": "manual", "why": "订单增长", "limit_asked": "500000.50"})
    first, again = (
        Client().post("/api/v1/assessments", body, content_type="application/json", headers=headers) for _ in range(2)
    )
    assert first.status_code == 201, first.content
    assert first.json() == again.json()
    case = Assessment.objects.get()
    assert case.limit_asked == Decimal("500000.50")
    assert (case.number, case.kind, case.opened_by) == (first.json()["number"], "manual", company.finance)
    other = headers | {"Idempotency-Key": "k2"}
    second = Client().post("/api/v1/assessments", body, content_type="application/json", headers=other)
    assert second.status_code == 409
    assert case.number in second.json()["what"]
    told = get(f"/assessments/{case.number}", secret).json()
    assert (told["state"], told["rating"], told["grade"]) == ("open", None, None)
    assert get(f"/assessments/{case.number}", a_token("ratings:read", person=company.stranger)).status_code == 404
