"""What can be asked of credit: an account as of a day, orders that wait, limits that end, the largest exposures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet

from xinheng.credit.core.accounts import Granted, granted_on, in_force, owed
from xinheng.credit.core.holds import expired
from xinheng.credit.core.money import yuan
from xinheng.credit.core.proving import Difference, prove, prove_pools
from xinheng.credit.models import Account, DeliveryStop, Grant, Guarantee, OrderCheck
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.ratings.queries import in_parts

WIDTH = 1000
"""Of the bar that shows an account."""


@dataclass(frozen=True, slots=True)
class Glance:
    """An account as of a day, in yuan: what expired by then is free, though no job has run. `limit` None: none is set."""

    limit: Decimal | None
    used: Decimal
    reserved: Decimal
    free: Decimal | None
    grants: tuple[Grant, ...]
    bar: tuple[int, int, int]

    @property
    def is_over(self) -> bool:
        """Whether more is used and reserved than is granted."""
        return self.free is not None and self.free < 0


def at_a_glance(account: Account, *, on: date) -> Glance:
    """Give an account as of a day."""
    granted: Granted = granted_on(account, on)
    reserved = account.reserved - expired(account, on=on)
    free = None if granted.amount is None else granted.amount - account.used - reserved
    whole = max(granted.amount or 0, account.used + reserved, 1)
    used_to, reserved_to, limit_at = (
        max(0, part) * WIDTH // whole for part in (account.used, reserved, granted.amount or 0)
    )
    bar = used_to, reserved_to, limit_at
    return Glance(yuan(granted.amount), yuan(account.used), yuan(reserved), yuan(free), granted.grants, bar)


@dataclass(frozen=True, slots=True)
class Net:
    """What is used and reserved as of a day, what guarantees cover of it, and what they do not (敞口净额), in yuan."""

    gross: Decimal
    covered: Decimal
    net: Decimal


def net_exposure(account: Account, *, on: date) -> Net:
    """Give what guarantees leave uncovered of an account; a customer who is late is covered all the same."""
    gross = account.used + account.reserved - expired(account, on=on)
    cover = covered([account], on).get(account.pk, 0)
    return Net(yuan(gross), yuan(cover), yuan(max(0, gross - cover)))


def covered(accounts: Iterable[Account | int], on: date) -> dict[int, int]:
    """Give what guarantees cover on a day, in cents, by the account's key."""
    keys = [one if isinstance(one, int) else one.pk for one in accounts]
    found: dict[int, int] = {}
    for key, covers in Guarantee.objects.in_force(on).filter(account__in=keys).values_list("account", "covers"):
        found[key] = found.get(key, 0) + (covers or 0)
    return found


def accounts_of(customer: Customer) -> QuerySet[Account]:
    """Give the accounts of a customer, that of the default company first."""
    rows: QuerySet[Account] = Account.objects.filter(customer=customer).select_related("company", "customer")
    return rows.order_by("-company__is_default", "company__code", "currency")


def single_limits(account: Account, *, on: date) -> QuerySet[Grant]:
    """Give the limits for one order that hold on a day and that no order took yet, those that end first before."""
    rows: QuerySet[Grant] = Grant.objects.filter(in_force(on), account=account.pk, kind=Grant.Kind.SINGLE, hold=None)
    return rows.order_by("until_day", "pk")


def seen_by(person: Person) -> Q:
    """Give the condition of what hangs on an account to be about a customer whom the person sees."""
    return Q(account__customer__in=Customer.objects.visible_to(person).values("pk"))


def waiting(person: Person) -> QuerySet[OrderCheck]:
    """Give the orders that wait, the longest waiting first, of the customers that a person sees."""
    rows: QuerySet[OrderCheck] = OrderCheck.objects.filter(seen_by(person), state__in=OrderCheck.WAITING)
    return rows.select_related("account__customer", "asked_by").order_by("pk")


def kept_back(person: Person) -> QuerySet[DeliveryStop]:
    """Give the orders whose goods are kept back, the longest kept first, of the customers that a person sees."""
    rows: QuerySet[DeliveryStop] = DeliveryStop.objects.filter(seen_by(person), state__in=DeliveryStop.WAITING)
    return rows.select_related("account__customer", "order", "asked_by").order_by("pk")


def prove_all(*, on: date) -> list[Difference]:
    """Work out every account again, from movements, holds, grants and the documents; give every difference.

    All is read as of one moment: what others write meanwhile is no difference, and they do not wait.
    """
    found: list[Difference] = []
    with _one_moment():
        keys = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        for part in in_parts(keys):
            accounts = list(Account.objects.filter(pk__in=part).order_by("pk"))
            found += prove(accounts, on=on, owed=owed(accounts))
        return found + prove_pools()


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let the block, which only reads, see the database as it was when it began; in a transaction that goes on, as that does."""
    if connection.in_atomic_block:
        yield
        return
    mode = " ISOLATION LEVEL REPEATABLE READ READ ONLY" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN{mode}")  # on SQLite a reader's, for which no writer waits
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
