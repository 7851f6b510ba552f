"""Departments, as a tree."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinheng.org.access import may, person_of
from xinheng.org.actions import change_department, close_department, open_department
from xinheng.org.forms import DepartmentForm, WhyForm
from xinheng.org.models import Department
from xinheng.org.views.asking import ask, page_of


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """Show all departments, each below its own."""
    with_closed = request.GET.get("closed") == "1"
    found = Department.objects.select_related("head").annotate(count=Count("people", filter=Q(people__is_active=True)))
    rows = in_tree_order(list(found if with_closed else found.filter(is_closed=False)))
    context = {"rows": rows, "with_closed": with_closed, "may_change": may(person_of(request), "org.departments")}
    return render(request, "org/departments.html", context)


def in_tree_order(departments: list[Department]) -> list[tuple[int, Department]]:
    """Give departments with their depth, each followed by those below it, by code."""
    below: dict[int | None, list[Department]] = {}
    numbers = {department.pk for department in departments}
    for department in sorted(departments, key=lambda one: one.code):
        above = department.parent_id if department.parent_id in numbers else None
        below.setdefault(above, []).append(department)
    rows: list[tuple[int, Department]] = []

    def walk(above: int | None, depth: int) -> None:
        for department in below.get(above, []):
            rows.append((depth, department))
            walk(department.pk, depth + 1)

    walk(None, 0)
    return rows


@require_http_methods(["GET", "POST"])
def open_new(request: HttpRequest) -> HttpResponseBase:
    """Open a department."""

    def do(told: dict[str, Any]) -> None:
        open_department(**told, by=person_of(request))

    return ask(
        request, DepartmentForm(request.POST or None, initial={"parent": request.GET.get("parent")}), do,
        back=page_of("org.departments"), done=_("部门已设立。"), heading=_("新设部门"), button=_("设立"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Rename or move a department, or give it another head."""
    department = get_object_or_404(Department, pk=pk)
    initial = {name: getattr(department, name) for name in ("code", "name", "parent", "head")}

    def do(told: dict[str, Any]) -> None:
        change_department(department, **told, by=person_of(request))

    return ask(
        request, DepartmentForm(request.POST or None, initial=initial), do,
        back=page_of("org.departments"), done=_("已保存。"), heading=_("变更部门"), about=department, button=_("保存"),
        note=_("移动部门后, 新的上级部门即可看到它的客户。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Close a department."""
    department = get_object_or_404(Department, pk=pk)

    def do(told: dict[str, Any]) -> None:
        close_department(department, **told, by=person_of(request))

    return ask(
        request, WhyForm(request.POST or None), do,
        back=page_of("org.departments"), done=_("部门已撤销。"), heading=_("撤销部门"), about=department, button=_("撤销"),
        danger=True, note=_("撤销后不能再选用, 旧记录中仍保留它的名称。"),
    )  # fmt: skip
