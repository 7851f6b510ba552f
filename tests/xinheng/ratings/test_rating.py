"""One rating is stored as the library gives it, is calculated again to the byte, and betrays whoever changed it."""

from __future__ import annotations

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

import creditpolicy
from company import Company
from creditpolicy.customers import read_customers
from creditpolicy.model import Kind as FactKind
from creditpolicy.program import FactRule
from policies import published
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger.models import Invoice
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.models import Rating
from xinheng.ratings.rating import Erased, explained, live, make_rating, replay, replayed, ways_up

PACKS = ("auto-dealer", "credit-standing", "enterprise-rating", "leasing", "sales-credit", "sales-tiering")
DAY = date(2026, 6, 30)
SHIPPED = Path(creditpolicy.__file__).parent / "packs"


def customer_of(company: Company, number: str, name: str = "某某有限公司") -> Customer:
    """Store a customer on file."""
    made: Customer = Customer.objects.create(
        number=number, name=name, kind=Kind.ENTERPRISE, status=Status.FILED,
        department=company.departments["sales1"], owner=company.sales,
    )  # fmt: skip
    return made


def invoiced(customer: Customer, amount: Decimal, *, on: date = date(2025, 1, 10)) -> Invoice:
    """Store an invoice that was paid."""
    return Invoice.objects.create(
        number=f"F{customer.number}-{amount}", customer=customer, invoiced_on=on, due_on=on, amount=amount
    )


def random_facts(rule_set: tuple[FactRule, ...], dice: random.Random, key: str) -> dict[str, Any]:
    """Give facts anywhere in their ranges; now and then one is missing."""
    return {
        rule.id: value
        for rule in rule_set
        if rule.id != key and dice.random() > 0.06 and (value := random_value(rule, dice)) is not None
    }


def random_value(rule: FactRule, dice: random.Random) -> Any:
    """Give any value of a fact."""
    kind = rule.fact.type
    if kind is FactKind.FLAG:
        return dice.random() < 0.3
    if kind is FactKind.CHOICE:
        return str(dice.choice(rule.fact.choices or ("",)))
    if kind is FactKind.DATE:
        return date(dice.randint(2005, 2026), dice.randint(1, 6), dice.randint(1, 28))
    if not kind.is_number:
        return None
    low, high = (int(end) for end in rule.fact.bounds)
    high = min(high, low + 10 ** dice.randint(0, 9)) if dice.random() < 0.8 else high
    return Decimal(dice.randint(low * 100, high * 100)).scaleb(-2).quantize(Decimal(1).scaleb(-rule.fact.scale))


@pytest.mark.parametrize("pack", PACKS)
def test_what_is_stored_is_what_the_command_gives_and_replays_to_the_byte(company: Company, pack: str) -> None:
    version = published(company, pack, on=DAY)
    program = prepared(version).program
    sample = SHIPPED / pack / ("borrowers_ratios_200.csv" if pack == "enterprise-rating" else "sample.csv")
    mapping = SHIPPED / pack / "borrowers_map.yaml" if pack == "enterprise-rating" else None
    rows = read_customers(program, sample, mapping=mapping).rows()[:40]
    customers = {row[program.key]: customer_of(company, row[program.key]) for row in rows}
    if pack == "leasing":
        for row in rows:
            if row["cumulative_rent"]:
                invoiced(customers[row[program.key]], row["cumulative_rent"])
    given = creditpolicy.rate(pack, sample, mapping=mapping, as_of=DAY)
    made = 0
    for row in rows:
        facts = {name: value for name, value in row.items() if name in program.fact and value is not None}
        expected = given.explain(row[program.key])
        if expected.grade is None:
            with pytest.raises(creditpolicy.Refusal):
                make_rating(customers[row[program.key]], version, facts, on=DAY)
            continue
        rating = make_rating(customers[row[program.key]], version, facts, on=DAY)
        rating.refresh_from_db()
        assert (rating.grade, rating.total, rating.limit) == (expected.grade, expected.total, expected.limit)
        assert rating.points == {
            item.id: None if item.points is None else f"{item.points:f}" for item in expected.items
        }
        assert (tuple(rating.vetoes), rating.terms_days) == (expected.vetoes, expected.terms_days)
        assert replay(rating) == rating.record.encode()
        assert not replayed(rating).differs
        told = explained(rating)
        assert [item.reason for item in told.items] == [item.reason for item in expected.items]
        up, known = ways_up(rating), given.ways_up(row[program.key])
        if pack != "leasing":
            assert str(up) == str(known)
        made += 1
    assert made >= 10


@pytest.mark.parametrize("pack", PACKS)
def test_ratings_of_any_facts_replay_to_the_byte(company: Company, pack: str) -> None:
    version = published(company, pack, on=DAY)
    program = prepared(version).program
    dice = random.Random(f"replay {pack}")
    for number in range(5):
        invoiced(customer_of(company, f"P{number}"), Decimal(dice.randint(1, 9_000_000)))
    made = 0
    for number in range(150):
        facts = random_facts(program.inputs, dice, program.key)
        try:
            rating = make_rating(company.ours, version, facts, on=date(2026, 6, number % 28 + 1))
        except creditpolicy.Refusal:
            continue
        made += 1
        rating = Rating.objects.get(pk=rating.pk)
        assert replay(rating) == rating.record.encode()
        assert not replayed(rating).differs
        parsed = json.loads(rating.record)
        assert json.dumps(parsed, ensure_ascii=False, sort_keys=True, separators=(",", ":")) == rating.record
        assert Decimal(parsed["total"]) == rating.total
    assert made >= 20


def leasing_facts() -> dict[str, Any]:
    """Give the facts of somebody good."""
    return {
        "strength": Decimal(8), "potential": Decimal(12), "reputation": Decimal(17), "payment": Decimal(27),
        "other": Decimal(8), "is_new_customer": True,
    }  # fmt: skip


@pytest.fixture
def leasing(company: Company) -> Version:
    """Give the leasing policy in force."""
    return published(company, "leasing", on=DAY)


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("grade", "'D'", "grade"),
        ("total", "99", "total"),
        ('"limit"', "1", "limit"),
        ("sha256", "'0'", "sha256"),
        ("as_of", "'2026-06-29'", "as_of"),
        ("points", "'{}'", "points"),
        ("terms_days", "3", "terms_days"),
        ("vetoes", "'[\"x\"]'", "vetoes"),
    ],
)
def test_a_rating_that_was_tampered_with_is_found(
    company: Company, leasing: Version, column: str, value: str, named: str
) -> None:
    rating = make_rating(company.ours, leasing, leasing_facts(), on=DAY)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE ratings_rating SET {column} = {value}")
    assert replayed(Rating.objects.get(pk=rating.pk)).differs == named


def test_a_record_that_was_written_anew_is_found(company: Company, leasing: Version) -> None:
    rating = make_rating(company.ours, leasing, leasing_facts(), on=DAY)
    told = json.loads(rating.record)
    told["items"]["strength"][0] = "10.00"
    rating.record = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    rating.save(update_fields=["record"])
    assert replayed(Rating.objects.get(pk=rating.pk)).differs == "items"


@pytest.mark.parametrize("text", ["{}", "no json", "[]", '{"as_of":"x"}', '{"as_of":1,"facts":[],"portfolio":{}}'])
def test_a_record_that_is_none_any_more_is_found(company: Company, leasing: Version, text: str) -> None:
    rating = make_rating(company.ours, leasing, leasing_facts(), on=DAY)
    rating.record = text
    rating.save(update_fields=["record"])
    assert replayed(Rating.objects.get(pk=rating.pk)).differs == "record"


def test_a_rating_of_one_hangs_on_no_other(company: Company, leasing: Version) -> None:
    rating = make_rating(company.ours, leasing, leasing_facts(), on=DAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ratings_rating SET customer_id = %s", [company.theirs.pk])
    assert replayed(Rating.objects.get(pk=rating.pk)).differs == "record"


def test_who_cannot_be_rated_is_told_what_is_missing_and_nothing_is_stored(company: Company, leasing: Version) -> None:
    facts = leasing_facts()
    del facts["payment"]
    with pytest.raises(creditpolicy.Refusal) as refused:
        make_rating(company.ours, leasing, facts, on=DAY)
    assert "付款情况" in refused.value.problems[0].what
    assert not Rating.objects.exists()


def test_an_erased_rating_says_so(company: Company, leasing: Version) -> None:
    rating = make_rating(company.ours, leasing, leasing_facts(), on=DAY)
    rating.record = ""
    rating.save()
    with pytest.raises(Erased):
        replay(Rating.objects.get(pk=rating.pk))


def test_points_are_shown_while_one_types_and_nothing_is_stored(company: Company, leasing: Version) -> None:
    shown = live(leasing, leasing_facts(), on=DAY)
    assert shown.grade == make_rating(company.ours, leasing, leasing_facts(), on=DAY).grade
    facts = leasing_facts() | {"strength": None}
    assert live(leasing, facts, on=DAY).problems
    assert Rating.objects.count() == 1


def test_who_is_compared_is_compared_with_the_books_as_they_are(company: Company, leasing: Version) -> None:
    facts = leasing_facts() | {"is_new_customer": False, "cumulative_rent": Decimal(1000)}
    invoiced(company.ours, Decimal(1000))
    alone = make_rating(company.ours, leasing, facts, on=DAY)
    again = make_rating(company.ours, leasing, facts, on=DAY)
    invoiced(company.theirs, Decimal(4000))
    beside = make_rating(company.ours, leasing, facts, on=DAY)
    points = [Decimal(rating.points["cumulative_rent"]) for rating in (alone, again, beside)]
    assert points == [Decimal(15), Decimal(15), Decimal("3.75")]
    for rating in (alone, again, beside):
        assert replay(rating) == rating.record.encode(), "each with what the portfolio was then"
