"""What a new version of a policy changes, in words: every rule that came, went or reads differently, with its clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import BaseModel

from creditpolicy.language import _, listed
from creditpolicy.model import (
    Access,
    Duty,
    Entitlement,
    Grade,
    GradeEvent,
    GuaranteeRule,
    Item,
    Option,
    OrderRule,
    Override,
    Policy,
    RoleName,
    Sourced,
    Step,
    Terms,
    Veto,
    Warning,
    Words,
)
from creditpolicy.wording import (
    PolicyWords,
    described,
)

What = Literal["added", "removed", "changed"]
_SECTIONS = {"changes", "credit", "procedure", "review", "collection", "governance"}
"""Sections that only hold rules: one that is new is told rule by rule."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a version changes.

    `section` and `rule` say where, `clause` the clause of the rule as it now is (or was), `before` and `after` the values in
    words, `sentence` all of it. `path` is where the rule stands in the newer file (in the older one, if it went).
    """

    section: str
    rule: str
    clause: str
    what: What
    before: str
    after: str
    sentence: str
    path: tuple[str | int, ...] = ()


def revision(before: Policy, after: Policy) -> tuple[Change, ...]:
    """List what `after` changes of `before`, in the order of the file; nothing that differs is left out."""
    return tuple(_Differences(before, after).of_policy())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a comparison stands: its section, the names of the rules around it, the nearest clause, and the path."""

    section: str
    names: tuple[str, ...]
    clause: str
    path: tuple[str | int, ...]

    def into(self, step: str | int, name: str = "", clause: str = "") -> _Place:
        names = (*self.names, name) if name else self.names
        return _Place(self.section, names, clause or self.clause, (*self.path, step))

    @property
    def rule(self) -> str:
        return " ".join(self.names)


_IDENTITY: dict[type[BaseModel], str] = {
    Item: "item", Veto: "veto", Grade: "grade", Terms: "grade", Entitlement: "grade", RoleName: "role", OrderRule: "rule",
    Step: "step", Warning: "warning", Duty: "duty", Option: "is_", GradeEvent: "event", Override: "by", Access: "what",
    GuaranteeRule: "guarantee",
}  # fmt: skip
"""The field by which a rule is the same rule in another version; of the others only their place tells."""


def _identity(part: BaseModel) -> str | None:
    field = _IDENTITY.get(type(part))
    return getattr(part, field) if field else None


class _Differences:
    def __init__(self, before: Policy, after: Policy) -> None:
        self.old, self.new = PolicyWords(before), PolicyWords(after)

    def of_policy(self) -> Iterator[Change]:
        """Compare the whole."""
        before, after = self.old.policy, self.new.policy
        for name, field in Policy.model_fields.items():
            first, second = getattr(before, name), getattr(after, name)
            if first == second:
                continue
            section = described(field)
            if isinstance(first or second, (BaseModel, dict, tuple)) and not isinstance(first or second, Words):
                yield from self.values(_Place(section, (), "", (name,)), name, section, first, second)
            else:
                place = _Place(_("制度本身"), (), "", (name,))
                yield from self.values(place, name, section, first, second)

    def values(self, place: _Place, name: str, title: str, first: Any, second: Any) -> Iterator[Change]:
        """Compare two values of one field."""
        if first == second:
            return
        if isinstance(first, dict) or isinstance(second, dict):
            yield from self.mappings(place, first or {}, second or {})
        elif _are_parts(first) and _are_parts(second) and (first or second):
            yield from self.lists(place, title, first or (), second or ())
        elif isinstance(first, Words) and isinstance(second, Words):
            yield from self.words(place, title, first, second)
        elif isinstance(first, BaseModel) and isinstance(second, BaseModel) and not isinstance(first, Words):
            yield from self.parts(place, first, second)
        elif place.path[0] in _SECTIONS and len(place.path) == 1 and (first is None or second is None):
            yield from self.section(place, first, second)
        elif isinstance(first, Sourced) or isinstance(second, Sourced):
            yield self.whole(place, title, first, second)
        else:
            before, after = self.told(name, first, second)
            yield self.changed(place, title, before, after)

    def told(self, name: str, first: Any, second: Any, owners: tuple[Any, Any] = (None, None)) -> tuple[str, str]:
        """Write both values; where their words are the same, as the files have them."""
        before, after = self.old.value(name, first, owners[0]), self.new.value(name, second, owners[1])
        return (before, after) if before != after else (_raw(first), _raw(second))

    # Rules -----------------------------------------------------------------------------------------------------------

    def parts(self, place: _Place, first: BaseModel, second: BaseModel) -> Iterator[Change]:
        """Compare two versions of one rule, field by field."""
        here = replace(place, clause=_clause(second) or _clause(first) or place.clause)
        yield from self.sources(here, first, second)
        for name, field in type(second).model_fields.items():
            if name in ("clause", "assumed") and isinstance(second, Sourced):
                continue
            old, new = getattr(first, name), getattr(second, name)
            if old == new:
                continue
            title = described(field)
            inner = here.into(field.alias or name)
            if _is_plain(old) and _is_plain(new):
                before, after = self.told(name, old, new, (first, second))
                yield self.changed(inner, title, before, after)
            else:
                yield from self.values(inner, name, title, old, new)

    def sources(self, place: _Place, first: BaseModel, second: BaseModel) -> Iterator[Change]:
        """Compare where a rule stands in the document, and what was assumed."""
        if not isinstance(first, Sourced) or not isinstance(second, Sourced):
            return
        if (first.clause, first.assumed) == (second.clause, second.assumed):
            return
        rule = place.rule or place.section
        before, after = _source(first), _source(second)
        if first.assumed and not second.assumed:
            sentence = _("{rule}不再是假定: {before}; 现为 {after}").format(rule=rule, before=before, after=after)
        elif second.assumed and not first.assumed:
            sentence = _("{rule}成为假定: {after}; 原为 {before}").format(rule=rule, before=before, after=after)
        else:
            sentence = _("{rule}的依据由 {before} 改为 {after}").format(rule=rule, before=before, after=after)
        yield Change(place.section, place.rule, place.clause, "changed", before, after, sentence, place.path)

    def words(self, place: _Place, title: str, first: Words, second: Words) -> Iterator[Change]:
        """Compare a text, and its other languages."""
        kinds = (("zh_hans", ""), ("zh_hant", _("繁体")), ("en", _("英文")))
        for name, kind in kinds:
            old, new = getattr(first, name), getattr(second, name)
            if old != new:
                named = _("{title} ({language})").format(title=title, language=kind) if kind else title
                before, after = (f"“{text}”" if text is not None else _("没有写") for text in (old, new))
                yield self.changed(place, named, before, after)

    def section(self, place: _Place, first: Any, second: Any) -> Iterator[Change]:
        """Tell a section that came or went rule by rule."""
        part = second if first is None else first
        told = False
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            if name in part.model_fields_set and value not in (None, ()):
                empty = () if isinstance(value, tuple) else None
                old, new = (empty, value) if first is None else (value, empty)
                title = described(field)
                for change in self.values(place.into(field.alias or name), name, title, old, new):
                    told = True
                    yield change
        if not told:
            yield self.whole(place, place.section, first, second)

    def mappings(self, place: _Place, first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Change]:
        """Compare the facts."""
        for key in dict.fromkeys([*second, *first]):
            old: Any = first.get(key)
            new: Any = second.get(key)
            here = place.into(key, self.old.name(old, 0) if new is None and old is not None else self.new.name(new, 0))
            if old is None or new is None:
                yield self.whole(here, "", old, new)
            else:
                yield from self.parts(here, old, new)
        yield from self.order(place, place.section, list(first), list(second))

    def lists(
        self, place: _Place, title: str, first: Sequence[BaseModel], second: Sequence[BaseModel]
    ) -> Iterator[Change]:
        """Compare two lists of rules: by their ids where they have them, else by what stays the same around them."""
        for old, new in _paired(first, second):
            if old is not None and new is not None:
                here = place.into(new, self.new.name(second[new], new))
                yield from self.parts(here, first[old], second[new])
            elif new is not None:
                here = place.into(new, self.new.name(second[new], new))
                yield self.whole(here, title, None, second[new])
            elif old is not None:
                yield self.whole(place.into(old, self.old.name(first[old], old)), title, first[old], None)
        ids = [[_identity(part) or repr(part) for part in parts] for parts in (first, second)]
        names = {
            key: side.name(part, place)
            for side, keys, parts in ((self.old, ids[0], first), (self.new, ids[1], second))
            for place, (key, part) in enumerate(zip(keys, parts, strict=True))
        }
        yield from self.order(place, title, ids[0], ids[1], names)

    def order(
        self,
        place: _Place,
        title: str,
        first: Sequence[str],
        second: Sequence[str],
        names: Mapping[str, str] | None = None,
    ) -> Iterator[Change]:
        """Tell where rules that stayed stand in another order."""
        both = set(first) & set(second)
        before, after = [key for key in first if key in both], [key for key in second if key in both]
        if before == after:
            return
        told = [" → ".join((names or {}).get(key, key) for key in keys) for keys in (before, after)]
        yield self.changed(place, _("{title}的先后").format(title=title), *told)

    # Sentences -------------------------------------------------------------------------------------------------------

    def changed(self, place: _Place, title: str, before: str, after: str) -> Change:
        """Make the change of one value."""
        if place.rule:
            sentence = _("{rule}: {title}由 {before} 改为 {after}").format(
                rule=place.rule, title=title, before=before, after=after
            )
        else:
            sentence = _("{title}由 {before} 改为 {after}").format(title=title, before=before, after=after)
        return Change(
            place.section,
            place.rule or title,
            place.clause,
            "changed",
            before,
            after,
            _cited(sentence, place),
            place.path,
        )

    def whole(self, place: _Place, title: str, first: Any, second: Any) -> Change:
        """Make the change of a rule that came or went."""
        part, side = (second, self.new) if first is None else (first, self.old)
        if first is not None and second is not None:
            before, after = self.told("", first, second)
            return self.changed(place, title, before, after)
        content = side.value("", part)
        clause = _clause(part) or place.clause
        here = replace(place, clause=clause)
        name = place.rule or title
        what: What = "added" if first is None else "removed"
        shape = _("新增{rule}: {content}") if first is None else _("删去{rule}: {content}")
        if isinstance(part, Sourced) and part.assumed:
            content = "; ".join(filter(None, (content, _("假定: {reason}").format(reason=part.assumed))))
        sentence = _cited(shape.format(rule=name, content=content), here)
        before, after = ("", content) if first is None else (content, "")
        return Change(place.section, name, clause, what, before, after, sentence, place.path)


def _paired(first: Sequence[BaseModel], second: Sequence[BaseModel]) -> Iterator[tuple[int | None, int | None]]:
    """Pair the rules of two lists: by id where every rule has one of its own, else by position among equal ones."""
    ids = [[_identity(part) for part in parts] for parts in (first, second)]
    if all(None not in keys and len(set(keys)) == len(keys) for keys in ids):
        places = {key: place for place, key in enumerate(ids[0])}
        yield from ((places.get(key), place) for place, key in enumerate(ids[1]))
        yield from ((place, None) for place, key in enumerate(ids[0]) if key not in set(ids[1]))
        return
    texts = [[repr(part) for part in parts] for parts in (first, second)]
    for _tag, start, end, other, last in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes():
        for step in range(max(end - start, last - other)):
            old, new = start + step, other + step
            yield (old if old < end else None, new if new < last else None)


def _are_parts(value: Any) -> bool:
    """Whether a value is a list of rules, or no list where one may be."""
    return value is None or (
        isinstance(value, tuple) and all(isinstance(each, BaseModel) and not isinstance(each, Words) for each in value)
    )


def _is_plain(value: Any) -> bool:
    """Whether a value is written as one: a number, a text of one language, a flag, a list of such."""
    if isinstance(value, tuple):
        return bool(value) and not any(isinstance(each, BaseModel) for each in value)
    return value is not None and not isinstance(value, (BaseModel, dict))


def _clause(part: Any) -> str:
    return (part.clause or "") if isinstance(part, Sourced) else ""


def _source(part: Sourced) -> str:
    said = [part.clause or "", _("假定: {reason}").format(reason=part.assumed) if part.assumed else ""]
    return "; ".join(filter(None, said)) or _("没有写")


def _cited(sentence: str, place: _Place) -> str:
    return f"{sentence} [{place.clause}]" if place.clause else sentence


def _raw(value: Any) -> str:
    if isinstance(value, tuple):
        return listed(map(_raw, value))
    if isinstance(value, BaseModel):
        return value.model_dump_json(by_alias=True, exclude_unset=True)
    return str(value)


__all__ = ["Change", "revision"]
