"""The ceiling of a company and the budgets of departments: proposed by one, approved by another, followed by the rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.credit.actions.held import examine_again
from xinheng.credit.actions.sharing import regroup
from xinheng.credit.core import joining, pools
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Budget, OrderCheck, Pool
from xinheng.ledger.models import BASE, Company
from xinheng.org.access import demand
from xinheng.org.models import Department, Person
from xinheng.org.roles import Role
from xinheng.workflow.actions import start
from xinheng.workflow.acts import Stand
from xinheng.workflow.procedures import Procedure, Step

PROCEDURE = "credit.budget"


@act
def propose_budget(
    whose: Company | Department, *, amount: int | None, reason: str, by: Person, on: date
) -> Budget:  # fmt: skip
    """Propose the ceiling of a company or the budget of a department (cents), or None to have none; a leader approves."""
    demand(by, "credit.budget")
    pool = pool_of(whose)
    before = pool.granted if pool is not None else None
    if not reason.strip():
        raise Refusal(_("请写明理由。"))
    if amount == before:
        raise Refusal(
            _("金额没有变化。") if amount is not None else _("{whose}还没有限额, 不必停用。").format(whose=whose)
        )
    if isinstance(whose, Department) and whose.is_closed and amount is not None:
        raise Refusal(_("部门“{department}”已撤销, 请另选。").format(department=whose))
    asked = Budget(amount=amount, before=before, reason=reason.strip(), asked_by=by, asked_on=on, **_place(whose))
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        raise Refusal(_("{whose}已有一份在审批。请等它办完, 或先撤回。").format(whose=whose)) from None
    record(
        "credit.propose_budget", asked, by=by, why=asked.reason,
        before={"limit": yuan(before)}, after={"limit": yuan(amount), "whose": str(whose)},
    )  # fmt: skip
    role = Role.DEPUTY_GM if by.is_one_of(Role.GENERAL_MANAGER) else Role.GENERAL_MANAGER
    start(
        asked, Procedure(PROCEDURE, (Step("approve", _("批准"), role=role, act="approve"),)), by=by, on=on,
        title=_("{what}: {whose}").format(what=asked.get_kind_display(), whose=whose), why=asked.reason,
    )  # fmt: skip
    return asked


def pool_of(whose: Company | Department) -> Pool | None:
    """Give the limit in use of a company or a department, in the base currency."""
    rows = Pool.objects.filter(currency=BASE, ended_on__isnull=True)
    found: Pool | None = rows.filter(**_place(whose)).first()
    return found


def _place(whose: Company | Department) -> dict[str, Any]:
    if isinstance(whose, Department):
        return {"kind": Pool.Kind.DEPARTMENT, "department": whose}
    return {"kind": Pool.Kind.COMPANY, "company": whose}


def decided(asked: Budget, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round: agreed, the limit is set and everybody shares it whom it is for."""
    asked = Budget.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if asked.state != Budget.State.ASKED:
        return
    asked.decided_on, asked.decided_by = on, by if isinstance(by, Person) else None
    if outcome != Stand.AGREED:
        asked.state = Budget.State.REFUSED if outcome == Stand.REFUSED else Budget.State.WITHDRAWN
        asked.save()
        record("credit.refuse_budget", asked, by=by, after={"state": asked.state})
        return
    asked.state = Budget.State.GRANTED
    asked.pool = _set(asked, on)
    asked.save()
    record(
        "credit.set_budget", asked, by=by, why=asked.reason, before={"limit": yuan(asked.before)},
        after={"limit": yuan(asked.amount), "whose": asked.whose},
    )  # fmt: skip
    if asked.pool is not None:
        examine_waiting(asked.pool, on=on)


def _set(asked: Budget, on: date) -> Pool | None:
    whose = asked.department or asked.company
    assert whose is not None
    pool = pool_of(whose)
    if asked.amount is None:
        if pool is not None:
            waiting = _waiting(pool)
            joining.end(pool, on=on)
            examine_again(waiting, on=on)
        return pool
    if pool is None:
        pool = pools.found(asked.kind, _name(asked), asked.amount, currency=BASE)
        Pool.objects.filter(pk=pool.pk).update(department=asked.department, company=asked.company)
        pool.refresh_from_db()
        joining.follow(pool)
    else:
        pools.resize(pool, asked.amount)
        pool.refresh_from_db()
    return pool


def _name(asked: Budget) -> str:
    """Name a limit so that no other in use has the name."""
    shape = _("授信总额 {whose}") if asked.kind == Pool.Kind.COMPANY else _("部门预算 {whose}")
    name = shape.format(whose=asked.whose)[:90]
    taken = Pool.objects.filter(kind=asked.kind, name=name, currency=BASE, ended_on__isnull=True).exists()
    return f"{name} {asked.pk}" if taken else name


def examine_waiting(pool: Pool, *, on: date) -> None:
    """Examine the orders again that wait on the accounts that share a limit."""
    examine_again(_waiting(pool), on=on)


def _waiting(pool: Pool) -> list[int]:
    rows = OrderCheck.objects.filter(state__in=OrderCheck.WAITING, account__pools=pool)
    return sorted(set(rows.values_list("account", flat=True)))


@act
def follow_rule(pool: Pool, *, on: date) -> Pool:
    """Bring who shares a limit to its rule, where a department moved or an account slipped."""
    came, left = joining.follow(pool)
    record("credit.follow_rule", pool, by=SYSTEM, after={"came": came, "left": left})
    examine_waiting(pool, on=on)
    return pool


def follow_rates(*, on: date) -> None:
    """Count accounts in other currencies at the rates of a day in the ceilings and budgets, where these changed."""
    if not Pool.objects.filter(ended_on__isnull=True).exists():
        return
    for currency, rate in sorted(joining.rerated(on).items()):
        count_at_rate(currency, rate, on=on)
    joining.rate_new(Q())
    for pool in joining.ruled():
        if joining.missing(pool).exists():
            follow_rule(pool, on=on)
    for pool in joining.of_groups():
        if joining.of_members(pool).exists():
            regroup(pool, on=on)


@act
def count_at_rate(currency: str, rate: Decimal, *, on: date) -> int:
    """Let the accounts of a currency count at another rate in all that they share; orders that wait may pass then."""
    count = joining.rerate(currency, rate)
    after = {"currency": currency, "rate": str(rate.normalize()), "accounts": count}
    record("credit.count_at_rate", None, by=SYSTEM, after=after)
    for pool in Pool.objects.filter(ended_on__isnull=True).order_by("pk"):
        examine_waiting(pool, on=on)
    return count
