"""An account's row: opened, locked, moved; and what is granted on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from xinheng.audit.record import SYSTEM, Actor
from xinheng.credit.core import joining, pools
from xinheng.credit.core.money import cents
from xinheng.credit.models import Account, Grant, Hold, Movement
from xinheng.credit.models.accounts import MOST
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company
from xinheng.ledger.queries import exposure_parts
from xinheng.ratings.queries import in_parts
from xinheng.ratings.storing import insert, update
from xinheng.upkeep.prepared import prepared
from xinheng.upkeep.rows import insert_one

LATEST = date(2999, 12, 31)


def open_account(customer: Customer | int, *, company: Company | int | None = None, currency: str = BASE) -> Account:
    """Give the account of a customer (by key, too), opened where there is none; nothing is granted on a new one.

    What he owes by then is on it. Left out, the company is the default one.
    """
    key = customer if isinstance(customer, int) else customer.pk
    of_company = company if isinstance(company, int) else (company or Company.default()).pk
    wanted = {"customer_id": key, "company_id": of_company, "currency": currency}
    account = _account.first(key, of_company, currency) or _opened(wanted)
    if not isinstance(customer, int):
        account.customer = customer
    return account


@prepared
def _account(customer: int, company: int, currency: str) -> QuerySet[Account]:
    return Account.objects.filter(customer=customer, company=company, currency=currency)


def _opened(wanted: dict[str, Any]) -> Account:
    with transaction.atomic():
        account, is_new = Account.objects.get_or_create(**wanted)
        if is_new:
            Movement.objects.bulk_create(_begun(account, owed([account])[account.pk]))
            account.save()
            account.is_pooled = joining.enter([account.pk])
        return account


def open_accounts(customers: Iterable[int], company: Company) -> None:
    """Open the accounts, in the base currency, of customers (by key) who have none, in few statements."""
    keys = sorted(set(customers))
    with transaction.atomic():
        insert(Account, [Account(customer_id=key, company=company, currency=BASE) for key in keys])
        parts = _owed_by(keys, company.pk, BASE)
        owing = [key for key in keys if any(parts[key].values())]
        made = list(Account.objects.filter(customer__in=owing, company=company, currency=BASE).order_by("pk"))
        begun = [movement for account in made for movement in _begun(account, parts[account.customer_id])]
        update(Account, made, "used", *Account.PARTS)
        insert(Movement, begun)
        if joining.ruled().exists() or joining.of_groups().exists():
            opened = Account.objects.filter(customer__in=keys, company=company, currency=BASE)
            joining.enter(opened.values_list("pk", flat=True))


def _begun(account: Account, parts: dict[str, int]) -> list[Movement]:
    """Put on a new account, held in memory, what is owed by then; give the movements."""
    made = []
    for part, amount in parts.items():
        if amount:
            setattr(account, part, amount)
            account.used += amount * account.share_in(part)
            made.append(
                Movement(
                    account=account, kind=Movement.Kind.EXPOSURE, amount=amount, used=account.used, reserved=0,
                    on=timezone.localdate(), by_name=SYSTEM.actor_name, part=part,
                )
            )  # fmt: skip
    return made


def owed(accounts: Sequence[Account]) -> dict[int, dict[str, int]]:
    """Give, for each account (by key), the parts of what is owed by the documents of the ledger alone, in cents.

    An account counts a document from its entry on, whatever day is written on it.
    """
    found: dict[int, dict[str, int]] = {}
    of_book: dict[tuple[int | None, str], dict[int, int]] = {}
    for account in accounts:
        of_book.setdefault((account.company_id, account.currency), {})[account.customer_id] = account.pk
    for (company, currency), keys in of_book.items():
        for customer, parts in _owed_by(list(keys), company, currency).items():
            found[keys[customer]] = parts
    return found


def _owed_by(customers: Sequence[int], company: int | None, currency: str) -> dict[int, dict[str, int]]:
    return {
        customer: {name: cents(getattr(parts, name)) for name in Account.PARTS}
        for some in in_parts(customers)
        for customer, parts in exposure_parts(some, on=LATEST, company=company, currency=currency).items()
    }


def refresh(account: Account) -> None:
    """Bring the balances of an account held in memory to what they are now."""
    [(account.granted, account.used, account.reserved)] = _balances(account.pk)


@prepared
def _balances(account: int) -> QuerySet[Any, Any]:
    return Account.objects.filter(pk=account).values_list("granted", "used", "reserved")


def locked(account: Account) -> Account:
    """Give the account's row as it is now, locked until the transaction ends."""
    return Account.objects.select_for_update().get(pk=account.pk)


class Told(TypedDict, total=False):
    """What a movement may say beside its amount."""

    hold: Hold
    part: str
    document: str
    clause: str
    why: str
    ceiling: int | None


def move(account: Account, kind: str, amount: int, *, by: Actor, on: date, **told: Unpack[Told]) -> Movement:
    """Write a movement with the balances that the account has now.

    It stands for ever: on the account of a natural person it has no reason in words, which may tell of him.
    """
    if told.get("why") and kind != Movement.Kind.COUNT and account.customer.tells_record_in_part:
        told["why"] = ""
    told["document"] = told.get("document", "")[:60]
    told["clause"], told["why"] = told.get("clause", "")[:200], told.get("why", "")[:200]
    movement = Movement(
        account=account, kind=kind, amount=amount, granted=account.granted, used=account.used,
        reserved=account.reserved, on=on, by_id=by.actor_id, by_name=by.actor_name[:100], **told,
    )  # fmt: skip
    insert_one(movement)
    return movement


def change(account: Account, *, used: int = 0, reserved: int = 0, taken: int = 0, **parts: int) -> None:
    """Add to the balances of a locked account and store them; what it shares moves with it."""
    account.used += used
    account.reserved += reserved
    account.taken += taken
    for part, delta in parts.items():
        setattr(account, part, getattr(account, part) + delta)
    account.save(update_fields=["used", "reserved", "taken", *parts])
    if account.is_pooled and used + reserved:
        pools.add(account, used + reserved)


# What is granted ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Granted:
    """What is granted on a day, in cents (None: no limit), the grants that make it, and the first day it changes."""

    amount: int | None
    grants: tuple[Grant, ...]
    until: date | None


def in_force(on: date) -> Q:
    """Give the condition of a grant to hold on a day; one for a single order holds once an order has taken it."""
    return (
        Q(from_day__lte=on)
        & (Q(until_day__isnull=True) | Q(until_day__gt=on))
        & (Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    )


def granted_on(account: Account, on: date) -> Granted:
    """Work out from the grants what is granted on a day; nothing is on an account that is not opened yet."""
    if account.pk is None:
        return Granted(None, (), None)
    return of_grants(_grants(account.pk), on)


@prepared
def _grants(account: int) -> QuerySet[Grant]:
    return Grant.objects.filter(account=account)


def of_grants(grants: Iterable[Grant], on: date) -> Granted:
    """Work out what grants of one account make on a day: the revolving one that decides, and all that comes on top of it."""
    known = list(grants)
    held = [grant for grant in known if _holds(grant, on)]
    revolving = [grant for grant in held if grant.kind == Grant.Kind.REVOLVING]
    days = {day for grant in known for day in _days(grant) if day > on}
    until = min(days, default=None)
    if not revolving:
        return Granted(None, (), until)
    decides = max(
        revolving, key=lambda grant: (grant.cause == Grant.Cause.APPLICATION, grant.from_day, grant.pk or MOST)
    )
    more = [
        grant
        for grant in held
        if grant.kind == Grant.Kind.TEMPORARY or (grant.kind == Grant.Kind.SINGLE and grant.hold_id is not None)
    ]
    secured = [grant for grant in held if grant.kind == Grant.Kind.SECURED]
    whole = decides.amount + sum(grant.amount for grant in more) + _secured(secured, decides.amount)
    return Granted(whole, (decides, *more, *secured), until)


def _secured(grants: Iterable[Grant], limit: int) -> int:
    """Give what guarantees add to a limit: those of one kind together no more than the policy's share of it."""
    of_kind: dict[str, list[Grant]] = {}
    for grant in grants:
        of_kind.setdefault(grant.secured_by, []).append(grant)
    added = 0
    for same in of_kind.values():
        bounds = [limit * grant.most // 10_000 for grant in same if grant.most is not None]
        added += min([sum(grant.amount for grant in same), *bounds])
    return added


def _holds(grant: Grant, on: date) -> bool:
    return (
        grant.from_day <= on
        and (grant.until_day is None or grant.until_day > on)
        and (grant.ended_on is None or grant.ended_on > on)
    )


def _days(grant: Grant) -> list[date]:
    """Give the days on which what a grant gives changes by itself."""
    end = min((day for day in (grant.until_day, grant.ended_on) if day is not None), default=None)
    days: list[Any] = [grant.from_day, end]
    return [day for day in days if day is not None]


def revalue(account: Account, *, by: Actor, on: date, document: str = "", clause: str = "", why: str = "") -> bool:
    """Bring what is granted on a locked account to a day; say whether it changed, which is a movement."""
    found = granted_on(account, on)
    before = account.granted
    account.granted, account.valid_until = found.amount, found.until
    account.save(update_fields=["granted", "valid_until"])
    if before == found.amount:
        return False
    move(
        account, Movement.Kind.GRANT, (found.amount or 0) - (before or 0), by=by, on=on, document=document,
        clause=clause, why=why,
    )  # fmt: skip
    return True
