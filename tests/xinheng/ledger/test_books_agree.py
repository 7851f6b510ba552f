"""Whatever happened, on any day: statement, ageing, exposure and the facts of ratings tell the same of every customer."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pyarrow.compute as pc
from django.db.models import F, QuerySet

from creditpolicy.facts import derive
from xinheng.customers.models import Customer
from xinheng.ledger import actions, queries
from xinheng.ledger.models import BASE, Allocation, Company, Invoice, Receipt, Refund
from xinheng.ledger.queries.receivables import Asked, receivables, summed
from xinheng.ledger.queries.statements import account_of

FIRST = date(2026, 1, 1)
LENGTH = 60


def after(days: int) -> date:
    return FIRST + timedelta(days=days)


def amount(dice: random.Random) -> Decimal:
    return Decimal(dice.randint(1, 100_000)) / 100


def lived(company, dice: random.Random) -> None:
    """Let both customers buy, pay, return, be paid back and be wrong, day after day, in two currencies."""
    actions.set_rate(currency="USD", since=FIRST, rate=Decimal("7.1"), by=company.finance)
    for number in range(LENGTH):
        customer, currency = dice.choice((company.ours, company.theirs)), dice.choice((BASE, BASE, "USD"))
        told = {"number": f"N{number}", "amount": amount(dice), "currency": currency, "by": company.finance}
        match dice.randrange(8):
            case 0 | 1 | 2:
                due = after(number + dice.randrange(20))
                actions.enter_invoice(customer, **told, invoiced_on=after(number), due_on=due)
            case 3 | 4:
                to = dice.choice((None, {}))
                actions.enter_receipt(customer, **told, received_on=after(number), to=to)
            case 5:
                kind = Invoice.Kind.CREDIT_NOTE
                note = actions.enter_invoice(customer, **told, invoiced_on=after(number), kind=kind)
                if open_ones(note).exists():
                    actions.set_off(note, on=after(number + 1), by=company.finance)
            case 6:
                kind = Receipt.Kind.DEPOSIT
                actions.enter_receipt(customer, **told, received_on=after(number), kind=kind)
            case 7:
                wrong(company, customer, after(number), dice)


def open_ones(note: Invoice) -> QuerySet[Invoice]:
    """Give the invoices that a credit note can be set off against."""
    alike = {"customer": note.customer, "currency": note.currency, "kind": Invoice.Kind.INVOICE}
    return Invoice.objects.filter(settled__lt=F("amount"), reversed_on=None, **alike)


def wrong(company, customer: Customer, on: date, dice: random.Random) -> None:
    """Undo something, or pay something back."""
    more = {"by": company.finance, "on": on, "why": "记错"}
    paid = [
        one for one in Receipt.objects.filter(customer=customer, kind="payment", reversed_on=None) if one.amount > 0
    ]
    free = [one for one in paid if one.free_amount > 0]
    loose = list(Invoice.objects.filter(customer=customer, settled=0, reversed_on=None))
    used = list(Allocation.objects.filter(invoice__customer=customer, reversed_on=None))
    match dice.randrange(4):
        case 0 if free:
            one = dice.choice(free)
            actions.book_refund(
                customer, number=f"T{on}", received_on=on, amount=one.free_amount, of=one.number,
                currency=one.currency, by=company.finance,
            )  # fmt: skip
        case 1 if loose:
            actions.reverse_invoice(dice.choice(loose), **more)
        case 2 if used:
            actions.undo_allocation(dice.choice(used), **more)
        case 3 if [one for one in paid if not one.refunded]:
            actions.reverse_receipt(dice.choice([one for one in paid if not one.refunded]), **more)


def test_statement_ageing_exposure_and_facts_tell_the_same_of_every_customer_on_any_day(company):
    dice = random.Random("books")
    lived(company, dice)
    assert Refund.objects.exists()
    assert Allocation.objects.exclude(reversed_on=None).exists()
    ours, both = Company.default(), [company.ours, company.theirs]
    days = [FIRST - timedelta(days=1), *sorted(after(dice.randrange(LENGTH)) for _turn in range(3)), after(LENGTH)]
    for currency in (BASE, "USD"):
        closings = {customer.pk: [Decimal(0)] for customer in both}
        for earlier, day in pairwise(days):
            parts = queries.exposure_parts([one.pk for one in both], on=day, currency=currency)
            for by in ("due", "invoice"):
                rows = receivables(Asked(on=day, by=by, currency=currency), Customer.objects.all())
                owed = {row.customers[0]: row for row in rows}
                assert {key: row.total for key, row in owed.items() if row.total} == {
                    key: part.receivables for key, part in parts.items() if part.receivables
                }
                assert summed(rows).prepaid == sum(part.prepayment for part in parts.values())
            facts = facts_of(both, day, currency)
            for customer in both:
                account = account_of(customer, ours, currency, since=earlier + timedelta(days=1), until=day)
                assert account.opening == closings[customer.pk][-1]
                assert account.opening + sum(line.amount for line in account.lines) == account.closing
                part = parts[customer.pk]
                assert account.closing == part.receivables - part.prepayment
                aged = queries.ageing(customer, on=day, currency=currency)
                assert aged.total == part.receivables
                sold = owed[customer.pk].sales_12m if customer.pk in owed else facts.get(customer.number, 0)
                assert sold == facts.get(customer.number, 0)
                closings[customer.pk].append(account.closing)
        assert any(closings[company.ours.pk])


def facts_of(customers: list[Customer], day: date, currency: str) -> dict[str, Decimal]:
    """Give the sales of twelve months by the library's catalogue, from the rows of one currency that the books hand over."""
    table = queries.dealing_tables([one.pk for one in customers], on=day, only=["invoices"])["invoices"]
    table = table.filter(pc.equal(table["currency"], currency)).drop_columns(["currency"])
    rows = derive(invoices=table, as_of=day, names=["sales_12m"]).table.to_pylist() if len(table) else []
    return {row["customer_id"]: row["sales_12m"] for row in rows}
