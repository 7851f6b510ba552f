"""What is due when, part by part: payment in parts, and disputes, which stop the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from xinheng.ledger.models import BASE, ZERO, Dispute, Instalment, Invoice
from xinheng.ledger.queries.rates import rate_on, to_base


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of an invoice that was open on a day, and how long overdue it was; a credit note is below zero.

    `due_on` is the day after which it is overdue: later than agreed where a dispute stopped the clock. While it is
    contested it is not overdue. `part` counts the parts of a plan from 1; it is 0 where there is no plan.
    """

    invoice: int
    customer: int
    part: int
    due_on: date
    open: Decimal
    is_contested: bool
    days_late: int


def claims_of(invoices: Iterable[Any], *, on: date) -> Iterator[Claim]:
    """Give what was open of invoices, as `invoices_on` gives them, on a day: earliest due first within each."""
    rows = list(invoices)
    split = [invoice.pk for invoice in rows if invoice.is_split]
    plans: dict[int, list[Instalment]] = {}
    for part in Instalment.objects.filter(invoice__in=split).order_by("invoice", "part"):
        plans.setdefault(part.invoice_id, []).append(part)
    disputes: dict[int, list[Dispute]] = {}
    for dispute in Dispute.objects.filter(invoice__in=split, since__lte=on).order_by("since", "id"):
        disputes.setdefault(dispute.invoice_id, []).append(dispute)
    for invoice in rows:
        pieces = _open_parts(invoice, plans.get(invoice.pk))
        for part_no, due, amount, contested in _stopped(pieces, disputes.get(invoice.pk, ()), on):
            sign = 1 if invoice.kind == Invoice.Kind.INVOICE else -1
            late = 0 if contested else max((on - due).days, 0)
            yield Claim(invoice.pk, invoice.customer_id, part_no, due, sign * amount, contested, late)


def claims_in_base(invoices: Iterable[Any], *, on: date) -> Iterator[Claim]:
    """Give the same with what was open in the base currency, at the rates of the day; as it stands where none is known."""
    rows = list(invoices)
    foreign = {row.pk: row.currency for row in rows if row.currency != BASE}
    rates = {currency: rate_on(currency, on) for currency in set(foreign.values())}
    for claim in claims_of(rows, on=on):
        rate = rates.get(foreign.get(claim.invoice, BASE))
        yield claim if rate is None else replace(claim, open=to_base(claim.open, rate))


Piece = tuple[int, date, Decimal]


def _open_parts(invoice: Any, plan: list[Instalment] | None) -> list[Piece]:
    """Give the parts of an invoice that were not settled: money settles the earliest first."""
    left = Decimal(invoice.open_on).quantize(ZERO)
    if left <= 0:
        return []
    if not plan:
        return [(0, invoice.due_on, left)]
    settled = invoice.amount - left
    opened = ((part, min(part.amount, max(part.until_here - settled, ZERO))) for part in plan)
    return [(part.part, part.due_on, amount) for part, amount in opened if amount > 0]


def _stopped(pieces: list[Piece], disputes: Iterable[Dispute], on: date) -> Iterator[tuple[int, date, Decimal, bool]]:
    """Take what is, or was, contested off the parts, earliest due first: (part, due day, amount, contested now).

    The days of a dispute after the due day do not count, so that the clock goes on where it stood.
    """
    left = list(pieces)
    for dispute in disputes:
        goes_on = dispute.ended_on is None or dispute.ended_on > on
        taken, left = _taken(left, dispute.amount)
        for part, due, amount in taken:
            stood = 0
            if dispute.ended_on is not None and not goes_on:
                stood = max((dispute.ended_on - max(dispute.since, due)).days, 0)
            yield part, due + timedelta(days=stood), amount, goes_on
    for part, due, amount in left:
        yield part, due, amount, False


def _taken(pieces: list[Piece], amount: Decimal) -> tuple[list[Piece], list[Piece]]:
    """Take an amount off parts, the earliest first: what was taken, and what is left."""
    taken: list[Piece] = []
    left: list[Piece] = []
    for part, due, here in pieces:
        share = min(here, amount)
        amount -= share
        if share > 0:
            taken.append((part, due, share))
        if here > share:
            left.append((part, due, here - share))
    return taken, left
