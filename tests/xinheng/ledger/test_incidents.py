"""An incident reported by mistake is withdrawn: kept and shown, and counted no more from that day on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.ledger import actions, queries
from xinheng.ledger.models import Incident

DAY = date(2026, 3, 2)


@pytest.fixture
def reported(company) -> Incident:
    return actions.report_incident(
        company.ours, kind="lawsuit", happened_on=DAY, detail="同名企业被诉", by=company.sales, number="A1", on=DAY
    )


def counted(company, on: date) -> list[str]:
    return [row["number"] for row in queries.dealing_tables([company.ours.pk], on=on)["events"].to_pylist()]


def test_it_counts_up_to_the_day_on_which_it_was_withdrawn(company, reported):
    later = DAY + timedelta(5)
    actions.withdraw_incident(reported, by=company.risk, on=later, why="查明是同名企业")
    assert counted(company, later - timedelta(1)) == ["A1"], "what was known then stays as it was"
    assert counted(company, later) == []
    line = Entry.objects.get(act="ledger.withdraw_incident")
    assert (line.why, line.actor_id) == ("查明是同名企业", company.risk.pk)
    with pytest.raises(Refusal, match="已在 2026-03-07 撤销"):
        actions.withdraw_incident(reported, by=company.risk, on=later, why="再来一次")
    again = actions.report_incident(
        company.ours, kind="lawsuit", happened_on=DAY, detail="另一件", by=company.sales, number="A1", on=later
    )
    assert counted(company, later) == [again.number]


def test_not_without_a_reason_nor_by_whoever_may_not(company, reported):
    for person, why, said in (
        (company.risk, " ", "请写明原因"),
        (company.sales, "录错", "不能办理"),
        (company.stranger, "录错", "不能办理"),
    ):
        with pytest.raises(Refusal, match=said):
            actions.withdraw_incident(reported, by=person, on=DAY, why=why)
    company.ours.owner = company.risk
    company.ours.save()
    with pytest.raises(Refusal, match="自己客户的事件"):
        actions.withdraw_incident(reported, by=company.risk, on=DAY, why="录错")
    reported.refresh_from_db()
    assert reported.reversed_on is None


def test_it_is_withdrawn_on_a_page_and_still_shown(company, reported, client):
    dealings, address = f"/customers/{company.ours.pk}/dealings/", f"/incidents/{reported.pk}/withdraw/"
    client.force_login(company.sales)
    assert address not in client.get(dealings).content.decode()
    assert client.post(address, {"why": "录错"}).status_code == 403
    client.force_login(company.risk)
    assert address in client.get(dealings).content.decode()
    assert "从今天起生效" in client.get(address).content.decode()
    assert client.post(address, {"why": "查明是同名企业"}).status_code == 302
    shown = client.get(dealings).content.decode()
    assert "同名企业被诉" in shown
    assert "已撤销" in shown
    assert "查明是同名企业" in shown
    assert address not in shown
    reported.refresh_from_db()
    assert reported.reversed_on == timezone.localdate()
