"""Real invoices of Chinese firms through the import: the books derive the same facts as `xinheng facts` from the file itself."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from creditpolicy.facts import derive, read_dealings
from taking_tables import reasons, take_in
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger.models import Invoice
from xinheng.ledger.queries import dealing_tables

SOME = ("E22", "E48", "E86", "E96", "E112", "E120")
"""Small ones but the first, of which two invoices bear one number; of the second, half of the rows are repeated whole."""
FACTS = [
    "invoice_count", "invoiced_total", "returns_total", "first_invoiced_on", "months_active", "sales_12m", "growth_12m",
    "monthly_variation", "sales_this_year", "sales_last_year", "years_together", "months_since_first_invoice",
    "counterparties",
]  # fmt: skip
DAY = date(2019, 6, 30)


@pytest.mark.django_db
def test_the_invoices_of_real_firms_give_the_same_facts_from_the_books_as_from_the_file(
    company, shared: Path, tmp_path
):
    """All 63 firms whole; on PostgreSQL six of them, for it takes a minute."""
    whole = gzip.decompress((shared / "cn_enterprises_63_sales_invoices.csv.gz").read_bytes()).decode("utf-8-sig")
    head, *lines = whole.splitlines()
    every = tuple(dict.fromkeys(line.partition(",")[0] for line in lines))
    firms = every if connection.vendor == "sqlite" else SOME
    assert len(every) == 63
    mine = [line for line in lines if line.partition(",")[0] in firms]
    path = tmp_path / "invoices.csv"
    path.write_text("\n".join([head, *mine]), encoding="utf-8")
    Customer.objects.bulk_create(
        Customer(number=firm, name=f"企业{firm}", kind=Kind.ENTERPRISE, status=Status.FILED, department=company.ours.department)
        for firm in firms
    )  # fmt: skip
    done = take_in(company, "invoices", path.read_bytes(), name="invoices.csv", terms="30")
    assert (done.rows, done.done["failed"]) == (len(mine), 0), reasons(done)[:5]
    raw = derive(invoices=read_dealings(path, "invoices").table, as_of=DAY, names=FACTS)
    assert raw.dropped["invoices"] > 500
    books = dealing_tables(list(Customer.objects.filter(number__in=firms).values_list("pk", flat=True)), on=DAY)
    kept = derive(invoices=books["invoices"], as_of=DAY, names=FACTS)
    expected = {row["customer_id"]: row for row in raw.table.to_pylist()}
    found = {row["customer_id"]: row for row in kept.table.to_pylist()}
    assert set(expected) == set(firms)
    assert found == expected
    assert Invoice.objects.count() == len({line.strip() for line in mine if "作废" not in line})
