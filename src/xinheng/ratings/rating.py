"""One rating: made and stored, tried without storing, said in words, and calculated again from its own record."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.customers import exact_facts
from creditpolicy.explain import CustomerRating, customer_rating
from creditpolicy.plain import PlainReading, Portfolio, Rated
from creditpolicy.prepared import Prepared
from creditpolicy.problems import Refusal
from creditpolicy.ways import WaysUp
from creditpolicy.ways import ways_up as ways_of
from xinheng.audit.record import SYSTEM, Actor
from xinheng.customers.models import Customer
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.facts.known import Known, Told
from xinheng.ratings.listeners import tell_ratings
from xinheng.ratings.models import Assessment, Batch, Rating, Standing
from xinheng.ratings.portfolio import portfolio
from xinheng.ratings.record import Columns, Outcome, Recorded, Writer, digest, figures
from xinheng.ratings.values import text_of, value_of
from xinheng.vault.crypto import Unreadable


class Erased(Refusal):
    """The record was erased at the request of the person whom it concerned; there is nothing left to calculate from."""


# Made ----------------------------------------------------------------------------------------------------------------


def make_rating(
    customer: Customer,
    version: Version,
    facts: Mapping[str, Any],
    *,
    on: date,
    assessment: Assessment | None = None,
    batch: Batch | None = None,
    by: Actor = SYSTEM,
) -> Rating:
    """Rate a customer from his facts (`Known`, or plain values as entered in the case) and store the record.

    Refusal, with what is missing or cannot be used, where he cannot be rated; then nothing is stored. To be called in
    the act that says why he is rated.
    """
    ready = prepared(version)
    values, told = _apart(facts, on, assessment)
    compared = portfolio(version, on=on)
    reading = PlainReading(ready.program, as_of=on, portfolio=compared)
    rated = _rated(ready, reading, customer, values)
    writer = Writer(ready, on)
    texts = {rule.id: text for rule in writer.facts if (text := text_of(rule, rated.facts.get(rule.id))) is not None}
    outcome = _outcome(rated)
    record = writer.write(
        customer.number, texts, {name: told[name].code for name in texts}, outcome,
        figures(ready.program, compared, rated.facts),
    )  # fmt: skip
    rating = Rating(
        customer=customer, version=version, policy_id=version.policy_id, as_of=on, assessment=assessment, batch=batch,
        record=record, sha256=digest(record), **_fields(writer.columns(outcome)),
        **before(ready, standing_of(customer.pk, version.policy_id), writer.columns(outcome).grade),
    )  # fmt: skip
    rating.save()
    tell_ratings([rating], by=by, on=on)
    return rating


def live(version: Version, facts: Mapping[str, Any], *, on: date) -> CustomerRating:
    """Rate facts without storing anything, as while somebody types; what is missing or wrong stands in `problems`.

    Refusal where a fact is of the wrong type or out of its range.
    """
    ready = prepared(version)
    values, _told = _apart(facts, on, None)
    reading = PlainReading(ready.program, as_of=on, portfolio=portfolio(version, on=on, roughly=True))
    return customer_rating(reading, reading.rate(exact_facts(ready.program, values)))


def standing_of(customer: int, policy: int) -> Standing | None:
    """Give the grade that is in force."""
    found: Standing | None = Standing.objects.filter(customer=customer, policy=policy, until_day__isnull=True).first()
    return found


def before(ready: Prepared, standing: Standing | None, grade: str) -> dict[str, Any]:
    """Give the columns that say what was in force when a rating was made, and by how many grades it goes up or down."""
    if standing is None:
        return {}
    return {
        "before": standing.grade,
        "limit_before": standing.limit,
        "moved": notches(ready, standing.grade, grade),
    }


def notches(ready: Prepared, before: str, after: str) -> int | None:
    """Count by how many grades it goes up (above 0) or down; None where one is none of the version's grades."""
    order = [grade.grade for grade in ready.policy.grades]
    return order.index(before) - order.index(after) if before in order and after in order else None


def _apart(facts: Mapping[str, Any], on: date, assessment: Assessment | None) -> tuple[dict[str, Any], dict[str, Told]]:
    plain = Told("form", on, assessment.number if assessment is not None else "")
    values = {name: fact.value if isinstance(fact, Known) else fact for name, fact in facts.items()}
    return values, {name: fact.told if isinstance(fact, Known) else plain for name, fact in facts.items()}


def _rated(ready: Prepared, reading: PlainReading, customer: Customer, values: Mapping[str, Any]) -> Rated:
    program = ready.program
    own = {program.key: customer.number, **({program.name: customer.name} if program.name else {})}
    rated = reading.rate(exact_facts(program, {**values, **own}))
    if rated.grade is None:
        problems = customer_rating(reading, rated).problems
        raise Refusal(_("{customer} 不能评级。").format(customer=customer.number), list(problems))
    return rated


def _outcome(rated: Rated) -> Outcome:
    assert rated.total is not None
    assert rated.grade is not None
    return Outcome(rated.points, rated.bands, rated.vetoes, rated.total, rated.grade, rated.limit)


def _fields(columns: Columns) -> dict[str, Any]:
    return {name: getattr(columns, name) for name in Columns.__slots__}


# Said in words ---------------------------------------------------------------------------------------------------------


def opened(rating: Rating) -> dict[str, Any]:
    """Give the record of a rating as it was written; Erased where there is none left."""
    if not rating.record:
        raise Erased(_("这次评级的内容已按本人要求删除。"))
    found: dict[str, Any] = json.loads(rating.record)
    return found


def explained(rating: Rating) -> CustomerRating:
    """Say a stored rating in words, in the language in use, from its own record."""
    ready, record = prepared(rating.version), opened(rating)
    reading = _reading(ready, record)
    return customer_rating(reading, reading.rate(_facts(ready, record, rating.customer)))


def ways_up(rating: Rating) -> WaysUp | None:
    """Give what would lift a stored rating to the next grade; None where there is no next."""
    ready, record = prepared(rating.version), opened(rating)
    ranked = any(figure.figure == "percentile" for figure in ready.program.portfolio_figures)
    known = portfolio(rating.version, on=rating.as_of, roughly=True) if ranked else None
    reading = _reading(ready, record, known)
    return ways_of(ready.program, reading, reading.rate(_facts(ready, record, rating.customer)))


def sources_of(rating: Rating) -> dict[str, Told]:
    """Give where each fact of a stored rating came from."""
    return {name: Told.of(code) for name, code in opened(rating)["sources"].items()}


def facts_in(rating: Rating) -> dict[str, Any]:
    """Give the facts of a stored rating as values."""
    program = prepared(rating.version).program
    return {name: value_of(program.fact[name], text) for name, text in opened(rating)["facts"].items()}


KEPT_READINGS = 20
_readings: OrderedDict[tuple[str, str, str], PlainReading] = OrderedDict()


def _reading(ready: Prepared, record: Mapping[str, Any], known: Portfolio | None = None) -> PlainReading:
    """Give the policy ready to calculate as on the day of a record; kept, for a batch made many on the same day."""
    day = date.fromisoformat(record["as_of"])
    if known is not None:
        return PlainReading(ready.program, as_of=day, portfolio=known)
    key = ready.reading.sha256, record["as_of"], json.dumps(record["portfolio"], sort_keys=True)
    reading = _readings.get(key)
    if reading is None:
        reading = _readings[key] = PlainReading(ready.program, as_of=day, portfolio=Recorded(record["portfolio"]))
        if len(_readings) > KEPT_READINGS:
            _readings.popitem(last=False)
    return reading


def _facts(ready: Prepared, record: Mapping[str, Any], customer: Customer | None) -> dict[str, Any]:
    program = ready.program
    facts = {rule.id: value_of(rule, record["facts"].get(rule.id)) for rule in program.inputs}
    if customer is not None:
        facts[program.key] = customer.number
        if program.name:
            facts[program.name] = customer.name
    return facts


# Calculated again ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replayed:
    """A rating calculated again: what the record should be, and the first field in which what is stored differs."""

    record: bytes
    differs: str = ""


def replay(rating: Rating) -> bytes:
    """Calculate a stored rating again from its own record; the same bytes come out, or something was changed."""
    return replayed(rating).record


def replayed(rating: Rating) -> Replayed:
    """Calculate again, and compare record, sum and the columns beside it with what is stored."""
    try:
        return _replayed(rating)
    except Erased:
        raise
    except (Unreadable, Refusal, ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        # A ciphertext moved from another row, no JSON, a field that is not there or is of another kind.
        return Replayed(b"", "record")


def _replayed(rating: Rating) -> Replayed:
    ready, record = prepared(rating.version), opened(rating)
    reading = _reading(ready, record)
    rated = reading.rate(_facts(ready, record, None))
    if rated.grade is None or rated.total is None:
        return Replayed(b"", "grade")
    writer = Writer(ready, date.fromisoformat(record["as_of"]), engine=record["engine"])
    outcome = _outcome(rated)
    used = figures(ready.program, reading.portfolio, rated.facts)
    text = writer.write(record["customer"], record["facts"], record["sources"], outcome, used)
    return Replayed(text.encode(), _difference(rating, record, text, writer.columns(outcome), ready))


def _difference(rating: Rating, record: Mapping[str, Any], text: str, columns: Columns, ready: Prepared) -> str:
    """Name the first field in which what is stored differs from what comes out; empty where nothing does."""
    if rating.record != text:
        again = json.loads(text)
        return next((name for name in again if again[name] != record.get(name)), "record")
    if rating.sha256 != digest(text):
        return "sha256"
    known = {"customer": rating.customer.number == record["customer"], "as_of": str(rating.as_of) == record["as_of"],
             "policy": record["policy"] == ready.identity and rating.policy_id == rating.version.policy_id,
             **{name: _same(getattr(rating, name), value) for name, value in _fields(columns).items()}}  # fmt: skip
    return next((name for name, same in known.items() if not same), "")


def _same(stored: Any, value: Any) -> bool:
    if isinstance(value, Decimal) and stored is not None:
        return bool(Decimal(stored) == value)
    return bool(stored == value)
