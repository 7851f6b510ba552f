"""Real invoices of Chinese firms through the import: the books derive the same facts as `xinheng facts` from the file itself."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone

from creditpolicy.facts import derive, read_dealings
from xinheng.customers.models import Customer, Kind, Status
from xinheng.intake import actions as intake
from xinheng.intake import jobs
from xinheng.intake.models import Import
from xinheng.intake.targets import TARGETS
from xinheng.ledger.models import Invoice
from xinheng.ledger.queries import dealing_tables

FIRMS = ("E48", "E86", "E96", "E112", "E120")
"""Small ones; of the first, half of the rows are repeated whole."""
FACTS = [
    "invoice_count", "invoiced_total", "returns_total", "first_invoiced_on", "months_active", "sales_12m", "growth_12m",
    "monthly_variation", "sales_this_year", "sales_last_year", "years_together", "months_since_first_invoice",
]  # fmt: skip
DAY = date(2019, 6, 30)


def take_in(company, data: bytes) -> Import:
    """Take a file of invoices in as it comes, due after 30 days where it does not say."""
    by, at = company.finance, timezone.now()
    of = intake.upload(TARGETS["invoices"], io.BytesIO(data), name="invoices.csv", size=len(data), by=by, at=at)
    jobs.begin(intake.match_columns(of, of.mapping, {"terms": "30"}, by=by, at=at))
    jobs.begin(intake.confirm(Import.objects.get(pk=of.pk), by=by, on=timezone.localdate(), at=at))
    return Import.objects.get(pk=of.pk)


@pytest.mark.django_db
def test_the_invoices_of_real_firms_give_the_same_facts_from_the_books_as_from_the_file(
    company, shared: Path, tmp_path
):
    whole = gzip.decompress((shared / "cn_enterprises_63_sales_invoices.csv.gz").read_bytes()).decode("utf-8-sig")
    head, *lines = whole.splitlines()
    mine = [line for line in lines if line.split(",")[0] in FIRMS]
    path = tmp_path / "invoices.csv"
    path.write_text("\n".join([head, *mine]), encoding="utf-8")
    Customer.objects.bulk_create(
        Customer(number=firm, name=f"企业{firm}", kind=Kind.ENTERPRISE, status=Status.FILED, department=company.ours.department)
        for firm in FIRMS
    )  # fmt: skip
    done = take_in(company, path.read_bytes())
    assert (done.rows, done.done["failed"]) == (len(mine), 0), done.notes
    raw = derive(invoices=read_dealings(path, "invoices").table, as_of=DAY, names=FACTS)
    assert raw.dropped["invoices"] > 500
    books = dealing_tables(list(Customer.objects.filter(number__in=FIRMS).values_list("pk", flat=True)), on=DAY)
    kept = derive(invoices=books["invoices"], as_of=DAY, names=FACTS)
    expected = {row["customer_id"]: row for row in raw.table.to_pylist()}
    found = {row["customer_id"]: row for row in kept.table.to_pylist()}
    assert set(expected) == set(FIRMS)
    assert found == expected
    assert Invoice.objects.count() == len({tuple(line.split(",")[:2]) for line in mine if "作废" not in line})
