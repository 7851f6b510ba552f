"""The tab 授信 of a customer: the account at a glance, and what is asked for there."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinheng.credit import actions, queries
from xinheng.credit.core import pools
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.money import yuan
from xinheng.credit.forms import ShareForm, WhyForm
from xinheng.credit.models import Account, Application, Guarantee, OrderCheck
from xinheng.customers.models import Customer
from xinheng.customers.queries import group_of
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.org.access import may, person_of

A_PAGE = 20
MAY = ("check", "apply", "freeze", "thaw", "share", "secure")


@require_GET
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's credit: limit, used, reserved, free, what it is made of, and every movement."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    accounts = list(queries.accounts_of(customer))
    account = _chosen(accounts, request.GET.get("account", ""))
    told: dict[str, Any] = {
        "may": {name: may(person, f"credit.{name}", customer) for name in MAY}, "on": on, "accounts": accounts,
        "is_grouped": len(group_of(customer)) > 1,
    }  # fmt: skip
    if account is None:
        return page_of(request, customer, "credit", "credit/customer.html", told)
    movements = account.movements.select_related("hold").order_by("-pk")
    told |= {
        "account": account, "glance": queries.at_a_glance(account, on=on), "parts": _parts(account),
        "checks": OrderCheck.objects.filter(account=account).exclude(state="dropped").order_by("-pk")[:10],
        "applications": Application.objects.filter(account=account).select_related("asked_by", "decided_by")[:10],
        "pools": [(pool, yuan(pool.granted), yuan(pools.free(pool))) for pool in pools.pools_of(account)],
        "guarantees": Guarantee.objects.filter(account=account).select_related("guarantor__guarantor")[:20],
        "net": queries.net_exposure(account, on=on), "singles": queries.single_limits(account, on=on),
        "page": Paginator(movements, A_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return page_of(request, customer, "credit", "credit/customer.html", told)


def _chosen(accounts: list[Account], key: str) -> Account | None:
    return next((one for one in accounts if str(one.pk) == key), accounts[0] if accounts else None)


def _parts(account: Account) -> list[dict[str, object]]:
    """Give the parts of the exposure, each with its sign, whether the policy counts it, and where its documents are."""
    dealings = reverse("ledger.dealings", args=[account.customer_id])
    shows = {"open_orders": "orders", "delivered": "orders", "receivables": "invoices"}
    told = [
        {
            "label": _label(part), "amount": yuan(-getattr(account, part) if part in Account.TAKEN_AWAY else getattr(account, part)),
            "is_less": part in Account.TAKEN_AWAY, "counts": account.share_in(part) != 0,
            "url": f"{dealings}?show={shows.get(part, 'receipts')}",
        }
        for part in Account.PARTS
    ]  # fmt: skip
    return [
        *told,
        {"label": _label("taken"), "amount": yuan(account.taken), "is_less": False, "counts": True, "url": ""},
    ]


def _label(part: str) -> object:
    return getattr(Account._meta.get_field(part), "verbose_name", part)


@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze a customer's account."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    return asked(
        request, customer, WhyForm(request.POST or None),
        lambda told: actions.freeze_credit(_account(customer, request), by=person, on=on, **told),
        tab="credit", title=_("冻结额度"), button=_("冻结"), back=reverse("credit.customer", args=[pk]), danger=True,
        done=_("已冻结。"),
        text=_("冻结后新订单不再放行; 制度写明发货时也查冻结的, 余下的货也不再发。已发的货照常开票, 已预占的照常使用。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def thaw(request: HttpRequest, pk: int) -> HttpResponse:
    """Thaw a customer's account."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    return asked(
        request, customer, WhyForm(request.POST or None),
        lambda told: actions.thaw_credit(_account(customer, request), by=person, on=on, **told),
        tab="credit", title=_("解冻额度"), button=_("解冻"), back=reverse("credit.customer", args=[pk]),
        done=_("已解冻, 等待的订单已自动复查。"), text=_("由冻结人以外的人核实后解冻。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the limit that a customer's whole group shares."""
    customer, person, on = found(request, pk), person_of(request), timezone.localdate()
    names = "、".join(member.customer.name for member in group_of(customer))
    return asked(
        request, customer, ShareForm(request.POST or None),
        lambda told: actions.share_in_group(customer, **told, by=person, on=on),
        tab="credit", title=_("集团共用额度"), button=_("核定"), back=reverse("credit.customer", args=[pk]),
        done=_("已核定, 各成员的订单同时受它约束。"),
        text=_("成员: {names}。各成员自己的额度照旧, 合计不能超过共用额度。").format(names=names or customer.name),
    )  # fmt: skip


def _account(customer: Customer, request: HttpRequest) -> Account:
    key = request.GET.get("account", "")
    if key.isdecimal():
        account: Account = get_object_or_404(Account, pk=int(key), customer=customer)
        return account
    return open_account(customer)
