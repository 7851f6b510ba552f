"""One person's data, all of it: every row of every room that is about him, and his papers."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import xlsxwriter
from django.db import models
from django.utils.translation import gettext as _

from xinheng.audit.models import Entry
from xinheng.customers.models import Customer
from xinheng.papers.contents import TYPES
from xinheng.papers.levels import Level
from xinheng.papers.models import Paper
from xinheng.privacy.reach import Reached, named, reached
from xinheng.vault import files
from xinheng.vault.fields import BlindIndexField, Sealed

_INNER = frozenset(
    {
        "uid", "search_text", "path", "digest", "plan", "stored_as", "link_digest", "code_digest", "history_id", "history_type",
        "history_change_reason", "history_user", "search_key",
    }
)  # fmt: skip
"""What says something of our machinery and nothing of the person."""

Rows = list[dict[str, str]]


def everything_of(customer: Customer) -> dict[str, Rows]:
    """Give all that is stored of a customer: for each kind of thing, its rows, with the columns in words."""
    found: dict[str, Rows] = {}
    for one in (*reached(), *named()):
        rows = [_told(row) for row in one.rows(customer)]
        if rows:
            found.setdefault(_title(one), []).extend(rows)
    looks = Entry.objects.filter(about_type=Customer._meta.label_lower, about_id=str(customer.pk)).order_by("id")
    found[_("谁办理过、看过")] = [
        {
            _("时间"): f"{entry.at:%Y-%m-%d %H:%M}",
            _("事项"): entry.act_label,
            _("查阅"): _("是") if entry.is_look else "",
            _("原因"): entry.why,
        }
        for entry in looks.iterator()
    ]
    return found


def as_json(found: dict[str, Rows]) -> bytes:
    """Write it for machines."""
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def as_workbook(found: dict[str, Rows]) -> bytes:
    """Write it for people: a sheet for each kind of thing; every cell is text."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for title, rows in found.items():
            sheet = book.add_worksheet(_sheet_name(title, [one.name for one in book.worksheets()]))
            heads = list(dict.fromkeys(head for row in rows for head in row))
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            for line, row in enumerate(rows, 1):
                for column, head in enumerate(heads):
                    sheet.write_string(line, column, row.get(head, "")[:32_000])
            sheet.freeze_panes(1, 0)
            sheet.autofit()
    return made.getvalue()


def papers_of(customer: Customer, up_to: Level = Level.SECRET) -> Iterator[tuple[str, bytes]]:
    """Give the files of a customer's papers up to a level, each with a name that is there once."""
    for paper in Paper.objects.filter(customer=customer, level__lte=up_to).prefetch_related("versions").order_by("pk"):
        for version in paper.versions.all():
            if version.stored_as is not None:
                ending = TYPES[version.file_type].endings[0]
                content = b"".join(files.read(version.stored_as, place=version.place_in_store))
                yield f"{_('档案')}/{paper.file_number}-{version.number}.{ending}", content


def export_files(customer: Customer, *, with_papers: bool, at: datetime) -> dict[str, bytes]:
    """Give the files of an export: a workbook, the same as JSON, and the papers."""
    found = everything_of(customer)
    made = {f"{_('个人信息')}.xlsx": as_workbook(found), f"{_('个人信息')}.json": as_json(found)}
    if with_papers:
        made |= dict(papers_of(customer))
    return made


def _title(one: Reached) -> str:
    name = str(one.model._meta.verbose_name)
    return name if not one.is_history else _("{name} (历史)").format(name=name.removeprefix("historical "))


def _told(row: models.Model) -> dict[str, str]:
    told: dict[str, str] = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in _INNER or isinstance(field, BlindIndexField):
            continue
        if field.is_relation and field.name in {"customer", "subject_type", "about_type"}:
            continue
        value = getattr(row, field.name)
        if value in (None, "", [], {}):
            continue
        told[str(field.verbose_name)] = _shown(row, field, value)
    return told


def _shown(row: models.Model, field: models.Field[Any, Any], value: Any) -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    assert not isinstance(value, Sealed)
    return str(value)


def _sheet_name(title: str, taken: list[str]) -> str:
    plain = "".join(letter if letter not in "[]:*?/\\'" else " " for letter in title)[:28].strip() or "1"
    name, number = plain, 2
    while name.casefold() in {one.casefold() for one in taken}:
        name, number = f"{plain}{number}", number + 1
    return name
