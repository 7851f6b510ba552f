"""Pages of contacts and addresses, bank accounts, guarantees and related parties."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal
from xinheng.customers import actions
from xinheng.customers.forms import (
    AccountForm,
    AddressForm,
    ContactForm,
    GuarantorForm,
    LookForm,
    OtherForm,
    RelatedForm,
    WhyForm,
)
from xinheng.customers.models import Address, BankAccount, Contact, Customer, Guarantor, RelatedParty
from xinheng.customers.models.people import Held
from xinheng.customers.views.files import BOTH
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.org.access import may, person_of
from xinheng.vault.masking import masked


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of thing a customer has: its model, form and act, the name the act gives it, and the tab it stands on."""

    label: str | Promise
    model: type[Held]
    form: type[forms.Form]
    act: Callable[..., Any]
    argument: str
    tab: str
    keys: tuple[str, ...]
    needs: str = "customers.edit"


SORTS: Mapping[str, Sort] = {
    "contact": Sort(
        gettext_lazy("联系人"), Contact, ContactForm, actions.keep_contact, "contact", "people",
        ("name", "duty", "phone", "email", "birthday", "is_main", "note"), "customers.edit_contact",
    ),
    "address": Sort(
        gettext_lazy("地址"), Address, AddressForm, actions.keep_address, "address", "people",
        ("what", "region", "text", "note"), "customers.edit_contact",
    ),
    "account": Sort(
        gettext_lazy("银行账户"), BankAccount, AccountForm, actions.keep_account, "account", "accounts",
        ("bank", "holder", "is_main", "note"),
    ),
    "guarantor": Sort(
        gettext_lazy("担保"), Guarantor, GuarantorForm, actions.keep_guarantor, "guarantee", "guarantees",
        ("name", "what", "amount_yuan", "contract", "since", "until", "note"),
    ),
    "related": Sort(
        gettext_lazy("关联方"), RelatedParty, RelatedForm, actions.keep_related, "related", "guarantees",
        ("name", "what", "share_percent", "note"),
    ),
}  # fmt: skip
"""Everything that is kept, changed and ended in the same way. A whole account number is never put into a form."""


def _sort(name: str, request: HttpRequest) -> Sort:
    if name not in SORTS:
        raise Http404
    if not may(person_of(request), SORTS[name].needs):
        raise PermissionDenied
    return SORTS[name]


@require_GET
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Show contacts and addresses; phones in part."""
    customer = found(request, pk)
    contacts: list[dict[str, Any]] = [
        {"row": row, "phone": masked(row.phone, "phone"), "email": masked(row.email, "email")}
        for row in customer.contacts.order_by("ended_on", "-is_main", "pk")
    ]
    standing = [one for one in contacts if one["row"].ended_on is None]
    more = {
        "contacts": standing, "ended": [one for one in contacts if one["row"].ended_on is not None],
        "addresses": customer.addresses.filter(ended_on__isnull=True),
    }  # fmt: skip
    return page_of(request, customer, "people", "customers/people.html", more)


@require_GET
def accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show bank accounts, masked."""
    customer = found(request, pk)
    rows: list[dict[str, Any]] = [
        {"row": row, "number": masked(row.number, "bank_account")}
        for row in customer.bank_accounts.order_by("-is_main", "pk")
    ]
    more = {
        "rows": [one for one in rows if one["row"].ended_on is None],
        "ended": [one for one in rows if one["row"].ended_on is not None],
    }
    return page_of(request, customer, "accounts", "customers/accounts.html", more)


@require_GET
def guarantees(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who answers for the customer, for whom he answers, and who is close to him."""
    customer, on = found(request, pk), timezone.localdate()
    standing = customer.guarantors.filter(ended_on__isnull=True).select_related("guarantor")
    given = customer.guarantees.filter(ended_on__isnull=True).select_related("customer")
    seen = set(
        Customer.objects.visible_to(person_of(request)).filter(guarantors__in=given).values_list("pk", flat=True)
    )
    more = {
        "guarantors": standing, "given": [one for one in given if one.customer_id in seen], "on": on,
        "related": customer.related_parties.filter(ended_on__isnull=True).select_related("other"),
    }  # fmt: skip
    return page_of(request, customer, "guarantees", "customers/guarantees.html", more)


def _back(customer: Customer, sort: Sort) -> str:
    return reverse(f"customers.{sort.tab}", args=[customer.pk])


def _form(sort: Sort, request: HttpRequest, initial: dict[str, Any] | None) -> forms.Form:
    if issubclass(sort.form, OtherForm):
        return sort.form(request.POST or None, person=person_of(request), initial=initial)
    return sort.form(request.POST or None, initial=initial)


@BOTH
def keep(request: HttpRequest, pk: int, sort: str, row_pk: int | None = None) -> HttpResponse:
    """Add one of a sort, or change it."""
    customer, wanted = found(request, pk), _sort(sort, request)
    row: Any = get_object_or_404(wanted.model, pk=row_pk, customer=customer) if row_pk else None
    initial = {name: getattr(row, name) for name in wanted.keys} if row else {"since": timezone.localdate()}
    other = getattr(row, "guarantor", None) or getattr(row, "other", None)
    form = _form(wanted, request, initial | ({"number": other.number} if other else {}))
    if isinstance(row, Contact) and request.method == "GET":
        actions.show_contact(row, by=person_of(request))  # the form holds the whole phone: a look
    if isinstance(row, BankAccount):
        form.fields["number"].required = False
        form.fields["number"].help_text = _("留空则号码不变。")

    def does(told: dict[str, Any]) -> None:
        if isinstance(form, OtherForm):
            told.pop("number", None)
        if isinstance(row, BankAccount):
            told["number"] = told["number"] or row.number
        wanted.act(customer, by=person_of(request), on=timezone.localdate(), **{wanted.argument: row}, **told)

    title = _("修改{sort}") if row else _("新增{sort}")
    return asked(
        request,
        customer,
        form,
        does,
        tab=wanted.tab,
        back=_back(customer, wanted),
        title=title.format(sort=wanted.label),
    )


@BOTH
def end(request: HttpRequest, pk: int, sort: str, row_pk: int) -> HttpResponse:
    """End one of a sort."""
    customer, wanted = found(request, pk), _sort(sort, request)
    row: Any = get_object_or_404(wanted.model, pk=row_pk, customer=customer)

    def does(told: dict[str, Any]) -> None:
        actions.end_held(row, by=person_of(request), on=timezone.localdate(), **told)

    return asked(
        request, customer, WhyForm(request.POST or None), does, tab=wanted.tab, back=_back(customer, wanted),
        title=_("停用{sort}: {name}").format(sort=wanted.label, name=row), button=_("停用"), danger=True,
        text=_("停用后不再使用, 仍保留在历史里。"), done=_("已停用。"),
    )  # fmt: skip


@require_POST
def contact_show(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """Show the whole phone of a contact, which leaves a line."""
    customer = found(request, pk)
    row = get_object_or_404(Contact, pk=row_pk, customer=customer)
    try:
        phone = actions.show_contact(row, by=person_of(request))
    except Refusal as refused:
        return render(request, "customers/parts/refused.html", {"text": refused.message}, status=422)
    if getattr(request, "htmx", False):
        return render(request, "customers/parts/phone.html", {"phone": phone})
    more = {"number": phone, "label": row.name, "back": reverse("customers.people", args=[pk])}
    return page_of(request, customer, "people", "customers/look.html", more)


@BOTH
def account_show(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """Show the whole number of an account, after it was said why."""
    customer = found(request, pk)
    row = get_object_or_404(BankAccount, pk=row_pk, customer=customer)
    form, number = LookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            number = actions.show_account(row, by=person_of(request), why=form.cleaned_data["why"])
        except Refusal as refused:
            form.add_error(None, refused.message)
    more = {"form": form, "number": number, "label": row.bank, "back": reverse("customers.accounts", args=[pk])}
    return page_of(request, customer, "accounts", "customers/look.html", more)
