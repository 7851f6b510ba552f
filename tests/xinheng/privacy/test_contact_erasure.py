"""A contact of an enterprise is a natural person: he too is erased at his request, by four eyes, proven in the bytes."""

from __future__ import annotations

import json
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
from persons import CONTACT_TRACES, ON, contact_erased, contact_with_everything, tokens_of_contact
from raw_bytes import OTHERS, every_cell, table_bytes
from xinheng.audit.models import Entry
from xinheng.customers.actions.people import keep_contact
from xinheng.customers.models import Contact
from xinheng.portal.models import Invitation
from xinheng.privacy import actions, storage
from xinheng.privacy.models import Erasure, SubjectRequest
from xinheng.privacy.storage import clean_pending
from xinheng.workflow.actions import finish_item
from xinheng.workflow.queries import items_for

TESTS = Path(__file__).resolve().parents[2]


@pytest.fixture
def contact(company) -> Contact:
    return contact_with_everything(company)


def asked(company, contact: Contact, by=None, **told) -> SubjectRequest:
    values = {"kind": "erasure", "details": "请删除我的信息", "proven_by": "回拨核对", "asker": contact} | told
    return actions.receive_request(contact.customer, by=by or company.sales, on=ON, **values)


def erased(company, contact: Contact) -> SubjectRequest:
    return contact_erased(contact, by=company.sales, legal=company.legal, leader=company.deputy_gm)


def test_the_row_stays_ended_and_without_a_name_and_the_file_goes_on(company, contact):
    other = keep_contact(company.ours, by=company.archivist, on=ON, name="留下的人", phone="13700001111")
    request = erased(company, contact)
    assert request.state == "done"
    row = Contact.objects.get(pk=contact.pk)
    assert (row.name, row.duty, row.note, row.phone, row.email, row.birthday) == ("(已删除)", "", "", None, None, None)
    assert (row.phone_index, row.phone_tail_index, row.is_main, row.ended_on) == (None, None, False, ON)
    assert not row.history.exists()
    company.ours.refresh_from_db()
    assert (company.ours.status, company.ours.name) == ("filed", "宁波甬江机械有限公司")
    other.refresh_from_db()
    assert (other.name, other.phone, other.history.count()) == ("留下的人", "13700001111", 1)
    invitation = Invitation.objects.get()
    assert (invitation.to_name, invitation.message, invitation.is_open()) == ("", "", False)
    line = Entry.objects.get(act="privacy.erase")
    assert (line.about_id, line.after["contact"]) == (str(company.ours.pk), contact.pk)
    assert Erasure.objects.get().rows >= 5


def test_no_text_of_the_contact_is_left_in_any_table_nor_in_the_record(company, contact):
    before = every_cell()
    assert [trace for trace in CONTACT_TRACES if trace not in before] == []
    erased(company, contact)
    after = every_cell()
    assert [trace for trace in CONTACT_TRACES if trace in after] == []
    assert company.ours.name in after


def test_the_record_never_held_the_contact_s_name(company, contact):
    told = "\n".join(f"{line.subject_label} {line.why} {line.before} {line.after}" for line in Entry.objects.all())
    assert Entry.objects.filter(act="customers.keep_contact").count() == 2
    assert [trace for trace in CONTACT_TRACES if trace in told] == []


def test_what_was_imported_is_kept_no_longer(company, contact):
    from django.utils import timezone

    from xinheng.intake.models import Import, ImportRow
    from xinheng.vault import files

    kept = files.store([b"rows"], place="intake.file/x")
    values = {
        "target": "customers",
        "by": company.archivist,
        "file_name": "a.xlsx",
        "file_digest": "x",
        "kept": kept.name,
    }
    of = Import.objects.create(**values, state="done", created_at=timezone.now())
    waiting = Import.objects.create(**values, state="checked", created_at=timezone.now())
    told = {"label": "x", "differences": [], "reasons": []}
    for one in (of, waiting):
        ImportRow.objects.create(of=one, stage="run", number=2, verdict="new", told=told)
    erased(company, contact)
    of.refresh_from_db()
    assert of.kept == ""
    assert [row.of_id for row in ImportRow.objects.all()] == [waiting.pk]


def test_it_needs_four_eyes(company, contact):
    from xinheng.org.models import Appointment

    Appointment.objects.create(person=company.legal, role="deputy_gm", since=date(2020, 1, 1))
    Appointment.objects.create(person=company.sales, role="general_manager", since=date(2020, 1, 1))
    request = asked(company, contact)
    with pytest.raises(Refusal):
        actions.propose_erasure(request, by=company.archivist, on=ON, why="已离职")
    actions.propose_erasure(request, by=company.legal, on=ON, why="已离职")
    for one in (company.legal, company.sales, company.archivist, company.system_admin, company.internal_audit):
        fresh = type(one).objects.get(pk=one.pk)
        with pytest.raises(Refusal):
            actions.approve_erasure(request, by=fresh, on=ON)
    for one in (company.legal, company.sales):
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectRequest.objects.filter(pk=request.pk).update(approved_by=one)
    contact.refresh_from_db()
    assert contact.name == persons.MOTHER
    finish_item(items_for(company.deputy_gm, ON).get(act="approve"), by=company.deputy_gm, on=ON, outcome="agree")
    contact.refresh_from_db()
    assert contact.name == "(已删除)"


def test_a_hold_on_the_enterprise_stops_it(company, contact):
    request = asked(company, contact)
    actions.propose_erasure(request, by=company.legal, on=ON, why="已离职")
    hold = actions.place_hold(company.ours, by=company.legal, on=ON, reason="诉讼保全")
    with pytest.raises(Refusal, match="诉讼保全"):
        actions.approve_erasure(request, by=company.deputy_gm, on=ON)
    contact.refresh_from_db()
    assert contact.name == persons.MOTHER
    actions.release_hold(hold, by=company.legal, on=ON, why="结案")
    assert actions.approve_erasure(request, by=company.deputy_gm, on=ON).state == "done"


def test_somebody_else_s_contact_and_one_that_is_gone_are_refused(company, contact):
    other = keep_contact(company.theirs, by=company.archivist, on=ON, name="别家的人", phone="13700001111")
    with pytest.raises(Refusal, match="不在这位客户名下"):
        actions.receive_request(
            company.ours, by=company.sales, on=ON, kind="erasure", asker=other, details="x", proven_by="x"
        )
    erased(company, contact)
    again = asked(company, contact)
    with pytest.raises(Refusal, match="已经删除"):
        actions.propose_erasure(again, by=company.legal, on=ON, why="再删")


def test_a_person_who_is_erased_takes_his_contacts_requests_along(company):
    person = persons.person_with_everything(company)
    mother = person.contacts.get()
    asked(company, mother, kind="access")
    request = actions.receive_request(
        person, by=company.sales, on=ON, kind="erasure", details="请删除", proven_by="本人到场"
    )
    actions.propose_erasure(request, by=company.legal, on=ON, why="已结清")
    actions.approve_erasure(request, by=company.deputy_gm, on=ON)
    assert not person.contacts.exists()
    assert set(SubjectRequest.objects.values_list("contact", flat=True)) == {None}


def test_by_pages(company, contact, client):
    client.force_login(company.sales)
    address = reverse("privacy.receive", args=[company.ours.pk])
    assert persons.MOTHER in client.get(address).content.decode()
    told = {"kind": "erasure", "details": "请删除", "proven_by": "回拨核对", "received_on": "2026-03-02"}
    theirs = keep_contact(company.theirs, by=company.archivist, on=ON, name="别家的人", phone="13700001111")
    assert client.post(address, told | {"asker": f"contact-{theirs.pk}"}).status_code == 200
    assert not SubjectRequest.objects.exists()
    client.post(address, told | {"asker": f"contact-{contact.pk}"})
    request = SubjectRequest.objects.get()
    assert request.contact == contact
    page = reverse("privacy.request", args=[request.pk])
    for person, verb, words in (
        (company.legal, "propose", {"propose-why": "已离职"}),
        (company.deputy_gm, "approve", {}),
    ):
        client.force_login(person)
        assert persons.MOTHER in client.get(page).content.decode()
        assert client.post(reverse("privacy.handle", args=[request.pk, verb]), words).status_code == 302
    shown = client.get(page).content.decode()
    assert "(已删除)" in shown
    assert persons.MOTHER not in shown


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") == "postgres", reason="the SQLite half of the proof")
def test_no_byte_of_the_contact_is_left_in_the_sqlite_file(tmp_path: Path):
    script = Path(__file__).with_name("erasing_in_a_file.py")
    environment = os.environ | {
        "XINHENG_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]),
        "DJANGO_SETTINGS_MODULE": "xinheng.settings", "XINHENG_DEMO": "1",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    for phase, present in (("fill_contact", True), ("erase_contact", False)):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(script), phase], env=environment, capture_output=True, text=True, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("xinheng.sqlite3*"))
        searched = [persons.MOTHER, persons.OLD_NAME, persons.DUTY, persons.NOTE,
                    *json.loads((tmp_path / "tokens.json").read_text())]  # fmt: skip
        assert [trace for trace in searched if trace.encode() in raw] == (searched if present else []), phase


@pytest.mark.skipif(os.environ.get("XINHENG_TEST_DATABASE") != "postgres", reason="the PostgreSQL half of the proof")
@pytest.mark.django_db(transaction=True)
def test_no_byte_of_the_contact_is_left_in_the_postgresql_tables(monkeypatch):
    from company import found_company

    company = found_company()
    contact = contact_with_everything(company)
    searched = [persons.MOTHER, persons.OLD_NAME, persons.DUTY, persons.NOTE, *tokens_of_contact(contact)]
    assert [trace for trace in searched if trace.encode() not in table_bytes()] == []
    erased(company, contact)
    monkeypatch.setattr(storage, "LONGEST_WAIT", OTHERS)
    assert clean_pending() == 1
    raw = table_bytes()
    assert [trace for trace in searched if trace.encode() in raw] == []
