"""Papers in a customer's file: filed, encrypted, looked into, changed, withdrawn."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

import samples_of_papers as samples
from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.org.roles import BUSINESS, Role
from xinheng.papers import actions
from xinheng.papers.actions import Details
from xinheng.papers.levels import READERS, Level
from xinheng.papers.models import Paper, PaperKind, PaperVersion, State
from xinheng.vault import files

ON = date(2026, 3, 2)


@pytest.fixture
def filed(company):
    """File a paper of some level for our customer."""

    def filing(level: Level = Level.INTERNAL, content: bytes | None = samples.PDF, **told) -> Paper:
        kind = PaperKind.objects.get(code=told.pop("kind", "contract"))
        customer = told.pop("customer", company.ours)
        by = told.pop("by", company.archivist)
        details = Details(**({"title": "供货合同", "number": "HT-001", "level": level} | told))
        return actions.file_paper(customer, kind, details, by=by, on=ON, content=content, file_name="合同.pdf")

    return filing


def stored(version: PaperVersion) -> bytes:
    return files.path_of(version.stored_as).read_bytes()


def test_a_filed_paper_lies_encrypted_in_the_store_and_in_the_database(filed):
    content = samples.PDF.replace(b"Catalog", b"Catalog%secretcontent")
    paper = filed(content=content, title="绝密标题文字")
    version = paper.versions.get()
    assert b"secretcontent" not in stored(version)
    assert b"%PDF" not in stored(version)
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, number FROM papers_paper WHERE id = %s", [paper.pk])
        assert "标题" not in str(cursor.fetchone())
        cursor.execute("SELECT file_name FROM papers_paperversion WHERE id = %s", [version.pk])
        assert "合同" not in str(cursor.fetchone())
    assert Paper.objects.get(pk=paper.pk).title == "绝密标题文字"
    assert version.file_name == "合同.pdf"


def test_a_stored_file_put_in_the_place_of_another_does_not_open(filed, company):
    ours, theirs = filed().versions.get(), filed(content=samples.PDF + b"\n%%EOF\n").versions.get()
    files.path_of(ours.stored_as).write_bytes(stored(theirs))
    from xinheng.vault.crypto import Unreadable

    with pytest.raises(Unreadable):
        b"".join(actions.open_version(ours, by=company.archivist, on=ON))


def test_what_is_refused_leaves_no_paper_no_line_and_no_file(filed):
    before = set(Path(settings.PAPERS_FOLDER).rglob("*.xhf"))
    with pytest.raises(Refusal):
        filed(content=b"MZ\x90\x00")
    assert not Paper.objects.exists()
    assert not Entry.objects.filter(act__startswith="papers.").exists()
    assert set(Path(settings.PAPERS_FOLDER).rglob("*.xhf")) == before


def test_a_file_does_not_stay_where_its_line_cannot_be_written(filed, monkeypatch: pytest.MonkeyPatch):
    from xinheng.papers.actions import filing

    before = set(Path(settings.PAPERS_FOLDER).rglob("*.xhf"))
    real = filing.record

    def breaks(name, *args, **told):
        if name == "papers.add_version":
            raise RuntimeError("no room on the disk")
        return real(name, *args, **told)

    monkeypatch.setattr(filing, "record", breaks)
    with pytest.raises(RuntimeError):
        filed()
    assert not Paper.objects.exists()
    assert set(Path(settings.PAPERS_FOLDER).rglob("*.xhf")) == before


def test_newer_versions_stand_beside_older_ones(filed, company):
    paper = filed()
    second = actions.add_version(paper, samples.png(), "扫描.png", by=company.sales, on=ON, remark="补扫")
    assert [version.number for version in paper.versions.all()] == [2, 1]
    assert second.file_type == "png"
    with pytest.raises(Refusal, match="完全相同"):
        actions.add_version(paper, samples.PDF, "再传.pdf", by=company.sales, on=ON)


def test_every_look_leaves_a_line_and_gives_the_very_bytes(filed, company):
    version = filed().versions.get()
    assert b"".join(actions.open_version(version, by=company.sales, on=ON)) == samples.PDF
    line = Entry.objects.get(act="papers.look")
    assert line.is_look
    assert line.actor_id == company.sales.pk
    assert line.about_id == str(company.ours.pk)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("role", Role)
def test_who_reads_which_level(filed, company, role: Role, level: Level):
    kind = "other" if level == Level.OPEN else "contract"
    PaperKind.objects.filter(code="other").update(least_level=Level.OPEN)
    version = filed(level, kind=kind).versions.get()
    person = company.people[role]
    allowed = role in READERS[level]
    assert Paper.objects.readable_by(person).filter(pk=version.paper_id).exists() == allowed
    if allowed:
        assert b"".join(actions.open_version(version, by=person, on=ON, why="核对合同")) == samples.PDF
    else:
        with pytest.raises(Refusal):
            actions.open_version(version, by=person, on=ON, why="核对合同")
    assert Paper.objects.visible_to(person).exists() == (role in BUSINESS)


def test_a_strangers_paper_is_neither_seen_nor_read(filed, company):
    version = filed().versions.get()
    assert not Paper.objects.visible_to(company.stranger).exists()
    with pytest.raises(Refusal):
        actions.open_version(version, by=company.stranger, on=ON)
    with pytest.raises(Refusal):
        filed(by=company.stranger)


@pytest.mark.parametrize("level", [Level.SECRET, Level.TOP_SECRET])
def test_a_look_at_a_confidential_paper_needs_a_reason(filed, company, level: Level):
    version = filed(level).versions.get()
    for why in ("", "  ", "看看"):
        with pytest.raises(Refusal, match="用途"):
            actions.open_version(version, by=company.finance, on=ON, why=why)
    assert not Entry.objects.filter(act="papers.look").exists()
    assert b"".join(actions.open_version(version, by=company.finance, on=ON, why="核对授信条件")) == samples.PDF
    assert Entry.objects.get(act="papers.look").why == "核对授信条件"


def test_a_level_is_never_lower_than_its_kind_asks(filed):
    with pytest.raises(Refusal, match="至少是机密"):
        filed(Level.SECRET, kind="credit_report")


def test_lowering_a_level_needs_a_reason_and_stands_in_the_record(filed, company):
    paper = filed(Level.SECRET)
    lower = Details(title=paper.title, number=paper.number, level=Level.INTERNAL)
    with pytest.raises(Refusal, match="理由"):
        actions.change_paper(paper, lower, by=company.archivist, on=ON)
    actions.change_paper(paper, lower, by=company.archivist, on=ON, why="合同已公开招标")
    line = Entry.objects.get(act="papers.change")
    assert (line.before["level"], line.after["level"]) == (2, 1)


def test_the_record_tells_nothing_of_what_a_paper_says(filed, company):
    paper = filed(Level.SECRET, title="张三身份证", number="330102199001011234")
    actions.change_paper(
        paper, Details(title="李四身份证", number="330102199001011234", level=2), by=company.archivist, on=ON
    )
    for line in Entry.objects.all():
        told = f"{line.subject_label}{line.why}{line.before}{line.after}"
        assert "张三" not in told
        assert "李四" not in told
        assert "3301021990" not in told


def test_a_withdrawn_paper_keeps_its_content_and_takes_nothing_new(filed, company):
    paper = filed()
    with pytest.raises(Refusal, match="理由"):
        actions.withdraw_paper(paper, by=company.archivist, on=ON, why=" ")
    with pytest.raises(Refusal):
        actions.withdraw_paper(paper, by=company.sales, on=ON, why="过期")
    actions.withdraw_paper(paper, by=company.archivist, on=ON, why="签错了")
    paper.refresh_from_db()
    assert paper.state == State.WITHDRAWN
    version = paper.versions.get()
    assert b"".join(actions.open_version(version, by=company.archivist, on=ON)) == samples.PDF
    with pytest.raises(Refusal, match="已撤下"):
        actions.add_version(paper, samples.png(), "a.png", by=company.archivist, on=ON)


def test_a_paper_needs_a_file_or_a_place(filed):
    with pytest.raises(Refusal, match="纸质件"):
        filed(content=None)
    with pytest.raises(Refusal, match="库房"):
        filed(content=None, has_copy=True)
    assert filed(content=None, has_copy=True, room="一号库").place == "一号库"
