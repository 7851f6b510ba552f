"""Facts of a shipped policy's sample file, as customers of the company, for tests that need facts without their rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

import pyarrow as pa
from pyarrow import csv

from company import Company
from creditpolicy.reader import read_policy
from xinheng.customers.models import Customer, Customers, Kind, Status
from xinheng.policies.models import Version


@dataclass
class SampleFacts:
    """The provider of facts that reads a sample file; `asked` counts how often."""

    table: pa.Table
    key: str
    asked: list[str] = field(default_factory=list)

    def table_of(self, customers: Customers, version: Version, *, on: date) -> pa.Table:
        """Give the sample's rows of these customers, in their order."""
        self.asked.append(version.number)
        place = {number: row for row, number in enumerate(self.table[self.key].to_pylist())}
        rows = [place[number] for number in customers.values_list("number", flat=True) if number in place]
        return self.table.take(pa.array(rows, pa.int64()))


def sample_of(pack: str) -> SampleFacts:
    """Give the sample of a shipped policy, every column as text."""
    path = str(files("creditpolicy") / "packs" / pack / "sample.csv")
    names = csv.read_csv(path).column_names
    table = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())))
    return SampleFacts(table, names[0])


def customers_of(company: Company, sample: SampleFacts) -> list[Customer]:
    """Store a customer for each row of the sample; those of the company beside are closed, so that nobody else is tried."""
    Customer.objects.update(status=Status.CLOSED)
    numbers = sample.table[sample.key].to_pylist()
    return [
        Customer.objects.create(
            number=number, name=f"客户{number}", kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"], owner=company.sales,
        )
        for number in dict.fromkeys(numbers)
    ]  # fmt: skip


def harder(text: str) -> str:
    """Raise the line of the best grade, so that somebody moves."""
    reading = read_policy(text)
    grade = reading.policy.grades[0] if reading.policy is not None else None
    assert grade is not None
    key, line = ("from", grade.from_) if grade.from_ is not None else ("above", grade.above)
    assert line is not None
    spot = reading.tree.values["grades", 0, key]
    return f"{text[: spot.start]}{line + (3 if line < 1000 else 2_000_000)}{text[spot.end :]}"


def text_of_pack(pack: str) -> str:
    """Give the text of a shipped policy."""
    return (files("creditpolicy") / "packs" / pack / "policy.yaml").read_text(encoding="utf-8")
