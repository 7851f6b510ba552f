"""One cell → a value of the column's type, a blank, or a fault that says what, why and what to do."""

from __future__ import annotations

import datetime
import math
import re
from decimal import Decimal

from creditpolicy.language import _, listed
from creditpolicy.model import Kind
from creditpolicy.tables import quantities
from creditpolicy.tables.cells import (
    BLANK,
    PLAINLY,
    Bad,
    Cell,
    Covered,
    Failed,
    Manner,
    Padded,
    Percent,
    Suffixed,
    TimeOfDay,
    Uncalculated,
    Value,
    Verdict,
)
from creditpolicy.tables.characters import folded, narrow, shown, tidy
from creditpolicy.tables.columns import Column
from creditpolicy.tables.dates import NoDate, day, of_serial, read_date
from creditpolicy.tables.units import money

NOTHING = frozenset(
    {"", "/", "\\", "n/a", "na", "none", "null", "nil", "无", "無", "暂无", "暫無", "空", "未知", "不详", "不詳"}
    | {"未填", "未提供", "待补", "待補", "缺", "缺失", "无数据", "無數據", "*", "?", "…", "..."}
)
"""What people write to say nothing (folded). Runs of dashes count as well."""

YES = frozenset({"是", "y", "yes", "t", "true", "1", "1.0", "√", "✓", "✔", "对", "對", "有", "真", "on"})
NO = frozenset(
    {"否", "n", "no", "f", "false", "0", "0.0", "×", "✗", "✘", "错", "錯", "无", "無", "没有", "沒有", "假", "off"}
)

ERRORS = frozenset(
    {"#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!", "#FIELD!", "#UNKNOWN!"}
    | {"#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#BUSY!"}
)
_OVERFLOW = re.compile(r"#{3,}|Err:\d{3}")
_DASHES = re.compile(r"[-‐-―−﹘﹣－_]+")
_SPOILT = re.compile(r"\d(?:\.\d+)?E\+\d{1,3}", re.IGNORECASE | re.ASCII)
_ZERO_POINT = re.compile(r"(\d{1,15})\.0+", re.ASCII)
_KEPT_AS_TEXT = re.compile(r"=\"(.*)\"", re.DOTALL)
_GUARDED = re.compile(r"'(?='*\s*[=+\-@＝＋－＠﹦﹢﹣﹫−])")


def read_value(cell: Cell, column: Column, manner: Manner = PLAINLY) -> Verdict:
    """Read one cell for `column`; never raises.

    Numbers come back exact, in the column's unit and digits (half-up); a binary number counts by its 15 significant
    digits. An error cell, a formula without a result and a number under a merged cell are faults, never blanks.
    """
    if cell is None:
        return BLANK
    if isinstance(cell, str):
        return _text(cell, column, manner)
    if isinstance(cell, Failed | Uncalculated):
        return _no_result(cell, column)
    if isinstance(cell, Covered):
        return _covered(cell, column, manner)
    if isinstance(cell, float | Decimal) and not _is_finite(cell):
        # A frame has NaN where nothing was given; infinity is what a wrong calculation leaves.
        return _text(str(cell), column, manner) if "inf" in str(cell).lower() else BLANK
    if column.kind is Kind.DATE:
        return _date_of(cell, column)
    if column.kind.is_number:
        return _number_of(cell, column, manner)
    if column.kind is Kind.FLAG and isinstance(cell, bool):
        return Value(cell)
    if column.kind is Kind.ID and isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return _identifier_of(cell, column)
    return _text(as_text(cell), column, manner)


def says_nothing(text: str) -> bool:
    """Whether a text is one of those that people write for nothing: blanks, dashes, 无, N/A."""
    word = folded(text)
    return word in NOTHING or _DASHES.fullmatch(word) is not None


def _is_finite(number: float | Decimal) -> bool:
    return number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)


def _text(text: str, column: Column, manner: Manner) -> Verdict:
    value = narrow(text) if column.kind is Kind.ID else tidy(text)
    if not value:
        return BLANK
    if value.startswith("=") and (kept := _KEPT_AS_TEXT.fullmatch(value)):
        value = kept[1].strip()
    if value.startswith("'") and (column.kind not in (Kind.TEXT, Kind.CHOICE) or _GUARDED.match(value)):
        value = value[1:].strip()
    if value.upper() in ERRORS or _OVERFLOW.fullmatch(value):
        return _no_result(Failed(value), column)
    return _READERS[column.kind](value, column, manner)


def _free(text: str, column: Column, manner: Manner) -> Verdict:
    return BLANK if not text or _DASHES.fullmatch(text) or text in ("/", "N/A", "n/a") else Value(text)


def _identifier(text: str, column: Column, manner: Manner) -> Verdict:
    if not text or says_nothing(text):
        return BLANK
    if _SPOILT.fullmatch(text):
        return _spoilt(text, column)
    whole = _ZERO_POINT.fullmatch(text)
    return Value(whole[1] if whole else text)


def _choice(text: str, column: Column, manner: Manner) -> Verdict:
    word = folded(text)
    for choice in column.choices or ():
        if folded(choice) == word:
            return Value(choice)
    if says_nothing(text):
        return BLANK
    return Bad(
        "not-a-choice",
        _("“{label}”写的是“{cell}”, 不在可选值之中。").format(label=column.label, cell=shown(text)),
        _("可选值是: {choices}。").format(choices=listed(column.choices or ())),
        _("改成其中一个。"),
    )


def _flag(text: str, column: Column, manner: Manner) -> Verdict:
    word = folded(text)
    if word in YES or word in NO:
        return Value(word in YES)
    if says_nothing(text):
        return BLANK
    return Bad(
        "not-a-flag",
        _("“{label}”写的是“{cell}”, 看不出是还是否。").format(label=column.label, cell=shown(text)),
        "",
        _("写“是”或“否”。"),
    )


def _number(text: str, column: Column, manner: Manner) -> Verdict:
    return BLANK if says_nothing(text) else quantities.read_text(text, column, manner)


def _date(text: str, column: Column, manner: Manner) -> Verdict:
    if says_nothing(text):
        return BLANK
    found = read_date(text, manner.day_first)
    return _no_date(text, found, column) if isinstance(found, NoDate) else Value(found)


_READERS = {
    Kind.ID: _identifier,
    Kind.TEXT: _free,
    Kind.CHOICE: _choice,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    **dict.fromkeys([kind for kind in Kind if kind.is_number], _number),
}


def as_text(cell: Cell) -> str:
    """Give a cell of another type as the text that the workbook shows."""
    if isinstance(cell, Padded):
        return cell.text
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Percent):
        share = quantities.of_float(cell.fraction)
        return f"{(share or Decimal(0)).scaleb(2).normalize():f}%"
    if isinstance(cell, Suffixed):
        return f"{as_text(cell.number)}{cell.unit}"
    if isinstance(cell, float):
        number = quantities.of_float(cell)
        return (
            str(cell) if number is None else f"{number.normalize():f}" if abs(number.adjusted()) < 30 else str(number)
        )
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, TimeOfDay):
        return str(datetime.timedelta(seconds=round(cell.days * 86400)))
    return str(cell)


def _number_of(cell: Cell, column: Column, manner: Manner) -> Verdict:
    if isinstance(cell, Percent):
        if column.kind not in (Kind.RATIO, Kind.PERCENT):
            return quantities.read_text(as_text(cell), column, manner)
        return quantities.read_binary(cell.fraction, column, 0)
    if isinstance(cell, Suffixed):
        unit = money(cell.unit, column.currency)
        if unit is None or column.kind is not Kind.AMOUNT or unit[1] != column.currency:
            return quantities.read_text(as_text(cell), column, manner)
        return quantities.read_binary(cell.number, column, unit[0])
    if isinstance(cell, Padded):
        return quantities.read_binary(cell.number, column, manner.power)
    if isinstance(cell, Decimal):
        shift = 0 if manner.power is None else manner.power - quantities.base_power(column)
        return quantities.settle(cell, str(cell), column, shift)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return quantities.read_binary(cell, column, manner.power)
    written = as_text(cell)
    return Bad(
        "not-a-number",
        _("“{label}”是“{cell}”, 读不成数字。").format(label=column.label, cell=shown(written)),
        _("这一格在表里是日期、时间或逻辑值, 多半是格式设错了。"),
        _("把单元格格式改成“常规”, 核对后填数字。"),
    )


def _date_of(cell: Cell, column: Column) -> Verdict:
    if isinstance(cell, datetime.date):
        found = day(cell.year, cell.month, cell.day)
    elif isinstance(cell, Padded | int | float | Decimal) and not isinstance(cell, bool):
        number: int | float | Decimal = cell.number if isinstance(cell, Padded) else cell
        whole = int(number) if 0 < number < 10**9 else 0
        found = read_date(str(whole)) if whole >= 10_000_000 else of_serial(whole if whole >= 10_000 else 0)
    else:
        found = NoDate("not a date")
    return _no_date(as_text(cell), found, column) if isinstance(found, NoDate) else Value(found)


def _identifier_of(cell: float | Decimal, column: Column) -> Verdict:
    if not -(10**30) < cell < 10**30:
        return _spoilt(str(cell), column)
    if cell != int(cell):
        return Bad(
            "fraction",
            _("“{label}”是 {cell}, 编号不会有小数。").format(label=column.label, cell=shown(str(cell))),
            _("这一格被当作数字存了, 末尾的 0 可能已经丢失。"),
            _("把这一列设成“文本”格式, 重新填写编号。"),
        )
    whole = int(cell)
    if abs(whole) >= 10**quantities.SIGNIFICANT and (isinstance(cell, float) or whole % 1000 == 0):
        return _spoilt(f"{cell:.15g}".upper() if isinstance(cell, float) else str(cell), column)
    return Value(str(whole))


def _covered(cell: Covered, column: Column, manner: Manner) -> Verdict:
    if not column.kind.is_number or cell.value is None:
        return read_value(cell.value, column, manner)
    return Bad(
        "merged-cell",
        _("“{label}”这一格与 {origin} 合并在一起, 只有一个数。").format(label=column.label, origin=cell.origin),
        _("看不出是几家共有一个数, 还是每家都是这个数。"),
        _("取消合并, 给每一行各填一个数。"),
    )


def _no_result(cell: Failed | Uncalculated, column: Column) -> Bad:
    if isinstance(cell, Uncalculated):
        return Bad(
            "uncalculated",
            _("“{label}”是公式, 但文件里没有存它的结果。").format(label=column.label),
            _("这份文件是别的程序写的, 没有经过表格软件计算。"),
            _("用 Excel 或 WPS 打开, 保存一次再用。"),
        )
    if cell.error.startswith("##"):
        return Bad(
            "error-cell",
            _("“{label}”只剩下一串 #。").format(label=column.label),
            _("另存为文本时列太窄, 数字没有存下来。"),
            _("在原表里把列拉宽, 重新导出。"),
        )
    return Bad(
        "error-cell",
        _("“{label}”是错误值 {error}。").format(label=column.label, error=shown(cell.error)),
        _("公式出错的格子不是空白, 不能按没有填处理。"),
        _("在原表里改好公式; 确实没有这个数就清空这一格。"),
    )


def _spoilt(written: str, column: Column) -> Bad:
    return Bad(
        "spoilt-id",
        _("“{label}”变成了 {cell}, 原来的编号已经丢了后几位。").format(label=column.label, cell=shown(written)),
        _("表格软件把长编号当成数字, 只留 15 位有效数字, 后面的位数找不回来。"),
        _("回到原始数据, 先把这一列设成“文本”格式, 再粘贴编号。"),
    )


def _no_date(text: str, found: NoDate, column: Column) -> Bad:
    reasons = {
        "not a date": ("not-a-date", "", _("写成 2024-01-05 的样子。")),
        "no such day": ("impossible-date", _("日历上没有这一天。"), _("核对月份和日子。")),
        "which first": (
            "ambiguous-date",
            _("看不出哪个是月、哪个是日, 整列也没有能判断的日期。"),
            _("写成 2024-01-05 的样子, 或说明这一列是日在前还是月在前。"),
        ),
        "short year": ("short-year", _("年份只有两位, 看不出是哪一年。"), _("年份写四位, 如 2024-01-05。")),
        "part": ("part-date", _("缺年、月或日。"), _("写全年月日, 如 2024-01-05。")),
        "far": ("far-date", _("日期只能在 1900 年至 2200 年之间。"), _("核对年份。")),
    }
    code, why, fix = reasons[found.reason]
    what = _("“{label}”写的是“{cell}”, 不能用作日期。").format(label=column.label, cell=shown(text))
    return Bad(code, what, why, fix)
