"""The auditor's pages. Each reading leaves one line."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry, Seal
from xinheng.audit.queries import looks_at
from xinheng.auditor import actions
from xinheng.auditor.columns import channel_label
from xinheng.auditor.difference import difference
from xinheng.auditor.forms import BreachForm, SearchForm
from xinheng.auditor.queries import CUSTOMER, entries_matching, is_as_written, page_of, seal_of
from xinheng.customers.models import Customer
from xinheng.customers.tabs import tabs_for
from xinheng.org.access import may, person_of

SHOWN_TOUCHED = 500


def _before(request: HttpRequest) -> int | None:
    told = request.GET.get("before", "")
    return int(told) if told.isdecimal() and len(told) < 19 else None


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Search the record."""
    form = SearchForm(request.GET)
    rows: list[Entry] = []
    older = None
    if form.is_valid():
        person = person_of(request)
        rows, older = page_of(entries_matching(form.search()), _before(request))
        actions.note_search(form.search(), by=person, at=timezone.now())
    told = {
        "form": form, "rows": rows, "older": older, "end": Seal.objects.order_by("-number").first(),
        "is_paged": "before" in request.GET,
        "may_export": may(person_of(request), "audit.export"),
    }  # fmt: skip
    return render(request, "auditor/entries.html", told)


@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one line: both states side by side, and whether it stands as it was written."""
    found = get_object_or_404(Entry, pk=pk)
    person = person_of(request)
    customer = None
    if found.about_type == CUSTOMER and found.about_id.isdecimal():
        customer = Customer.objects.filter(pk=found.about_id).first()
    told = {
        "entry": found, "rows": difference(found.before, found.after), "seal": seal_of(found),
        "as_written": is_as_written(found), "customer": customer, "channel": channel_label(found.channel),
        "may_breach": may(person, "audit.breach"),
    }  # fmt: skip
    actions.open_entry(found, by=person)
    return render(request, "auditor/entry.html", told)


@require_safe
def looks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who looked at a customer's file."""
    customer = get_object_or_404(Customer.objects.select_related("department", "owner"), pk=pk)
    person = person_of(request)
    rows, older = page_of(looks_at(customer).order_by("-pk"), _before(request))
    actions.ask_who_looked(customer, by=person)
    tabs = tabs_for(customer, person, "looks")
    told = {"customer": customer, "rows": rows, "older": older, "tabs": tabs}
    return render(request, "auditor/looks.html", told)


@require_safe
def breach(request: HttpRequest) -> HttpResponse:
    """Show the customers whose files an account or a signing-in saw in a period."""
    form = BreachForm(request.GET if "since" in request.GET else None)
    rows = None
    if form.is_valid():
        rows = actions.ask_breach_list(form.asked(), by=person_of(request))
    told = {"form": form, "rows": rows and rows[:SHOWN_TOUCHED], "count": rows and len(rows), "most": SHOWN_TOUCHED,
            "is_asked": rows is not None}  # fmt: skip
    return render(request, "auditor/breach.html", told)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the lines found as a workbook."""
    form = SearchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("筛选条件有误, 没有导出。"))
        return redirect("audit.entries")

    def write(path: Path) -> int:
        return actions.export_entries(form.search(), path, by=person_of(request), on=timezone.localdate())

    return _workbook(request, write, _("留痕"), "audit.entries")


@require_POST
def export_breach(request: HttpRequest) -> HttpResponseBase:
    """Give the customers that a leak has touched as a workbook."""
    form = BreachForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("条件有误, 没有导出。"))
        return redirect("audit.breach")

    def write(path: Path) -> int:
        return actions.export_breach_list(form.asked(), path, by=person_of(request), on=timezone.localdate())

    return _workbook(request, write, _("泄露清单"), "audit.breach")


def _workbook(request: HttpRequest, write: Callable[[Path], Any], title: str, back: str) -> HttpResponseBase:
    """Write a workbook into a file that is gone once it has been sent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        try:
            write(path)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(back)
        name = f"{title} {timezone.localdate()}.xlsx"
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
