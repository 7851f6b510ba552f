"""A round: step after step, return, refuse, withdraw, skip, special cases."""

from __future__ import annotations

import pytest

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.workflow.actions import finish_item, start
from xinheng.workflow.queries import counts, items_for

from .conftest import CHAIN, MONDAY, PLAIN, TUESDAY


def test_a_round_opens_its_first_step_with_its_day(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅", about=company.ours)
    item = task(round)
    assert (item.role, item.due_on.isoformat(), item.clause) == ("finance", "2026-03-04", "三.1")
    assert item.about == company.ours
    assert list(items_for(company.finance, MONDAY)) == [item]
    assert not items_for(company.risk, MONDAY).exists()
    assert counts(company.finance, MONDAY).open == 1
    assert counts(company.sales, MONDAY).started == 1


def test_the_subject_is_told_each_step_and_the_end(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    finish_item(task(round), by=company.finance, on=TUESDAY, outcome="agree", remarks="可以")
    asked.refresh_from_db()
    assert asked.heard == ["approve:agree", "Round:agreed"]
    round.refresh_from_db()
    assert round.state == "agreed"
    assert list(Entry.objects.order_by("id").values_list("act", flat=True)) == ["workflow.start", "workflow.agree"]


def test_steps_come_one_after_another_and_those_that_do_not_apply_are_left_out(company, asked, task):
    round = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    for person, outcome in (
        (company.sales_engineer, "done"),
        (company.commerce_specialist, "agree"),
        (company.marketing_manager, "agree"),
        (company.deputy_gm, "agree"),
        (company.commerce_specialist, "done"),
    ):
        finish_item(task(round), by=person, on=MONDAY, outcome=outcome)
    round.refresh_from_db()
    assert round.state == "agreed"
    assert round.items.get(step="special").state == "skipped"


def test_a_second_round_waits_for_the_first(company, asked):
    start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    with pytest.raises(Refusal, match="已有一轮"):
        start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
