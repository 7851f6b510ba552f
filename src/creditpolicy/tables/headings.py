"""Headings: which column each one means, in which row they stand, and the units they state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from creditpolicy.model import Kind
from creditpolicy.tables.characters import folded
from creditpolicy.tables.columns import Column
from creditpolicy.tables.units import money

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "customer_id": (
        *(
            "客户编号",
            "客户编码",
            "客户代码",
            "客户代号",
            "客户号",
            "客户id",
            "企业编号",
            "企业代码",
            "企业代号",
            "单位编号",
        ),
        *(
            "单位代码",
            "公司编号",
            "经销商编号",
            "经销商代码",
            "会员编号",
            "客戶編號",
            "客戶代碼",
            "客戶代號",
            "企業編號",
            "企業代號",
        ),
        *("customer id", "customer no", "customer number", "customer code", "cust id", "cust no", "client id"),
    ),
    "name": (
        *("客户名称", "客户全称", "客户姓名", "企业名称", "公司名称", "单位名称", "经销商名称", "姓名", "全称", "户名"),
        *("客戶名稱", "企業名稱", "公司名稱", "單位名稱", "customer name", "company name", "client name"),
    ),
}
"""Other headings of the columns that every table has; those of a policy's own facts are their labels."""

WEAK: Mapping[str, tuple[str, ...]] = {
    "customer_id": ("编号", "编码", "代码", "代号", "編號", "編碼", "代碼", "代號", "id", "no", "code"),
    "name": ("名称", "名稱", "name"),
}
"""Headings too general to count where a better one stands in the sheet."""

TOLD, SAME, BARE, SYNONYM, GENERAL = 9, 4, 3, 2, 1
"""How sure a match is: by the mapping file, letter by letter, without brackets, by a synonym, by a general word."""

_WEIGHT = {TOLD: 12, SAME: 10, BARE: 10, SYNONYM: 7, GENERAL: 3}
_BRACKETS = re.compile(r"[(\[【〔{<《]([^()\[\]【】〔〕{}<>《》]*)[)\]】〕}>》]")
_MARKS = re.compile(r"[*※#_\-:.、,'\"“”‘’·]+")
_STATED = re.compile(r"^(?:单位|單位|unit)[:为為是]?")
_SCORE_TAIL = re.compile(r"(?:得分|评分|評分|分数|分數|打分)$")
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading read: `whole` and `bare` (without brackets) for comparing, and the words that may be its unit."""

    text: str
    whole: str
    bare: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A heading that means a wanted column: where it stands (from 0), how sure that is, and its unit's words."""

    column: Column
    index: int
    text: str
    level: int
    units: tuple[str, ...] = ()


@lru_cache(8192)
def heading(text: str) -> Heading:
    """Read a heading: required marks, line ends, widths and brackets aside."""
    word = folded(text)[:_LONGEST]
    inside = tuple(_STATED.sub("", part) for part in _BRACKETS.findall(word))
    outside = _BRACKETS.sub("", word)
    stem, slash, tail = outside.rpartition("/")
    if not slash or not stem or not is_unit(tail):
        stem, tail = outside, ""
    return Heading(text, squashed(word), squashed(stem), (*inside, tail) if tail else inside)


def squashed(word: str) -> str:
    """Give a folded text without the marks that people put into headings."""
    return _MARKS.sub("", word)


def is_unit(word: str) -> bool:
    """Whether a word can only be a unit."""
    return word in ("%", "‰", "天", "日", "次", "个", "家", "年", "月", "分", "倍") or money(word) is not None


class Names:
    """The wanted columns by every heading that means them, with how sure each is."""

    def __init__(self, columns: Sequence[Column], mapping: Mapping[str, str] | None = None) -> None:
        self.columns = {column.id: column for column in columns}
        self._names: dict[str, list[tuple[int, str]]] = {}
        for column in columns:
            for name in (column.id, *column.labels):
                read = heading(name)
                self._add(read.whole, SAME, column.id)
                self._add(read.bare, BARE, column.id)
            self._add_all(SYNONYMS.get(column.id, ()), SYNONYM, column.id)
            self._add_all((*WEAK.get(column.id, ()), *column.weak), GENERAL, column.id)
        self._told = {squashed(folded(source)): target for source, target in (mapping or {}).items()}

    def _add_all(self, names: Iterable[str], level: int, column: str) -> None:
        for name in names:
            self._add(squashed(folded(name)), level, column)

    def _add(self, name: str, level: int, column: str) -> None:
        if name:
            self._names.setdefault(name, []).append((level, column))

    def find(self, text: str) -> tuple[int, Column, tuple[str, ...]] | None:
        """Give how sure the heading is, the column it means, and the words that may be its unit."""
        read = heading(text)
        told = self._told.get(read.whole)
        if told is not None:
            return (TOLD, self.columns[told], read.units) if told in self.columns else None
        best: tuple[int, str] | None = None
        for name, ceiling in ((read.whole, SAME), (read.bare, BARE), *self._variants(read.bare)):
            for level, column in self._names.get(name, ()):
                sure = min(level, ceiling)
                if best is None or sure > best[0]:
                    best = sure, column
        return (best[0], self.columns[best[1]], read.units) if best else None

    def _variants(self, bare: str) -> Iterable[tuple[str, int]]:
        """Try 新客户 for 是否新客户, and 实力 for 实力得分, where the column is of that kind."""
        for variant, kind in ((bare.removeprefix("是否"), Kind.FLAG), (_SCORE_TAIL.sub("", bare), Kind.SCORE)):
            if variant != bare and any(
                self.columns[name].kind is kind for _level, name in self._names.get(variant, ())
            ):
                yield variant, SYNONYM

    def heard_in(self, text: str) -> int:
        """Count the wanted headings that occur in the beginning of a text."""
        head = squashed(folded(text[:8192]))
        return sum(len(name) for name in (*self._names, *self._told) if len(name) > 1 and name in head)

    def matches(self, texts: Sequence[str]) -> list[Match]:
        """Match the texts of one row."""
        found = []
        for index, text in enumerate(texts):
            hit = self.find(text) if text else None
            if hit:
                found.append(Match(hit[1], index, text, hit[0], hit[2]))
        return found


def score(matches: Iterable[Match]) -> int:
    """Rate a row by its matches: each column counts once, by its surest heading."""
    best: dict[str, int] = {}
    for match in matches:
        best[match.column.id] = max(best.get(match.column.id, 0), _WEIGHT[match.level])
    return sum(best.values())
