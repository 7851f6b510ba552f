"""Where a position leads: the grade in force, what time brings next, and what is said when something changed."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from creditpolicy.model import Policy
from creditpolicy.moving import words
from creditpolicy.moving.position import Cause, Day, Kept, Position, Rules, Standing, Step


class Why(NamedTuple):
    """Why a grade changed: cause, clause, sentence, and what happened."""

    cause: Cause
    clause: str
    sentence: str
    reference: str = ""


def in_force(policy: Policy | Rules, position: Position) -> str | None:
    """Give the grade in force: what the rules give, or the override, never further from it than its notches."""
    rules, held = Rules.of(policy), position.override
    if position.grade is None or held is None:
        return position.grade
    place, base = rules.place, rules.place[position.grade]
    from_ = place[measure(rules, position) or position.grade]
    near = min(max(place[held.grade], from_ - held.notches), from_ + held.notches)
    return rules.grades[min(near, base) if held.favour else max(near, base)]


def measure(policy: Policy | Rules, position: Position) -> str | None:
    """Give the grade from which an override's notches are counted: the worse of the score's and the rules' grade."""
    return Rules.of(policy).worse(position.grade, position.result)


def next_due(rules: Rules, position: Position) -> tuple[Day, str] | None:
    """Give the next thing that time brings, and its day; of one day the override's end first, then a fall."""
    found: list[tuple[Day, int, str]] = []
    if position.override is not None:
        found.append((position.override.until + timedelta(days=1), 0, "override"))
    fall = next_fall(rules, position)
    if fall is not None:
        found.append((fall[0], 1, "fall"))
    rise = next_rise(rules, position) if position.frozen is None else None
    if rise is not None:
        found.append((rise[0], 2, "rise"))
    if not found:
        return None
    on, _order, what = min(found)
    return max(on, position.day) if position.day is not None else on, what


def next_rise(rules: Rules, position: Position) -> tuple[Day, str] | None:
    """Give the day of the next rise by waiting, and the grade it leads to."""
    if position.grade is None or rules.up_days == 0:
        return None
    here, held = rules.place[position.grade], dict(position.no_worse)
    limited = rules.up_notches is not None
    due: dict[int, Day] = {}
    for index, grade in enumerate(rules.grades[:here]):
        if grade in held:
            begun = max(held[grade], position.rose) if limited and position.rose is not None else held[grade]
            ripe = begun + timedelta(days=rules.up_days)
            due[index] = max(ripe, position.not_before) if position.not_before is not None else ripe
    if not due:
        return None
    on = min(due.values())
    best = min(index for index, ripe in due.items() if ripe <= on)
    return on, rules.grades[best if rules.up_notches is None else max(best, here - rules.up_notches)]


def next_fall(rules: Rules, position: Position) -> tuple[Day, str] | None:
    """Give the day of the next fall, where falls wait, and the grade it leads to."""
    if position.grade is None or rules.down_days == 0:
        return None
    here, held = rules.place[position.grade], dict(position.no_better)
    due = {
        index: held[grade] + timedelta(days=rules.down_days)
        for index, grade in enumerate(rules.grades)
        if index > here and grade in held
    }
    if not due:
        return None
    on = min(due.values())
    return on, rules.grades[max(index for index, ripe in due.items() if ripe <= on)]


def stood(
    rules: Rules,
    before: Position,
    after: Position,
    on: Day,
    why: Why,
    *,
    always: bool = False,
) -> tuple[Step, ...]:
    """Give the new standing where the grade in force changed (or is confirmed); else keep what an override covers."""
    cause, clause, sentence, reference = why
    was, now = in_force(rules, before), in_force(rules, after)
    frozen = after.frozen is not None
    held = after.override
    if held is not None and held == before.override and cause in ("rated", "waited", "corrected", "event"):
        if was == now:
            return (Kept(after.grade, on, "beneath", clause, words.beneath(rules, sentence, held, now), reference),)
        return (
            Standing(now, on, cause, clause, words.nearer(rules, sentence, held, now), after.rating, reference, frozen),
        )
    if was == now and frozen == (before.frozen is not None) and before.revoked == after.revoked and not always:
        return ()
    return (Standing(now, on, cause, clause, sentence, after.rating, reference, frozen),)
