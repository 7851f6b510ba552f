"""Roles in words, and those whom a newcomer to the demo may enter as."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from xinheng.org.queries import holders
from xinheng.org.roles import DUTIES, Role

register = template.Library()


@register.filter
def role_label(role: str) -> str:
    """Give the role in words."""
    return str(Role(role).label)


@register.simple_tag
def demo_roles() -> list[dict[str, Any]]:
    """Give the roles that somebody holds, with what each does; nothing outside the demo."""
    if not settings.DEMO:
        return []
    held = holders(on=timezone.localdate())
    return [{"role": role, "label": role.label, "duty": DUTIES[role]} for role in Role if held[role]]


@register.simple_tag
def can_reset_by_mail() -> bool:
    """Say whether a password can be reset by mail."""
    return bool(settings.EMAIL_HOST)
