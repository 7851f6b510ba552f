"""The limits of many customers at once, as a batch of ratings brings them: in statements that do not grow with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.db.models import Q

from xinheng.audit.record import Actor
from xinheng.credit.core.accounts import of_grants, open_account, open_accounts
from xinheng.credit.models import Account, Grant, Movement
from xinheng.ledger.models import BASE, Company
from xinheng.ratings.queries import in_parts
from xinheng.ratings.storing import insert, update

BY_GRADE = "grade"


@dataclass(frozen=True, slots=True)
class ByGrade:
    """What a grade brings a customer: the limit (cents; None: none is set), whether it is frozen, and its clause.

    `is_worse` says that less is granted than before, which ends what was applied for on the strength of the grade.
    """

    amount: int | None
    from_day: date
    is_frozen: bool
    is_worse: bool
    why: str = ""
    clause: str = ""


def grant_by_grade(wanted: Mapping[int, ByGrade], *, by: Actor, on: date) -> list[int]:
    """Grant customers (by key) what their grades bring, on their accounts in the base currency; give these by key."""
    changed: list[int] = []
    for keys in in_parts(sorted(wanted)):
        with transaction.atomic():
            changed += _part({key: wanted[key] for key in keys}, by=by, on=on)
    return changed


def _part(wanted: dict[int, ByGrade], *, by: Actor, on: date) -> list[int]:
    company = Company.default()
    book = Account.objects.filter(customer__in=list(wanted), company=company, currency=BASE)
    _open(set(wanted) - set(book.values_list("customer_id", flat=True)), company)
    accounts = {row.customer_id: row for row in book.select_for_update().order_by("pk")}
    _end(accounts, wanted)
    grants: dict[int, list[Grant]] = {}
    for grant in Grant.objects.filter(_goes_on(on), account__in=[account.pk for account in accounts.values()]):
        grants.setdefault(grant.account_id, []).append(grant)
    made = [_grant(accounts[key], told) for key, told in wanted.items() if told.amount is not None]
    for grant in made:
        grants.setdefault(grant.account_id, []).append(grant)
    insert(Grant, made)
    before = {key: _granted(account) for key, account in accounts.items()}
    movements = [
        movement for key, account in accounts.items() for movement in _moved(account, grants, wanted[key], by, on)
    ]
    update(Account, [row for key, row in accounts.items() if _granted(row) != before[key]], *GRANTED)
    insert(Movement, movements)
    return sorted({movement.account_id for movement in movements})


def _grant(account: Account, told: ByGrade) -> Grant:
    assert told.amount is not None
    return Grant(
        account_id=account.pk, kind=Grant.Kind.REVOLVING, cause=Grant.Cause.GRADE, amount=told.amount,
        from_day=told.from_day, clause=told.clause[:200],
    )  # fmt: skip


GRANTED = ("granted", "valid_until", "is_frozen", "frozen_for")
_granted = attrgetter(*GRANTED)


def _goes_on(day: date) -> Q:
    return (Q(until_day__isnull=True) | Q(until_day__gt=day)) & (Q(ended_on__isnull=True) | Q(ended_on__gt=day))


def _open(customers: set[int], company: Company) -> None:
    try:
        open_accounts(customers, company)
    except IntegrityError:  # somebody opened one at the same moment
        for key in sorted(customers):
            open_account(key, company=company)


def _end(accounts: dict[int, Account], wanted: dict[int, ByGrade]) -> None:
    """End what the grade brought before, and what was applied for where the grade is worse now."""
    days = {told.from_day for told in wanted.values()}
    for day in days:
        on_day = [accounts[key].pk for key, told in wanted.items() if told.from_day == day]
        worse = [accounts[key].pk for key, told in wanted.items() if told.from_day == day and told.is_worse]
        rows = Grant.objects.filter(_goes_on(day), kind=Grant.Kind.REVOLVING)
        rows.filter(account__in=on_day, cause=Grant.Cause.GRADE).update(ended_on=day)
        rows.filter(account__in=worse, cause=Grant.Cause.APPLICATION).update(ended_on=day)


def _moved(account: Account, grants: dict[int, list[Grant]], told: ByGrade, by: Actor, on: date) -> list[Movement]:
    """Bring one account, held in memory, to what is granted now; give its movements."""
    found = of_grants(grants.get(account.pk, ()), on)
    before, account.granted, account.valid_until = account.granted, found.amount, found.until
    sources = frozenset(filter(None, account.frozen_for.split(",")))
    now = sources | {BY_GRADE} if told.is_frozen else sources - {BY_GRADE}
    was_frozen, account.is_frozen, account.frozen_for = account.is_frozen, bool(now), ",".join(sorted(now))
    kinds: list[tuple[str, int]] = []
    if before != found.amount:
        kinds.append((Movement.Kind.GRANT, (found.amount or 0) - (before or 0)))
    if was_frozen != account.is_frozen:
        kinds.append((Movement.Kind.FREEZE if account.is_frozen else Movement.Kind.THAW, 0))
    return [
        Movement(
            account_id=account.pk, kind=kind, amount=amount, granted=account.granted, used=account.used,
            reserved=account.reserved, on=on, by_id=by.actor_id, by_name=by.actor_name[:100],
            clause=told.clause[:200], why=told.why[:200],
        )
        for kind, amount in kinds
    ]  # fmt: skip
