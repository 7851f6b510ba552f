"""What the room does by itself: mail to customers goes out, also where no worker runs between the daily runs."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from xinheng.portal.mailing import send_letters


def daily(*, on: date) -> str | None:
    """Send what waits; a second run on the same day sends nothing twice."""
    sent = send_letters()
    return _("发给客户 {count} 封通知。").format(count=sent) if sent else None
