"""An import of 5,000 rows with 200 bad ones: dry run, progress, the bad ones handed back, corrected, and all of it again."""

from __future__ import annotations

import threading
from pathlib import Path

import openpyxl
import pytest
from django.db import connections
from playwright.sync_api import expect

from walking import goes_to, looked_at, press, send
from xinheng.customers.importing.fields import fields
from xinheng.customers.models import Customer
from xinheng.intake import running
from xinheng.intake.models import Import, State

ROWS, BAD = 5000, 200
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@pytest.fixture
def waiting(settings) -> None:
    """Let tasks wait for a worker, as in life; the test is the worker."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def test_five_thousand_rows_with_two_hundred_bad_ones(company, window, waiting, tmp_path):
    seen = window(company.archivist, language="zh-hant")
    polls: list[str | None] = []
    seen.page.on("request", lambda one: polls.append(one.headers.get("x-poll")) if "/progress/" in one.url else None)
    book = _written(_template(seen, tmp_path))
    first = _checked(seen, book, {"new": ROWS - BAD, "changed": 0, "unchanged": 0, "failed": BAD}, "first")
    before = Customer.objects.count()
    _run(seen, first)
    assert Customer.objects.count() == before + ROWS - BAD
    corrected = _corrected(_handed_back(seen, first, tmp_path))
    second = _checked(seen, corrected, {"new": BAD, "changed": 0, "unchanged": 0, "failed": 0}, "second")
    _run(seen, second)
    assert Customer.objects.count() == before + ROWS
    again = _checked(seen, corrected, {"new": 0, "changed": 0, "unchanged": BAD, "failed": 0}, "again")
    assert seen.page.locator(f"form[action$='/imports/{again.pk}/confirm/']").count() == 0
    whole = _checked(seen, book, {"new": 0, "changed": 0, "unchanged": ROWS - BAD, "failed": BAD}, "whole")
    assert whole.state == State.CHECKED
    assert set(polls) == {"1"}, "a page that asks by itself does not keep a session alive"


def _template(seen, folder: Path) -> Path:
    page = seen.open("/")
    press(page, "#sidebar a[href='/imports/']")
    looked_at(seen, "journey-import-01-none")
    press(page, goes_to(page, "/imports/new/"))
    looked_at(seen, "journey-import-02-start")
    with page.expect_download() as given:
        page.click("main a[href$='/imports/template/customers/']")
    path = folder / "template.xlsx"
    given.value.save_as(path)
    return path


def _written(path: Path) -> Path:
    """Fill the template in, over its examples: every 50th row has no such code, every 50th after it no such kind."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    at = {column: place_of(column) for column in ("number", "name", "kind", "identity", "contact")}
    for number in range(ROWS):
        row, code = number + 2, uscc(number)
        bad_code, bad_kind = number % 50 == 7, number % 50 == 33
        sheet.cell(row, at["number"]).value = None
        sheet.cell(row, at["name"]).value = f"台州第{number:04d}号模具有限公司"
        sheet.cell(row, at["kind"]).value = "飞碟" if bad_kind else "企业"
        sheet.cell(row, at["identity"]).value = code[:-1] + ("0" if code[-1] != "0" else "1") if bad_code else code
        sheet.cell(row, at["contact"]).value = None
    book.save(path)
    return path


def place_of(column: str) -> int:
    """Give in which column of the template something stands."""
    return 1 + [field.column.id for field in fields()].index(column)


def uscc(number: int) -> str:
    """Make a valid unified social credit code."""
    body = f"91331002{number:09d}"
    left = sum(LETTERS.index(sign) * weight for sign, weight in zip(body, WEIGHTS, strict=True)) % 31
    return body + LETTERS[(31 - left) % 31]


def _checked(seen, path: Path, wanted: dict[str, int], name: str) -> Import:
    """Upload, look the columns through, and let the dry run be done while the page waits."""
    page = seen.open("/imports/new/")
    page.set_input_files("[name=file]", str(path))
    send(page)
    of = Import.objects.latest("pk")
    if not of.headings:
        _worked(running.look_at, of)
        seen.open(f"/imports/{of.pk}/")
    for column in ("name", "kind", "identity"):
        expect(page.locator("main select[name^=column-] option:checked").nth(0)).to_be_attached()
        assert column in page.evaluate("[...document.querySelectorAll('select[name^=column-]')].map(e => e.value)")
    looked_at(seen, f"journey-import-{name}-03-columns")
    press(page, "main form[action$='/columns/'] button.btn-primary")
    expect(page.locator("#progress")).to_be_visible()
    _worked(running.check, of)
    expect(page.locator("#progress")).to_have_count(0, timeout=15_000)
    of.refresh_from_db()
    assert {each: of.planned.get(each, 0) for each in wanted} == wanted
    for count in wanted.values():
        if count:
            expect(page.locator("main .nav-tabs")).to_contain_text(f"{count:,}")
    looked_at(seen, f"journey-import-{name}-04-dry-run")
    return of


def _run(seen, of: Import) -> None:
    """Confirm; the page shows how far it is, until the result."""
    page = seen.page
    press(page, f"form[action$='/imports/{of.pk}/confirm/'] button", sure=True)
    looked_at(seen, f"journey-import-{of.pk}-05-waiting")
    worker = threading.Thread(target=_in_thread, args=(running.run, of.pk))
    worker.start()
    if of.planned["new"] > 1000:
        expect(page.locator("#progress progress[value]")).to_be_visible(timeout=60_000)
        looked_at(seen, f"journey-import-{of.pk}-06-running")
    worker.join()
    expect(page.locator("main .alert-success")).to_be_visible(timeout=30_000)
    of.refresh_from_db()
    assert (of.state, of.done["new"]) == (State.DONE, of.planned["new"])
    looked_at(seen, f"journey-import-{of.pk}-07-done")


def _worked(job, of: Import) -> None:
    worker = threading.Thread(target=_in_thread, args=(job, of.pk))
    worker.start()
    worker.join()


def _in_thread(job, pk: int) -> None:
    try:
        job(pk)
    finally:
        connections.close_all()


def _handed_back(seen, of: Import, folder: Path) -> Path:
    page = seen.page
    with page.expect_download() as given:
        page.click(f"form[action$='/imports/{of.pk}/failed/'] button")
    path = folder / "failed.xlsx"
    given.value.save_as(path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == BAD
    assert all(row[0] for row in rows), "each row says why"
    return path


def _corrected(path: Path) -> Path:
    """Put right what was wrong in each row; the reasons stand before the first column."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    name_at, kind_at, identity_at = (1 + place_of(column) for column in ("name", "kind", "identity"))
    for row in range(2, sheet.max_row + 1):
        name = sheet.cell(row, name_at).value
        sheet.cell(row, kind_at).value = "企业"
        sheet.cell(row, identity_at).value = uscc(int(name[3:7]))
    book.save(path)
    return path
