"""What the workflow asks of a case: who must keep away, what may not change, which conditions hold, what a step needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from creditpolicy.plain.reading import Portfolio, reading_of
from creditpolicy.problems import Refusal
from creditpolicy.wording import formula_words
from xinheng.org.models import Person
from xinheng.policies.queries import prepared
from xinheng.ratings.duties import duties_of
from xinheng.workflow.acts import Kind, State

if TYPE_CHECKING:
    from xinheng.ratings.models import Assessment


def frozen(assessment: Assessment) -> str:
    """Give what a case comes to: the policy's text, the day, the frozen facts, what was entered and on what evidence."""
    scores = assessment.scores.filter(replaced=False).order_by("pk")
    told = {
        "version": assessment.version.sha256,
        "as_of": assessment.as_of.isoformat(),
        "limit_asked": str(assessment.limit_asked or ""),
        "facts": assessment.digest,
        "kept": digest_of(assessment.facts),
        "scores": [[row.fact, row.step, row.role, row.value, row.reason, row.by_id] for row in scores],
        "evidence": [[row.fact, row.paper_id] for row in assessment.evidence.order_by("pk")],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def digest_of(facts: Mapping[str, Any]) -> str:
    """Give the sum of frozen facts."""
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def forbidden(assessment: Assessment, item: Any) -> dict[int, str]:
    """Give who may not take a task of the case, each with the reason; the workflow adds its own rules."""
    found: dict[int, str] = {}
    if item.kind == Kind.READ or (item.round_id is None and item.act not in ("fill", "correct")):
        return found
    found |= raters_before(assessment)
    if item.round_id is None:
        return found
    if item.kind == Kind.DECIDE:
        scored = _("您在这件评估里评过分, 不能再审批它。请由他人办理。")
        rows = assessment.scores.exclude(step=item.step).values_list("by", flat=True)
        found |= dict.fromkeys(rows, scored)
        if assessment.customer.owner_id is not None:
            found[assessment.customer.owner_id] = _("客户经理不审批自己客户的评级。请由他人办理。")
    return found | _apart_from_form(assessment, item)


def _apart_from_form(assessment: Assessment, item: Any) -> dict[int, str]:
    """Give those who filled in the form, where the policy wants the step in another hand."""
    duties = duties_of(assessment.version)
    own = {step.step for step in duties.own}
    rules = duties.policy.procedure.apart if duties.policy.procedure is not None else ()
    rule = next((rule for rule in rules if item.step in rule.steps and own.intersection(rule.steps)), None)
    if rule is None:
        return {}
    titles = "、".join(duties.step_label(step) for step in rule.steps if step in own)
    reason = _("您已办理“{step}”, 制度要求这两步由不同的人办理 ({clause})。请由他人办理。").format(
        step=titles, clause=rule.clause or rule.assumed or "—"
    )
    return dict.fromkeys(filled_by(assessment), reason)


def filled_by(assessment: Assessment) -> set[int]:
    """Give who filled in the form of a case: who entered something in it, and who handed it in."""
    duties = duties_of(assessment.version)
    people = set(assessment.scores.filter(step=duties.form_step).values_list("by", flat=True))
    return people | ({assessment.submitted_by_id} - {None})  # type: ignore[operator]


def raters_before(assessment: Assessment) -> dict[int, str]:
    """Give who rated the result that a review looks into again: scored, handed in or decided."""
    if assessment.kind != assessment.Kind.REVIEW or assessment.objection is None:
        return {}
    objection = assessment.objection
    before = objection.assessment or (objection.rating.assessment if objection.rating is not None else None)
    if before is None or before.pk == assessment.pk:
        return {}
    reason = _("您办理过被投诉的那次评级, 复核须由他人办理。")
    return dict.fromkeys(raters_of(before), reason)


def raters_of(assessment: Assessment) -> set[int]:
    """Give everybody who scored, handed in or decided in a case."""
    from xinheng.workflow.models import Item
    from xinheng.workflow.queries import rounds_of

    people = filled_by(assessment) | set(assessment.scores.values_list("by", flat=True))
    decided = Item.objects.filter(
        round__in=rounds_of(assessment),
        kind=Kind.DECIDE,
        handled_by__isnull=False,
        state__in=(State.DONE, State.RETURNED),
    )
    for by, behalf in decided.values_list("handled_by", "on_behalf_of"):
        people |= {by, behalf} - {None}
    return people


def may_handle(assessment: Assessment, person: Person) -> bool:
    """Say whether the person may see the case at all."""
    return type(assessment).objects.visible_to(person).filter(pk=assessment.pk).exists()


def holds(assessment: Assessment, expression: str) -> bool:
    """Judge a condition of the procedure over the frozen facts and the result as it now is; unknown does not hold."""
    program = prepared(assessment.version).program
    procedure = program.policy.procedure
    texts: dict[str, Any] = {}
    for path, node in program.conditions.items():
        if procedure is None or path[0] != "procedure":
            continue
        rule: Any = procedure.steps[path[2]] if path[1] == "steps" else procedure.special  # type: ignore[index]
        texts[str(rule.when)] = node
    if expression not in texts:
        raise Refusal(_("流程里的条件“{expression}”不在制度里, 不能判断。").format(expression=expression))
    return bool(reading_of(texts[expression], Portfolio({}))(outcome(assessment)))


def condition_in_words(assessment: Assessment, expression: str) -> str:
    """Write a condition of the procedure with the labels of the policy's facts."""
    return formula_words(prepared(assessment.version).program, expression)


def outcome(assessment: Assessment) -> dict[str, Any]:
    """Give the facts of a case, computed ones too, with total, grade and limit as they now come out."""
    from xinheng.ratings.freezing import values_of
    from xinheng.ratings.rating import live

    result = live(assessment.version, values_of(assessment), on=assessment.as_of)
    return {**result.facts, "total": result.total, "grade": result.grade, "limit": result.limit}


__all__ = [
    "digest_of",
    "filled_by",
    "forbidden",
    "frozen",
    "holds",
    "may_handle",
    "outcome",
    "raters_before",
    "raters_of",
]
