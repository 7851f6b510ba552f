"""An import from the file to the rows: what is said before, what is done, and that doing it again changes nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone
from imports_of_tests import book, confirm, match, upload

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.intake import actions, jobs
from xinheng.intake.models import Import, ImportRow, State
from xinheng.org.models import Department

ROWS = [["D1", "销售三部", "否", 12], ["D2", "采购部", "", "１２"], ["head", "总部大楼", None, None]]


def test_a_dry_run_says_what_would_happen_and_changes_nothing(company, target):
    of = match(upload(book([*ROWS, ["D3", "坏部门"]]), by=company.archivist), by=company.archivist)
    assert of.state == State.CHECKED
    assert of.planned == {"new": 2, "changed": 1, "unchanged": 0, "failed": 1}
    assert not Department.objects.filter(code="D1").exists()
    changed = ImportRow.objects.get(of=of, verdict="changed")
    assert (changed.number, changed.differences) == (4, [["部门名称", "总部", "总部大楼"]])
    failed = ImportRow.objects.get(of=of, verdict="failed")
    assert (failed.number, failed.reasons) == (5, [["这个名称不能用。", "name"]])


def test_the_run_does_what_was_said_and_leaves_its_lines(company, take_in):
    of = take_in(ROWS, by=company.archivist)
    assert (of.state, of.cursor) == (State.DONE, 3)
    assert of.done == {"new": 2, "changed": 1, "unchanged": 0, "failed": 0}
    assert Department.objects.get(code="head").name == "总部大楼"
    acts = list(Entry.objects.filter(subject_type="intake.import").order_by("id").values_list("act", flat=True))
    assert acts == ["intake.upload", "intake.confirm", "intake.finish"]
    finish = Entry.objects.get(act="intake.finish")
    assert (finish.channel, finish.actor_id, finish.after["done"]["new"]) == ("job", company.archivist.pk, 2)
    assert Entry.objects.filter(act="tests.enter_department").count() == 3


def test_the_same_file_again_is_all_unchanged_and_need_not_be_run(company, take_in):
    take_in(ROWS, by=company.archivist)
    again = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    assert again.planned == {"new": 0, "changed": 0, "unchanged": 3, "failed": 0}
    with pytest.raises(Refusal, match="没有一行是新增或变更"):
        confirm(again, by=company.archivist)


def test_only_new_rows_are_taken_in_where_that_was_chosen(company, take_in):
    of = take_in(ROWS, by=company.archivist, mode="only_new")
    assert of.done == {"new": 2, "changed": 0, "unchanged": 1, "failed": 0}
    assert Department.objects.get(code="head").name == "总部"


def test_a_row_refused_only_when_it_is_done_fails_and_the_others_are_kept(company, take_in):
    of = take_in([["D1", "忽坏"], ["D2", "采购部"]], by=company.archivist)
    assert (of.state, of.done["new"], of.done["failed"]) == (State.DONE, 1, 1)
    failed = ImportRow.objects.get(of=of, stage="run", verdict="failed")
    assert failed.reasons == [["到导入时才发现不行。", ""]]
    assert not Department.objects.filter(code="D1").exists()


def test_rows_that_share_a_key_all_fail_for_nobody_knows_which_holds(company, target):
    of = match(upload(book([["D1", "甲"], ["D2", "乙"], ["D1", "丙"]]), by=company.archivist), by=company.archivist)
    assert of.planned == {"new": 1, "changed": 0, "unchanged": 0, "failed": 2}
    reasons = {row.number: row.reasons for row in ImportRow.objects.filter(of=of, verdict="failed")}
    assert set(reasons) == {2, 4}
    assert "第 2、4 行重复" in reasons[2][0][0]


def test_cells_are_read_as_everywhere_and_a_bad_one_fails_its_row(company, target):
    of = match(
        upload(book([["D1", "甲", "是", "１２"], ["D2", "乙", "也许", 3]]), by=company.archivist), by=company.archivist
    )
    assert (of.planned["new"], of.planned["failed"]) == (1, 1)
    [[text, field]] = ImportRow.objects.get(of=of, verdict="failed").reasons
    assert field == "closed"
    assert "也许" in text


def test_titles_totals_blank_rows_and_examples_are_no_data(company, target):
    rows = [["示例-1", "销售三部", "否", 12], ["D1", "甲", "", 1], [], ["合计", None, None, 1]]
    of = match(upload(book(rows, before=[["2026 年部门表"]]), by=company.archivist), by=company.archivist)
    assert (of.rows, of.planned["new"]) == (1, 1)
    assert any("示例" in note for note in of.notes)


def test_what_the_file_quotes_is_closed_in_the_database(company, target):
    from django.db import connection

    match(upload(book([["丁字", "坏得出奇的名字"]]), by=company.archivist), by=company.archivist)
    with connection.cursor() as cursor:
        cursor.execute("SELECT told FROM intake_importrow")
        stored = str(cursor.fetchall())
        cursor.execute("SELECT headings FROM intake_import")
        stored += str(cursor.fetchall())
    assert "丁字" not in stored
    assert "坏得" not in stored


def test_the_file_lies_encrypted_and_leaves_nothing_in_passing(company, take_in, settings):
    of = take_in([["D1", "甲乙丙丁戊己庚辛"]], by=company.archivist)
    kept = [path for path in settings.PAPERS_FOLDER.rglob("*") if path.is_file() and of.kept in path.name]
    assert len(kept) == 1
    assert not kept[0].read_bytes().startswith(b"PK")
    assert list((settings.HOME / "passing").iterdir()) == []


# Who may, and when --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["sales", "finance", "general_manager", "system_admin", "security_admin", "audit_admin"]
)
def test_whoever_may_not_import_into_the_room_may_not_upload(company, target, role):
    with pytest.raises(Refusal, match="您的角色不能办理"):
        upload(book(ROWS), by=getattr(company, role))


def test_another_person_cannot_go_on_with_my_import(company, target):
    of = match(upload(book(ROWS), by=company.commerce_specialist), by=company.commerce_specialist)
    with pytest.raises(Refusal, match="吕商务"):
        confirm(of, by=company.archivist)


def test_imports_are_seen_by_their_owner_and_by_the_archivist(company, target):
    mine = upload(book(ROWS), by=company.commerce_specialist)
    seen = {role: Import.objects.visible_to(getattr(company, role)).filter(pk=mine.pk).exists()
            for role in ("commerce_specialist", "archivist", "finance", "system_admin", "audit_admin")}  # fmt: skip
    assert seen == {
        "commerce_specialist": True, "archivist": True, "finance": False, "system_admin": False, "audit_admin": False,
    }  # fmt: skip


def test_a_run_stops_where_its_owner_lost_the_right_meanwhile(company, target):
    of = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now())
    company.archivist.appointments.all().delete()
    jobs.begin(Import.objects.get(pk=of.pk))
    of.refresh_from_db()
    assert (of.state, of.cursor) == (State.FAILED, 0)
    assert "不能办理" in of.problem


ALLOWED = {
    State.UPLOADED: {"match", "cancel"}, State.MAPPED: {"cancel"}, State.CHECKING: {"cancel"},
    State.CHECKED: {"match", "confirm", "cancel"}, State.CONFIRMED: {"cancel"}, State.RUNNING: {"cancel"},
    State.DONE: set(), State.FAILED: {"match"}, State.CANCELLED: set(),
}  # fmt: skip


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("step", ["match", "confirm", "cancel", "go_on"])
def test_each_step_is_open_in_its_states_only(company, target, state, step):
    of = upload(book(ROWS), by=company.archivist)
    now = timezone.now()
    Import.objects.filter(pk=of.pk).update(state=state, planned={"new": 1}, beat_at=now)
    steps = {
        "match": lambda: actions.match_columns(of, of.mapping, {}, by=company.archivist, at=now),
        "confirm": lambda: actions.confirm(of, by=company.archivist, on=now.date(), at=now),
        "cancel": lambda: actions.cancel(of, by=company.archivist, at=now),
        "go_on": lambda: actions.go_on(of, by=company.archivist, at=now),
    }
    if step in ALLOWED[state]:
        steps[step]()
        return
    with pytest.raises(Refusal):
        steps[step]()
    assert Import.objects.get(pk=of.pk).state == state


def test_a_cancelled_import_goes_no_further_and_keeps_what_is_in(company, target):
    of = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now())
    actions.cancel(of, by=company.archivist, at=timezone.now())
    jobs.run.enqueue(of.pk)
    of.refresh_from_db()
    assert (of.state, of.cursor) == (State.CANCELLED, 0)
    assert not Department.objects.filter(code="D1").exists()


# Matching columns ---------------------------------------------------------------------------------------------------


def test_a_matching_is_remembered_and_lent_to_colleagues(company, target):
    strange = book([["D1", "甲"]], ["代号", "叫什么"])
    first = upload(strange, by=company.archivist)
    assert first.mapping == {}
    actions.match_columns(first, {"代号": "code", "叫什么": "name"}, {}, by=company.archivist, at=timezone.now())
    assert upload(strange, by=company.archivist).mapping == {"代号": "code", "叫什么": "name"}
    assert upload(strange, by=company.commerce_specialist).mapping == {"代号": "code", "叫什么": "name"}
    other = book([["D1", "甲", ""]], ["代号", "叫什么", "多一列"])
    assert upload(other, by=company.archivist).mapping == {}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"部门编号": "code"}, "必须有这些列: 部门名称"),
        ({"部门编号": "code", "部门名称": "name", "人数": "name"}, "对应了两列"),
        ({"部门编号": "code", "没有的": "name"}, "与文件不符"),
        ({"部门编号": "code", "部门名称": "password"}, "与文件不符"),
    ],
)
def test_a_matching_that_cannot_hold_is_refused_with_words(company, target, mapping, words):
    of = upload(book(ROWS), by=company.archivist)
    with pytest.raises(Refusal, match=words):
        actions.match_columns(of, mapping, {}, by=company.archivist, at=timezone.now())


def test_a_column_left_out_is_not_read(company, target):
    of = upload(book([["D1", "甲", "也许", 1]]), by=company.archivist)
    of.mapping = {"部门编号": "code", "部门名称": "name"}
    assert match(of, by=company.archivist).planned["new"] == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG....", "图片"),
        (b"<html><table>", "网页"),
        (b"Rar!", "压缩包"),
    ],
)
def test_a_wrong_file_is_refused_in_plain_words_and_not_kept(company, target, settings, data, words):
    before = list(settings.PAPERS_FOLDER.rglob("*.xhf"))
    with pytest.raises(Refusal, match=words) as refused:
        upload(data, by=company.archivist)
    assert "passing" not in str(refused.value)
    assert list(settings.PAPERS_FOLDER.rglob("*.xhf")) == before
    assert not Import.objects.exists()


def test_what_is_old_is_cleared_away_and_its_figures_stay(company, take_in, settings):
    of = take_in([*ROWS, ["D9", "坏"]], by=company.archivist)
    Import.objects.filter(pk=of.pk).update(created_at=timezone.now() - timezone.timedelta(days=91))
    jobs.daily(on=timezone.localdate())
    of = Import.objects.get(pk=of.pk)
    assert (of.kept, of.returned, of.headings, of.done["failed"]) == ("", "", [], 1)
    assert not ImportRow.objects.filter(of=of).exists()
    assert not list(settings.PAPERS_FOLDER.rglob(f"{of.kept or 'none'}*"))
