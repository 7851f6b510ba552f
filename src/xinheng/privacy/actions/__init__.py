"""What can be done with people's rights over their data: one function for each act."""

from __future__ import annotations

from xinheng.privacy.actions.consents import agree, end_agreement, give_consent, keep_rule, withdraw_consent
from xinheng.privacy.actions.requests import (
    answer_request,
    approve_erasure,
    place_hold,
    propose_erasure,
    receive_request,
    refuse_erasure,
    release_hold,
)
from xinheng.privacy.actions.sharing import Shared, export_person, share

__all__ = [
    "Shared",
    "agree",
    "answer_request",
    "approve_erasure",
    "end_agreement",
    "export_person",
    "give_consent",
    "keep_rule",
    "place_hold",
    "propose_erasure",
    "receive_request",
    "refuse_erasure",
    "release_hold",
    "share",
    "withdraw_consent",
]
