"""Invoices overdue on a day, of all the customers that somebody may see: the list, and its workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.ledger.models import Invoice
from xinheng.ledger.queries import BUCKETS, claims_of, invoices_on
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import write_list
from xinheng.org.access import demand
from xinheng.org.models import Person

AT_A_TIME = 2_000
SINCE = tuple(low for low, _high in BUCKETS)
"""From how many days on the list can be narrowed."""


def overdue_invoices(person: Person, *, on: date, days: int = 1) -> QuerySet[Invoice]:
    """Give the invoices that were at least so many days overdue on a day, of the customers that he may see."""
    seen = Customer.objects.visible_to(person).values("pk")
    found = invoices_on(on).filter(kind=Invoice.Kind.INVOICE, customer__in=seen, late_on__gt=0)
    late = {claim.invoice for claim in claims_of(found.filter(is_split=True), on=on) if claim.days_late >= days}
    latest = date.fromordinal(max(on.toordinal() - days, 1))
    listed: QuerySet[Invoice] = found.filter(Q(is_split=False, due_on__lte=latest) | Q(pk__in=late))
    return listed.select_related("customer__department", "customer__owner")


def columns(on: date) -> tuple[ListColumn, ...]:
    """Give the columns of the list as of a day."""

    def late(invoice: Invoice) -> int:
        if invoice.is_split:
            return max(claim.days_late for claim in claims_of([invoice], on=on))
        return (on - invoice.due_on).days

    def still_open(invoice: Invoice) -> Decimal:
        return Decimal(invoice.open_on)  # type: ignore[attr-defined]

    def overdue(invoice: Invoice) -> Decimal:
        return Decimal(invoice.late_on)  # type: ignore[attr-defined]

    def contested(invoice: Invoice) -> Decimal | str:
        return Decimal(invoice.disputed_amount) or ""  # type: ignore[attr-defined]

    def dealings(invoice: Invoice) -> str:
        return reverse("ledger.dealings", args=[invoice.customer_id])

    def owner(invoice: Invoice) -> str:
        return invoice.customer.owner.full_name if invoice.customer.owner else ""

    return (
        ListColumn("customer", _("客户"), lambda each: each.customer.name, ("customer__name", "due_on", "id"), link=dealings),
        ListColumn("department", _("归属部门"), lambda each: each.customer.department.name, ("customer__department__path", "due_on", "id")),
        ListColumn("owner", _("业务员"), owner, ("customer__owner__full_name", "due_on", "id")),
        ListColumn("number", _("发票号码"), lambda each: each.number, ("number", "id")),
        ListColumn("due", _("到期日"), lambda each: each.due_on, ("due_on", "id"), "day"),
        ListColumn("late", _("逾期天数"), late, ("-due_on", "id"), "number"),
        ListColumn("amount", _("金额 (元)"), lambda each: each.amount, ("amount", "id"), "money"),
        ListColumn("open", _("未结 (元)"), still_open, ("open_on", "id"), "money"),
        ListColumn("overdue", _("其中逾期 (元)"), overdue, ("late_on", "id"), "money"),
        ListColumn("dispute", _("争议 (元)"), contested, shape="money"),
    )  # fmt: skip


@act
def export_overdue(path: Path, *, on: date, days: int, by: Person, at: datetime) -> int:
    """Write the list to a workbook; gives how many rows. Leaves a line that says of whom."""
    demand(by, "ledger.see")
    said = gettext("截至 {day} 逾期 {days} 天以上的发票, {person} {at} 导出。").format(
        day=on, days=days, person=by.actor_name, at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    )
    taken: list[int] = []
    rows = overdue_invoices(by, on=on, days=days).order_by("due_on", "id").iterator(chunk_size=AT_A_TIME)
    count = write_list(path, columns(on), _noted(rows, taken), title=gettext("逾期发票"), said=said, on=on)
    record(
        "ledger.export_overdue", by, by=by, look=True,
        after={"rows": count, "on": on, "days": days, "customers": spans.many(sorted(set(taken)))},
    )  # fmt: skip
    return count


def _noted(rows: Iterable[Invoice], taken: list[int]) -> Iterator[Invoice]:
    for row in rows:
        taken.append(row.customer_id)
        yield row
