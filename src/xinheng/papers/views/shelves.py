"""Pages of places: what lies where, counting the shelves, the kinds of paper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import may, person_of
from xinheng.papers import actions, queries
from xinheng.papers.forms import KindForm, PlaceForm, read_form
from xinheng.papers.models import PaperKind, Stocktaking, StocktakingLine


def shelves(request: HttpRequest) -> HttpResponse:
    """List the places and what lies there; with a place in the query, the papers of that place."""
    asked = {name: request.GET.get(name, "") for name in ("room", "cabinet", "box")}
    papers = list(queries.papers_at(**asked)[:500]) if any(asked.values()) else []
    context = {
        "shelves": queries.shelves(), "papers": papers, "asked": asked, "is_asked": any(asked.values()),
        "may_count": may(person_of(request), "papers.keep"),
        "counts": Stocktaking.objects.select_related("begun_by")[:20],
    }  # fmt: skip
    return render(request, "papers/shelves.html", context)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin to count a place."""
    try:
        place = read_form(PlaceForm(request.POST))
        count = actions.begin_stocktaking(by=person_of(request), on=timezone.localdate(), **place)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("papers.shelves")
    return redirect("papers.stocktaking", pk=count.pk)


def stocktaking(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a count with its lines; tick off while it is open."""
    count = get_object_or_404(Stocktaking.objects.select_related("begun_by"), pk=pk)
    lines = count.lines.select_related("paper__kind", "paper__customer")
    left = sum(line.is_found is None and not line.is_out for line in lines)
    context = {
        "count": count, "lines": lines, "left": left,
        "is_open": count.closed_on is None, "may_count": may(person_of(request), "papers.keep"),
    }  # fmt: skip
    return render(request, "papers/stocktaking.html", context)


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick one line off; answers with the line alone where only that is asked for."""
    line = get_object_or_404(
        StocktakingLine.objects.select_related("stocktaking", "paper__kind", "paper__customer"), pk=pk
    )
    status = 200
    try:
        line = actions.mark_line(
            line, is_found=request.POST.get("found") == "yes", by=person_of(request), on=timezone.localdate(),
            remark=request.POST.get("remark", ""),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, str(refusal))
        status = 422
    if request.headers.get("HX-Request"):
        context = {"line": line, "is_open": True, "may_count": True}
        return render(request, "papers/parts/line.html", context, status=status)
    return redirect("papers.stocktaking", pk=line.stocktaking_id)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a count with its result."""
    count = get_object_or_404(Stocktaking, pk=pk)
    try:
        done = actions.close_stocktaking(count, by=person_of(request), on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("盘点结束: 在位 {found} 份, 缺失 {missing} 份。").format(found=done.found, missing=done.missing)
        )
    return redirect("papers.stocktaking", pk=pk)


def kinds(request: HttpRequest) -> HttpResponse:
    """List the kinds of paper; add one or change one (`?change=<number>`)."""
    person = person_of(request)
    changed = (
        PaperKind.objects.filter(pk=request.GET["change"]).first() if request.GET.get("change", "").isdigit() else None
    )
    form = KindForm(request.POST or None, instance=changed)
    if request.method == "POST" and form.is_valid():
        try:
            kind = actions.keep_kind(form.save(commit=False), by=person, on=timezone.localdate())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已保存种类“{kind}”。").format(kind=kind))
            return redirect("papers.kinds")
    return render(request, "papers/kinds.html", {"kinds": PaperKind.objects.all(), "form": form, "changed": changed})
