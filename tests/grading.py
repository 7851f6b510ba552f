"""Ratings with the grade that a test wants: `rated(company.ours, version, "B", on=day)` makes one of real facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import creditpolicy
from creditpolicy.customers import read_customers
from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.models import Batch, Rating, Standing
from xinheng.ratings.rating import live, make_rating

SHIPPED = Path(creditpolicy.__file__).parent / "packs"
_found: dict[tuple[str, str], Mapping[str, Any]] = {}


def facts_for(version: Version, grade: str, *, on: date) -> Mapping[str, Any]:
    """Give facts, of the customers that a shipped policy comes with, that are rated with a grade among those on file.

    What was found before is taken again where it still comes out so: points may compare customers with one another.
    """
    key = version.sha256, grade
    if key in _found and _comes_out(version, _found[key], on) == grade:
        return _found[key]
    program = prepared(version).program
    folder = SHIPPED / version.policy.key
    ratios = folder / "borrowers_ratios_200.csv"
    sample, mapping = (ratios, folder / "borrowers_map.yaml") if ratios.exists() else (folder / "sample.csv", None)
    names = {rule.id for rule in program.inputs} - {program.key, program.name}
    for row in read_customers(program, sample, mapping=mapping).rows():
        facts = {name: row[name] for name in names if row.get(name) is not None}
        if _comes_out(version, facts, on) == grade:
            _found[key] = facts
            return facts
    raise KeyError(key)


def _comes_out(version: Version, facts: Mapping[str, Any], on: date) -> str | None:
    try:
        return live(version, facts, on=on).grade
    except Refusal:
        return None


def rated(customer: Customer, version: Version, grade: str, *, on: date, batch: Batch | None = None) -> Rating:
    """Rate a customer so that a grade comes out; it does not take its place yet."""
    rating = make_rating(customer, version, facts_for(version, grade, on=on), on=on, batch=batch)
    assert rating.grade == grade
    return rating


def graded(customer: Customer, version: Version, grade: str, *, on: date) -> Standing:
    """Rate a customer so that a grade comes out, and bring it into force."""
    from xinheng.audit.record import SYSTEM
    from xinheng.ratings.actions import bring_into_force

    return bring_into_force(rated(customer, version, grade, on=on), by=SYSTEM, on=on)
