"""Each fact comes from where the company knows it best, with its source and day; of many as of one."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import creditpolicy
from company import Company
from creditpolicy.fact_tables import facts_from_invoices
from creditpolicy.facts import derive
from creditpolicy.reader import load_policy
from policies import published, published_text
from xinheng.customers.models import (
    CardField,
    CardValue,
    Customer,
    Figure,
    Identity,
    Kind,
    Settlement,
    Statement,
    Status,
    Verification,
)
from xinheng.customers.values import values_in_use
from xinheng.ledger.models import Allocation, Incident, Invoice, Receipt
from xinheng.ledger.queries import dealing_tables
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.facts import Told, entered, facts_of, gather, table_of
from xinheng.ratings.facts.dealings import derived_rules
from xinheng.ratings.models import Assessment
from xinheng.ratings.portfolio import on_file
from xinheng.ratings.rating import make_rating

DAY = date(2026, 6, 30)


def customer_of(company: Company, number: str) -> Customer:
    """Store a customer on file."""
    made: Customer = Customer.objects.create(
        number=number, name=f"{number} 公司", kind=Kind.ENTERPRISE, status=Status.FILED,
        department=company.departments["sales1"],
    )  # fmt: skip
    return made


def deals(customer: Customer, dice: random.Random) -> None:
    """Store invoices: paid in time, late, in parts, not at all, disputed; some money for none."""
    for turn in range(dice.randint(1, 7)):
        on = DAY - timedelta(days=dice.randint(0, 900))
        amount = Decimal(dice.randint(1, 10**7)) / 100
        invoice = Invoice.objects.create(
            number=f"F{customer.number}-{turn}", customer=customer, invoiced_on=on,
            due_on=on + timedelta(days=dice.choice((0, 30, 60))), amount=amount,
            disputed_on=on if dice.random() < 0.1 else None,
        )  # fmt: skip
        paid = on + timedelta(days=dice.randint(0, 150))
        if dice.random() < 0.75 and paid <= DAY:
            part = amount if dice.random() < 0.8 else Decimal("0.01")
            receipt = Receipt.objects.create(
                number=f"S{customer.number}-{turn}", customer=customer, received_on=paid, amount=amount
            )
            Allocation.objects.create(receipt=receipt, invoice=invoice, amount=part, on=paid)


def new_by(row: dict[str, Any]) -> dict[str, bool]:
    """Say who is new by the months that `xinheng facts` writes, and by the packs' own numbers."""
    first, last = row["months_since_first_invoice"], row["months_since_dealing"]
    return {
        "first_invoiced_within_12_months": first is None or first < 12,
        "no_dealing_for_24_months": last is None or last >= 24,
    }


def _without_dealings(invoices: Any, customers: list[Customer]) -> list[dict[str, Any]]:
    """Give what the library says of customers without a row."""
    numbers = pa.table({"customer_id": [customer.number for customer in customers]})
    return derive(invoices=invoices, as_of=DAY, customers=numbers).table.to_pylist()


@pytest.mark.parametrize("pack", ["leasing", "sales-tiering", "credit-standing", "sales-credit", "auto-dealer"])
def test_derived_facts_are_those_of_the_command_on_the_same_rows(company: Company, pack: str) -> None:
    version = published(company, pack, on=DAY)
    dice = random.Random(f"dealings {pack}")
    customers = [customer_of(company, f"T{number:03d}") for number in range(25)]
    for customer in customers[:20]:
        deals(customer, dice)
    invoices = dealing_tables([customer.pk for customer in customers], on=DAY)["invoices"]
    told = facts_from_invoices(invoices, as_of=DAY).table.to_pylist()
    derived = {row["customer_id"]: row | new_by(row) for row in told}
    nobody = {row["customer_id"]: row | new_by(row) for row in _without_dealings(invoices, customers[20:])}
    rows = {row["customer_id"]: row for row in table_of(customers, version, on=DAY).to_pylist()}
    rules = [
        rule for rule in derived_rules(prepared(version).program) if rule.fact.derived in next(iter(derived.values()))
    ]
    assert {rule.id for rule in rules} >= ({"is_new_customer"} if pack != "sales-tiering" else set())
    for customer in customers:
        for rule in rules:
            known = derived.get(customer.number, {})
            said = known.get(rule.fact.derived)
            if rule.id == "is_new_customer" and not known:
                said = nobody[customer.number][rule.fact.derived]
                assert said is True, "who never dealt with us is new"
            expected = (
                said.quantize(Decimal(1).scaleb(-rule.fact.scale), "ROUND_HALF_UP")
                if isinstance(said, Decimal)
                else said
            )
            assert rows[customer.number][rule.id] == expected, (customer.number, rule.id)


def test_derived_facts_say_what_they_are_of_and_cannot_be_typed_over(company: Company) -> None:
    version = published(company, "sales-tiering", on=DAY)
    deals(company.ours, random.Random(1))
    known = facts_of(company.ours, version, on=DAY)
    assert known["annual_sales"].derived
    assert known["annual_sales"].day == DAY
    assert "往来" in known["annual_sales"].source
    assert known["annual_sales"].url.endswith(f"/customers/{company.ours.pk}/dealings/")
    assert "annual_sales" not in facts_of(company.theirs, version, on=DAY), "no dealings is nothing known, not zero"


@pytest.mark.parametrize(
    ("pack", "invoiced", "terms", "is_new"),
    [
        ("leasing", date(2025, 7, 1), 30, True),
        ("leasing", date(2025, 6, 30), 30, False),
        ("credit-standing", date(2024, 7, 1), 30, False),
        ("credit-standing", date(2024, 6, 30), 30, True),
        ("sales-credit", DAY, 0, True),
        ("sales-credit", DAY - timedelta(30), 29, False),
        ("sales-credit", DAY - timedelta(30), 30, True),
        ("auto-dealer", DAY - timedelta(30), 29, False),
        ("auto-dealer", DAY - timedelta(30), 30, True),
    ],
)
def test_who_is_new_is_said_by_the_policy_to_the_day(
    company: Company, pack: str, invoiced: date, terms: int, is_new: bool
) -> None:
    version = published(company, pack, on=DAY)
    Invoice.objects.create(
        number="F1", customer=company.ours, invoiced_on=invoiced, due_on=invoiced + timedelta(terms), amount=Decimal(9)
    )
    found = gather([company.ours, company.theirs], version, on=DAY, only=["is_new_customer"]).facts["is_new_customer"]
    assert found[company.ours.pk][0] is is_new
    assert found[company.theirs.pk] == (True, Told("no_dealings", DAY))


def test_the_number_that_makes_a_customer_new_is_the_policys(company: Company) -> None:
    text = load_policy("credit-standing").text
    assert "no_dealing_for_24_months" in text
    version = published_text(company, text.replace("no_dealing_for_24_months", "no_dealing_for_6_months"), on=DAY)
    Invoice.objects.create(
        number="F1", customer=company.ours, invoiced_on=date(2025, 12, 30), due_on=DAY, amount=Decimal(9)
    )
    assert facts_of(company.ours, version, on=DAY)["is_new_customer"].value is True


def test_events_count_from_the_books_and_none_is_zero_for_who_deals(company: Company) -> None:
    text = load_policy("sales-credit").text
    heading = "label: {zh-hans: 违约次数, zh-hant: 違約次數, en: Defaults}\n    type: count\n"
    assert heading in text
    version = published_text(company, text.replace(heading, f"{heading}    derived: default_count\n"), on=DAY)
    deals(company.ours, random.Random(2))
    deals(company.theirs, random.Random(3))
    Incident.objects.create(customer=company.ours, number="W1", happened_on=DAY, kind="default", detail="")
    found = gather([company.ours, company.theirs], version, on=DAY).facts["default_count"]
    assert found[company.ours.pk][0] == 1
    assert found[company.theirs.pk][0] == 0


def value(customer: Customer, field: str, text: str, *, on: date = DAY, trust: int = 2, **more: Any) -> CardValue:
    """Store what somebody brought for the card."""
    return CardValue.objects.create(
        customer=customer, field=field, plain=text, source="visit", as_of=on, trust=trust, **more
    )


@pytest.fixture
def leasing(company: Company) -> Version:
    """Give the leasing policy in force."""
    return published(company, "leasing", on=DAY)


def test_of_several_values_the_card_decides_which_is_used(company: Company, leasing: Version) -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    old = value(company.ours, "leasing.strength", "5.00", on=DAY - timedelta(9), entered_at=at)
    value(company.ours, "leasing.strength", "7.00", on=DAY - timedelta(5), entered_at=at + timedelta(1))
    value(company.ours, "leasing.payment", "30.00", trust=1, on=DAY)
    value(company.ours, "leasing.payment", "20.00", trust=3, on=DAY - timedelta(300))
    value(company.ours, "leasing.other", "3.00")
    value(company.ours, "leasing.other", "9.00", withdrawn_at=timezone.now(), withdrawn_why="录错")

    def used() -> dict[str, Any]:
        known = facts_of(company.ours, leasing, on=DAY)
        given = values_in_use([company.ours.pk], [f"leasing.{name}" for name in ("strength", "payment", "other")])
        for code, text in given[company.ours.pk].items():
            assert known[code.partition(".")[2]].value == Decimal(text)
        return {name: fact.value for name, fact in known.items()}

    assert (used()["strength"], used()["payment"], used()["other"]) == (Decimal(7), Decimal(20), Decimal(3))
    Settlement.objects.create(
        customer=company.ours, field="leasing.strength", value=old, why="实地看过", settled_by=company.archivist
    )
    assert used()["strength"] == Decimal(5)


def test_what_is_true_only_later_does_not_count_on_an_earlier_day(company: Company, leasing: Version) -> None:
    value(company.ours, "leasing.strength", "5.00", on=DAY - timedelta(30))
    value(company.ours, "leasing.strength", "9.00", on=DAY + timedelta(1))
    assert facts_of(company.ours, leasing, on=DAY)["strength"].value == Decimal(5)
    assert facts_of(company.ours, leasing, on=DAY + timedelta(1))["strength"].value == Decimal(9)


def test_a_confidential_value_is_opened_to_be_calculated_with(company: Company, leasing: Version) -> None:
    CardField.objects.filter(code="leasing.strength").update(level=2)
    CardValue.objects.create(
        customer=company.ours, field="leasing.strength", sealed="6.50", source="agency", as_of=DAY, trust=3
    )
    known = facts_of(company.ours, leasing, on=DAY)["strength"]
    assert (known.value, known.told) == (Decimal("6.50"), Told("card", DAY, "agency"))


def test_an_amount_of_the_card_is_brought_to_the_unit_of_the_policy(company: Company) -> None:
    version = published(company, "credit-standing", on=DAY)
    value(company.ours, "paid_in_capital", "800.00")
    fact = prepared(version).program.fact["paid_in_capital"].fact
    assert str(fact.unit) == "万元"
    assert facts_of(company.ours, version, on=DAY)["paid_in_capital"].value == Decimal(800)


def test_statements_count_when_they_are_approved_the_customers_own_first(company: Company) -> None:
    version = published(company, "sales-credit", on=DAY)

    def statement(end: date, state: str, liabilities: int, *, consolidated: bool = False) -> None:
        made = Statement.objects.create(
            customer=company.ours, period_kind="year", period_end=end, state=state, is_consolidated=consolidated,
            entered_by=company.finance, approved_by=company.risk if state == "approved" else None,
        )  # fmt: skip
        for account, amount in {"total_assets": 100, "total_liabilities": liabilities}.items():
            Figure.objects.create(statement=made, account=account, amount=Decimal(amount))

    statement(date(2024, 12, 31), "approved", 40)
    statement(date(2025, 12, 31), "submitted", 90)
    known = facts_of(company.ours, version, on=DAY)["asset_liability_ratio"]
    assert (known.value, known.day, known.derived) == (Decimal("0.400000"), date(2024, 12, 31), True)
    Statement.objects.filter(state="submitted").update(state="approved", approved_by=company.risk)
    statement(date(2025, 12, 31), "approved", 10, consolidated=True)
    assert facts_of(company.ours, version, on=DAY)["asset_liability_ratio"].value == Decimal("0.900000")
    assert facts_of(company.ours, version, on=date(2025, 6, 30))["asset_liability_ratio"].value == Decimal("0.400000")


def case_of(company: Company, version: Version, on: date, state: str = "in_force") -> Assessment:
    """Store a case that ended."""
    made: Assessment = Assessment.objects.create(
        number=f"PG{on.isoformat()}", customer=company.ours, version=version, policy=version.policy, kind="manual",
        as_of=on, opened_on=on, state=state,
    )  # fmt: skip
    return made


JUDGED = {"strength": 8, "potential": 12, "reputation": 17, "payment": 27, "other": 8}


def rated_in_case(company: Company, version: Version, on: date, **facts: Any) -> None:
    """Let a case end in a rating."""
    case = case_of(company, version, on)
    given = {**{name: Decimal(number) for name, number in JUDGED.items()}, "is_new_customer": True, **facts}
    known = {
        name: entered(name, given_value, case=case.number, who="销售 杨销售", on=on)
        for name, given_value in given.items()
    }
    make_rating(company.ours, version, known, on=on, assessment=case)


def test_what_was_judged_in_the_last_agreed_case_is_carried_over_until_the_card_says_later(
    company: Company, leasing: Version
) -> None:
    rated_in_case(company, leasing, DAY, payment=Decimal(20))
    later = DAY + timedelta(90)
    value(company.ours, "leasing.strength", "3.00", on=DAY - timedelta(1))
    value(company.ours, "leasing.other", "1.00", on=DAY + timedelta(1))
    known = facts_of(company.ours, leasing, on=later)
    assert (known["payment"].value, known["payment"].is_carried_over, known["payment"].day) == (Decimal(20), True, DAY)
    assert "杨销售" in known["payment"].source
    assert known["strength"].value == Decimal(8), "the case looked at the card's value and came later"
    assert known["other"].value == Decimal(1)
    assert not known["is_new_customer"].by_hand, "true of that case only"
    assert "payment" not in facts_of(company.ours, leasing, on=DAY - timedelta(1))


def test_a_case_that_was_refused_carries_nothing_over(company: Company, leasing: Version) -> None:
    rated_in_case(company, leasing, DAY)
    Assessment.objects.update(state="refused")
    assert "payment" not in facts_of(company.ours, leasing, on=DAY + timedelta(1))


def test_the_file_says_who_he_is_and_whether_that_was_verified(company: Company) -> None:
    version = published(company, "auto-dealer", on=DAY)
    known = facts_of(company.ours, version, on=DAY)
    assert (known["customer_type"].value, known["identity_verified"].value) == ("企业", False)
    paper = Identity.objects.create(
        customer=company.ours, kind="uscc", number="91330200MA2AAAAA1X", entered_by=company.sales
    )
    Verification.objects.create(
        identity=paper, method="original", outcome="matches", evidence="原件", verified_by=company.archivist,
        verified_on=DAY,
    )  # fmt: skip
    known = facts_of(company.ours, version, on=DAY)
    assert known["identity_verified"].value is True
    assert known["resident_id"].value.startswith("9133")
    assert "MA2AAAAA" not in known["resident_id"].value, "numbers stay masked"


def test_many_take_as_many_queries_as_one(company: Company, leasing: Version) -> None:
    def queries(customers: list[Customer]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            gather(customers, leasing, on=DAY)
        return len(asked)

    one = queries([company.ours])
    many = [customer_of(company, f"Q{number}") for number in range(30)]
    for number, customer in enumerate(many):
        value(customer, "leasing.strength", f"{number % 11}.00")
        deals(customer, random.Random(number))
    assert queries(many) == one


def test_the_table_is_rated_by_the_library_as_it_is(company: Company, leasing: Version) -> None:
    for name, number in JUDGED.items():
        value(company.ours, f"leasing.{name}", f"{number}.00")
    result = creditpolicy.rate("leasing", table_of(on_file(DAY), leasing, on=DAY), as_of=DAY)
    assert result.explain(company.ours.number).grade
    assert result.explain(company.theirs.number).grade is None
