"""The dealings of customers summed up, as of any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q

from creditpolicy.facts.days import months_before
from xinheng.ledger.models import BASE, ZERO, Invoice, Order, OrderLine
from xinheng.ledger.queries.exposure import Parts, later, order_parts, receipt_parts
from xinheng.ledger.queries.standing import cents, invoices_on, standing, total


@dataclass(frozen=True, slots=True)
class Summary:
    """Dealings of one customer as of a day, in the currency asked for; a day is None where there is nothing.

    `overdue` is what was past its due day and not contested; `open_orders` what is ordered and not invoiced.
    """

    first_dealing_on: date | None = None
    last_dealing_on: date | None = None
    sales_12m: Decimal = ZERO
    deals_12m: int = 0
    owed: Decimal = ZERO
    overdue: Decimal = ZERO
    oldest_due_on: date | None = None
    prepaid: Decimal = ZERO
    deposit: Decimal = ZERO
    open_orders: Decimal = ZERO


def summaries(customers: Sequence[int], *, on: date, currency: str = BASE) -> dict[int, Summary]:
    """Give a summary for each customer (by key), in a number of queries that does not grow with them."""
    found: dict[int, dict[str, Any]] = {key: {} for key in customers}
    wanted = {"customer__in": list(customers), "currency": currency}
    _orders(found, wanted, on)
    _invoices(found, wanted, on)
    parts: dict[int, Parts] = {key: Parts() for key in customers}
    order_parts(parts, on, order__customer__in=list(customers), order__currency=currency)
    receipt_parts(parts, on, **wanted)
    for key, part in parts.items():
        found[key] |= {
            "prepaid": part.prepayment, "deposit": part.deposit, "open_orders": part.open_orders + part.delivered
        }  # fmt: skip
    return {key: Summary(**told) for key, told in found.items()}


def _orders(found: dict[int, dict[str, Any]], wanted: dict[str, Any], on: date) -> None:
    rows = (
        Order.objects.filter(standing(on), ordered_on__lte=on, **wanted)
        .exclude(pk__in=OrderLine.objects.filter(later(on), place=1).values("order"))
        .order_by()
        .values("customer")
        .annotate(first=Min("ordered_on"), last=Max("ordered_on"))
    )
    for row in rows:
        found[row["customer"]] |= {"first_dealing_on": row["first"], "last_dealing_on": row["last"]}


def _invoices(found: dict[int, dict[str, Any]], wanted: dict[str, Any], on: date) -> None:
    a_year_before = months_before(on, 12)
    given, taken = Q(kind=Invoice.Kind.INVOICE), Q(kind=Invoice.Kind.CREDIT_NOTE)
    recent = Q(invoiced_on__gt=a_year_before)
    rows = (
        invoices_on(on)
        .filter(**wanted)
        .order_by()
        .values("customer")
        .annotate(
            first=Min("invoiced_on"), last=Max("invoiced_on"),
            deals=Count("pk", filter=given & recent),
            sold=total("amount", filter=given & recent), returned=total("amount", filter=taken & recent),
            owed=total("open_on", filter=given), credited=total("open_on", filter=taken), overdue=total("late_on"),
            oldest=Min("due_on", filter=Q(late_on__gt=0)),
        )
    )  # fmt: skip
    for row in rows:
        told = found[row["customer"]]
        told |= {
            "first_dealing_on": min(filter(None, (told.get("first_dealing_on"), row["first"]))),
            "last_dealing_on": max(filter(None, (told.get("last_dealing_on"), row["last"]))),
            "deals_12m": row["deals"], "sales_12m": cents(row["sold"] - row["returned"]),
            "owed": cents(row["owed"] - row["credited"]), "overdue": cents(row["overdue"]),
            "oldest_due_on": row["oldest"],
        }  # fmt: skip
