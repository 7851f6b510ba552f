"""What can be asked of customers' files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Q, QuerySet

from xinheng.customers.models import (
    Address,
    Alias,
    BankAccount,
    Contact,
    Customer,
    Guarantor,
    Identity,
    Outcome,
    RelatedParty,
    Status,
    Verification,
)
from xinheng.customers.numbers import checked_number
from xinheng.customers.permissions import sees
from xinheng.customers.values import Line, card_of
from xinheng.org.models import Person
from xinheng.upkeep.prepared import prepared
from xinheng.vault.index import blind
from xinheng.workflow.acts import PENDING
from xinheng.workflow.models import Item

DUE_WITHIN_DAYS = 30
"""How long before a verification runs out somebody is asked to verify again."""


def numbered(number: str, person: Person) -> Customer | None:
    """Give the customer with a number; None where there is none, or where the person may not see it."""
    found = _numbered.first(number)
    return found if found is not None and sees(person, found) else None


@prepared
def _numbered(number: str) -> QuerySet[Customer]:
    return Customer.objects.filter(number=number).select_related("department")


def version(customer: Customer) -> int:
    """Give the number of the file's latest change, by which two editors notice each other."""
    return int(customer.history.aggregate(last=Max("history_id"))["last"] or 0)


def is_below(customer: Customer, above: Customer) -> bool:
    """Say whether `customer` stands anywhere below `above` in the group."""
    seen: set[int] = set()
    parent = customer.parent_id
    while parent is not None and parent not in seen:
        if parent == above.pk:
            return True
        seen.add(parent)
        parent = Customer.objects.values_list("parent_id", flat=True).get(pk=parent)
    return False


@dataclass(frozen=True, slots=True)
class Member:
    """A customer of a group, and how far below the top it stands."""

    customer: Customer
    depth: int


def group_of(customer: Customer) -> list[Member]:
    """Give the whole group from the top down, each below its parent; a single customer is no group."""
    top, seen = customer, {customer.pk}
    while top.parent is not None and top.parent_id not in seen:
        top = top.parent
        seen.add(top.pk)
    children: dict[int, list[Customer]] = {}
    level = [top.pk]
    while level:
        found = list(Customer.objects.filter(parent__in=level).select_related("department").order_by("number"))
        for child in found:
            children.setdefault(child.parent_id or 0, []).append(child)
        level = [child.pk for child in found]
    members: list[Member] = []
    waiting = [Member(top, 0)]
    while waiting:
        member = waiting.pop()
        members.append(member)
        waiting += [Member(child, member.depth + 1) for child in reversed(children.get(member.customer.pk, []))]
    return members if len(members) > 1 else []


def among_seen(customers: Iterable[Customer], to: Person) -> set[int]:
    """Give the keys of those of the customers that the person may see: names of others are not shown."""
    keys = [customer.pk for customer in customers]
    return set(Customer.objects.visible_to(to).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def unfinished(customer: Customer) -> int:
    """Count what somebody still has to do about the customer."""
    kind, key = ContentType.objects.get_for_model(Customer), str(customer.pk)
    mine = Q(about_type=kind, about_id=key) | Q(subject_type=kind, subject_id=key)
    return int(Item.objects.filter(mine, state__in=PENDING).exclude(kind="read").count())


_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|分公司|集团公司|集团|公司|合伙企业|经营部|商行|工厂|厂|店|\(.*?\)|（.*?）)"
)


def core_of(name: str) -> str:
    """Give what distinguishes a name: without the form of the company and brackets."""
    return _FORMS.sub("", "".join(name.split()))


def similar(name: str, *, to: Person, limit: int = 5) -> tuple[list[Customer], bool]:
    """Give customers of like names that the person may see, and whether one of the very name lies elsewhere."""
    core = core_of(name)
    if len(core) < 2:
        return [], False
    likely = Q(name__icontains=core) | Q(aliases__text__icontains=core)
    if len(core) >= 5:
        likely |= Q(name__icontains=core[2:])  # the place in front is often written or left out
    seen = Customer.objects.visible_to(to).filter(likely).select_related("department").distinct()
    found = list(seen.order_by("number")[:limit])
    same = Customer.objects.filter(Q(name=name.strip()) | Q(aliases__text=name.strip())).distinct()
    elsewhere = same.exclude(pk__in=Customer.objects.visible_to(to).filter(name=name.strip()).values("pk")).exists()
    return found, elsewhere and not any(one.name == name.strip() for one in found)


def by_identity(kind: str, number: str) -> Customer | None:
    """Give the customer who holds a paper with this number; Refusal where it cannot be a number of the kind."""
    from xinheng.customers.models.identity import NUMBER_INDEX

    index = blind(checked_number(kind, number), NUMBER_INDEX)
    row = Identity.objects.filter(kind=kind, number_index=index, withdrawn_at__isnull=True).select_related("customer")
    found = row.first()
    return found.customer if found else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a paper stands on a day: `last` is its latest verification; it is `good` while that matched and runs."""

    identity: Identity
    last: Verification | None
    good: bool
    due_on: date | None


def standing_of(identities: Iterable[Identity], on: date) -> list[Standing]:
    """Give how each paper stands on a day; identities come with `verifications` prefetched."""
    found = []
    for identity in identities:
        done = [one for one in identity.verifications.all() if one.verified_on <= on]
        last = max(done, key=lambda one: (one.verified_on, one.pk), default=None)
        matches = last is not None and last.outcome == Outcome.MATCHES
        ends = [day for day in (last.valid_until if last else None, identity.valid_until) if day is not None]
        due = min(ends, default=None) if matches else None
        found.append(Standing(identity, last, matches and (due is None or due >= on), due))
    return found


def identities_of(customer: Customer) -> QuerySet[Identity]:
    """Give the papers of a customer with everything a page shows of them."""
    return (
        Identity.objects.filter(customer=customer, withdrawn_at__isnull=True)
        .select_related("entered_by")
        .prefetch_related("verifications__verified_by")
    )


def verified(customer: Customer, on: date) -> bool:
    """Say whether at least one paper of the customer is verified and in date, and none was found to differ."""
    standings = standing_of(identities_of(customer), on)
    differs = any(one.last is not None and one.last.outcome == Outcome.DIFFERS for one in standings)
    return any(one.good for one in standings) and not differs


def verification_due(on: date, within: int = DUE_WITHIN_DAYS) -> list[Standing]:
    """Give the papers of filed customers whose verification or validity ends within some days, or has ended."""
    rows = (
        Identity.objects.filter(withdrawn_at__isnull=True, customer__status=Status.FILED)
        .filter(Q(verifications__valid_until__lte=on + timedelta(within)) | Q(valid_until__lte=on + timedelta(within)))
        .select_related("customer__department")
        .prefetch_related("verifications")
        .distinct()
    )
    standings = standing_of(rows, on)
    return [one for one in standings if one.due_on is not None and one.due_on <= on + timedelta(within)]


@dataclass(frozen=True, slots=True)
class Past:
    """The file as it was at a moment."""

    customer: Customer
    card: list[Line]
    identities: list[Any]
    contacts: list[Any]
    accounts: list[Any]
    addresses: list[Any]
    guarantors: list[Any]
    related: list[Any]
    aliases: list[Any]


def as_of(customer: Customer, at: datetime) -> Past | None:
    """Give the file as it was at a moment; None where it was not there yet."""
    row = (
        customer.history.filter(history_date__lte=at).exclude(history_type="-").order_by("-history_date", "-pk").first()
    )
    if row is None:
        return None
    then: Customer = row.instance

    def rows(model: Any, *, ended: str = "ended_on") -> list[Any]:
        found = model.history.as_of(at).filter(customer_id=customer.pk)
        return [one for one in found if (ended and getattr(one, ended) is None) or not ended]

    return Past(
        then,
        card_of(then, at=at),
        rows(Identity, ended="withdrawn_at"),
        rows(Contact),
        rows(BankAccount),
        rows(Address),
        rows(Guarantor),
        rows(RelatedParty),
        rows(Alias, ended=""),
    )
