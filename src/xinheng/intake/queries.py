"""What can be asked of imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from xinheng.intake.models import Import, ImportRow, State
from xinheng.intake.targets import VERDICTS, Verdict, columns_of, target_of

VERDICT_ICONS: Mapping[Verdict, str] = {
    "new": "plus",
    "changed": "edit",
    "unchanged": "minus",
    "failed": "alert-circle",
}


def verdict_label(verdict: str) -> str:
    """Give the words for what a row comes to."""
    return {"new": _("新增"), "changed": _("变更"), "unchanged": _("不变"), "failed": _("失败")}[verdict]


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """A column of the file on the page where columns are matched."""

    index: int
    key: str
    text: str
    letters: str
    samples: tuple[str, ...]
    column: str
    is_guess: bool


def heading_rows(of: Import) -> list[HeadingRow]:
    """Give the columns of the file with what each is matched to."""
    return [
        HeadingRow(
            index, each["key"], each["text"], each["letters"], tuple(each["samples"]), of.mapping.get(each["key"], ""),
            is_guess=bool(each["column"]) and of.mapping.get(each["key"]) == each["column"],
        )
        for index, each in enumerate(of.headings)
    ]  # fmt: skip


def column_choices(of: Import) -> list[tuple[str, str]]:
    """Give what a column of the file may be matched to, required ones marked."""
    return [
        (column.id, f"{column.label} *" if column.required else column.label)
        for column in columns_of(target_of(of.target))
    ]


def tabs_of(of: Import, stage: str, chosen: str) -> list[dict[str, Any]]:
    """Give the tabs 新增, 变更, 不变 and 失败 with their counts."""
    counts = of.planned if stage == ImportRow.Stage.DRY else of.done
    return [
        {"label": verdict_label(verdict), "url": f"?rows={verdict}", "count": counts.get(verdict, 0),
         "is_here": verdict == chosen}
        for verdict in VERDICTS
    ]  # fmt: skip


def stage_of(of: Import) -> str:
    """Say whether the dry run or the run itself is to be shown."""
    return ImportRow.Stage.RUN if of.confirmed_at and of.cursor else ImportRow.Stage.DRY


def first_tab(of: Import, stage: str) -> str:
    """Choose the tab to open: the first that has rows, failed ones before those that do nothing."""
    counts = of.planned if stage == ImportRow.Stage.DRY else of.done
    order = ("failed", "changed", "new", "unchanged") if stage == ImportRow.Stage.RUN else (
        "new", "changed", "failed", "unchanged")  # fmt: skip
    return next((verdict for verdict in order if counts.get(verdict)), order[0])


AT_WORK = (State.CHECKING, State.CONFIRMED, State.RUNNING)


def at_work_for(person: Any) -> int:
    """Count the imports at work that the person may see; for his home."""
    return int(Import.objects.visible_to(person).filter(state__in=AT_WORK).count())
