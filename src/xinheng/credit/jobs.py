"""What a day brings: holds and limits that end. Nothing depends on it; balances on pages are today's without it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, act, record
from xinheng.credit import upkeep
from xinheng.credit.actions.held import examine_again
from xinheng.credit.actions.sharing import changed_members, regroup
from xinheng.credit.actions.trying import counted_by, under_policy
from xinheng.credit.core import holds
from xinheng.credit.models import Account, DeliveryStop, Hold, OrderCheck, Pool
from xinheng.policies.queries import main_version


def daily(*, on: date) -> str | None:
    """Count what the policy counts, end what ended by a day, follow groups that changed, and examine the orders that wait."""
    for account in Account.objects.exclude(counts=",".join(counted_by(main_version(on)))).order_by("pk"):
        count_anew(account, on=on)
    ended = Q(valid_until__lte=on) | Q(holds__state=Hold.State.OPEN, holds__until_day__lte=on)
    due = Account.objects.filter(ended).distinct().order_by("pk")
    for account in due:
        pass_day(account, on=on)
    for pool in Pool.objects.filter(head__isnull=False, ended_on__isnull=True).order_by("pk"):
        if changed_members(pool):
            regroup(pool, on=on)
    upkeep.daily(on=on)
    waiting = OrderCheck.objects.filter(state__in=OrderCheck.WAITING).values_list("account", flat=True)
    kept = DeliveryStop.objects.filter(state__in=DeliveryStop.WAITING).values_list("account", flat=True)
    freed = examine_again(sorted({*waiting, *kept}), on=on)
    if not due and not freed:
        return None
    return _("额度或预占到期的账户 {ended} 个, 自动放行订单 {freed} 张").format(ended=len(due), freed=len(freed))


@act
def count_anew(account: Account, *, on: date) -> Account:
    """Let an account count what the policy in force counts; another version may count other parts."""
    account = under_policy(account, by=SYSTEM, on=on)
    record("credit.count_anew", account, by=SYSTEM, about=account.customer, after={"counts": account.counts})
    return account


@act
def pass_day(account: Account, *, on: date) -> Account:
    """Bring one account to a day."""
    holds.pass_day(account, by=SYSTEM, on=on)
    record("credit.pass_day", account, by=SYSTEM, about=account.customer)
    return account
