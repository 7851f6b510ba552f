"""What can be done with tasks and rounds: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.workflow.actions.handling import finish_item, finish_many, settle_items
from xinheng.workflow.actions.items import cancel_item, open_item
from xinheng.workflow.actions.meetings import call_meeting, cancel_meeting, cast_vote, close_meeting, record_minutes
from xinheng.workflow.actions.passing import add_cosigner, assign_item, copy_item, remind, transfer_item
from xinheng.workflow.actions.rounds import cancel_round, mark_special, start, withdraw

__all__ = [
    "add_cosigner",
    "assign_item",
    "call_meeting",
    "cancel_item",
    "cancel_meeting",
    "cancel_round",
    "cast_vote",
    "close_meeting",
    "copy_item",
    "finish_item",
    "finish_many",
    "mark_special",
    "open_item",
    "record_minutes",
    "remind",
    "settle_items",
    "start",
    "transfer_item",
    "withdraw",
]
