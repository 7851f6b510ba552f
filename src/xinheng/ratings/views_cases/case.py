"""The page of one case, how it is opened, and what may be done with it beside the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.views.shown import found as customer_of
from xinheng.org.access import may, person_of
from xinheng.papers.models import Paper, State
from xinheng.policies.models import Version
from xinheng.policies.queries import in_force, main_version
from xinheng.ratings import actions
from xinheng.ratings.actions.opening import due_is_assumed
from xinheng.ratings.actions.scoring import turn_of
from xinheng.ratings.duties import Duties
from xinheng.ratings.freezing import is_intact, known_of
from xinheng.ratings.models import Assessment, Evidence
from xinheng.ratings.queries import late_on
from xinheng.ratings.rating import explained, live
from xinheng.ratings.sheet import Sheet, sheet_of
from xinheng.ratings.showing import contradictions, fields_of, groups_of, papers_of
from xinheng.ratings.views_cases.form import visible
from xinheng.workflow.actions.meetings import meetings_of
from xinheng.workflow.acts import Kind
from xinheng.workflow.acts import State as Task
from xinheng.workflow.history import history
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of, plan_of, rounds_of

BY_HAND = (Assessment.Kind.FIRST, Assessment.Kind.MANUAL, Assessment.Kind.CORRECTION, Assessment.Kind.APPLICATION,
           Assessment.Kind.PERIODIC)  # fmt: skip
"""What people open a case for; events, objections and the calendar open theirs themselves."""


class OpenForm(forms.Form):
    """What a case is opened for, and under which policy."""

    kind = forms.ChoiceField(label=gettext_lazy("事由类别"))
    version = forms.ModelChoiceField(
        label=gettext_lazy("依据的制度"), queryset=Version.objects.none(), empty_label=None
    )
    why = forms.CharField(label=gettext_lazy("事由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    limit_asked = forms.DecimalField(
        label=gettext_lazy("申请额度 (元)"), required=False, min_value=0, max_digits=18, decimal_places=2,
        help_text=gettext_lazy("申请或修正额度时填写, 会写进信用额度申请表。"),
    )  # fmt: skip

    def __init__(self, *args: Any, on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = in_force(on).filter(policy__subject="customer")
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in BY_HAND]  # type: ignore[attr-defined]


def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case for a customer."""
    customer, person, on = customer_of(request, pk), person_of(request), timezone.localdate()
    rated = customer.ratings.exists()
    initial = {"kind": Assessment.Kind.MANUAL if rated else Assessment.Kind.FIRST, "version": main_version(on)}
    form = OpenForm(request.POST or None, on=on, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            opened = actions.open_assessment(customer, by=person, on=on, **form.cleaned_data)
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已发起评估 {number}。").format(number=opened.number))
            turn, _reason = turn_of(opened, person, on)
            return redirect("ratings.form", opened.pk) if turn is not None else redirect(opened)
    running = Assessment.objects.filter(customer=customer, state__in=("open", "in_procedure", "published"))
    context = {"customer": customer, "form": form, "running": running, "can": may(person, "ratings.open", customer)}
    return render(request, "ratings/cases/new.html", context)


def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case: how far it is, what is known and by whom, what it comes to, what was decided, its documents."""
    case, person, on = visible(request, pk), person_of(request), timezone.localdate()
    sheet = sheet_of(case)
    _freeze_shown(case, sheet)
    turn, reason = turn_of(case, person, on, sheet.duties)
    sees = {what: may(person, f"ratings.see_{what}", case) for what in ("grade", "score", "reasons", "file")}
    opens = sees["score"] or turn is not None
    rating = case.ratings.order_by("-pk").first()
    result = _result(case, sheet, rating) if sees["score"] else None
    sheet.compute(result.facts if result is not None else {})
    round = rounds_of(case).first()
    context: dict[str, Any] = {
        "assessment": case, "customer": case.customer, "sheet": sheet, "turn": turn, "reason": reason, "sees": sees,
        "opens": opens, "on": on, "rating": rating, "result": result, "late": _is_late(case, on),
        "grade": rating.grade if rating is not None and sees["grade"] else "",
        "groups": groups_of(sheet, fields_of(sheet, None), result) if opens else (),
        "papers": papers_of(case, sheet), "contradictions": contradictions(case, sheet) if opens else {},
        "missing": _missing(sheet, result), "intact": is_intact(case) or not case.facts,
        "evidence": _evidence(case, sheet), "attachable": _attachable(case, turn),
        "steps": _steps(sheet.duties, case, round), "round": round,
        "history": history(round) if round is not None else [], "meetings": meetings_of(case) if opens else [],
        "mine": _mine(case, person, on), "rest": _rest(case),
        "due_is_assumed": due_is_assumed(case, sheet.duties),
        "may_cancel": may(person, "ratings.cancel", case) and case.state in ("open", "in_procedure"),
        "may_withdraw": round is not None and round.state == "open" and round.started_by_id == person.pk,
        "may_mark": may(person, "ratings.score", case) and _may_mark(case, sheet.duties),
    }  # fmt: skip
    return render(request, "ratings/cases/case.html", context)


def _freeze_shown(case: Assessment, sheet: Sheet) -> None:
    """Let the sheet show the frozen values where the case is frozen, not what books and card say today."""
    if not case.facts:
        return
    frozen = known_of(case)
    for name, line in sheet.lines.items():
        line.known = frozen.get(name)
        line.value = line.known.value if line.known is not None else None


def _result(case: Assessment, sheet: Sheet, rating: Any) -> Any:
    try:
        return explained(rating) if rating is not None else live(case.version, sheet.values(), on=case.as_of)
    except Refusal:
        return None


def _missing(sheet: Sheet, result: Any) -> list[str]:
    names = {name for problem in result.problems for name in problem.facts} if result is not None else set()
    return [line.label for name, line in sheet.lines.items() if name in names]


def _is_late(case: Assessment, on: Any) -> bool:
    return Assessment.objects.filter(late_on(on), pk=case.pk).exists()


def _evidence(case: Assessment, sheet: Sheet) -> list[tuple[Evidence, str]]:
    """Give the papers attached, each with the fact that it supports in words; empty for the case as a whole."""
    rows = case.evidence.select_related("paper__kind", "by")
    return [(row, sheet.lines[row.fact].label if row.fact in sheet.lines else "") for row in rows]


def _attachable(case: Assessment, turn: Any) -> Any:
    if turn is None:
        return ()
    return Paper.objects.filter(customer=case.customer, state=State.KEPT).select_related("kind")


def _steps(duties: Duties, case: Assessment, round: Any) -> list[dict[str, Any]]:
    """Give the whole chain with where each step stands: the form, the round, what follows."""
    handed_in = case.state != Assessment.State.OPEN
    steps = [
        {"label": str(step.label), "role": duties.role_label(step.role), "stand": "done" if handed_in else "here"}
        for step in duties.own
    ]
    if round is not None and case.state != Assessment.State.OPEN:
        steps += [
            {"label": planned.step.title, "role": _role_of(duties, planned.step.key), "stand": planned.stand}
            for planned in plan_of(round)
        ]
    else:
        steps += [
            {"label": str(step.label), "role": duties.role_label(step.role), "stand": "ahead"}
            for step in duties.decided
        ]
    after = {item.act: item for item in items_of(case).filter(round__isnull=True)}
    for step in duties.after:
        item = after.get(step.act)
        stand = "ahead" if item is None else "done" if item.state == Task.DONE else "here"
        steps.append({"label": str(step.label), "role": duties.role_label(step.role), "stand": stand})
    return steps


def _role_of(duties: Duties, key: str) -> str:
    return duties.role_label(duties.step[key].role) if key in duties.step else ""


def _mine(case: Assessment, person: Any, on: Any) -> list[Item]:
    """Give the tasks of the case that wait for the person."""
    from xinheng.workflow.apart import way_for

    waiting = items_of(case).filter(state=Task.OPEN).exclude(kind=Kind.READ).exclude(act="fill")
    return [item for item in waiting if way_for(item, person, on)[0] is not None]


def _rest(case: Assessment) -> list[Item]:
    return list(items_of(case).filter(round__isnull=True).exclude(act__in=("fill", "read")))


def _may_mark(case: Assessment, duties: Duties) -> bool:
    return (
        not case.is_special and case.state in ("open", "in_procedure") and any(step.special for step in duties.decided)
    )


def _done(request: HttpRequest, case: Assessment, do: Callable[[], Any], said: str) -> HttpResponse:
    try:
        do()
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(case)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the case back to the form."""
    case, why = visible(request, pk), request.POST.get("why", "")
    return _done(
        request, case,
        lambda: actions.withdraw_assessment(case, by=person_of(request), on=timezone.localdate(), why=why),
        _("已撤回, 可以修改后重新提交。"),
    )  # fmt: skip


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the case off."""
    case, why = visible(request, pk), request.POST.get("why", "")
    return _done(
        request, case,
        lambda: actions.cancel_assessment(case, by=person_of(request), on=timezone.localdate(), why=why),
        _("评估已取消。"),
    )  # fmt: skip


@require_POST
def mark_special(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the case as special."""
    case, why = visible(request, pk), request.POST.get("why", "")
    return _done(
        request, case,
        lambda: actions.mark_special_case(case, by=person_of(request), on=timezone.localdate(), why=why),
        _("已定为特殊情况, 会走特殊情况的步骤。"),
    )  # fmt: skip


@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a paper to the case."""
    case, person = visible(request, pk), person_of(request)
    chosen = request.POST.get("paper", "")
    papers = Paper.objects.visible_to(person).filter(customer=case.customer)
    paper = get_object_or_404(papers, pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
    fact = request.POST.get("fact", "")
    return _done(
        request, case,
        lambda: actions.attach_evidence(case, paper, by=person, on=timezone.localdate(), fact=fact),
        _("已附上。"),
    )  # fmt: skip


@require_POST
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper off the case."""
    among = Evidence.objects.filter(assessment__in=Assessment.objects.visible_to(person_of(request)))
    evidence = get_object_or_404(among.select_related("assessment", "paper"), pk=pk)
    return _done(
        request, evidence.assessment,
        lambda: actions.detach_evidence(evidence, by=person_of(request), on=timezone.localdate()),
        _("已撤下。"),
    )  # fmt: skip
