"""The proof: every balance worked out again from what it is made of, and every difference told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Sum

from xinheng.credit.core import joining, pools
from xinheng.credit.core.accounts import of_grants
from xinheng.credit.models import Account, Grant, Hold, Movement, Pool, Slot

Owed = Mapping[str, int]
"""The parts of what is owed by the documents, in cents."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not what it is made of: where, which, what stands there and what should (cents)."""

    account: int | None
    what: str
    stands: int | None
    should: int | None
    where: str = ""


def prove(accounts: list[Account], *, on: date, owed: Mapping[int, Owed] | None = None) -> list[Difference]:
    """Work out the balances of accounts again: from grants, holds, movements and (where given) the documents."""
    keys = [account.pk for account in accounts]
    holds = _by_account(
        Hold.objects.filter(account__in=keys).values("account").annotate(
            reserved=Sum(F("amount") - F("used") - F("released")), taken=Sum(F("used") - F("returned"))
        )
    )  # fmt: skip
    found: list[Difference] = []
    grants: dict[int, list[Grant]] = {}
    for grant in Grant.objects.filter(account__in=keys):
        grants.setdefault(grant.account_id, []).append(grant)
    for account in accounts:
        of_it = holds.get(account.pk, {})
        found += _against(account, "reserved", account.reserved, of_it.get("reserved") or 0)
        found += _against(account, "taken", account.taken, of_it.get("taken") or 0)
        parts = sum(getattr(account, part) * account.share_in(part) for part in Account.PARTS)
        found += _against(account, "used", account.used, account.taken + parts)
        if account.valid_until is None or account.valid_until > on:
            found += _against(account, "granted", account.granted, of_grants(grants.get(account.pk, ()), on).amount)
        for part, amount in (owed or {}).get(account.pk, {}).items():
            found += _against(account, part, getattr(account, part), amount)
        found += _movements(account)
    return found


def _against(account: Account, what: str, stands: int | None, should: int | None, where: str = "") -> list[Difference]:
    return [] if stands == should else [Difference(account.pk, what, stands, should, where)]


def _by_account(rows: Iterable[Any]) -> dict[int, dict[str, int]]:
    return {row["account"]: row for row in rows}


MOVES = {
    Movement.Kind.GRANT: ("granted",),
    Movement.Kind.RESERVE: ("reserved",),
    Movement.Kind.RELEASE: ("-reserved",),
    Movement.Kind.EXPIRE: ("-reserved",),
    Movement.Kind.USE: ("-reserved", "used"),
    Movement.Kind.RETURN: ("-used",),
    Movement.Kind.COUNT: ("used",),
}
"""Which balances a kind of movement moves; a use that a document covered (`part`) takes from what is reserved alone."""


def _movements(account: Account) -> Iterator[Difference]:
    """Follow the movements from the first: each balance is the one before and the amount, the last is the account's."""
    granted: int | None = None
    used = reserved = 0
    counts = frozenset(Account.PARTS)
    for movement in Movement.objects.filter(account=account).order_by("pk").iterator(2000):
        where = str(movement.pk)
        if movement.kind == Movement.Kind.GRANT:
            granted = movement.granted if movement.granted is None else (granted or 0) + movement.amount
        elif movement.kind == Movement.Kind.EXPOSURE:
            used += movement.amount * _share(movement.part, counts)
        else:
            moves = MOVES.get(Movement.Kind(movement.kind), ())
            reserved += movement.amount * (("reserved" in moves) - ("-reserved" in moves))
            if not (movement.kind == Movement.Kind.USE and movement.part):
                used += movement.amount * (("used" in moves) - ("-used" in moves))
        if movement.kind == Movement.Kind.COUNT:
            counts = frozenset(movement.why.split(","))
        for what, stands, should in (
            ("granted", movement.granted, granted), ("used", movement.used, used),
            ("reserved", movement.reserved, reserved),
        ):  # fmt: skip
            yield from _against(account, what, stands, should, where)
        granted, used, reserved = movement.granted, movement.used, movement.reserved
    for what, stands, should in (
        ("granted", account.granted, granted), ("used", account.used, used), ("reserved", account.reserved, reserved)
    ):  # fmt: skip
        yield from _against(account, what, stands, should, "last movement")


def _share(part: str, counts: frozenset[str]) -> int:
    if part not in counts:
        return 0
    return -1 if part in Account.TAKEN_AWAY else 1


def prove_pools() -> list[Difference]:
    """Hold every shared limit in use against its slots, and what they took against its members."""
    found = []
    for pool in Pool.objects.filter(ended_on__isnull=True):
        slots = Slot.objects.filter(pool=pool).aggregate(share=Sum("share"), taken=Sum("taken"))
        own = pool.members.filter(currency=pool.currency)
        members = own.aggregate(total=Sum(F("used") + F("reserved")))["total"] or 0
        members += sum(pools.taken_by(account) for account in pool.members.exclude(currency=pool.currency))
        for what, stands, should in (
            ("share", slots["share"], pool.granted), ("taken", slots["taken"], members)
        ):  # fmt: skip
            if stands != should:
                found.append(Difference(None, what, stands, should, str(pool)))
    for pool in joining.ruled():
        gone, more = joining.missing(pool).count(), joining.astray(pool).count()
        if gone or more:
            stands = pool.members.count()
            found.append(Difference(None, "members", stands, stands + gone - more, str(pool)))
    return found
