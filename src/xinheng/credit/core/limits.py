"""Limits: granted, ended, frozen, thawed. Lowering below what is used is allowed: it stops what is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.credit.core.accounts import granted_on, locked, move, revalue
from xinheng.credit.models import Account, Grant, Movement


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit to be granted: its kind and cause, the amount in cents, its days, and what it rests on."""

    kind: str
    cause: str
    amount: int
    from_day: date
    until_day: date | None = None
    document: str = ""
    clause: str = ""
    secured_by: str = ""
    most: int | None = None


def grant(account: Account, limit: Limit, *, by: Actor, on: date, why: str = "") -> Grant:
    """Grant a limit; a revolving one takes the place of the one of the same cause from its first day on."""
    with transaction.atomic():
        account = locked(account)
        if limit.kind == Grant.Kind.REVOLVING:
            _end(account, Q(kind=Grant.Kind.REVOLVING, cause=limit.cause), limit.from_day)
        elif limit.kind != Grant.Kind.SECURED and granted_on(account, limit.from_day).amount is None:
            raise Refusal(_("这个账户还没有循环额度, 不能加临时或单笔额度。请先核定循环额度。"))
        made = Grant.objects.create(
            account=account, kind=limit.kind, cause=limit.cause, amount=limit.amount, from_day=limit.from_day,
            until_day=limit.until_day, document=limit.document[:60], clause=limit.clause[:200],
            secured_by=limit.secured_by, most=limit.most,
        )  # fmt: skip
        revalue(account, by=by, on=on, document=limit.document, clause=limit.clause, why=why)
        return made


def end(account: Account, which: Q, *, by: Actor, on: date, clause: str = "", why: str = "") -> int:
    """End the limits of an account that are of a kind (`which`), from a day on; give how many there were."""
    with transaction.atomic():
        account = locked(account)
        count = _end(account, which, on)
        if count:
            revalue(account, by=by, on=on, clause=clause, why=why)
        return count


def _end(account: Account, which: Q, on: date) -> int:
    running = (Q(until_day__isnull=True) | Q(until_day__gt=on)) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    return Grant.objects.filter(which, running, account=account).update(ended_on=on)


def freeze(account: Account, *, source: str, by: Actor, on: date, clause: str = "", why: str = "") -> bool:
    """Stop all that is new, for one `source`; False where it has stopped it already."""
    return _freezing(account, lambda sources: sources | {source}, Movement.Kind.FREEZE, by, on, clause, why)


def thaw(account: Account, *, source: str, by: Actor, on: date, clause: str = "", why: str = "") -> bool:
    """Lift the freeze of one source; the account is free once no source is left."""
    return _freezing(account, lambda sources: sources - {source}, Movement.Kind.THAW, by, on, clause, why)


def _freezing(
    account: Account,
    change: Callable[[frozenset[str]], frozenset[str]],
    kind: str,
    by: Actor,
    on: date,
    clause: str,
    why: str,
) -> bool:
    with transaction.atomic():
        account = locked(account)
        before = frozenset(filter(None, account.frozen_for.split(",")))
        after = change(before)
        if after == before:
            return False
        account.frozen_for, account.is_frozen = ",".join(sorted(after)), bool(after)
        account.save(update_fields=["frozen_for", "is_frozen"])
        move(account, kind, 0, by=by, on=on, clause=clause, why=why)
        return True
