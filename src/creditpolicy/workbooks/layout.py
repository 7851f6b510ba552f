"""How much room text takes, and how a sheet is printed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from creditpolicy.language import _
from creditpolicy.workbooks.book import Sheet
from creditpolicy.workbooks.looks import FONT, FONT_SIZE

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

LINE_HEIGHT = Decimal("1.4")
"""Height of a line of text, in font sizes."""
TALLEST = 400.0
"""Excel's rows end at 409 points."""
A4 = 9
PAGE_COLUMNS = {"portrait": 96, "landscape": 150}
"""Characters across an A4 page at full size, within the margins used here."""
SMALLEST_SCALE = 70
"""Percent below which print is too small to read on paper; wider sheets go onto several pages."""


def display_width(text: str) -> int:
    """Count the columns that text takes: a Chinese character or mark takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def widest(texts: Sequence[str], *, least: int, most: int) -> int:
    """Give a column width in which the widest of `texts` fits, within limits."""
    return max(least, min(most, max(map(display_width, texts), default=0) + 2))


def lines_needed(text: str, width: int, size: int = FONT_SIZE) -> int:
    """Count the lines of wrapped text of font size `size` in a column of `width`."""
    room = max(width * FONT_SIZE // size - 1, 1)
    return sum(max(-(-display_width(line) // room), 1) for line in text.split("\n"))


def height_for(texts: Iterable[tuple[str, int, int]], *, least: int = 1) -> float:
    """Give the height in points of a row in which each text (text, column width, font size) fits."""
    heights = [lines_needed(text, width, size) * size for text, width, size in texts]
    return min(float(LINE_HEIGHT * max([FONT_SIZE * least, *heights])) + 4, TALLEST)


@dataclass(frozen=True, slots=True)
class Page:
    """How a sheet is printed.

    `on` is the day shown at the top, `dated` says what day it is. `width` is that of all columns together; `head` the
    first and last row to repeat on every page, `columns` how many columns to repeat where the sheet is too wide for one.
    `signed` leaves room at the foot for those who sign.
    """

    title: str
    dated: str
    on: datetime.date
    width: int
    head: tuple[int, int] | None = None
    columns: int = 0
    landscape: bool = True
    signed: bool = False


def rating_page(result: Ratings, *, width: int, **rest: Any) -> Page:
    """Give the page of a sheet of the result workbook."""
    return Page(title=str(result.policy.title), dated=_("评级日"), on=result.as_of, width=width, **rest)


def set_up_page(sheet: Sheet, page: Page) -> None:
    """Make a sheet print on A4: all its columns, header rows on every page, title, page numbers and date."""
    worksheet = sheet.worksheet
    worksheet.set_paper(A4)
    if page.landscape:
        worksheet.set_landscape()
    worksheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    room = PAGE_COLUMNS["landscape" if page.landscape else "portrait"] * 100 // SMALLEST_SCALE
    pages = max(-(-page.width // room), 1)
    worksheet.fit_to_pages(pages, 0)
    if pages > 1 and page.columns:
        worksheet.repeat_columns(0, page.columns - 1)
    elif page.landscape:
        worksheet.center_horizontally()
    if page.head is not None:
        worksheet.repeat_rows(*page.head)
    font = f'&"{FONT},Regular"&9 '
    left = _marked(f"{page.title} · {sheet.name}", 90)
    worksheet.set_header(f"&L{font}{left}&R{font}{page.dated} {page.on.isoformat()}")
    number, printed = _("第 &P 页, 共 &N 页"), _("打印日期")
    made = _("制表: ____________  复核: ____________  批准: ____________") if page.signed else ""
    worksheet.set_footer(f"&L{font}{made}&C{font}{number}&R{font}{printed} &D")


def _marked(text: str, most: int) -> str:
    """Give text for a page header, where & begins a command."""
    return (text if len(text) <= most else text[: most - 1] + "…").replace("&", "&&")
