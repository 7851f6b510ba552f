"""Orders, invoices, receipts, allocations and incidents, put in at once: they come from the books, one line tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from xinheng.audit.record import SYSTEM, act, record
from xinheng.customers.models import Customer
from xinheng.demo.loading.organisation import WHY, Staff
from xinheng.demo.story import Story
from xinheng.ledger.models import (
    Allocation,
    Company,
    Contract,
    Delivery,
    Dispute,
    Fulfilment,
    Incident,
    Invoice,
    Order,
    OrderLine,
    Receipt,
)
from xinheng.org.roles import Role

BATCH = 500
BREACH = "逾期付款的, 按日加收未付金额万分之五的违约金; 逾期六十日的, 出租方可解除合同并收回租赁物。"
ZERO = Decimal(0)


@act
def load_dealings(story: Story, staff: Staff, customers: Mapping[str, Customer]) -> None:
    """Store all dealings; the settled and allocated amounts are the sums of the allocations."""
    clerk = staff.of(Role.FINANCE, 1)
    told = story.dealings
    ours = Company.default()
    contracts = _contracts(story, customers, ours)
    orders = Order.objects.bulk_create(
        (
            Order(
                customer=customers[row.customer], number=row.number, amount=row.amount, ordered_on=row.on,
                company=ours, contract=contracts[row.customer], entered_by=customers[row.customer].owner,
            )
            for row in told.orders
        ),
        BATCH,
    )  # fmt: skip
    deposits = _deposits(story, customers, ours)
    by_order = {order.number: order for order in orders}
    invoices = Invoice.objects.bulk_create(
        (
            Invoice(
                customer=customers[row.customer], number=row.number, order=by_order[row.order], amount=row.amount,
                invoiced_on=row.on, due_on=row.due, settled=row.settled, is_split=bool(row.dispute), company=ours,
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
                method=row.method, allocated=row.amount, company=ours, entered_by=clerk,
            )
            for row in told.receipts
        ),
        BATCH,
    )  # fmt: skip
    by_invoice = {invoice.number: invoice for invoice in invoices}
    Dispute.objects.bulk_create(
        Dispute(
            invoice=by_invoice[row.number], amount=row.amount - row.settled, reason=row.dispute, entered_by=clerk,
            since=min(row.due, story.today),
        )
        for row in told.invoices
        if row.dispute
    )  # fmt: skip
    _fulfil(orders, invoices)
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
        "合同": len(contracts), "订单": len(orders), "发票": len(invoices), "收款": len(receipts), "押金": len(deposits),
        "核销": len(told.allocations), "事件": len(told.incidents),
    }  # fmt: skip
    record("upkeep.load_demo", staff.departments["03"], by=SYSTEM, why=WHY, after=counts)


def _contracts(story: Story, customers: Mapping[str, Customer], ours: Company) -> dict[str, Contract]:
    """Give each customer with orders a framework contract, signed with the first; a few have run out unnoticed."""
    first: dict[str, date] = {}
    for order in story.dealings.orders:
        first[order.customer] = min(first.get(order.customer, order.on), order.on)
    terms = {made.number: made.terms_days for made in story.customers}
    made = Contract.objects.bulk_create(
        (
            Contract(
                customer=customers[number], number=f"HT{signed:%y}{number}", signed_on=signed, company=ours,
                expires_on=_expires(place, signed, story.today), terms_days=terms[number], breach=BREACH,
                entered_by=customers[number].owner,
            )
            for place, (number, signed) in enumerate(sorted(first.items()))
        ),
        BATCH,
    )  # fmt: skip
    return dict(zip(sorted(first), made, strict=True))


def _deposits(story: Story, customers: Mapping[str, Customer], ours: Company) -> list[Receipt]:
    """Store the deposits that came with the first orders."""
    return Receipt.objects.bulk_create(
        (
            Receipt(
                customer=customers[row.customer], kind=Receipt.Kind.DEPOSIT, number=row.number, company=ours,
                amount=row.amount, received_on=row.on, method=row.method, entered_by=customers[row.customer].owner,
            )
            for row in story.dealings.deposits
        ),
        BATCH,
    )  # fmt: skip


def _expires(place: int, signed: date, today: date) -> date:
    return max(signed, today - timedelta(days=40)) if place % 15 == 7 else date(today.year + 1, 12, 31)


def _fulfil(orders: list[Order], invoices: list[Invoice]) -> None:
    """Let what was invoiced of an order have been delivered that day: rent is delivered by the month."""
    invoiced: dict[int, Decimal] = {}
    for invoice in invoices:
        invoiced[invoice.order_id or 0] = invoiced.get(invoice.order_id or 0, ZERO) + invoice.amount
    lines = OrderLine.objects.bulk_create(
        (
            OrderLine(
                order=order, place=1, what="脚手架租赁", amount=order.amount, delivered=invoiced.get(order.pk, ZERO),
                invoiced=invoiced.get(order.pk, ZERO),
            )
            for order in orders
        ),
        BATCH,
    )  # fmt: skip
    by_order = {line.order_id: line for line in lines}
    deliveries = Delivery.objects.bulk_create(
        (
            Delivery(
                customer=invoice.customer, order=invoice.order, number=invoice.number.replace("FP", "JF"),
                amount=invoice.amount, delivered_on=invoice.invoiced_on, company=invoice.company,
                entered_by=invoice.entered_by,
            )
            for invoice in invoices
        ),
        BATCH,
    )  # fmt: skip
    Fulfilment.objects.bulk_create(
        (
            Fulfilment(
                line=by_order[invoice.order_id or 0], kind=kind, amount=invoice.amount, on=invoice.invoiced_on, **by
            )
            for invoice, delivery in zip(invoices, deliveries, strict=True)
            for kind, by in (
                (Fulfilment.Kind.DELIVERED, {"delivery": delivery}), (Fulfilment.Kind.INVOICED, {"invoice": invoice})
            )
        ),
        BATCH,
    )  # fmt: skip
