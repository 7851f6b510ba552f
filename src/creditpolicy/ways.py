"""The shortest ways to the next grade: which one item, or which two, would lift a customer, and to what value.

Every way is found by rating the customer again with the changed facts, so that what is promised is what would come.
Only facts whose better direction the policy declares are changed, and scores, which are better when higher.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from creditpolicy.explain import points_of
from creditpolicy.language import _, listed
from creditpolicy.model import Kind
from creditpolicy.plain import PlainReading, Rated
from creditpolicy.program import FactRule, ItemRule, Program
from creditpolicy.showing import html_table
from creditpolicy.wording import fact_words, item_label, node_words, source_words

MOST_WAYS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One fact changed for the better: the item it lifts, from and to in words, the points gained and the clause."""

    item: str
    item_label: str
    fact: str
    fact_label: str
    before: str
    after: str
    gain: Decimal
    clause: str

    def __str__(self) -> str:
        """Write as `付款情况: 20 分 → 24 分 (+4.00)  003 四.2`."""
        return f"{self.fact_label}: {self.before} → {self.after} (+{self.gain:f})  {self.clause}"


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that together reach a better grade; `gain` is the sum of the points gained."""

    grade: str
    changes: tuple[Change, ...]
    gain: Decimal
    total: Decimal

    def __str__(self) -> str:
        """Write the changes, and the total to which they lead."""
        changes = "; ".join(map(str, self.changes))
        return _("{changes}, 到 {total} 分").format(changes=changes, total=f"{self.total:,f}")


@dataclass(frozen=True, slots=True)
class WaysUp:
    """The next grade and the ways to it.

    `short_by` is what the total lacks (None where the line is reached and only vetoes hold the customer down);
    `vetoes` must be cleared first; `single` and `double` are ways by one and by two items, the smallest change first.
    """

    grade: str
    short_by: Decimal | None
    vetoes: tuple[str, ...]
    single: tuple[Way, ...]
    double: tuple[Way, ...]
    veto_labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Write what is lacking, then the ways by one item and by two."""
        lines = [self._head()]
        lines += [f"- {way}" for way in (*self.single, *self.double)]
        if len(lines) == 1 and self.short_by is not None:
            lines.append(_("改一项或两项都到不了。"))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Show the ways as a table, in a notebook."""
        heads = [_("改什么"), _("现在"), _("改到"), _("多得"), _("条款"), _("总分")]
        rows = [
            [change.fact_label, change.before, change.after, change.gain, change.clause, None if place else way.total]
            for way in (*self.single, *self.double)
            for place, change in enumerate(way.changes)
        ]
        return html_table(self._head(), heads, rows)

    def _head(self) -> str:
        parts = [_("下一级: {grade}").format(grade=self.grade)]
        if self.short_by is not None:
            parts.append(_("还差 {points} 分").format(points=self.short_by))
        if self.vetoes:
            parts.append(_("先消除否决: {vetoes}").format(vetoes=listed(f"“{label}”" for label in self.veto_labels)))
        return ", ".join(parts)


def ways_up(program: Program, reading: PlainReading, rated: Rated) -> WaysUp | None:
    """Find the ways to the next grade; None for the best grade and for a customer who was not rated."""
    if rated.grade is None or rated.grade == 0 or rated.total is None:
        return None
    target = rated.grade - 1
    while target > 0 and program.policy.grades[target].line is None:
        target -= 1
    line = program.policy.grades[target].line
    if line is None:
        return None
    need = _needed(rated.total, line, program.digits)
    blocking = tuple(
        veto for veto, holds in zip(program.vetoes, rated.vetoes, strict=True) if holds and veto.forces > target
    )
    changes = list(_changes(program, reading, rated, need)) if need > 0 else []
    tried = [_tried(program, reading, rated, (change,)) for change in changes]
    enough = [way for way in tried if way is not None and _reaches(way[0], need, rated)]
    short = [
        change for change, way in zip(changes, tried, strict=True) if way is None or not _reaches(way[0], need, rated)
    ]
    pairs = [
        pair
        for first, second in combinations(short, 2)
        if first[0].id != second[0].id and first[1].id != second[1].id
        if (pair := _tried(program, reading, rated, (first, second))) is not None and _reaches(pair[0], need, rated)
    ]
    grade = program.policy.grades[target].grade
    return WaysUp(
        grade,
        points_of(need, program.digits) if need > 0 else None,
        tuple(veto.id for veto in blocking),
        _listed(program, grade, enough, rated),
        _listed(program, grade, pairs, rated),
        tuple(str(veto.veto.label) for veto in blocking),
    )


_Changed = tuple[ItemRule, FactRule, Any]
_Tried = tuple[int, tuple[_Changed, ...], Rated]


def _needed(total: int, line: tuple[Decimal, bool], digits: int) -> int:
    """Count the smallest steps that a total lacks to reach a line."""
    bound = line[0].scaleb(digits)
    whole = int(bound.to_integral_value("ROUND_CEILING"))
    if not line[1] and whole == bound:
        whole += 1
    return max(whole - total, 0)


def _reaches(total: int, need: int, rated: Rated) -> bool:
    return rated.total is not None and total >= rated.total + need


def _tried(program: Program, reading: PlainReading, rated: Rated, changes: tuple[_Changed, ...]) -> _Tried | None:
    facts = {rule.id: rated.facts.get(rule.id) for rule in program.inputs}
    facts.update({fact.id: value for _item, fact, value in changes})
    again = reading.rate(facts)
    return None if again.total is None else (again.total, changes, again)


def _listed(program: Program, grade: str, tried: list[_Tried], rated: Rated) -> tuple[Way, ...]:
    """Give the ways that need the fewest points first; of one item (or pair of items) only the smallest change."""
    ways: list[Way] = []
    seen: set[tuple[str, ...]] = set()
    for total, changes, again in sorted(tried, key=lambda found: found[0]):
        items = tuple(sorted(item.id for item, _fact, _value in changes))
        facts = tuple(sorted(fact.id for _item, fact, _value in changes))  # One fact may lift two items.
        known = ("items", *items) in seen or ("facts", *facts) in seen
        if known or any(_gain(program, item, rated, again) <= 0 for item, _fact, _value in changes):
            continue
        seen |= {("items", *items), ("facts", *facts)}
        told = tuple(_told(program, item, fact, value, rated, again) for item, fact, value in changes)
        gain = Decimal(total - (rated.total or 0)).scaleb(-program.digits)
        ways.append(Way(grade, told, gain, Decimal(total).scaleb(-program.digits)))
    return tuple(ways[:MOST_WAYS])


def _gain(program: Program, item: ItemRule, rated: Rated, again: Rated) -> int:
    index = program.items.index(item)
    return item.sign * ((again.points[index] or 0) - (rated.points[index] or 0))


def _told(program: Program, item: ItemRule, fact: FactRule, value: Any, rated: Rated, again: Rated) -> Change:
    index = program.items.index(item)
    band = again.bands[index]
    sources = (item.steps[band].source, item.item) if band is not None else (item.item,)
    return Change(
        item.id,
        item_label(program, item),
        fact.id,
        str(fact.fact.label),
        fact_words(fact, rated.facts.get(fact.id)),
        fact_words(fact, value),
        Decimal(_gain(program, item, rated, again)).scaleb(-program.digits),
        source_words(program, *sources),
    )


# What could change ---------------------------------------------------------------------------------------------------


def _changes(program: Program, reading: PlainReading, rated: Rated, need: int) -> Iterator[_Changed]:
    for item in program.items:
        for name in program.entered_behind(item.needs):
            fact = program.fact[name]
            current = rated.facts.get(name)
            if current is None or _direction(fact) is None:
                continue
            for value in _better_values(program, reading, rated, item, fact, current, need):
                yield item, fact, value


def _direction(fact: FactRule) -> str | None:
    return fact.fact.better or ("higher" if fact.fact.type is Kind.SCORE else None)


def _better_values(
    program: Program, reading: PlainReading, rated: Rated, item: ItemRule, fact: FactRule, current: Any, need: int
) -> Iterator[Any]:  # fmt: skip
    higher = _direction(fact) == "higher"
    if fact.fact.type is Kind.FLAG:
        if current is not higher:
            yield higher
        return
    if fact.fact.type is Kind.CHOICE:
        # The policy lists the values of a choice that has an order from the best down.
        choices = fact.fact.choices or ()
        place = choices.index(current) if current in choices else 0
        yield from reversed(choices[:place]) if higher else choices[place + 1 :]
        return
    if fact.fact.type.is_number:
        yield from _better_numbers(program, reading, rated, item, fact, current, need)


def _better_numbers(
    program: Program, reading: PlainReading, rated: Rated, item: ItemRule, fact: FactRule, current: Decimal, need: int
) -> Iterator[Decimal]:  # fmt: skip
    """Find by halving the nearest value at which the item gains what is needed, and the nearest at each lesser gain."""
    higher = _direction(fact) == "higher"
    low, high = fact.fact.bounds
    far = high if higher else low
    if current == far:
        return
    index = program.items.index(item)
    base = {rule.id: rated.facts.get(rule.id) for rule in program.inputs}

    def points_at(value: Decimal) -> int:
        points = reading.rate({**base, fact.id: value}).points[index]
        return item.sign * points if points is not None else -(10**15)

    start, best = points_at(current), points_at(far)
    wanted = {min(start + need, best), *_steps_between(program, item, start, best)}
    for goal in sorted(goal for goal in wanted if start < goal <= best):
        yield _nearest(points_at, current, far, goal, fact.fact.scale)


def _steps_between(program: Program, item: ItemRule, start: int, best: int) -> set[int]:
    """Give the points of the item's constant steps that are better than now; for a smooth item, half of the way."""
    from creditpolicy.expressions import Constant
    from creditpolicy.plain import half_up

    constants = [step.points.value for step in item.steps if isinstance(step.points, Constant)]
    if not constants:
        return {(start + best + 1) // 2, best}
    return {item.sign * half_up(value, program.digits) for value in constants if isinstance(value, Decimal)}


def _nearest(points_at: Any, current: Decimal, far: Decimal, goal: int, scale: int) -> Decimal:
    """Halve between `current` (below the goal) and `far` (at or above it), in steps of the fact's last digit."""
    near_steps, far_steps = int(current.scaleb(scale)), int(far.scaleb(scale))
    while abs(far_steps - near_steps) > 1:
        middle = (near_steps + far_steps) // 2
        if points_at(Decimal(middle).scaleb(-scale)) >= goal:
            far_steps = middle
        else:
            near_steps = middle
    return Decimal(far_steps).scaleb(-scale)


def veto_words(program: Program, veto: str) -> str:
    """Say what would clear a veto: that its condition no longer holds."""
    rule = next(rule for rule in program.vetoes if rule.id == veto)
    return _("先消除“{label}” ({condition})  {clause}").format(
        label=rule.veto.label, condition=node_words(program, rule.when), clause=source_words(program, rule.veto)
    )


__all__ = ["Change", "Way", "WaysUp", "veto_words", "ways_up"]
