"""What is done once a day: sessions and counts that are over are forgotten; duties that meet are told."""

from __future__ import annotations

from datetime import date

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.org.duties import duties_that_meet
from xinheng.org.sign_in.limits import forget_old


def daily(*, on: date) -> str | None:
    """Delete sessions that ran out and counts of old tries; say how many pairs of duties apart somebody holds together."""
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    forget_old(at=timezone.now())
    meeting = len(duties_that_meet(on=on))
    return _("{count} 对不相容职责有人兼任, 见“不相容职责”一页").format(count=meeting) if meeting else None
