"""The limit and terms of a customer who is in another grade than his rating gave: waiting, lowered, overridden."""

from __future__ import annotations

from decimal import Decimal

from creditpolicy.plain import PlainReading
from creditpolicy.problems import Refusal
from creditpolicy.program import LIMIT_DIGITS
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.models import Rating
from xinheng.ratings.rating import facts_in, opened
from xinheng.ratings.record import Recorded

Terms = tuple[Decimal | None, int | None]
NO_GRADE: Terms = (Decimal(0), None)
"""Without a grade in force there is no credit: cash only."""


def terms_at(rating: Rating | None, version: Version, grade: str) -> Terms:
    """Give limit and days in a grade by the facts of a rating.

    Where the facts do not give the limit, or there are none any more, it is the least that the grade may have: none at
    all, if another amount is not said.
    """
    program = prepared(version).program
    places = [one.grade for one in program.policy.grades]
    if grade not in places:
        return NO_GRADE
    if rating is not None and rating.grade == grade:
        return rating.limit, rating.terms_days
    rule = program.terms[places.index(grade)]
    if rule is None:
        return None, None
    days = rule.terms.terms_days
    if rule.terms.limit is None:
        return None, days
    try:
        return Decimal(str(rule.terms.limit)), days
    except ArithmeticError:
        pass  # An expression: it needs the facts.
    if rating is None or rating.version_id != version.pk:
        return Decimal(0), days
    try:
        record = opened(rating)
    except Refusal:  # erased
        return Decimal(0), days
    reading = PlainReading(program, as_of=rating.as_of, portfolio=Recorded(record["portfolio"]))
    total = int(Decimal(record["total"]).scaleb(program.digits))
    facts = dict.fromkeys((each.id for each in program.inputs), None) | facts_in(rating)
    limit = reading.limit_at(facts, total, places.index(grade))
    return Decimal(limit).scaleb(-LIMIT_DIGITS) if limit is not None else Decimal(0), days
