"""The result workbook: 结果, 明细, 理由, 问题行, 制度, written in one pass over the customers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from creditpolicy.language import _
from creditpolicy.problems import Problem, Refusal
from creditpolicy.workbooks.book import EXCEL_ROWS, Book
from creditpolicy.workbooks.details_sheet import DetailsSheet
from creditpolicy.workbooks.policy_sheet import PolicySheet
from creditpolicy.workbooks.problems_sheet import ProblemsSheet
from creditpolicy.workbooks.reasons_sheet import ReasonsSheet
from creditpolicy.workbooks.results_sheet import ResultsSheet

if TYPE_CHECKING:
    from creditpolicy.ratings import Ratings

LARGE = 3_000
"""From this many customers on, only one row of each sheet is kept in memory."""
ROWS_ABOVE = 40
"""Rows kept for what stands above the customers."""


def write_workbook(result: Ratings, path: Path) -> None:
    """Write the result workbook. Raises Refusal where Excel has not rows enough."""
    count = len(result)
    if count > EXCEL_ROWS - ROWS_ABOVE:
        raise Refusal(
            _("客户有 {count:,} 户, Excel 一张表放不下。").format(count=count),
            [
                Problem(
                    "too-many-rows",
                    _("Excel 一张表最多 {most:,} 行。").format(most=EXCEL_ROWS),
                    _("写进去就要丢掉一部分客户。"),
                    _("把结果写成 .parquet 或 .csv, 或把客户分成几个文件。"),
                )
            ],
        )
    title = _("{title} 评级结果").format(title=result.policy.title)
    large = count >= LARGE
    with Book(path, title=title, on=result.as_of, large=large) as book:
        sheets = (
            ResultsSheet(book, result, large=large),
            DetailsSheet(book, result),
            ReasonsSheet(book, result, large=large),
            ProblemsSheet(book, result, large=large),
        )
        for customer in result:
            for sheet in sheets:
                sheet.add(customer)
        for sheet in sheets:
            sheet.finish()
        PolicySheet(book, result).write()
