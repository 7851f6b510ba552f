"""A complaint that was upheld: what we had wrong is put right at once, though never above what an event forces."""

from __future__ import annotations

from dataclasses import replace

from creditpolicy.language import _
from creditpolicy.moving import words
from creditpolicy.moving.outlook import Why, in_force, stood
from creditpolicy.moving.position import Corrected, Kept, Position, Rules, Step
from creditpolicy.problems import Refusal


def known(rules: Rules, grade: str) -> None:
    """Refuse a grade that the policy does not have."""
    if grade not in rules.place:
        raise Refusal(_("制度没有等级“{grade}”。").format(grade=grade))


def corrected(rules: Rules, position: Position, happening: Corrected) -> tuple[Position, tuple[Step, ...]]:
    """Put right what a review found; not above the last say, nor above where an event pressed him, nor while frozen."""
    known(rules, happening.grade)
    on, reference, clause = happening.on, happening.reference, rules.correction_clause
    shown, target = in_force(rules, position), owed(rules, position, happening.grade)
    if target is None:
        sentence = words.corrects_nothing(rules, shown, happening.grade)
        return position, (Kept(happening.grade, on, "nothing", clause, sentence, reference),)
    if position.frozen is not None:
        sentence = words.corrected_later(rules, happening.grade, shown)
        held_up = replace(position, owed=happening.grade)
        return held_up, (Kept(happening.grade, on, "waits", clause, sentence, reference),)
    after = replace(position, grade=target, since=on)
    sentence = words.corrected(rules, position.grade, target, happening.grade)
    return after, stood(rules, position, after, on, Why("corrected", clause, sentence, reference))


def owed(rules: Rules, position: Position, grade: str) -> str | None:
    """Give what a correction comes to; None where that is no better than what he has."""
    target = rules.worse(grade, position.result, position.forced)
    if position.grade is None or target is None or rules.place[target] >= rules.place[position.grade]:
        return None
    return target
