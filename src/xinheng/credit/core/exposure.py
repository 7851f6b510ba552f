"""What the documents of the ledger do to an account: facts, which are booked whether or not they fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xinheng.audit.record import Actor
from xinheng.credit.core.accounts import change, locked, move
from xinheng.credit.core.holds import cover
from xinheng.credit.models import Account, Movement


@dataclass(frozen=True, slots=True)
class Step:
    """A document moved a part of what a customer owes: so many cents more (or less), under its number."""

    part: str
    delta: int
    document: str


def book(account: Account, steps: Iterable[Step], *, by: Actor, on: date) -> Account:
    """Book what documents changed; an order that was held for is held no more, so that it counts once."""
    with transaction.atomic():
        account = locked(account)
        for step in steps:
            if not step.delta:
                continue
            if step.part == "open_orders" and step.delta > 0:
                cover(account, step.document, step.delta, by=by, on=on)
            change(account, used=step.delta * account.share_in(step.part), **{step.part: step.delta})
            move(
                account, Movement.Kind.EXPOSURE, step.delta, by=by, on=on, part=step.part, document=step.document
            )  # fmt: skip
        return account


def count(account: Account, parts: Iterable[str], *, by: Actor, on: date, clause: str = "") -> bool:
    """Let other parts count against the limit than until now (another policy); say whether that changed anything."""
    with transaction.atomic():
        account = locked(account)
        wanted = [part for part in Account.PARTS if part in set(parts)]
        if account.counted == frozenset(wanted):
            return False
        account.counts = ",".join(wanted)
        used = account.taken + sum(getattr(account, part) * account.share_in(part) for part in Account.PARTS)
        more = used - account.used
        account.save(update_fields=["counts"])
        change(account, used=more)
        move(account, Movement.Kind.COUNT, more, by=by, on=on, clause=clause, why=account.counts)
        return True
