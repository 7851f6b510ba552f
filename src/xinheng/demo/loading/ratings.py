"""Two years of ratings: every quarter all customers, cases at different steps, an override, objections, a batch to look at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from random import Random

from django.db.models import F
from django.utils import timezone

from creditpolicy.model import Policy
from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, act, record
from xinheng.customers.card import TRUST_OF, Field, field_named, read
from xinheng.customers.models import CardValue, Customer, Source
from xinheng.demo.facts import ENTERPRISES_ONLY, value_of
from xinheng.demo.loading.organisation import WHY, Staff
from xinheng.demo.story import MadeCustomer, Story
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared, version_in_force
from xinheng.ratings import running
from xinheng.ratings.actions import bring_all_into_force
from xinheng.ratings.actions.batches import start_batch
from xinheng.ratings.facts.archive import card_codes
from xinheng.ratings.models import Batch
from xinheng.workflow.acts import State
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

QUARTERS = 8
LATER = timedelta(days=5)
"""A quarter's ratings are looked at for so long before they take force."""
OF_THE_MOMENT = frozenset({"is_new_customer", "rating_kind", "time_class", "deal_stage", "nature", "size_class"})
"""What the customers' own rows tell."""


def quarter_ends(today: date, count: int = QUARTERS) -> list[date]:
    """Give the last days of the quarters that are over, the oldest first."""
    first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    found = []
    for _number in range(count):
        found.append(first - timedelta(days=1))
        first = (first - timedelta(days=1)).replace(day=1)
        first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
    return found[::-1]


@act
def take_over_facts(story: Story, staff: Staff, customers: Mapping[str, Customer], version: Version, on: date) -> None:
    """Store what people collected and judged of each customer, on his card."""
    program = prepared(version).program
    codes = card_codes(program, {rule.id for rule in program.inputs} - OF_THE_MOMENT)
    held = set(CardValue.objects.filter(field__in=codes.values()).values_list("customer_id", "field"))
    rows: list[CardValue] = []
    for made in story.customers:
        if made.stage not in {"filed", "closed"}:
            continue
        customer = customers[made.number]
        wanted = {name: code for name, code in codes.items() if (customer.pk, code) not in held}
        for code, text, field in _known(made, program.policy, wanted, story):
            rows.append(
                CardValue(
                    customer=customer, field=code, plain="" if field.is_confidential else text,
                    sealed=text if field.is_confidential else None, source=Source.VISIT, source_detail="旧系统", as_of=on,
                    trust=TRUST_OF[Source.VISIT], entered_by=staff.people[made.owner],
                )
            )  # fmt: skip
    CardValue.objects.bulk_create(rows, 500)
    record("upkeep.load_demo", version, by=SYSTEM, why=WHY, after={"values": len(rows)})


def _known(
    made: MadeCustomer, policy: Policy, codes: Mapping[str, str], story: Story
) -> Iterator[tuple[str, str, Field]]:
    """Give what is known of a customer: the field, its text, and how it is kept."""
    random = Random(f"{story.seed} {policy.policy} {made.number}")  # noqa: S311 - an invented company
    for name, code in codes.items():
        value = value_of(name, policy.facts[name], made, story.today, random)
        if value is None or value == "":
            continue
        with suppress(Refusal):  # kinds of customers that have no such field
            field = field_named(code, made.kind)
            yield code, read(field, str(value)), field


def load_batches(story: Story, staff: Staff, version: Version) -> None:
    """Rate everybody at the end of each quarter by the version then in force, and let each batch take force."""
    rater, leader = staff.of(Role.RISK, 1), staff.of(Role.GENERAL_MANAGER)
    for day in quarter_ends(story.today):
        then = version_in_force(version.policy.key, day)
        assert then is not None
        batch = _rated(then, day, by=rater, on=day + timedelta(days=3), why="季度批量评级")
        bring_all_into_force(batch, by=leader, on=day + LATER, why=batch.why)
        mark = uuid.uuid4()
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.APPLYING, runner=mark, applied_by=leader)
        running.applied(batch, mark, by=leader)
    _told(version, before=story.today - timedelta(days=30))


def load_last_batch(story: Story, staff: Staff, version: Version) -> Batch:
    """Rate everybody as of today, to be looked at by whoever sends it into force."""
    return _rated(version, story.today, by=staff.of(Role.RISK, 1), on=story.today, why="年末前的补充评级")


def _rated(version: Version, day: date, *, by: Person, on: date, why: str) -> Batch:
    segment = {"kind": ["enterprise"]} if version.policy.key in ENTERPRISES_ONLY else {}
    batch = start_batch(version, as_of=day, segment=segment, by=by, on=on, why=why)
    running.run(batch.pk)
    batch.refresh_from_db()
    if batch.state != Batch.State.RATED:
        raise Refusal(batch.problem)
    return batch


@act
def _told(version: Version, *, before: date) -> None:
    """Let everybody have read what moved long ago."""
    told = Item.objects.filter(act="read", state=State.OPEN, opened_on__lt=before, person__isnull=False)
    told = told.exclude(pk__in=items_of(version).values("pk"))
    count = told.update(
        state=State.DONE, outcome="read", handled_by=F("person"), handled_at=timezone.now(), handled_on=F("opened_on")
    )
    record("upkeep.load_demo", version, by=SYSTEM, why=WHY, after={"read": count})
