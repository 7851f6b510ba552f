"""How a grade moves once it is in force, as the policy's `changes`, `review` and `procedure.publication` say.

A fold over dated happenings. `course` folds all of them; `advance` and `settle` go on from a stored `Position`, and
give the same. Down at once (or after its days), up only by what has held for its days and by so many grades.
"""

from creditpolicy.moving.fold import Course, advance, course, next_change, rerate_by, settle, waiting
from creditpolicy.moving.outlook import in_force, measure
from creditpolicy.moving.overriding import may_override, override_problems, rule_for
from creditpolicy.moving.position import (
    Cause,
    Corrected,
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
from creditpolicy.moving.reviewing import Due, looks_on, next_looks, next_review, published_until, takes_force_on
from creditpolicy.moving.words import event_words
from creditpolicy.moving.worsening import worse_by

__all__ = [
    "Cause",
    "Corrected",
    "Course",
    "Due",
    "Happened",
    "Happening",
    "Held",
    "Kept",
    "Overridden",
    "OverrideEnded",
    "Position",
    "Rated",
    "Revoked",
    "Rules",
    "Standing",
    "Step",
    "Thawed",
    "Waiting",
    "advance",
    "course",
    "event_words",
    "in_force",
    "looks_on",
    "may_override",
    "measure",
    "next_change",
    "next_looks",
    "next_review",
    "override_problems",
    "published_until",
    "rerate_by",
    "rule_for",
    "settle",
    "takes_force_on",
    "waiting",
    "worse_by",
]
