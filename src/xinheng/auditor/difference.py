"""Before and after, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Row:
    """One value before and after; None where it was not there."""

    name: str
    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


def difference(before: Any, after: Any) -> list[Row]:
    """Put what is written of both states side by side, in the order of writing; nested names are joined by dots."""
    left, right = dict(_flat(before)), dict(_flat(after))
    return [Row(name, left.get(name), right.get(name)) for name in {**left, **right}]


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, 1):
            yield from _flat(one, f"{name}.{number}" if name else str(number))
    elif value is not None or name:
        yield name, _said(value)


def _said(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("是") if value else _("否")
        case list():
            return ", ".join(_said(one) for one in value)
        case _:
            return str(value)
