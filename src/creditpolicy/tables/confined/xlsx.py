"""Workbooks of Excel 2007 and later (xlsx, xlsm): sheets, strings, formats and cells, as a stream."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from urllib.parse import unquote

from .archive import Archive
from .emission import Emission
from .formats import BUILT_IN, Style, style_of
from .limits import Limits
from .markup import feed, local, parser, unescape
from .refused import Refused
from .xlsx_sheet import SheetReader

_WORKBOOK_TYPES = ("/officeDocument",)


@dataclass
class _Relations:
    """The targets of a part's relations, by id, with their types."""

    targets: dict[str, tuple[str, str]] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = (attributes.get("Type", ""), unquote(attributes.get("Target", "")))

    def end(self, name: str) -> None:
        pass


@dataclass
class _Workbook:
    """The sheets of a workbook in their order, and its calendar."""

    sheets: list[dict[str, str]] = field(default_factory=list)
    date_1904: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            self.sheets.append({local(key): value for key, value in attributes.items()})
        elif local(name) == "workbookPr":
            self.date_1904 = attributes.get("date1904") in ("1", "true")

    def end(self, name: str) -> None:
        pass


class _Styles:
    """The class of each cell format, by its index."""

    def __init__(self) -> None:
        self._codes: dict[int, Style] = {}
        self._formats: list[int] = []
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local(name):
            case "numFmt" if attributes.get("numFmtId", "").isdigit():
                self._codes[int(attributes["numFmtId"])] = style_of(attributes.get("formatCode", ""))
            case "cellXfs":
                self._inside = True
            case "xf" if self._inside:
                number = attributes.get("numFmtId", "0")
                self._formats.append(int(number) if number.isdigit() else 0)

    def end(self, name: str) -> None:
        if local(name) == "cellXfs":
            self._inside = False

    @property
    def styles(self) -> list[Style]:
        return [self._codes.get(number, BUILT_IN.get(number)) for number in self._formats]


class _Strings:
    """The strings that cells share; the reading aids (phonetic runs) beside them are not part of the text."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._parts: list[str] = []
        self._aside = 0
        self.reader = parser(self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        word = local(name)
        if word == "rPh":
            self._aside += 1
        elif word == "t" and not self._aside:
            self.reader.CharacterDataHandler = self._parts.append

    def end(self, name: str) -> None:
        word = local(name)
        if word == "t":
            self.reader.CharacterDataHandler = None
        elif word == "rPh":
            self._aside -= 1
        elif word == "si":
            self.strings.append(unescape("".join(self._parts)))
            self._parts.clear()


class Book:
    """An xlsx workbook: its sheets by name and state, each readable on its own."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        path = self._workbook_path()
        if path.endswith(".bin"):
            raise Refused("xlsb")
        workbook = _Workbook()
        feed(parser(workbook), archive.chunks(path))
        self._date_1904 = workbook.date_1904
        relations = self._relations(path)
        self._paths: dict[str, str] = {}
        self.sheets: list[dict[str, object]] = []
        for sheet in workbook.sheets[: limits.sheets]:
            kind, target = relations.get(sheet.get("id", ""), ("", ""))
            if kind.endswith("/worksheet"):
                self._paths[str(len(self.sheets))] = target
                self.sheets.append(
                    {"name": sheet.get("name", ""), "hidden": sheet.get("state", "visible") != "visible"}
                )
        if not self.sheets:
            raise Refused("no-sheets")
        self._by_type = {kind.rpartition("/")[2]: target for kind, target in relations.values()}
        self.macros = any(name.endswith("vbaproject.bin") for name in archive.names)
        self._strings: list[str] | None = None
        self._styles: list[Style] | None = None

    def _workbook_path(self) -> str:
        for kind, target in self._relations("").values():
            if kind.endswith(_WORKBOOK_TYPES):
                return target
        raise Refused("no-workbook")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        found = _Relations()
        if path in self._archive:
            feed(parser(found), self._archive.chunks(path))
        return {
            key: (
                kind,
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target)),
            )
            for key, (kind, target) in found.targets.items()
        }

    def _prepare(self) -> tuple[list[str], list[Style]]:
        if self._strings is None or self._styles is None:
            strings, styles = _Strings(), _Styles()
            if self._by_type.get("sharedStrings", "") in self._archive:
                feed(strings.reader, self._archive.chunks(self._by_type["sharedStrings"]))
            if self._by_type.get("styles", "") in self._archive:
                feed(parser(styles), self._archive.chunks(self._by_type["styles"]))
            self._strings, self._styles = strings.strings, styles.styles
        return self._strings, self._styles

    def read(self, index: int, emission: Emission, first_rows: int | None) -> None:
        """Send the rows of one sheet."""
        strings, styles = self._prepare()
        with emission.sheet(index, first_rows) as merges:
            reader = SheetReader(strings, styles, self._date_1904, emission, merges)
            feed(reader.parser, self._archive.chunks(self._paths[str(index)]))
