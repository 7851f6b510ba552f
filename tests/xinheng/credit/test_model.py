"""The account against a model in plain Python, over any course of events (stateful)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, is_sound, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import exposure, holds, limits
from xinheng.credit.core.exposure import Step
from xinheng.credit.core.limits import Limit
from xinheng.credit.models import Account, Hold

AMOUNTS = st.integers(1, 50)


class Course(RuleBasedStateMachine):
    """What may happen to one account; the model keeps what is reserved, used and granted by itself."""

    customer: Any = None
    made = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.sid = transaction.savepoint()
        self.day = DAY
        self.limit: int | None = 100
        self.temporary: list[tuple[int, date, date]] = []
        self.owed = self.taken = self.prepaid = 0
        self.frozen = False
        self.holds: dict[int, list[Any]] = {}  # left, used and not returned, the day it ends

    @initialize()
    def open(self) -> None:
        self.account: Account = with_limit(self.customer, self.limit)

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.sid)

    @property
    def by(self) -> dict[str, Any]:
        return {"by": SYSTEM, "on": self.day}

    def reserved(self) -> int:
        return sum(left for left, _used, ends in self.holds.values() if ends > self.day)

    def granted(self) -> int:
        assert self.limit is not None
        return self.limit + sum(amount for amount, since, until in self.temporary if since <= self.day < until)

    def fits(self, amount: int) -> bool:
        wanted = self.reserved() + amount
        return not self.frozen and (wanted <= self.prepaid or self.owed + self.taken + wanted <= self.granted())

    @rule(target=made, amount=AMOUNTS, days=st.integers(1, 4))
    def reserve(self, amount: int, days: int) -> int:
        ends = self.day + timedelta(days)
        found = holds.reserve(self.account, amount, document=f"SO{amount}", until_day=ends, **self.by)
        fits = self.fits(amount)
        assert isinstance(found, Hold) == fits
        if not isinstance(found, Hold):
            return 0
        self.holds[found.pk] = [amount, 0, ends]
        return found.pk

    def _left(self, key: int) -> int:
        left, _used, ends = self.holds[key]
        return left if ends > self.day else 0

    @rule(key=made, amount=AMOUNTS)
    def use(self, key: int, amount: int) -> None:
        if key and self._does(lambda: holds.use(Hold.objects.get(pk=key), amount, **self.by), amount, self._left(key)):
            self.holds[key][0] -= amount
            self.holds[key][1] += amount
            self.taken += amount

    @rule(key=made, amount=AMOUNTS)
    def release(self, key: int, amount: int) -> None:
        if key and self._does(
            lambda: holds.release(Hold.objects.get(pk=key), amount, **self.by), amount, self._left(key)
        ):
            self.holds[key][0] -= amount

    @rule(key=made, amount=AMOUNTS)
    def give_back(self, key: int, amount: int) -> None:
        if key and self._does(
            lambda: holds.give_back(Hold.objects.get(pk=key), amount, **self.by), amount, self.holds[key][1]
        ):
            self.holds[key][1] -= amount
            self.taken -= amount

    @rule(key=made, amount=st.integers(0, 80))
    def amend(self, key: int, amount: int) -> None:
        if not key or not self._left(key):
            return
        before = self._left(key)
        hold = Hold.objects.get(pk=key)
        more = amount - before
        found = holds.amend(hold, hold.used + amount, **self.by)
        fits = more <= 0 or self.fits(more)
        assert isinstance(found, Hold) == fits
        if fits:
            self.holds[key][0] = amount

    def _does(self, act: Any, amount: int, most: int) -> bool:
        """Do it, which must succeed exactly where there is enough."""
        try:
            act()
        except Refusal:
            assert amount > most
            return False
        assert amount <= most
        return True

    @rule(delta=st.integers(-60, 60), part=st.sampled_from(["receivables", "prepayment"]))
    def book(self, delta: int, part: str) -> None:
        exposure.book(self.account, [Step(part, delta, "D")], **self.by)
        self.owed += delta if part == "receivables" else -delta
        self.prepaid += delta if part == "prepayment" else 0

    @rule(amount=st.integers(0, 200))
    def change_limit(self, amount: int) -> None:
        limits.grant(self.account, Limit("revolving", "grade", amount, self.day), **self.by)
        self.limit = amount

    @rule(amount=AMOUNTS, wait=st.integers(0, 2), days=st.integers(1, 3))
    def grant_for_a_time(self, amount: int, wait: int, days: int) -> None:
        since = self.day + timedelta(wait)
        until = since + timedelta(days)
        limits.grant(self.account, Limit("temporary", "application", amount, since, until), **self.by)
        self.temporary.append((amount, since, until))

    @rule()
    def freeze_or_thaw(self) -> None:
        (limits.thaw if self.frozen else limits.freeze)(self.account, source="person", **self.by)
        self.frozen = not self.frozen

    @rule(days=st.integers(1, 2))
    def next_day(self, days: int) -> None:
        self.day += timedelta(days)

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "account"):
            return
        with transaction.atomic():  # the day is passed to compare, and taken back: nothing may depend on it
            holds.pass_day(self.account, by=SYSTEM, on=self.day)
            found = now(self.account)
            assert (found.granted, found.used, found.reserved) == (
                self.granted(), self.owed + self.taken, self.reserved()
            )  # fmt: skip
            transaction.set_rollback(True)
        assert is_sound(on=self.day)


@pytest.mark.django_db
def test_any_course_of_events_agrees_with_the_model(company: Company) -> None:
    run_state_machine_as_test(
        type("OfOurs", (Course,), {"customer": company.ours}),
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None),
    )
