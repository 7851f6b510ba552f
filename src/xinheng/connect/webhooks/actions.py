"""Setting up who is told of what, and sending again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.connect.models import Delivery, Event, Subscription
from xinheng.connect.webhooks.outbox import News, delivery_of
from xinheng.connect.webhooks.signing import new_secret
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS
from xinheng.workflow.actions import settle_items
from xinheng.workflow.outgoing import is_outside

OVERLAP = timedelta(days=1)
"""How long a former secret signs beside the new one."""
LONGEST_URL = 500
State = Subscription.State


@act
def subscribe(
    *, name: str, url: str, events: Collection[str], person: Person, by: Person, on: date
) -> tuple[Subscription, str]:
    """Have an address told of events, within what `person` may see; give it and its secret, which is shown this once.

    Refusal where the address leads inside or is not https, no event is chosen, or the person is an administrator.
    """
    demand(by, "connect.webhooks")
    if not name.strip():
        raise Refusal(_("请写明通知哪个系统。"))
    chosen = _events(events)
    if person.pk == by.pk or person.is_one_of(*ADMINISTRATORS) or not person.is_active:
        raise Refusal(_("通知不能以本人、管理员或停用人员的身份。请为这个系统建立一个专用人员, 只任命它需要的角色。"))
    secret = new_secret()
    made = Subscription(name=name.strip(), person=person, events=chosen, secret=secret, created_by=by)
    made.point_to(checked_url(url))
    made.save()
    record(
        "connect.subscribe", made, by=by,
        after={"host": made.host, "person": str(person), "events": chosen, "on": on},
    )  # fmt: skip
    return made, secret


@act
def edit_subscription(subscription: Subscription, *, url: str, events: Collection[str], by: Person) -> Subscription:
    """Change an address, or what it is told of; an empty `url` leaves the address."""
    demand(by, "connect.webhooks")
    _not_ended(subscription)
    before = {"host": subscription.host, "events": subscription.events}
    subscription.events = _events(events)
    if url.strip():
        subscription.point_to(checked_url(url))
    subscription.save(update_fields=["events", "url", "host"])
    record(
        "connect.edit_webhook", subscription, by=by, before=before,
        after={"host": subscription.host, "events": subscription.events},
    )  # fmt: skip
    return subscription


@act
def renew_secret(subscription: Subscription, *, by: Person) -> str:
    """Make another secret, shown this once; for a day both sign, so that the receiver can change over."""
    demand(by, "connect.webhooks")
    _not_ended(subscription)
    subscription.former_secret, subscription.former_until = subscription.secret, timezone.now() + OVERLAP
    subscription.secret = secret = new_secret()
    subscription.save(update_fields=["secret", "former_secret", "former_until"])
    record("connect.renew_secret", subscription, by=by)
    return secret


@act
def pause(subscription: Subscription, *, by: Person) -> Subscription:
    """Send nothing for now; what happens meanwhile is kept for later."""
    demand(by, "connect.webhooks")
    if subscription.state != State.ACTIVE:
        raise Refusal(_("它现在不在发送。"))
    return _stand(subscription, State.PAUSED, "connect.pause_webhook", by=by)


@act
def resume(subscription: Subscription, *, by: Person, on: date) -> Subscription:
    """Send again, with what gathered meanwhile; settles the task of whoever was to look into it."""
    demand(by, "connect.webhooks")
    if subscription.state not in {State.PAUSED, State.BROKEN}:
        raise Refusal(_("它没有暂停, 不必恢复。"))
    subscription.failures, subscription.failing_since, subscription.rest_until = 0, None, None
    subscription.save(update_fields=["failures", "failing_since", "rest_until"])
    settle_items(subscription, act="look_into", by=by, on=on)
    return _stand(subscription, State.ACTIVE, "connect.resume_webhook", by=by)


@act
def end_subscription(subscription: Subscription, *, by: Person, on: date, why: str) -> Subscription:
    """Tell a system nothing more; what waits is dropped."""
    demand(by, "connect.webhooks")
    _not_ended(subscription)
    if not why.strip():
        raise Refusal(_("请写明停用的原因。"))
    waiting = subscription.deliveries.filter(state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.DROPPED, ended_at=timezone.now())
    settle_items(subscription, act="look_into", by=by, on=on)
    return _stand(subscription, State.ENDED, "connect.end_webhook", by=by, why=why)


@act
def queue_test(subscription: Subscription, *, by: Person) -> Delivery:
    """Write down a message that says nothing, to see whether it arrives."""
    demand(by, "connect.webhooks")
    _not_ended(subscription)
    news = News(Event.TEST, {"hello": "xinheng"})
    made = delivery_of(subscription, news, at=timezone.now())
    made.save()
    record("connect.test_webhook", subscription, by=by)
    return made


@act
def resend(delivery: Delivery, *, by: Person) -> Delivery:
    """Send something again that was given up, dropped or lost by the receiver; under the same number."""
    demand(by, "connect.webhooks")
    subscription = delivery.subscription
    _not_ended(subscription)
    if delivery.state == Delivery.State.WAITING:
        raise Refusal(_("它还在等待发送, 不必重发。"))
    delivery.state, delivery.tries, delivery.ended_at = Delivery.State.WAITING, 0, None
    delivery.next_try_at = timezone.now()
    delivery.save(update_fields=["state", "tries", "ended_at", "next_try_at"])
    record("connect.resend", subscription, by=by, after={"delivery": str(delivery.uid)})
    return delivery


def checked_url(url: str) -> str:
    """Give an address as it may be called; Refusal where it cannot be. Where its name leads is looked at in each call."""
    wanted = url.strip()
    try:
        parts = urlsplit(wanted)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if not host or len(wanted) > LONGEST_URL or parts.username or parts.password or not wanted.isprintable():
        raise Refusal(_("地址不能用。请写成 https://主机/路径, 不带用户名与密码。"))
    allowed = f"{host}:{port or (443 if parts.scheme == 'https' else 80)}" in settings.OUTGOING_ALLOWED
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        raise Refusal(_("请用 https 地址: 内容含客户的等级, 不能明文传送。"))
    is_number = host.replace(".", "").isdigit() or ":" in host
    if not allowed and (host == "localhost" or (is_number and not is_outside(host))):
        raise Refusal(_("这是内部地址, 不能通知。如确有需要, 请系统管理员写进设置 outgoing_allowed。"))
    return wanted


def _events(events: Collection[str]) -> list[str]:
    known = {str(event) for event in Event if event != Event.TEST}
    if not events or not set(events) <= known:
        raise Refusal(_("请至少选择一种事件, 并只选列出的。"))
    return sorted(set(events))


def _not_ended(subscription: Subscription) -> None:
    if subscription.state == State.ENDED:
        raise Refusal(_("这个通知已经停用。"))


def _stand(subscription: Subscription, state: State, name: str, *, by: Person, why: str = "") -> Subscription:
    before, subscription.state = subscription.state, state
    subscription.save(update_fields=["state"])
    record(name, subscription, by=by, why=why, before={"state": before}, after={"state": str(state)})
    return subscription
