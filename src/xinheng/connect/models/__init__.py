"""What is stored of the systems that are connected: their tokens, and what they are told."""

from __future__ import annotations

from xinheng.connect.models.tokens import SCOPES, Answered, Token
from xinheng.connect.models.webhooks import Attempt, Delivery, Event, Subscription

__all__ = ["SCOPES", "Answered", "Attempt", "Delivery", "Event", "Subscription", "Token"]
