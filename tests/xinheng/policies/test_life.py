"""The life of a version: drafted, edited, handed in, returned, approved, published, replaced."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from importlib.resources import files

import pytest
from django.db import IntegrityError, transaction

from company import Company
from creditpolicy.problems import Refusal
from policies import agree_to_all, approve, fill_roles, open_item_of, publish, published
from xinheng.audit.models import Entry
from xinheng.customers.models import CardField
from xinheng.org.models import Appointment
from xinheng.org.roles import Role
from xinheng.policies import actions, jobs
from xinheng.policies.actions.publishing import readers_of
from xinheng.policies.models import Policy, Stage, Version
from xinheng.policies.queries import findings, in_force, main_version, policy_of, version_in_force
from xinheng.workflow.actions import finish_item, withdraw
from xinheng.workflow.models import Item, Notice, Round
from xinheng.workflow.procedures import STARTER

ON = date(2026, 3, 2)
PACK = files("creditpolicy") / "packs" / "leasing" / "policy.yaml"
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


def test_nobody_approves_what_he_drafted_or_edited_last(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    fill_roles(company, draft, on=ON)
    draft = actions.edit_text(draft, draft.text + "# 财务核对\n", edition=1, by=company.finance, on=ON)
    round = actions.submit_version(draft, by=company.risk, on=ON)
    item = open_item_of(round)
    assert item is not None
    assert item.role == "finance"
    with pytest.raises(Refusal, match=r"最后修改|起草或修改"):
        finish_item(item, by=company.finance, on=ON, outcome="agree")
    assert draft.forbidden_handlers(item).keys() == {company.risk.pk, company.finance.pk}


def test_one_hand_does_not_take_two_steps_of_an_approval(company: Company) -> None:
    Appointment.objects.create(person=company.finance, role=Role.GENERAL_MANAGER, since=ON - timedelta(days=9))
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    fill_roles(company, draft, on=ON)
    round = actions.submit_version(draft, by=company.risk, on=ON)
    finish_item(_next(round), by=company.finance, on=ON, outcome="agree")
    with pytest.raises(Refusal):
        finish_item(_next(round), by=company.finance, on=ON, outcome="agree")
    finish_item(_next(round), by=company.general_manager, on=ON, outcome="agree")
    draft.refresh_from_db()
    assert draft.stage == Stage.APPROVED


def test_the_policy_itself_says_who_proposes_and_who_decides(company: Company) -> None:
    draft = actions.create_draft_from_pack("auto-dealer", by=company.risk, on=ON)
    round = actions.submit_version(draft, by=company.risk, on=ON)
    assert [(step.role, step.act) for step in round.steps()] == [("credit_group", "check"), ("deputy_gm", "approve")]
    other = actions.create_draft_from_pack("sales-credit", by=company.risk, on=ON)
    with pytest.raises(Refusal, match="公司管理层"):
        actions.submit_version(other, by=company.risk, on=ON)
    fill_roles(company, other, on=ON)
    assert [step.role for step in actions.submit_version(other, by=company.risk, on=ON).steps()] == ["general_manager"]


def test_who_may_propose_need_not_agree_to_his_own_proposal(company: Company) -> None:
    draft = actions.create_draft_from_pack("auto-dealer", by=company.credit_group, on=ON)
    round = actions.submit_version(draft, by=company.credit_group, on=ON)
    assert [step.role for step in round.steps()] == ["deputy_gm"]


def test_a_draft_with_faults_is_saved_but_not_handed_in(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    wrong = draft.text.replace("grade: A\n", "grade: C\n", 1)
    assert wrong != draft.text
    draft = actions.edit_text(draft, wrong, edition=1, by=company.risk, on=ON)
    with pytest.raises(Refusal) as refused:
        actions.submit_version(draft, by=company.risk, on=ON)
    assert {problem.where.line for problem in refused.value.problems} <= {
        problem.where.line for problem in findings(draft)
    }
    assert refused.value.problems
    broken = actions.edit_text(draft, "policy: leasing\n  version: [", edition=2, by=company.risk, on=ON)
    assert broken.number == "1.0"
    assert broken.stage == Stage.DRAFT


def test_two_who_edit_at_once_notice_each_other(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    actions.edit_text(draft, draft.text + "# 一\n", edition=1, by=company.finance, on=ON)
    with pytest.raises(Refusal, match="钱财务"):
        actions.edit_text(draft, draft.text + "# 二\n", edition=1, by=company.risk, on=ON)
    draft.refresh_from_db()
    assert draft.text.endswith("# 一\n")


def test_a_draft_keeps_its_policy_its_line_ends_and_every_byte(company: Company) -> None:
    text = PACK.read_bytes().decode()
    draft = actions.create_draft_from_text(text.replace("\n", "\r\n").encode(), by=company.risk, on=ON, file="a.yaml")
    assert draft.text == text.replace("\n", "\r\n")
    assert draft.sha256 == hashlib.sha256(text.replace("\n", "\r\n").encode()).hexdigest()
    with pytest.raises(Refusal, match="不能由"):
        actions.edit_text(draft, text.replace("policy: leasing", "policy: other"), edition=1, by=company.risk, on=ON)
    draft = actions.edit_text(draft, text, edition=1, by=company.risk, on=ON)
    assert draft.text.count("\r\n") == text.count("\n")
    for bad in (b"\xff\xfe", b"policy: leasing\0", b"x: 1", b"", b"policy: 1.0\nversion: x\n"):
        with pytest.raises(Refusal):
            actions.create_draft_from_text(bad, by=company.risk, on=ON)


def test_a_copy_differs_in_its_number_alone(company: Company) -> None:
    first = published(company, "leasing", on=ON)
    copy = actions.create_draft_from_version(first, by=company.risk, on=ON)
    assert copy.number == "1.1"
    before, after = first.text.splitlines(), copy.text.splitlines()
    assert [(one, other) for one, other in zip(before, after, strict=True) if one != other] == [
        ('version: "1.0"', 'version: "1.1"')
    ]
    assert findings(copy) == findings(first)


def test_one_version_of_a_policy_is_on_its_way_at_a_time(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    with pytest.raises(Refusal, match="在办理中"):
        actions.create_draft_from_pack("leasing", by=company.finance, on=ON)
    actions.discard_draft(draft, by=company.risk, on=ON, why="重来")
    again = actions.create_draft_from_pack("leasing", by=company.finance, on=ON)
    assert again.number == draft.number
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.create(
            policy=again.policy, number="7", text="", sha256="", origin=Version.Origin.FILE, stage=Stage.APPROVED
        )


def test_a_version_is_in_force_from_its_day_to_the_day_before_the_next(company: Company) -> None:
    assert version_in_force("leasing", ON) is None
    first = published(company, "leasing", on=ON)
    second = published(company, "leasing", on=ON + timedelta(days=10), from_day=ON + timedelta(days=20))
    first.refresh_from_db()
    assert first.in_force_until == second.in_force_from == ON + timedelta(days=20)
    days = {-1: None, 0: first, 1: first, 10: first, 19: first, 20: second, 21: second, 4000: second}
    for after, expected in days.items():
        day = ON + timedelta(days=after)
        assert version_in_force("leasing", day) == expected, after
        assert main_version(day) == expected
        assert in_force(day).count() == (expected is not None)


def test_the_day_of_publication_is_not_in_the_past_and_after_the_one_before(company: Company) -> None:
    early = published(company, "leasing", on=ON, from_day=ON - timedelta(days=700))
    assert version_in_force("leasing", ON - timedelta(days=700)) == early
    second = approve(company, actions.create_draft_from_version(early, by=company.risk, on=ON), on=ON)
    for wrong in (ON - timedelta(days=1), ON - timedelta(days=700), ON - timedelta(days=900)):
        with pytest.raises(Refusal):
            actions.publish_version(second, wrong, by=company.credit_group, on=ON)
    actions.publish_version(second, ON, by=company.credit_group, on=ON)
    third = approve(company, actions.create_draft_from_version(second, by=company.risk, on=ON), on=ON)
    with pytest.raises(Refusal, match="之后"):
        actions.publish_version(third, ON, by=company.credit_group, on=ON)


def test_nothing_is_published_while_a_role_has_nobody(company: Company) -> None:
    draft = actions.create_draft_from_pack("credit-standing", by=company.risk, on=ON)
    agree_to_all(actions.submit_version(draft, by=company.risk, on=ON), on=ON)
    with pytest.raises(Refusal, match=r"其他部门.*营销中心管理人员"):
        actions.publish_version(draft, ON, by=company.credit_group, on=ON)
    fill_roles(company, draft, on=ON)
    actions.publish_version(draft, ON, by=company.credit_group, on=ON)
    assert CardField.objects.filter(code__startswith="credit-standing.").exists()


def test_publication_is_for_those_who_may(company: Company) -> None:
    draft = approve(company, actions.create_draft_from_pack("leasing", by=company.risk, on=ON), on=ON)
    for person in (company.sales, company.risk, company.internal_audit, company.system_admin):
        with pytest.raises(Refusal, match="角色"):
            actions.publish_version(draft, ON, by=person, on=ON)
    with pytest.raises(Refusal, match="角色"):
        actions.create_draft_from_pack("auto-dealer", by=company.sales, on=ON)


def test_the_departments_are_told_and_who_has_not_read_is_reminded_once_a_day(company: Company) -> None:
    head = company.departments["sales2"]
    head.head = company.stranger
    head.save()
    version = published(company, "auto-dealer", on=ON)
    items = readers_of(version)
    told = {item.person for item in items}
    assert {company.stranger, company.sales, company.finance, company.risk} <= told
    assert company.credit_group not in told
    his = next(item for item in items if item.person == company.stranger)
    finish_item(his, by=company.stranger, on=ON, outcome="read")
    waiting = [item for item in readers_of(version) if item.state == "open"]
    assert len(waiting) == len(items) - 1
    assert actions.remind_readers(version, by=company.credit_group, on=ON) == len(waiting)
    with pytest.raises(Refusal, match="今天已经催过"):
        actions.remind_readers(version, by=company.credit_group, on=ON)


def test_who_is_late_with_reading_is_reminded_by_itself_every_few_days(company: Company) -> None:
    version = published(company, "auto-dealer", on=ON)
    due = max(item.due_on for item in readers_of(version) if item.due_on is not None)
    jobs.daily(on=due)
    assert not Notice.objects.filter(sort="remind").exists()
    counts = []
    for days in range(1, 8):
        jobs.daily(on=due + timedelta(days=days))
        jobs.daily(on=due + timedelta(days=days))
        counts.append(Notice.objects.filter(sort="remind").count() / len(readers_of(version)))
    assert counts == [1, 1, 1, 2, 2, 2, 3]


@pytest.mark.parametrize("ending", ["refuse", "withdraw", "discard"])
def test_a_version_that_is_not_approved_is_a_draft_again_or_given_up(company: Company, ending: str) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    fill_roles(company, draft, on=ON)
    round = actions.submit_version(draft, by=company.risk, on=ON)
    if ending == "refuse":
        finish_item(_next(round), by=company.finance, on=ON, outcome="refuse", remarks="时机不对")
    elif ending == "withdraw":
        withdraw(round, by=company.risk, on=ON, why="再想想")
    else:
        with pytest.raises(Refusal, match="不能放弃"):
            actions.discard_draft(draft, by=company.risk, on=ON, why="算了")
        finish_item(_next(round), by=company.finance, on=ON, outcome="return", remarks="改", return_to=STARTER)
        actions.discard_draft(draft, by=company.risk, on=ON, why="算了")
    draft.refresh_from_db()
    round.refresh_from_db()
    assert draft.stage == (Stage.DISCARDED if ending == "discard" else Stage.DRAFT)
    assert round.state != "open"
    assert not round.items.filter(state="open").exists()
    if ending != "discard":
        assert actions.submit_version(draft, by=company.risk, on=ON).number == 2


def test_the_main_policy_is_one_and_changes_with_a_reason(company: Company) -> None:
    first = published(company, "leasing", on=ON).policy
    second = published(company, "auto-dealer", on=ON).policy
    first.refresh_from_db()
    assert first.is_main
    assert not Policy.objects.get(pk=second.pk).is_main
    with pytest.raises(Refusal, match="为什么"):
        actions.make_main(second, by=company.deputy_gm, on=ON, why=" ")
    actions.make_main(second, by=company.deputy_gm, on=ON, why="业务转型")
    assert [policy.key for policy in Policy.objects.filter(is_main=True)] == ["auto-dealer"]
    assert main_version(ON).policy == second  # type: ignore[union-attr]


def test_remarks_are_answered_by_others_and_once(company: Company) -> None:
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    said = actions.comment(draft, "B 级下线偏高", by=company.sales, on=ON, path="grades.1", clause="四.2")
    own = actions.comment(draft, "我自己也看看", by=company.risk, on=ON)
    with pytest.raises(Refusal, match="理由"):
        actions.answer(said, "", is_adopted=False, by=company.risk, on=ON)
    assert actions.answer(said, "下一版考虑", is_adopted=False, by=company.risk, on=ON).is_adopted is False
    with pytest.raises(Refusal, match="已由"):
        actions.answer(said, "", is_adopted=True, by=company.finance, on=ON)
    with pytest.raises(Refusal, match="他人"):
        actions.answer(own, "", is_adopted=True, by=company.risk, on=ON)
    done = publish(company, draft, on=ON)
    with pytest.raises(Refusal, match="不再收意见"):
        actions.comment(done, "晚了", by=company.sales, on=ON)


def _next(round: Round) -> Item:
    item = open_item_of(round)
    assert item is not None
    return item
