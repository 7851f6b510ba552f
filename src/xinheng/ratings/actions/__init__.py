"""What can be done in the room: one function for each act, one transaction, one line in the record.

Each part has modules of its own here: cases (opening, scoring, submitting, deciding), grades that move (changing,
overrides, objections, events), everyone at once (batches).
"""

from __future__ import annotations

from xinheng.ratings.actions.changing import bring_all_into_force, bring_into_force, pass_time, revoke, thaw
from xinheng.ratings.actions.deciding import drop_publication, end_publication
from xinheng.ratings.actions.events import happened
from xinheng.ratings.actions.objections import (
    answer_objection,
    receive_objection,
    review_objection,
    withdraw_objection,
)
from xinheng.ratings.actions.opening import cancel_assessment, open_assessment
from xinheng.ratings.actions.overrides import ask_override, end_override, withdraw_override
from xinheng.ratings.actions.scoring import attach_evidence, detach_evidence, save_scores
from xinheng.ratings.actions.submitting import mark_special_case, submit_assessment, withdraw_assessment

__all__ = [
    "answer_objection",
    "ask_override",
    "attach_evidence",
    "bring_all_into_force",
    "bring_into_force",
    "cancel_assessment",
    "detach_evidence",
    "drop_publication",
    "end_override",
    "end_publication",
    "happened",
    "mark_special_case",
    "open_assessment",
    "pass_time",
    "receive_objection",
    "review_objection",
    "revoke",
    "save_scores",
    "submit_assessment",
    "thaw",
    "withdraw_assessment",
    "withdraw_objection",
    "withdraw_override",
]
