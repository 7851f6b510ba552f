"""The provider as allauth knows it."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider

from xinheng.org.wecom.views import WeComAdapter


class WeComAccount(ProviderAccount):  # type: ignore[misc]
    """A member of a company in WeCom."""


class WeComProvider(OAuth2Provider):  # type: ignore[misc]
    """WeCom: a member is known by the company's number and his own in it."""

    id = "wecom"
    name = "企业微信"
    account_class = WeComAccount
    oauth2_adapter_class = WeComAdapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Give the member's number, within his company's."""
        return f"{self.app.client_id}:{data['userid']}"

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Give what fills in a new account: nothing, for none is made."""
        return {}

    def get_default_scope(self) -> list[str]:
        """Give what is asked for: who it is, and no more."""
        return []


provider_classes = [WeComProvider]
