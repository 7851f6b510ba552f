"""A round: step after step, return, refuse, withdraw, skip, special cases, co-signers, nobody there."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from company import found_company, person
from creditpolicy.problems import Refusal
from deciding.models import Request
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.org.models import Appointment
from xinheng.workflow.actions import (
    add_cosigner,
    assign_item,
    cancel_item,
    cancel_round,
    copy_item,
    finish_item,
    mark_special,
    open_item,
    remind,
    settle_items,
    start,
    transfer_item,
    withdraw,
)  # fmt: skip
from xinheng.workflow.models import Item, Notice, Round
from xinheng.workflow.procedures import STARTER, Procedure, Step
from xinheng.workflow.queries import copied_to, counts, items_for, items_of, open_round, rounds_of

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


def _through(company: Any, round: Round, *who: tuple[str, str]) -> None:
    for name, outcome in who:
        item = round.items.exclude(kind="read").get(state="open")
        finish_item(item, by=getattr(company, name), on=MONDAY, outcome=outcome, remarks="意见")


TO_REVIEW = (("sales_engineer", "done"), ("commerce_specialist", "agree"))
TO_END = (("marketing_manager", "agree"), ("deputy_gm", "agree"), ("commerce_specialist", "done"))


def test_steps_come_one_after_another_and_those_that_do_not_apply_are_left_out(company, asked):
    round = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    _through(company, round, *TO_REVIEW, *TO_END)
    round.refresh_from_db()
    assert round.state == "agreed"
    assert round.items.get(step="special").state == "skipped"


def test_a_special_case_takes_one_step_more(company, asked):
    asked.amount = 500
    asked.save()
    round = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    _through(company, round, *TO_REVIEW, *TO_END[:2], ("general_manager", "agree"), TO_END[2])
    round.refresh_from_db()
    assert (round.state, round.is_special) == ("agreed", True)


def test_people_may_declare_a_case_special_once_and_with_a_reason(company, asked, task):
    round = start(asked, replace(CHAIN, special_when=""), by=company.sales, on=MONDAY, title="评级")
    with pytest.raises(Refusal, match="为什么"):
        mark_special(round, by=company.commerce_specialist, on=MONDAY, why=" ")
    mark_special(round, by=company.commerce_specialist, on=MONDAY, why="总经理交办")
    with pytest.raises(Refusal, match="已经是"):
        mark_special(round, by=company.commerce_specialist, on=MONDAY, why="再来")
    _through(company, round, *TO_REVIEW, *TO_END[:2])
    assert task(round).step == "special"


def test_low_risk_skips_a_step_with_its_reason_and_clause_in_the_record(company, asked, task):
    asked.amount = 5
    asked.save()
    steps = (
        replace(PLAIN.steps[0], skip_when="small", skip_why="10 万元以下免财务审批", clause="五.2"),
        CHAIN.steps[5],
    )
    round = start(asked, Procedure("low", steps), by=company.sales, on=MONDAY, title="小额")
    skipped = round.items.get(state="skipped")
    assert (skipped.step, skipped.remarks, skipped.handled_by) == ("approve", "10 万元以下免财务审批", None)
    line = Entry.objects.get(act="workflow.skip")
    assert (line.clause, line.actor_name) == ("五.2", "系统")
    assert task(round).step == "file"


def test_a_return_goes_to_the_same_person_and_all_later_steps_are_taken_again(company, asked, task):
    other = person(company, "王工程", "engineer2", "sales_engineer", "sales1")
    round = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    finish_item(task(round), by=other, on=MONDAY, outcome="done")
    _through(company, round, TO_REVIEW[1])
    with pytest.raises(Refusal, match="理由"):
        finish_item(task(round), by=company.marketing_manager, on=MONDAY, outcome="return", remarks="")
    finish_item(task(round), by=company.marketing_manager, on=MONDAY, outcome="return", remarks="第 3 项不对")
    again = task(round)
    assert (again.step, again.person) == ("score", other)
    assert not items_for(company.sales_engineer, MONDAY).exists()
    finish_item(again, by=other, on=MONDAY, outcome="done")
    assert task(round).step == "check"
    assert round.items.filter(step="check").count() == 2


def test_a_return_goes_to_the_step_that_is_chosen_but_never_forward(company, asked, task):
    round = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    _through(company, round, *TO_REVIEW)
    for wrong in ("approve", "review", "nowhere"):
        with pytest.raises(Refusal, match="只能退回到前面"):
            finish_item(
                task(round), by=company.marketing_manager, on=MONDAY, outcome="return", remarks="x", return_to=wrong
            )
    finish_item(task(round), by=company.marketing_manager, on=MONDAY, outcome="return", remarks="x", return_to="check")
    assert task(round).step == "check"


def test_a_return_to_the_starter_lets_him_correct_and_hand_in_again(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    finish_item(task(round), by=company.finance, on=MONDAY, outcome="return", remarks="少一页", return_to=STARTER)
    correct = task(round)
    assert (correct.act, correct.person) == ("correct", company.sales)
    assert "少一页" in correct.note
    asked.amount = 60
    asked.last_edited_by = company.sales
    asked.save()
    finish_item(correct, by=company.sales, on=TUESDAY, outcome="done", remarks="已补")
    finish_item(task(round), by=company.finance, on=TUESDAY, outcome="agree")
    round.refresh_from_db()
    assert round.state == "agreed"


def test_what_was_edited_after_handing_in_can_be_returned_but_not_agreed(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    Request.objects.filter(pk=asked.pk).update(amount=9_999)
    with pytest.raises(Refusal, match="改过"):
        finish_item(task(round), by=company.finance, on=MONDAY, outcome="agree")
    finish_item(task(round), by=company.finance, on=MONDAY, outcome="return", remarks="改过了, 重报")
    assert task(round).act == "correct"


def test_a_refusal_ends_the_round_and_calls_the_rest_off(company, asked):
    steps = (Step("approve", "批准", role="finance", with_roles=("risk", "legal")), CHAIN.steps[5])
    round = start(asked, Procedure("many", steps), by=company.sales, on=MONDAY, title="借阅")
    finish_item(round.items.get(role="risk"), by=company.risk, on=MONDAY, outcome="refuse", remarks="风险太大")
    round.refresh_from_db()
    asked.refresh_from_db()
    assert round.state == "refused"
    assert sorted(round.items.values_list("state", flat=True)) == ["cancelled", "cancelled", "done"]
    assert asked.heard == ["approve:refuse", "Round:refused"]
    assert not items_for(company.finance, MONDAY).exists()


def test_a_step_with_several_waits_for_all_of_them(company, asked, task):
    steps = (
        Step("approve", "会签", role="finance", with_roles=("risk",), with_people=(company.legal.pk,)),
        CHAIN.steps[5],
    )
    round = start(asked, Procedure("many", steps), by=company.sales, on=MONDAY, title="借阅")
    for role, one in (("risk", company.risk), ("finance", company.finance)):
        finish_item(round.items.get(role=role), by=one, on=MONDAY, outcome="agree")
        assert round.items.filter(step="file").count() == 0
    finish_item(round.items.get(person=company.legal), by=company.legal, on=MONDAY, outcome="agree")
    assert task(round).step == "file"


def test_a_second_round_waits_for_the_first_and_is_kept_apart(company, asked, task):
    first = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    with pytest.raises(Refusal, match="已有一轮"):
        start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    finish_item(task(first), by=company.finance, on=MONDAY, outcome="refuse", remarks="不行")
    second = start(asked, PLAIN, by=company.sales, on=MONDAY, title="再借")
    assert (first.number, second.number) == (1, 2)
    assert open_round(asked, "plain") == second
    assert list(rounds_of(asked)) == [second, first]
    assert items_of(asked).count() == 2


def test_a_round_is_withdrawn_by_its_starter_before_anybody_decided(company, asked, task):
    round = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    with pytest.raises(Refusal, match="只有发起人"):
        withdraw(round, by=company.finance, on=MONDAY)
    _through(company, round, TO_REVIEW[0])
    withdraw(round, by=company.sales, on=MONDAY, why="填错")
    asked.refresh_from_db()
    assert asked.heard[-1] == "Round:withdrawn"
    with pytest.raises(Refusal, match="结束"):
        withdraw(round, by=company.sales, on=MONDAY)
    again = start(asked, CHAIN, by=company.sales, on=MONDAY, title="评级")
    _through(company, again, *TO_REVIEW)
    with pytest.raises(Refusal, match="已有人审批"):
        withdraw(again, by=company.sales, on=MONDAY)


def test_a_round_whose_subject_is_gone_is_called_off(company, asked):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    cancel_round(round, by=SYSTEM, on=MONDAY, why="客户已停用")
    assert round.items.get().state == "cancelled"
    assert not items_for(company.finance, MONDAY).exists()


def test_a_transfer_goes_to_somebody_of_the_role_and_leaves_a_trace(company, asked, task):
    other = person(company, "李财务", "finance2", "finance", "finance")
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    first = task(round)
    for to, why, said in ((company.risk, "休假", "没有担任"), (other, " ", "原因"), (company.finance, "x", "已经在")):
        with pytest.raises(Refusal, match=said):
            transfer_item(first, to=to, by=company.finance, on=MONDAY, why=why)
    second = transfer_item(first, to=other, by=company.finance, on=MONDAY, why="休假")
    assert second.parent == first
    assert not items_for(company.finance, MONDAY).exists()
    assert Notice.objects.get(person=other).sort == "transfer"
    with pytest.raises(Refusal):
        finish_item(second, by=company.finance, on=MONDAY, outcome="agree")
    finish_item(second, by=other, on=MONDAY, outcome="agree")
    round.refresh_from_db()
    assert round.state == "agreed"


def test_whoever_signs_before_is_waited_for_and_only_advises(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    main = task(round)
    advice = add_cosigner(main, person=company.legal, position="before", by=company.finance, on=MONDAY, why="合同条款")
    with pytest.raises(Refusal, match="还在等 秦法务"):
        finish_item(main, by=company.finance, on=MONDAY, outcome="agree")
    finish_item(advice, by=company.legal, on=MONDAY, outcome="refuse", remarks="条款有风险")
    round.refresh_from_db()
    assert round.state == "open"
    finish_item(main, by=company.finance, on=MONDAY, outcome="agree")
    round.refresh_from_db()
    assert round.state == "agreed"


def test_whoever_signs_after_must_agree_as_well(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    main = task(round)
    after = add_cosigner(main, person=company.legal, position="after", by=company.finance, on=MONDAY, why="双签")
    assert after.state == "waiting"
    with pytest.raises(Refusal, match="轮到"):
        finish_item(after, by=company.legal, on=MONDAY, outcome="agree")
    finish_item(main, by=company.finance, on=MONDAY, outcome="agree")
    round.refresh_from_db()
    assert round.state == "open"
    finish_item(after, by=company.legal, on=MONDAY, outcome="refuse", remarks="不妥")
    round.refresh_from_db()
    assert round.state == "refused"


def test_a_copy_is_read_by_those_who_may_see_the_subject_only(company, asked, task):
    asked.hidden_from = company.legal
    asked.save()
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    with pytest.raises(Refusal, match="不能查看"):
        copy_item(task(round), to=[company.risk, company.legal], by=company.finance, on=MONDAY)
    assert not copied_to(company.risk).exists(), "all or none"
    copies = copy_item(task(round), to=[company.risk, company.risk], by=company.finance, on=MONDAY)
    assert len(copies) == counts(company.risk, MONDAY).copies == 1
    finish_item(copies[0], by=company.risk, on=MONDAY, outcome="read")
    assert counts(company.risk, MONDAY).copies == 0
    assert task(round).state == "open", "reading decides nothing"


def test_a_reminder_goes_out_once_a_day_and_from_the_starter_only(company, asked, task):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    with pytest.raises(Refusal, match="只有发起人"):
        remind(task(round), by=company.finance, on=MONDAY)
    remind(task(round), by=company.sales, on=MONDAY)
    with pytest.raises(Refusal, match="今天已经催办"):
        remind(task(round), by=company.sales, on=MONDAY)
    remind(task(round), by=company.sales, on=TUESDAY)
    assert Notice.objects.filter(person=company.finance, sort="remind").count() == 2


def test_nobody_in_the_role_sends_the_step_to_the_head_above(company, asked, task):
    Appointment.objects.filter(role="finance").delete()
    department = company.departments["sales1"]
    department.head = company.marketing_manager
    department.save()
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    item = task(round)
    assert (item.person, item.role) == (company.marketing_manager, "")
    assert "财务" in item.note
    finish_item(item, by=company.marketing_manager, on=MONDAY, outcome="agree")


def test_nobody_in_the_role_sends_the_step_to_the_role_that_stands_in(company, asked, task):
    Appointment.objects.filter(role="finance").delete()
    step = replace(PLAIN.steps[0], if_empty="role", fallback="risk")
    round = start(asked, Procedure("fallback", (step,)), by=company.sales, on=MONDAY, title="借阅")
    assert task(round).role == "risk"


def test_the_only_holder_being_the_starter_counts_as_nobody(company, asked, task):
    department = company.departments["finance"]
    asked.department = department
    asked.save()
    department.head = company.finance
    department.save()
    top = company.departments["head"]
    top.head = company.general_manager
    top.save()
    round = start(asked, PLAIN, by=company.finance, on=MONDAY, title="自己的事")
    assert task(round).person == company.general_manager, "the head is the starter himself, so it goes further up"


def test_nobody_at_all_alarms_the_security_administrator_who_gives_it_to_somebody(company, asked, task):
    Appointment.objects.filter(role="finance").delete()
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅营业执照")
    alarm = items_for(company.security_admin, MONDAY).get()
    assert alarm.act == "assign"
    assert "借阅" not in alarm.title + alarm.subject_label, "an administrator learns nothing of the business"
    for wrong in (company.sales, company.system_admin, company.risk):
        with pytest.raises(Refusal):
            assign_item(task(round), to=wrong, by=company.security_admin, on=MONDAY, why="无人")
    Appointment.objects.create(person=company.legal, role="finance", since=TUESDAY)
    with pytest.raises(Refusal, match="有人可办"):
        assign_item(task(round), to=company.legal, by=company.security_admin, on=TUESDAY, why="无人")
    with pytest.raises(Refusal):
        assign_item(task(round), to=company.legal, by=company.system_admin, on=TUESDAY, why="无人")
    finish_item(task(round), by=company.legal, on=TUESDAY, outcome="agree")
    alarm.refresh_from_db()
    assert alarm.state == "cancelled", "the alarm is over when the task is"


def test_a_field_role_is_asked_in_the_department_and_above_it(company, asked, task):
    steps = (Step("call", "电话回访", role="sales", act="visit"),)
    asked.department = company.departments["sales1"]
    asked.save()
    round = start(
        asked, Procedure("visit", steps), by=company.customer_service, on=MONDAY, title="回访", about=company.ours
    )
    item = task(round)
    assert items_for(company.sales, MONDAY).exists()
    for other in (company.junior, company.stranger):
        assert not items_for(other, MONDAY).exists()
        with pytest.raises(Refusal):
            finish_item(item, by=other, on=MONDAY, outcome="done")
    finish_item(item, by=company.sales, on=MONDAY, outcome="done")


def test_a_single_task_is_told_back_to_its_subject_and_ends_once(company, asked):
    item = open_item(
        asked, by=SYSTEM, on=MONDAY, act="reverify", title="重新核实", role="archivist", about=company.ours
    )
    with pytest.raises(Refusal, match="不能这样办理"):
        finish_item(item, by=company.archivist, on=MONDAY, outcome="agree")
    finish_item(item, by=company.archivist, on=MONDAY, outcome="done")
    asked.refresh_from_db()
    assert asked.heard == ["Item:done"]
    with pytest.raises(Refusal, match="已经结束"):
        finish_item(item, by=company.archivist, on=MONDAY, outcome="done")
    with pytest.raises(Refusal, match="已经办过"):
        cancel_item(item, by=SYSTEM, on=MONDAY, why="不用了")


def test_what_was_done_elsewhere_settles_its_tasks(company, asked):
    for number in range(2):
        open_item(asked, by=SYSTEM, on=MONDAY, act="reverify", title=f"核实 {number}", role="archivist")
    open_item(asked, by=SYSTEM, on=MONDAY, act="visit", title="走访", role="sales")
    assert settle_items(asked, act="reverify", by=company.finance, on=MONDAY, remarks="已在档案里核实") == 2
    assert settle_items(asked, act="reverify", by=company.finance, on=MONDAY) == 0
    assert Item.objects.get(state="open").act == "visit"


def test_a_subject_that_refuses_undoes_the_decision(company, asked, task, monkeypatch):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")

    def refuses(*_args: Any, **_told: Any) -> None:
        raise Refusal("额度已用完。")

    monkeypatch.setattr(Request, "on_decided", refuses)
    with pytest.raises(Refusal, match="额度已用完"):
        finish_item(task(round), by=company.finance, on=MONDAY, outcome="agree")
    round.refresh_from_db()
    assert (round.state, task(round).state) == ("open", "open")
    assert not Entry.objects.filter(act="workflow.agree").exists()


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_decide_at_once_one_does():
    company = found_company()
    others = [person(company, f"财务{n}", f"f{n}", "finance", "finance") for n in range(16)]
    subject = Request.objects.create(title="授信", amount=50, department=company.departments["sales1"])
    steps = (PLAIN.steps[0], CHAIN.steps[5])
    round = start(subject, Procedure("race", steps), by=company.sales, on=MONDAY, title="授信")
    item, gate, said = round.items.get(), threading.Barrier(16), []

    def decide(one: Any) -> None:
        try:
            gate.wait(30)
            finish_item(Item.objects.get(pk=item.pk), by=one, on=MONDAY, outcome="agree")
            said.append("done")
        except Refusal as refused:
            said.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("done") == 1, said
    assert sum("已经结束" in one for one in said) == 15
    assert round.items.filter(step="file").count() == 1
    assert Entry.objects.filter(act="workflow.agree").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_sixteen_rounds_started_at_once_one_is():
    company = found_company()
    subject = Request.objects.create(title="授信", amount=50, department=company.departments["sales1"])
    gate, said = threading.Barrier(16), []

    def begin() -> None:
        try:
            gate.wait(30)
            start(subject, PLAIN, by=company.sales, on=MONDAY, title="授信")
            said.append("done")
        except Refusal as refused:
            said.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("done") == 1, said
    assert Round.objects.count() == Item.objects.count() == 1
