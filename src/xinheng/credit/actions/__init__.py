"""What can be done with credit: check an order, let it pass, apply for a limit, freeze and thaw."""

from __future__ import annotations

from xinheng.credit.actions.applications import apply_for_limit
from xinheng.credit.actions.budgets import propose_budget
from xinheng.credit.actions.checks import ask_release, check_order, drop_order
from xinheng.credit.actions.deliveries import ask_to_deliver, keep_back
from xinheng.credit.actions.freezing import freeze_credit, thaw_credit
from xinheng.credit.actions.guarantees import register_guarantee, release_guarantee
from xinheng.credit.actions.held import examine_again
from xinheng.credit.actions.sharing import regroup, share_in_group
from xinheng.credit.actions.using import return_order, use_order

__all__ = [
    "apply_for_limit",
    "ask_release",
    "ask_to_deliver",
    "check_order",
    "drop_order",
    "examine_again",
    "freeze_credit",
    "keep_back",
    "propose_budget",
    "register_guarantee",
    "regroup",
    "release_guarantee",
    "return_order",
    "share_in_group",
    "thaw_credit",
    "use_order",
]
