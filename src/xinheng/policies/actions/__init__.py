"""What can be done with policies: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.policies.actions.approving import submit_version
from xinheng.policies.actions.discussing import answer, call_discussion, comment
from xinheng.policies.actions.drafting import (
    create_draft_from_pack,
    create_draft_from_text,
    create_draft_from_version,
    discard_draft,
    edit_text,
)
from xinheng.policies.actions.publishing import make_main, publish_version, remind_readers
from xinheng.policies.actions.trying import export_trial, start_trial, try_again

__all__ = [
    "answer",
    "call_discussion",
    "comment",
    "create_draft_from_pack",
    "create_draft_from_text",
    "create_draft_from_version",
    "discard_draft",
    "edit_text",
    "export_trial",
    "make_main",
    "publish_version",
    "remind_readers",
    "start_trial",
    "submit_version",
    "try_again",
]
