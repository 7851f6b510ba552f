"""Papers: numbers that can be right, one file for one number whoever is first, verified by another hand, masked by role."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, connections

from creditpolicy.problems import Refusal
from taking_in import ON, OTHER_USCC, RESIDENT_ID, USCC, register
from xinheng.audit.models import Entry
from xinheng.audit.queries import looks_at
from xinheng.customers import actions, jobs, queries
from xinheng.customers.models import Customer, Identity, IdentityKind, Kind, Status
from xinheng.customers.numbers import checked_account, checked_number, checked_phone
from xinheng.workflow.models import Item


@pytest.fixture(scope="module")
def vectors(shared: Path) -> dict:
    return json.loads((shared / "cn_identifiers.json").read_text(encoding="utf-8"))


def test_every_published_number_that_is_right_is_accepted(vectors):
    for number in vectors["uscc_valid"]:
        assert checked_number(IdentityKind.USCC, number) == number
    for typed, normalised in vectors["uscc_normalise"]:
        assert checked_number(IdentityKind.USCC, typed) == normalised
    for number, told in vectors["ric_valid"]:
        assert checked_number(IdentityKind.RESIDENT_ID, number) == told.get("normalised", number)


def test_every_published_number_that_is_wrong_is_refused_with_its_reason(vectors):
    for kind, numbers in (
        (IdentityKind.USCC, vectors["uscc_invalid"]),
        (IdentityKind.RESIDENT_ID, vectors["ric_invalid"]),
    ):
        for number, _why in numbers:
            with pytest.raises(Refusal, match="填写有误"):
                checked_number(kind, number)


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        (IdentityKind.USCC, "9111000060003734", "应为 18 位, 填了 16 位"),
        (IdentityKind.USCC, "91110000600037341M", "校验码不对"),
        (IdentityKind.RESIDENT_ID, "360426199113010079", "出生日期或地区"),
        (IdentityKind.ORGANISATION_CODE, "600037342", "校验码不对"),
        (IdentityKind.HK_MACAO_PERMIT, "X12345678", "格式不对"),
        (IdentityKind.TAIWAN_PERMIT, "1234567", "格式不对"),
        (IdentityKind.USCC, "", "请填写"),
    ],
)
def test_a_number_that_cannot_be_is_refused_in_words(kind, number, words):
    with pytest.raises(Refusal, match=words):
        checked_number(kind, number)


def test_numbers_are_read_however_they_are_typed():
    assert checked_number(IdentityKind.USCC, " ９１１１００００ 600037341l ") == USCC
    assert checked_number(IdentityKind.RESIDENT_ID, "44011320141005001x") == "44011320141005001X"
    assert checked_number(IdentityKind.ORGANISATION_CODE, "60003734-1") == "600037341"
    assert checked_number(IdentityKind.HK_MACAO_PERMIT, "h12345678") == "H12345678"
    assert checked_phone("+86 138-1234-5678") == "13812345678"
    assert checked_phone("（０５１２）6512 3456") == "051265123456"
    assert checked_phone("  ") is None
    assert checked_account("6222 0212 3456 7890") == "6222021234567890"


@pytest.mark.parametrize("text", ["1381234567", "12345", "call me", "2381234567890"])
def test_what_is_no_phone_is_refused(text):
    with pytest.raises(Refusal, match="不像电话号码"):
        checked_phone(text)


def test_a_person_has_no_uscc_and_a_firm_no_resident_id(company):
    firm, person = register(company), register(company, name="王五", kind=Kind.PERSON)
    with pytest.raises(Refusal, match="证件只能是"):
        actions.add_identity(firm, by=company.sales, on=ON, kind=IdentityKind.RESIDENT_ID, number=RESIDENT_ID)
    with pytest.raises(Refusal, match="证件只能是"):
        actions.add_identity(person, by=company.sales, on=ON, kind=IdentityKind.USCC, number=USCC)


def test_a_birthday_to_come_is_refused(company):
    person = register(company, name="王五", kind=Kind.PERSON)
    with pytest.raises(Refusal, match="今天之后"):
        actions.add_identity(
            person, by=company.sales, on=date(1990, 1, 1), kind=IdentityKind.RESIDENT_ID, number=RESIDENT_ID
        )


def test_the_number_does_not_lie_open_in_the_database_nor_in_the_record(company):
    register(company, identity=(IdentityKind.USCC, USCC))
    with connection.cursor() as cursor:
        for table in ("customers_identity", "customers_historicalidentity"):
            cursor.execute(f"SELECT * FROM {table}")
            assert USCC not in str(cursor.fetchall())
    assert USCC not in str(list(Entry.objects.values_list("before", "after")))
    assert Entry.objects.get(act="customers.add_identity").after["number"].count("*") >= 9


def test_one_number_is_in_one_file_and_the_refusal_names_it_to_those_who_may_see_it(company):
    register(company, identity=(IdentityKind.USCC, USCC))
    with pytest.raises(Refusal, match=r"合肥庐阳机电有限公司.*KH202600001"):
        register(company, by=company.commerce_specialist, name="又一家公司", identity=(IdentityKind.USCC, USCC))
    assert Customer.objects.filter(name="又一家公司").count() == 0, "the file must not stay without its paper"


def test_to_others_the_refusal_says_whom_to_ask_and_nothing_else(company):
    register(company, identity=(IdentityKind.USCC, USCC))
    with pytest.raises(Refusal) as refused:
        register(company, by=company.stranger, name="又一家公司", identity=(IdentityKind.USCC, USCC))
    assert "朱档案" in str(refused.value)
    for secret in ("合肥", "KH2026", "销售一部"):
        assert secret not in str(refused.value)


def test_a_paper_taken_back_frees_its_number(company):
    first = register(company, identity=(IdentityKind.USCC, USCC))
    actions.withdraw_identity(first.identities.get(), by=company.sales, on=ON, why="录错了客户")
    second = register(company, name="又一家公司", identity=(IdentityKind.USCC, USCC))
    assert queries.by_identity(IdentityKind.USCC, USCC) == second


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_one_number_at_once_one_wins_and_the_other_is_told():
    from company import found_company

    company = found_company()
    ready, outcomes = threading.Barrier(8), []

    def takes_in(place: int) -> None:
        try:
            ready.wait()
            for attempt in range(3):
                number = (USCC, OTHER_USCC, "913205056082348768")[attempt]
                try:
                    register(
                        company, by=company.sales if place % 2 else company.commerce_specialist,
                        name=f"公司{place}-{attempt}", identity=(IdentityKind.USCC, number),
                        department=company.departments["sales1"],
                    )  # fmt: skip
                    outcomes.append("won")
                except Refusal as refused:
                    outcomes.append("told" if "只建一份档案" in str(refused) else str(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=takes_in, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told"] * 21 + ["won"] * 3
    assert Identity.objects.count() == 3
    made = Customer.objects.filter(number__startswith="KH2026")
    assert made.count() == 3, "who was told has left no file behind"
    assert len(set(made.values_list("number", flat=True))) == 3


def test_who_entered_a_paper_does_not_verify_it(company):
    customer = register(company, by=company.archivist, owner=company.sales, identity=(IdentityKind.USCC, USCC))
    paper = customer.identities.get()
    told = {"method": "public_register", "outcome": "matches", "evidence": "公示系统查询截图 2026-11-22"}
    with pytest.raises(Refusal, match="不能自己核实"):
        actions.verify_identity(paper, by=company.archivist, on=ON, **told)
    actions.verify_identity(paper, by=company.commerce_specialist, on=ON, **told)
    assert queries.verified(customer, ON)


@pytest.mark.parametrize("role", ["sales", "sales_engineer", "finance", "risk", "internal_audit", "security_admin"])
def test_nobody_else_verifies(company, role):
    paper = register(company, identity=(IdentityKind.USCC, USCC)).identities.get()
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.verify_identity(
            paper, by=getattr(company, role), on=ON, method="visit", outcome="matches", evidence="看过原件"
        )


def test_a_verification_needs_evidence_and_a_sound_day(company):
    paper = register(company, identity=(IdentityKind.USCC, USCC)).identities.get()
    with pytest.raises(Refusal, match="依据"):
        actions.verify_identity(paper, by=company.archivist, on=ON, method="visit", outcome="matches", evidence=" ")
    with pytest.raises(Refusal, match="不能早于今天"):
        actions.verify_identity(
            paper,
            by=company.archivist,
            on=ON,
            method="visit",
            outcome="matches",
            evidence="原件",
            valid_until=date(2020, 1, 1),
        )


def test_a_paper_that_was_found_to_differ_makes_the_customer_unverified(company):
    customer = register(company, identity=(IdentityKind.USCC, USCC))
    paper = customer.identities.get()
    told = {"by": company.archivist, "on": ON, "method": "visit", "evidence": "原件"}
    actions.verify_identity(paper, outcome="matches", valid_until=date(2027, 11, 22), **told)
    assert queries.verified(customer, ON)
    assert not queries.verified(customer, date(2027, 11, 23))
    actions.verify_identity(paper, outcome="differs", **told)
    assert not queries.verified(customer, ON)


def test_a_verification_that_runs_out_becomes_one_task_which_verifying_ends(company):
    customer = register(company, identity=(IdentityKind.USCC, USCC))
    Customer.objects.filter(pk=customer.pk).update(status=Status.FILED)
    paper = customer.identities.get()
    told = {"by": company.archivist, "method": "visit", "outcome": "matches", "evidence": "原件"}
    actions.verify_identity(paper, on=ON, valid_until=date(2026, 12, 10), **told)
    jobs.daily(on=ON)
    jobs.daily(on=ON)
    task = Item.objects.get(act="reverify")
    assert (task.role, task.due_on, task.about) == ("archivist", date(2026, 12, 10), customer)
    actions.verify_identity(paper, on=date(2026, 12, 1), valid_until=date(2027, 12, 1), **told)
    task.refresh_from_db()
    assert task.state == "done"
    jobs.daily(on=date(2026, 12, 1))
    assert Item.objects.filter(act="reverify").count() == 1


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("archivist", True), ("commerce_specialist", True), ("finance", True), ("risk", True), ("credit_group", True),
        ("legal", True), ("internal_audit", True), ("sales", False), ("sales_engineer", False),
        ("customer_service", False), ("marketing_manager", False), ("general_manager", False),
        ("system_admin", False), ("security_admin", False), ("audit_admin", False), ("stranger", False),
    ],
)  # fmt: skip
def test_the_whole_number_is_for_some_roles_and_every_look_is_recorded(company, role, may):
    customer = register(company, identity=(IdentityKind.USCC, USCC))
    paper = customer.identities.get()
    if not may:
        with pytest.raises(Refusal):
            actions.show_identity(paper, by=getattr(company, role), why="签订合同核对")
        assert not looks_at(customer).exists()
        return
    assert actions.show_identity(paper, by=getattr(company, role), why="签订合同核对") == USCC
    look = looks_at(customer).get()
    assert (look.act, look.actor_id, look.why) == ("customers.show_identity", getattr(company, role).pk, "签订合同核对")


def test_a_look_without_a_reason_is_refused_and_shows_nothing(company):
    paper = register(company, identity=(IdentityKind.USCC, USCC)).identities.get()
    for why in ("", "  ", "看看"):
        with pytest.raises(Refusal, match="用途"):
            actions.show_identity(paper, by=company.archivist, why=why)
