"""What is stored of credit. Amounts are whole cents (分) in the account's currency: exact in every comparison of every database."""

from __future__ import annotations

from xinheng.credit.models.accounts import Account, Answer, Grant, Hold, Movement
from xinheng.credit.models.asking import Application
from xinheng.credit.models.budgets import Budget
from xinheng.credit.models.checks import OrderCheck
from xinheng.credit.models.deliveries import DeliveryStop
from xinheng.credit.models.guarantees import Guarantee
from xinheng.credit.models.pools import Pool, Slot

__all__ = [
    "Account",
    "Answer",
    "Application",
    "Budget",
    "DeliveryStop",
    "Grant",
    "Guarantee",
    "Hold",
    "Movement",
    "OrderCheck",
    "Pool",
    "Slot",
]
