"""Text on its way out: nothing exported may run as a formula when it is opened again.

A spreadsheet takes a text for a formula when it begins with `= + - @`, with their full-width forms, or with a tab or line
end that it passes over. In a workbook such a text is simply written as a string (xlsxwriter with `strings_to_formulas`,
`strings_to_numbers` and `strings_to_urls` off). A CSV file has no types: there the text gets an apostrophe in front, and
every text stands in quotes, so that no other list separator can cut it open. `read_table` takes the apostrophe off again.
Numbers, dates and flags are values, not text, and are never touched: `-12.50` stays a number.
"""

from __future__ import annotations

import codecs
import errno
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from creditpolicy.language import _
from creditpolicy.problems import Problem, Refusal

_PASSED_OVER = "\\x00-\\x20\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
DANGEROUS = f"^'*[{_PASSED_OVER}]*[=+\\-@＝＋－＠﹦﹢﹣﹫−\\t\\r\\n]"
"""Texts that a spreadsheet might run, for Python and for RE2. Apostrophes in front count: taking one off gives the text back."""

_DANGEROUS = re.compile(DANGEROUS)


def safe_text(value: str) -> str:
    """Give a text that stays text when a CSV file is opened in a spreadsheet."""
    return f"'{value}" if _DANGEROUS.match(value) else value


def safe_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make every text of a column safe; columns of other types come back as they are."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    risky = pc.fill_null(pc.match_substring_regex(column, DANGEROUS), False)
    if not pc.any(risky).as_py():
        return column
    return pc.if_else(risky, pc.binary_join_element_wise(pa.scalar("'", column.type), column, ""), column)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to, and move what was written there: a half-written file takes no whole one's place.

    Raises Refusal, saying why, where the system does not let it be written.
    """
    part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise Refusal(
            _("写不了 {file}。").format(file=path),
            [Problem("not-written", _reason(error), "", _("关闭正在打开它的程序, 或换一个位置。"))],
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    known = {
        errno.EACCES: _("没有写入的权限, 或文件正被别的程序打开。"),
        errno.EPERM: _("没有写入的权限, 或文件正被别的程序打开。"),
        errno.EROFS: _("这个位置只能读。"),
        errno.ENOSPC: _("磁盘满了。"),
        errno.EISDIR: _("这个名字已经是一个文件夹。"),
        errno.ENOENT: _("没有这个文件夹, 也建不了。"),
        errno.ENOTDIR: _("路径中间有一段不是文件夹。"),
        errno.EEXIST: _("路径中间有一段不是文件夹。"),
        errno.ENAMETOOLONG: _("文件名太长。"),
    }
    return known.get(error.errno or 0, str(error.strerror or error))


def write_csv(path: Path | str, table: pa.Table) -> None:
    """Write a table as CSV: UTF-8 with a mark, so that Excel shows Chinese; decimals in full; every text safe.

    The file appears whole or not at all: it is written beside its place and then moved there.
    """
    target = Path(path)
    columns = [_written(safe_column(column)) for column in table.columns]
    safe = pa.table(columns, names=[safe_text(name) for name in table.column_names])
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as stream:
            stream.write(codecs.BOM_UTF8)
            csv.write_csv(safe, stream, csv.WriteOptions(quoting_style="needed"))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give flags as 是 and 否, or Yes and No, which every column of flags reads again."""
    return pc.if_else(column, _("是"), _("否")) if pa.types.is_boolean(column.type) else column
