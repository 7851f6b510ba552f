"""What can be done with policies: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.policies.actions.approving import submit_version
from xinheng.policies.actions.drafting import (
    create_draft_from_pack,
    create_draft_from_text,
    create_draft_from_version,
    discard_draft,
    edit_text,
)
from xinheng.policies.actions.publishing import make_main, publish_version, remind_readers

__all__ = [
    "create_draft_from_pack",
    "create_draft_from_text",
    "create_draft_from_version",
    "discard_draft",
    "edit_text",
    "make_main",
    "publish_version",
    "remind_readers",
    "submit_version",
]
