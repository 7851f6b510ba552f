"""The rules of a policy for orders: what they look at, and what each finds."""

from __future__ import annotations

from xinheng.credit.rules.examining import Examined, Verdict, examine
from xinheng.credit.rules.fired import Fired
from xinheng.credit.rules.looking import Case, look

__all__ = ["Case", "Examined", "Fired", "Verdict", "examine", "look"]
