"""A policy is revised: drafted from the one in force, tried on everyone, the movers read, approved, published, made known."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calling import process
from policies import published
from sample_facts import customers_of, sample_of
from walking import field, fill_in, looked_at, press, send
from xinheng.policies import facts
from xinheng.policies.models import Stage, Trial, Version
from xinheng.policies.queries import version_in_force
from xinheng.workflow.queries import items_of

TODAY = timezone.localdate()


@pytest.fixture
def sample(company) -> Iterator[object]:
    """The sample customers of the leasing policy, as customers of the company."""
    before = list(facts._provider)
    found = sample_of("leasing")
    customers_of(company, found)
    facts.set_provider(found)
    yield found
    facts._provider[:] = before


def test_a_revision_from_draft_through_trial_to_publication(company, window, sample, tmp_path):
    first = published(company, "leasing", on=TODAY - timedelta(days=100))
    company.departments["sales2"].head = company.stranger
    company.departments["sales2"].save()
    risk = window(company.risk)
    draft = _drafted(risk, first)
    trial = _tried(risk, draft)
    _as_the_command_says(trial, first, draft, tmp_path)
    _discussed(window(company.sales), risk, draft)
    _approved(risk, window(company.finance), window(company.general_manager), draft)
    _published(window(company.credit_group), window(company.stranger), draft)
    draft.refresh_from_db()
    first.refresh_from_db()
    assert (draft.stage, draft.approved_by) == (Stage.PUBLISHED, company.general_manager)
    assert version_in_force("leasing", TODAY) == first
    assert version_in_force("leasing", TODAY + timedelta(days=1)) == draft
    assert first.in_force_until == draft.in_force_from


def _drafted(seen, first: Version) -> Version:
    page = seen.open("/")
    press(page, "#sidebar a[href='/policies/']")
    looked_at(seen, "journey-policy-01-library")
    press(page, f"main a[href='/policies/{first.policy_id}/']")
    press(page, f"main form[action$='/versions/{first.pk}/copy/'] button")
    draft = Version.objects.get(number="1.1")
    looked_at(seen, "journey-policy-02-draft")
    press(page, f".nav-tabs a[href$='/versions/{draft.pk}/text/']")
    text = field(page, "text")
    assert "from: 90" in text.input_value()
    text.evaluate(
        "(e, old) => { const at = e.value.indexOf(old); e.focus(); e.setSelectionRange(at, at + old.length); }",
        "from: 90",
    )
    page.keyboard.insert_text("from: 93")
    looked_at(seen, "journey-policy-03-editor")
    send(page)
    draft.refresh_from_db()
    assert draft.edition == 2
    assert "from: 93" in draft.text
    return draft


def _tried(seen, draft: Version) -> Trial:
    page = seen.open(f"/policies/versions/{draft.pk}/trials/")
    looked_at(seen, "journey-policy-04-no-trial")
    send(page)
    page.wait_for_url(re.compile(r"/policies/trials/\d+/"))
    trial = Trial.objects.get()
    expect(page.locator("main")).to_contain_text("家等级有变")
    looked_at(seen, "journey-policy-05-matrix")
    press(page, ".trial-matrix td.bg-red-lt a")
    expect(page.locator("main")).to_contain_text("分数线由 90 改为 93")
    assert page.locator("main tbody tr").count() == trial.summary["movers"]
    looked_at(seen, "journey-policy-06-movers")
    return trial


def _as_the_command_says(trial: Trial, first: Version, draft: Version, folder: Path) -> None:
    """Hold the figures of the page against those that the command prints for the same facts."""
    old, new, out = folder / "old.yaml", folder / "new.yaml", folder / "movers.csv"
    old.write_bytes(first.text.encode())
    new.write_bytes(draft.text.encode())
    table = Path(__file__).resolve().parents[2] / "src/creditpolicy/packs/leasing/sample.csv"
    told = process("compare", old, new, table, "--as-of", trial.as_of.isoformat(), "-o", out)
    assert told.returncode == 0, told.stderr
    with out.open(encoding="utf-8-sig", newline="") as opened:
        movers = {row["customer_id"]: (row["grade_before"], row["grade_after"]) for row in csv.DictReader(opened)}
    rows = trial.rows.select_related("customer")
    assert movers == {row.customer.number: (row.before, row.after) for row in rows}
    assert len(movers) == trial.summary["movers"] > 0
    lowered = Decimal(trial.summary["lowered"])
    assert f"{lowered:,.0f}" in told.stdout or f"{lowered:,.2f}" in told.stdout


def _discussed(sales, risk, draft: Version) -> None:
    page = sales.open(f"/policies/versions/{draft.pk}/comments/")
    fill_in(page, clause="四.2 说明3", text="提高 3 分偏多, 老客户会掉到 B 级")
    send(page)
    page = risk.open(f"/policies/versions/{draft.pk}/comments/")
    fill_in(page, answer="掉级的三家都有逾期, 维持")
    press(page, "main button[name=is_adopted][value=no]")
    expect(page.locator("main")).to_contain_text("不采纳")
    looked_at(risk, "journey-policy-07-discussed")


def _approved(risk, finance, manager, draft: Version) -> None:
    page = risk.open(f"/policies/versions/{draft.pk}/")
    press(page, f"main form[action$='/versions/{draft.pk}/submit/'] button", sure=True)
    draft.refresh_from_db()
    assert draft.stage == Stage.IN_APPROVAL
    for number, seen in enumerate((finance, manager)):
        page = seen.open("/inbox/")
        press(page, "main a:has-text('审批制度')")
        expect(page.locator("main")).to_contain_text("等级有变")
        looked_at(seen, f"journey-policy-08-approval-{number}")
        fill_in(page, outcome="agree", remarks="影响可控")
        press(page, "form[data-decision] button[type=submit]")
    draft.refresh_from_db()
    assert draft.stage == Stage.APPROVED


def _published(group, head, draft: Version) -> None:
    page = group.open(f"/policies/versions/{draft.pk}/publish/")
    fill_in(page, from_day=(TODAY + timedelta(days=1)).isoformat())
    looked_at(group, "journey-policy-09-publish")
    press(page, "main form button[type=submit]", sure=True)
    expect(page.locator("main")).to_contain_text("未阅")
    looked_at(group, "journey-policy-10-readers")
    mine = next(item for item in items_of(draft) if item.person == head_of(draft))
    page = head.open(f"/tasks/{mine.pk}/")
    press(page, "form[data-decision] button[type=submit], main form button.btn-primary")
    mine.refresh_from_db()
    assert mine.outcome == "read"
    page = group.open(f"/policies/versions/{draft.pk}/readers/")
    expect(page.locator("main tbody tr", has_text="孙销售")).to_contain_text("已阅")


def head_of(_draft: Version) -> object:
    """Give the head of the second sales department, who has to read it."""
    from xinheng.org.models import Department

    return Department.objects.get(code="sales2").head
