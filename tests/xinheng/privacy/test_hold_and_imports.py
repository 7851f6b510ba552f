"""An import changes nothing of a held customer: his row is refused with the hold's reason, the others go in."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.utils import timezone

from xinheng.audit.models import Entry
from xinheng.customers.models import Customer
from xinheng.intake import actions as intake
from xinheng.intake import jobs
from xinheng.intake.models import Import, ImportRow
from xinheng.intake.targets import TARGETS
from xinheng.privacy import actions

HEADINGS = ["客户编号", "名称", "类别", "联系人", "联系电话"]
ROWS = [
    ["C0001", "宁波甬江机械集团有限公司", "", "", ""],
    ["C0002", "苏州姑苏纺织集团有限公司", "", "新人", "13800000000"],
    ["C0003", "第三样例有限公司", "企业", "", ""],
]


def prepared(by) -> Import:
    book = openpyxl.Workbook()
    for row in [HEADINGS, *ROWS]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    of = intake.upload(
        TARGETS["customers"], io.BytesIO(stream.getvalue()), name="客户.xlsx", size=len(stream.getvalue()), by=by,
        at=timezone.now(),
    )  # fmt: skip
    jobs.begin(intake.match_columns(of, of.mapping, {}, by=by, at=timezone.now()))
    return Import.objects.get(pk=of.pk)


def finished(of: Import, by) -> Import:
    jobs.begin(intake.confirm(of, by=by, on=timezone.localdate(), at=timezone.now()))
    return Import.objects.get(pk=of.pk)


def held(company):
    return actions.place_hold(company.ours, by=company.legal, on=timezone.localdate(), reason="诉讼保全")


@pytest.mark.parametrize("when", ["before the preview", "between preview and run"])
def test_the_row_of_a_held_customer_is_refused_and_the_others_go_in(company, when):
    by = company.archivist
    if when == "before the preview":
        held(company)
        of = prepared(by)
        assert of.planned == {"new": 1, "changed": 1, "unchanged": 0, "failed": 1}
        [row] = ImportRow.objects.filter(of=of, stage="dry", verdict="failed")
        assert row.differences == [], "what is stored of a held customer is not shown beside the row"
    else:
        of = prepared(by)
        assert of.planned == {"new": 1, "changed": 2, "unchanged": 0, "failed": 0}
        held(company)
    of = finished(of, by)
    assert of.done == {"new": 1, "changed": 1, "unchanged": 0, "failed": 1}
    [row] = ImportRow.objects.filter(of=of, stage="run", verdict="failed")
    assert "诉讼保全" in row.reasons[0][0]
    assert set(Customer.objects.values_list("number", "name")) == {
        ("C0001", "宁波甬江机械有限公司"), ("C0002", "苏州姑苏纺织集团有限公司"), ("C0003", "第三样例有限公司"),
    }  # fmt: skip
    assert not Entry.objects.filter(act="customers.edit", about_id=str(company.ours.pk)).exists()


def test_a_hold_placed_while_the_batch_is_at_work_still_stops_the_act(company, monkeypatch):
    """The preview of a batch is not what the promise rests on: the act itself asks."""
    by, target = company.archivist, TARGETS["customers"]
    of, real = prepared(by), target.apply

    def late(planned, asked):
        held(company)
        return real(planned, asked)

    monkeypatch.setattr(target, "apply", late)
    assert finished(of, by).done == {"new": 1, "changed": 1, "unchanged": 0, "failed": 1}
    company.ours.refresh_from_db()
    assert company.ours.name == "宁波甬江机械有限公司"


def test_once_the_hold_is_released_the_same_rows_go_in(company):
    by, hold = company.archivist, held(company)
    finished(prepared(by), by)
    actions.release_hold(hold, by=company.legal, on=timezone.localdate(), why="结案")
    assert finished(prepared(by), by).done["failed"] == 0
    company.ours.refresh_from_db()
    assert company.ours.name == "宁波甬江机械集团有限公司"
