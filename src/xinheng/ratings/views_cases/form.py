"""The form of a case: made from the policy, saved, handed in; and the points as one types."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.explain import CustomerRating
from creditpolicy.problems import Problem, Refusal
from xinheng.org.access import may, person_of
from xinheng.ratings import actions
from xinheng.ratings.actions.scoring import Turn, turn_of
from xinheng.ratings.facts import Known, facts_of
from xinheng.ratings.models import Assessment
from xinheng.ratings.rating import live
from xinheng.ratings.sheet import Sheet, read_typed, sheet_of
from xinheng.ratings.showing import fields_of, groups_of

_GATHERED: OrderedDict[int, tuple[float, date, Mapping[str, Known]]] = OrderedDict()
STAYS_SECONDS = 120.0
"""How long what books and card tell is taken as it was, while somebody types; saving gathers it anew."""
JOINED = ("customer__owner", "customer__department", "version__policy", "policy", "opened_by", "submitted_by")


def visible(request: HttpRequest, pk: int) -> Assessment:
    """Give the case, where the person sees its customer; anybody else's is missing."""
    among = Assessment.objects.visible_to(person_of(request)).select_related(*JOINED)
    found: Assessment = get_object_or_404(among, pk=pk)
    return found


def gathered(assessment: Assessment, *, anew: bool = False) -> Mapping[str, Known]:
    """Give what books, card and file tell of a case's customer, kept in memory for as long as somebody types."""
    kept = _GATHERED.get(assessment.pk)
    if anew or kept is None or kept[1] != assessment.as_of or time.monotonic() - kept[0] > STAYS_SECONDS:
        found = facts_of(assessment.customer, assessment.version, on=assessment.as_of)
        kept = (time.monotonic(), assessment.as_of, found)
        _GATHERED[assessment.pk] = kept
        while len(_GATHERED) > 50:
            _GATHERED.popitem(last=False)
    return kept[2]


def form(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form to whoever has the turn; save it, or hand it in."""
    assessment, person, on = visible(request, pk), person_of(request), timezone.localdate()
    turn, reason = turn_of(assessment, person, on)
    if turn is None:
        messages.info(request, reason)
        return redirect(assessment)
    if request.method != "POST":
        return _page(request, assessment, turn)
    texts, reasons = sent(request, turn)
    try:
        actions.save_scores(assessment, texts, by=person, on=on, reasons=reasons)
        if "submit" in request.POST and turn.is_form:
            actions.submit_assessment(assessment, by=person, on=on)
            messages.success(request, _("评估 {number} 已提交, 开始流转。").format(number=assessment.number))
            return redirect(assessment)
    except Refusal as refused:
        messages.error(request, refused.message)
        wrong = {name: said(problem) for problem in refused.problems for name in problem.facts}
        return _page(request, visible(request, pk), turn, texts=texts, reasons=reasons, problems=wrong)
    messages.success(request, _("已保存。"))
    if turn.item is not None and not turn.is_form:
        return redirect("workflow.item", turn.item.pk)
    return redirect("ratings.form", pk)


def said(problem: Problem) -> str:
    """Give what is wrong with an entry, to stand beside its field: without the name before it."""
    return problem.what.partition(": ")[2] or problem.what


def so_far(result: CustomerRating | None) -> Decimal | None:
    """Give the points of the items that can be scored already, where the total still waits for others."""
    if result is None or result.total is not None:
        return None
    return sum((item.points for item in result.items if item.points is not None), Decimal(0))


def sent(request: HttpRequest, turn: Turn) -> tuple[dict[str, str], dict[str, str]]:
    """Give what was sent for the facts whose turn it is: texts and reasons."""
    texts = {name: request.POST[f"f_{name}"] for name in turn.facts if f"f_{name}" in request.POST}
    reasons = {name: request.POST.get(f"r_{name}", "") for name in texts}
    return texts, reasons


def _page(
    request: HttpRequest, assessment: Assessment, turn: Turn, *, texts: Mapping[str, str] | None = None,
    reasons: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    sheet = sheet_of(assessment, known=gathered(assessment, anew=True))
    fields = fields_of(sheet, turn, texts=texts, reasons=reasons, problems=problems)
    typed = read_typed(sheet, {name: one.text for name, one in fields.items() if one.is_mine}, {}, turn.facts)
    result = points_of(request, assessment, sheet, typed.values)
    sheet.compute(result.facts if result is not None else {})
    context = {
        "assessment": assessment, "sheet": sheet, "turn": turn, "groups": groups_of(sheet, fields, result),
        "result": result, "wrong": [fields[name] for name in fields if fields[name].problem],
        "step": sheet.duties.step_label(turn.step), "sees_score": may(person_of(request), "ratings.see_score", assessment),
        "others": others(sheet, result, turn), "so_far": so_far(result),
    }  # fmt: skip
    return render(request, "ratings/cases/form.html", context)


def points_of(
    request: HttpRequest, assessment: Assessment, sheet: Sheet, typed: Mapping[str, Any]
) -> CustomerRating | None:
    """Give what the facts with what is typed would come to; None where the person may not see scores, or a fact is unfit."""
    if not may(person_of(request), "ratings.see_score", assessment):
        return None
    try:
        return live(assessment.version, sheet.values(typed), on=assessment.as_of)
    except Refusal:
        return None


def others(sheet: Sheet, result: CustomerRating | None, turn: Turn) -> list[str]:
    """Give what is missing and entered by others later, each with who."""
    if result is None:
        return []
    found = {}
    for problem in result.problems:
        for name in problem.facts:
            line = sheet.lines.get(name)
            if line is not None and line.is_open and name not in turn.facts and line.value is None:
                found[name] = _("{fact} ({role})").format(fact=line.label, role=sheet.duties.role_label(line.role))
    return list(found.values())


@require_POST
def show_live(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the form as it is being typed would come to; nothing is stored."""
    assessment = visible(request, pk)
    turn, reason = turn_of(assessment, person_of(request), timezone.localdate())
    if turn is None:
        return render(request, "ratings/cases/live.html", {"reason": reason})
    sheet = sheet_of(assessment, known=gathered(assessment))
    texts, reasons = sent(request, turn)
    typed = read_typed(sheet, texts, reasons, turn.facts)
    result = points_of(request, assessment, sheet, typed.values)
    fields = fields_of(sheet, turn, texts=texts, reasons=reasons, problems=typed.problems)
    context = {
        "assessment": assessment, "result": result, "groups": groups_of(sheet, fields, result), "oob": True,
        "wrong": [fields[name] for name in typed.problems], "others": others(sheet, result, turn),
        "so_far": so_far(result), "sees_score": may(person_of(request), "ratings.see_score", assessment),
    }  # fmt: skip
    return render(request, "ratings/cases/live.html", context)
