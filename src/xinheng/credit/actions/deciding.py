"""Who decides when something stands against an order or a limit: the roles that the policy's rules name."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.model import Policy
from creditpolicy.model.defaults import lasting
from creditpolicy.problems import Refusal
from creditpolicy.wording import role_words
from xinheng.credit.rules.fired import Fired
from xinheng.org.models import Person
from xinheng.policies.roles import fillers_of
from xinheng.workflow.procedures import Procedure, Step


def deciders(found: Sequence[Fired]) -> dict[str, str]:
    """Give the policy's roles that must agree, each with the clause; of rules of one kind the strictest that fired.

    So a policy that writes several rules for one thing, each from a higher amount or more days on, gives each its
    authority. Refusal naming what nobody may let pass.
    """
    strictest: dict[tuple[str, str], Fired] = {}
    for one in found:
        if one.strength != "remind":
            strictest[one.type, one.scope] = one
    closed = [one.label for one in strictest.values() if not one.release_by]
    if closed:
        raise Refusal(_("制度不许放行: {rules}。").format(rules=listed(closed)))
    roles: dict[str, str] = {}
    for one in strictest.values():
        roles.setdefault(one.release_by, one.clause)
    return roles


def procedure(key: str, policy: Policy, roles: dict[str, str], title: str) -> Procedure:
    """Make the procedure in which each of the roles agrees, one after another; Refusal where nobody fills one."""
    found = fillers_of(policy, roles)
    missing = [role_words(policy, role) for role in roles if role not in found]
    if missing:
        raise Refusal(
            _("制度里的角色还没有对应到公司的人: {roles}。请在“角色对照”里补上。").format(roles=listed(missing))
        )
    steps = []
    for number, (role, clause) in enumerate(roles.items(), 1):
        filler = found[role]
        person = filler if isinstance(filler, Person) else None
        steps.append(
            Step(
                f"approve{number}", title, role="" if person else str(filler), person=person.pk if person else None,
                act="approve", within_days=lasting(policy, "decide").days, clause=clause,
            )
        )  # fmt: skip
    return Procedure(key, tuple(steps))
