"""The limit that a group of customers shares: set by the leaders, followed as the group changes."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, act, record
from xinheng.credit.actions.held import examine_again
from xinheng.credit.core import joining, pools
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Account, Pool
from xinheng.customers.models import Customer
from xinheng.customers.queries import group_of
from xinheng.ledger.models import BASE, Company
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def share_in_group(customer: Customer, *, amount: int, by: Person, on: date, why: str) -> Pool:
    """Set the limit (cents) that the whole group of a customer shares, or another amount for it.

    What the members have used and reserved by then counts. Each one's own limit holds beside it.
    """
    demand(by, "credit.share", customer)
    members = group_of(customer)
    if len(members) < 2:
        raise Refusal(_("这个客户不属于任何集团。请先在客户档案里写明上级。"))
    if by.pk in {member.customer.owner_id for member in members}:
        raise Refusal(_("客户经理不核定自己客户的共用额度。请由他人办理。"))
    if not why.strip():
        raise Refusal(_("请写明理由。"))
    head = members[0].customer
    pool = Pool.objects.filter(head=head, currency=BASE, ended_on__isnull=True).first()
    before = yuan(pool.granted) if pool is not None else None
    if pool is None:
        pool = pools.found(
            Pool.Kind.GROUP, _("集团 {number}").format(number=head.number), amount, head=head, currency=BASE
        )  # fmt: skip
    else:
        pools.resize(pool, amount)
    _follow(pool)
    record(
        "credit.share", pool, by=by, about=head, why=why.strip(), before={"limit": before},
        after={"limit": yuan(amount), "customers": [member.customer.pk for member in members]},
    )  # fmt: skip
    examine_again(pool.members.values_list("pk", flat=True), on=on)
    return pool


@act
def regroup(pool: Pool, *, on: date) -> Pool:
    """Let those share a limit who belong to the group now."""
    joined, left = changed_members(pool) or (set(), set())
    _follow(pool)
    record(
        "credit.regroup", pool, by=SYSTEM, about=pool.head, before={"customers": sorted(left)},
        after={"customers": sorted(joined)},
    )  # fmt: skip
    examine_again(pool.members.values_list("pk", flat=True), on=on)
    return pool


def follow_groups(customer: Customer, *, on: date) -> None:
    """Let the groups that a customer came into, or left, with all below him share their limits as they are now."""
    group = [member.customer.pk for member in group_of(customer)]
    his = Q(head__in=group) | Q(members__customer=customer)
    for pool in joining.of_groups().filter(his).distinct():
        if changed_members(pool):
            regroup(pool, on=on)


def changed_members(pool: Pool) -> tuple[set[int], set[int]] | None:
    """Give the customers (by key) who came into the group of a limit since, and those who left it; None for neither."""
    now = {member.customer.pk for member in group_of(pool.head)} if pool.head is not None else set()
    members = set(pool.members.values_list("customer_id", flat=True))
    return (now - members, members - now) if now != members else None


def _follow(pool: Pool) -> None:
    joined, left = changed_members(pool) or (set(), set())
    seller = Company.default()
    for key in sorted(joined):
        pools.join(open_account(key, company=seller, currency=pool.currency), pool)
    joining.rate_new(Q(customer__in=pool.members.values("customer")))
    joining.join_all(pool, joining.of_members(pool))
    for account in Account.objects.filter(pools=pool, customer__in=left).order_by("pk"):
        pools.leave(account, pool)
