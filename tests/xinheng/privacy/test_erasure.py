"""Export, hold, and erasure of one person: by four eyes, of everything, proven in the bytes of the database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction

import persons
from creditpolicy.problems import Refusal
from opening_zips import opened
from persons import ON, TRACES, person_with_everything
from raw_bytes import OTHERS, table_bytes
from xinheng.audit.models import Entry
from xinheng.customers.actions.files import edit_customer
from xinheng.customers.models import Customer, Identity
from xinheng.papers import actions as papers
from xinheng.papers.models import Paper, PaperVersion
from xinheng.privacy import actions, reach, storage
from xinheng.privacy.models import Erasure, Hold, SubjectRequest
from xinheng.privacy.storage import clean_pending
from xinheng.vault import files
from xinheng.workflow.actions import finish_item
from xinheng.workflow.queries import items_for

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PASSWORD = "very-long-secret"
TESTS = Path(__file__).resolve().parents[2]


@pytest.fixture
def person(company) -> Customer:
    return person_with_everything(company)


def asked(company, customer: Customer, kind: str = "erasure", by=None) -> SubjectRequest:
    return actions.receive_request(
        customer, by=by or company.sales, on=ON, kind=kind, details="请删除我的资料", proven_by="本人持身份证到场"
    )


def erased(company, customer: Customer) -> SubjectRequest:
    request = asked(company, customer)
    actions.propose_erasure(request, by=company.legal, on=ON, why="合同已结清五年")
    return actions.approve_erasure(request, by=company.deputy_gm, on=ON)


def test_a_request_is_answered_within_fifteen_working_days(company, person):
    request = asked(company, person)
    assert request.due_on == date(2026, 3, 23)
    item = items_for(company.legal, ON).get(act="answer")
    assert item.due_on == request.due_on
    with pytest.raises(Refusal, match="写明答复"):
        finish_item(item, by=company.legal, on=ON, outcome="done")


def test_a_request_needs_proof_that_it_is_he(company, person):
    with pytest.raises(Refusal, match="身份"):
        actions.receive_request(person, by=company.sales, on=ON, kind="access", details="要一份", proven_by=" ")


def test_an_answer_ends_the_task(company, person):
    request = asked(company, person, "correction")
    done = actions.answer_request(request, by=company.legal, on=ON, answer="已更正电话", is_granted=True)
    assert done.state == "done"
    assert not items_for(company.legal, ON).exists()
    with pytest.raises(Refusal, match="已办结"):
        actions.answer_request(request, by=company.legal, on=ON, answer="再答", is_granted=True)


def test_an_export_holds_everything_and_opens_with_its_password_only(company, person):
    content = actions.export_person(
        person, by=company.legal, on=ON, at=AT, why="查阅请求 1", password=PASSWORD, with_papers=True
    )
    for trace in TRACES:
        assert trace.encode() not in content
    found = opened(content, PASSWORD)
    told = found["个人信息.json"].decode()
    for trace in (persons.NAME, persons.MOTHER, persons.PHONE, persons.EMAIL, persons.ADDRESS, persons.RESIDENT_ID,
                  persons.ACCOUNT, persons.REMARK, "无踪制造厂", "已婚无踪", "WZ-1"):  # fmt: skip
        assert trace in told, trace
    assert "历史" in told
    assert persons.CONTENT in found.values()
    assert json.loads(told)
    line = Entry.objects.get(act="privacy.export")
    assert line.is_look
    assert line.after["customers"] == [person.pk]


def test_an_export_tells_nothing_of_anybody_else(company, person):
    content = actions.export_person(company.ours, by=company.legal, on=ON, at=AT, why="查阅", password=PASSWORD)
    told = opened(content, PASSWORD)["个人信息.json"].decode()
    for trace in (persons.MOTHER, persons.PHONE, company.theirs.name):
        assert trace not in told


def test_nobody_but_legal_exports(company, person):
    for one in (company.sales, company.archivist, company.general_manager, company.system_admin, company.stranger):
        with pytest.raises(Refusal):
            actions.export_person(person, by=one, on=ON, at=AT, why="看看", password=PASSWORD)


def test_erasure_leaves_numbers_alone(company, person):
    paper = Paper.objects.get(customer=person)
    stored = [version.stored_as for version in paper.versions.all()]
    request = erased(company, person)
    assert request.state == "done"
    person.refresh_from_db()
    assert (person.name, person.status, person.remarks) == ("已删除的个人", "closed", "")
    assert not Identity.objects.filter(customer=person).exists()
    assert not person.contacts.exists()
    paper.refresh_from_db()
    assert (paper.title, paper.number, paper.state) == ("", "", "erased")
    assert stored
    erasure = Erasure.objects.get()
    assert erasure.files == len(stored)
    assert erasure.rows > 10


@pytest.mark.django_db(transaction=True)
def test_the_files_are_gone_once_the_erasure_is_kept():
    from company import found_company

    company = found_company()
    person = person_with_everything(company)
    stored = [version.stored_as for version in PaperVersion.objects.all()]
    assert all(files.path_of(name).exists() for name in stored)
    erased(company, person)
    assert not any(files.path_of(name).exists() for name in stored)


def test_no_text_of_the_person_is_left_in_any_table(company, person):
    company_names = company.ours.name
    asked(company, person, "access")
    erased(company, person)
    left = _every_cell()
    for trace in TRACES:
        assert trace not in left, _where(trace)
    assert company_names in left


def _every_cell() -> str:
    return "\n".join(text for _table, text in _cells())


def _where(trace: str) -> str:
    return ", ".join(f"{table}: {text[:200]}" for table, text in _cells() if trace in text)


def _cells() -> list[tuple[str, str]]:
    """Every cell of every table, encrypted ones opened."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all():
            found += [(model._meta.label, str(getattr(row, field.attname))) for field in model._meta.concrete_fields]
    return found


def test_erasure_needs_four_eyes(company, person):
    request = asked(company, person, by=company.legal)
    actions.propose_erasure(request, by=company.legal, on=ON, why="已结清")
    for one in (company.legal, company.sales, company.archivist, company.system_admin, company.internal_audit):
        with pytest.raises(Refusal):
            actions.approve_erasure(request, by=one, on=ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.filter(pk=request.pk).update(approved_by=company.legal)
    person.refresh_from_db()
    assert person.name == persons.NAME


def test_who_took_the_request_down_cannot_approve_it_even_as_a_leader(company, person):
    from xinheng.org.models import Appointment

    Appointment.objects.create(person=company.legal, role="deputy_gm", since=date(2020, 1, 1))
    Appointment.objects.create(person=company.sales, role="general_manager", since=date(2020, 1, 1))
    request = asked(company, person)
    actions.propose_erasure(request, by=company.legal, on=ON, why="已结清")
    for one in (company.legal, company.sales):
        fresh = type(one).objects.get(pk=one.pk)
        with pytest.raises(Refusal):
            actions.approve_erasure(request, by=fresh, on=ON)
    person.refresh_from_db()
    assert person.name == persons.NAME


def test_an_erasure_can_be_approved_in_the_inbox_or_sent_back(company, person):
    request = asked(company, person)
    actions.propose_erasure(request, by=company.legal, on=ON, why="已结清")
    actions.refuse_erasure(request, by=company.general_manager, on=ON, why="合同未到期")
    request.refresh_from_db()
    assert (request.state, request.proposed_by) == ("open", None)
    actions.propose_erasure(request, by=company.legal, on=ON, why="合同已解除")
    finish_item(items_for(company.deputy_gm, ON).get(act="approve"), by=company.deputy_gm, on=ON, outcome="agree")
    request.refresh_from_db()
    assert request.state == "done"
    assert Erasure.objects.count() == 1


def test_an_enterprise_is_not_erased(company):
    request = asked(company, company.ours)
    with pytest.raises(Refusal, match="企业"):
        actions.propose_erasure(request, by=company.legal, on=ON, why="x")


def test_a_lent_paper_stops_the_erasure(company, person):
    loan = papers.ask_loan(Paper.objects.get(customer=person), by=company.finance, on=ON, reason="对账", days=2)
    papers.decide_loan(loan, agree=True, by=company.archivist, on=ON)
    request = asked(company, person)
    with pytest.raises(Refusal, match="借在外面"):
        actions.propose_erasure(request, by=company.legal, on=ON, why="已结清")


def test_a_hold_lets_data_be_stored_and_nothing_else(company, person):
    request = asked(company, person)
    actions.propose_erasure(request, by=company.legal, on=ON, why="已结清")
    hold = actions.place_hold(person, by=company.legal, on=ON, reason="诉讼保全", reference="(2026)浙02民初1号")
    version = PaperVersion.objects.get()
    refused = [
        lambda: actions.approve_erasure(request, by=company.deputy_gm, on=ON),
        lambda: edit_customer(person, by=company.archivist, on=ON, remarks="改"),
        lambda: papers.open_version(version, by=company.archivist, on=ON),
        lambda: papers.add_version(version.paper, b"x", "a.txt", by=company.archivist, on=ON),
        lambda: papers.ask_loan(version.paper, by=company.sales, on=ON, reason="看", days=1),
        lambda: actions.give_consent(
            person, by=company.sales, on=ON, purpose="service", scope=["basics"], how="oral", since=ON
        ),
    ]  # fmt: skip
    for attempt in refused:
        with pytest.raises(Refusal, match="诉讼保全"):
            attempt()
    person.refresh_from_db()
    assert person.remarks == persons.REMARK
    assert b"".join(papers.open_version(version, by=company.legal, on=ON))
    actions.release_hold(hold, by=company.legal, on=ON, why="案件终结")
    assert actions.approve_erasure(request, by=company.deputy_gm, on=ON).state == "done"


def test_only_legal_holds_and_one_of_two_holds_is_enough(company, person):
    with pytest.raises(Refusal):
        actions.place_hold(person, by=company.general_manager, on=ON, reason="x")
    first = actions.place_hold(person, by=company.legal, on=ON, reason="诉讼")
    actions.place_hold(person, by=company.legal, on=ON, reason="税务检查")
    actions.release_hold(first, by=company.legal, on=ON, why="结案")
    with pytest.raises(Refusal, match="税务检查"):
        edit_customer(person, by=company.archivist, on=ON, remarks="改")
    assert Hold.objects.filter(released_on__isnull=True).count() == 1


def test_every_model_that_tells_of_a_customer_has_a_word_on_its_erasure():
    """What the walk finds is deleted unless a word says otherwise; nothing that refers to a customer escapes the walk."""
    found = {one.model for one in (*reach.reached(), *reach.named())}
    escaped = set()
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("xinheng.") or model in found:
            continue
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in found:
                escaped.add(f"{model._meta.label}.{field.name}")
    assert escaped <= {"privacy.Agreement.partner", "privacy.Agreement.paper"}, escaped
    assert set(reach.TREATMENT) <= {one.label for one in (*reach.reached(), *reach.named())}


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") == "postgres", reason="the SQLite half of the proof")
def test_no_byte_of_the_person_is_left_in_the_sqlite_file(tmp_path: Path):
    """A process of its own fills a file, erases, cuts the log; then the bytes of file and log are searched."""
    script = Path(__file__).with_name("erasing_in_a_file.py")
    environment = os.environ | {
        "XINHENG_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]),
        "DJANGO_SETTINGS_MODULE": "xinheng.settings", "XINHENG_DEMO": "1",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    for phase, present in (("fill", True), ("erase", False)):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(script), phase],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("xinheng.sqlite3*"))
        tokens = json.loads((tmp_path / "tokens.json").read_text())
        searched = [persons.NAME, persons.MOTHER, persons.REMARK, "wuzong", *tokens]
        seen = [trace for trace in searched if trace.encode() in raw]
        assert seen == (searched if present else []), phase
    assert not list((tmp_path / "papers").rglob("*.xhf"))


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") != "postgres", reason="the PostgreSQL half of the proof")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["a look in this database", "a write in another"])
def test_what_a_transaction_may_still_see_is_not_said_to_be_clean(monkeypatch, where):
    from company import found_company

    company = found_company()
    person = person_with_everything(company)
    other = connection.copy()
    options = {name: value for name, value in other.settings_dict["OPTIONS"].items() if name != "pool"}
    name = "postgres" if where == "a write in another" else other.settings_dict["NAME"]
    other.settings_dict = {**other.settings_dict, "NAME": name, "OPTIONS": options}
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT 1" if where == "a look in this database" else "SELECT pg_current_xact_id()")
        erased(company, person)
        monkeypatch.setattr(storage, "LONGEST_WAIT", 0.3)
        assert clean_pending() == 0
        assert Erasure.objects.get().cleaned_at is None
    finally:
        other.rollback()
        other.close()
    monkeypatch.setattr(storage, "LONGEST_WAIT", OTHERS)
    assert clean_pending() == 1
    assert persons.NAME.encode() not in table_bytes()


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") != "postgres", reason="the PostgreSQL half of the proof")
@pytest.mark.django_db(transaction=True)
def test_no_byte_of_the_person_is_left_in_the_postgresql_tables(monkeypatch):
    from company import found_company

    company = found_company()
    person = person_with_everything(company)
    searched = [persons.NAME, persons.MOTHER, persons.REMARK, *persons.tokens(person)]
    assert [trace for trace in searched if trace.encode() not in table_bytes()] == []
    erased(company, person)
    monkeypatch.setattr(storage, "LONGEST_WAIT", OTHERS)
    assert clean_pending() == 1
    raw = table_bytes()
    assert [trace for trace in searched if trace.encode() in raw] == []
    assert Erasure.objects.get().cleaned_at is not None


assert settings
