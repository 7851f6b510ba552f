"""Approval: a version is handed in without faults, goes through the hands that the policy names, comes back or is final."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.model import Policy as PolicyText
from creditpolicy.problems import Refusal, faults
from xinheng.audit.record import Actor, act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies.actions.drafting import locked
from xinheng.policies.models import Stage, Version
from xinheng.policies.queries import findings, policy_of
from xinheng.policies.roles import fillers_of, roles_at_work
from xinheng.workflow.actions import finish_item, start
from xinheng.workflow.acts import Stand
from xinheng.workflow.models import Round
from xinheng.workflow.policy_steps import Filler
from xinheng.workflow.procedures import STARTER, Procedure, Step
from xinheng.workflow.queries import open_round

PROCEDURE = "policies.revision"


@act
def submit_version(version: Version, *, by: Person, on: date, why: str = "") -> Round:
    """Hand a draft in for approval; Refusal with every fault that it still has. After a return, hand it in again."""
    demand(by, "policies.draft")
    held = locked(version)
    if held.stage != Stage.DRAFT:
        raise Refusal(
            _("版本 {number} 现在是“{stage}”, 不能提交。").format(number=held.number, stage=held.get_stage_display())
        )
    _without_faults(held)
    running = open_round(held, PROCEDURE)
    if running is not None:
        return _again(running, held, by=by, on=on, why=why)
    procedure, clause = procedure_for(policy_of(held), by=by, on=on)
    held.stage = Stage.IN_APPROVAL
    held.save(update_fields=["stage"])
    record(
        "policies.submit", held, by=by, why=why, clause=clause,
        after={"number": held.number, "sha256": held.sha256, "edition": held.edition},
    )  # fmt: skip
    title = _("审批制度“{policy}”版本 {number}").format(policy=held.policy.title, number=held.number)
    return start(held, procedure, by=by, on=on, title=title, clause=clause, why=why)


def _again(running: Round, held: Version, *, by: Person, on: date, why: str) -> Round:
    item = running.items.filter(step=STARTER, state="open").first()
    if item is None:
        raise Refusal(_("这一版本已有一轮审批在办理中。"))
    finish_item(item, by=by, on=on, outcome="done", remarks=why)
    return running


def _without_faults(version: Version) -> None:
    wrong = faults(findings(version))
    if wrong:
        raise Refusal(_("草案还有 {count} 处错误, 改正后才能提交。").format(count=len(wrong)), wrong)


def procedure_for(policy: PolicyText, *, by: Person, on: date) -> tuple[Procedure, str]:
    """Give the steps of approval as the policy says who proposes and who decides, and the clause.

    Where it is silent, risk proposes, finance reviews and the general manager approves. Who proposes himself need not
    agree to his own proposal; where the same hand proposes and decides, it decides once.
    """
    revision = policy.governance.revision if policy.governance is not None else None
    if revision is None:
        clause = _("制度没有写怎样修订: 风险管理提出, 财务审核, 总经理批准")
        steps = [
            _step("propose", _("同意提出修订"), Role.RISK, "check", clause),
            _step("review", _("财务审核修订"), Role.FINANCE, "review", clause),
            _step("approve", _("批准修订"), Role.GENERAL_MANAGER, "approve", clause),
        ]
    else:
        clause = revision.clause or revision.assumed or ""
        found = _fillers(policy, (revision.proposed_by, revision.decided_by))
        proposer, decider = found[revision.proposed_by], found[revision.decided_by]
        steps = [_step("approve", _("批准修订"), decider, "approve", clause)]
        if proposer != decider:
            steps.insert(0, _step("propose", _("同意提出修订"), proposer, "check", clause))
    if steps[0].key == "propose" and _is(by, steps[0], on=on):
        steps = steps[1:]
    keys = tuple(step.key for step in steps)
    apart = ((keys, clause),) if len(keys) > 1 else ()
    return Procedure(PROCEDURE, tuple(steps), apart), clause[:200]


def _step(key: str, title: str, filler: Filler, act: str, clause: str) -> Step:
    if isinstance(filler, Person):
        return Step(key, title, person=filler.pk, act=act, within_days=5, clause=clause)
    return Step(key, title, role=filler, act=act, within_days=5, clause=clause)


def _is(person: Person, step: Step, *, on: date) -> bool:
    return person.pk == step.person if step.person is not None else step.role in person.roles(on=on)


def _fillers(policy: PolicyText, roles: tuple[str, ...]) -> dict[str, Filler]:
    found = fillers_of(policy, roles)
    labels = roles_at_work(policy)
    missing = [labels.get(role, role) for role in dict.fromkeys(roles) if role not in found]
    if missing:
        raise Refusal(
            _("制度里的角色还没有对应到公司的人: {roles}。请在“角色对照”里补上。").format(roles=_("、").join(missing))
        )
    return found


def handed_in_again(version: Version, *, by: Actor) -> None:
    """Be told by the workflow that whoever handed it in has corrected it: without faults, it is in approval again."""
    held = locked(version)
    _without_faults(held)
    held.stage = Stage.IN_APPROVAL
    held.save(update_fields=["stage"])
    record(
        "policies.submit", held, by=by, after={"number": held.number, "sha256": held.sha256, "edition": held.edition}
    )


def sent_back(version: Version, *, by: Actor, why: str) -> None:
    """Make it a draft again."""
    held = locked(version)
    if held.stage == Stage.IN_APPROVAL:
        held.stage = Stage.DRAFT
        held.save(update_fields=["stage"])
        record("policies.send_back", held, by=by, why=why, after={"stage": held.stage})


def decided(version: Version, outcome: str, *, by: Actor, on: date) -> None:
    """Be told the end of the round: agreed is approved for good, all else makes it a draft again."""
    held = locked(version)
    if outcome != Stand.AGREED:
        sent_back(held, by=by, why=str(Stand(outcome).label))
        return
    if held.stage != Stage.IN_APPROVAL:
        raise Refusal(_("版本 {number} 已不在审批中。").format(number=held.number))
    held.stage, held.approved_on = Stage.APPROVED, on
    held.approved_by = by if isinstance(by, Person) else None
    held.save(update_fields=["stage", "approved_on", "approved_by"])
    record("policies.approve", held, by=by, after={"number": held.number, "sha256": held.sha256})
