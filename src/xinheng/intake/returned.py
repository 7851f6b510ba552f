"""The failed rows in the sender's own workbook: nothing else kept below the headings, bad cells red, the reason in front."""

from __future__ import annotations

import csv
import logging
import warnings
from collections.abc import Mapping, Sequence
from copy import copy
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from django.utils.translation import gettext as _

from creditpolicy.tables import TableReading, whole_sheet
from creditpolicy.tables.cells import Cell
from creditpolicy.tables.exports import safe_text
from creditpolicy.tables.literals import as_text
from creditpolicy.tables.sheets import Sheet
from creditpolicy.workbooks.book import Book
from creditpolicy.workbooks.looks import CELL, HEAD
from xinheng.intake import filing
from xinheng.intake.models import Import, ImportRow
from xinheng.intake.targets import columns_of, target_of

OWN_BYTES = 12 * 2**20
"""Up to this size the sender's workbook itself is worked over, with its looks; from a larger one the rows are copied out."""
RED = "FFFFC7CE"
STRANGE = (BadZipFile, ParseError, LookupError, ValueError, TypeError, AttributeError)
"""What openpyxl raises for a workbook that other programs wrote otherwise than it expects. A full disk is none of these."""
logger = logging.getLogger(__name__)
Reasons = Mapping[int, Sequence[Sequence[str]]]
"""By row number: (text, field) for each reason."""


def hand_back_rows(of: Import, path: Path, stage: ImportRow.Stage, reading: TableReading) -> tuple[str, str]:
    """Make and store the workbook of the rows that failed; gives its name in the store and its ending."""
    failed = ImportRow.objects.filter(of=of, stage=stage, verdict="failed")
    reasons = {row.number: row.reasons for row in failed.iterator()}
    with filing.workplace() as folder:
        ending = write_failed(path, folder / "failed", reasons, reading, of)
        return filing.keep_returned(of, folder / f"failed{ending}"), ending


def write_failed(path: Path, stem: Path, reasons: Reasons, reading: TableReading, of: Import) -> str:
    """Write the failed rows beside `stem`; gives the ending: that of the sender's own kind where it can be written."""
    first = min([*reading.rows, *reasons], default=1)
    top = max((row for row, why in reading.skipped.items() if why in {"title", "heading"} and row < first), default=1)
    head = path.read_bytes()[:4] if path.stat().st_size else b""
    if head.startswith(b"PK") and path.stat().st_size <= OWN_BYTES:
        target = stem.with_suffix(".xlsx")
        if (book := _opened(path, reading.sheet)) and _in_own_workbook(book, target, reasons, reading, top):
            return ".xlsx"
    columns = [column for column in columns_of(target_of(of.target)) if column.id in reading.at]
    sheet = whole_sheet(path, columns, mapping=of.mapping, sheet=of.sheet or None, limits=filing.LIMITS)
    if sheet.ragged:
        _as_text_file(sheet, stem.with_suffix(".csv"), reasons, top)
        return ".csv"
    _copied_out(sheet, stem.with_suffix(".xlsx"), reasons, reading, top, of)
    return ".xlsx"


def _words(reasons: Sequence[Sequence[str]]) -> str:
    return "\n".join(dict.fromkeys(text for text, _field in reasons))


def _by_column(reasons: Sequence[Sequence[str]], at: Mapping[str, int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for text, field in reasons:
        if field in at:
            found[at[field]] = "\n".join(filter(None, [found.get(at[field], ""), text]))
    return found


# The sender's own workbook -------------------------------------------------------------------------------------------


def _opened(path: Path, sheet: str) -> Any:
    """Give the workbook, or nothing where openpyxl cannot take it: it is copied out, and nothing is lost but looks."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # As values: a formula moved to another row would point elsewhere.
            book = openpyxl.load_workbook(path, data_only=True)
            return book if book[sheet] in book.worksheets else None
    except STRANGE as error:
        logger.info("openpyxl cannot read this workbook (%s); its rows are copied out", type(error).__name__)
        return None


def _in_own_workbook(book: Any, target: Path, reasons: Reasons, reading: TableReading, top: int) -> bool:
    """Keep only the failed rows of the workbook and mark them; tells whether it could be written."""
    sheet = book[reading.sheet]
    places = {number: top + 1 + index for index, number in enumerate(sorted(reasons))}
    _move(sheet, places, top)
    _clear_leftovers(sheet)
    _mark(sheet, places, reasons, reading.at, top)
    book.active = book.sheetnames.index(sheet.title)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book.save(target)
    except STRANGE as error:
        logger.info("openpyxl cannot write this workbook (%s); its rows are copied out", type(error).__name__)
        return False
    return True


def _move(sheet: Any, places: Mapping[int, int], top: int) -> None:
    """Keep headings and failed rows, one below the other, a column further right."""
    from openpyxl.cell.cell import MergedCell

    heights = {number: sheet.row_dimensions[number].height for number in [*range(1, top + 1), *places]}
    merged = [each for each in sheet.merged_cells.ranges if each.max_row <= top]
    cells: dict[tuple[int, int], Any] = {}
    for (row, column), cell in sheet._cells.items():
        new = row if row <= top else places.get(row)
        if new is None or (isinstance(cell, MergedCell) and row > top):
            continue
        cell.row, cell.column = new, column + 1
        cells[new, column + 1] = cell
    sheet._cells = cells
    for each in merged:
        each.shift(col_shift=1)
    sheet.merged_cells.ranges = type(sheet.merged_cells.ranges)(merged)
    sheet.row_dimensions.clear()
    for number, height in heights.items():
        if height and number <= top:
            sheet.row_dimensions[number].height = height
    _shift_widths(sheet)


def _shift_widths(sheet: Any) -> None:
    from openpyxl.utils import column_index_from_string, get_column_letter

    widths: dict[int, float] = {}
    for letters, dimension in sheet.column_dimensions.items():
        index = column_index_from_string(letters)
        for column in range(dimension.min or index, min(dimension.max or index, index + 200) + 1):
            widths[column] = dimension.width
    sheet.column_dimensions.clear()
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column + 1)].width = width
    sheet.column_dimensions["A"].width = 44


def _clear_leftovers(sheet: Any) -> None:
    """Drop what points to rows that are gone: rules of colour, tables, filters, links, pictures; keep drop-downs."""
    from openpyxl.formatting.formatting import ConditionalFormattingList
    from openpyxl.worksheet.datavalidation import DataValidation, DataValidationList

    sheet.conditional_formatting = ConditionalFormattingList()
    kept = DataValidationList()
    for rule in sheet.data_validations.dataValidation:
        if rule.type == "list" and rule.formula1 and (rule.formula1.startswith('"') or "!" in rule.formula1):
            for span in rule.sqref.ranges:
                if span.max_col < 16_384:
                    span.shift(col_shift=1)
                    kept.append(DataValidation(type="list", formula1=rule.formula1, sqref=str(span), allow_blank=True))
    sheet.data_validations = kept
    sheet.tables.clear()
    sheet.auto_filter.ref = None
    sheet._hyperlinks, sheet._images, sheet._charts = [], [], []
    sheet.print_area = None


def _mark(sheet: Any, places: Mapping[int, int], reasons: Reasons, at: Mapping[str, int], top: int) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    red = PatternFill("solid", start_color=RED, end_color=RED)
    head = sheet.cell(top, 1)
    head.value, head.font, head.fill = _("失败原因"), Font(bold=True), red
    for number, row in places.items():
        why = sheet.cell(row, 1)
        why.value = ILLEGAL_CHARACTERS_RE.sub("", _words(reasons[number]))
        why.data_type = "s"
        why.alignment = Alignment(wrap_text=True, vertical="top")
        for index, text in _by_column(reasons[number], at).items():
            cell = sheet.cell(row, index + 2)
            cell.fill = copy(red)
            cell.comment = Comment(text, "", width=320, height=40 + 18 * (len(text) // 20 + 1))
    sheet.freeze_panes = sheet.cell(top + 1, 2)


# Copied out ----------------------------------------------------------------------------------------------------------


def _as_text_file(sheet: Sheet, target: Path, reasons: Reasons, top: int) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        for number, cells in sheet.rows:
            if number > top and number not in reasons:
                continue
            why = _words(reasons[number]) if number > top else (_("失败原因") if number == top else "")
            texts = [safe_text("" if cell is None else as_text(cell)) for cell in cells]
            writer.writerow([safe_text(why), *texts])


def _copied_out(sheet: Sheet, target: Path, reasons: Reasons, reading: TableReading, top: int, of: Import) -> None:
    with Book(target, title=of.file_name, on=of.created_at.date()) as book:
        page = book.sheet(sheet.name[:31] or _("失败的行"))
        plain, head = book.format(CELL), book.format(HEAD)
        wrapped = book.format({**CELL, "text_wrap": True, "valign": "top"})
        bad = book.format({**CELL, "bg_color": "#FFC7CE"})
        day = book.format({**CELL, "num_format": "yyyy-mm-dd"})
        page.worksheet.set_column(0, 0, 44)
        row = 0
        for number, cells in sheet.rows:
            if number > top and number not in reasons:
                continue
            red = _by_column(reasons[number], reading.at) if number > top else {}
            why = _words(reasons[number]) if number > top else (_("失败原因") if number == top else "")
            page.put(row, 0, why, head if number <= top else wrapped)
            for index, cell in enumerate(cells):
                look = head if number <= top else bad if index in red else plain
                _put(page, row, index + 1, cell, look, day)
            for index, text in red.items():
                if index >= len(cells):
                    page.put(row, index + 1, None, bad)
                page.note(row, index + 1, text)
            row += 1
            if number == top:
                page.worksheet.freeze_panes(row, 1)


def _put(page: Any, row: int, column: int, cell: Cell, look: Any, day: Any) -> None:
    import datetime

    if cell is None:
        page.put(row, column, None, look)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        page.worksheet.write_number(row, column, cell, look)
    elif isinstance(cell, Decimal):
        page.number(row, column, cell, look)
    elif isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime):
        page.put(row, column, cell, day)
    else:
        page.text(row, column, as_text(cell), look)
