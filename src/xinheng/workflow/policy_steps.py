"""From a policy's procedure to one of the company: its roles are found among the company's, by name or by the table."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.model.duties import Step as PolicyStep
from creditpolicy.model.policy import Policy
from creditpolicy.problems import Refusal
from xinheng.org.models import Person
from xinheng.org.roles import BUSINESS
from xinheng.workflow.acts import label
from xinheng.workflow.models import RoleMapping
from xinheng.workflow.procedures import Procedure, Step

Filler = str | Person
"""Who fills a role of the policy: a role of the company, or a person."""


def roles_named(policy: Policy) -> dict[str, str]:
    """Give the roles that the procedure's steps name, each with what the policy calls it."""
    if policy.procedure is None:
        return {}
    labels = {role.role: str(role.label) for role in policy.roles}
    named = [role for step in policy.procedure.steps for role in (step.role, *step.with_roles)]
    return {role: labels.get(role, role) for role in named}


def fillers(policy: Policy) -> dict[str, Filler]:
    """Give who fills each role: by the table for this policy, else for all policies, else the company's role so named."""
    rows = RoleMapping.objects.filter(policy__in=("", policy.policy)).select_related("person").order_by("policy")
    found: dict[str, Filler] = {role: role for role in roles_named(policy) if role in set(BUSINESS)}
    for row in rows:
        if row.policy_role in roles_named(policy):
            found[row.policy_role] = row.person if row.person is not None else row.role
    return found


def unmapped(policy: Policy) -> dict[str, str]:
    """Give the roles of the policy that nobody in the company fills yet."""
    found = fillers(policy)
    return {role: said for role, said in roles_named(policy).items() if role not in found}


def from_policy(policy: Policy, roles: Mapping[str, Filler] | None = None) -> Procedure:
    """Give the policy's procedure as the company runs it; Refusal naming every role that nobody fills.

    `roles` says who fills which; left out, the table and the names say it.
    """
    if policy.procedure is None or not policy.procedure.steps:
        raise Refusal(_("制度“{policy}”没有写流程。请在制度里写明步骤。").format(policy=policy.policy))
    found = fillers(policy) if roles is None else roles
    missing = [said for role, said in roles_named(policy).items() if role not in found]
    if missing:
        raise Refusal(
            _("制度里的角色还没有对应到公司的人: {roles}。请在“角色对照”里补上。").format(roles=listed(missing))
        )
    told = policy.procedure
    apart = tuple((tuple(rule.steps), rule.clause or rule.assumed or "") for rule in told.apart)
    special = told.special
    return Procedure(
        key=policy.policy,
        steps=tuple(_step(step, found) for step in told.steps),
        apart=apart,
        special_when=str(special.when) if special is not None and special.when is not None else "",
        special_clause=(special.clause or "") if special is not None else "",
    )


def _step(step: PolicyStep, found: Mapping[str, Filler]) -> Step:
    main = found[step.role]
    others = [found[role] for role in step.with_roles]
    lines = [str(step.note)] if step.note is not None else []
    if step.papers:
        lines.append(_("表单与材料: {papers}").format(papers=listed(step.papers)))
    return Step(
        key=step.step,
        title=str(step.label) or label(step.act),
        role="" if isinstance(main, Person) else main,
        person=main.pk if isinstance(main, Person) else None,
        act=step.act,
        within_days=step.within_days,
        when=str(step.when) if step.when is not None else "",
        special=step.special,
        with_roles=tuple(dict.fromkeys(other for other in others if not isinstance(other, Person) and other != main)),
        with_people=tuple(other.pk for other in others if isinstance(other, Person)),
        returns_to=step.returns_to or "",
        clause=step.clause or "",
        note="\n".join(lines),
    )
