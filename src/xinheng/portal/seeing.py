"""What a customer may see of his own rating: as much as the policy in force lets him, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.pages import Section, criteria
from creditpolicy.problems import Refusal
from creditpolicy.wording import other_terms, period_words
from xinheng.customers.models import Customer
from xinheng.policies.models import Version
from xinheng.policies.queries import main_version, policy_of, prepared
from xinheng.ratings.access import open_to_customer
from xinheng.ratings.models import Assessment, Objection, Standing, Waiting
from xinheng.ratings.queries import grade_in_force, scale_of, waiting_of
from xinheng.ratings.rating import explained, ways_up


@dataclass(slots=True)
class Seen:
    """What he may see; what the policy does not open to him is empty here, so that no page can show it."""

    version: Version | None
    opens_criteria: bool = False
    opens_grade: bool = False
    opens_score: bool = False
    opens_reasons: bool = False
    standing: Standing | None = None
    label: str = ""
    meaning: str = ""
    terms: Sequence[str] = ()
    services: Sequence[str] = ()
    waiting: Waiting | None = None
    said: CustomerRating | None = None
    items: Sequence[ItemResult] = ()
    ways: Sequence[str] = ()
    to_grade: str = ""
    must_clear: Sequence[str] = ()
    rights: Sequence[str] = field(default_factory=tuple)


def seen_by(customer: Customer, on: date) -> Seen:
    """Give what a customer may see of his own rating on a day."""
    version = main_version(on)
    if version is None:
        return Seen(None)
    seen = Seen(
        version,
        opens_criteria=open_to_customer(version, "criteria"),
        opens_grade=open_to_customer(version, "grade"),
        opens_score=open_to_customer(version, "score"),
        opens_reasons=open_to_customer(version, "reasons"),
    )
    seen.rights = rights_of(version)
    if not seen.opens_grade:
        return seen
    seen.standing = grade_in_force(customer, on, version.policy)
    if seen.standing is None or not seen.standing.grade:
        return seen
    _fill(seen, seen.standing, customer)
    return seen


def _fill(seen: Seen, standing: Standing, customer: Customer) -> None:
    policy = policy_of(standing.version)
    step = scale_of(standing.version)[standing.grade]
    seen.label, seen.meaning = step.label, step.meaning
    terms = (
        next((one for one in policy.credit.by_grade if one.grade == standing.grade), None) if policy.credit else None
    )
    seen.terms = other_terms(terms) if terms is not None else ()
    seen.services = [
        f"{benefit.benefit} ({period_words(benefit.every)})" if benefit.every else str(benefit.benefit)
        for one in policy.service
        if one.grade == standing.grade
        for benefit in one.benefits
    ]
    seen.waiting = waiting_of(customer, standing.policy)
    if standing.rating is None or not seen.opens_reasons:
        return
    try:
        seen.said = explained(standing.rating)
        seen.items = seen.said.items
        ways = ways_up(standing.rating)
    except Refusal:  # erased, or of a text that can no longer be read
        return
    if ways is not None:
        seen.to_grade, seen.must_clear = ways.grade, ways.vetoes
        if seen.opens_score:
            seen.ways = [str(way) for way in (*ways.single, *ways.double)[:5]]


def rights_of(version: Version) -> list[str]:
    """Give what a policy lets the customer do about his rating, in the policy's own words."""
    procedure = policy_of(version).procedure
    told = []
    if procedure is not None and procedure.publication is not None:
        shown = procedure.publication
        told.append(
            _("结果公示 {days} 天, {who}可以提出异议: {then}。").format(days=shown.days, who=shown.who, then=shown.then)
        )
    if procedure is not None and procedure.objection is not None:
        raised = procedure.objection
        told.append(_("{who}可以投诉: {then}。由没有参加原评级的人处理。").format(who=raised.who, then=raised.then))
        if raised.within_days is not None:
            told.append(_("投诉在 {days} 天内答复。").format(days=raised.within_days))
    return told


def open_criteria(version: Version) -> tuple[Section, ...]:
    """Give the card, lines, terms and process of a policy, for those who are rated."""
    return criteria(prepared(version))


def published_case(customer: Customer, on: date) -> Assessment | None:
    """Give the case of the customer whose result is published for objections on a day."""
    rows = Assessment.objects.filter(
        customer=customer, state=Assessment.State.PUBLISHED, publish_until__gt=on
    ).select_related("policy")
    found: Assessment | None = rows.first()
    return found


def own_objections(customer: Customer) -> QuerySet[Objection]:
    """Give what he himself objected to; what others said of his rating is not his to read."""
    rows: QuerySet[Objection] = Objection.objects.filter(customer=customer, channel=Objection.Channel.PORTAL)
    return rows
