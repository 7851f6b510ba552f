"""The life of a version: drafted, edited, handed in, returned, approved, published, replaced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from company import Company
from creditpolicy.problems import Refusal
from policies import agree_to_all, approve, fill_roles, open_item_of, published, whoever_may
from xinheng.audit.models import Entry
from xinheng.policies import actions
from xinheng.policies.models import Policy, Stage, Version
from xinheng.policies.queries import findings, main_version, policy_of, version_in_force
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item
from xinheng.workflow.procedures import STARTER

ON = date(2026, 3, 2)
PACKS = ["auto-dealer", "credit-standing", "enterprise-rating", "leasing", "sales-credit", "sales-tiering"]


@pytest.mark.parametrize("pack", PACKS)
def test_every_shipped_policy_goes_from_draft_to_publication(company: Company, pack: str) -> None:
    version = published(company, pack, on=ON)
    assert version.stage == Stage.PUBLISHED
    assert version_in_force(pack, ON) == version
    assert main_version(ON) == version
    assert policy_of(version).policy == pack
    acts = Entry.objects.filter(subject_type="policies.version", subject_id=str(version.pk)).values_list(
        "act", flat=True
    )
    assert {"policies.draft", "policies.submit", "policies.approve", "policies.publish"} <= set(acts)


def test_a_returned_version_is_a_draft_until_it_is_handed_in_again(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    fill_roles(company, draft, on=ON)
    round = actions.submit_version(draft, by=company.risk, on=ON)
    with pytest.raises(Refusal, match="不能修改"):
        actions.edit_text(draft, draft.text, edition=1, by=company.risk, on=ON)
    item = open_item_of(round)
    assert item is not None
    assert item.step == "review"
    finish_item(item, by=company.finance, on=ON, outcome="return", remarks="等级线太低", return_to=STARTER)
    draft.refresh_from_db()
    assert draft.stage == Stage.DRAFT
    draft = actions.edit_text(draft, draft.text + "# 已核对\n", edition=1, by=company.risk, on=ON)
    assert draft.edition == 2
    assert actions.submit_version(draft, by=company.risk, on=ON) == round
    draft.refresh_from_db()
    assert draft.stage == Stage.IN_APPROVAL
    agree_to_all(round, on=ON)
    draft.refresh_from_db()
    assert draft.stage == Stage.APPROVED
    assert draft.approved_by == company.general_manager
