"""Prints a policy: the list of those shipped, and one of them as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditpolicy.language import _
from xinheng.command.screen import heading, paragraph, say, table

if TYPE_CHECKING:
    from creditpolicy.pages import Outline, Page, Section


def show_outlines(found: Sequence[Outline]) -> None:
    """Print the list of policies."""
    heads = [_("编号"), _("名称"), _("版本"), _("来源文件"), _("等级"), _("有条款"), _("假定")]
    rows = [
        (one.id, one.title, one.version, one.document, " ".join(one.grades), one.stated, one.assumed) for one in found
    ]
    table(heads, rows, right=(5, 6), whole=(0, 4))
    say()
    paragraph(_("有条款: 写明出处的规则数; 假定: 文件没有写、须由公司确认的规则数。详见 xinheng show 编号"))


def show_page(page: Page) -> None:
    """Print a policy as a page: who made it, each part with its clauses, and last what was assumed."""
    say(page.title)
    if page.summary:
        paragraph(page.summary)
    say()
    for name, value in page.control:
        paragraph(_("{name}: {value}").format(name=name, value=value))
    for section in page.sections:
        _show_section(section)
    if page.assumed:
        heading(_("假定 (文件没有写明, 须由公司确认): {count} 处").format(count=len(page.assumed)))
        rows = [(f"{one.section}: {one.rule}", one.content, one.reason) for one in page.assumed]
        table([_("规则"), _("假定的内容"), _("理由")], rows)


def _show_section(section: Section) -> None:
    heading(section.title)
    if section.rows:
        table(section.heads, section.rows, right=section.numbers, whole=section.whole)
    for note in section.notes:
        paragraph(note)
