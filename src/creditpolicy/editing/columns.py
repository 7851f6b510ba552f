"""The columns of the scorecard workbook: which key of the policy each holds, and how a cell says it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from creditpolicy.language import _
from creditpolicy.model import Number
from creditpolicy.model.values import Flag
from creditpolicy.tables.cells import Cell, Covered, Failed, Padded, Percent, Suffixed, TimeOfDay, Uncalculated
from creditpolicy.wording import short

Words = Mapping[str, str]
"""From what the file writes to what a cell shows."""


class Form(StrEnum):
    """How a value of the policy stands in a cell."""

    TEXT = "text"
    WORDS = "words"  # a text that may also be there in other languages; the sheet has the Simplified Chinese
    NUMBER = "number"
    PERCENT = "percent"  # a number of percents: a cell that shows 20% means 20
    FORMULA = "formula"
    FLAG = "flag"
    CHOICE = "choice"
    MISSING = "missing"  # a choice, or points N
    LINES = "lines"  # a list of texts, one a line
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key it holds, its heading, its form and width; `words` are what a choice shows."""

    key: str
    title: str
    form: Form = Form.TEXT
    width: int = 12
    words: Words | None = None
    is_identity: bool = False


class Unusable(Exception):
    """A cell says something that cannot be used here: what, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        self.what, self.fix = what, fix
        super().__init__(what)


_NUMBER: TypeAdapter[Decimal] = TypeAdapter(Number)
_FLAG: TypeAdapter[bool] = TypeAdapter(Flag)
_POINTS = re.compile(r"points\s+(-?\d+(?:\.\d+)?)")


def missing_words() -> dict[str, str]:
    """Say what happens where a fact is missing."""
    return {"refuse": _("不评"), "worst": _("按最差"), "reweigh": _("其他项目放大")}


def shown(column: Column, value: Any) -> str | Decimal | None:
    """Give what a cell shows for a value as the file has it; None for a blank cell."""
    if isinstance(value, Mapping):
        value = value.get("zh-hans")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(str(each) for each in value)
    if value is None:
        return None
    text = " ".join(str(value).split(" ")).strip()
    match column.form:
        case Form.NUMBER | Form.PERCENT | Form.FORMULA:
            number = as_number(text)
            return number if number is not None else text
        case Form.FLAG:
            return _("是") if _flag(text) else _("否")
        case Form.MISSING if points := _POINTS.fullmatch(text):
            return _("记 {points} 分").format(points=points[1])
        case Form.CHOICE | Form.MISSING:
            return (column.words or {}).get(text, text)
    return text


def said(column: Column, cell: Cell) -> str | None:
    """Give what the file writes for a cell; None for a blank one. Raises `Unusable`."""
    text = _text_of(column, cell)
    if text is None:
        return None
    match column.form:
        case Form.FLAG:
            return _said_flag(text)
        case Form.MISSING | Form.CHOICE:
            return _said_choice(column, text)
    return text


def same(column: Column, old: Any, new: str | None) -> bool:
    """Whether a cell says what the file says already, however each writes it."""
    if isinstance(old, Mapping):
        old = old.get("zh-hans")
    if isinstance(old, Sequence) and not isinstance(old, str):
        return [str(each) for each in old] == (new or "").split("\n")
    if old is None or new is None:
        return old is new
    before, after = " ".join(str(old).split()), " ".join(new.split())
    if before == after:
        return True
    if column.form in (Form.NUMBER, Form.PERCENT, Form.FORMULA):
        first, second = as_number(before), as_number(after)
        return first is not None and first == second
    if column.form is Form.FLAG:
        return _flag(before) == _flag(after)
    return False


def as_number(text: str) -> Decimal | None:
    """Read a number as a policy file writes it (50万); None for what is none."""
    try:
        return _NUMBER.validate_python(text)
    except ValidationError:
        return None


def _flag(text: str) -> bool | None:
    try:
        return _FLAG.validate_python(text)
    except ValidationError:
        return None


def _said_flag(text: str) -> str:
    if text == _("是") or _flag(text) is True:
        return "true"
    if text == _("否") or _flag(text) is False:
        return "false"
    raise Unusable(_("“{value}”不是“是”或“否”。").format(value=text), _("从下拉里选“是”或“否”。"))


def _said_choice(column: Column, text: str) -> str:
    words = column.words or {}
    for key, shown_as in words.items():
        if text in (key, shown_as):
            return key
    if column.form is Form.MISSING:
        if _POINTS.fullmatch(text):
            return text
        pattern = re.escape(_("记 {points} 分")).replace(re.escape("{points}"), r"(-?\d+(?:\.\d+)?)")
        if found := re.fullmatch(pattern.replace(r"\ ", r"\s*"), text):
            return f"points {found[1]}"
    allowed = ", ".join(words.values())
    if not words:
        return text
    raise Unusable(_("这里不能是“{value}”。").format(value=text), _("可用的: {values}。").format(values=allowed))


def _text_of(column: Column, cell: Cell) -> str | None:
    match cell:
        case None:
            return None
        case bool():
            return "true" if cell else "false"
        case str():
            text = "\n".join(" ".join(line.replace("\t", " ").split(" ")).strip() for line in cell.splitlines())
            return text.strip() or None
        case Padded():
            return cell.text
        case Percent():
            share = _exact(cell.fraction)
            return short(share * 100 if column.form is Form.PERCENT else share)
        case Suffixed():
            return short(_exact(cell.number))
        case datetime.date():
            if column.form is Form.DAY:
                return cell.isoformat()[:10]
            raise Unusable(_("这一格是日期。"), _("改成文字或数字; 先把格式设为“常规”。"))
        case int() | float() | Decimal():
            return short(_exact(cell))
        case Failed():
            raise Unusable(_("公式出错: {error}。").format(error=cell.error), _("改好公式, 或直接写值。"))
        case Uncalculated():
            raise Unusable(_("公式还没有算出结果。"), _("用 Excel 或 WPS 打开, 保存一次; 或直接写值。"))
        case TimeOfDay():
            raise Unusable(_("这一格是时间。"), _("改成文字或数字; 先把格式设为“常规”。"))
        case Covered():
            raise Unusable(_("这一格被合并掉了。"), _("取消合并单元格。"))
    return str(cell)


def _exact(value: float | Decimal) -> Decimal:
    """Give a cell's number with the 15 digits that Excel keeps."""
    return value if isinstance(value, Decimal) else Decimal(f"{value:.15g}")
