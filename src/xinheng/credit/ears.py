"""What the rooms below tell: grades that moved, and documents that changed what customers owe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q
from django.utils import timezone

from xinheng.audit.record import Actor
from xinheng.credit.actions.budgets import follow_rates, follow_rule
from xinheng.credit.actions.entered import came_in
from xinheng.credit.actions.guarantees import follow_grades
from xinheng.credit.actions.held import examine_again
from xinheng.credit.actions.sharing import follow_groups
from xinheng.credit.core import exposure, joining
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.booking import MANY, book_many
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.many import ByGrade, grant_by_grade
from xinheng.credit.core.money import cents
from xinheng.credit.models import Account
from xinheng.customers.models import Customer
from xinheng.ledger.listeners import Change
from xinheng.org.models import Department
from xinheng.ratings.listeners import Moved
from xinheng.ratings.models import Assessment, Cause, Rating


class OfGrades:
    """Grants what a grade brings in the transaction that brings it into force."""

    def on_standings(self, moved: Sequence[Moved], *, by: Actor, on: date) -> None:
        """Grant the customers' limits by the main policy's grades."""
        causes = {cause: str(label) for cause, label in Cause.choices}
        wanted = {one.standing.customer_id: _by_grade(one, on, causes) for one in moved if one.standing.policy.is_main}
        if wanted:
            granted = grant_by_grade(wanted, by=by, on=on)
            follow_grades(wanted, by=by, on=on)
            examine_again(granted, on=on)

    def on_ratings(self, ratings: Sequence[Rating], *, by: Actor, on: date) -> None:
        """Leave ratings alone until they come into force."""

    def on_decided(self, assessment: Assessment, *, by: Actor, on: date) -> None:
        """Leave cases alone."""


def _by_grade(moved: Moved, on: date, causes: Mapping[str, str]) -> ByGrade:
    now, before = moved.standing, moved.before
    amount = None if now.limit is None or not now.grade else cents(now.limit)
    if not now.grade:
        amount = 0  # revoked: nothing on credit until he is rated again
    was = None if before is None or before.limit is None else cents(before.limit)
    return ByGrade(
        amount=amount, from_day=min(now.from_day, on), is_frozen=now.is_frozen,
        is_worse=before is not None and (amount or 0) < (was or 0), clause=now.clause,
        why=causes[now.cause],
    )  # fmt: skip


class OfMoves:
    """Lets the accounts of a customer who went to another department, or group, or was merged, share what is shared there."""

    def on_moved(self, customer: Customer, *, by: Actor, on: date) -> None:
        """Bring his accounts to the rules of the ceilings and budgets, and the groups' limits to their members.

        Orders that wait may pass then.
        """
        for pool in joining.ruled():
            joining.follow(pool, Q(customer=customer))
        follow_groups(customer, on=on)
        examine_again(Account.objects.filter(customer=customer).values_list("pk", flat=True), on=on)


class OfRates:
    """Lets accounts in other currencies count at another rate where they share limits."""

    def on_rates(self, *, on: date) -> None:
        """Work out what they take of the ceilings and budgets anew."""
        follow_rates(on=on)


class OfDepartments:
    """Lets the customers of a department that was moved share the budgets above it."""

    def on_department_moved(self, department: Department) -> None:
        """Bring the accounts to the rules of the budgets."""
        on = timezone.localdate()
        for pool in joining.ruled().filter(department__isnull=False):
            if joining.missing(pool).exists() or joining.astray(pool).exists():
                follow_rule(pool, on=on)


class OfDocuments:
    """Books what documents changed in the transaction of the act that changed them."""

    def on_exposure(self, changes: Sequence[Change], *, by: Actor, on: date) -> None:
        """Book the changes on their accounts; where one helps, examine the orders again that wait there."""
        of_account: dict[tuple[int, int, str], list[Step]] = {}
        for change in changes:
            step = Step(change.part, cents(change.delta), change.number)
            of_account.setdefault((change.customer, change.company, change.currency), []).append(step)
        orders = any(one.part == "open_orders" for steps in of_account.values() for one in steps)
        if len(of_account) >= MANY and not orders:
            examine_again(book_many(of_account, by=by, on=on), on=on)
            return
        booked: list[int] = []
        for (customer, company, currency), steps in sorted(of_account.items()):
            account = Account.objects.filter(customer=customer, company=company, currency=currency).first()
            if account is None:  # opened with all that is owed, these documents too
                account = open_account(customer, company=company, currency=currency)
            else:
                exposure.book(account, steps, by=by, on=on)
                came_in(account, {one.document for one in steps if one.part == "open_orders" and one.delta > 0}, on=on)
            if any(_helps(one) for one in steps):
                booked.append(account.pk)
        examine_again(booked, on=on)


def _helps(step: Step) -> bool:
    """Say whether a change may let an order pass that waits: less is owed or on order, or more came in."""
    return (step.delta > 0) == (step.part in Account.TAKEN_AWAY)
