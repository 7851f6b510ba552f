"""The lines of a statement of account: what raised and lowered the balance over a period, and what was open at its end.

The balance is what the customer owes less what he has prepaid; a deposit is not part of it. A document that was reversed
has two lines: on its own day, and on the day of its reversal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db.models import F, Q

from xinheng.customers.models import Customer
from xinheng.ledger.models import ZERO, Company, Invoice, Receipt
from xinheng.ledger.queries.claims import claims_of
from xinheng.ledger.queries.standing import open_invoices


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `amount` above zero raises what the customer owes. `kind` is a document's, with `_reversed` behind it."""

    day: date
    kind: str
    number: str
    amount: Decimal
    balance: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account over a period."""

    opening: Decimal
    lines: list[Line]
    closing: Decimal


def account_of(customer: Customer, company: Company, currency: str, *, since: date, until: date) -> Account:
    """Give the account of a customer with a company of the group, in one currency, over the days of a period."""
    events = sorted(_events(customer, company, currency, until), key=lambda line: (line.day, line.number, line.kind))
    opening = sum((line.amount for line in events if line.day < since), ZERO)
    mine = [line for line in events if line.day >= since]
    balances = list(accumulate((line.amount for line in mine), initial=opening))
    lines = [
        Line(line.day, line.kind, line.number, line.amount, balance)
        for line, balance in zip(mine, balances[1:], strict=True)
    ]
    return Account(opening, lines, balances[-1])


def _events(customer: Customer, company: Company, currency: str, until: date) -> list[Line]:
    """Give everything up to a day that raised or lowered the balance."""
    wanted: dict[str, Any] = {"customer": customer, "company": company, "currency": currency}
    found = []
    stood = Q(reversed_on__isnull=True) | Q(reversed_on__gt=F("invoiced_on"))
    invoices = Invoice.objects.filter(stood, invoiced_on__lte=until, **wanted)
    for kind, number, day, amount, ended in invoices.values_list(
        "kind", "number", "invoiced_on", "amount", "reversed_on"
    ):
        signed = amount if kind == Invoice.Kind.INVOICE else -amount
        found += _both(kind, number, day, signed, ended, until)
    stood = Q(reversed_on__isnull=True) | Q(reversed_on__gt=F("received_on"))
    receipts = Receipt.objects.filter(stood, received_on__lte=until, kind=Receipt.Kind.PAYMENT, **wanted)
    for number, day, amount, ended in receipts.values_list("number", "received_on", "amount", "reversed_on"):
        found += _both("receipt" if amount > 0 else "refund", number, day, -amount, ended, until)
    return found


def _both(kind: str, number: str, day: date, amount: Decimal, ended: date | None, until: date) -> list[Line]:
    lines = [Line(day, kind, number, amount)]
    if ended is not None and ended <= until:
        lines.append(Line(ended, f"{kind}_reversed", number, -amount))
    return lines


def open_items(
    customer: Customer, company: Company, currency: str, *, on: date
) -> list[tuple[str, int, date, Decimal, int, bool]]:
    """Give what was open on a day: number, part, due day, amount, days late, and if contested; longest due first."""
    rows = list(open_invoices(customer, on=on).filter(company=company, currency=currency))
    numbers = {row.pk: row.number for row in rows}
    return [
        (numbers[claim.invoice], claim.part, claim.due_on, claim.open, claim.days_late, claim.is_contested)
        for claim in sorted(claims_of(rows, on=on), key=lambda claim: claim.due_on)
    ]
