"""What expired of those who share a limit: free of it from its day on, though nobody has booked that yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection
from django.db.models import F, QuerySet, Sum

from xinheng.credit.core import pools
from xinheng.credit.models import Account, Hold, Pool


def expired_in(pool: Pool, *, on: date) -> int:
    """Give what is still booked as reserved in a shared limit, in cents, though it expired by a day."""
    left = F("amount") - F("used") - F("released")
    due = _due(pool, on)
    whole: int = due.filter(account__currency=pool.currency).aggregate(total=Sum(left))["total"] or 0
    foreign = due.exclude(account__currency=pool.currency).order_by().values_list("account").annotate(total=Sum(left))
    amounts = dict(foreign)
    for account in Account.objects.filter(pk__in=list(amounts)) if amounts else ():
        whole += pools.taken_by(account) - pools.taken_by(account, more=-amounts[account.pk])
    return whole


def pass_members(pool: Pool, pass_day: Callable[[Account], None], *, on: date) -> bool:
    """Bring those who share a limit to a day, where something of theirs expired; say whether anything may have come of it.

    An account that somebody else has locked is left to him, so that two who do this never wait for each other.
    """
    if not _due(pool, on).exists():
        return False
    skipping = connection.features.has_select_for_update_skip_locked
    due = Account.objects.filter(pk__in=_due(pool, on).values("account")).order_by("pk")
    for account in due.select_for_update(skip_locked=skipping):
        pass_day(account)
    return True


def _due(pool: Pool, on: date) -> QuerySet[Hold]:
    members = Pool.members.through._default_manager.filter(pool=pool).values("account")
    return Hold.objects.filter(account__in=members, state=Hold.State.OPEN, until_day__lte=on)
