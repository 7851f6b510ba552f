"""Sending: each delivery until its receiver takes it, at least once, later and later while he does not.

A delivery is taken by moving its next try away, in one guarded statement: two workers never send the same one at the
same time, and one whose worker died is sent again after the lease. An address that does not answer is left to rest;
one that has not answered for three days is told nothing more until somebody looks into it.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, act, record
from xinheng.connect.models import Attempt, Delivery, Subscription
from xinheng.connect.webhooks.signing import headers_of
from xinheng.org.roles import Role
from xinheng.workflow import outgoing
from xinheng.workflow.actions import open_item
from xinheng.workflow.calendar import add_working_days

LOG = logging.getLogger("xinheng.webhooks")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITS: Sequence[timedelta] = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR)
"""How long is waited after the first, second, … try that failed; after the last one it is given up."""
LEASE = timedelta(minutes=5)
LONGEST_REST = 10 * MINUTE
BROKEN_AFTER, BROKEN_TRIES = timedelta(days=3), 10
"""How long, and how often at least, every try must have failed before an address is told nothing more."""
TIMEOUT = 10
AT_ONCE = 200
"""How many are sent to one address before others have their turn."""
State, Stand = Delivery.State, Subscription.State


@dataclass(frozen=True, slots=True)
class Answer:
    """How a try went; `status` is None where nobody answered."""

    status: int | None
    problem: str
    milliseconds: int

    @property
    def is_taken(self) -> bool:
        """Say whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def send_due() -> int:
    """Send what is due to every address that is told anything; gives how many were taken."""
    now = timezone.now()
    rested = Q(rest_until__isnull=True) | Q(rest_until__lte=now)
    due = Subscription.objects.filter(rested, state=Stand.ACTIVE, deliveries__state=State.WAITING)
    due = due.filter(deliveries__next_try_at__lte=now).distinct().order_by("id")
    return sum(_send_to(subscription) for subscription in due)


def _send_to(subscription: Subscription) -> int:
    waiting = subscription.deliveries.filter(state=State.WAITING, next_try_at__lte=timezone.now())
    taken = 0
    for number in list(waiting.order_by("id").values_list("pk", flat=True)[:AT_ONCE]):
        delivery = _claimed(number)
        if delivery is None:
            continue
        if not send(delivery).is_taken:
            break
        taken += 1
    return taken


def _claimed(number: int) -> Delivery | None:
    """Take a delivery that is due; None where another worker has it, or it need not be sent any more."""
    now = timezone.now()
    free = Delivery.objects.filter(
        pk=number, state=State.WAITING, next_try_at__lte=now, subscription__state=Stand.ACTIVE
    )
    if not free.update(next_try_at=now + LEASE):
        return None
    return Delivery.objects.select_related("subscription").get(pk=number)


def send(delivery: Delivery) -> Answer:
    """Try once to tell a system something, and write down how it went."""
    subscription = delivery.subscription
    body, now = delivery.payload.encode(), timezone.now()
    headers = headers_of(secrets_of(subscription, now), str(delivery.uid), int(now.timestamp()), body)
    headers |= {"Content-Type": "application/json; charset=utf-8", "User-Agent": "xinheng-webhooks/1"}
    answer = _called(subscription.url, body, headers)
    _note(delivery, answer, timezone.now())
    if not answer.is_taken:
        LOG.warning("webhook %s: %s %s", subscription.pk, delivery.uid, answer.problem or answer.status)
    return answer


def secrets_of(subscription: Subscription, now: datetime) -> list[str]:
    """Give the secrets that sign now: the one in use, and the former one for a day after a change."""
    former = subscription.former_secret
    is_good = former is not None and subscription.former_until is not None and now < subscription.former_until
    return [subscription.secret, former] if is_good and former is not None else [subscription.secret]


def _called(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    began = time.monotonic()
    try:
        answer = outgoing.post(url, body, headers=headers, timeout=TIMEOUT, allowed=settings.OUTGOING_ALLOWED)
    except Refusal as refusal:  # an address inside
        return Answer(None, refusal.message, _passed(began))
    except OSError as wrong:
        return Answer(None, _why(wrong), _passed(began))
    return Answer(answer.status, "", _passed(began))


def _why(wrong: OSError) -> str:
    """Say in words why nobody answered."""
    match wrong:
        case socket.gaierror():
            return _("找不到这个主机名。")
        case ssl.SSLError():
            return _("加密连接不成: 对方的证书有问题。")
        case TimeoutError():
            return _("{seconds} 秒内没有应答。").format(seconds=TIMEOUT)
        case ConnectionRefusedError():
            return _("对方拒绝连接。")
        case _:
            return _("没有应答: {why}").format(why=type(wrong).__name__)


def _passed(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


@transaction.atomic
def _note(delivery: Delivery, answer: Answer, now: datetime) -> None:
    """Write down how a try went: of the delivery, and of the address."""
    Attempt.objects.create(
        delivery=delivery, at=now, status=answer.status, problem=answer.problem[:300],
        milliseconds=answer.milliseconds,
    )  # fmt: skip
    held = Delivery.objects.select_for_update().get(pk=delivery.pk)
    held.tries += 1
    address = Subscription.objects.filter(pk=delivery.subscription_id)
    if answer.is_taken:
        held.state, held.ended_at = State.DELIVERED, now
        address.filter(failures__gt=0).update(failures=0, failing_since=None, rest_until=None)
    else:
        if held.tries > len(WAITS):
            held.state, held.ended_at = State.FAILED, now
        else:
            held.next_try_at = now + WAITS[held.tries - 1]
        address.update(failures=F("failures") + 1)
        address.filter(failing_since__isnull=True).update(failing_since=now)
        _let_rest(address.get(), now)
    held.save(update_fields=["tries", "state", "ended_at", "next_try_at"])


def _let_rest(subscription: Subscription, now: datetime) -> None:
    since = subscription.failing_since
    if (
        subscription.state == Stand.ACTIVE
        and since is not None
        and now - since >= BROKEN_AFTER
        and subscription.failures >= BROKEN_TRIES
    ):
        give_up(subscription, on=timezone.localdate())
        return
    rest = min(LONGEST_REST, MINUTE * 2 ** min(subscription.failures - 1, 10))
    Subscription.objects.filter(pk=subscription.pk).update(rest_until=now + rest)


@act
def give_up(subscription: Subscription, *, on: date) -> None:
    """Tell an address nothing more that has long not answered, and have the system administrator look into it."""
    subscription.state = Stand.BROKEN
    subscription.save(update_fields=["state"])
    record("connect.break_webhook", subscription, by=SYSTEM, after={"failures": subscription.failures})
    open_item(
        subscription, by=SYSTEM, on=on, act="look_into", role=Role.SYSTEM_ADMIN, due=add_working_days(on, 1),
        title=_("事件通知“{name}”多次发送失败, 已停发").format(name=subscription.name),
    )  # fmt: skip
