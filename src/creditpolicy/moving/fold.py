"""The fold: happening by happening, day by day, from where a customer stood to where he stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from creditpolicy.language import _
from creditpolicy.model import Policy
from creditpolicy.moving import words
from creditpolicy.moving.correcting import corrected, known, owed
from creditpolicy.moving.outlook import Why, in_force, measure, next_due, next_fall, next_rise, stood
from creditpolicy.moving.overriding import override_problems, rule_for
from creditpolicy.moving.position import (
    Cause,
    Corrected,
    Day,
    Happened,
    Happening,
    Held,
    Kept,
    Overridden,
    OverrideEnded,
    Position,
    Rated,
    Revoked,
    Rules,
    Standing,
    Step,
    Thawed,
    Waiting,
)
from creditpolicy.problems import Problem, Refusal

Moved = tuple[Position, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Course:
    """All that came of a customer's happenings: every step in order, the grades in force, and what still waits."""

    position: Position
    steps: tuple[Step, ...]
    waiting: Waiting | None

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The grades in force, one after another; of several of one day the last is the day's."""
        return tuple(step for step in self.steps if isinstance(step, Standing))

    @property
    def kept(self) -> tuple[Kept, ...]:
        """Results and events that left the grade in force as it was."""
        return tuple(step for step in self.steps if isinstance(step, Kept))


def course(
    policy: Policy | Rules, happenings: Iterable[Happening], *, until: Day | None = None, begin: Position | None = None
) -> Course:
    """Fold happenings (sorted by day; those of one day in the order given) and let the time up to `until` pass."""
    rules = Rules.of(policy)
    position = begin or Position()
    steps: list[Step] = []
    for happening in sorted(happenings, key=lambda each: each.on):
        position, new = advance(rules, position, happening)
        steps += new
    if until is not None:
        position, new = settle(rules, position, until)
        steps += new
    return Course(position, tuple(steps), waiting(rules, position))


def advance(policy: Policy | Rules, position: Position, happening: Happening) -> Moved:
    """Let one thing happen: first all that was due by its day, then itself. Raise Refusal for what cannot be."""
    rules = Rules.of(policy)
    if position.day is not None and happening.on < position.day:
        raise Refusal(
            _("{day} 的事情不能再记: 等级已经算到 {last}。").format(day=happening.on, last=position.day),
            [
                Problem(
                    "too-late", _("等级按日子顺序变动。"), "", _("用 {last} 或之后的日期。").format(last=position.day)
                )
            ],
        )
    position, due = settle(rules, position, happening.on)
    match happening:
        case Rated():
            position, steps = _rated(rules, position, happening)
        case Happened():
            position, steps = _happened(rules, position, happening)
        case Corrected():
            position, steps = corrected(rules, position, happening)
        case Overridden():
            position, steps = _overridden(rules, position, happening)
        case OverrideEnded():
            position, steps = _override_over(rules, position, happening.on, happening.reference, expired=False)
        case Revoked():
            sentence = words.revoked(None)
            position, steps = _revoked(rules, position, happening.on, happening.reference, "", sentence)
        case _:
            position, steps = _thawed(rules, position, happening)
    return position, (*due, *steps)


def settle(policy: Policy | Rules, position: Position, day: Day) -> Moved:
    """Let the time up to and with `day` pass: overrides end, falls and rises take force, each on its own day."""
    rules = Rules.of(policy)
    steps: tuple[Step, ...] = ()
    while (next_ := next_due(rules, position)) is not None and next_[0] <= day:
        on, what = next_
        if what == "override":
            held = position.override
            reference = held.reference if held else ""
            position, new = _override_over(rules, position, on, reference, expired=True)
        else:
            position, new = _fallen(rules, position, on) if what == "fall" else _risen(rules, position, on)
        steps += new
    if position.day is None or position.day < day:
        position = replace(position, day=day)
    return position, steps


def waiting(policy: Policy | Rules, position: Position) -> Waiting | None:
    """Give the better result that waits, and what it becomes on which day; while frozen, the day it could be."""
    rules = Rules.of(policy)
    if position.grade is None or position.result is None or rules.place[position.result] >= rules.place[position.grade]:
        return None
    found = next_rise(rules, position)
    if found is None:
        return None
    on, target = found
    if position.frozen is not None:
        sentence = words.not_while_frozen(rules, position.result, in_force(rules, position))
    else:
        sentence = words.waits(rules, position.result, in_force(rules, position), target, on)
    since = dict(position.no_worse)[rules.grades[rules.place[position.grade] - 1]]
    return Waiting(position.result, since, target, on, rules.up_clause, sentence)


def next_change(policy: Policy | Rules, position: Position) -> Day | None:
    """Give the next day on which time alone changes something, if nothing happens before."""
    found = next_due(Rules.of(policy), position)
    return found[0] if found is not None else None


# What falls due by itself ---------------------------------------------------------------------------------------------


def _risen(rules: Rules, position: Position, on: Day) -> Moved:
    found = next_rise(rules, position)
    assert found is not None
    after = replace(_above(rules, position, found[1]), since=on, rose=on)
    since = dict(position.no_worse)[found[1]]
    sentence = words.rose(rules, position.grade, found[1], position.result, since)
    return after, stood(rules, position, after, on, Why("waited", rules.up_clause, sentence))


def _fallen(rules: Rules, position: Position, on: Day) -> Moved:
    found = next_fall(rules, position)
    assert found is not None
    after = replace(position, grade=found[1], since=on)
    sentence = words.fell_later(rules, position.grade, found[1], dict(position.no_better)[found[1]])
    return after, stood(rules, position, after, on, Why("rated", rules.down_clause, sentence))


def _override_over(rules: Rules, position: Position, on: Day, reference: str, *, expired: bool) -> Moved:
    held = position.override
    if held is None:
        return position, ()
    after = replace(position, override=None)
    sentence = words.override_over(rules, held, after.grade, expired=expired)
    clause = words.override_clause(rules, held.by_role)
    return after, stood(rules, position, after, on, Why("override_ended", clause, sentence, reference), always=True)


# What happens ---------------------------------------------------------------------------------------------------------


def _rated(rules: Rules, position: Position, rated: Rated) -> Moved:
    known(rules, rated.grade)
    before = position
    position = replace(_heard(rules, position, rated.grade, rated.on), rating=rated.reference)
    target, cause, clause, sentence = _place_of_result(rules, before, position, rated)
    if target is None:
        return position, (_kept_result(rules, position, rated),)
    rose = before.grade is not None and rules.place[target] < rules.place[before.grade]
    since = before.since if target == before.grade else rated.on
    position = replace(_above(rules, position, target), since=since, revoked=False)
    if rose or before.revoked:
        position = replace(position, rose=rated.on)
    steps = stood(rules, before, position, rated.on, Why(cause, clause, sentence, rated.reference), always=True)
    if rules.place[rated.grade] < rules.place[target] and rules.up_days:
        steps = (*steps, _kept_result(rules, position, rated))
    return position, steps


def _above(rules: Rules, position: Position, grade: str) -> Position:
    """Set the grade; one that has risen above where an event pressed it is no longer pressed."""
    forced = position.forced
    over = forced is not None and rules.place[grade] < rules.place[forced]
    return replace(position, grade=grade, forced=None if over else forced)


def _place_of_result(
    rules: Rules, before: Position, position: Position, rated: Rated
) -> tuple[str | None, Cause, str, str]:
    """Give the grade that a result brings at once, with cause, clause and sentence; None where it only waits."""
    grade, here = rated.grade, before.grade
    if here is None and not before.revoked:
        return grade, "first", "", words.first(rules, grade)
    if here is None:
        lowest = rules.grades[-1]
        target = _reached_at_once(rules, lowest, grade, frozen=before.frozen is not None)
        return target, "rated", rules.up_clause, words.after_revocation(rules, target, grade)
    if rules.place[grade] == rules.place[here]:
        return grade, "rated", "", words.again(rules, grade)
    if rules.place[grade] > rules.place[here]:
        if rules.down_days:
            return None, "rated", rules.down_clause, ""
        return grade, "rated", rules.down_clause, words.fell(rules, here, grade)
    target = _reached_at_once(rules, here, grade, frozen=before.frozen is not None)
    if target == here:
        return None, "rated", rules.up_clause, ""
    return target, "rated", rules.up_clause, words.rose_at_once(rules, here, target, grade)


def _reached_at_once(rules: Rules, here: str, result: str, *, frozen: bool) -> str:
    """Give the grade that a better result reaches without waiting."""
    if rules.up_days or frozen:
        return here
    if rules.up_notches is None:
        return result
    return rules.grades[max(rules.place[result], rules.place[here] - rules.up_notches)]


def _heard(rules: Rules, position: Position, result: str, on: Day) -> Position:
    """Take in what a rating or a lowering says: which runs it begins, and which it ends."""
    said = rules.place[result]
    no_worse, no_better = dict(position.no_worse), dict(position.no_better)
    return replace(
        position,
        result=result,
        no_worse=tuple((grade, no_worse.get(grade, on)) for grade in rules.grades[said:]),
        no_better=tuple((grade, no_better.get(grade, on)) for grade in rules.grades[: said + 1]),
    )


def _kept_result(rules: Rules, position: Position, rated: Rated) -> Kept:
    """Say why a result does not take force now."""
    shown = in_force(rules, position)
    if position.grade is not None and rules.place[rated.grade] > rules.place[position.grade]:
        fall = next_fall(rules, position)
        assert fall is not None
        sentence = words.falls_later(rules, rated.grade, shown, fall[1], fall[0])
        return Kept(rated.grade, rated.on, "falls_later", rules.down_clause, sentence, rated.reference)
    rise = next_rise(rules, position)
    if rise is None or position.frozen is not None:
        sentence = words.not_while_frozen(rules, rated.grade, shown)
    else:
        sentence = words.waits(rules, rated.grade, shown, rise[1], rise[0])
    return Kept(rated.grade, rated.on, "waits", rules.up_clause, sentence, rated.reference)


def _happened(rules: Rules, position: Position, happened: Happened) -> Moved:
    entries = rules.events(happened.event)
    on, reference = happened.on, happened.reference
    if not entries and not rules.is_same_day(happened.event):
        sentence = words.nothing_follows(happened.event)
        return position, (Kept(None, on, "nothing", "", sentence, reference),)
    position, steps = _pierced(rules, position, happened)
    for entry in sorted(entries, key=lambda each: _ORDER[each.effect]):
        clause = rules.clause(entry)
        match entry.effect:
            case "lower":
                position, new = _lowered(rules, position, entry.to_grade, clause, happened)
            case "freeze":
                after = replace(position, frozen=position.frozen or on)
                new = stood(rules, position, after, on, Why("freeze", clause, words.frozen(entry), reference))
                position = after
            case "revoke":
                position, new = _revoked(rules, position, on, reference, clause, words.revoked(entry))
            case _:
                new = ()
        steps += new
    return position, (*steps, *_asked_for(rules, happened))


_ORDER = {"lower": 0, "freeze": 1, "revoke": 2, "rerate": 3}


def rerate_by(policy: Policy | Rules, event: str, on: Day) -> Day | None:
    """Give the day by which an event asks for a new rating; None where it asks for none."""
    rules = Rules.of(policy)
    days = [entry.within_days for entry in rules.events(event) if entry.effect == "rerate"]
    if rules.is_same_day(event):
        days.append(0)
    return on + timedelta(days=min(days)) if days else None


def _asked_for(rules: Rules, happened: Happened) -> tuple[Step, ...]:
    by = rerate_by(rules, happened.event, happened.on)
    if by is None:
        return ()
    entries = [entry for entry in rules.events(happened.event) if entry.effect == "rerate"]
    sentence = words.rerate(rules, happened.event, by, same_day=by == happened.on)
    return (Kept(None, happened.on, "rerate", rules.clause(*entries), sentence, happened.reference),)


def _pierced(rules: Rules, position: Position, happened: Happened) -> Moved:
    """End an override that favours the customer; one that holds him down stays, for an event raises nobody."""
    held = position.override
    if held is None or not held.favour:
        return position, ()
    after = replace(position, override=None)
    sentence = words.pierced(rules, happened.event, after.grade)
    clause = rules.clause(*rules.events(happened.event))
    steps = stood(
        rules, position, after, happened.on, Why("override_ended", clause, sentence, happened.reference), always=True
    )
    return after, steps


def _lowered(rules: Rules, position: Position, to_grade: str | None, clause: str, happened: Happened) -> Moved:
    """Lower to a grade (one grade where the policy names none), at once; a lowering never raises."""
    if position.grade is None:
        return position, ()
    one_worse = rules.grades[min(rules.place[position.grade] + 1, len(rules.grades) - 1)]
    to = to_grade if to_grade is not None else one_worse
    result = rules.worse(position.result, to) or to
    grade = rules.worse(position.grade, to) or to
    after = replace(_heard(rules, position, result, happened.on), forced=rules.worse(position.forced, to))
    if grade == position.grade:
        sentence = words.already_low(rules, happened.event, to)
        return after, (Kept(to, happened.on, "nothing", clause, sentence, happened.reference),)
    after = replace(after, grade=grade, since=happened.on)
    sentence = words.lowered(rules, happened.event, position.grade, grade)
    return after, stood(rules, position, after, happened.on, Why("event", clause, sentence, happened.reference))


def _revoked(rules: Rules, position: Position, on: Day, reference: str, clause: str, sentence: str) -> Moved:
    if position.grade is None:
        return position, ()
    after = Position(day=position.day, since=on, frozen=position.frozen, not_before=position.not_before, revoked=True)
    return after, stood(rules, position, after, on, Why("revoked", clause, sentence, reference))


def _overridden(rules: Rules, position: Position, given: Overridden) -> Moved:
    days = (given.until - given.on).days + 1
    problems = override_problems(
        rules, measure(rules, position), given.grade, by_role=given.by_role, days=days, reason="…"
    )
    if problems:
        raise Refusal(_("不能这样人工调整。"), problems)
    rule = rule_for(rules.policy, given.by_role)
    assert rule is not None
    assert position.grade is not None
    favour = rules.place[given.grade] <= rules.place[position.grade]
    held = Held(given.grade, given.until, rule.notches, favour, given.by_role, given.reference)
    after = replace(position, override=held)
    sentence = words.overridden(rules, given.by_role, in_force(rules, position), in_force(rules, after), given.until)
    steps = stood(
        rules, position, after, given.on, Why("override", rules.clause(rule), sentence, given.reference), always=True
    )
    return after, steps


def _thawed(rules: Rules, position: Position, thawed: Thawed) -> Moved:
    if position.frozen is None:
        return position, ()
    after = replace(position, frozen=None, not_before=thawed.on, owed=None)
    steps = stood(rules, position, after, thawed.on, Why("thawed", "", words.thawed(), thawed.reference))
    if position.owed is not None and owed(rules, after, position.owed) is not None:
        after, new = corrected(rules, after, Corrected(position.owed, thawed.on, thawed.reference))
        steps = (*steps, *new)
    if after.grade is not None and after.result is not None and rules.up_days == 0:
        target = _reached_at_once(rules, after.grade, after.result, frozen=False)
        if rules.place[target] < rules.place[after.grade]:
            risen = replace(_above(rules, after, target), since=thawed.on, rose=thawed.on)
            sentence = words.rose_at_once(rules, after.grade, target, after.result)
            more = stood(rules, after, risen, thawed.on, Why("rated", rules.up_clause, sentence, thawed.reference))
            after, steps = risen, (*steps, *more)
    after, due = settle(rules, after, thawed.on)
    return after, (*steps, *due)
