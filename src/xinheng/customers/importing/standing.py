"""What is there already, for a batch of rows at once: the files that rows may mean, and what those files hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xinheng.customers.models import Address, Alias, BankAccount, CardValue, Contact, Customer, Identity
from xinheng.customers.models.identity import NUMBER_INDEX
from xinheng.intake.targets import Row
from xinheng.org.models import Department, Person
from xinheng.vault.index import blind


@dataclass
class Standing:
    """Files by number, by papers and by name, and what the files found hold; asked in a fixed number of queries."""

    by_number: dict[str, Customer] = field(default_factory=dict)
    by_index: dict[str, list[Identity]] = field(default_factory=dict)
    by_name: dict[str, list[Customer]] = field(default_factory=dict)
    merged: dict[str, Customer] = field(default_factory=dict)
    identities: Mapping[int, list[Identity]] = field(default_factory=dict)
    contacts: Mapping[int, list[Contact]] = field(default_factory=dict)
    addresses: Mapping[int, list[Address]] = field(default_factory=dict)
    accounts: Mapping[int, list[BankAccount]] = field(default_factory=dict)
    values: Mapping[int, list[CardValue]] = field(default_factory=dict)
    departments: Mapping[str, list[Department]] = field(default_factory=dict)
    people: Mapping[str, list[Person]] = field(default_factory=dict)
    seen: frozenset[int] = frozenset()


def standing_for(rows: Sequence[Row], by: Person) -> Standing:
    """Ask what is there for these rows."""
    found = Standing()
    numbers = {str(row.values["number"]) for row in rows if row.values.get("number")}
    names = {str(row.values["name"]).strip() for row in rows if row.values.get("name")}
    indexes = {index for row in rows if (index := paper_index(row)) is not None}
    files = Customer.objects.select_related("department", "owner")
    found.by_number = {each.number: each for each in files.filter(number__in=numbers)}
    aliases = Alias.objects.filter(what=Alias.What.NUMBER, text__in=numbers).select_related("customer")
    found.merged = {alias.text: alias.customer for alias in aliases}
    for each in files.filter(name__in=names, merged_into__isnull=True):
        found.by_name.setdefault(each.name, []).append(each)
    papers = Identity.objects.filter(number_index__in=indexes, withdrawn_at__isnull=True)
    for paper in papers.select_related("customer__department", "customer__owner"):
        found.by_index.setdefault(paper.number_index, []).append(paper)
    known = {each.pk for each in (*found.by_number.values(), *(one for held in found.by_name.values() for one in held))}
    known |= {paper.customer_id for held in found.by_index.values() for paper in held}
    found.seen = frozenset(Customer.objects.visible_to(by).filter(pk__in=known).values_list("pk", flat=True))
    _held(found, known, any(key.startswith("card_") for row in rows[:1] for key in row.values))
    found.departments, found.people = _departments(), _people(rows)
    return found


def _held(found: Standing, known: set[int], with_card: bool) -> None:
    found.identities = _by_customer(Identity.objects.filter(customer__in=known, withdrawn_at__isnull=True))
    found.contacts = _by_customer(Contact.objects.filter(customer__in=known, ended_on__isnull=True))
    found.addresses = _by_customer(Address.objects.filter(customer__in=known, ended_on__isnull=True))
    found.accounts = _by_customer(BankAccount.objects.filter(customer__in=known, ended_on__isnull=True))
    if with_card:
        found.values = _by_customer(CardValue.objects.filter(customer__in=known, withdrawn_at__isnull=True))


def paper_index(row: Row) -> str | None:
    """Give the blind index of the papers that a row names."""
    number = row.values.get("identity")
    return blind(str(number), NUMBER_INDEX) if number else None


def _by_customer(rows: Iterable[object]) -> dict[int, list]:  # type: ignore[type-arg]
    found: dict[int, list[object]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)  # type: ignore[attr-defined]
    return found


def _departments() -> dict[str, list[Department]]:
    found: dict[str, list[Department]] = defaultdict(list)
    for each in Department.objects.filter(is_closed=False):
        for word in {each.code.casefold(), each.name.casefold()}:
            found[word].append(each)
    return found


def _people(rows: Sequence[Row]) -> dict[str, list[Person]]:
    words = {str(row.values["owner"]).strip() for row in rows if row.values.get("owner")}
    found: dict[str, list[Person]] = defaultdict(list)
    if not words:
        return found
    for each in Person.objects.filter(is_active=True).select_related("department"):
        for word in {each.username.casefold(), each.full_name.casefold()}:
            found[word].append(each)
    return found
