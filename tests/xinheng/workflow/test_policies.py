"""A policy's procedure run by the company: every pack's, and the whole chain of one."""

from __future__ import annotations

import pytest

from calling import PACKS
from creditpolicy.problems import Refusal
from creditpolicy.reader import open_policy
from xinheng.workflow.actions import finish_item, keeping, start
from xinheng.workflow.models import Round
from xinheng.workflow.policy_steps import from_policy, roles_named, unmapped
from xinheng.workflow.procedures import Procedure

from .conftest import MONDAY

ALL = sorted(path.name for path in PACKS.iterdir() if (path / "policy.yaml").exists())


def _policy(pack: str):
    policy = open_policy(pack).policy
    assert policy is not None
    return policy


@pytest.mark.parametrize("pack", ALL)
def test_every_packs_procedure_can_be_run_once_its_roles_are_filled(company, pack):
    policy = _policy(pack)
    if policy.procedure is None or not policy.procedure.steps:
        with pytest.raises(Refusal, match="没有写流程"):
            from_policy(policy)
        return
    missing = unmapped(policy)
    if missing:
        with pytest.raises(Refusal, match="角色对照"):
            from_policy(policy)
    for role in missing:
        keeping.map_role(role, by=company.security_admin, on=MONDAY, policy=policy.policy, role="marketing_manager")
    procedure = from_policy(policy)
    assert [step.key for step in procedure.steps] == [step.step for step in policy.procedure.steps]
    assert all(step.role or step.person for step in procedure.steps)
    assert Procedure.from_plan(procedure.plan()) == procedure
    assert not unmapped(policy)


def test_the_whole_chain_of_one_policy(company, asked, task, monkeypatch):
    policy = _policy("credit-standing")
    assert {"marketing_centre", "other_departments"} <= set(roles_named(policy))
    for role, filler in (("marketing_centre", "marketing_manager"), ("other_departments", "customer_service")):
        keeping.map_role(role, by=company.credit_group, on=MONDAY, role=filler)
    facts = {"rating_kind = '修正'": False}
    special = str(policy.procedure.special.when)
    monkeypatch.setattr(type(asked), "holds", lambda _self, text: {**facts, special: True}[text])
    round = start(
        asked, from_policy(policy), by=company.sales_engineer, on=MONDAY, title="首次评估", about=company.ours
    )
    chain = (
        ("collect", ("sales_engineer", "customer_service"), "done"),
        ("score", ("sales_engineer",), "done"),
        ("check", ("commerce_specialist",), "agree"),
        ("meeting", ("commerce_specialist", "sales_engineer", "marketing_manager", "finance"), "done"),
        ("review", ("marketing_manager",), "agree"),
        ("supervise", ("finance",), "agree"),
        ("approve", ("deputy_gm",), "agree"),
        ("approve_special", ("general_manager",), "agree"),
        ("notify", ("commerce_specialist", "sales_engineer", "finance"), "done"),
        ("file", ("commerce_specialist",), "done"),
    )
    for step, people, outcome in chain:
        for role in people:
            item = round.items.get(step=step, role=role, state="open")
            finish_item(item, by=getattr(company, role), on=MONDAY, outcome=outcome, remarks="意见")
    found = Round.objects.get(pk=round.pk)
    assert (found.state, found.is_special) == ("agreed", True)
    assert {item.step for item in found.items.filter(state="skipped")} == {"apply_correction", "approve_correction"}
    assert found.items.get(step="check").clause.startswith("第三条")


def test_an_administrator_fills_no_role_of_a_policy(company):
    for told in ({"role": "system_admin"}, {"person": company.audit_admin}, {}, {"role": "x"}):
        with pytest.raises(Refusal):
            keeping.map_role("marketing_centre", by=company.security_admin, on=MONDAY, **told)
