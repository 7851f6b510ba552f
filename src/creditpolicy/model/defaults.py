"""What holds where a policy is silent: each is an assumption, listed with the policy's own until the policy says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from creditpolicy.model.duties import Step
from creditpolicy.model.policy import Policy

CASE_DAYS = 10
"""Working days for a case, from its form to the decision, whose steps set none."""
ANSWER_DAYS = 10
"""Working days in which an objection or a complaint is answered."""
NOTICE_DAYS = 30
"""Days before the end of a guarantee on which people are reminded of it."""
LASTING = {"hold": 30, "decide": 1, "revolving": 366, "temporary": 180, "single": 90}
"""Days: of a hold, for a decision (working days), and the longest of each kind of limit that is applied for."""
RELEASE_DAYS = 1
"""Days for which a special approval holds, where none of the rules that it lets pass says how long."""
_FIELDS = {"hold": "hold_days", "decide": "decide_within_days"} | {
    kind: f"{kind}_days" for kind in ("revolving", "temporary", "single")
}
_AFTER = frozenset({"notify", "sign", "file", "publish"})


@dataclass(frozen=True, slots=True)
class Term:
    """A number of working days; `is_assumed` where the policy says nothing. `clause` is the rule's."""

    days: int
    clause: str = ""
    is_assumed: bool = False


def case_term(steps: Iterable[Step]) -> Term:
    """Give how long a case takes by its usual steps up to the decision."""
    days = [
        step.within_days for step in steps if not step.special and step.when is None and step.within_days is not None
    ]
    return Term(sum(days)) if days else Term(CASE_DAYS, is_assumed=True)


def answer_term(policy: Policy, *, is_published: bool) -> Term:
    """Give in how many days an objection to a published result is answered, or a complaint about a grade in force."""
    procedure = policy.procedure
    if procedure is None:
        return Term(ANSWER_DAYS, is_assumed=True)
    complaint, publication = procedure.objection, procedure.publication
    stated = complaint.within_days if complaint is not None else None
    rule = publication if publication is not None and (is_published or complaint is None) else complaint
    clause = (rule.clause or "") if rule is not None else ""
    if stated is None and rule is not None and rule is publication:
        stated = next((step.within_days for step in procedure.steps if step.step == "objection"), None)
    return Term(stated, clause) if stated is not None else Term(ANSWER_DAYS, clause, is_assumed=True)


def lasting(policy: Policy | None, what: str) -> Term:
    """Give how many days something of credit lasts: `hold`, `decide`, or a kind of limit that is applied for."""
    credit = policy.credit if policy is not None else None
    told = credit.deadlines if credit is not None else None
    days: int | None = getattr(told, _FIELDS[what], None)
    if days is None or told is None:
        return Term(LASTING[what], is_assumed=True)
    return Term(days, told.clause or "")


def silent_lasting(policy: Policy) -> tuple[tuple[str, Term], ...]:
    """Give what of credit's terms a policy with rules for orders leaves open, each by name."""
    rules = policy.credit.order_rules if policy.credit is not None else ()
    if not rules:
        return ()
    found = [(what, term) for what in LASTING if (term := lasting(policy, what)).is_assumed]
    if any(rule.release_by and not rule.release_days for rule in rules):
        found.append(("release", Term(RELEASE_DAYS, is_assumed=True)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Recognised:
    """How far a guarantee adds to the limit: the share of it, the most (percent of the limit; None: no bound), its notice."""

    percent: Decimal
    most_percent: Decimal | None = None
    notice_days: int = NOTICE_DAYS
    clause: str = ""
    is_assumed: bool = False


def recognised(policy: Policy | None, kind: str, grade: str) -> Recognised:
    """Give what a guarantee of a kind adds for a customer of a grade: nothing where the policy does not say."""
    credit = policy.credit if policy is not None else None
    rules = [rule for rule in (credit.guarantees if credit is not None else ()) if rule.guarantee == kind]
    named = [rule for rule in rules if rule.grades is not None and grade in rule.grades]
    rule = next(iter(named or [rule for rule in rules if rule.grades is None]), None)
    if rule is None:
        return Recognised(Decimal(0), is_assumed=True)
    days = NOTICE_DAYS if rule.notice_days is None else rule.notice_days
    return Recognised(rule.percent, rule.most_percent, days, rule.clause or "")


def silent_terms(policy: Policy) -> tuple[tuple[str, Term], ...]:
    """Give the terms that a policy with a procedure leaves open, each by name: case, objection, complaint."""
    procedure = policy.procedure
    if procedure is None or not procedure.steps:
        return ()
    asked = {"case": case_term(step for step in procedure.steps if step.act not in _AFTER)}
    if procedure.publication is not None:
        asked["objection"] = answer_term(policy, is_published=True)
    asked["complaint"] = answer_term(policy, is_published=False)
    return tuple((name, term) for name, term in asked.items() if term.is_assumed)
