"""What happens to a graded customer, where he then stands, and what is said of it: frozen values, days whole."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

from creditpolicy.model import GradeEvent, Policy, Sourced
from creditpolicy.wording import clause_words, grade_label

Day = datetime.date
Cause = Literal[
    "first", "rated", "waited", "corrected", "event", "override", "override_ended", "revoked", "freeze", "thawed"
]


# What happens ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating takes its place: its grade (vetoes counted) on the day from which it may take force."""

    grade: str
    on: Day
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the policy's vocabulary: overdue, default, lawsuit and others."""

    event: str
    on: Day
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A complaint was upheld: what a review found, which is heard already, is put right at once.

    Waiting is for customers who improve, not for our own errors.
    """

    grade: str
    on: Day
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A grade set against the score by a role of the policy; `until` is the last day on which it holds."""

    grade: str
    by_role: str
    on: Day
    until: Day
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OverrideEnded:
    """An override taken back before its day."""

    on: Day
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Revoked:
    """The rating is taken back, as after false information: no grade is in force until he is rated again."""

    on: Day
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Thawed:
    """A freeze is lifted."""

    on: Day
    reference: str = ""


Happening = Rated | Happened | Corrected | Overridden | OverrideEnded | Revoked | Thawed


# Where he stands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """An override in force: how far it may be from what the rules give, and whether it was given as a favour."""

    grade: str
    until: Day
    notches: int
    favour: bool
    by_role: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """All that the past says about the future of one customer under one policy; the fold's state.

    `grade` is what the rules give, beneath any override (None: not yet rated, or revoked); `result` the last say of a
    rating or of a lowering after it; `rating` that rating. `no_worse` and `no_better` hold for a grade since when all
    results have been at least, or at most, that good. `rose` is the last rise, `not_before` the day a freeze ended.
    `forced` is where an event pressed him, until he has risen above it again: no correction does; `owed` a correction that
    a freeze holds up.
    """

    day: Day | None = None
    grade: str | None = None
    since: Day | None = None
    result: str | None = None
    rating: str = ""
    no_worse: tuple[tuple[str, Day], ...] = ()
    no_better: tuple[tuple[str, Day], ...] = ()
    rose: Day | None = None
    not_before: Day | None = None
    override: Held | None = None
    frozen: Day | None = None
    revoked: bool = False
    forced: str | None = None
    owed: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values that JSON can hold; what is empty is left out."""
        given: dict[str, Any] = {
            "day": _iso(self.day),
            "grade": self.grade,
            "since": _iso(self.since),
            "result": self.result,
            "rating": self.rating,
            "no_worse": {grade: day.isoformat() for grade, day in self.no_worse},
            "no_better": {grade: day.isoformat() for grade, day in self.no_better},
            "rose": _iso(self.rose),
            "not_before": _iso(self.not_before),
            "frozen": _iso(self.frozen),
            "revoked": self.revoked,
            "forced": self.forced,
            "owed": self.owed,
        }
        if self.override is not None:
            held = self.override
            given["override"] = {
                "grade": held.grade,
                "until": held.until.isoformat(),
                "notches": held.notches,
                "favour": held.favour,
                "by_role": held.by_role,
                "reference": held.reference,
            }
        return {name: value for name, value in given.items() if value}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave."""
        held = given.get("override")
        return cls(
            day=_day(given.get("day")),
            grade=given.get("grade"),
            since=_day(given.get("since")),
            result=given.get("result"),
            rating=given.get("rating", ""),
            no_worse=tuple((grade, Day.fromisoformat(day)) for grade, day in given.get("no_worse", {}).items()),
            no_better=tuple((grade, Day.fromisoformat(day)) for grade, day in given.get("no_better", {}).items()),
            rose=_day(given.get("rose")),
            not_before=_day(given.get("not_before")),
            override=Held(**{**held, "until": Day.fromisoformat(held["until"])}) if held else None,
            frozen=_day(given.get("frozen")),
            revoked=given.get("revoked", False),
            forced=given.get("forced"),
            owed=given.get("owed"),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """The grade in force from a day on. `grade` None: none is in force.

    `rating` refers to the rating behind it, `reference` to what happened; `sentence` says why, `clause` by which rule.
    """

    grade: str | None
    since: Day
    cause: Cause
    clause: str
    sentence: str
    rating: str = ""
    reference: str = ""
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A result or an event that leaves the grade in force as it is, and why: kept, and shown."""

    grade: str | None
    on: Day
    what: Literal["waits", "falls_later", "beneath", "rerate", "nothing"]
    clause: str
    sentence: str
    reference: str = ""


Step = Standing | Kept


@dataclass(frozen=True, slots=True)
class Waiting:
    """A better result that has not taken force: what it is, since when it holds, what it becomes and when."""

    result: str
    since: Day
    grade: str
    on: Day
    clause: str
    sentence: str


# What the policy says of it -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rules:
    """A policy as the fold asks it: grades by place, waiting days, notches, events."""

    policy: Policy

    @classmethod
    def of(cls, given: Policy | Rules) -> Rules:
        """Take a policy, or its rules as they are."""
        return given if isinstance(given, Rules) else cls(given)

    @cached_property
    def grades(self) -> tuple[str, ...]:
        """The grades' ids, best first."""
        return tuple(grade.grade for grade in self.policy.grades)

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each grade, 0 the best."""
        return {grade: index for index, grade in enumerate(self.grades)}

    @property
    def labels(self) -> dict[str, str]:
        """The grades' names, in the language in use."""
        return {grade.grade: grade_label(grade) for grade in self.policy.grades}

    @cached_property
    def down_days(self) -> int:
        """Days before a fall takes force."""
        changes = self.policy.changes
        return changes.down.after_days if changes and changes.down else 0

    @cached_property
    def up_days(self) -> int:
        """Days that a better result must hold."""
        changes = self.policy.changes
        return changes.up.after_days if changes and changes.up else 0

    @cached_property
    def up_notches(self) -> int | None:
        """Most grades risen at once."""
        changes = self.policy.changes
        return changes.up.notches if changes and changes.up else None

    @cached_property
    def up_clause(self) -> str:
        """Where the rule for rising stands."""
        changes = self.policy.changes
        return clause_words(changes.up) if changes and changes.up else ""

    @cached_property
    def correction_clause(self) -> str:
        """Where the rule for complaints stands."""
        procedure = self.policy.procedure
        return clause_words(procedure.objection) if procedure and procedure.objection else ""

    @cached_property
    def down_clause(self) -> str:
        """Where the rule for falling stands."""
        changes = self.policy.changes
        return clause_words(changes.down) if changes and changes.down else ""

    def events(self, event: str) -> tuple[GradeEvent, ...]:
        """Give what the policy says follows an event; several rules may be about one."""
        changes = self.policy.changes
        return tuple(entry for entry in changes.events if entry.event == event) if changes else ()

    def is_same_day(self, event: str) -> bool:
        """Tell whether an event calls for a rating the same day, whatever else it does."""
        return self.policy.review is not None and event in self.policy.review.same_day

    def worse(self, *grades: str | None) -> str | None:
        """Give the worst of grades; None says nothing."""
        known = [grade for grade in grades if grade is not None]
        return max(known, key=self.place.__getitem__) if known else None

    def clause(self, *sources: Sourced) -> str:
        """Give the clause of a rule."""
        return clause_words(*sources)


def _iso(day: Day | None) -> str | None:
    return day.isoformat() if day is not None else None


def _day(text: str | None) -> Day | None:
    return Day.fromisoformat(text) if text else None
