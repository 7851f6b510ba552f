"""The pages of an import: start, columns, dry run, progress, result."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal
from xinheng.intake import actions, filing, jobs, queries
from xinheng.intake.blank import write_template
from xinheng.intake.forms import OptionsForm, UploadForm
from xinheng.intake.models import Import, ImportRow, State
from xinheng.intake.permissions import targets_for
from xinheng.intake.queries import AT_WORK
from xinheng.intake.targets import target_of
from xinheng.org.access import person_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_SHOWN = 50


def _mine(request: HttpRequest, pk: int) -> Import:
    found: Import = get_object_or_404(Import.objects.visible_to(person_of(request)).select_related("by"), pk=pk)
    return found


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """List the imports that the person may see; `?show=work` those at work."""
    person = person_of(request)
    found = Import.objects.visible_to(person).select_related("by")
    if request.GET.get("show") == "work":
        found = found.filter(state__in=AT_WORK)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    labels = {target.key: target.label for target in targets_for(person)}
    rows = [(each, labels.get(each.target, each.target)) for each in page]
    return render(request, "intake/imports.html", {"page": page, "rows": rows})


def start(request: HttpRequest) -> HttpResponseBase:
    """Choose what to import into, take a template, send a file."""
    person = person_of(request)
    targets = targets_for(person)
    wanted = {"target": request.GET["target"]} if "target" in request.GET else {}
    form = UploadForm(request.POST or None, request.FILES or None, targets=targets, initial=wanted)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            of = actions.upload(
                target_of(form.cleaned_data["target"]),
                sent,
                name=sent.name,
                size=sent.size,
                by=person,
                at=timezone.now(),
            )
        except Refusal as refused:
            form.add_error("file", _in_sentences(refused))
        else:
            jobs.begin(of)
            return redirect("intake.import", pk=of.pk)
    return render(request, "intake/start.html", {"form": form, "targets": targets})


@require_GET
def template(request: HttpRequest, key: str) -> HttpResponseBase:
    """Give the template of a target."""
    target = next((each for each in targets_for(person_of(request)) if each.key == key), None)
    if target is None:
        from django.http import Http404

        raise Http404
    with filing.workplace() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(target, path, on=timezone.localdate())
        content = io.BytesIO(path.read_bytes())
    name = _("{label}导入模板").format(label=target.label) + ".xlsx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)


@require_GET
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an import where it stands: columns to match, the dry run, progress, or the result."""
    of = _mine(request, pk)
    if of.state == State.UPLOADED and of.headings:
        return _columns_page(request, of)
    context = _rows_context(request, of)
    return render(request, "intake/import.html", context)


def _rows_context(request: HttpRequest, of: Import) -> dict[str, object]:
    stage = queries.stage_of(of)
    chosen = request.GET.get("rows") or queries.first_tab(of, stage)
    found = ImportRow.objects.filter(of=of, stage=stage, verdict=chosen)
    return {
        "of": of,
        "target": target_of(of.target),
        "stage": stage,
        "chosen": chosen,
        "counts": of.planned if stage == ImportRow.Stage.DRY else of.done,
        "tabs": queries.tabs_of(of, stage, chosen),
        "rows": Paginator(found, ROWS_SHOWN).get_page(request.GET.get("page")),
        "is_mine": of.by_id == person_of(request).pk,
        "is_stale": of.is_at_work and actions.is_stale(of, timezone.now()),
    }


def _columns_page(
    request: HttpRequest, of: Import, chosen: dict[str, str] | None = None, form: OptionsForm | None = None
) -> HttpResponse:
    target = target_of(of.target)
    if chosen is not None:
        of.mapping = chosen
    form = form or OptionsForm(options=actions.options_of(target, person_of(request)), initial=of.options)
    context = {
        "of": of,
        "target": target,
        "headings": queries.heading_rows(of),
        "choices": queries.column_choices(of),
        "form": form,
        "is_mine": of.by_id == person_of(request).pk,
    }
    return render(request, "intake/columns.html", context)


def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which column means what, and let the dry run begin; or come back to change it."""
    of = _mine(request, pk)
    if request.method != "POST":
        return _columns_page(request, of) if of.headings else redirect("intake.import", pk=pk)
    person = person_of(request)
    chosen = {
        each["key"]: column
        for index, each in enumerate(of.headings)
        if (column := request.POST.get(f"column-{index}", ""))
    }
    form = OptionsForm(request.POST, options=actions.options_of(target_of(of.target), person))
    options = form.cleaned_data if form.is_valid() else {}
    try:
        of = actions.match_columns(of, chosen, options, by=person, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
        return _columns_page(request, of, chosen, form)
    jobs.begin(of)
    return redirect("intake.import", pk=pk)


@require_POST
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Take another sheet of the workbook."""
    of = _mine(request, pk)
    return _done(request, of, lambda: actions.choose_sheet(of, request.POST.get("sheet", ""), by=person_of(request)))


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the run begin."""
    of = _mine(request, pk)
    by = person_of(request)

    def act() -> None:
        jobs.begin(actions.confirm(of, by=by, on=timezone.localdate(), at=timezone.now()))

    return _done(request, of, act)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import."""
    of = _mine(request, pk)
    return _done(request, of, lambda: actions.cancel(of, by=person_of(request), at=timezone.now()))


@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a run that stands still."""
    of = _mine(request, pk)
    return _done(request, of, lambda: jobs.begin(actions.go_on(of, by=person_of(request), at=timezone.now())))


def _done(request: HttpRequest, of: Import, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("intake.import", pk=of.pk)


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the state of an import as a fragment; asked every second or two until it is no longer at work."""
    of = _mine(request, pk)
    context = {"of": of, "is_stale": of.is_at_work and actions.is_stale(of, timezone.now()), "is_mine": True}
    response = render(request, "intake/parts/progress.html", context)
    waiting = of.is_at_work or (of.state == State.UPLOADED and not of.headings)
    if not waiting:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def failed_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand the failed rows back in the sender's own workbook."""
    of = _mine(request, pk)
    try:
        actions.hand_back(of, by=person_of(request))
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("intake.import", pk=pk)
    response = StreamingHttpResponse(filing.read_returned(of), content_type="application/octet-stream")
    stem = of.file_name.rpartition(".")[0] or of.file_name
    name = _("{stem}-失败的行").format(stem=stem) + of.returned_ending
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _in_sentences(refused: Refusal) -> str:
    """Give what is wrong with a file as running text, as it stands under a field."""
    told = (part for problem in refused.problems for part in (problem.what, problem.why, problem.fix) if part)
    return " ".join(told) or refused.message
