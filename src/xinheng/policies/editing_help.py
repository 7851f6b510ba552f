"""Help at the cursor of a policy text: where it stands, what the key there means, and what may be written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import EnumType
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django.utils.translation import gettext as _
from pydantic.fields import FieldInfo

from creditpolicy.language import language_in_use
from creditpolicy.model import Kind, Part, Policy
from creditpolicy.reader.shape import Path, keys_of, part_at
from creditpolicy.vocabulary import word

MOST = 60
"""Choices that are offered at once."""
_WORD = r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff-]*"
_KEY = re.compile(rf"\s*(?P<key>{_WORD})\s*:(?=\s|$)")
_DASHES = re.compile(r"^(\s*)((?:-\s+|-$)*)")
_TYPED = re.compile(rf"{_WORD}$")
_ROLE_KEYS = {"role", "with_roles", "by", "release_by", "judged_by", "collected_by", "roles", "tell", "proposed_by"} | {
    "decided_by"
}
_GRADE_KEYS = {"grades", "to_grade"}
_FORMS = {
    "missing": ("refuse", "worst", "reweigh", "points 0"),
    "every": ("1 months", "3 months", "6 months", "1 years"),
    "effective_from": ("2027-01-01",),
}
_FACT_KEYS = {"of", "when", "points", "formula", "otherwise", "limit", "item"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be written: what it means, and the text to put in place of what is typed already."""

    text: str
    meaning: str
    insert: str


@dataclass(frozen=True, slots=True)
class Help:
    """What an editor shows at the cursor: the way there, what the key means, and the choices that fit."""

    where: str
    key: str
    meaning: str
    choices: tuple[Choice, ...] = field(default_factory=tuple)
    typed: str = ""


def help_at(text: str, line: int, column: int) -> Help:
    """Give the help at a line and column of a text, both from 0; the text need not be a policy yet."""
    lines = text.replace("\r\n", "\n").split("\n")
    line = max(0, min(line, len(lines) - 1))
    before = lines[line][:column]
    if before.lstrip().startswith("#"):
        return Help("", "", _("这是注释, 不影响评级。"))
    spot = _spot(lines, line, before)
    found = _TYPED.search(before)
    typed = found[0] if found else ""
    meaning = _meaning(spot)
    choices = _values(text, spot) if spot.key else _keys(spot)
    fitting = [choice for choice in choices if _fits(choice, typed)]
    return Help(_way(spot), spot.key or _last(spot.path), meaning, tuple(fitting[:MOST]), typed)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the cursor is: the mapping it stands in, the key whose value is being written, and the keys there already."""

    path: Path
    key: str
    there: frozenset[str]


def _spot(lines: list[str], line: int, before: str) -> _Spot:
    levels: list[tuple[int, str | int]] = []
    for number in range(line):
        _descend(levels, lines[number])
    dashes = _DASHES.match(before)
    assert dashes is not None
    indent = len(dashes[0])
    rest = before[indent:]
    _enter(levels, dashes, indent)
    while levels and levels[-1][0] >= indent and not isinstance(levels[-1][1], int):
        levels.pop()
    path: Path = tuple(step for _indent, step in levels)
    if rest.startswith(("{", "[")):
        return _in_value(path, "", rest)
    found = _KEY.match(rest)
    if found is None:
        return _Spot(path, "", frozenset(_siblings(lines, line, indent)))
    key, value = found["key"], rest[found.end() :]
    return _in_value((*path,), key, value)


def _descend(levels: list[tuple[int, str | int]], line: str) -> None:
    """Follow the text down by one line."""
    if not line.strip() or line.lstrip().startswith("#"):
        return
    dashes = _DASHES.match(line)
    assert dashes is not None
    indent = len(dashes[0])
    _enter(levels, dashes, indent)
    found = _KEY.match(line[indent:])
    if found is None:
        return
    while levels and levels[-1][0] >= indent and not isinstance(levels[-1][1], int):
        levels.pop()
    levels.append((indent, found["key"]))


def _enter(levels: list[tuple[int, str | int]], dashes: re.Match[str], indent: int) -> None:
    """Leave what is further in than this line, and go into the entry that its dash begins."""
    outer = len(dashes[1])
    dashed = bool(dashes[2])
    while levels and (levels[-1][0] > outer or (levels[-1][0] == outer and isinstance(levels[-1][1], int))):
        levels.pop()
    if not dashed:
        while levels and levels[-1][0] >= indent:
            levels.pop()
        return
    levels.append((outer, 0))


def _in_value(path: Path, key: str, value: str) -> _Spot:
    """Find the place inside a value written in braces or brackets; else the value itself."""
    steps: list[str | int] = [*path]
    current, there, start = key, set[str](), 0
    depth: list[tuple[str, str, set[str]]] = []
    quote = ""
    for place, sign in enumerate(value):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "{[":
            depth.append((sign, current, there))
            steps.append(current) if current else None
            steps.append(0) if sign == "[" else None
            current, there, start = "", set(), place + 1
        elif sign in "}]" and depth:
            opened, current, there = depth.pop()
            del steps[-(1 if opened == "[" else 0) or len(steps) :]
            steps.pop() if current and steps else None
        elif sign == "," and depth:
            current, start = "", place + 1
        elif sign == ":" and depth and depth[-1][0] == "{" and not current:
            current = value[start:place].strip()
            there.add(current)
    in_list = bool(depth) and depth[-1][0] == "["
    if in_list:
        while steps and steps[-1] == 0:
            steps.pop()
        current = str(steps.pop()) if steps else ""
    return _Spot(tuple(steps), current, frozenset(there))


def _siblings(lines: list[str], line: int, indent: int) -> Iterator[str]:
    """Give the keys that stand in the same mapping as a line."""
    for step in (-1, 1):
        number = line + step
        while 0 <= number < len(lines):
            told = lines[number]
            dashes = _DASHES.match(told)
            if told.strip() and not told.lstrip().startswith("#") and dashes is not None:
                if len(dashes[1]) < indent and not (dashes[2] and len(dashes[0]) == indent and step == -1):
                    break
                found = _KEY.match(told[len(dashes[0]) :])
                if found and len(dashes[0]) == indent:
                    yield found["key"]
                if dashes[2] and len(dashes[0]) == indent:
                    break
            number += step


def _keys(spot: _Spot) -> list[Choice]:
    part = part_at(spot.path)
    if part is None:
        return []
    return [Choice(key, meaning, f"{key}: ") for key, meaning in keys_of(part).items() if key not in spot.there]


def _values(text: str, spot: _Spot) -> list[Choice]:
    found = _field(spot)
    if found is None:
        return []
    choices = [Choice(value, _said(value, spot.key), value) for value in _offered(found.annotation)]
    choices += [Choice(value, "", value) for value in _FORMS.get(spot.key, ()) if not choices]
    if spot.key in _ROLE_KEYS and spot.path:
        choices += [Choice(role, label, role) for role, label in _declared(text, "role")]
    if (spot.key in _GRADE_KEYS and spot.path) or (spot.key == "grade" and spot.path[:1] != ("grades",)):
        choices += [Choice(grade, label, grade) for grade, label in _declared(text, "grade")]
    if spot.key in _FACT_KEYS:
        choices += [Choice(fact, label, fact) for fact, label in _facts(text)]
    return choices


def _field(spot: _Spot) -> FieldInfo | None:
    part = part_at(spot.path)
    if part is None:
        return None
    return next((each for name, each in part.model_fields.items() if spot.key == (each.alias or name)), None)


def _offered(expected: Any) -> Iterator[str]:
    """Give the values that a field may have, where they are few."""
    if get_origin(expected) in (Union, UnionType, tuple, Annotated):
        for each in get_args(expected)[: 1 if get_origin(expected) is Annotated else None]:
            yield from _offered(each)
    elif get_origin(expected) is Literal:
        yield from map(str, get_args(expected))
    elif isinstance(expected, EnumType):
        yield from (str(each.value) for each in expected)  # type: ignore[var-annotated]
    elif expected is bool:
        yield from ("true", "false")


def _said(value: str, key: str) -> str:
    if key == "type" and value in {kind.value for kind in Kind}:
        return ""
    told = word(value)
    return "" if told == value else told


def _declared(text: str, key: str) -> Iterator[tuple[str, str]]:
    """Give the roles or grades that the text declares, with their names."""
    section = _section(text, "roles" if key == "role" else "grades")
    for found in re.finditer(rf"^\s*-\s*(?:\{{\s*)?{key}:\s*({_WORD})(.*(?:\n(?!\s*-).*)*)", section, re.MULTILINE):
        yield found[1], _label(found[2])


def _facts(text: str) -> Iterator[tuple[str, str]]:
    section = _section(text, "facts")
    for found in re.finditer(rf"^(?:  |\t)({_WORD}):(.*(?:\n(?:    .*|[ \t]*(?=\n|$)))*)", section, re.MULTILINE):
        yield found[1], _label(found[2])


def _section(text: str, name: str) -> str:
    found = re.search(rf"^{name}:.*\n((?:[ \t-].*\n?|\s*\n|#.*\n)*)", text.replace("\r\n", "\n"), re.MULTILINE)
    return found[1] if found else ""


def _label(text: str) -> str:
    found = re.search(r"label:\s*(?:\{\s*zh-hans:\s*)?[\"']?([^,}\"'\n]+)", text)
    return found[1].strip() if found else ""


def _meaning(spot: _Spot) -> str:
    if not spot.key and spot.path == ("facts",):
        return _("名称自己起: 汉字、英文字母、数字和下划线。")
    if spot.key:
        found = _field(spot)
    elif spot.path:
        found = _field(_Spot(_parent(spot.path), _last(spot.path), frozenset()))
    else:
        return _("一份制度: 收集什么、怎样评分、等级、授信、流程、复评。")
    if found is None:
        return ""
    extra = found.json_schema_extra
    if language_in_use() == "en" and isinstance(extra, dict):
        return str(extra.get("x-en") or found.description or "")
    return found.description or ""


def _parent(path: Path) -> Path:
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return path[:-1]


def _last(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _way(spot: _Spot) -> str:
    """Write where the cursor is in the words of the sections."""
    told, part = [], Policy
    inner: type[Part] | None = part
    for place, step in enumerate(spot.path):
        if isinstance(step, str):
            told.append((keys_of(inner).get(step) if inner else None) or step)
        inner = part_at(spot.path[: place + 1])
    return " › ".join(told)


def _fits(choice: Choice, typed: str) -> bool:
    if not typed:
        return True
    asked = typed.lower()
    return choice.text != typed and (choice.text.lower().startswith(asked) or asked in choice.meaning.lower())
