"""Who shares the ceiling of a company or the budget of a department: by a rule, in statements that do not grow with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from xinheng.credit.core import pools
from xinheng.credit.models import Account, Pool
from xinheng.credit.models.pools import SLOTS
from xinheng.ledger.models import BASE
from xinheng.ledger.queries.rates import rate_on
from xinheng.ratings.queries import in_parts

BY_RULE = (Pool.Kind.COMPANY, Pool.Kind.DEPARTMENT)


def ruled() -> QuerySet[Pool]:
    """Give the limits in use whose members follow from a rule."""
    whose = Q(company__isnull=False) | Q(department__isnull=False)
    return Pool.objects.filter(whose, ended_on__isnull=True).select_related("department", "company").order_by("pk")


def of_groups() -> QuerySet[Pool]:
    """Give the limits in use that groups of customers share."""
    return Pool.objects.filter(head__isnull=False, ended_on__isnull=True).order_by("pk")


def of_members(pool: Pool) -> QuerySet[Account]:
    """Give the accounts, with whatever company of ours, of those who share a group's limit, that do not share it yet."""
    members = Pool.members.through._default_manager.filter(pool=pool)
    rows = Account.objects.filter(_counts_in(pool), customer__in=members.values("account__customer"))
    return rows.exclude(pk__in=members.values("account"))


def would_share(account: Account) -> list[Pool]:
    """Give the limits that an account which is not opened yet will share, with the rate at which it will noted on it."""
    if account.currency != BASE:
        rate = rate_on(account.currency, timezone.localdate())
        if rate is None:
            return []
        account.pool_rate = rate.rate
    path = account.customer.department.path
    by_rule = [
        pool
        for pool in ruled()
        if (
            path.startswith(pool.department.path)
            if pool.department is not None
            else pool.company_id == account.company_id
        )
    ]
    of_his = of_groups().filter(members__customer=account.customer_id).distinct()
    return [*by_rule, *of_his]


def _counts_in(pool: Pool) -> Q:
    return Q(currency=pool.currency) | Q(pool_rate__isnull=False)


def due(pool: Pool) -> QuerySet[Account]:
    """Give the accounts that share a limit by its rule: all of a company, or of the customers of a branch of departments.

    Those in another currency share it once its rate is known.
    """
    rows = Account.objects.filter(_counts_in(pool))
    if pool.department is not None:
        return rows.filter(customer__department__path__startswith=pool.department.path)
    return rows.filter(company=pool.company_id)


def missing(pool: Pool) -> QuerySet[Account]:
    """Give the accounts that should share a limit and do not."""
    return due(pool).exclude(pk__in=_members(pool))


def astray(pool: Pool) -> QuerySet[Account]:
    """Give the accounts that share a limit and should not."""
    return Account.objects.filter(pk__in=_members(pool)).exclude(pk__in=due(pool).values("pk"))


def follow(pool: Pool, among: Q | None = None) -> tuple[int, int]:
    """Bring the members of a limit to its rule; give how many came and how many left. In the caller's transaction."""
    of = Q() if among is None else among
    rate_new(of)
    return join_all(pool, missing(pool).filter(of)), leave_all(pool, astray(pool).filter(of))


def enter(accounts: Iterable[int]) -> bool:
    """Let new accounts (by key) share what is shared by rule; say whether there was any to share."""
    keys = list(accounts)
    came = 0
    rules = list(ruled())
    for part in in_parts(keys):
        rate_new(Q(pk__in=part))
        for pool in rules:
            came += join_all(pool, missing(pool).filter(pk__in=part))
        for pool in of_groups().filter(members__customer__credit_accounts__in=part).distinct():
            came += join_all(pool, of_members(pool).filter(pk__in=part))
    return came > 0


def rate_new(among: Q) -> None:
    """Note on accounts in other currencies, where none is yet, the rate of today at which they count."""
    rows = Account.objects.filter(among, pool_rate__isnull=True).exclude(currency=BASE)
    for code in list(rows.order_by("currency").values_list("currency", flat=True).distinct()):
        rate = rate_on(code, timezone.localdate())
        if rate is not None:
            keys = list(rows.filter(currency=code).values_list("pk", flat=True))
            for part in in_parts(keys):
                Account.objects.filter(pk__in=part).update(pool_rate=rate.rate)


def rerated(on: date) -> dict[str, Decimal]:
    """Give the rates of a day, by currency, at which accounts do not count yet; one that has no rate keeps its last."""
    known = Account.objects.filter(pool_rate__isnull=False).order_by("currency").values_list("currency", "pool_rate")
    found: dict[str, Decimal] = {}
    for code, stands in set(known):
        rate = rate_on(code, on)
        if rate is not None and rate.rate != stands:
            found[code] = rate.rate
    return found


def rerate(currency: str, rate: Decimal) -> int:
    """Let the accounts of a currency count at another rate in all that they share; give how many there were."""
    rows = Account.objects.filter(currency=currency, pool_rate__isnull=False).exclude(pool_rate=rate)
    count = 0
    with transaction.atomic():
        for part in in_parts(list(rows.order_by("pk").values_list("pk", flat=True))):
            accounts = list(Account.objects.select_for_update().filter(pk__in=part).order_by("pk"))
            before = {account.pk: pools.taken_by(account) for account in accounts}
            for account in accounts:
                account.pool_rate = rate
            Account.objects.filter(pk__in=part).update(pool_rate=rate)
            pools.add_in_base({account.pk: pools.taken_by(account) - before[account.pk] for account in accounts})
            count += len(accounts)
    return count


def join_all(pool: Pool, accounts: QuerySet[Account]) -> int:
    """Let accounts share a limit, with what they used and reserved; give how many."""

    def joined(part: list[int], known: set[int]) -> set[int]:
        fresh = set(part) - known
        through = Pool.members.through
        through._default_manager.bulk_create(through(pool_id=pool.pk, account_id=key) for key in sorted(fresh))
        Account.objects.filter(pk__in=part, is_pooled=False).update(is_pooled=True)
        return fresh

    return _move(pool, accounts, joined, 1)


def leave_all(pool: Pool, accounts: QuerySet[Account]) -> int:
    """Take accounts out of a limit, with what they used and reserved; give how many."""

    def left(part: list[int], known: set[int]) -> set[int]:
        through = Pool.members.through._default_manager
        through.filter(pool=pool, account__in=part).delete()
        goes_on = through.filter(account=OuterRef("pk"), pool__ended_on__isnull=True)
        Account.objects.filter(~Exists(goes_on), pk__in=part).update(is_pooled=False)
        return known

    return _move(pool, accounts, left, -1)


def end(pool: Pool, *, on: Any) -> None:
    """Use a limit no more: nobody shares it from now on."""
    with transaction.atomic():
        leave_all(pool, Account.objects.filter(pk__in=_members(pool)))
        Pool.objects.filter(pk=pool.pk).update(ended_on=on)


def _members(pool: Pool) -> QuerySet[Any]:
    return Pool.members.through._default_manager.filter(pool=pool).values("account")


def _move(pool: Pool, accounts: QuerySet[Account], change: Any, sign: int) -> int:
    """Change who shares a limit; the accounts are locked in their order, and the slots last, as whoever orders does."""
    taken, count = [0] * SLOTS, 0
    with transaction.atomic():
        for part in in_parts(list(accounts.order_by("pk").values_list("pk", flat=True))):
            locked = Account.objects.select_for_update().filter(pk__in=part).order_by("pk")
            rows = {account.pk: pools.taken_by(account) for account in locked}
            known = set(_members(pool).filter(account__in=part).values_list("account", flat=True))
            changed = change(list(part), known)
            count += len(changed)
            for key in changed:
                taken[key % SLOTS] += sign * rows[key]
        pools.book_slots(pool.pk, dict(enumerate(taken)))
    return count
