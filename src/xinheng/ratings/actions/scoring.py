"""What people enter in a case: values with reasons, each role's kept beside the others'; and the papers that support them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.problems import Problem, Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS
from xinheng.papers.models import Paper
from xinheng.ratings.actions.opening import locked
from xinheng.ratings.duties import Duties, duties_of, people_filling
from xinheng.ratings.freezing import freeze
from xinheng.ratings.models import Assessment, Evidence, Score
from xinheng.ratings.sheet import Sheet, Typed, read_typed, sheet_of
from xinheng.ratings.subject import may_handle, raters_before
from xinheng.ratings.values import text_of
from xinheng.workflow import subjects
from xinheng.workflow.acts import Part, State
from xinheng.workflow.apart import way_for
from xinheng.workflow.models import Item
from xinheng.workflow.procedures import STARTER
from xinheng.workflow.queries import open_round


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to enter something: the step (the form's own for the form), the task, and which facts."""

    step: str
    role: str
    facts: frozenset[str]
    item: Item | None = None
    is_form: bool = False


def turn_of(assessment: Assessment, person: Person, on: date, duties: Duties | None = None) -> tuple[Turn | None, str]:
    """Give what the person may enter in the case today, or None and the reason in words."""
    duties = duties or duties_of(assessment.version)
    if assessment.state == Assessment.State.OPEN:
        reason = why_not_fill(assessment, person, on, duties)
        if reason:
            return None, reason
        return Turn(duties.form_step, duties.form_role, duties.asked_at(duties.form_step), is_form=True), ""
    if assessment.state != Assessment.State.IN_PROCEDURE:
        return None, _("这件评估{state}, 不能再填写。").format(state=assessment.get_state_display())
    round = open_round(assessment, assessment.policy.key)
    items = round.items.filter(state=State.OPEN, part=Part.MAIN).order_by("id") if round is not None else ()
    reason = _("现在没有轮到您填写。")
    for item in items:
        way, why = way_for(item, person, on)
        if way is None:
            reason = why
            continue
        facts = _facts_at(item, duties)
        if facts:
            step = duties.form_key(item.step)
            role = duties.form_role if step == duties.form_step else duties.step[item.step].role
            return Turn(step, role, facts, item, is_form=item.step == STARTER), ""
        reason = _("这一步没有要填写的内容。")
    return None, reason


def _facts_at(item: Item, duties: Duties) -> frozenset[str]:
    facts = duties.asked_at(item.step)
    if duties.scores_freely(item.step):
        facts |= frozenset(duties.entered_at)
    return facts


def why_not_fill(assessment: Assessment, person: Person, on: date, duties: Duties) -> str:
    """Say why a person may not fill in the form; empty where he may."""
    roles = person.roles(on=on)
    if not ADMINISTRATORS.isdisjoint(roles):
        return _("管理员不办理业务。请由业务角色的人办理。")
    if not may_handle(assessment, person):
        return _("您不能查看这位客户, 因此不能填写。")
    before = raters_before(assessment)
    if person.pk in before:
        return before[person.pk]
    role, named = people_filling(duties.form_filler)
    allowed = {role, *_reviewers(assessment, duties)} - {""}
    if named == person or not allowed.isdisjoint(roles):
        return ""
    if not allowed and named is None and person.pk == assessment.opened_by_id:
        return ""
    return _("评估表由{role}填写。").format(role=duties.role_label(duties.form_role) or _("发起人"))


def _reviewers(assessment: Assessment, duties: Duties) -> set[str]:
    """Give who may fill in the form of a review besides the usual role: whoever the policy has handle objections."""
    procedure = duties.policy.procedure
    if assessment.kind != Assessment.Kind.REVIEW or procedure is None:
        return set()
    from xinheng.policies.roles import fillers_of

    named = [part.role for part in (procedure.publication, procedure.objection) if part is not None]
    return {filler for filler in fillers_of(duties.policy, named).values() if isinstance(filler, str)}


@act
def save_scores(
    assessment: Assessment,
    values: Mapping[str, str],
    *,
    by: Person,
    on: date,
    reasons: Mapping[str, str] | None = None,
) -> list[Score]:
    """Enter values as typed (`values` by fact; an empty text takes back), each with its reason where given.

    Refused as a whole, with everything that is wrong at once; what dealings or statements tell cannot be entered.
    """
    demand(by, "ratings.score", assessment)
    assessment = locked(assessment)
    duties = duties_of(assessment.version)
    turn, reason = turn_of(assessment, by, on, duties)
    if turn is None:
        raise Refusal(reason)
    sheet = sheet_of(assessment, duties)
    _refuse_others(sheet, turn, values)
    typed = read_typed(sheet, values, reasons or {}, turn.facts)
    problems = dict(typed.problems)
    problems |= _without_reason(sheet, turn, typed)
    if problems:
        raise Refusal(
            _("有 {count} 处填得不对, 都没有保存。").format(count=len(problems)), problems_of(sheet, problems)
        )
    rows = _store(sheet, turn, typed, by=by, on=on)
    record(
        "ratings.score", assessment, by=by, about=assessment.customer,
        after={"step": turn.step, "facts": [row.fact for row in rows]},
    )  # fmt: skip
    if turn.item is not None and turn.item.round is not None:
        freeze(assessment, duties)
        take_note(turn.item.round, assessment)
    return rows


def take_note(round: Any, assessment: Assessment) -> None:
    """Let the round know the content as it was entered in its own step, by whoever had the turn."""
    round.digest = subjects.digest_of(assessment)
    round.save(update_fields=["digest"])


def problems_of(sheet: Sheet, problems: Mapping[str, str]) -> list[Problem]:
    """Give what is wrong by fact as problems, in the order of the policy."""
    return [
        Problem("entry", f"{line.label}: {problems[name]}", facts=(name,))
        for name, line in sheet.lines.items()
        if name in problems
    ]


def _refuse_others(sheet: Sheet, turn: Turn, values: Mapping[str, str]) -> None:
    for name in values:
        line = sheet.lines.get(name)
        if line is None:
            raise Refusal(_("制度里没有“{name}”这一项。").format(name=name))
        if not line.is_open:
            raise Refusal(_("“{label}”由系统取得 ({source}), 不能手填。数字有误请更正来源。").format(
                label=line.label, source=line.source or _("尚无数据")))  # fmt: skip
        if name not in turn.facts:
            raise Refusal(_("“{label}”不由这一步填写。").format(label=line.label))


def _without_reason(sheet: Sheet, turn: Turn, typed: Typed) -> dict[str, str]:
    """Give the judged facts whose value is new or changed at this step without a reason."""
    found = {}
    for name, value in typed.values.items():
        line = sheet.lines[name]
        if line.sort == "judged" and value is not None and not typed.reasons.get(name) and _is_own(line, turn, value):
            found[name] = _("判断的项目要写理由。")
    return found


def _is_own(line: Any, turn: Turn, value: Any) -> bool:
    """Say whether a value is to be kept as this step's own: it judges it, entered it before, or sees it otherwise."""
    if any(score.step == turn.step for score in line.scores):
        return True
    if line.step == turn.step and line.sort == "judged":
        return True
    return bool(line.value != value)


def _store(sheet: Sheet, turn: Turn, typed: Typed, *, by: Person, on: date) -> list[Score]:
    rows = []
    for name, value in typed.values.items():
        line = sheet.lines[name]
        mine = next((score for score in line.scores if score.step == turn.step), None)
        text, reason = text_of(line.rule, value), typed.reasons.get(name, "")
        if mine is not None and mine.value == text and mine.reason == reason:
            continue
        if mine is None and (value is None or not _is_own(line, turn, value)):
            continue
        if mine is not None:
            mine.replaced = True
            mine.save(update_fields=["replaced"])
        if value is None:
            continue
        rows.append(
            Score.objects.create(
                assessment=sheet.assessment, fact=name, step=turn.step, role=turn.role, value=text, reason=reason, by=by,
                on=on,
            )
        )  # fmt: skip
    return rows


@act
def attach_evidence(assessment: Assessment, paper: Paper, *, by: Person, on: date, fact: str = "") -> Evidence:
    """Attach a paper of the customer's file to a fact of the case, or to the case as a whole."""
    demand(by, "ratings.score", assessment)
    demand(by, "papers.see", paper)
    assessment = locked(assessment)
    duties = duties_of(assessment.version)
    turn, reason = turn_of(assessment, by, on, duties)
    if turn is None:
        raise Refusal(reason)
    if paper.customer_id != assessment.customer_id:
        raise Refusal(_("这份档案不是该客户的。请从客户的档案里选。"))
    if fact and fact not in duties.program.fact:
        raise Refusal(_("制度里没有“{name}”这一项。").format(name=fact))
    found, new = Evidence.objects.get_or_create(assessment=assessment, fact=fact, paper=paper, defaults={"by": by})
    if not new:
        raise Refusal(_("这份档案已经附上。"))
    record(
        "ratings.attach", assessment, by=by, about=assessment.customer, after={"paper": paper.file_number, "fact": fact}
    )
    if turn.item is not None and turn.item.round is not None:
        take_note(turn.item.round, assessment)
    return found


@act
def detach_evidence(evidence: Evidence, *, by: Person, on: date) -> None:
    """Take a paper off a case again, as long as one may still enter there."""
    assessment = locked(evidence.assessment)
    demand(by, "ratings.score", assessment)
    turn, reason = turn_of(assessment, by, on)
    if turn is None:
        raise Refusal(reason)
    if evidence.by_id != by.pk:
        raise Refusal(_("依据由附上的人 {person} 撤下。").format(person=evidence.by))
    record(
        "ratings.detach", assessment, by=by, about=assessment.customer,
        before={"paper": evidence.paper.file_number, "fact": evidence.fact},
    )  # fmt: skip
    evidence.delete()
    if turn.item is not None and turn.item.round is not None:
        take_note(turn.item.round, assessment)
