"""Dealings in the shape of the library's canonical tables, from which facts are derived."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When

from xinheng.ledger.models import ZERO, Allocation, Incident, Instalment, Invoice, Order, OrderLine, Receipt
from xinheng.ledger.queries.exposure import later
from xinheng.ledger.queries.standing import MONEY, cents, invoices_on, standing, total


def dealing_tables(
    customers: Iterable[int], *, on: date, only: Collection[str] = ("invoices", "receipts", "orders", "events")
) -> dict[str, pa.Table]:
    """Give the customers' dealings up to a day in the shape that `creditpolicy.facts.derive` takes, or `only` some of them.

    Customers are known by their number. An invoice is settled on the day when the last part of it was paid; one that
    is paid in part is open. One that is payable in parts is a row for each part, with the part's due day. Whom invoices
    are made out to is told where any of them says it; those that do not are made out to the customer himself.
    """
    keys = list(customers)
    made: dict[str, Callable[[], pa.Table]] = {
        "invoices": lambda: _invoice_table(keys, on),
        "receipts": lambda: _table(
            Receipt.objects.filter(
                standing(on), customer__in=keys, received_on__lte=on, kind=Receipt.Kind.PAYMENT
            ),
            {"customer_id": "customer__number", "number": "number", "received_on": "received_on", "amount": "amount",
             "currency": "currency"},
        ),
        "orders": lambda: _order_table(keys, on),
        "events": lambda: _table(
            Incident.objects.filter(standing(on), customer__in=keys, happened_on__lte=on),
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
    return _made(list(columns), rows.order_by("pk").values_list(*columns.values()))


def _made(columns: list[str], rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    found = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table(
        {name: pa.array(values, TYPES.get(name, pa.string())) for name, values in zip(columns, found, strict=True)}
    )


def _order_table(keys: list[int], on: date) -> pa.Table:
    """Give the orders, each without what waited for credit, or came to it later."""
    rows = Order.objects.filter(standing(on), customer__in=keys, ordered_on__lte=on).order_by("pk")
    later_lines = OrderLine.objects.filter(later(on), order__in=rows.order_by())
    away = dict(later_lines.order_by().values_list("order").annotate(away=total("amount")))
    columns = ["customer_id", "number", "ordered_on", "amount", "currency"]
    told = rows.values_list("pk", "customer__number", "number", "ordered_on", "amount", "currency")
    if not away:
        return _made(columns, (row[1:] for row in told))
    left = ((*row[:4], row[4] - cents(away.get(row[0])), row[5]) for row in told)
    return _made(columns, (row[1:] for row in left if row[4]))


COLUMNS = [
    "customer_id", "number", "invoiced_on", "due_on", "amount", "settled_on", "disputed", "currency", "counterparty"
]  # fmt: skip


def _invoice_table(keys: list[int], on: date) -> pa.Table:
    parts = Allocation.objects.filter(standing(on), on__lte=on, invoice=OuterRef("pk")).order_by("-on").values("on")
    uses = Allocation.objects.filter(standing(on), on__lte=on, credit_note=OuterRef("pk")).order_by("-on").values("on")
    given = Invoice.Kind.INVOICE
    rows = (
        invoices_on(on)
        .filter(customer__in=keys)
        .annotate(
            signed=Case(When(kind=given, then=F("amount")), default=-F("amount"), output_field=MONEY),
            paid_on=Case(
                When(open_on=0, kind=given, then=Subquery(parts[:1])), When(open_on=0, then=Subquery(uses[:1]))
            ),
            is_disputed=Case(When(disputed_on__lte=on, then=Value(value=True)), default=Value(value=False)),
        )
        .order_by("pk")
        .values_list(
            "pk", "customer__number", "number", "invoiced_on", "due_on", "signed", "paid_on", "is_disputed", "currency",
            "counterparty", "is_split",
        )
    )  # fmt: skip
    told = list(rows)
    plans = _plans([row[0] for row in told if row[-1]], on)
    made = _made(COLUMNS, (made for pk, *row, _split in told for made in _in_parts(row, plans.get(pk))))
    return _with_parties(made)


def _with_parties(made: pa.Table) -> pa.Table:
    """Leave out whom invoices are made out to where none says it: a fact that asks for it is missing then."""
    parties = pc.if_else(pc.equal(made["counterparty"], ""), None, made["counterparty"])
    at = made.column_names.index("counterparty")
    if parties.null_count == len(parties):
        return made.remove_column(at)
    return made.set_column(at, "counterparty", pc.coalesce(parties, made["customer_id"]))


Plan = list[tuple[date, Decimal, date | None]]


def _in_parts(row: list[Any], plan: Plan | None) -> Iterable[tuple[Any, ...]]:
    """Give one row, or one for each part of the plan: with its own due day, amount, and day of being settled."""
    if not plan:
        return [tuple(row)]
    customer, number, invoiced_on, _due, _amount, _paid, *rest = row
    return [(customer, number, invoiced_on, due, amount, paid, *rest) for due, amount, paid in plan]


def _plans(invoices: list[int], on: date) -> dict[int, Plan]:
    """Give the parts of invoices that are payable in parts: due day, amount, and when each was settled, by a day."""
    money: dict[int, list[tuple[date, Decimal]]] = {}
    standing_then = Allocation.objects.filter(standing(on), on__lte=on, invoice__in=invoices).order_by("on", "pk")
    for invoice, day, amount in standing_then.values_list("invoice", "on", "amount"):
        money.setdefault(invoice, []).append((day, amount))
    found: dict[int, Plan] = {}
    for part in Instalment.objects.filter(invoice__in=invoices).order_by("invoice", "part"):
        found.setdefault(part.invoice_id, []).append(
            (part.due_on, part.amount, _reached(money.get(part.invoice_id, []), part.until_here))
        )
    return found


def _reached(money: list[tuple[date, Decimal]], needed: Decimal) -> date | None:
    """Give the day on which what was settled came to an amount."""
    came = ZERO
    for day, amount in money:
        came += amount
        if came >= needed:
            return day
    return None
