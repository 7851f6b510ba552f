"""What stood on a day, from dated documents and reversals alone: no job has to run for a day to be right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Round

from xinheng.customers.models import Customer
from xinheng.ledger.models import ZERO, Allocation, Contract, Dispute, Instalment, Invoice

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=2)
NOTHING = Value(ZERO, MONEY)


def standing(on: date) -> Q:
    """Give the condition that a document, or a part of one, was not reversed on a day."""
    return Q(reversed_on__isnull=True) | Q(reversed_on__gt=on)


def total(field: str, **filters: Any) -> Any:
    """Give the sum of a column, 0 where there is nothing, to the cent on every database."""
    return Round(Coalesce(Sum(field, output_field=MONEY, **filters), NOTHING, output_field=MONEY), precision=2)


def cents(amount: Any) -> Decimal:
    """Give an amount as the database adds it up, to the cent."""
    return Decimal(amount or 0).quantize(ZERO)


def sum_of(rows: QuerySet[Any], field: str = "amount") -> Any:
    """Give a subquery: the sum of a column over the rows of one document, 0 where there are none."""
    one = rows.order_by().annotate(none=Value(1)).values("none").annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(one, output_field=MONEY), NOTHING, output_field=MONEY)


def invoices_on(on: date) -> Any:
    """Give the invoices and credit notes there were on a day, each with what was open of it then.

    `open_on` is what was not settled, `disputed_amount` what was contested of it, `late_on` what was overdue: past the
    due day (of each part, where it is payable in parts), not settled, and not contested that day.
    """
    parts = Allocation.objects.filter(standing(on), on__lte=on)
    settled = Case(
        When(kind=Invoice.Kind.INVOICE, then=sum_of(parts.filter(invoice=OuterRef("pk")))),
        default=sum_of(parts.filter(credit_note=OuterRef("pk"))),
        output_field=MONEY,
    )
    at_once = Case(When(due_on__lt=on, then=F("amount")), default=NOTHING, output_field=MONEY)
    fallen_due = Case(
        When(
            is_split=True,
            then=Greatest(
                sum_of(Instalment.objects.filter(invoice=OuterRef("pk"), due_on__lt=on)), at_once, output_field=MONEY
            ),
        ),
        default=at_once,
        output_field=MONEY,
    )
    contested = Case(
        When(is_split=True, then=sum_of(disputes_on(on).filter(invoice=OuterRef("pk")))),
        default=NOTHING,
        output_field=MONEY,
    )
    rested = Case(
        When(is_split=True, then=sum_of(_ended_on(on).filter(invoice=OuterRef("pk"), since__lte=OuterRef("due_on")))),
        default=NOTHING,
        output_field=MONEY,
    )
    late = Greatest(fallen_due - F("settled_then") - F("disputed_amount") - rested, NOTHING, output_field=MONEY)
    return (
        Invoice.objects.filter(standing(on), invoiced_on__lte=on)
        .annotate(settled_then=settled, disputed_amount=contested)
        .annotate(
            open_on=Round(F("amount") - F("settled_then"), precision=2, output_field=MONEY),
            late_on=Case(
                When(kind=Invoice.Kind.INVOICE, then=Round(late, precision=2, output_field=MONEY)),
                default=NOTHING,
                output_field=MONEY,
            ),
        )
    )


def disputes_on(on: date) -> QuerySet[Dispute]:
    """Give the disputes that went on on a day; on the day on which one ended it does no more."""
    return Dispute.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), since__lte=on)


def _ended_on(on: date) -> QuerySet[Dispute]:
    """Give the disputes that ended on a day: what was contested before it was due has its day of grace then."""
    return Dispute.objects.filter(ended_on=on)


def open_invoices(customer: Customer, *, on: date) -> Any:
    """Give a customer's invoices and credit notes that were open on a day, longest due first."""
    return invoices_on(on).filter(customer=customer, open_on__gt=0).order_by("due_on", "id")


def contracts_on(on: date) -> QuerySet[Contract]:
    """Give the contracts in force on a day; on the day of its expiry a contract still is."""
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    goes_on = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
    return Contract.objects.filter(standing(on), not_ended, goes_on, signed_on__lte=on)
