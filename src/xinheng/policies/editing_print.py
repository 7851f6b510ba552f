"""A version of a policy on paper, with its document control, its clauses and what it assumes: PDF and Word say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.pages import Cell, Section, policy_page
from creditpolicy.pages import Page as PolicyPage
from creditpolicy.problems import Refusal
from creditpolicy.wording import Assumption, short
from creditpolicy.workbooks.layout import display_width
from xinheng.org.models import Person
from xinheng.policies.models import Stage, Version
from xinheng.policies.queries import prepared
from xinheng.printing import Printed, pdf, word

FOLDER = Path(__file__).parent / "printed"
FORMS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WIDEST = 44
"""Characters beyond which a column grows no wider than its neighbours leave it."""


def printed_policy(version: Version, form: str, *, by: Person, at: datetime) -> bytes:
    """Print a version; Refusal where its text has faults."""
    if form not in FORMS:
        raise Refusal(_("请选择 PDF 或 Word。"))
    told = policy_data(version)
    said = _("{policy} 版本 {number}").format(policy=version.policy.title, number=version.number)
    if version.stage != Stage.PUBLISHED:
        said = _("{version} ({stage}, 未生效)").format(version=said, stage=version.get_stage_display())
    if form == "pdf":
        return pdf(FOLDER / "policy.typ", told, Printed(by=by.full_name, at=at, level=said))
    here = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    line = _("{person} 于 {at} 打印").format(person=by.full_name, at=here)
    return word(FOLDER / "policy.docx", told | {"company": settings.COMPANY, "level": said, "line": line})


def policy_data(version: Version) -> dict[str, Any]:
    """Give every word that stands on paper, labels included."""
    page = policy_page(prepared(version))
    parts = [
        _part(_("文件控制"), rows=_control(version, page)),
        _part(_("修订记录"), table=_revisions(version)),
        *([_part(_("目的"), text=page.summary)] if page.summary else []),
        *(_part(section.title, table=_table(section), notes=section.notes) for section in page.sections),
        _part(_("假定清单 (文件没有写, 待公司确认)"), table=_assumed(page.assumed)),
    ]
    return {
        "title": page.title,
        "number": _("版本 {number}").format(number=version.number),
        "parts": parts,
        "note": _("条款一栏为来源文件的条款号; 写“假定”的, 理由见假定清单。文件摘要 (SHA-256): {digest}").format(
            digest=version.sha256
        ),
        "boxes": [_("编制"), _("审核"), _("批准")],
        "day": _("年    月    日"),
    }


def _part(
    label: str,
    *,
    text: str = "",
    rows: Sequence[tuple[str, str]] = (),
    table: dict[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    named = [{"label": name, "value": value} for name, value in rows]
    return {"label": label, "text": text, "rows": named, "table": table, "notes": list(notes)}


def _control(version: Version, page: PolicyPage) -> list[tuple[str, str]]:
    told = [*page.control, (_("状态"), str(version.get_stage_display()))]
    told += [
        (name, _signed(person, day))
        for name, person, day in (
            (_("起草"), version.created_by, timezone.localdate(version.created_at)),
            (_("最后修改"), version.edited_by, timezone.localdate(version.edited_at)),
            (_("批准 (本系统)"), version.approved_by, version.approved_on),
            (_("发布"), version.published_by, version.published_on),
        )
        if person is not None
    ]
    if version.in_force_from is not None:
        told.append((_("执行期间"), _period(version)))
    return told


def _signed(person: Person | None, day: date | None) -> str:
    return " ".join(str(each) for each in (person.full_name if person else "", day or "") if each)


def _period(version: Version) -> str:
    if version.in_force_until is None:
        return _("自 {day} 起").format(day=version.in_force_from)
    return _("{start} 至 {end} 前").format(start=version.in_force_from, end=version.in_force_until)


def _revisions(version: Version) -> dict[str, Any]:
    earlier = version.policy.versions.filter(pk__lte=version.pk).exclude(stage=Stage.DISCARDED)
    rows = [
        [
            each.number,
            str(each.get_stage_display()),
            str(each.in_force_from or ""),
            _signed(each.approved_by, each.approved_on),
            each.change_note,
        ]
        for each in earlier.select_related("approved_by").defer("text").order_by("id")
    ]
    head = [_("版本"), _("状态"), _("生效日"), _("批准"), _("修订说明")]
    return _sized(head, rows, ())


def _table(section: Section) -> dict[str, Any] | None:
    if not section.rows:
        return None
    return _sized(list(section.heads), [[_words(cell) for cell in row] for row in section.rows], section.numbers)


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    return short(cell) if isinstance(cell, Decimal) else str(cell)


def _assumed(assumed: Sequence[Assumption]) -> dict[str, Any] | None:
    rows = [[each.section, each.rule, each.content, each.reason] for each in assumed]
    return _sized([_("部分"), _("规则"), _("内容"), _("理由")], rows, ()) if rows else None


def _sized(head: list[str], rows: list[list[str]], right: Sequence[int]) -> dict[str, Any]:
    return {"head": head, "rows": rows, "right": list(right), "widths": list(_widths(head, rows))}


def _widths(head: list[str], rows: list[list[str]]) -> Iterator[int]:
    """Give the columns' shares of the width: by their longest text, within bounds."""
    for column, title in enumerate(head):
        longest = max((display_width(row[column]) for row in rows), default=0)
        yield max(9, min(WIDEST, max(longest, display_width(title))))
