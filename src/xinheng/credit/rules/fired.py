"""A rule that fired: what it found, in words, with the clause and what would release it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from creditpolicy.model import OrderRule, Policy
from creditpolicy.wording import role_words


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule of the policy that an order meets; `over` is the amount (cents) and `days` by which it does.

    `strength` is `remind`, `approve` or `block`. `release_by` is the policy's role that may let it pass, empty where
    nobody may, for `release_days` and for an order that grew by `release_within` (hundredths of a percent of what was
    approved) since; `release` says in words what would.
    """

    rule: str
    type: str
    label: str
    strength: str
    said: str
    release: str
    clause: str = ""
    release_by: str = ""
    release_role: str = ""
    release_days: int = 0
    release_within: int = 0
    over: int = 0
    days: int = 0
    scope: str = "customer"

    def as_json(self) -> dict[str, Any]:
        """Give it for storing."""
        return asdict(self)


def fired(
    policy: Policy, rule: OrderRule, said: str, release: str, *, over: int = 0, days: int = 0, strength: str = ""
) -> Fired:
    """Say that a rule fired."""
    by = rule.release_by or ""
    return Fired(
        rule=rule.rule, type=rule.type, label=str(rule.label), strength=strength or rule.strength, said=said,
        release=release, clause=rule.clause or "", release_by=by, release_role=role_words(policy, by) if by else "",
        release_days=rule.release_days or 0, release_within=int((rule.release_within_percent or 0) * 100), over=over,
        days=days, scope=rule.scope,
    )  # fmt: skip


def money(cents: int) -> str:
    """Write an amount in cents as it stands in a sentence."""
    return f"{Decimal(cents).scaleb(-2):,.2f}"
