"""The editor of a draft's text: checked as one types, with help at the cursor, and never over somebody else's work."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.checks import check_policy
from creditpolicy.problems import Problem, Refusal
from creditpolicy.reader import read_policy
from creditpolicy.reader.source import MAX_BYTES
from xinheng.org.access import may, person_of
from xinheng.policies import actions, queries
from xinheng.policies.editing_forms import TextForm
from xinheng.policies.editing_help import help_at
from xinheng.policies.models import Version
from xinheng.policies.views.versions import found, found_to_read, page


def text(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the text of a version with what is wrong beside its lines; save it, or only check it, where it is a draft."""
    of = found_to_read(request, pk)
    if request.method == "POST":
        return _sent(request, of)
    problems = queries.findings(of)
    if not (of.is_draft and may(person_of(request), "policies.draft")):
        lines = _lines(of.text, problems)
        return page(request, "policies/editing_source.html", of, "text", lines=lines)
    form = TextForm(initial={"text": of.text, "edition": of.edition, "change_note": of.change_note})
    return _editor(request, of, form, of.text, problems)


def _sent(request: HttpRequest, of: Version) -> HttpResponse:
    if not may(person_of(request), "policies.draft"):
        raise PermissionDenied
    if not of.is_draft:
        messages.error(request, _("这一版本已不是草案, 不能修改。要改就从它起草一个新版本。"))
        return redirect("policies.text", pk=of.pk)
    form = TextForm(request.POST)
    if not form.is_valid():
        for wrong in form.errors.values():
            messages.error(request, " ".join(map(str, wrong)))
        return _editor(request, of, form, request.POST.get("text", ""), ())
    told = form.cleaned_data
    wanted = told["text"].replace("\r\n", "\n")
    if "check" in request.POST:
        return _editor(request, of, form, wanted, _checked(of, wanted))
    try:
        saved = actions.edit_text(
            of, wanted, edition=told["edition"], by=person_of(request), on=timezone.localdate(),
            change_note=told["change_note"],
        )  # fmt: skip
    except Refusal as refused:
        messages.error(request, refused.message)
        return _refused(request, of, form, wanted, refused)
    count = len([problem for problem in queries.findings(saved) if problem.severity == "fault"])
    if count:
        messages.warning(request, _("已保存。还有 {count} 处错误, 提交前要改正。").format(count=count))
    else:
        messages.success(request, _("已保存。"))
    return redirect("policies.text", pk=of.pk)


def _refused(request: HttpRequest, of: Version, form: TextForm, wanted: str, refused: Refusal) -> HttpResponse:
    """Give the page back with what was typed; where somebody saved meanwhile, with both texts side by side."""
    now = found(of.pk)
    problems = (*_checked(now, wanted), *refused.problems)
    if now.edition == form.cleaned_data["edition"]:
        return _editor(request, now, form, wanted, problems)
    theirs = text_difference(now.text, wanted, _("已保存的"), _("您的"))
    again = TextForm(initial={"text": wanted, "edition": now.edition, "change_note": form.cleaned_data["change_note"]})
    return _editor(request, now, again, wanted, problems, theirs=theirs, status=409)


def _editor(
    request: HttpRequest, of: Version, form: TextForm, wanted: str, problems: tuple[Problem, ...], **more: Any
) -> HttpResponse:
    status = more.pop("status", 200)
    response = page(
        request, "policies/editing_text.html", of, "text", form=form, wanted=wanted, problems=problems,
        faults=sum(problem.severity == "fault" for problem in problems), told=_told(problems), **more,
    )  # fmt: skip
    response.status_code = status
    return response


def _checked(of: Version, wanted: str) -> tuple[Problem, ...]:
    return tuple(check_policy(read_policy(wanted.encode("utf-8", "replace"), file=f"{of.policy.key}.yaml")))


def _told(problems: tuple[Problem, ...]) -> list[dict[str, Any]]:
    return [
        {
            "line": problem.where.line or 1, "column": problem.where.column or 1, "severity": problem.severity,
            "what": problem.what, "why": problem.why, "fix": problem.fix,
        }
        for problem in problems
    ]  # fmt: skip


def _lines(text: str, problems: tuple[Problem, ...]) -> list[tuple[str, list[Problem]]]:
    """Give each line with what is wrong there."""
    at: dict[int, list[Problem]] = {}
    for problem in problems:
        at.setdefault(problem.where.line or 1, []).append(problem)
    return [(line, at.get(number, [])) for number, line in enumerate(text.splitlines(), 1)]


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with a text as it is being typed, as JSON; nothing is saved."""
    of = found(pk)
    wanted = request.POST.get("text", "")
    if len(wanted) > MAX_BYTES:
        return JsonResponse({"problems": [], "said": _("文本太长。")}, status=413)
    problems = _checked(of, wanted.replace("\r\n", "\n"))
    wrong = sum(problem.severity == "fault" for problem in problems)
    return JsonResponse({"problems": _told(problems), "said": _counted(wrong, len(problems) - wrong)})


def _counted(faults: int, warnings: int) -> str:
    if not faults and not warnings:
        return _("没有发现问题。")
    return _("{faults} 处错误, {warnings} 处提醒。").format(faults=faults, warnings=warnings)


@require_POST
def help_here(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where the cursor stands in a text, what the key there means and what may be written, as JSON."""
    found(pk)
    try:
        line, column = int(request.POST.get("line", "0")), int(request.POST.get("column", "0"))
    except ValueError:
        line = column = 0
    wanted = request.POST.get("text", "")[:MAX_BYTES]
    return JsonResponse(asdict(help_at(wanted, line, column)), json_dumps_params={"ensure_ascii": False})


def text_difference(before: str, after: str, first: str, second: str) -> list[tuple[str, str]]:
    """Give two texts' difference line by line: the kind (del, ins, at, same) and the line."""
    kinds = {"-": "del", "+": "ins", "@": "at", " ": "same"}
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), first, second, lineterm="", n=2)
    return [(kinds[line[0]], line) for line in told if not line.startswith(("---", "+++"))]


__all__ = ["check", "help_here", "text", "text_difference"]
