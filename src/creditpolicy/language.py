"""Messages in the reader's language: Chinese is the source text, other languages come from gettext catalogues."""

from __future__ import annotations

import gettext
import locale
import os
from contextvars import ContextVar
from functools import cache
from pathlib import Path

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
    return _catalogue(_current.get()).gettext(text)


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
