"""Who may see grades, scores and reasons: what the policy in force says under `access`, through the company's role table.

Who sees a customer at all comes first and is not asked here. Where no policy is in force, or it says nothing of the
matter, the defaults below hold. Internal audit reads everything, as it does in the workflow; risk and the credit group
keep the policy and rate everybody by it, which nobody can who may not read what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from django.utils import timezone

from xinheng.org.roles import BUSINESS, Role

if TYPE_CHECKING:
    from xinheng.org.models import Person
    from xinheng.policies.models import Policy, Version

What = Literal["criteria", "grade", "score", "reasons", "file"]
CUSTOMER = "customer"
"""The customer himself, as a policy calls him."""
ALWAYS = frozenset({Role.INTERNAL_AUDIT, Role.RISK, Role.CREDIT_GROUP})
"""Who reads whatever a policy says."""
READERS = frozenset(BUSINESS - {Role.CUSTOMER_SERVICE, Role.ARCHIVIST, Role.SALES, Role.SALES_ENGINEER})
DEFAULTS: dict[str, frozenset[str]] = {
    "criteria": frozenset(BUSINESS),
    "grade": frozenset(BUSINESS),
    "score": READERS,
    "reasons": READERS,
    "file": READERS,
}
"""Where the policy says nothing."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may see something: roles of the company, people by key, and whether the customer himself."""

    roles: frozenset[str]
    people: frozenset[int] = frozenset()
    customer: bool = False

    def include(self, person: Person) -> bool:
        """Say whether the person is among them today."""
        return person.pk in self.people or person.is_one_of(*self.roles, *ALWAYS)


def readers_of(version: Version | None, what: What) -> Readers:
    """Give who may see something of ratings under a version of a policy."""
    if version is None:
        return Readers(DEFAULTS[what])
    from xinheng.policies.queries import policy_of
    from xinheng.policies.roles import fillers_of

    policy = policy_of(version)
    named = next((rule.roles for rule in policy.access if rule.what == what), None)
    if named is None:
        return Readers(DEFAULTS[what])
    found = fillers_of(policy, named).values()
    return Readers(
        frozenset(filler for filler in found if isinstance(filler, str)),
        frozenset(filler.pk for filler in found if not isinstance(filler, str)),
        CUSTOMER in named,
    )


def open_to_customer(version: Version | None, what: What) -> bool:
    """Say whether the customer himself may see it; where the policy says nothing he may not."""
    return readers_of(version, what).customer


def sees_at_all(person: Person, what: What, *, policy: Policy | None = None) -> bool:
    """Say whether the person may see it of the customers he sees, by the policy (the main one) in force today.

    Who may is kept while the person's object lives, which is one request.
    """
    if not person.is_active or not person.is_one_of(*BUSINESS):
        return False
    kept: dict[Any, Any] = person.__dict__.setdefault("_sees_of_ratings", {})
    key = policy.pk if policy is not None else None
    if key not in kept:
        kept[key] = _in_force(policy, timezone.localdate())
    if (key, what) not in kept:
        kept[key, what] = readers_of(kept[key], what)
    readers: Readers = kept[key, what]
    return readers.include(person)


def _in_force(policy: Policy | None, on: date) -> Version | None:
    from xinheng.policies.queries import main_version, version_in_force

    return main_version(on) if policy is None else version_in_force(policy.key, on)
