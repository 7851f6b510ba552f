"""What customers take up of their credit, part by part, from the documents alone; and the documents behind each part.

A part of an order is open until it is delivered or invoiced or given up; delivered until it is invoiced; then it is a
receivable until it is settled. Overdue is a part of the receivables. Prepayment is money that settles nothing yet, and
a deposit is held; both count for the customer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Round

from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, ZERO, Allocation, Fulfilment, Invoice, Order, OrderLine, Receipt
from xinheng.ledger.queries.standing import MONEY, NOTHING, cents, invoices_on, standing, sum_of, total


@dataclass(slots=True)
class Parts:
    """The parts of one customer's exposure, in one currency; `overdue` is contained in `receivables`."""

    open_orders: Decimal = ZERO
    delivered: Decimal = ZERO
    receivables: Decimal = ZERO
    overdue: Decimal = ZERO
    prepayment: Decimal = ZERO
    deposit: Decimal = ZERO


def exposure_parts(
    customers: Collection[int], *, on: date, company: int | None = None, currency: str = BASE
) -> dict[int, Parts]:
    """Give the parts for each customer (by key) on a day, in a number of queries that does not grow with them.

    In one currency, as amounts of different ones are never added; of one company of the group, or of all.
    """
    found = {key: Parts() for key in customers}
    wanted: dict[str, Any] = {"customer__in": list(found), "currency": currency}
    wanted |= {} if company is None else {"company": company}
    order_parts(found, on, **{f"order__{name}": value for name, value in wanted.items()})
    rows = (
        invoices_on(on).filter(**wanted).order_by().values("customer", "kind").annotate(open=total("open_on"), late=total("late_on"))
    )  # fmt: skip
    for row in rows:
        part = found[row["customer"]]
        sign = 1 if row["kind"] == Invoice.Kind.INVOICE else -1
        part.receivables += sign * cents(row["open"])
        part.overdue += cents(row["late"])
    receipt_parts(found, on, **wanted)
    return found


def order_parts(found: dict[int, Parts], on: date, **wanted: Any) -> None:
    """Add what is open and what is delivered of orders to the parts of the customers."""
    rows = (
        lines_on(on)
        .filter(**wanted)
        .order_by()
        .values("order__customer")
        .annotate(open=total("open_on"), delivered=total("not_invoiced_on"))
    )
    for row in rows:
        part = found[row["order__customer"]]
        part.open_orders += cents(row["open"])
        part.delivered += cents(row["delivered"])


def receipt_parts(found: dict[int, Parts], on: date, **wanted: Any) -> None:
    """Add what is prepaid and what is held as a deposit to the parts of the customers."""
    for row in receipts_on(on).filter(**wanted).order_by().values("customer", "kind").annotate(free=total("free_on")):
        part = found[row["customer"]]
        if row["kind"] == Receipt.Kind.DEPOSIT:
            part.deposit += cents(row["free"])
        else:
            part.prepayment += cents(row["free"])


def lines_on(on: date) -> Any:
    """Give the lines of the orders there were on a day, with `open_on` and `not_invoiced_on`: what was left of each."""
    parts = Fulfilment.objects.filter(standing(on), on__lte=on, line=OuterRef("pk"))
    kinds = Fulfilment.Kind
    return (
        OrderLine.objects.filter(
            ~later(on), Q(order__reversed_on__isnull=True) | Q(order__reversed_on__gt=on), order__ordered_on__lte=on
        )
        .annotate(
            delivered_on=sum_of(parts.filter(kind=kinds.DELIVERED)),
            invoiced_on=sum_of(parts.filter(kind=kinds.INVOICED)),
            given_up_on=sum_of(parts.filter(kind=kinds.GIVEN_UP)),
        )
        .annotate(
            open_on=_at_least_nothing(
                F("amount") - F("given_up_on") - Greatest(F("delivered_on"), F("invoiced_on"), output_field=MONEY)
            ),
            not_invoiced_on=_at_least_nothing(F("delivered_on") - F("invoiced_on")),
        )
    )


def later(on: date) -> Q:
    """Give the condition of a line of an order not to count on a day: it waited for credit, or came later."""
    return Q(is_waiting=True) | Q(counts_from__isnull=False, counts_from__gt=on)


def orders_on(on: date) -> Any:
    """Give the orders there were on a day, with `open_on` and `not_invoiced_on`: what was left of each.

    Those that wait are among them, with nothing left; `is_waiting` says so of now.
    """
    lines = lines_on(on).filter(order=OuterRef("pk"))
    waiting = OrderLine.objects.filter(order=OuterRef("pk"), is_waiting=True, given_up__lt=F("amount"))
    return Order.objects.filter(standing(on), ordered_on__lte=on).annotate(
        is_waiting=Exists(waiting),
        **{
            share: Round(sum_of(lines, share), precision=2, output_field=MONEY)
            for share in ("open_on", "not_invoiced_on")
        },
    )


def receipts_on(on: date) -> Any:
    """Give the receipts there were on a day, with `free_on`: what of each settled nothing then."""
    used = sum_of(Allocation.objects.filter(standing(on), on__lte=on, receipt=OuterRef("pk")))
    return Receipt.objects.filter(standing(on), received_on__lte=on).annotate(
        free_on=Round(F("amount") - used, precision=2, output_field=MONEY)
    )


def exposure_documents(customer: Customer, part: str, *, on: date, currency: str = BASE) -> QuerySet[Any]:
    """Give the documents behind one part of a customer's exposure on a day.

    `part` is a name of `Parts`. For the first two they are orders, with the share as `open_on` and `not_invoiced_on`;
    for receivables and overdue invoices (credit notes among the former), with `open_on` and `late_on`; for prepayment
    and deposit receipts, with `free_on`.
    """
    if part in ("open_orders", "delivered"):
        share = "open_on" if part == "open_orders" else "not_invoiced_on"
        orders: QuerySet[Any] = orders_on(on).filter(customer=customer, currency=currency).exclude(**{share: 0})
        return orders.order_by("ordered_on", "id")
    if part in ("receivables", "overdue"):
        rows = invoices_on(on).filter(customer=customer, currency=currency).order_by("due_on", "id")
        found: QuerySet[Any] = rows.filter(late_on__gt=0) if part == "overdue" else rows.filter(open_on__gt=0)
        return found
    kind = Receipt.Kind.DEPOSIT if part == "deposit" else Receipt.Kind.PAYMENT
    receipts: QuerySet[Any] = receipts_on(on).filter(customer=customer, currency=currency, kind=kind).exclude(free_on=0)
    return receipts.order_by("received_on", "id")


def _at_least_nothing(amount: Any) -> Any:
    return Round(Greatest(amount, NOTHING, output_field=MONEY), precision=2, output_field=MONEY)
