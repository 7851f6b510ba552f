"""The provider as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class WeComConfig(AppConfig):
    """The provider `wecom`; it owns no tables."""

    name = "xinheng.org.wecom"
    label = "org_wecom"
    verbose_name = "企业微信"
