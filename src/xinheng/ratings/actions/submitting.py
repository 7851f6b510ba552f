"""The form handed in: facts frozen, and the policy's procedure started; handed in again after a return; taken back."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.ratings.actions.opening import locked
from xinheng.ratings.actions.scoring import problems_of, turn_of
from xinheng.ratings.duties import Duties, duties_of
from xinheng.ratings.freezing import freeze, incomplete
from xinheng.ratings.models import Assessment
from xinheng.workflow import actions as workflow
from xinheng.workflow.acts import Outcome
from xinheng.workflow.queries import open_round


@act
def submit_assessment(assessment: Assessment, *, by: Person, on: date, remarks: str = "") -> Assessment:
    """Hand the form in: everything asked for is there, the facts are frozen with their sum, the procedure starts."""
    demand(by, "ratings.score", assessment)
    assessment = locked(assessment)
    duties = duties_of(assessment.version)
    turn, reason = turn_of(assessment, by, on, duties)
    if turn is None or not turn.is_form:
        raise Refusal(reason or _("现在不是填报, 不能提交。"))
    if turn.item is not None:
        workflow.finish_item(turn.item, by=by, on=on, outcome=Outcome.DONE, remarks=remarks)
        assessment.refresh_from_db()
        return assessment
    complete(assessment, duties, duties.form_step)
    assessment.state, assessment.submitted_by, assessment.submitted_on = Assessment.State.IN_PROCEDURE, by, on
    assessment.save(update_fields=["state", "submitted_by", "submitted_on"])
    record(
        "ratings.submit", assessment, by=by, why=remarks, about=assessment.customer, after={"digest": assessment.digest}
    )
    workflow.settle_items(assessment, act="fill", by=by, on=on, remarks=_("已提交评估表。"))
    workflow.start(
        assessment, duties.procedure(), by=by, on=on, about=assessment.customer, clause=assessment.clause,
        title=_("{kind} {customer}").format(kind=assessment.get_kind_display(), customer=assessment.customer.name),
        is_special=assessment.is_special, why=remarks,
    )  # fmt: skip
    assessment.refresh_from_db()
    return assessment


def complete(assessment: Assessment, duties: Duties, step: str) -> None:
    """Freeze the facts; Refusal naming everything that the step still has to enter."""
    sheet = freeze(assessment, duties)
    lacking = incomplete(sheet, step)
    if lacking:
        raise Refusal(_("还有 {count} 项没有填好, 不能提交。").format(count=len(lacking)), problems_of(sheet, lacking))


@act
def withdraw_assessment(assessment: Assessment, *, by: Person, on: date, why: str = "") -> Assessment:
    """Take the form back before anybody has decided; it can be changed and handed in again."""
    demand(by, "ratings.score", assessment)
    assessment = locked(assessment)
    round = open_round(assessment, assessment.policy.key)
    if round is None:
        raise Refusal(_("这件评估没有在流转, 不用撤回。"))
    record("ratings.withdraw", assessment, by=by, why=why, about=assessment.customer)
    workflow.withdraw(round, by=by, on=on, why=why)
    assessment.refresh_from_db()
    return assessment


@act
def mark_special_case(assessment: Assessment, *, by: Person, on: date, why: str) -> Assessment:
    """Mark the case as special by people, so that the steps for special cases are taken; cannot be undone."""
    demand(by, "ratings.score", assessment)
    assessment = locked(assessment)
    if assessment.state not in (Assessment.State.OPEN, Assessment.State.IN_PROCEDURE):
        raise Refusal(_("这件评估{state}, 不能再定为特殊情况。").format(state=assessment.get_state_display()))
    if not why.strip():
        raise Refusal(_("请写明为什么是特殊情况。"))
    if assessment.is_special:
        raise Refusal(_("这件评估已经是特殊情况。"))
    duties = duties_of(assessment.version)
    procedure = duties.policy.procedure
    if not any(step.special for step in duties.decided):
        raise Refusal(_("制度没有给特殊情况另设步骤, 不用标记。"))
    assessment.is_special, assessment.special_why = True, why.strip()[:200]
    assessment.save(update_fields=["is_special", "special_why"])
    special = procedure.special if procedure is not None else None
    clause = (special.clause or "") if special is not None else ""
    record("ratings.mark_special", assessment, by=by, why=why, clause=clause, about=assessment.customer)
    round = open_round(assessment, assessment.policy.key)
    if round is not None and not round.is_special:
        workflow.mark_special(round, by=by, on=on, why=why, clause=clause)
    return assessment
