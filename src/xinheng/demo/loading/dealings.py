"""Orders, invoices, receipts, allocations and incidents, put in at once: they come from the books, one line tells it."""

from __future__ import annotations

from collections.abc import Mapping

from xinheng.audit.record import SYSTEM, act, record
from xinheng.customers.models import Customer
from xinheng.demo.loading.organisation import WHY, Staff
from xinheng.demo.story import Story
from xinheng.ledger.models import Allocation, Incident, Invoice, Order, Receipt
from xinheng.org.roles import Role

BATCH = 500


@act
def load_dealings(story: Story, staff: Staff, customers: Mapping[str, Customer]) -> None:
    """Store all dealings; the settled and allocated amounts are the sums of the allocations."""
    clerk = staff.of(Role.FINANCE, 1)
    told = story.dealings
    orders = Order.objects.bulk_create(
        (
            Order(
                customer=customers[row.customer], number=row.number, amount=row.amount, ordered_on=row.on,
                closed_on=row.closed_on, entered_by=customers[row.customer].owner,
            )
            for row in told.orders
        ),
        BATCH,
    )  # fmt: skip
    by_order = {order.number: order for order in orders}
    invoices = Invoice.objects.bulk_create(
        (
            Invoice(
                customer=customers[row.customer], number=row.number, order=by_order[row.order], amount=row.amount,
                invoiced_on=row.on, due_on=row.due, settled=row.settled, dispute=row.dispute,
                disputed_on=min(row.due, story.today) if row.dispute else None, entered_by=clerk,
            )
            for row in told.invoices
        ),
        BATCH,
    )  # fmt: skip
    receipts = Receipt.objects.bulk_create(
        (
            Receipt(
                customer=customers[row.customer], number=row.number, amount=row.amount, received_on=row.on,
                method=row.method, allocated=row.amount, entered_by=clerk,
            )
            for row in told.receipts
        ),
        BATCH,
    )  # fmt: skip
    by_invoice = {invoice.number: invoice for invoice in invoices}
    by_receipt = {receipt.number: receipt for receipt in receipts}
    Allocation.objects.bulk_create(
        (
            Allocation(invoice=by_invoice[row.invoice], receipt=by_receipt[row.receipt], amount=row.amount, on=row.on)
            for row in told.allocations
        ),
        BATCH,
    )
    Incident.objects.bulk_create(
        Incident(
            customer=customers[row.customer], number=row.number, kind=row.kind, happened_on=row.on, amount=row.amount,
            detail=row.detail, entered_by=clerk,
        )
        for row in told.incidents
    )  # fmt: skip
    counts = {
        "订单": len(orders), "发票": len(invoices), "收款": len(receipts), "核销": len(told.allocations),
        "事件": len(told.incidents),
    }  # fmt: skip
    record("upkeep.load_demo", staff.departments["03"], by=SYSTEM, why=WHY, after=counts)
