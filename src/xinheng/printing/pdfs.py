"""PDF forms by Typst: a template of the room that prints, and data handed over as JSON, never pasted into the text.

Forms are PDF/A, which refuses to leave a character out silently. What no font can draw is shown as 〓, and the form says
at its foot which characters these are. More fonts may be laid into the folder `fonts` of the data folder.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

PACKAGE = Path(__file__).resolve().parents[1]
STANDARD: Literal["a-2u"] = "a-2u"
STAND_IN = "〓"
ROUNDS = 20
"""How often a form is set anew without the characters that lack; each round tells of all it met."""

_LACKING = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands around a form: whose it is, who printed it and when, and by which policy."""

    by: str
    at: datetime
    company: str = ""
    policy: str = ""
    """The policy's name and version; empty where no policy speaks in the form."""
    level: str = ""
    """The level of confidentiality, as it stands in the corner."""


def pdf(template: Path, data: Mapping[str, Any], printed: Printed) -> bytes:
    """Set `template` (a .typ file below this package) with `data` and give the PDF.

    The template finds `data` as `sys.inputs.data` (JSON); texts, whole numbers, Decimals (as text), lists and mappings.
    """
    told = dict(data) | {"printed": _around(printed), "lacking": ""}
    lacking: set[str] = set()
    for _round in range(ROUNDS):
        try:
            return _compile(template, told, printed.at)
        except typst.TypstError as wrong:
            found = _not_drawn(wrong.diagnostic) - {STAND_IN}
            if not found:
                raise
            lacking |= found
            told = _without(told, found)
            points = ", ".join(f"U+{ord(character):04X}" for character in sorted(lacking))
            told["lacking"] = _("下列字符字库中没有, 以〓代替: {points}").format(points=points)
    raise AssertionError(f"{template.name} cannot be set: {sorted(lacking)}")


def _around(printed: Printed) -> dict[str, str]:
    """Give the lines around the form in the reader's language."""
    at = timezone.localtime(printed.at).strftime("%Y-%m-%d %H:%M")
    return {
        "company": printed.company or settings.COMPANY,
        "line": _("{person} 于 {at} 打印").format(person=printed.by, at=at),
        "policy": _("依据: {policy}").format(policy=printed.policy) if printed.policy else "",
        "level": printed.level,
        "page": _("第 {page} 页, 共 {pages} 页"),
    }


def _compile(template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    made = _compiler().compile(
        input=str(template),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=_plain)},
        pdf_standards=[STANDARD],
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{template.name} gave {type(made).__name__} instead of one PDF")
    return made


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(value)


@cache
def _fonts() -> typst.Fonts:
    own = Path(settings.HOME) / "fonts"
    folders = [Path(pylopdf_fonts_zh_cn.__file__).parent, *([own] if own.is_dir() else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(f) for f in folders])


def _compiler() -> typst.Compiler:
    """Give this thread's compiler: it keeps the fonts, and may not be shared between threads."""
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(root=str(PACKAGE), font_paths=_fonts(), ignore_system_fonts=True)
    return _local.compiler  # type: ignore[no-any-return]


def _not_drawn(diagnostic: str) -> set[str]:
    """Read out of Typst's message which characters no font draws."""
    texts = (_ESCAPE.sub(_unescape, text) for text in _LACKING.findall(diagnostic))
    return {character for text in texts for character in text}


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(match[2], match[2])


def _without(value: Any, characters: set[str]) -> Any:
    """Give the data with each of the characters replaced."""
    if isinstance(value, str):
        return "".join(STAND_IN if character in characters else character for character in value)
    if isinstance(value, Mapping):
        return {key: _without(item, characters) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without(item, characters) for item in value]
    return value
