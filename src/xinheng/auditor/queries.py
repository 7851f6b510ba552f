"""What the auditor asks of the record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from xinheng.audit import spans
from xinheng.audit.digest import SIGNED, is_genuine
from xinheng.audit.models import Entry, Seal
from xinheng.audit.queries import Seen, files_seen
from xinheng.customers.models import Customer
from xinheng.org.models import Person

CUSTOMER = "customers.customer"
PAGE = 50
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; empty means anything."""

    who: str = ""
    act: str = ""
    subject: str = ""
    customer: str = ""
    since: date | None = None
    until: date | None = None
    channel: str = ""
    kind: str = ""
    session: str = ""

    def told(self) -> dict[str, str]:
        """Give what was asked for as text, for the record."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def entries_matching(search: Search) -> QuerySet[Entry]:
    """Give the lines that are looked for, newest first."""
    found = Entry.objects.order_by("-pk")
    if search.who:
        found = found.filter(_who(search.who))
    if search.customer:
        found = found.filter(about_type=CUSTOMER, about_id__in=customer_keys(search.customer))
    if search.subject:
        found = found.filter(subject_label__icontains=search.subject)
    if search.since:
        found = found.filter(at__gte=midnight(search.since))
    if search.until:
        found = found.filter(at__lt=midnight(search.until + timedelta(days=1)))
    if search.kind:
        found = found.filter(is_look=search.kind == "looks")
    same = {"act": search.act, "channel": search.channel, "session": search.session}
    return found.filter(**{name: value for name, value in same.items() if value})


def page_of(found: QuerySet[Entry], before: int | None) -> tuple[list[Entry], int | None]:
    """Give one page of lines older than `before`, and where the next begins; the same speed however far back."""
    rows = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def people_named(words: str) -> list[Person]:
    """Give the people whose name or sign-in name is meant: that of exactly these words, else all that hold them."""
    exact = list(Person.objects.filter(Q(username__iexact=words) | Q(full_name=words))[:MOST_NAMES])
    return exact or list(
        Person.objects.filter(Q(username__icontains=words) | Q(full_name__icontains=words))[:MOST_NAMES]
    )


def customer_keys(words: str) -> list[str]:
    """Give the keys of the customers meant by a number or a part of the name, as the record writes them."""
    meant = Customer.objects.filter(Q(number__iexact=words) | Q(name__icontains=words)).order_by("pk")
    return [str(key) for key in meant.values_list("pk", flat=True)[:MOST_NAMES]]


def customers_in(found: QuerySet[Entry]) -> list[int]:
    """Give the customers whose files these lines are about."""
    keys = found.filter(about_type=CUSTOMER).order_by().values_list("about_id", flat=True).distinct()
    return [int(key) for key in keys if key.isdecimal()]


def seal_of(entry: Entry) -> Seal | None:
    """Give the seal that names this line; None while it waits."""
    for seal in Seal.objects.filter(top__gte=entry.pk).order_by("number").iterator(chunk_size=20):
        if any(first <= entry.pk <= last for first, last in spans.read(seal.members)):
            return seal
    return None


def is_as_written(entry: Entry) -> bool:
    """Say whether the line carries the application's own signature."""
    return is_genuine({name: getattr(entry, name) for name in SIGNED}, entry.signature)


@dataclass(frozen=True, slots=True)
class Touched:
    """A customer whose file was seen, how often, and from when to when."""

    customer: Customer
    seen: Seen


def customers_seen(
    *, since: datetime, until: datetime, people: Sequence[Person] = (), session: str = "", looks_only: bool = False
) -> list[Touched]:
    """Give the customers whose files somebody saw or took out in a period, those seen last first."""
    seen = files_seen(
        CUSTOMER, since=since, until=until, actors=[one.pk for one in people], session=session, looks_only=looks_only
    )
    keys = [int(key) for key in seen if key.isdecimal()]
    rows: list[Touched] = []
    for start in range(0, len(keys), 500):
        some = Customer.objects.filter(pk__in=keys[start : start + 500]).select_related("department", "owner")
        rows += [Touched(customer, seen[str(customer.pk)]) for customer in some]
    return sorted(rows, key=lambda row: row.seen.last, reverse=True)


def _who(words: str) -> Q:
    people = people_named(words)
    meant = Q(actor_id__in=[person.pk for person in people])
    is_exact = len(people) == 1 and words.casefold() in {people[0].full_name.casefold(), people[0].username.casefold()}
    return meant if is_exact else meant | Q(actor_name__icontains=words)


def midnight(day: date) -> datetime:
    """Give the moment at which a day begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def all_of(found: QuerySet[Entry]) -> Iterator[Any]:
    """Read many lines, a part at a time."""
    return found.iterator(chunk_size=2000)
