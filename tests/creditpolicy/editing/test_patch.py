"""A change is put into the text of a policy, and nothing else moves: any scalar, any rule, any order."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditpolicy.editing.patch import KEPT, Change, Entries, Fields, New, changed, patched
from creditpolicy.editing.scalars import scalar
from creditpolicy.reader import Reading, read_policy, shipped
from creditpolicy.reader.source import source_of
from creditpolicy.reader.tree import Path as TreePath
from creditpolicy.reader.tree import Tree, tree_of

PACKS = Path(__file__).parents[3] / "src" / "creditpolicy" / "packs"
TEXTS = {name: (PACKS / name / "policy.yaml").read_text("utf-8") for name in shipped()}
READINGS = {name: read_policy(text) for name, text in TEXTS.items()}


def tree(text: str) -> Tree:
    return tree_of(source_of(text.encode(), "")[0])[0]


def nested(path: TreePath, change: Change, data: Any) -> Change:
    """Give a change of the whole for a change at a path."""
    if not path:
        return change
    step, below = path[0], data[path[0]]
    inner = nested(path[1:], change, below)
    if isinstance(step, int):
        return Entries([(place, inner if place == step else kept(each)) for place, each in enumerate(data)])
    return Fields({step: inner})


def kept(each: Any) -> Change:
    """Give the change that leaves an entry as it is."""
    if isinstance(each, list):
        return Entries([(place, kept(inner)) for place, inner in enumerate(each)])
    return KEPT if isinstance(each, dict) else New(None) if each is None else str(each)


def scalars(reading: Reading) -> list[TreePath]:
    return [path for path, spot in reading.tree.values.items() if spot.style and reading.tree.at(path) is not None]


def numbers(reading: Reading) -> list[TreePath]:
    found = []
    for path in scalars(reading):
        text = reading.tree.at(path)
        if text.replace(".", "", 1).isdigit() and text.isascii():
            found.append(path)
    return found


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_changed_number_replaces_its_own_span_only(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    reading, text = READINGS[name], TEXTS[name]
    path = data.draw(st.sampled_from(numbers(reading)))
    number = str(data.draw(st.decimals(0, 10**9, places=2, allow_nan=False)).normalize(None) + Decimal(0))
    change = nested(path, number, reading.tree.data)
    assert isinstance(change, Fields)

    made = patched(text, reading, change)

    spot = reading.tree.values[path]
    assert made.startswith(text[: spot.start])
    assert made.endswith(text[spot.end :])
    assert tree(made).at(path) == number


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_text_can_be_written_in_place_of_any_scalar(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    reading = READINGS[name]
    path = data.draw(st.sampled_from(scalars(reading)))
    words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
    signs = st.sampled_from(
        [
            "a: b",
            "# 1",
            "- x",
            "{a}",
            "[",
            "'",
            '"',
            "\\",
            "&a",
            "*b",
            "!c",
            "%",
            "@",
            "|",
            ">",
            "null",
            "~",
            ", ",
            "第一行\n第二行",
        ]
    )
    text = data.draw(st.lists(words | signs, min_size=1, max_size=4).map("".join)).strip() or "x"
    text = text.replace("\u00ad", "").replace("\u061c", "") or "x"
    change = nested(path, text, reading.tree.data)
    assert isinstance(change, Fields)

    made = patched(TEXTS[name], reading, change)

    assert tree(made).at(path) == text


@pytest.mark.parametrize("style", ["", "'", '"', "|"])
@pytest.mark.parametrize(
    "text", ["是", "90", "a: b", "it's", 'say "x"', "x # y", "null", "", "- a", "a\nb", "{", "1.0"]
)
@pytest.mark.parametrize("flow", [True, False])
def test_a_scalar_reads_back_as_it_was(text: str, style: str, flow: bool) -> None:
    written = scalar(text, flow=flow, style=style)
    source = f"policy: {{k: {written}, j: 1}}\n" if flow else f"policy:\n  k: {written}\n  j: 1\n"

    assert read_policy(source).tree.at(("policy", "k")) == text


LISTS: list[tuple[str, TreePath]] = [
    (name, path)
    for name, reading in READINGS.items()
    for path in reading.tree.values
    if isinstance(reading.tree.at(path), list) and all(isinstance(each, dict) for each in reading.tree.at(path))
]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_rules_can_be_taken_out_put_in_and_moved_in_any_list(data: st.DataObject) -> None:
    name, path = data.draw(st.sampled_from(LISTS))
    reading, text = READINGS[name], TEXTS[name]
    old = reading.tree.at(path)
    order = data.draw(st.permutations(range(len(old))))
    entries: list[tuple[int | None, Change]] = [
        (place, KEPT) for place in order[: data.draw(st.integers(0, len(order)))]
    ]
    for _time in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(entries)))
        entries.insert(at, (None, New({"label": "新: 规则", "points": "5", "range": [None, "3"]})))
    change = nested(path, Entries(entries), reading.tree.data)
    assert isinstance(change, Fields)

    made = patched(text, reading, change)

    assert tree(made).data == changed(reading.tree.data, change)
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert sorted(line for line in made.splitlines() if line.lstrip().startswith("#")) == sorted(comments)


MAPPINGS: list[tuple[str, TreePath]] = [
    (name, path)
    for name, reading in READINGS.items()
    for path in reading.tree.values
    if path and isinstance(reading.tree.at(path), dict)
]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_members_can_be_taken_out_and_put_in_in_any_mapping(data: st.DataObject) -> None:
    name, path = data.draw(st.sampled_from(MAPPINGS))
    reading = READINGS[name]
    keys = list(reading.tree.at(path))
    gone = data.draw(st.lists(st.sampled_from(keys), unique=True, max_size=len(keys) - 1))
    members: dict[str, Change] = dict.fromkeys(gone)
    for key in data.draw(st.lists(st.sampled_from(["clause", "assumed", "min", "neu"]), unique=True)):
        if key not in keys:
            members[key] = data.draw(st.sampled_from(["四.2", "1", "a: b", "x, y"]))
    change = nested(path, Fields(members), reading.tree.data)
    assert isinstance(change, Fields)

    made = patched(TEXTS[name], reading, change)

    assert tree(made).data == changed(reading.tree.data, change)
