"""What can be asked of dealings, as of any day: open invoices, ageing, a summary, and the tables that facts come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db.models import Case, Count, DecimalField, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from creditpolicy.facts.days import months_before
from xinheng.customers.models import Customer
from xinheng.ledger.models import ZERO, Allocation, Incident, Invoice, Order, Receipt

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=2)
BUCKETS: tuple[tuple[int, int | None], ...] = ((1, 30), (31, 60), (61, 90), (91, 180), (181, None))
"""Days overdue, both ends included; what is not due comes before them."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Dealings of one customer as of a day, in the currency asked for; a day is None where there is nothing."""

    first_dealing_on: date | None = None
    last_dealing_on: date | None = None
    sales_12m: Decimal = ZERO
    deals_12m: int = 0
    owed: Decimal = ZERO
    overdue: Decimal = ZERO
    oldest_due_on: date | None = None
    prepaid: Decimal = ZERO
    open_orders: Decimal = ZERO


def _standing(on: date) -> Q:
    return Q(reversed_on__isnull=True) | Q(reversed_on__gt=on)


def _sum(field: str, **filters: Any) -> Any:
    return Coalesce(Sum(field, output_field=MONEY, **filters), Value(ZERO, MONEY), output_field=MONEY)


def invoices_on(on: date) -> Any:
    """Give the invoices and credit notes there were on a day, with `open_on`: what of each was not settled then."""
    parts = (
        Allocation.objects.filter(_standing(on), on__lte=on)
        .order_by()
        .annotate(none=Value(1))
        .values("none")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    settled = Case(
        When(kind=Invoice.Kind.INVOICE, then=Subquery(parts.filter(invoice=OuterRef("pk")), output_field=MONEY)),
        default=Subquery(parts.filter(credit_note=OuterRef("pk")), output_field=MONEY),
        output_field=MONEY,
    )
    return Invoice.objects.filter(_standing(on), invoiced_on__lte=on).annotate(
        open_on=F("amount") - Coalesce(settled, Value(ZERO, MONEY), output_field=MONEY)
    )


def open_invoices(customer: Customer, *, on: date) -> Any:
    """Give a customer's invoices and credit notes that were open on a day, longest due first."""
    return invoices_on(on).filter(customer=customer, open_on__gt=0).order_by("due_on", "id")


def ageing(customer: Customer, *, on: date, currency: str = "CNY") -> list[tuple[int | None, int | None, Decimal]]:
    """Give what was open on a day by days overdue: (from, to, amount); (None, 0) is not due. Credit notes count less."""
    totals = [ZERO] * (len(BUCKETS) + 1)
    for invoice in open_invoices(customer, on=on).filter(currency=currency):
        days = (on - invoice.due_on).days
        place = next((n for n, (_low, high) in enumerate(BUCKETS, 1) if high is None or days <= high), 0)
        signed = invoice.open_on if invoice.kind == Invoice.Kind.INVOICE else -invoice.open_on
        totals[place if days > 0 else 0] += signed
    return [(None, 0, totals[0]), *((low, high, total) for (low, high), total in zip(BUCKETS, totals[1:], strict=True))]


def summaries(customers: Sequence[int], *, on: date, currency: str = "CNY") -> dict[int, Summary]:
    """Give a summary for each customer (by key), in a number of queries that does not grow with them."""
    found: dict[int, dict[str, Any]] = {key: {} for key in customers}
    wanted = {"customer__in": list(customers), "currency": currency}
    _orders(found, wanted, on)
    _invoices(found, wanted, on)
    _receipts(found, wanted, on)
    return {key: Summary(**told) for key, told in found.items()}


def _orders(found: dict[int, dict[str, Any]], wanted: dict[str, Any], on: date) -> None:
    rows = (
        Order.objects.filter(_standing(on), ordered_on__lte=on, **wanted)
        .order_by()
        .values("customer")
        .annotate(
            first=Min("ordered_on"), last=Max("ordered_on"),
            open=_sum("amount", filter=Q(closed_on__isnull=True) | Q(closed_on__gt=on)),
        )
    )  # fmt: skip
    for row in rows:
        found[row["customer"]] |= {
            "open_orders": row["open"], "first_dealing_on": row["first"], "last_dealing_on": row["last"]
        }  # fmt: skip


def _invoices(found: dict[int, dict[str, Any]], wanted: dict[str, Any], on: date) -> None:
    a_year_before = months_before(on, 12)
    given, taken = Q(kind=Invoice.Kind.INVOICE), Q(kind=Invoice.Kind.CREDIT_NOTE)
    recent, late = Q(invoiced_on__gt=a_year_before), Q(due_on__lt=on)
    rows = (
        invoices_on(on)
        .filter(**wanted)
        .order_by()
        .values("customer")
        .annotate(
            first=Min("invoiced_on"), last=Max("invoiced_on"),
            deals=Count("pk", filter=given & recent),
            sold=_sum("amount", filter=given & recent), returned=_sum("amount", filter=taken & recent),
            owed=_sum("open_on", filter=given), credited=_sum("open_on", filter=taken),
            overdue=_sum("open_on", filter=given & late),
            oldest=Min("due_on", filter=given & late & Q(open_on__gt=0)),
        )
    )  # fmt: skip
    for row in rows:
        told = found[row["customer"]]
        told |= {
            "first_dealing_on": min(filter(None, (told.get("first_dealing_on"), row["first"]))),
            "last_dealing_on": max(filter(None, (told.get("last_dealing_on"), row["last"]))),
            "deals_12m": row["deals"],
            "sales_12m": row["sold"] - row["returned"], "owed": row["owed"] - row["credited"],
            "overdue": row["overdue"], "oldest_due_on": row["oldest"],
        }  # fmt: skip


def _receipts(found: dict[int, dict[str, Any]], wanted: dict[str, Any], on: date) -> None:
    received = Receipt.objects.filter(_standing(on), received_on__lte=on, **wanted).order_by()
    for row in received.values("customer").annotate(total=_sum("amount")):
        found[row["customer"]]["prepaid"] = row["total"]
    used = (
        Allocation.objects.filter(_standing(on), on__lte=on, receipt__in=received.values("pk"))
        .order_by()
        .values("receipt__customer")
        .annotate(total=_sum("amount"))
    )
    for part in used:
        found[part["receipt__customer"]]["prepaid"] -= part["total"]


def dealing_tables(
    customers: Iterable[int], *, on: date, only: Collection[str] = ("invoices", "receipts", "orders", "events")
) -> dict[str, pa.Table]:
    """Give the customers' dealings up to a day in the shape that `creditpolicy.facts.derive` takes, or `only` some of them.

    Customers are known by their number. An invoice is settled on the day when the last part of it was paid; one that
    is paid in part is open.
    """
    keys = list(customers)
    made: dict[str, Callable[[], pa.Table]] = {
        "invoices": lambda: _invoice_table(keys, on),
        "receipts": lambda: _table(
            Receipt.objects.filter(_standing(on), customer__in=keys, received_on__lte=on),
            {"customer_id": "customer__number", "number": "number", "received_on": "received_on", "amount": "amount",
             "currency": "currency"},
        ),
        "orders": lambda: _table(
            Order.objects.filter(_standing(on), customer__in=keys, ordered_on__lte=on),
            {"customer_id": "customer__number", "number": "number", "ordered_on": "ordered_on", "amount": "amount",
             "currency": "currency"},
        ),
        "events": lambda: _table(
            Incident.objects.filter(_standing(on), customer__in=keys, happened_on__lte=on),
            {"customer_id": "customer__number", "number": "number", "happened_on": "happened_on", "kind": "kind",
             "amount": "amount", "detail": "detail"},
        ),
    }  # fmt: skip
    return {name: make() for name, make in made.items() if name in only}


TYPES: dict[str, pa.DataType] = {
    "amount": pa.decimal128(18, 2), "disputed": pa.bool_(),
    **dict.fromkeys(("invoiced_on", "due_on", "settled_on", "received_on", "ordered_on", "happened_on"), pa.date32()),
}  # fmt: skip


def _table(rows: QuerySet[Any], columns: dict[str, str]) -> pa.Table:
    found = list(zip(*rows.order_by("pk").values_list(*columns.values()), strict=True)) or [()] * len(columns)
    return pa.table(
        {name: pa.array(values, TYPES.get(name, pa.string())) for name, values in zip(columns, found, strict=True)}
    )


def _invoice_table(keys: list[int], on: date) -> pa.Table:
    parts = Allocation.objects.filter(_standing(on), on__lte=on, invoice=OuterRef("pk")).order_by("-on").values("on")
    rows = (
        invoices_on(on)
        .filter(customer__in=keys)
        .annotate(
            signed=Case(When(kind=Invoice.Kind.INVOICE, then=F("amount")), default=-F("amount"), output_field=MONEY),
            paid_on=Case(When(open_on=0, then=Subquery(parts[:1]))),
            is_disputed=Case(When(disputed_on__lte=on, then=Value(value=True)), default=Value(value=False)),
        )
    )
    return _table(
        rows,
        {"customer_id": "customer__number", "number": "number", "invoiced_on": "invoiced_on", "due_on": "due_on",
         "amount": "signed", "settled_on": "paid_on", "disputed": "is_disputed", "currency": "currency"},
    )  # fmt: skip
