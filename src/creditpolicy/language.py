"""Messages in the reader's language: Chinese is the source text, other languages come from gettext catalogues."""

from __future__ import annotations

import gettext
import locale
import os
import re
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

LANGUAGES = ("zh-hans", "zh-hant", "en")
DOMAIN = "creditpolicy"
FOLDER = Path(__file__).parent / "locale"

_current: ContextVar[str] = ContextVar("language", default="zh-hans")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "zh-hans":
        return gettext.NullTranslations()
    folder = {"zh-hant": "zh_Hant", "en": "en"}[language]
    return gettext.translation(DOMAIN, FOLDER, languages=[folder], fallback=True)


def _(text: str) -> str:
    """Give `text`, written in Simplified Chinese, in the language in use; untranslated text stays as it is."""
    told = _catalogue(_current.get()).gettext(text) if text else ""  # gettext gives its own header for an empty text
    return _Counting(told) if _FORMS.search(told) else told


def listed(words: Iterable[object]) -> str:
    """Join words of a list as the language in use does: 甲、乙, or A, B."""
    return _("、").join(map(str, words))


_FORMS = re.compile(r"\{\w+:[^{}|]+\|[^{}|]+\}")


class _Counting(str):
    """A translation whose words follow a number: `{days} {days:day|days}` gives `1 day` and `2 days`."""

    __slots__ = ()

    def format(self, *args: Any, **kwargs: Any) -> str:
        """Fill in the names, and choose between the forms by the number that the name stands for."""
        return _FORMATTER.vformat(self, args, kwargs)


class _Forms(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_FORMATTER = _Forms()


def use_language(language: str) -> None:
    """Set the language of all messages from now on (in this thread or task)."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    _current.set(language)


def language_in_use() -> str:
    """Give the language that messages are shown in."""
    return _current.get()


def language_of_environment() -> str:
    """Read the language from XINHENG_LANG, LC_ALL, LC_MESSAGES or LANG; where they say nothing, Chinese."""
    for name in ("XINHENG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return _language_named(value)
    try:
        return _language_named(locale.getlocale()[0] or "")
    except ValueError:
        return "zh-hans"


def _language_named(value: str) -> str:
    name = value.partition(".")[0].replace("-", "_").lower()
    if name.startswith(("zh_tw", "zh_hk", "zh_mo", "zh_hant")):
        return "zh-hant"
    if name.startswith("en"):
        return "en"
    return "zh-hans"
