"""The scalars of a policy file: each is read as text and typed here, so that `NO`, `010`, `3.10` stay what they say."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from creditpolicy.language import _, language_in_use

_NUMBER = re.compile(r"([+-]?\d{1,18}(?:_\d{3})*(?:\.\d{1,12})?)([万亿]?)", re.ASCII)
_TIMES = {"": 0, "万": 4, "亿": 8}
_TRUE = {"true", "yes", "是"}
_FALSE = {"false", "no", "否"}


def said(zh: str, en: str, default: Any = ..., **rest: Any) -> Any:
    """Declare a field of the language with its description in Chinese (for editors) and English (for the reference)."""
    extra: dict[str, JsonValue] = {"x-en": en}
    if isinstance(default, (list, tuple, dict)) and not default:
        kind = type(default)
        return Field(default_factory=kind, description=zh, json_schema_extra=extra, **rest)
    return Field(default, description=zh, json_schema_extra=extra, **rest)


class Part(BaseModel):
    """A piece of a policy: frozen, and refusing keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sourced(Part):
    """A rule or number that says where it stands in the source document, or that we assumed it and why."""

    clause: str | None = said(
        "出处: 文件条款号。数字与规则须写 clause 或 assumed。", "Where the document says it (clause number).", None
    )
    assumed: str | None = said(
        "文件没有写明, 由编制人假定: 写明理由, 供公司确认。",
        "The document does not say it; we assumed it, for this reason. Listed for the company to confirm.",
        None,
    )


def _number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        if value.is_finite():
            return value
    elif isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    elif isinstance(value, str):
        match = _NUMBER.fullmatch(value.strip())
        if match:
            return Decimal(f"{match[1].replace('_', '')}E{_TIMES[match[2]]}")  # exact, however many digits
    raise PydanticCustomError(
        "number",
        "{message}",
        {
            "message": _("“{value}”不是数字。").format(value=value),
            "fix": _("写成普通数字, 如 90、0.7、-5、50万、1亿, 不写千分位逗号、单位或百分号。"),
        },
    )


def _whole(value: Any) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise PydanticCustomError(
            "whole",
            "{message}",
            {"message": _("“{value}”不是整数。").format(value=value), "fix": _("写成整数, 如 30。")},
        )
    return int(number)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _TRUE | _FALSE:
        return value.strip().lower() in _TRUE
    raise PydanticCustomError(
        "flag",
        "{message}",
        {"message": _("“{value}”不是“是”或“否”。").format(value=value), "fix": _("写 true 或 false (是、否也可)。")},
    )


def _day(value: Any) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            return datetime.date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise PydanticCustomError(
        "day",
        "{message}",
        {"message": _("“{value}”不是日期。").format(value=value), "fix": _("写成 2026-01-01 的样子。")},
    )


class Words(Part):
    """A text in Simplified Chinese, with Traditional Chinese and English where given."""

    zh_hans: str = said("简体中文", "Simplified Chinese", alias="zh-hans", min_length=1)
    zh_hant: str | None = said("繁体中文", "Traditional Chinese", None, alias="zh-hant")
    en: str | None = said("英文", "English", None)

    def in_language(self, language: str) -> str:
        """Give the text in `language` (zh-hans, zh-hant, en), or in Simplified Chinese where it is not given."""
        return {"zh-hant": self.zh_hant, "en": self.en}.get(language) or self.zh_hans

    def __str__(self) -> str:
        """Give the text in the language in use."""
        return self.in_language(language_in_use())


def _words(value: Any) -> Any:
    return {"zh-hans": value} if isinstance(value, str) else value


_NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?\d+(_\d{3})*(\.\d+)?[万亿]?$"}]}
_WORDS_SCHEMA = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "properties": {name: {"type": "string"} for name in ("zh-hans", "zh-hant", "en")},
            "required": ["zh-hans"],
            "additionalProperties": False,
        },
    ]
}

Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer"})]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Day = Annotated[datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Text = Annotated[Words, BeforeValidator(_words), WithJsonSchema(_WORDS_SCHEMA)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Identifier = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]{0,62}$"),
]
PolicyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
Role = Identifier


class Expression(str):
    """An SQL expression over declared facts, as written; parsed and typed by `creditpolicy.expressions`."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """Accept text (a number written in YAML arrives as text too)."""
        return core_schema.no_info_plain_validator_function(_expression)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        """Publish as text or number, for editors."""
        return {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 1000}, {"type": "number"}]}


def _expression(value: Any) -> Expression:
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return Expression(str(value))
    if isinstance(value, str) and value.strip():
        match = _NUMBER.fullmatch(value.strip())
        return Expression(f"{_number(value):f}" if match else value.strip())
    raise PydanticCustomError(
        "expression",
        "{message}",
        {"message": _("这里要一个算式。"), "fix": _("写成事实名与数字的算式, 如 cumulative_rent / 10000。")},
    )


__all__ = [
    "Day",
    "Expression",
    "Flag",
    "Identifier",
    "Line",
    "Number",
    "Part",
    "PolicyId",
    "Role",
    "Sourced",
    "Text",
    "Whole",
    "Words",
    "said",
]
