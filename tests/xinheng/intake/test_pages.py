"""The pages of an import, as a person goes through them, and who is kept out."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from imports_of_tests import book, match, upload

from xinheng.intake import jobs
from xinheng.intake.models import Import, State
from xinheng.org.models import Department

ROWS = [["D1", "销售三部", "否", 12], ["D2", "坏部门", "", 3], ["head", "总部大楼", None, None]]


def sent(data: bytes, name: str = "部门.xlsx") -> dict[str, object]:
    return {"target": "departments", "file": SimpleUploadedFile(name, data)}


@pytest.fixture
def archivist(company, target, client):
    client.force_login(company.archivist)
    return client


def test_an_import_from_start_to_result_by_its_pages(archivist):
    answer = archivist.post(reverse("intake.start"), sent(book(ROWS)), follow=True)
    assert "核对列" in answer.content.decode()
    of = Import.objects.get()
    page = answer.content.decode()
    assert '<option value="code" selected>部门编号 *</option>' in page
    chosen = {f"column-{index}": column for index, column in enumerate(["code", "name", "closed", "staff"])}
    answer = archivist.post(reverse("intake.columns", args=[of.pk]), {**chosen, "mode": "new_and_changed"}, follow=True)
    page = answer.content.decode()
    assert "确认后将新增 1 行, 变更 1 行" in page
    assert "销售三部" not in Department.objects.values_list("name", flat=True)
    for verdict, words in (("changed", "总部大楼"), ("failed", "这个名称不能用"), ("new", "D1")):
        assert words in archivist.get(reverse("intake.import", args=[of.pk]), {"rows": verdict}).content.decode()
    page = archivist.post(reverse("intake.confirm", args=[of.pk]), follow=True).content.decode()
    assert "导入完成: 新增 1 行, 变更 1 行, 不变 0 行, 失败 1 行" in page
    failed = archivist.post(reverse("intake.failed_rows", args=[of.pk]))
    assert "attachment" in failed["Content-Disposition"]
    back = openpyxl.load_workbook(io.BytesIO(b"".join(failed.streaming_content))).active
    assert back["B2"].value == "D2"
    assert "部门.xlsx" in archivist.get(reverse("intake.imports")).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"%PDF-1.7 not a table", "PDF"), (b"\x89PNG\r\n\x1a\n..", "图片"), (b"\x00" * 300, "文件是空的")],
)
def test_a_wrong_file_is_refused_on_the_page_where_it_was_sent(archivist, data, words):
    answer = archivist.post(reverse("intake.start"), sent(data))
    assert answer.status_code == 200
    assert words in answer.content.decode() or "不是表格" in answer.content.decode()
    assert not Import.objects.exists()


def test_columns_that_cannot_hold_are_refused_and_stay_as_chosen(archivist, company):
    of = upload(book(ROWS), by=company.archivist)
    page = archivist.post(
        reverse("intake.columns", args=[of.pk]), {"column-0": "code", "column-3": "staff"}
    ).content.decode()
    assert "必须有这些列: 部门名称" in page
    assert '<option value="staff" selected>' in page
    assert Import.objects.get().state == State.UPLOADED


def test_nothing_is_changed_by_looking(archivist, company):
    of = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    for name in ("intake.confirm", "intake.cancel", "intake.go_on", "intake.sheet", "intake.failed_rows"):
        assert archivist.get(reverse(name, args=[of.pk])).status_code == 405
    assert Import.objects.get().state == State.CHECKED


def test_progress_is_told_until_it_is_over_and_then_the_page_is_asked_anew(archivist, company):
    of = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    Import.objects.update(state=State.RUNNING, cursor=1, rows=3)
    answer = archivist.get(reverse("intake.progress", args=[of.pk]))
    assert "已导入 1 行, 共 3 行" in answer.content.decode()
    assert "HX-Refresh" not in answer
    Import.objects.update(state=State.DONE, cursor=3)
    assert archivist.get(reverse("intake.progress", args=[of.pk]))["HX-Refresh"] == "true"


def test_a_run_that_stands_still_says_so_and_goes_on(archivist, company):
    of = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    from django.utils import timezone

    from xinheng.intake import actions, running

    actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now())
    Import.objects.update(state=State.RUNNING, beat_at=timezone.now() - 2 * running.LEASE)
    assert "后台有一会儿没有动静" in archivist.get(reverse("intake.import", args=[of.pk])).content.decode()
    archivist.post(reverse("intake.go_on", args=[of.pk]))
    assert Import.objects.get().state == State.DONE


def test_what_stands_still_is_found_by_the_worker(archivist, company):
    of = match(upload(book(ROWS), by=company.archivist), by=company.archivist)
    from django.utils import timezone

    from xinheng.intake import actions, running

    actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now())
    assert jobs.resume() == 0, "it has only just been queued"
    Import.objects.update(beat_at=timezone.now() - 2 * running.LEASE)
    assert jobs.resume() == 1
    assert Import.objects.get().state == State.DONE


PAGES = ["intake.import", "intake.columns", "intake.progress"]


@pytest.mark.parametrize("name", PAGES)
def test_a_strangers_import_is_missing(company, target, client, name):
    of = upload(book(ROWS), by=company.archivist)
    client.force_login(company.commerce_specialist)
    assert client.get(reverse(name, args=[of.pk])).status_code == 404
    assert client.post(reverse("intake.confirm", args=[of.pk])).status_code == 404
    assert client.post(reverse("intake.failed_rows", args=[of.pk])).status_code == 404


@pytest.mark.parametrize("role", ["sales", "legal", "risk", "general_manager", "internal_audit"])
def test_who_may_import_nowhere_finds_the_pages_closed(company, client, role):
    client.force_login(getattr(company, role))
    for name in ("intake.imports", "intake.start"):
        assert client.get(reverse(name)).status_code == 403


def test_the_template_has_marks_comments_drop_downs_and_examples_that_are_passed_over(archivist, company):
    answer = archivist.get(reverse("intake.template", args=["departments"]))
    data = b"".join(answer.streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["部门"]
    assert [cell.value for cell in sheet[1]] == ["部门编号 *", "部门名称 *", "已撤销", "人数"]
    assert "必填" in sheet["A1"].comment.text
    assert "不重复的编号" in sheet["A1"].comment.text
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} == {'"是,否"'}
    assert [cell.value for cell in sheet["A"]][1:3] == ["示例-1", "示例-2"]
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    workbook["部门"].append(["D1", "销售三部", "是", 3])
    stream = io.BytesIO()
    workbook.save(stream)
    of = match(upload(stream.getvalue(), by=company.archivist), by=company.archivist)
    assert (of.rows, of.planned["new"]) == (1, 1)
    assert archivist.get(reverse("intake.template", args=["nothing"])).status_code == 404


def test_the_list_of_imports_asks_as_much_for_thirty_as_for_three(archivist, company):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (3, 30):
        while Import.objects.count() < number:
            Import.objects.create(target="departments", by=company.archivist, file_name="a.xlsx", file_digest="0")
        archivist.get(reverse("intake.imports"))
        with CaptureQueriesContext(connection) as asked:
            archivist.get(reverse("intake.imports"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
