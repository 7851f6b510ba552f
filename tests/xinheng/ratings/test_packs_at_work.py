"""Every shipped policy is carried out from the form to the grade, by its own steps and roles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from assessing import agreed, with_books
from company import person
from policies import published
from xinheng.audit.record import SYSTEM
from xinheng.org.roles import Role
from xinheng.ratings.actions import end_publication
from xinheng.ratings.duties import duties_of
from xinheng.ratings.models import Assessment, Rating
from xinheng.ratings.rating import replayed
from xinheng.workflow.models import Item
from xinheng.workflow.queries import rounds_of

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
FORM_AND_ROUND = {
    "auto-dealer": (["collect"], ["dealings", "score", "review", "approve"]),
    "credit-standing": (
        ["collect", "score", "apply_correction"],
        ["check", "meeting", "review", "supervise", "approve", "approve_special", "approve_correction"],
    ),
    "enterprise-rating": (["collect"], ["preliminary", "detailed", "review", "approve", "publish"]),
    "leasing": (["collect"], ["verify", "score", "reconcile", "review", "approve", "approve_special"]),
    "sales-credit": (["apply", "verify", "fill"], ["check", "score", "approve_special"]),
    "sales-tiering": (
        ["sales_figures"], ["reconcile", "credit_standing", "indicators", "review", "approve", "approve_special"],
    ),
}  # fmt: skip


@pytest.fixture
def more(company: Any) -> Any:
    """Appoint second people where a policy wants two hands in one role."""
    for number, role in enumerate((Role.RISK, Role.CREDIT_GROUP, Role.FINANCE, Role.SALES, Role.COMMERCE_SPECIALIST)):
        name = f"第二{role.label}"
        company.people[f"second_{role}"] = person(company, name, f"second{number}", role, "head")
    return company


@pytest.mark.parametrize("key", FORM_AND_ROUND)
def test_the_procedure_is_divided_into_form_round_and_what_follows(company: Any, key: str) -> None:
    duties = duties_of(published(company, key, on=DAY))
    own, round = FORM_AND_ROUND[key]
    assert [step.step for step in duties.own] == own
    assert [step.step for step in duties.decided] == round
    assert {step.act for step in duties.after} <= {"notify", "sign", "file"}
    assert [step.key for step in duties.procedure().steps] == round


@pytest.mark.parametrize("key", FORM_AND_ROUND)
def test_every_shipped_policy_goes_from_the_form_to_a_grade_that_replays(more: Any, key: str) -> None:
    version = published(more, key, on=DAY)
    with_books(more, more.ours, on=DAY)
    opener = more.sales if key != "enterprise-rating" else more.risk
    case = agreed(more, version, on=DAY, by=opener)
    if key == "enterprise-rating":
        assert case.state == Assessment.State.PUBLISHED
        assert case.publish_until == DAY + timedelta(days=7)
        assert not case.customer.standings.exists()
        end_publication(case, by=SYSTEM, on=case.publish_until)
        case.refresh_from_db()
    assert case.state == Assessment.State.IN_FORCE
    rating = Rating.objects.get(assessment=case)
    assert not replayed(rating).differs
    assert case.customer.standings.get(policy=case.policy).grade == rating.grade
    deciders = [item.handled_by_id for item in rounds_of(case).get().items.filter(kind="decide", state="done")]
    assert len(deciders) == len(set(deciders))
    assert not {row.by_id for row in case.scores.filter(step=duties_of(version).form_step)} & set(deciders)
    after = Item.objects.filter(subject_label=case.number, round__isnull=True, state="open")
    assert {step.act for step in duties_of(version).after} <= set(after.values_list("act", flat=True))
