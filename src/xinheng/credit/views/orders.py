"""May this customer order so much today? Asked, checked, let pass, given up; and the orders that wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from creditpolicy.model.defaults import lasting
from creditpolicy.problems import Refusal
from xinheng.credit import actions, queries
from xinheng.credit.actions.books import InBooks, order_of
from xinheng.credit.core.money import yuan
from xinheng.credit.forms import OrderForm, PartForm, SingleForm, WhyForm
from xinheng.credit.models import Account, DeliveryStop, Hold, OrderCheck
from xinheng.credit.rules.asking import Answer, ask
from xinheng.customers.views.shown import done_or_told, found, page_of
from xinheng.ledger.models import BASE, Company
from xinheng.lists.asking import ROWS
from xinheng.org.access import may, person_of
from xinheng.policies.queries import main_version, policy_of
from xinheng.workflow.queries import items_of


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a customer may order so much today; on POST the order is checked and reserved for."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    account = Account.objects.filter(customer=customer, company=Company.default(), currency=BASE).first()
    singles = queries.single_limits(account, on=on) if account is not None else None
    form = OrderForm(request.POST or (request.GET if "amount" in request.GET else None), singles=singles)
    answer: Answer | None = None
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            if request.method == "POST":
                checked = actions.check_order(customer, **told, by=person, on=on)
                messages.success(request, _("已检查: {state}。").format(state=checked.get_state_display()))
                return redirect("credit.check", pk=checked.pk)
            told.pop("number")
            answer = ask(customer, **told, on=on)
        except Refusal as refused:
            form.add_error(None, refused.message)
    return page_of(
        request, customer, "credit", "credit/order.html",
        {"form": form, "answer": answer, "unit": _unit(form), "hold_days": _hold_days(on), "back": reverse("credit.customer", args=[pk])},
    )  # fmt: skip


def _unit(form: OrderForm) -> str:
    currency = form.cleaned_data.get("currency", BASE) if form.is_bound and form.is_valid() else BASE
    return _("元") if currency == BASE else str(currency)


def _hold_days(on: date) -> int:
    """Give how long an order that passes is reserved for, by the policy in force."""
    version = main_version(on)
    return lasting(policy_of(version) if version is not None else None, "hold").days


@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order's check: how it came out, every rule that fired, and what would release it."""
    person = person_of(request)
    checked = _check(request, pk)
    account = checked.account
    books = order_of(account, checked.number)
    does = may(person, "credit.check", checked.customer)
    task = items_of(checked).filter(state="open", act="approve").first()
    return render(request, "credit/check.html", {
        "one": checked, "customer": checked.customer, "amount": yuan(checked.amount),
        "glance": queries.at_a_glance(account, on=timezone.localdate()), "task": task,
        "may_ask": does and checked.is_waiting and task is None, "may_drop": does and checked.state != "dropped" and task is None,
        "ask_form": WhyForm(prefix="ask"), "drop_form": WhyForm(prefix="drop"), **_moves(checked, books, does=does and task is None),
        "order": books.order if books is not None else None,
        "hold": checked.hold, "held": yuan(checked.hold.left) if checked.hold is not None else None,
    })  # fmt: skip


def _moves(checked: OrderCheck, books: InBooks | None, *, does: bool) -> dict[str, Any]:
    """Give the forms of what can be done with what is reserved: another limit, use, return."""
    singles = queries.single_limits(checked.account, on=timezone.localdate()) if does and checked.is_waiting else None
    used = checked.hold.used - checked.hold.returned if checked.hold is not None else 0
    is_open = checked.hold is not None and checked.hold.state == Hold.State.OPEN
    return {
        "single_form": SingleForm(singles=singles) if singles else None,
        "use_form": PartForm(prefix="use") if does and books is None and is_open and not checked.is_waiting else None,
        "return_form": PartForm(prefix="return") if does and used else None, "to_return": yuan(used),
    }  # fmt: skip


@require_POST
def single(request: HttpRequest, pk: int) -> HttpResponse:
    """Check an order that waits again, with a limit for a single order."""
    person, on, checked = person_of(request), timezone.localdate(), _check(request, pk)
    form = SingleForm(request.POST, singles=queries.single_limits(checked.account, on=on))
    return _done(request, checked, form, _("已用单笔额度重新检查。"), lambda told: actions.check_order(
        checked.customer, number=checked.number, amount=checked.amount, terms_days=checked.terms_days,
        company=checked.account.company, currency=checked.account.currency, by=person, on=on, **told,
    ))  # fmt: skip


@require_POST
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a part of what is reserved for an order."""
    person, on, checked = person_of(request), timezone.localdate(), _check(request, pk)
    return _done(
        request, checked, PartForm(request.POST, prefix="use"), _("已登记使用。"),
        lambda told: actions.use_order(checked, by=person, on=on, **told),
    )  # fmt: skip


@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a part of what was used for an order."""
    person, on, checked = person_of(request), timezone.localdate(), _check(request, pk)
    return _done(
        request, checked, PartForm(request.POST, prefix="return"), _("已登记归还, 等待的订单已自动复查。"),
        lambda told: actions.return_order(checked, by=person, on=on, **told),
    )  # fmt: skip


def _done(
    request: HttpRequest, checked: OrderCheck, form: forms.Form, done: str, does: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Do what a small form of the page asks for, or tell what is wrong with it."""
    if form.is_valid():
        return done_or_told(
            request, lambda: does(form.cleaned_data), back=reverse("credit.check", args=[checked.pk]), done=done
        )
    for name, wrong in form.errors.items():
        messages.error(request, f"{form.fields[name].label}: {' '.join(str(one) for one in wrong)}")
    return redirect("credit.check", pk=checked.pk)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that an order be let pass."""
    person, on, checked = person_of(request), timezone.localdate(), _check(request, pk)
    return done_or_told(
        request, lambda: actions.ask_release(checked, reason=request.POST.get("ask-why", ""), by=person, on=on),
        back=reverse("credit.check", args=[pk]), done=_("已提交特批。"),
    )  # fmt: skip


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an order up."""
    person, on, checked = person_of(request), timezone.localdate(), _check(request, pk)
    return done_or_told(
        request, lambda: actions.drop_order(checked, by=person, on=on, why=request.POST.get("drop-why", "")),
        back=reverse("credit.check", args=[pk]), done=_("已取消, 预占的额度已释放。"),
    )  # fmt: skip


@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """List the orders that wait, and those whose goods are kept back; the longest waiting first."""
    page = Paginator(queries.waiting(person_of(request)), ROWS).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = [{"one": one, "amount": yuan(one.amount), "stops": _stops(one)} for one in page]
    kept = Paginator(queries.kept_back(person_of(request)), ROWS).get_page(request.GET.get("goods"))
    goods: list[dict[str, Any]] = [{"one": one, "goods": yuan(one.goods), "stops": _stops(one)} for one in kept]
    return render(request, "credit/held.html", {"page": page, "rows": rows, "kept": kept, "goods": goods})


def _stops(checked: OrderCheck | DeliveryStop) -> list[dict[str, Any]]:
    return [one for one in checked.found if one["strength"] != "remind"]


def _check(request: HttpRequest, pk: int) -> OrderCheck:
    rows = OrderCheck.objects.filter(queries.seen_by(person_of(request)))
    checked: OrderCheck = get_object_or_404(
        rows.select_related("account__customer__owner", "hold", "asked_by", "approved_by"), pk=pk
    )
    return checked
