"""Regular looks that a policy asks for between ratings: who is due on a day, and the tasks that ask for them.

A look falls due so long after the last rating, and again and again until the next. Whoever the policy names is asked; where
that is the salesman, each customer's own manager. Many looks of one person are one task, which opens their list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from creditpolicy import moving
from creditpolicy.model import Period
from creditpolicy.moving import Due
from xinheng.audit.record import SYSTEM, act, record
from xinheng.customers.models import Customer, Status
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies.models import Policy, Version
from xinheng.policies.queries import policy_of
from xinheng.policies.roles import fillers_of
from xinheng.ratings.models import Position, Standing
from xinheng.ratings.queries import standings_on
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import State
from xinheng.workflow.policy_steps import Filler
from xinheng.workflow.queries import items_of

LOOK = "look"
FEW = 5
"""Up to so many customers of one handler are asked for one by one; of more, one task names their number."""
DAYS = 7
"""Days for a look whose period has no fixed days."""
OF_OWNERS = (Role.SALES, Role.SALES_ENGINEER)
"""Roles whose looks go to each customer's own manager."""


@dataclass(frozen=True, slots=True)
class Look:
    """A rule by which looks fall on a day, and the days of the last rating from which they do."""

    due: Due
    rated_on: tuple[date, ...]

    @property
    def period(self) -> Period:
        """The rule."""
        return self.due.period


def looks_on(policy: Policy, version: Version, on: date) -> list[Look]:
    """Give the looks of a policy that fall on a day."""
    said = policy_of(version)
    days = Position.objects.filter(policy=policy, rated_on__lt=on).values_list("rated_on", flat=True).distinct()
    found: dict[Due, list[date]] = defaultdict(list)
    for day in days.order_by("rated_on"):
        assert day is not None
        for due in moving.looks_on(said, day, on):
            found[due].append(day)
    return [Look(due, tuple(rated)) for due, rated in found.items()]


def due_on(policy: Policy, version: Version, on: date, look: Look | None = None) -> QuerySet[Standing]:
    """Give the grades in force whose look falls on a day: by one rule, or by any."""
    rows = standings_on(on, policy).filter(customer__status=Status.FILED)
    chosen = [look] if look is not None else looks_on(policy, version, on)
    found = rows.none()
    for one in chosen:
        mine = Position.objects.filter(policy=policy, customer=OuterRef("customer"), rated_on__in=one.rated_on)
        part = rows.filter(Exists(mine))
        found |= part if one.period.grades is None else part.filter(grade__in=one.period.grades)
    return found


def ask_for_looks(policy: Policy, version: Version, *, on: date) -> int:
    """Open the tasks for all looks of a policy that fall on a day; gives how many. Once, however often it is called."""
    count = 0
    for look in looks_on(policy, version, on):
        groups: dict[Filler, list[Customer]] = defaultdict(list)
        who = _handler(version, look.period)
        rows = due_on(policy, version, on, look).select_related("customer", "customer__owner").order_by("customer")
        for standing in rows:
            customer = standing.customer
            own = customer.owner if who in OF_OWNERS and customer.owner is not None else None
            groups[own if own is not None and own.is_active else who].append(customer)
        for handler, customers in groups.items():
            if len(customers) > FEW:
                count += _ask_once(policy, look, handler, customers, on)
            else:
                count += sum(_ask_once(policy, look, handler, [customer], on) for customer in customers)
    return count


def _handler(version: Version, period: Period) -> Filler:
    role = period.role or Role.RISK
    return fillers_of(policy_of(version), [role]).get(role, Role.RISK)


def _asked(subject: Customer | Policy, handler: Filler, on: date) -> bool:
    """Say whether the handler is asked already, today or by a task that he has not done."""
    mine = {"person": handler} if isinstance(handler, Person) else {"role": handler}
    rows = items_of(subject).filter(act=LOOK, **mine)
    return rows.filter(state=State.OPEN).exists() or rows.filter(opened_on__gte=on).exists()


def _ask_once(policy: Policy, look: Look, handler: Filler, customers: Sequence[Customer], on: date) -> bool:
    if _asked(customers[0] if len(customers) == 1 else policy, handler, on):
        return False
    _ask(policy, look, handler, customers, on=on)
    return True


@act
def _ask(policy: Policy, look: Look, handler: Filler, customers: Sequence[Customer], *, on: date) -> None:
    one = customers[0] if len(customers) == 1 else None
    clause = look.period.clause or ""
    subject = one if one is not None else policy
    last = look.due.last if look.due.last > on else on + timedelta(days=DAYS)
    title = (
        _("定期检查: {customer}").format(customer=one.name)
        if one is not None
        else _("{count} 位客户到期检查: {policy}").format(count=len(customers), policy=policy.title)
    )
    note = _("制度要求在两次评级之间检查。看付款、往来和资料有无变化, 有异常的登记事件或发起评估。")
    if one is None:
        note += "\n" + _("名单: 到期复评 → 定期检查 ({day})").format(day=on)
    record("ratings.ask_look", subject, by=SYSTEM, clause=clause, after={"due": last, "customers": len(customers)})
    open_item(
        subject, by=SYSTEM, on=on, act=LOOK, due=last, clause=clause, about=one, title=title, note=note,
        person=handler if isinstance(handler, Person) else None, role="" if isinstance(handler, Person) else handler,
    )  # fmt: skip
