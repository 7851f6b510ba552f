"""Keeping columns and filters of a list. The page of the list itself belongs to the room that has the list."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.lists import actions
from xinheng.lists.models import SavedView
from xinheng.lists.pages import PAGES
from xinheng.org.access import may, person_of


def _page(request: HttpRequest) -> str:
    page = request.POST.get("page", "")
    if page not in PAGES or not may(person_of(request), PAGES[page]):
        raise Http404
    return page


def _query(request: HttpRequest) -> str:
    """Keep of the list's address what filters and orders, not where in it somebody was."""
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    query.pop("page", None)
    query.pop("view", None)
    return str(query.urlencode())


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Choose the columns of a list."""
    page = _page(request)
    chosen = None if "reset" in request.POST else request.POST.getlist("column")
    actions.choose_columns(page, chosen, by=person_of(request))
    query = _query(request)
    return redirect(f"{reverse(page)}?{query}" if query else reverse(page))


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a filter under a name."""
    page, query = _page(request), _query(request)
    try:
        view = actions.save_view(
            page,
            request.POST.get("name", ""),
            query=query,
            columns=request.POST.getlist("column"),
            shared_with=request.POST.get("shared_with", ""),
            by=person_of(request),
        )
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect(f"{reverse(page)}?{query}")
    messages.success(request, _("已保存筛选“{name}”。").format(name=view.name))
    return redirect(f"{reverse(page)}?{urlencode({'view': view.pk})}")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved filter."""
    person = person_of(request)
    view = get_object_or_404(SavedView.objects.select_related("person"), pk=pk)
    if not SavedView.objects.offered_to(person, view.page).filter(pk=pk).exists():
        raise Http404
    try:
        actions.remove_view(view, by=person)
        messages.success(request, _("已删除筛选“{name}”。").format(name=view.name))
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect(view.page)
