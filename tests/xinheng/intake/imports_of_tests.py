"""Files to import as people make them, and the steps of an import one by one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from django.utils import timezone

from xinheng.intake import actions, filing, jobs
from xinheng.intake.models import Import
from xinheng.org.models import Person

HEADINGS = ["部门编号", "部门名称", "已撤销", "人数"]
Rows = Sequence[Sequence[Any]]


def book(rows: Rows, headings: Sequence[str] = HEADINGS, before: Rows = ()) -> bytes:
    """Write a workbook as people do, with openpyxl."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "部门表"
    for row in [*before, headings, *rows]:
        sheet.append(list(row))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def upload(data: bytes, *, by: Person, name: str = "部门.xlsx", target: Any = None) -> Import:
    """Send a file."""
    from departments_target import TARGET

    return actions.upload(target or TARGET, io.BytesIO(data), name=name, size=len(data), by=by, at=timezone.now())


def match(of: Import, *, by: Person, **options: str) -> Import:
    """Match the columns as proposed, and let the dry run be done."""
    jobs.begin(actions.match_columns(of, of.mapping, options, by=by, at=timezone.now()))
    return Import.objects.get(pk=of.pk)


def confirm(of: Import, *, by: Person) -> Import:
    """Confirm, and let the run be done."""
    jobs.begin(actions.confirm(of, by=by, on=timezone.localdate(), at=timezone.now()))
    return Import.objects.get(pk=of.pk)


def handed_back(of: Import, folder: Path) -> Path:
    """Give the workbook of failed rows as a file."""
    path = folder / f"failed{of.returned_ending}"
    path.write_bytes(b"".join(filing.read_returned(of)))
    return path
