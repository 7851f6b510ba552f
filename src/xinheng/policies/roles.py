"""The roles that a policy gives something to do, and who of the company fills them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from creditpolicy.model import Policy as PolicyText
from xinheng.org.models import Person
from xinheng.org.queries import people_in_role
from xinheng.org.roles import BUSINESS
from xinheng.workflow.models import RoleMapping
from xinheng.workflow.policy_steps import Filler

CUSTOMER = "customer"
"""The customer himself: nobody of the company fills this role."""


def roles_at_work(policy: PolicyText) -> dict[str, str]:
    """Give the roles that have something to do under the policy, each with what the policy calls it."""
    labels = {role.role: str(role.label) for role in policy.roles}
    return {role: labels.get(role, role) for role in dict.fromkeys(_named(policy)) if role != CUSTOMER}


def _named(policy: PolicyText) -> Iterator[str]:
    procedure, review, governance = policy.procedure, policy.review, policy.governance
    if procedure is not None:
        for step in procedure.steps:
            yield step.role
            yield from step.with_roles
        yield from (part.role for part in (procedure.publication, procedure.objection) if part is not None)
    if review is not None:
        yield from (period.role for period in review.periods if period.role is not None)
    if governance is not None and governance.revision is not None:
        yield governance.revision.proposed_by
        yield governance.revision.decided_by
        yield from governance.revision.tell


def fillers_of(policy: PolicyText, roles: Iterable[str]) -> dict[str, Filler]:
    """Give who fills these roles: by the table for this policy, else for all, else the company's role so named."""
    wanted = set(roles)
    found: dict[str, Filler] = {role: role for role in wanted if role in set(BUSINESS)}
    rows = RoleMapping.objects.filter(policy__in=("", policy.policy), policy_role__in=wanted)
    for row in rows.select_related("person").order_by("policy"):
        found[row.policy_role] = row.person if row.person is not None else row.role
    return found


def unfilled(policy: PolicyText) -> dict[str, str]:
    """Give the roles with something to do that nobody of the company fills yet."""
    named = roles_at_work(policy)
    found = fillers_of(policy, named)
    return {role: label for role, label in named.items() if role not in found}


def people_of(filler: Filler, *, on: date) -> list[Person]:
    """Give the people behind a filler on a day."""
    if isinstance(filler, Person):
        return [filler] if filler.is_active else []
    return list(people_in_role(filler, on=on))
