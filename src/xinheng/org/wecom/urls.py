"""The addresses of signing in by WeCom."""

from __future__ import annotations

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from xinheng.org.wecom.provider import WeComProvider

urlpatterns = default_urlpatterns(WeComProvider)
