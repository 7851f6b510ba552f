"""Pages of the archive card: the card, one field with all that was brought, bringing, taking back, deciding."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.customers import actions
from xinheng.customers.card import Field, Section, all_fields, shown
from xinheng.customers.forms import ValueForm, WhyForm
from xinheng.customers.models import CardValue, Customer, Settlement
from xinheng.customers.values import Line, card_of
from xinheng.customers.views.files import BOTH
from xinheng.customers.views.shown import allowed, asked, found, page_of
from xinheng.org.access import person_of


def _sections(lines: list[Line]) -> list[dict[str, Any]]:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.field.section, []).append(line)
    return [{"label": Section(key).label, "key": key, "lines": held} for key, held in grouped.items()]


@BOTH
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the card; the confidential part only after it was asked for, which leaves a line."""
    customer, is_open = found(request, pk), False
    if request.method == "POST":
        try:
            actions.look_at_card(customer, by=person_of(request), why=request.POST.get("why", "").strip())
        except Refusal as refused:
            return page_of(request, customer, "card", "customers/card.html", {"refused": refused.message})
        is_open = True
    lines = card_of(customer)
    more = {
        "sections": _sections(lines),
        "is_open": is_open,
        "contested": [line for line in lines if line.is_contested],
        "has_confidential": any(line.field.is_confidential and line.current for line in lines),
    }
    return page_of(request, customer, "card", "customers/card.html", more)


def _field(customer: Customer, code: str) -> Field:
    field = all_fields().get(code)
    if field is None:
        raise Http404
    return field


def _of_field(customer: Customer, code: str) -> str:
    return reverse("customers.field", args=[customer.pk, code])


@BOTH
def field(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show one field: the value in use, and everything that was ever brought; what is confidential after asking."""
    customer, is_open = found(request, pk), False
    wanted = _field(customer, code)
    if request.method == "POST" and allowed(person_of(request), customer)["see_confidential"]:
        actions.look_at_card(customer, by=person_of(request), why=str(wanted.label))
        is_open = True
    line = next((one for one in card_of(customer) if one.field.code == code), Line(wanted, None))
    is_hidden = wanted.is_confidential and not is_open
    rows = CardValue.objects.filter(customer=customer, field=code).select_related("entered_by", "withdrawn_by")
    values: list[dict[str, Any]] = [
        {
            "row": row,
            "text": "" if is_hidden else shown(wanted, row.text),
            "is_current": line.current is not None and row.pk == line.current.pk,
            "is_against": row.pk in {one.pk for one in line.against},
        }
        for row in rows.order_by("-entered_at", "-pk")
    ]
    settlements = Settlement.objects.filter(customer=customer, field=code).select_related("settled_by", "value")
    more = {
        "field": wanted, "line": line, "values": values, "settlements": settlements.order_by("-pk"), "is_hidden": is_hidden,
        "several": len({one["row"].text for one in values if one["row"].withdrawn_at is None}) > 1,
    }  # fmt: skip
    return page_of(request, customer, "card", "customers/field.html", more)


@BOTH
def bring(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Bring a value of one field."""
    customer, on = found(request, pk), timezone.localdate()
    wanted = _field(customer, code)
    form = ValueForm(request.POST or None, field=wanted, initial={"as_of": on})

    def does(told: dict[str, Any]) -> None:
        actions.add_value(customer, by=person_of(request), on=on, field=code, **told)

    return asked(
        request, customer, form, does, tab="card", back=reverse("customers.card", args=[customer.pk]),
        title=_("填写“{label}”").format(label=wanted.label), done=_("已填写“{label}”。").format(label=wanted.label),
        text=_("旧的内容保留在历史里。与现有内容不同且一样新时, 两条并列, 由有权的人选定。"),
    )  # fmt: skip


@BOTH
def take_back(request: HttpRequest, pk: int, value_pk: int) -> HttpResponse:
    """Take a value back."""
    customer = found(request, pk)
    row = get_object_or_404(CardValue, pk=value_pk, customer=customer)

    def does(told: dict[str, Any]) -> None:
        actions.withdraw_value(row, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, customer, WhyForm(request.POST or None), does, tab="card", back=_of_field(customer, row.field),
        title=_("撤回“{label}”的一条内容").format(label=_field(customer, row.field).label), button=_("撤回"), danger=True,
        text=_("撤回后不再采用, 仍保留在历史里。"), done=_("已撤回。"),
    )  # fmt: skip


@BOTH
def settle(request: HttpRequest, pk: int, value_pk: int) -> HttpResponse:
    """Decide that a value is the one in use."""
    customer = found(request, pk)
    row = get_object_or_404(CardValue, pk=value_pk, customer=customer)
    wanted = _field(customer, row.field)

    def does(told: dict[str, Any]) -> None:
        actions.settle_conflict(row, by=person_of(request), on=timezone.localdate(), **told)

    text = _("采用 {source} 来源、截至 {day} 的这一条; 以后有更新的内容时另行比较。")
    return asked(
        request, customer, WhyForm(request.POST or None), does, tab="card", back=_of_field(customer, row.field),
        title=_("采用“{label}”的这一条").format(label=wanted.label), button=_("采用这一条"), done=_("已选定。"),
        text=text.format(source=row.get_source_display(), day=row.as_of),
    )  # fmt: skip
