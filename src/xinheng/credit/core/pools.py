"""Limits that several accounts share, taken from slots, so that far from the limit nobody waits for anybody.

An account always takes from its own slot. Where that is short all slots are locked in their order and the free amount
is spread anew, with what is asked for in the slot that asks; where all together is short the answer is no.

No slot is ever overdrawn while another has room: facts that do not fit their slot are spread over all as well. So what
one slot has free is free of the whole.

Slots are in the base currency. An account in another one has taken of them what it used and reserved, at the rate that
stands on its row: each movement takes the difference of the whole before and after it, so that nothing is lost by rounding,
and another rate takes the difference once, for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from xinheng.credit.models import Account, Pool, Slot
from xinheng.credit.models.pools import SLOTS
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE


def found(
    kind: str, name: str, granted: int, *, members: Iterable[Account] = (), currency: str = "CNY",
    head: Customer | None = None,
) -> Pool:  # fmt: skip
    """Make a shared limit, in cents, with its slots and members; what these have used and reserved counts at once."""
    with transaction.atomic():
        pool = Pool.objects.create(kind=kind, name=name, granted=granted, currency=currency, head=head)
        Slot.objects.bulk_create(
            Slot(pool=pool, number=number, share=share) for number, share in enumerate(spread(granted, SLOTS))
        )
        for account in sorted(members, key=lambda one: one.pk):
            join(account, pool)
    return pool


def join(account: Account, pool: Pool) -> None:
    """Let an account share a limit; in the caller's transaction."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    if pool.members.filter(pk=account.pk).exists():
        return
    pool.members.add(account)
    account.is_pooled = True
    account.save(update_fields=["is_pooled"])
    _book(pool.pk, account.pk % SLOTS, taken_by(account))


def leave(account: Account, pool: Pool) -> None:
    """Take an account out of a shared limit, with what it used and reserved; in the caller's transaction."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not pool.members.filter(pk=account.pk).exists():
        return
    pool.members.remove(account)
    account.is_pooled = pools_of(account).exists()
    account.save(update_fields=["is_pooled"])
    _book(pool.pk, account.pk % SLOTS, -taken_by(account))


def resize(pool: Pool, granted: int) -> None:
    """Change a shared limit, also to below what is taken, which then stops what is new."""
    with transaction.atomic():
        slots = _locked(pool.pk)
        pool.granted = granted
        pool.save(update_fields=["granted"])
        _share(slots, granted - sum(slot.taken for slot in slots))


def pools_of(account: Account) -> QuerySet[Pool]:
    """Give the shared limits of an account that are in use."""
    return Pool.objects.filter(members=account, ended_on__isnull=True).order_by("pk")


def take(account: Account, amount: int, *, let_pass: frozenset[str] = frozenset()) -> Pool | None:
    """Take an amount from all that the account shares; the one that is short, or None where all gave it.

    It is on the account's balances by now. Kinds in `let_pass` give it whether or not they are short. What was taken
    before a short one is left to the caller to undo.
    """
    amount = counted(account, amount)
    for pool in pools_of(account):
        own = _own(account, pool)
        if pool.kind in let_pass:
            _book(pool.pk, account.pk % SLOTS, amount)
        elif amount and not _from_own(own, amount) and not _from_all(account, pool, amount):
            return pool
    return None


def add(account: Account, amount: int) -> None:
    """Add to what an account has taken of all that it shares, or give back; facts are not asked whether they fit."""
    amount = counted(account, amount)
    for pool in pools_of(account):
        _book(pool.pk, account.pk % SLOTS, amount)


def add_many(amounts: Mapping[Account, int]) -> None:
    """Add to what many locked accounts have taken of all that they share, in statements that do not grow with them."""
    add_in_base({account.pk: _counted(account, amount, account.pool_rate) for account, amount in amounts.items()})


def add_in_base(amounts: Mapping[int, int]) -> None:
    """Add amounts in the base currency to what accounts (by key) have taken of all that they share."""
    moved = {key: amount for key, amount in amounts.items() if amount}
    shares = Pool.members.through.objects.filter(pool__ended_on__isnull=True, account__in=list(moved))
    of_pool: dict[int, dict[int, int]] = {}
    for pool, account in shares.values_list("pool_id", "account_id"):
        slots = of_pool.setdefault(pool, {})
        slots[account % SLOTS] = slots.get(account % SLOTS, 0) + moved[account]
    for pool, amounts_of in sorted(of_pool.items()):
        book_slots(pool, amounts_of)


def book_slots(pool: int, amounts: Mapping[int, int]) -> None:
    """Add to what slots of a shared limit (by key) have taken, by their number; where it is more than one, all are spread."""
    wanted = {number: amount for number, amount in amounts.items() if amount}
    if len(wanted) == 1:
        for number, amount in wanted.items():
            _book(pool, number, amount)
    elif wanted:
        _spread_over(pool, wanted)


def _book(pool: int, number: int, amount: int) -> None:
    """Add a fact to what a slot has taken; where the slot has no room for it, or had none, all are spread anew."""
    if not amount:
        return
    own = Slot.objects.filter(pool=pool, number=number)
    fits = own.filter(share__gte=F("taken") + amount) if amount > 0 else own.filter(share__gt=F("taken"))
    if not _updated(fits, amount):
        _spread_over(pool, {number: amount})


def _spread_over(pool: int, amounts: Mapping[int, int]) -> None:
    slots = _locked(pool)
    for number, amount in amounts.items():
        slots[number].taken += amount
    granted: int = Pool.objects.values_list("granted", flat=True).get(pk=pool)
    _share(slots, granted - sum(slot.taken for slot in slots))


def counted(account: Account, amount: int) -> int:
    """Give what an amount that is on an account's balances by now is of what it shares; the account is locked."""
    if account.currency == BASE:
        return amount
    return _counted(account, amount, Account.objects.values_list("pool_rate", flat=True).get(pk=account.pk))


def would_count(account: Account, amount: int) -> int:
    """Give what an amount that is not on an account's balances yet would take of what it shares."""
    if account.currency == BASE:
        return amount
    return taken_by(account, more=amount) - taken_by(account)


def taken_by(account: Account, *, more: int = 0) -> int:
    """Give what an account takes of each limit that it shares."""
    whole = account.used + account.reserved + more
    return whole if account.currency == BASE else in_base(whole, account.pool_rate)


def _counted(account: Account, amount: int, rate: Decimal | None) -> int:
    whole = account.used + account.reserved
    return amount if account.currency == BASE else in_base(whole, rate) - in_base(whole - amount, rate)


def in_base(amount: int, rate: Decimal | None) -> int:
    """Give cents of another currency in those of the base currency; nothing where no rate is known."""
    return 0 if rate is None else int((amount * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def free(pool: Pool) -> int:
    """Say what is free of a shared limit, in cents; below zero where more is taken than it is."""
    return pool.granted - (Slot.objects.filter(pool=pool).aggregate(total=Sum("taken"))["total"] or 0)


def spread(amount: int, count: int) -> list[int]:
    """Cut an amount into so many parts that differ by a cent at most, below zero too."""
    each, rest = divmod(amount, count)
    return [each + (number < rest) for number in range(count)]


def _own(account: Account, pool: Pool) -> QuerySet[Slot]:
    return Slot.objects.filter(pool=pool, number=account.pk % SLOTS)


def _from_own(own: QuerySet[Slot], amount: int) -> bool:
    """Take an amount from one slot, where it has as much."""
    return _updated(own.filter(share__gte=F("taken") + amount), amount)


def _updated(rows: QuerySet[Slot], amount: int) -> bool:
    """Add to what the slot has taken that meets the condition; False where it does not.

    PostgreSQL keeps a row locked that it waited for and then found short: undone, it is locked no more, and who locks
    all slots in their order waits for nobody who waits for him.
    """
    with transaction.atomic():
        done = bool(rows.update(taken=F("taken") + amount))
        if not done:
            transaction.set_rollback(True)
    return done


def _locked(pool: int) -> list[Slot]:
    return list(Slot.objects.select_for_update().filter(pool=pool).order_by("number"))


def _from_all(account: Account, pool: Pool, amount: int) -> bool:
    """Take an amount that the account's slot has not, by spreading what all have; False where they have not enough."""
    slots = _locked(pool.pk)
    left = Pool.objects.values_list("granted", flat=True).get(pk=pool.pk) - sum(slot.taken for slot in slots) - amount
    if left < 0:
        return False
    slots[account.pk % SLOTS].taken += amount
    _share(slots, left)
    return True


def _share(slots: list[Slot], left: int) -> None:
    for slot, more in zip(slots, spread(left, len(slots)), strict=True):
        slot.share = slot.taken + more
    Slot.objects.bulk_update(slots, ["share", "taken"])
