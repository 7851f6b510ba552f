"""Which sheet of a file is meant: the one named, or the one whose headings answer best, those in view first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.tables import child
from creditpolicy.tables.characters import folded, shown
from creditpolicy.tables.confined.limits import Limits
from creditpolicy.tables.delimited import read_text
from creditpolicy.tables.encodings import decode
from creditpolicy.tables.headings import Names
from creditpolicy.tables.layout import Layout, best_score, find_layout
from creditpolicy.tables.sheets import Sheet, Workbook
from creditpolicy.tables.sources import Source


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sheet to read, whole, with its headings, and what is to be said about the choice."""

    sheet: Sheet
    layout: Layout
    problems: tuple[Problem, ...]


def choose_sheet(source: Source, names: Names, wanted: str | None, encoding: str | None, limits: Limits) -> Chosen:
    """Open the file and choose its sheet. Raises `Refused`, or `Refusal` where no sheet answers."""
    file = str(source.path)
    if source.kind is None:
        text = decode(source.data, names.heard_in, encoding)
        sheet = read_text(text, lambda rows: best_score(rows, names), limits)
        workbook = Workbook((sheet,))
        wanted = None
    else:
        workbook = child.look(source.path, source.kind, limits)
    layouts = [find_layout(sheet, names) for sheet in workbook.sheets]
    position = _named(workbook, wanted, file) if wanted is not None else _best(workbook, layouts)
    sheet, layout = workbook.sheets[position], layouts[position]
    if not layout.heads:
        raise _no_headings(workbook, sheet, names, file)
    if not sheet.whole and source.kind is not None:
        sheet = child.read_sheet(source.path, source.kind, sheet.index, limits)
        layout = find_layout(sheet, names)
    problems = _notes(source, workbook, layouts, position, told=wanted is not None)
    return Chosen(sheet, layout, tuple(problems))


def _best(workbook: Workbook, layouts: Sequence[Layout]) -> int:
    """Give the sheet that answers best; of equals the first, and hidden sheets after all in view."""
    answering = [index for index, layout in enumerate(layouts) if layout.score]
    visible = [index for index in answering if not workbook.sheets[index].hidden]
    return max(visible or answering or [0], key=lambda index: layouts[index].score)


def _named(workbook: Workbook, wanted: str, file: str) -> int:
    for index, sheet in enumerate(workbook.sheets):
        if sheet.name == wanted:
            return index
    for index, sheet in enumerate(workbook.sheets):
        if folded(sheet.name) == folded(wanted):
            return index
    problem = Problem(
        "no-such-sheet",
        _("没有名为“{wanted}”的工作表。").format(wanted=shown(wanted)),
        fix=_("写这些名字中的一个: {names}。").format(names=_listed(workbook.sheets)),
        where=Place(file=file),
    )
    raise Refusal(_("这个文件不能用: {file}").format(file=file), [problem])


def _no_headings(workbook: Workbook, sheet: Sheet, names: Names, file: str) -> Refusal:
    labels = listed(column.label for column in list(names.columns.values())[:8])
    first = next((cells for _number, cells in sheet.rows if cells), [])
    seen = listed(shown(str(cell), 12) for cell in first[:8] if cell is not None)
    problem = Problem(
        "no-headings",
        _("没有找到表头。应当有 {labels} 这样的列名。").format(labels=labels),
        _("第一行有内容的是: {seen}。").format(seen=seen) if seen else _("表里什么也没有。"),
        _("在数据上方加一行列名, 或用对照表指明哪一列是什么。"),
        Place(file=file, sheet=sheet.name if len(workbook.sheets) == 1 else ""),
    )
    return Refusal(_("这个文件不能用: {file}").format(file=file), [problem])


def _notes(source: Source, workbook: Workbook, layouts: Sequence[Layout], chosen: int, *, told: bool) -> list[Problem]:
    place = Place(file=str(source.path), sheet=workbook.sheets[chosen].name)
    notes = []
    if source.misnamed:
        what = _("文件名像是工作簿, 内容其实是文本, 已按文本读。")
        notes.append(Problem("misnamed", what, fix=_("最好另存为 .xlsx。"), where=place, severity="warning"))
    if workbook.macros:
        what = _("文件里有宏, 没有运行。")
        notes.append(Problem("macros", what, where=place, severity="warning"))
    if workbook.sheets[chosen].hidden:
        what = _("读的是隐藏的工作表“{name}”。").format(name=workbook.sheets[chosen].name)
        notes.append(Problem("hidden-sheet", what, fix=_("用参数指明工作表。"), where=place, severity="warning"))
    others = [
        sheet for index, sheet in enumerate(workbook.sheets) if index != chosen and sheet.rows and not sheet.hidden
    ]
    if others and not told:
        rivals = [sheet for sheet in others if layouts[sheet.index].score * 2 >= layouts[chosen].score]
        notes.append(_other_sheets(others, rivals, place))
    return notes


def _other_sheets(others: Sequence[Sheet], rivals: Sequence[Sheet], place: Place) -> Problem:
    what = _("只读了工作表“{name}”, 没有读: {others}。").format(name=place.sheet, others=_listed(others))
    why = _("其中 {rivals} 的表头也像是要读的表。").format(rivals=_listed(rivals)) if rivals else ""
    fix = _("要读另一张就指明它的名字; 要一起读就先合并成一张。") if rivals else ""
    return Problem("other-sheets", what, why, fix, replace(place), "warning")


def _listed(sheets: Sequence[Sheet]) -> str:
    return listed(f"“{shown(sheet.name)}”" for sheet in sheets[:10]) + ("…" if len(sheets) > 10 else "")
