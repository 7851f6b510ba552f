"""Text files with separated values: comma, semicolon, tab or bar, with quotes, any line ends, ragged rows kept as they are."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from creditpolicy.tables.confined.limits import Limits
from creditpolicy.tables.confined.refused import Refused
from creditpolicy.tables.sheets import Row, Sheet

DELIMITERS = (",", ";", "\t", "|")
_FIRST = 1 << 16
_FIRST_ROWS = 60


def read_text(text: str, score: Callable[[Sequence[Row]], int], limits: Limits) -> Sheet:
    """Read a text as one sheet. `score` rates rows by the headings found, to choose the delimiter. Raises `Refused`.

    Rows are numbered as a spreadsheet shows them: a field with line ends in quotes is one row, a blank line is a row.
    """
    told, text = _told_delimiter(text)
    delimiter = told or _delimiter(text, score)
    rows: list[Row] = []
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader, 1):
            cells += len(record)
            if cells > limits.cells:
                raise Refused("too-many-cells", limit=limits.cells)
            if any(field and not field.isspace() for field in record):
                rows.append((number, [field or None for field in record]))
    except csv.Error as error:
        code = "long-field" if "limit" in str(error) else "quotes"
        raise Refused(code, line=reader.line_num) from error
    return Sheet(name="", rows=rows, ragged=True)


def _told_delimiter(text: str) -> tuple[str, str]:
    """Heed the first line `sep=;` that Excel writes and hides."""
    first, end, rest = text.partition("\n")
    word = first.strip().strip('"').lower()
    if end and len(word) <= 5 and word.startswith("sep="):
        told = first.strip().strip('"')[4:] or "\t"
        return (told, rest) if told in DELIMITERS else ("", rest)
    return "", text


def _delimiter(text: str, score: Callable[[Sequence[Row]], int]) -> str:
    """Choose by the headings found, then by how alike the rows are in width."""
    head = text if len(text) <= _FIRST else text[: text.rfind("\n", 0, _FIRST) + 1 or _FIRST]

    def fitness(delimiter: str) -> tuple[int, float]:
        rows = _glance(head, delimiter)
        return score(rows), _alike([len(cells) for _number, cells in rows])

    return max(DELIMITERS, key=fitness)


def _glance(head: str, delimiter: str) -> list[Row]:
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        for number, record in enumerate(reader, 1):
            if any(record):
                rows.append((number, [field or None for field in record]))
            if len(rows) >= _FIRST_ROWS:
                break
    except csv.Error:
        return []
    return rows


def _alike(widths: Iterable[int]) -> float:
    counts = Counter(widths)
    if not counts:
        return 0.0
    width, rows = counts.most_common(1)[0]
    return 0.0 if width < 2 else rows / counts.total()
