"""The facts of books of every kind: as read once more in plain Python, and as `xinheng facts` says of the rows in a file."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute
import pyarrow.csv
import pytest

from creditpolicy.fact_tables import facts_from_invoices
from creditpolicy.facts import CATALOGUE, derive
from creditpolicy.problems import Refusal
from plain_facts import Invoice as Row
from plain_facts import invoice_facts
from xinheng.customers.models import Customer
from xinheng.ledger import actions
from xinheng.ledger.models import Allocation, Instalment, Invoice, Receipt
from xinheng.ledger.queries import dealing_tables

START = date(2024, 1, 5)
DAYS = (date(2025, 2, 28), date(2025, 9, 30), date(2026, 6, 30))
NOT_HERE = {"void_count", "void_ratio", "counterparties"}
"""What the books do not tell: a voided invoice is reversed and gone from that day on, the buyer is the customer."""


def deal(company: Any, customer: Customer, dice: random.Random) -> None:
    """Let a year and a half go by with invoices of every kind, and all that may become of them."""
    told: dict[str, Any] = {"by": company.finance}
    for turn in range(14):
        on = START + timedelta(dice.randint(0, 700))
        amount = Decimal(dice.randint(1_00, 90_000_00)).scaleb(-2)
        currency = "USD" if turn % 7 == 3 else "CNY"
        plan = [(on + timedelta(30), amount - 1), (on + timedelta(60), Decimal(1))] if turn % 4 == 1 else ()
        kind = "credit_note" if turn % 5 == 4 else "invoice"
        one = actions.enter_invoice(
            customer, number=f"I{turn}", invoiced_on=on, amount=amount, currency=currency,
            due_on=None if plan and kind == "invoice" else on + timedelta(dice.choice((0, 30))),
            plan=plan if kind == "invoice" else (), kind=kind, **told,
        )  # fmt: skip
        later = on + timedelta(dice.randint(0, 90))
        if turn % 6 == 0:
            actions.reverse_invoice(one, on=later, why="开错", **told)
            continue
        if turn % 5 == 2:
            dispute = actions.dispute_invoice(
                one, on=later, why="短少", since=on, amount=(amount / 3).quantize(Decimal("0.01")), **told
            )
            if turn % 2:
                actions.end_dispute(dispute, on=later + timedelta(20), outcome="谈妥", **told)
        if kind == "credit_note":
            try_to(lambda one=one, later=later: actions.set_off(one, on=later, **told))  # type: ignore[misc]
        elif turn % 3:
            part = amount if turn % 2 else (amount / 2).quantize(Decimal("0.01"))
            money = actions.enter_receipt(
                customer, number=f"R{turn}", received_on=later, amount=part + 5, to={one.pk: part}, currency=currency,
                **told,
            )  # fmt: skip
            if turn % 7 == 1:
                actions.reverse_receipt(money, on=later + timedelta(3), why="退票", **told)
            elif turn % 7 == 4:
                actions.undo_allocation(money.allocations.get(), on=later + timedelta(5), why="认错户", **told)
            elif turn % 7 == 5:
                try_to(lambda money=money, later=later: actions.use_prepayment(money, on=later, **told))  # type: ignore[misc]


def try_to(act: Any) -> None:
    with suppress(Refusal):
        act()


def stood(row: Any, on: date) -> bool:
    return row.reversed_on is None or row.reversed_on > on


def read(customer: Customer, on: date, currency: str) -> list[Row]:
    """Read the books of a customer as of a day, row by row."""
    rows = []
    for one in Invoice.objects.filter(customer=customer, currency=currency):
        if one.invoiced_on > on or not stood(one, on):
            continue
        is_note = one.kind == Invoice.Kind.CREDIT_NOTE
        uses = Allocation.objects.filter(credit_note=one) if is_note else Allocation.objects.filter(invoice=one)
        money = sorted((use.on, use.amount) for use in uses if use.on <= on and stood(use, on))
        plan = [(part.due_on, part.amount) for part in Instalment.objects.filter(invoice=one).order_by("part")]
        before = Decimal(0)
        for due, amount in plan or [(one.due_on, one.amount)]:
            before += amount
            paid = [day for turn, (day, _part) in enumerate(money) if sum(m[1] for m in money[: turn + 1]) >= before]
            rows.append(
                Row(
                    customer_id=customer.number, number=one.number, invoiced_on=one.invoiced_on, due_on=due,
                    amount=-amount if is_note else amount, status=None, settled_on=paid[0] if paid else None,
                    disputed=one.disputed_on is not None and one.disputed_on <= on, counterparty=None,
                )
            )  # fmt: skip
    return rows


@pytest.mark.django_db
def test_every_fact_of_invoices_is_what_the_books_say_on_any_day_and_what_the_file_says(
    company: Any, tmp_path: Path
) -> None:
    actions.set_rate(currency="USD", since=START - timedelta(30), rate=Decimal("7.1"), by=company.finance)
    dice = random.Random("books of every kind")
    for customer in (company.ours, company.theirs):
        deal(company, customer, dice)
    assert Receipt.objects.filter(reversed_on__isnull=False).exists()
    assert Allocation.objects.filter(credit_note__isnull=False).exists()
    customers = [company.ours, company.theirs]
    for on in DAYS:
        for currency in ("CNY", "USD"):
            check(customers, on, currency, tmp_path / f"{on}-{currency}.csv")


def check(customers: list[Customer], on: date, currency: str, path: Path) -> None:
    expected = invoice_facts([row for one in customers for row in read(one, on, currency)], on)
    table = dealing_tables([one.pk for one in customers], on=on)["invoices"]
    rows = derive(invoices=table, as_of=on, currency=currency).table.to_pylist()
    found = {row.pop("customer_id"): row for row in rows}
    assert set(found) == set(expected)
    of_invoices = {one.id for one in CATALOGUE.values() if one.sources == ("invoices",)} - NOT_HERE
    for customer, facts in expected.items():
        assert set(facts) >= of_invoices
        for name in sorted(set(facts) - NOT_HERE):
            assert found[customer][name] == facts[name], (on, currency, customer, name)
    pyarrow.csv.write_csv(table.filter(pyarrow.compute.equal(table["currency"], currency)), path)
    told = {row.pop("customer_id"): row for row in facts_from_invoices(path, as_of=on).table.to_pylist()}
    assert told == {customer: {name: found[customer][name] for name in row} for customer, row in told.items()}
    assert set(told) == set(found)
