"""Reading a written workbook back: its tables, and the exact decimals that its cells stand for."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from openpyxl.worksheet.worksheet import Worksheet

from small_policy import HEAD, ROWS

DAY = datetime.date(2026, 11, 21)
SHEETS = ["结果", "明细", "理由", "问题行", "制度"]


def customers(rows: tuple[tuple[object, ...], ...] = ROWS) -> pa.Table:
    """Customers of the small policy as a table of texts and flags."""
    return pa.table({name: [row[index] for row in rows] for index, name in enumerate(HEAD)})


def table_of(sheet: Worksheet, first: str) -> list[dict[str, Any]]:
    """Read the table whose header row begins with `first`, up to the last row."""
    rows = list(sheet.iter_rows())
    top = max(index for index, row in enumerate(rows) if row[0].value == first)
    heads = [cell.value for cell in rows[top]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in rows[top + 1 :]]


def exact(value: Any) -> Decimal | None:
    """Give the decimal that a cell shows: Excel keeps 15 digits, which a binary float of the file stands for."""
    return None if value is None else Decimal(f"{value:.15g}")
