"""New values in the style of a policy file: plain where that reads back as it is, else quoted; small things in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

WIDEST = 118
"""Characters up to which a new rule is written in one line."""
_ABSENT = {"", "~", "null", "Null", "NULL"}


def scalar(text: str, *, flow: bool, style: str = "") -> str:
    """Write a text as YAML: in the quotes it had (`style`), else plain where it can be, else in double quotes."""
    if style == "'" and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    if style != '"' and _can_be_plain(text, flow):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _can_be_plain(text: str, flow: bool) -> bool:
    """Whether a text written without quotes is read back as the same text."""
    if text in _ABSENT or text != text.strip() or "\n" in text:
        return False
    try:
        events = list(yaml.parse(f"{{k: {text}}}" if flow else f"k: {text}\n", Loader=yaml.BaseLoader))
    except yaml.YAMLError:
        return False
    found = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    if len(events) != 8 or len(found) != 2:
        return False
    last = found[1]
    return last.value == text and last.style is None and last.anchor is None and last.tag is None


def in_flow(data: Any) -> str:
    """Write data in one line: `{from: 5, points: 10}`, `[0, null]`."""
    if data is None:
        return "null"
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{scalar(key, flow=True)}: {in_flow(value)}" for key, value in data.items()) + "}"
    if isinstance(data, Sequence) and not isinstance(data, str):
        return "[" + ", ".join(map(in_flow, data)) + "]"
    return scalar(str(data), flow=True)


def in_block(data: Mapping[str, Any], indent: int, newline: str) -> str:
    """Write a mapping over several lines, the first without its indent; no line break at the end."""
    lines = [member(key, value, indent, newline) for key, value in data.items()]
    return (newline + " " * indent).join(lines)


def member(key: str, value: Any, indent: int, newline: str) -> str:
    """Write `key: value` at `indent`; a list of rules takes a line for each."""
    name = scalar(key, flow=False)
    if value is None or isinstance(value, str):
        return f"{name}: {in_flow(value) if value is None else scalar(value, flow=False)}"
    if isinstance(value, Mapping):
        line = f"{name}: {in_flow(value)}"
        if indent + len(line) <= WIDEST:
            return line
        return f"{name}:{newline}{' ' * (indent + 2)}{in_block(value, indent + 2, newline)}"
    if all(isinstance(each, str) or each is None for each in value):
        return f"{name}: {in_flow(value)}"
    below = "".join(newline + entry(each, indent + 2, newline, flow=True) for each in value)
    return f"{name}:{below}"


def entry(data: Any, indent: int, newline: str, *, flow: bool) -> str:
    """Write an entry of a list: in one line where `flow` is wanted and it is short, else a line for each key."""
    line = " " * indent + "- " + in_flow(data)
    if not isinstance(data, Mapping):
        return line
    nested = any(
        isinstance(value, list) and any(isinstance(each, Mapping) for each in value) for value in data.values()
    )
    if flow and not nested and (len(line) <= WIDEST or len(data) <= 3):
        return line
    return " " * indent + "- " + in_block(data, indent + 2, newline)
