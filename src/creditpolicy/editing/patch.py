"""Changes put into the text of a policy file, with everything else left as it stands, byte for byte.

A change is a text (the new scalar), None (take it away), `Fields` (some members of a mapping), `Entries` (a list, its
entries named by their old places) or `New` (data to be written where nothing or something else stood).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from creditpolicy.editing.scalars import entry, in_flow, member, scalar
from creditpolicy.language import _
from creditpolicy.problems import Refusal
from creditpolicy.reader import Reading
from creditpolicy.reader.shape import keys_of, part_at
from creditpolicy.reader.source import source_of
from creditpolicy.reader.tree import Path, Spot, Tree, tree_of

_BREAK = re.compile(r"\r\n|\r|\n")
_TO_BRACKET = re.compile(r"(?:[\s,]|(?<=\s)#[^\r\n]*)*[}\]]")


@dataclass(frozen=True, slots=True)
class New:
    """Data to be written: dict, list, text, or None for `null`."""

    data: Any


@dataclass(frozen=True, slots=True)
class Fields:
    """Changes of some members of a mapping; the others stay. `after` names the member a new one is written behind."""

    members: Mapping[str, Change] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entries:
    """A list: each entry by its old place (None for a new one) with its change, in the order wanted."""

    entries: Sequence[tuple[int | None, Change]]


Change: TypeAlias = "str | New | Fields | Entries | None"
KEPT = Fields()
Edit = tuple[int, int, str]


def patched(text: str, reading: Reading, change: Fields) -> str:
    """Give the text of a policy with `change` put in; `reading` is what reading the text gave.

    Raises `Refusal` where the text cannot take the change without being rewritten.
    """
    bare = text.removeprefix("\ufeff")
    assert len(bare) == len(reading.text), "a policy that was read has no unseen characters"
    edits = _Patch(bare, reading.tree).fields((), change)
    made = text[: len(text) - len(bare)] + _applied(bare, 0, len(bare), edits)
    if tree_of(source_of(made.encode(), "")[0])[0].data != changed(reading.tree.data, change):
        raise Refusal(_("这份文件的写法特殊, 改动写不回去。请在文本里直接改。"))
    return made


def changed(data: Any, change: Change) -> Any:
    """Give plain data after a change: what reading the patched text must give."""
    match change:
        case New():
            return _present(change.data)
        case Fields():
            after = {key: value for key, value in dict(data or {}).items() if change.members.get(key, "") is not None}
            after |= {
                key: changed((data or {}).get(key), each) for key, each in change.members.items() if each is not None
            }
            return after
        case Entries():
            return [changed(data[old] if old is not None else None, each) for old, each in change.entries]
    return change


def _present(data: Any) -> Any:
    """Leave out members without a value, as reading does."""
    if isinstance(data, dict):
        return {key: _present(value) for key, value in data.items() if value is not None}
    return [_present(each) for each in data] if isinstance(data, list) else data


def _applied(text: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """Give a slice of the text with edits put in; those at one place in the order given."""
    pieces, at = [], start
    for first, last, replacement in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        assert first >= at, "two edits overlap"
        pieces += [text[at:first], replacement]
        at = last
    return "".join([*pieces, text[at:end]])


class _Patch:
    """Knows where every node of the text stands, and turns changes into edits of the text."""

    def __init__(self, text: str, tree: Tree) -> None:
        self.text, self.tree = text, tree
        found = _BREAK.search(text)
        self.newline = found[0] if found else "\n"
        self.children: dict[Path, list[Path]] = {}
        for path in sorted(tree.values, key=lambda path: (tree.values[path].start, len(path))):
            if path:
                self.children.setdefault(path[:-1], []).append(path)

    # Places ----------------------------------------------------------------------------------------------------------

    def is_flow(self, path: Path) -> bool:
        """Whether a mapping or list is written between braces or brackets."""
        return self.text[self.tree.values[path].start] in "{[" and not self.tree.values[path].style

    def end(self, path: Path) -> int:
        """Give where the last written character of a value ends."""
        spot = self.tree.values[path]
        if path in self.tree.empty or (spot.style and spot.start == spot.end):
            return self.text.index(":", self.tree.keys[path].end) + 1 if path in self.tree.keys else spot.end
        if spot.style:
            return spot.start + len(self.text[spot.start : spot.end].rstrip())
        below = self.children.get(path)
        if self.is_flow(path):
            last = max(map(self.end, below)) if below else spot.start + 1
            found = _TO_BRACKET.match(self.text, last)
            return found.end() if found else last
        return max(map(self.end, below)) if below else spot.end

    def line_start(self, offset: int) -> int:
        """Give where the line of an offset begins."""
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def line_end(self, offset: int) -> int:
        """Give where the line after that of an offset begins: what follows on the line belongs to it."""
        found = _BREAK.search(self.text, offset)
        return found.end() if found else len(self.text)

    def key(self, path: Path) -> Spot:
        """Give where the key of a member stands."""
        return self.tree.keys[path]

    # Changes ---------------------------------------------------------------------------------------------------------

    def value(self, path: Path, change: Change, flow: bool) -> list[Edit]:
        """Change what stands at a path; an edit of its own span where it stays of its kind."""
        spot = self.tree.values[path]
        if isinstance(change, Fields):
            return self.fields(path, change)
        if isinstance(change, Entries):
            return self.entries(path, change)
        if spot.style and not isinstance(change, New):
            text = scalar(str(change), flow=flow, style=spot.style)
            if spot.start == spot.end:
                return [(self.end(path), self.end(path), f" {text}")]
            return [(spot.start, self.end(path), text)]
        data = change.data if isinstance(change, New) else change
        if path in self.tree.keys and not flow:
            key = self.key(path)
            return [(key.start, self.end(path), member(str(path[-1]), data, key.column - 1, self.newline))]
        return [(spot.start, self.end(path), in_flow(data))]

    def fields(self, path: Path, change: Fields) -> list[Edit]:
        """Change members of a mapping."""
        flow = self.is_flow(path)
        edits: list[Edit] = []
        gone: list[Path] = []
        fresh: dict[str, Any] = {}
        for key, wanted in change.members.items():
            here = (*path, key)
            if here not in self.tree.keys:
                if wanted is not None:
                    fresh[key] = changed(None, wanted)
            elif wanted is None:
                gone.append(here)
            else:
                edits += self.value(here, wanted, flow)
        if not gone and not fresh:
            return edits
        if flow:
            return self.rebuilt_flow(path, edits, gone, fresh, change)
        edits += self.removed(path, gone)
        return edits + self.added(path, gone, fresh, change)

    def removed(self, path: Path, gone: list[Path]) -> list[Edit]:
        """Take members out of a mapping over several lines."""
        edits: list[Edit] = []
        siblings = self.children[path]
        pulled: set[Path] = set()
        for here in sorted(gone, key=lambda each: self.key(each).start):
            start = self.line_start(self.key(here).start)
            if here in pulled:
                continue
            if not self.text[start : self.key(here).start].strip():
                edits.append((start, self.line_end(self.end(here)), ""))
                continue
            after = [each for each in siblings if self.key(each).start > self.key(here).start]
            kept = next((each for each in after if each not in gone), None)
            if kept is None:
                raise Refusal(_("这份文件的写法特殊, 改动写不回去。请在文本里直接改。"))
            pulled.update(each for each in after if self.key(each).start < self.key(kept).start)
            edits.append((self.key(here).start, self.key(kept).start, ""))
        return edits

    def added(self, path: Path, gone: list[Path], fresh: Mapping[str, Any], change: Fields) -> list[Edit]:
        """Put new members into a mapping over several lines, each behind that which the language puts before it."""
        kept = [each for each in self.children[path] if each not in gone]
        indent = self.key(kept[0]).column - 1
        behind: dict[Path, str] = {}
        for key in self._in_order(path, fresh):
            anchor = self._anchor(path, key, kept, fresh, change)
            line = " " * indent + member(key, fresh[key], indent, self.newline) + self.newline
            behind[anchor] = behind.get(anchor, "") + line
        edits = []
        for anchor, lines in behind.items():
            at = self.line_end(self.end(anchor))
            if at == len(self.text) and not self.text.endswith(("\n", "\r")):
                edits.append((at, at, self.newline + lines.removesuffix(self.newline)))
            else:
                edits.append((at, at, lines))
        return edits

    def _in_order(self, path: Path, fresh: Iterable[str]) -> list[str]:
        part = part_at(path)
        if part is None:
            return list(fresh)
        order = {key: place for place, key in enumerate(keys_of(part))}
        return sorted(fresh, key=lambda key: order.get(key, len(order)))

    def _anchor(self, path: Path, key: str, kept: list[Path], fresh: Mapping[str, Any], change: Fields) -> Path:
        told = key
        while told in change.after:
            told = change.after[told]
            if (*path, told) in kept:
                return (*path, told)
            if told not in fresh:
                break
        part = part_at(path)
        if part is None:
            return kept[-1]
        order = {name: place for place, name in enumerate(keys_of(part))}
        before = [each for each in kept if order.get(str(each[-1]), -1) < order.get(key, len(order))]
        return max(before, key=lambda each: order.get(str(each[-1]), -1)) if before else kept[0]

    def rebuilt_flow(
        self, path: Path, edits: list[Edit], gone: list[Path], fresh: Mapping[str, Any], change: Fields
    ) -> list[Edit]:
        """Write a mapping between braces anew from its own pieces."""
        spot = self.tree.values[path]
        pieces: list[tuple[Path, str]] = []
        last_end, last_kept = spot.start + 1, True
        for here in self.children.get(path, []):
            start, end = self.key(here).start, self.end(here)
            if here not in gone:
                between = self.text[last_end:start] if last_kept else ", "
                inner = [edit for edit in edits if start <= edit[0] and edit[1] <= end]
                pieces.append((here, (between if pieces else "") + _applied(self.text, start, end, inner)))
            last_end, last_kept = end, here not in gone
        kept = [here for here, _text in pieces]
        for key in self._in_order(path, fresh):
            text = f"{scalar(key, flow=True)}: {in_flow(fresh[key])}"
            if not pieces:
                pieces.append(((*path, key), text))
                continue
            anchor = self._anchor(path, key, [here for here, _text in pieces if here in kept] or kept, fresh, change)
            place = max(index for index, (here, _text) in enumerate(pieces) if here == anchor) + 1
            while place < len(pieces) and pieces[place][0] not in kept:
                place += 1
            pieces.insert(place, ((*path, key), ", " + text))
        return [(spot.start, self.end(path), "{" + "".join(text for _here, text in pieces) + "}")]

    # Lists -----------------------------------------------------------------------------------------------------------

    def entries(self, path: Path, change: Entries) -> list[Edit]:
        """Change a list: entries in place where they stay in their order, else written anew from their own pieces."""
        old = self.children.get(path, [])
        flow = self.is_flow(path)
        inner = {place: self.value((*path, place), each, flow) for place, each in change.entries if place is not None}
        if [place for place, _each in change.entries] == list(range(len(old))):
            return [edit for edits in inner.values() for edit in edits]
        if flow or not old:
            return [self._flow_list(path, change, inner)]
        return self._block_list(path, change, inner)

    def _flow_list(self, path: Path, change: Entries, inner: Mapping[int, list[Edit]]) -> Edit:
        spot = self.tree.values[path]
        written = []
        for place, each in change.entries:
            if place is None:
                written.append(in_flow(changed(None, each)))
                continue
            start, end = self.tree.values[*path, place].start, self.end((*path, place))
            written.append(_applied(self.text, start, end, inner[place]))
        return spot.start, self.end(path), "[" + ", ".join(written) + "]"

    def _block_list(self, path: Path, change: Entries, inner: Mapping[int, list[Edit]]) -> list[Edit]:
        old = self.children[path]
        dashes = [self.text.rindex("-", 0, self.tree.values[each].start) for each in old]
        starts = [self.line_start(dash) for dash in dashes]
        bounds = [starts[0], *(self.line_end(self.end(each)) for each in old)]
        indent = dashes[0] - starts[0]
        kept = {place for place, _each in change.entries if place is not None}
        told: set[int] = set()
        pieces: list[str] = []
        near = next(iter(sorted(kept)), 0)
        for place, each in change.entries:
            if place is None:
                flow = self.text[self.tree.values[old[near]].start] == "{"
                pieces.append(entry(changed(None, each), indent, self.newline, flow=flow) + self.newline)
                continue
            pieces += self._leads(place, kept, told, bounds, starts)
            body = _applied(self.text, starts[place], bounds[place + 1], inner[place])
            pieces.append(body if body.endswith(("\n", "\r")) else body + self.newline)
            near = place
        pieces += self._leads(len(old), kept, told, bounds, starts)
        edits = [(bounds[0], bounds[-1], "".join(pieces))]
        if not change.entries and path in self.tree.keys:
            colon = self.text.index(":", self.key(path).end) + 1
            edits.append((colon, colon, " []"))
        return edits

    def _leads(
        self, place: int, kept: set[int], told: set[int], bounds: Sequence[int], starts: Sequence[int]
    ) -> list[str]:
        """Give the comments above an entry, and those above entries before it that are gone: comments stay."""
        before = [each for each in range(place) if each not in kept and each not in told]
        here = [*before, *([place] if place < len(starts) else [])]
        told.update(here)
        return [self.text[bounds[each] : starts[each]] for each in here]
