"""Sessions of a person: which there are, and ending them at once."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession

from xinheng.org.models import Person


def end_sessions(person: Person, *, keep: str | None = None, leave: int = 0) -> int:
    """End a person's sessions but the one with the key `keep` and the `leave` latest; give how many ended."""
    ended = 0
    for session in UserSession.objects.filter(user=person).exclude(session_key=keep or "").order_by("-pk")[leave:]:
        session.end()
        ended += 1
    return ended


def sessions_of(person: Person, *, after: datetime) -> list[UserSession]:
    """Give a person's sessions that were used after a time, the latest first."""
    found = UserSession.objects.filter(user=person, last_seen_at__gt=after).order_by("-last_seen_at")
    return [session for session in found if session.exists()]
