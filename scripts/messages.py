"""Gather the messages of the code into the translators' catalogues, and compile them; `--check` only says what is amiss.

The library and the command have one catalogue (`src/creditpolicy/locale`): texts inside `_()` or `later()` of
`creditpolicy.language`. Each room of the application has its own (`src/xinheng/<room>/locale`): texts inside Django's
`gettext` and its kin, and those of its templates. A message is Simplified Chinese. A translation must have the same
`{names}` and `%(names)s` as its message, or filling them in would fail before the user's eyes; and one message has one
translation, in whatever rooms it stands, since Django puts all rooms into one heap.

    messages.py                     gather and compile
    messages.py --check             leave 1 where a catalogue is older than the code or a message not translated
    messages.py --missing en        print the messages without a translation, as JSON
    messages.py --fill en FILE      take translations from such a JSON file, then gather and compile
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
LANGUAGES = ("en", "zh_Hant")
MARKS: dict[str, None] = {"_": None, "later": None}
"""What marks a message of the library and the command: `_()`, or `later()` where it is put into the reader's language
only when it is shown."""
DJANGO = "django.utils.translation"
KINDS: dict[str, Any] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
"""What marks a message of a room, by Django's name: which argument is the text, which its plural, which the context."""
NAME = re.compile(r"\{(\w*)|%\((\w+)\)")
TEXT = r"""[uU]?[rR]?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({TEXT}(?:\s*,\s*{TEXT})*)", re.DOTALL)
HEADER = "# Made by `make messages`; only the msgstr lines are written by hand."
THEN = datetime(2026, 1, 1, tzinfo=UTC)
"""gettext wants dates in the compiled file; the same messages give the same bytes."""

Key = tuple[Any, str | None]
"""A message (or its forms for one and for many), and its context."""


@dataclass
class Pool:
    """The messages of one catalogue."""

    folder: Path
    domain: str
    keys: set[Key] = field(default_factory=set)

    def path(self, language: str) -> Path:
        """Give where the translations into a language are kept."""
        return self.folder / "locale" / language / "LC_MESSAGES" / f"{self.domain}.po"

    def template(self) -> Catalog:
        """Give the messages, each once, in the order of their text."""
        catalogue = Catalog()
        for message, context in sorted(self.keys, key=lambda key: (str(key[0]), key[1] or "")):
            catalogue.add(message, context=context)
        return catalogue


def main(arguments: list[str]) -> int:
    """Write (or, with `--check`, compare) every catalogue; leave 1 where something is amiss."""
    pools = gathered()
    if "--missing" in arguments:
        return missing(pools, arguments[arguments.index("--missing") + 1])
    told: dict[str, dict[str, Any]] = {}
    if "--fill" in arguments:
        at = arguments.index("--fill")
        told[arguments[at + 1]] = json.loads(Path(arguments[at + 2]).read_text(encoding="utf-8"))
    amiss = []
    for language in LANGUAGES:
        elsewhere = known(pools, language) | {
            (key, None): value for key, value in told.get(language, {}).items() if value
        }
        catalogues = [updated(pool.template(), language, pool.path(language), elsewhere) for pool in pools]
        amiss += two_ways(catalogues[1:], language)  # the library keeps a heap of its own
        for pool, catalogue in zip(pools, catalogues, strict=True):
            amiss += faults(catalogue, language)
            text, compiled = as_files(catalogue)
            path = pool.path(language)
            for target, content in ((path, text), (path.with_suffix(".mo"), compiled)):
                if "--check" not in arguments:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content)
                elif not target.exists() or target.read_bytes() != content:
                    amiss.append(f"{target.relative_to(ROOT)}: older than the code; run `make messages`")
    count = len({key for pool in pools for key in pool.keys})
    print("\n".join(amiss) or f"{count} messages, {len(pools)} catalogues, {len(LANGUAGES)} languages", file=sys.stderr)
    return 1 if amiss else 0


def gathered() -> list[Pool]:
    """Give the messages of the code and of the templates, by the catalogue that they belong to."""
    library = Pool(SOURCE / "creditpolicy", "creditpolicy")
    rooms: dict[str, Pool] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        marks = imported(ast.parse(path.read_bytes()))
        library.keys |= in_code(path, {name: mark for name, mark in MARKS.items() if name not in marks})
        if marks:
            room(rooms, path).keys |= in_code(path, marks)
    for path in sorted((SOURCE / "xinheng").rglob("templates/**/*")):
        if path.suffix in {".html", ".txt", ".xml"} and (keys := in_template(path.read_text(encoding="utf-8"))):
            room(rooms, path).keys |= keys
    return [library, *(rooms[name] for name in sorted(rooms))]


def room(rooms: dict[str, Pool], path: Path) -> Pool:
    """Give the catalogue of the room that a file lies in."""
    name = path.relative_to(SOURCE / "xinheng").parts[0]
    return rooms.setdefault(name, Pool(SOURCE / "xinheng" / name, "django"))


def imported(tree: ast.Module) -> dict[str, Any]:
    """Give by which names a file marks its messages for Django."""
    return {
        alias.asname or alias.name: KINDS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == DJANGO
        for alias in node.names
        if alias.name in KINDS
    }


def in_code(path: Path, marks: Mapping[str, Any]) -> set[Key]:
    """Give the messages that a file of Python marks."""
    if not marks:
        return set()
    with path.open("rb") as source:
        return {
            (message, context)
            for _line, message, _comments, context in extract("python", source, keywords=marks)
            if message and (isinstance(message, tuple) or message.strip())
        }


def in_template(source: str) -> set[Key]:
    """Give the messages of a template: {% translate %}, {% blocktranslate %}, and `_("…")` inside tags."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure(USE_I18N=True)
    found: set[Key] = set()
    for kind, texts in ((match[1], match[2]) for match in CALL.finditer(templatize(source))):
        parts = [ast.literal_eval(text) for text in re.findall(TEXT, texts)]
        context = parts.pop(0) if "p" in kind.removesuffix("gettext") else None
        if parts and parts[0]:
            found.add((tuple(parts[:2]) if kind.startswith("n") else parts[0], context))
    return found


def known(pools: Iterable[Pool], language: str) -> dict[Key, Any]:
    """Give every translation that some catalogue holds: a message that moves to another room keeps its own."""
    found: dict[Key, Any] = {}
    for pool in pools:
        path = pool.path(language)
        if path.exists():
            found |= {
                (entry.id, entry.context): entry.string
                for entry in read_po(BytesIO(path.read_bytes()), locale=language)
                if entry.id and has_text(entry.string)
            }
    return found


def has_text(told: Any) -> bool:
    """Say whether a translation is there, in every form."""
    return all(told) if isinstance(told, tuple) else bool(told)


def updated(template: Catalog, language: str, path: Path, elsewhere: Mapping[Key, Any] | None = None) -> Catalog:
    """Give the catalogue of `language` with the messages of `template` and the translations that are known."""
    own = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog()
    catalogue = Catalog(locale=language, project="xinheng", creation_date=THEN, revision_date=THEN)
    for entry in template:
        if not entry.id:
            continue
        had = own.get(entry.id, entry.context)
        text = had.string if had is not None and has_text(had.string) else None
        single = entry.id[0] if isinstance(entry.id, tuple) else entry.id
        for key in ((entry.id, entry.context), (single, entry.context), (single, None)):
            text = text or (elsewhere or {}).get(key)
        if isinstance(entry.id, tuple):
            text = as_forms(text, catalogue.num_plurals)
        catalogue.add(entry.id, text or "", context=entry.context)
    return catalogue


def as_forms(text: Any, count: int) -> tuple[str, ...]:
    """Give a translation as the language's forms: one for every number, or one for one and one for many."""
    forms = [text] if isinstance(text, str) else list(text or [""])
    return tuple((forms + forms[-1:] * count)[:count])


def faults(catalogue: Catalog, language: str) -> list[str]:
    """Name the messages without a translation, and those whose `{names}` differ from their translation's."""
    found = []
    for entry in catalogue:
        if not entry.id:
            continue
        if not has_text(entry.string):
            found.append(f"{language}: not translated: {entry.id}")
        elif any(names(form) != names(entry.id) for form in forms_of(entry.string)):
            found.append(f"{language}: other {{names}}: {entry.id}")
    return found


def forms_of(text: Any) -> tuple[str, ...]:
    """Give the forms of a text: one, or one for each sort of number."""
    return tuple(text) if isinstance(text, (tuple, list)) else (text or "",)


def names(text: Any) -> set[tuple[str, ...]]:
    """Give the names that are filled in."""
    return {found for form in forms_of(text) for found in NAME.findall(form)}


def two_ways(catalogues: Iterable[Catalog], language: str) -> list[str]:
    """Name the messages that are translated in one way in one room and otherwise in another."""
    first: dict[Key, Any] = {}
    told = [entry for catalogue in catalogues for entry in catalogue if entry.id and has_text(entry.string)]
    return [
        f"{language}: translated in two ways: {entry.id}: {entry.string}"
        for entry in told
        if first.setdefault((entry.id, entry.context), entry.string) != entry.string
    ]


def missing(pools: Iterable[Pool], language: str) -> int:
    """Print the messages without a translation, each once, for `--fill`; a form for many is asked with its form for one."""
    elsewhere = known(pools, language)
    asked = dict.fromkeys(untranslated(pools, language, elsewhere), "")
    print(json.dumps(asked, ensure_ascii=False, indent=1))
    return 0


def untranslated(pools: Iterable[Pool], language: str, elsewhere: Mapping[Key, Any]) -> Iterator[str]:
    """Give the texts that no catalogue translates."""
    for pool in pools:
        for entry in updated(pool.template(), language, pool.path(language), elsewhere):
            if entry.id and not has_text(entry.string):
                yield entry.id[0] if isinstance(entry.id, tuple) else str(entry.id)


def as_files(catalogue: Catalog) -> tuple[bytes, bytes]:
    """Give the catalogue as text for people and compiled for gettext; the same messages give the same bytes."""
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalogue, width=120, omit_header=True)
    write_mo(compiled, catalogue)
    told = "Content-Type: text/plain; charset=utf-8\\n"
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
    head = f'{HEADER}\nmsgid ""\nmsgstr "{told}"\n{plural}\n'
    return head.encode() + text.getvalue(), compiled.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
