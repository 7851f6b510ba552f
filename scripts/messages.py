"""Gather the messages of the code into the translators' catalogues, and compile them; `--check` only says what is amiss.

A message is a text inside `_()` or `later()`, in Simplified Chinese. A translation must have the same `{names}` as its message, or
`format` would fail before the user's eyes.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("src/creditpolicy", "src/xinheng")
CATALOGUES = ROOT / "src/creditpolicy/locale"
LANGUAGES = ("en", "zh_Hant")
MARKS: dict[str, None] = {"_": None, "later": None}
"""What marks a message: `_()`, or `later()` where it is put into the reader's language only when it is shown."""
NAME = re.compile(r"\{(\w*)")
HEADER = "# Made by `make messages`; only the msgstr lines are written by hand."
THEN = datetime(
    2026, 1, 1, tzinfo=UTC
)  # gettext wants dates in the compiled file; the same messages give the same bytes


def main(arguments: list[str]) -> int:
    """Write (or, with `--check`, compare) every catalogue; leave 1 where something is amiss."""
    template = gathered()
    amiss = []
    for language in LANGUAGES:
        path = CATALOGUES / language / "LC_MESSAGES" / "creditpolicy.po"
        catalogue = updated(template, language, path)
        amiss += faults(catalogue, language)
        text, compiled = as_files(catalogue)
        for target, content in ((path, text), (path.with_suffix(".mo"), compiled)):
            if "--check" not in arguments:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            elif not target.exists() or target.read_bytes() != content:
                amiss.append(f"{target.relative_to(ROOT)}: older than the code; run `make messages`")
    print("\n".join(amiss) or f"{len(template)} messages, {len(LANGUAGES)} languages", file=sys.stderr)
    return 1 if amiss else 0


def gathered() -> Catalog:
    """Give the messages of the code, each once, in the order of their text."""
    messages = {
        message
        for folder in SOURCES
        for _file, _line, message, _comments, _context in extract_from_dir(ROOT / folder, keywords=MARKS)
        if isinstance(message, str) and message
    }
    catalogue = Catalog()
    for message in sorted(messages):
        catalogue.add(message)
    return catalogue


def updated(template: Catalog, language: str, path: Path) -> Catalog:
    """Give the catalogue of `language` with the messages of `template` and the translations that it had."""
    known = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog()
    catalogue = Catalog(locale=language, project="xinheng", creation_date=THEN, revision_date=THEN)
    for entry in template:
        if entry.id:
            had = known.get(entry.id)
            catalogue.add(entry.id, had.string if had else "")
    return catalogue


def faults(catalogue: Catalog, language: str) -> list[str]:
    """Name the messages without a translation, and those whose `{names}` differ from their translation's."""
    found = []
    for entry in catalogue:
        if not entry.id:
            continue
        told = str(entry.string or "")
        if not told:
            found.append(f"{language}: not translated: {entry.id}")
        elif told and set(NAME.findall(told)) != set(NAME.findall(str(entry.id))):
            found.append(f"{language}: other {{names}}: {entry.id}")
    return found


def as_files(catalogue: Catalog) -> tuple[bytes, bytes]:
    """Give the catalogue as text for people and compiled for gettext; the same messages give the same bytes."""
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalogue, width=120, omit_header=True)
    write_mo(compiled, catalogue)
    head = f'{HEADER}\nmsgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return head.encode() + text.getvalue(), compiled.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
