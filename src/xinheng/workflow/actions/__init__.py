"""What can be done with tasks and rounds: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.workflow.actions.handling import finish_item, finish_many, settle_items
from xinheng.workflow.actions.items import cancel_item, open_item
from xinheng.workflow.actions.passing import add_cosigner, assign_item, copy_item, remind, transfer_item
from xinheng.workflow.actions.rounds import cancel_round, mark_special, start, withdraw

__all__ = [
    "add_cosigner",
    "assign_item",
    "cancel_item",
    "cancel_round",
    "copy_item",
    "finish_item",
    "finish_many",
    "mark_special",
    "open_item",
    "remind",
    "settle_items",
    "start",
    "transfer_item",
    "withdraw",
]
