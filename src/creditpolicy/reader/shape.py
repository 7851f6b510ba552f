"""What the model expects at a path of the policy file: which keys, with what meaning. For did-you-mean and what-is-missing."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from creditpolicy.language import language_in_use
from creditpolicy.model import Part, Policy

Path = tuple[str | int, ...]


def part_at(path: Path) -> type[Part] | None:
    """Give the model of the section at `path`; None where a scalar, a list or nothing is expected."""
    expected: Any = Policy
    for step in path:
        expected = _inside(expected, step)
    return next((option for option in _options(expected) if _is_part(option)), None)


def expects_list(path: Path) -> bool:
    """Whether a list, and nothing else, is expected at `path`."""
    expected: Any = Policy
    for step in path:
        expected = _inside(expected, step)
    return {get_origin(option) for option in _options(expected) if option is not type(None)} == {tuple}


def keys_of(part: type[Part]) -> dict[str, str]:
    """Give the keys of a section as the file writes them, each with its meaning in a few words of the reader's language."""
    return {
        field.alias or name: re.split(r"[,;:：，。.(（\[]", _described(field))[0].strip()
        for name, field in part.model_fields.items()
    }


def _described(field: FieldInfo) -> str:
    english = field.json_schema_extra.get("x-en") if isinstance(field.json_schema_extra, dict) else None
    return str(english) if english and language_in_use() == "en" else field.description or ""


def nearest(word: str, keys: dict[str, str]) -> str | None:
    """Give the key that `word` was probably meant to be, by its spelling or by its Chinese meaning."""
    by_spelling = difflib.get_close_matches(word.lower(), keys, n=1, cutoff=0.6)
    if by_spelling:
        return by_spelling[0]
    meanings = {meaning: key for key, meaning in keys.items() if meaning}
    close = difflib.get_close_matches(word, meanings, n=1, cutoff=0.5)
    if close:
        return meanings[close[0]]
    inside = [key for meaning, key in meanings.items() if len(word) > 1 and (word in meaning or meaning in word)]
    return inside[0] if len(inside) == 1 else None


def homes_of(key: str) -> list[str]:
    """Name the sections in which `key` belongs, as dotted paths, nearest the top first."""
    return _homes().get(key, [])


@cache
def _homes() -> dict[str, list[str]]:
    homes: dict[str, list[str]] = {}
    queue: list[tuple[str, type[Part]]] = [("", Policy)]
    seen: set[type[Part]] = set()
    while queue:
        where, part = queue.pop(0)
        if part in seen:
            continue
        seen.add(part)
        for name, field in part.model_fields.items():
            key = field.alias or name
            homes.setdefault(key, []).append(where)
            queue += [(f"{where}.{key}".strip("."), child) for child in _parts(field.annotation)]
    return homes


def _parts(expected: Any) -> Iterator[type[Part]]:
    for option in _options(expected):
        if _is_part(option):
            yield option
        for child in get_args(option):
            yield from _parts(child)


def _inside(expected: Any, step: str | int) -> Any:
    for option in _options(expected):
        if _is_part(option) and isinstance(step, str):
            for name, field in option.model_fields.items():
                if step == (field.alias or name):
                    return field.annotation
        kinds = get_args(option)
        if get_origin(option) is tuple and isinstance(step, int) and kinds:
            return kinds[0] if len(kinds) == 2 and kinds[1] is Ellipsis else kinds[min(step, len(kinds) - 1)]
        if get_origin(option) is dict and isinstance(step, str):
            return kinds[1]
    return None


def _options(expected: Any) -> Iterator[Any]:
    origin = get_origin(expected)
    if origin is Annotated:
        yield from _options(get_args(expected)[0])
    elif origin in (Union, types.UnionType):
        for option in get_args(expected):
            yield from _options(option)
    elif expected is not None:
        yield expected


def _is_part(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, Part)
