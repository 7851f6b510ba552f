"""What the tests of imports share: a workbook of rows, taken in as the pages and the worker do, and why rows failed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
from django.utils import timezone

from xinheng.intake import actions as intake
from xinheng.intake import jobs
from xinheng.intake.models import Import, ImportRow
from xinheng.intake.targets import TARGETS

INVOICES = ["购方名称", "发票号码", "开票日期", "价税合计", "到期日期", "发票状态", "结清日", "币别"]


def book(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Write a workbook of one sheet."""
    workbook = openpyxl.Workbook()
    for row in (headings, *rows):
        workbook.active.append(list(row))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def take_in(company, key: str, data: bytes, *, name: str = "表.xlsx", **options: str) -> Import:
    """Take a file in; one in which nothing is new ends with the dry run."""
    by, at = company.finance, timezone.now()
    of = intake.upload(TARGETS[key], io.BytesIO(data), name=name, size=len(data), by=by, at=at)
    jobs.begin(intake.match_columns(of, of.mapping, options, by=by, at=at))
    of = Import.objects.get(pk=of.pk)
    assert of.state == "checked", of.problem
    if not of.planned["new"]:
        return of
    jobs.begin(intake.confirm(of, by=by, on=timezone.localdate(), at=at))
    return Import.objects.get(pk=of.pk)


def reasons(of: Import) -> list[str]:
    """Give why rows failed: those of the run, or of the dry run where there was nothing to do."""
    stage = ImportRow.Stage.RUN if of.state == "done" else ImportRow.Stage.DRY
    rows = ImportRow.objects.filter(of=of, stage=stage, verdict="failed").order_by("number")
    return [row.told["reasons"][0][0] for row in rows]
