"""What the room does by itself each day: messages to other systems that are over are cleared away."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM, act, record
from xinheng.connect.models import Delivery

KEPT_DAYS = 90
"""Messages that were taken or given up, with each try, are kept for so long; what still waits is never cleared."""
State = Delivery.State
OVER = (State.DELIVERED, State.FAILED, State.DROPPED)


def daily(*, on: date) -> str | None:
    """Clear away what has been over for long."""
    before = timezone.make_aware(datetime.combine(on - timedelta(days=KEPT_DAYS), time.min))
    count = clear(before) if Delivery.objects.filter(state__in=OVER, ended_at__lt=before).exists() else 0
    return _("清除 {count} 条 {days} 天前的通知记录。").format(count=count, days=KEPT_DAYS) if count else None


@act
def clear(before: datetime) -> int:
    """Delete the messages that were over before a moment, with their tries; gives how many."""
    old = Delivery.objects.filter(state__in=OVER, ended_at__lt=before)
    count = old.count()
    old.delete()
    record("connect.clear_deliveries", None, by=SYSTEM, after={"before": before.date(), "messages": count})
    return count
