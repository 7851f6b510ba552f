"""Receivables of all customers by age, on any day: summed up by whom one asks, and the invoices behind each figure.

All is summed up as it stands now, in one plain GROUP BY; what money has changed since the day is put right by the
difference; what is payable in parts or was contested is worked out part by part, and added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from creditpolicy.facts.days import months_before
from xinheng.customers.models import Customer
from xinheng.ledger.grading import grades_of
from xinheng.ledger.models import BASE, ZERO, Allocation, Invoice, Receipt
from xinheng.ledger.queries.claims import Claim, claims_of
from xinheng.ledger.queries.standing import MONEY, cents, invoices_on, standing

By = Literal["due", "invoice"]
Group = Literal["customer", "salesman", "department", "grade"]
EDGES = (30, 60, 90, 180)
CONTESTED = -1
"""The place of what is contested; 0 is not due, and the buckets follow from 1."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: on which day, by due day or by invoice date, with the last days of the buckets, by whom."""

    on: date
    by: By = "due"
    edges: tuple[int, ...] = EDGES
    group: Group = "customer"
    currency: str = BASE
    company: int | None = None

    @property
    def spans(self) -> list[tuple[int, int | None]]:
        """The buckets as days from and to; the last has no end."""
        first = 1 if self.by == "due" else 0
        starts = [first, *(edge + 1 for edge in self.edges)]
        return list(zip(starts, [*self.edges, None], strict=True))

    def place(self, claim: Claim, invoiced_on: date) -> int:
        """Give the place of a claim."""
        if self.by == "invoice":
            return 1 + _place((self.on - invoiced_on).days, self.edges)
        if claim.is_contested:
            return CONTESTED
        return 0 if claim.days_late == 0 else 1 + _place(claim.days_late, self.edges)


@dataclass(slots=True)
class Row:
    """One line of the report. `amounts` and `counts` go by place; prepayments are beside them, not taken off."""

    key: str
    label: str
    customers: list[int] = field(default_factory=list)
    amounts: dict[int, Decimal] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    prepaid: Decimal = ZERO
    sales_12m: Decimal = ZERO

    def add(self, place: int, amount: Decimal, count: int) -> None:
        """Add an amount at a place, or take it off; a place with no documents is none."""
        self.amounts[place] = self.amounts.get(place, ZERO) + amount
        self.counts[place] = self.counts.get(place, 0) + count
        if not self.counts[place]:
            del self.amounts[place], self.counts[place]

    @property
    def total(self) -> Decimal:
        """All that was open."""
        return sum(self.amounts.values(), ZERO)

    @property
    def overdue(self) -> Decimal:
        """All that stands in a bucket; by invoice date, all that was open."""
        return sum((amount for place, amount in self.amounts.items() if place > 0), ZERO)

    @property
    def dso(self) -> Decimal | None:
        """Days sales outstanding as the library defines it: open × 365 ÷ sales of twelve months; None without sales."""
        return days_sales_outstanding(self.total, self.sales_12m)


def days_sales_outstanding(owed: Decimal, sales: Decimal) -> Decimal | None:
    """Give how many days of sales are owed, to two digits, half away from zero; None where nothing was sold."""
    if sales <= 0:
        return None
    return (owed * 365 / sales).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def receivables(asked: Asked, customers: QuerySet[Customer]) -> list[Row]:
    """Give the report over customers, the most owed first, in a number of queries that does not grow with them."""
    by_customer: dict[int, Row] = {}
    for customer, place, amount, count in _parts(asked, customers):
        by_customer.setdefault(customer, Row("", "")).add(place, amount, count)
    by_customer = {customer: row for customer, row in by_customer.items() if row.counts}
    for customer, amount in _prepaid(asked, customers).items():
        if amount:
            by_customer.setdefault(customer, Row("", "")).prepaid = amount
    for customer, amount in _sales(asked, customers).items():
        if customer in by_customer:
            by_customer[customer].sales_12m = amount
    rows: dict[str, Row] = {}
    for customer, (key, label) in groups_of(by_customer, asked).items():
        row, mine = rows.setdefault(key, Row(key, label)), by_customer[customer]
        row.customers.append(customer)
        row.prepaid += mine.prepaid
        row.sales_12m += mine.sales_12m
        for place, amount in mine.amounts.items():
            row.add(place, amount, mine.counts[place])
    return sorted(rows.values(), key=lambda row: (-row.total, row.label))


def summed(rows: Sequence[Row]) -> Row:
    """Give the line below the report."""
    whole = Row("", "")
    for row in rows:
        whole.customers += row.customers
        whole.prepaid += row.prepaid
        whole.sales_12m += row.sales_12m
        for place, amount in row.amounts.items():
            whole.add(place, amount, row.counts[place])
    return whole


def groups_of(customers: Collection[int], asked: Asked) -> dict[int, tuple[str, str]]:
    """Give the group of each customer (by key): its key and its name."""
    if asked.group == "grade":
        grades = grades_of(list(customers), asked.on)
        return {key: (grades.get(key, ""), grades.get(key, "")) for key in customers}
    found = {}
    for pk, name, owner, owner_name, department, department_name in _told(customers):
        found[pk] = {
            "customer": (str(pk), name), "salesman": (str(owner or ""), owner_name or ""),
            "department": (str(department), department_name),
        }[asked.group]  # fmt: skip
    return found


def _told(customers: Collection[int]) -> Iterator[tuple[Any, ...]]:
    keys, at_once = list(customers), 900
    for start in range(0, len(keys), at_once):
        yield from Customer.objects.filter(pk__in=keys[start : start + at_once]).values_list(
            "pk", "name", "owner", "owner__full_name", "department", "department__name"
        )


def _wanted(asked: Asked, customers: QuerySet[Customer]) -> dict[str, Any]:
    """Give the conditions on documents; for whoever sees every customer there is none on whose they are."""
    wanted: dict[str, Any] = {"currency": asked.currency}
    if customers.query.where or customers.query.is_sliced:
        wanted["customer__in"] = customers.order_by().values("pk")
    return wanted if asked.company is None else wanted | {"company": asked.company}


def _since(on: date) -> QuerySet[Allocation]:
    """Give the allocations that stand otherwise now than they did on a day."""
    return Allocation.objects.filter(Q(on__gt=on) | Q(reversed_on__gt=on))


def _parts(asked: Asked, customers: QuerySet[Customer]) -> Iterator[tuple[int, int, Decimal, int]]:
    """Give what was open by customer and place: (customer, place, amount, how many documents)."""
    wanted = _wanted(asked, customers)
    plain = Invoice.objects.filter(standing(asked.on), is_split=False, invoiced_on__lte=asked.on, **wanted)
    yield from _grouped(plain.filter(settled__lt=F("amount")), F("amount") - F("settled"), Count("pk"), asked)
    if _since(asked.on).exists():
        yield from _grouped(_touched(asked, wanted), F("settled") - F("settled_then"), _more_open(), asked)
    split = list(invoices_on(asked.on).filter(is_split=True, open_on__gt=0, **wanted).order_by())
    days = {invoice.pk: invoice.invoiced_on for invoice in split}
    for claim in claims_of(split, on=asked.on):
        yield claim.customer, asked.place(claim, days[claim.invoice]), claim.open, 1


def _touched(asked: Asked, wanted: dict[str, Any]) -> Any:
    """Give the plain invoices and credit notes that are settled otherwise now than they were on the day."""
    invoices = _since(asked.on).values("invoice")
    notes = _since(asked.on).filter(credit_note__isnull=False).values("credit_note")
    kinds = Invoice.Kind
    return invoices_on(asked.on).filter(
        Q(kind=kinds.INVOICE, pk__in=invoices) | Q(kind=kinds.CREDIT_NOTE, pk__in=notes), is_split=False, **wanted
    )


def _more_open() -> Any:
    """Give how many more were open then than are now."""
    return Count("pk", filter=Q(open_on__gt=0)) - Count("pk", filter=Q(settled__lt=F("amount")))


def _grouped(rows: Any, left: Any, count: Any, asked: Asked) -> Iterator[tuple[int, int, Decimal, int]]:
    signed = Case(When(kind=Invoice.Kind.INVOICE, then=left), default=-left, output_field=MONEY)
    found = rows.order_by().annotate(place=place_of(asked)).values("customer_id", "place")
    told = found.annotate(sum=Sum(signed, output_field=MONEY), count=count)
    for customer, place, amount, number in told.values_list("customer_id", "place", "sum", "count"):
        yield customer, place, cents(amount), number


def place_of(asked: Asked) -> Case:
    """Give the place of a plain invoice as an expression: the days before which it would be in the next bucket."""
    column = "due_on__gte" if asked.by == "due" else "invoiced_on__gte"
    steps = [When(due_on__gte=asked.on, then=Value(0))] if asked.by == "due" else []
    steps += [
        When(**{column: asked.on - timedelta(days=edge)}, then=Value(place))
        for place, edge in enumerate(asked.edges, 1)
    ]
    return Case(*steps, default=Value(len(asked.edges) + 1), output_field=IntegerField())


def _prepaid(asked: Asked, customers: QuerySet[Customer]) -> dict[int, Decimal]:
    """Give what of receipts settled nothing, by customer: as it is now, and what was changed since taken back."""
    wanted = _wanted(asked, customers) | {"kind": Receipt.Kind.PAYMENT}
    mine = Receipt.objects.filter(standing(asked.on), received_on__lte=asked.on, **wanted).order_by()
    rows = mine.exclude(amount=F("allocated")).values("customer_id")
    found = {
        row["customer_id"]: cents(row["free"]) for row in rows.annotate(free=Sum(F("amount") - F("allocated"), output_field=MONEY))
    }  # fmt: skip
    since = _since(asked.on).filter(receipt__in=mine.values("pk")).order_by()
    for customer, amount, day, ended in since.values_list("receipt__customer", "amount", "on", "reversed_on"):
        stands, stood = ended is None, day <= asked.on
        found[customer] = found.get(customer, ZERO) + (amount if stands else ZERO) - (amount if stood else ZERO)
    return found


def _sales(asked: Asked, customers: QuerySet[Customer]) -> dict[int, Decimal]:
    """Give the sales of twelve months by customer, as the facts count them: credit notes below zero."""
    since = months_before(asked.on, 12)
    signed = Case(When(kind=Invoice.Kind.INVOICE, then=F("amount")), default=-F("amount"), output_field=MONEY)
    rows = (
        Invoice.objects.filter(
            standing(asked.on), invoiced_on__lte=asked.on, invoiced_on__gt=since, **_wanted(asked, customers)
        )
        .order_by()
        .values("customer_id")
        .annotate(sold=Sum(signed, output_field=MONEY))
    )
    return {row["customer_id"]: cents(row["sold"]) for row in rows}


def _place(days: int, edges: Sequence[int]) -> int:
    return next((n for n, edge in enumerate(edges) if days <= edge), len(edges))


@dataclass(frozen=True, slots=True)
class Item:
    """An invoice, or a part of one, behind a figure."""

    invoice: Any
    part: int
    due_on: date
    open: Decimal
    days_late: int
    is_contested: bool


class Items(Sequence[Item]):
    """The invoices behind a figure, in order: those in parts or contested first, then the others by due day."""

    def __init__(self, asked: Asked, customers: QuerySet[Customer], place: int | None) -> None:
        wanted = _wanted(asked, customers)
        rows = invoices_on(asked.on).filter(open_on__gt=0, **wanted).select_related("customer")
        split = {invoice.pk: invoice for invoice in rows.filter(is_split=True)}
        self.asked = asked
        self.split = [
            Item(split[one.invoice], one.part, one.due_on, one.open, one.days_late, one.is_contested)
            for one in claims_of(split.values(), on=asked.on)
            if place is None or asked.place(one, split[one.invoice].invoiced_on) == place
        ]
        plain = rows.filter(is_split=False).annotate(place=place_of(asked))
        self.plain = (plain if place is None else plain.filter(place=place)).order_by("due_on", "id")

    def __len__(self) -> int:
        return len(self.split) + int(self.plain.count())

    def __getitem__(self, at: Any) -> Any:
        if not isinstance(at, slice):
            return self[at : at + 1][0]
        first, last = at.start or 0, at.stop if at.stop is not None else len(self)
        known = len(self.split)
        rows = self.plain[max(first - known, 0) : max(last - known, 0)]
        return [*self.split[first:last], *(self._item(invoice) for invoice in rows)]

    def _item(self, invoice: Any) -> Item:
        sign = 1 if invoice.kind == Invoice.Kind.INVOICE else -1
        late = max((self.asked.on - invoice.due_on).days, 0)
        return Item(invoice, 0, invoice.due_on, sign * cents(invoice.open_on), late, is_contested=False)
