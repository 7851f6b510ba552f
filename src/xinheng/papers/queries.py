"""What can be asked about papers: what runs out, what is lent, what lies where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from xinheng.org.models import Person
from xinheng.papers.models import HELD, Loan, LoanState, Paper, Papers, State

SOON_DAYS = 30
"""How many days before its end a paper is called to be renewed."""


def expiring(on: date, *, within: int = SOON_DAYS) -> Papers:
    """Give kept papers whose validity has ended or ends within some days, soonest first, unless a newer one is there."""
    found: Papers = (
        Paper.objects.filter(state=State.KEPT, valid_until__isnull=False, valid_until__lte=on + timedelta(days=within))
        .select_related("customer", "customer__owner", "customer__department", "kind")
        .order_by("valid_until", "pk")
    )
    return found


def of_customer(customer: Any, *, with_withdrawn: bool = False) -> Papers:
    """Give the papers in a customer's file with kind and latest version at hand."""
    found: Papers = (
        Paper.objects.filter(customer=customer)
        .with_whereabouts()
        .select_related("kind", "customer")
        .prefetch_related("versions", "loans__borrower")
    )
    return found if with_withdrawn else found.exclude(state__in=(State.WITHDRAWN, State.ERASED))


def overdue_loans(on: date) -> Any:
    """Give loans that should be back by now, the latest first."""
    return _joined(Loan.objects.filter(state=LoanState.OUT, due_on__lt=on)).order_by("due_on", "pk")


def loans_in_hand() -> Any:
    """Give loans that wait for something: asked, approved, out."""
    return _joined(Loan.objects.filter(state__in=(LoanState.ASKED, *HELD))).order_by("due_on", "pk")


def loans_of(person: Person) -> Any:
    """Give the person's own loans, latest first."""
    return _joined(Loan.objects.filter(borrower=person)).order_by("-pk")


def every_loan() -> Any:
    """Give every loan there ever was, latest first."""
    return _joined(Loan.objects.all()).order_by("-pk")


def _joined(loans: Any) -> Any:
    return loans.select_related(
        "paper", "paper__kind", "paper__customer", "borrower", "decided_by", "handed_by", "closed_by"
    )


def papers_at(room: str = "", cabinet: str = "", box: str = "") -> Papers:
    """Give the paper copies that should lie in a place, in the order of the shelf."""
    found: Papers = Paper.objects.filter(has_copy=True, state__in=(State.KEPT, State.MISSING)).select_related(
        "kind", "customer"
    )
    for name, value in (("room", room), ("cabinet", cabinet), ("box", box)):
        if value:
            found = found.filter(**{name: value})
    return found.with_whereabouts().order_by("room", "cabinet", "box", "folder", "pk")


@dataclass(frozen=True, slots=True)
class Shelf:
    """One box, and how many copies belong there, are lent out or are missing."""

    room: str
    cabinet: str
    box: str
    papers: int
    out: int
    missing: int


def shelves() -> Iterable[Shelf]:
    """Give every place where paper copies lie, in order."""
    rows = (
        Paper.objects.filter(has_copy=True, state__in=(State.KEPT, State.MISSING, State.LOST))
        .order_by("room", "cabinet", "box")
        .values("room", "cabinet", "box")
        .annotate(
            papers=Count("pk", distinct=True),
            out=Count("loans", filter=Q(loans__state=LoanState.OUT), distinct=True),
            missing=Count("pk", filter=Q(state__in=(State.MISSING, State.LOST)), distinct=True),
        )
    )
    return [Shelf(**row) for row in rows]
