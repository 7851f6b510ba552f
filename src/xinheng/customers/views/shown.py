"""What every page of one customer shares: finding him among those the person may see, the head, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.customers.badges import badges_of
from xinheng.customers.models import Customer, Status
from xinheng.customers.tabs import tabs_for
from xinheng.org.access import may, person_of
from xinheng.org.models import Person

_ASKED = (
    "see_file", "see_contact", "see_identity", "see_account", "edit", "edit_contact", "enter_value", "settle", "verify",
    "assign", "close", "merge", "enter_statement", "approve_statement",
)  # fmt: skip


def found(request: HttpRequest, pk: int) -> Customer:
    """Give the customer, where the person may see him; anybody else's is missing."""
    visible = Customer.objects.visible_to(person_of(request)).select_related("department", "owner", "parent")
    customer: Customer = get_object_or_404(visible, pk=pk)
    return customer


def allowed(person: Person, customer: Customer) -> dict[str, bool]:
    """Say what a person who sees this customer may do, for buttons; the acts ask again."""
    can = {name: may(person, f"customers.{name}") for name in _ASKED}
    can["see_confidential"] = may(person, "customers.see_confidential") or (
        can["see_file"] and customer.owner_id == person.pk
    )
    if customer.status == Status.CLOSED:
        can |= dict.fromkeys(("edit", "edit_contact", "enter_value", "settle", "verify", "assign", "merge"), False)
        can |= {"enter_statement": False, "reopen": can["close"], "close": False}
    return can


def page_of(
    request: HttpRequest, customer: Customer, tab: str, template: str, more: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Show one tab of a customer."""
    person = person_of(request)
    head = {
        "customer": customer,
        "tabs": tabs_for(customer, person, tab),
        "can": allowed(person, customer),
        "tab": tab,
        "badges": badges_of([customer.pk], person)[customer.pk],
    }
    return render(request, template, head | dict(more), status=status)


def asked(  # noqa: PLR0913 (all that one page says)
    request: HttpRequest,
    customer: Customer,
    form: forms.Form,
    does: Callable[[dict[str, Any]], Any],
    *,
    tab: str,
    title: str,
    back: str,
    button: str = "",
    text: str = "",
    done: str = "",
    danger: bool = False,
    more: Mapping[str, Any] | None = None,
    template: str = "customers/ask.html",
) -> HttpResponse:
    """Show a form; once it is sent, do what it is for, and go back to where the result is seen.

    What the act refuses stands above the form as it is written, with everything still filled in.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                does(form.cleaned_data)
            except Refusal as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(request, done or _("已保存。"))
                return redirect(back)
        status = 422 if getattr(request, "htmx", False) else 200
    told = {
        "form": form, "title": title, "back": back, "button": button or _("保存"), "text": text, "danger": danger,
        **(more or {}),
    }  # fmt: skip
    return page_of(request, customer, tab, template, told, status=status)


def done_or_told(request: HttpRequest, does: Callable[[], Any], *, back: str, done: str) -> HttpResponse:
    """Do what a button is for and go back; what is refused is told on that page."""
    try:
        does()
    except Refusal as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return redirect(back)
