"""Holds: reserved by one guarded statement, then used, released, expired or returned, each cent once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor
from xinheng.credit.core import passing, pools, reserving
from xinheng.credit.core.accounts import change, in_force, locked, move, revalue
from xinheng.credit.core.money import yuan
from xinheng.credit.core.reserving import Taken
from xinheng.credit.models import Account, Grant, Hold, Movement, Pool
from xinheng.upkeep.prepared import prepared


@dataclass(frozen=True, slots=True)
class Beyond:
    """How far an order may pass the limit, by the policy's tolerance and by what a special approval lets pass.

    The tolerance is in hundredths of a percent of the limit.
    """

    tolerance: int = 0
    over: int = 0
    unbounded: bool = False
    even_frozen: bool = False
    pools: frozenset[str] = frozenset()
    single: Grant | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance <= 10_000 or self.over < 0:
            raise ValueError("a tolerance is from 0 to 100 percent, and nothing below zero lets pass")

    @property
    def more(self) -> int:
        """What a limit for this single order adds."""
        return self.single.amount if self.single is not None else 0

    def ceiling(self, granted: int) -> int:
        """Give the most that used and reserved may be together, from what is granted without the single limit."""
        return granted + self.more + granted * self.tolerance // 10_000 + self.over


@dataclass(frozen=True, slots=True)
class Short:
    """Why nothing was reserved: `over` the limit, `frozen`, or a shared limit (`pool`); and how much is missing."""

    reason: str
    account: Account
    missing: int = 0
    pool: Pool | None = None


WITHIN = Beyond()


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be reserved, and into which hold where there is one already."""

    amount: int
    by: Actor
    on: date
    document: str = ""
    until_day: date | None = None
    beyond: Beyond = WITHIN
    clause: str = ""
    into: Hold | None = None


def reserve(
    account: Account, amount: int, *, by: Actor, on: date, document: str = "", until_day: date | None = None,
    beyond: Beyond = WITHIN, clause: str = "",
) -> Hold | Short:  # fmt: skip
    """Reserve an amount (cents, above 0) for an order until a day; exactly reaching the limit is allowed."""
    if amount <= 0:
        raise Refusal(_("预占的金额要大于 0。"))
    return _reserved(account, _Order(amount, by, on, document, until_day, beyond, clause))


def _reserved(account: Account, order: _Order, *, again: bool = True) -> Hold | Short:
    take = reserving.take_for_hold if order.into is None and order.beyond.single is None else reserving.take
    asked = _asked(account, order)
    try:
        with transaction.atomic():
            taken = take(asked)
            if taken is None:
                pass_day(account, by=SYSTEM, on=order.on)  # what expired by today is free, and limits are today's
                taken = take(asked)
            return _short(account, order) if taken is None else _held(account, taken, order)
    except _PoolIsShort as found:
        short = found.pool
    if again and passing.pass_members(short, partial(pass_day, by=SYSTEM, on=order.on), on=order.on):
        return _reserved(account, order, again=False)
    return Short("pool", account, pools.counted(account, order.amount) - max(0, pools.free(short)), short)


class _PoolIsShort(Exception):
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        super().__init__(pool.name)


def _asked(account: Account, order: _Order) -> dict[str, Any]:
    beyond, by = order.beyond, order.by
    return {
        "account": account.pk, "amount": order.amount, "single": beyond.more, "tolerance": beyond.tolerance,
        "over": beyond.over, "unbounded": beyond.unbounded, "even_frozen": beyond.even_frozen, "on": order.on,
        "document": order.document[:60], "until": order.until_day, "by": by.actor_id, "name": by.actor_name[:100],
        "clause": order.clause[:200], "at": connection.ops.adapt_datetimefield_value(timezone.now()),
    }  # fmt: skip


def _held(account: Account, taken: Taken, order: _Order) -> Hold:
    """Give the hold for what was taken, and take it from what is shared, too."""
    account.granted, account.used, account.reserved = taken.granted, taken.used, taken.reserved
    hold = _written(account, taken, order) if taken.hold is None else _as_written(account, taken.hold, order)
    if taken.is_pooled:
        short = pools.take(account, order.amount, let_pass=order.beyond.pools)
        if short is not None:
            raise _PoolIsShort(short)
    return hold


def _as_written(account: Account, key: int, order: _Order) -> Hold:
    """Give the hold that the statements wrote, without reading it."""
    hold = Hold(
        pk=key, account=account, document=order.document[:60], amount=order.amount, until_day=order.until_day
    )  # fmt: skip
    hold._state.adding = False
    return hold


def _written(account: Account, taken: Taken, order: _Order) -> Hold:
    """Write down what was taken for a hold there is already, or by a limit for this single order."""
    amount, single = order.amount, order.beyond.single
    hold = order.into or Hold(account=account, document=order.document[:60], amount=0)
    hold.amount += amount
    hold.until_day = order.until_day or hold.until_day
    hold.save()
    said: dict[str, Any] = {"by": order.by, "on": order.on, "hold": hold, "document": order.document}
    if single is not None:
        _take_single(single, hold, order.on)
        account.reserved -= amount
        move(account, Movement.Kind.GRANT, single.amount, clause=single.clause, **said)
        account.reserved += amount
    move(account, Movement.Kind.RESERVE, amount, clause=order.clause, ceiling=taken.ceiling, **said)
    if single is not None:  # it ends by itself: the account must be worked out anew on that day
        revalue(locked(account), by=order.by, on=order.on)
    return hold


def _take_single(single: Grant, hold: Hold, on: date) -> None:
    found = Grant.objects.filter(pk=single.pk, account=hold.account_id, kind=Grant.Kind.SINGLE, hold__isnull=True)
    if not found.filter(in_force(on)).update(hold=hold):
        raise Refusal(_("这笔单笔额度已经用过或已到期。请另选, 或按循环额度下单。"))


def _short(account: Account, order: _Order) -> Short:
    """Say why it did not fit; the account is locked, so this is what stood against it."""
    found = Account.objects.get(pk=account.pk)
    if found.is_frozen and not order.beyond.even_frozen:
        return Short("frozen", found)
    return Short("over", found, found.used + found.reserved + order.amount - order.beyond.ceiling(found.granted or 0))


def amend(
    hold: Hold, amount: int, *, by: Actor, on: date, beyond: Beyond = WITHIN, until_day: date | None = None
) -> Hold | Short:
    """Bring a hold to another amount, of which what was used is a part: only an increase is checked, a decrease is freed."""
    with transaction.atomic():
        account = locked(hold.account)
        hold = _open(hold, on)
        if amount < hold.used:
            raise Refusal(
                _("单据 {document} 已使用 {used} 元, 不能改到 {amount} 元。").format(
                    document=hold, used=yuan(hold.used), amount=yuan(amount)
                )
            )
        more = amount - (hold.amount - hold.released)
        if more <= 0:
            return _release(account, hold, -more, by, on, Movement.Kind.RELEASE) if more else hold
        return _reserved(account, _Order(more, by, on, hold.document, until_day, beyond, into=hold))


def use(hold: Hold, amount: int, *, by: Actor, on: date, document: str = "") -> Hold:
    """Use a hold in part or whole: the amount is reserved no more, but used."""
    with transaction.atomic():
        account = locked(hold.account)
        hold = _open(hold, on)
        _at_most(hold, amount, hold.left, _("还预占着"))
        hold.used += amount
        _stored(hold, Hold.State.DONE)
        change(account, used=amount, reserved=-amount, taken=amount)
        move(account, Movement.Kind.USE, amount, by=by, on=on, hold=hold, document=document or hold.document)
        return hold


def release(hold: Hold, amount: int | None = None, *, by: Actor, on: date, why: str = "") -> Hold:
    """Give back what is reserved, all that is left of it where no amount is said."""
    with transaction.atomic():
        account = locked(hold.account)
        hold = _open(hold, on)
        amount = hold.left if amount is None else amount
        _at_most(hold, amount, hold.left, _("还预占着"))
        return _release(account, hold, amount, by, on, Movement.Kind.RELEASE, why)


def give_back(hold: Hold, amount: int, *, by: Actor, on: date, document: str = "") -> Hold:
    """Return what was used without a document in the ledger (it was paid, or the goods came back)."""
    with transaction.atomic():
        account = locked(hold.account)
        hold = Hold.objects.get(pk=hold.pk)
        _at_most(hold, amount, hold.used - hold.returned, _("已使用而未归还"))
        hold.returned += amount
        hold.save(update_fields=["returned"])
        change(account, used=-amount, taken=-amount)
        move(account, Movement.Kind.RETURN, amount, by=by, on=on, hold=hold, document=document or hold.document)
        return hold


def cover(account: Account, document: str, amount: int, *, by: Actor, on: date) -> int:
    """Let a document that came into the ledger take the place of what is held for it; give how much of it was held.

    The account is locked. What was used without a document is covered first, then what is reserved.
    """
    done = 0
    for hold in Hold.objects.filter(account=account, document=document).order_by("pk"):
        returned = min(hold.used - hold.returned, amount - done)
        used = min(hold.left, amount - done - returned) if hold.state == Hold.State.OPEN else 0
        if not returned and not used:
            continue
        hold.used += used
        hold.returned += returned + used
        _stored(hold, Hold.State.DONE)
        if returned:
            change(account, used=-returned, taken=-returned)
            move(account, Movement.Kind.RETURN, returned, by=by, on=on, hold=hold, document=document)
        if used:
            change(account, reserved=-used)
            move(account, Movement.Kind.USE, used, by=by, on=on, hold=hold, document=document, part="open_orders")
        done += returned + used
    return done


def expired(account: Account, *, on: date) -> int:
    """Give what is still booked as reserved on an account, though it expired by a day: it is free."""
    if account.pk is None:
        return 0
    return sum(hold.left for hold in _due(account.pk, on))


@prepared
def _due(account: int, on: date) -> QuerySet[Hold]:
    return Hold.objects.filter(account=account, state=Hold.State.OPEN, until_day__lte=on)


def pass_day(account: Account, *, by: Actor, on: date) -> None:
    """Bring an account to a day: what expired by then is free, and what is granted is that day's."""
    account = locked(account)
    due = Hold.objects.filter(account=account, state=Hold.State.OPEN, until_day__lte=on).order_by("pk")
    for hold in due:
        _release(account, hold, hold.left, by, on, Movement.Kind.EXPIRE)
    if account.valid_until is not None and account.valid_until <= on:
        revalue(account, by=by, on=on)


def _release(
    account: Account, hold: Hold, amount: int, by: Actor, on: date, kind: Movement.Kind, why: str = ""
) -> Hold:
    hold.released += amount
    _stored(hold, Hold.State.EXPIRED if kind == Movement.Kind.EXPIRE else Hold.State.RELEASED)
    change(account, reserved=-amount)
    move(account, kind, amount, by=by, on=on, hold=hold, document=hold.document, why=why)
    if hold.state != Hold.State.OPEN and not hold.used and Grant.objects.filter(hold=hold).update(hold=None):
        revalue(account, by=by, on=on)  # its limit for a single order was not used: it may be taken again
    return hold


def _stored(hold: Hold, ended: Hold.State) -> None:
    if not hold.left and hold.state == Hold.State.OPEN:
        hold.state = Hold.State.DONE if hold.used and ended != Hold.State.EXPIRED else ended
    hold.save(update_fields=["used", "released", "returned", "state"])


def _open(hold: Hold, on: date) -> Hold:
    hold = Hold.objects.get(pk=hold.pk)
    if hold.state != Hold.State.OPEN:
        raise Refusal(
            _("单据 {document} 的预占{state}, 不能再动。").format(document=hold, state=hold.get_state_display())
        )
    if hold.until_day is not None and hold.until_day <= on:
        raise Refusal(
            _("单据 {document} 的预占 {day} 已到期。请重新检查订单。").format(document=hold, day=hold.until_day)
        )
    return hold


def _at_most(hold: Hold, amount: int, most: int, what: str) -> None:
    if amount <= 0:
        raise Refusal(_("金额要大于 0。"))
    if amount > most:
        raise Refusal(
            _("单据 {document} {what} {most} 元, 不足 {amount} 元。").format(
                document=hold, what=what, most=yuan(most), amount=yuan(amount)
            )
        )
