"""Guarantors and related parties outside the company's customers are people too: erased at their request, proven in the bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

import persons
from creditpolicy.problems import Refusal
from persons import NAMED_TRACES, ON, named_erased, people_named_in_a_file
from raw_bytes import OTHERS, every_cell, table_bytes
from xinheng.audit.models import Entry
from xinheng.customers.actions.people import keep_guarantor, keep_related
from xinheng.privacy import actions, storage
from xinheng.privacy.models import SubjectRequest
from xinheng.privacy.storage import clean_pending

TESTS = Path(__file__).resolve().parents[2]
ASKED = {"kind": "erasure", "details": "请删除我的信息", "proven_by": "本人到场"}


@pytest.fixture
def named(company):
    return people_named_in_a_file(company)


def erase(company, row) -> SubjectRequest:
    return named_erased(row, by=company.sales, legal=company.legal, leader=company.deputy_gm)


def test_the_row_stays_ended_without_a_name_and_of_the_guarantee_what_it_was(company, named):
    surety, kin = named
    assert [erase(company, row).state for row in named] == ["done", "done"]
    for row in named:
        row.refresh_from_db()
        assert (row.name, row.note, row.ended_on, row.history.count()) == ("(已删除)", "", ON, 0)
    assert (surety.contract, surety.what, surety.amount_yuan, surety.until) == ("", "surety", 80000, date(2026, 1, 31))
    assert kin.what == "family"
    company.ours.refresh_from_db()
    assert (company.ours.status, company.ours.name) == ("filed", "宁波甬江机械有限公司")
    lines = Entry.objects.filter(act="privacy.erase").order_by("id")
    assert [line.about_id for line in lines] == [str(company.ours.pk)] * 2
    assert (lines[0].after["guarantor"], lines[1].after["relatedparty"]) == (surety.pk, kin.pk)


def test_no_text_of_theirs_is_left_in_any_table_nor_in_the_record(company, named):
    told = "\n".join(f"{line.subject_label} {line.why} {line.before} {line.after}" for line in Entry.objects.all())
    assert [trace for trace in NAMED_TRACES if trace in told] == []
    before = every_cell()
    assert [trace for trace in NAMED_TRACES if trace not in before] == []
    for row in named:
        erase(company, row)
    after = every_cell()
    assert [trace for trace in NAMED_TRACES if trace in after] == []


def test_the_record_goes_on_telling_of_guarantees_by_another_enterprise(company):
    keep_guarantor(
        company.ours, by=company.archivist, on=ON, guarantor=company.theirs, what="surety", since=ON, contract="HT-7"
    )
    line = Entry.objects.get(act="customers.keep_guarantor")
    assert (line.after["who"], line.after["contract"]) == (company.theirs.name, "HT-7")


def test_a_guarantee_that_is_in_force_keeps_its_guarantor(company):
    told = {"by": company.archivist, "on": ON, "name": "王五", "what": "surety", "since": date(2025, 1, 1)}
    for until in (None, ON):
        row = keep_guarantor(company.ours, until=until, **told)
        request = actions.receive_request(company.ours, by=company.sales, on=ON, asker=row, **ASKED)
        with pytest.raises(Refusal, match="还有效"):
            actions.propose_erasure(request, by=company.legal, on=ON, why="请求")


def test_who_cannot_be_erased_as_a_person_is_refused(company, named):
    other = keep_related(company.theirs, by=company.archivist, on=ON, name="别家的人", what="family")
    with pytest.raises(Refusal, match="不在这位客户名下"):
        actions.receive_request(company.ours, by=company.sales, on=ON, asker=other, **ASKED)
    own = keep_related(company.ours, by=company.archivist, on=ON, other=company.theirs, what="same_control")
    with pytest.raises(Refusal, match="他自己的档案"):
        actions.receive_request(company.ours, by=company.sales, on=ON, asker=own, **ASKED)
    firm = keep_related(company.ours, by=company.archivist, on=ON, name="某某贸易有限公司", what="shareholder")
    request = actions.receive_request(company.ours, by=company.sales, on=ON, asker=firm, **ASKED)
    with pytest.raises(Refusal, match="不是自然人"):
        actions.propose_erasure(request, by=company.legal, on=ON, why="请求")
    erase(company, named[1])
    again = actions.receive_request(company.ours, by=company.sales, on=ON, asker=named[1], **ASKED)
    with pytest.raises(Refusal, match="已经删除"):
        actions.propose_erasure(again, by=company.legal, on=ON, why="再删")


def test_a_hold_stops_it_and_one_request_is_of_one_person(company, named):
    request = actions.receive_request(company.ours, by=company.sales, on=ON, asker=named[0], **ASKED)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.filter(pk=request.pk).update(related=named[1])
    actions.propose_erasure(request, by=company.legal, on=ON, why="请求")
    actions.place_hold(company.ours, by=company.legal, on=ON, reason="诉讼保全")
    with pytest.raises(Refusal, match="诉讼保全"):
        actions.approve_erasure(request, by=company.deputy_gm, on=ON)


def test_by_pages(company, named, client):
    client.force_login(company.sales)
    address = reverse("privacy.receive", args=[company.ours.pk])
    shown = client.get(address).content.decode()
    assert f"担保人 {persons.SURETY}" in shown
    assert f"关联方 {persons.KIN}" in shown
    told = {"kind": "erasure", "details": "请删除", "proven_by": "本人到场", "received_on": "2026-03-02"}
    client.post(address, told | {"asker": f"guarantor-{named[0].pk}"})
    request = SubjectRequest.objects.get()
    assert request.asker == named[0]
    client.force_login(company.legal)
    page = client.get(reverse("privacy.request", args=[request.pk])).content.decode()
    assert "请求人 (担保人)" in page
    assert persons.SURETY in page


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") == "postgres", reason="the SQLite half of the proof")
def test_no_byte_of_theirs_is_left_in_the_sqlite_file(tmp_path: Path):
    script = Path(__file__).with_name("erasing_in_a_file.py")
    environment = os.environ | {
        "XINHENG_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]),
        "DJANGO_SETTINGS_MODULE": "xinheng.settings", "XINHENG_DEMO": "1",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    for phase, present in (("fill_named", True), ("erase_named", False)):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(script), phase], env=environment, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("xinheng.sqlite3*"))
        found = [trace for trace in NAMED_TRACES if trace.encode() in raw]
        assert found == (list(NAMED_TRACES) if present else []), phase


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") != "postgres", reason="the PostgreSQL half of the proof")
@pytest.mark.django_db(transaction=True)
def test_no_byte_of_theirs_is_left_in_the_postgresql_tables(monkeypatch):
    from company import found_company

    company = found_company()
    named = people_named_in_a_file(company)
    assert [trace for trace in NAMED_TRACES if trace.encode() not in table_bytes()] == []
    for row in named:
        erase(company, row)
    monkeypatch.setattr(storage, "LONGEST_WAIT", OTHERS)
    assert clean_pending() == 2
    raw = table_bytes()
    assert [trace for trace in NAMED_TRACES if trace.encode() in raw] == []
