"""Asking WeCom who it is: the company's token first, then the member's number for the code that came back.

It is not quite OAuth2: the token is the company's, not the member's, and the code is shown to another address than the
one that gives tokens. `server_url` and `sign_in_url` in the settings lead to a WeCom of one's own (私有化部署).
"""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest
from django.utils.http import urlencode

SERVER = "https://qyapi.weixin.qq.com"
SIGN_IN = "https://login.work.weixin.qq.com/wwlogin/sso/login"


class WeComClient(OAuth2Client):  # type: ignore[misc]
    """The two calls of WeCom that differ from OAuth2."""

    agent_id: str = ""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: dict[str, Any]) -> str:
        """Give the page with the code to scan."""
        asked = {
            "login_type": "CorpApp",
            "appid": self.consumer_key,
            "agentid": self.agent_id,
            "redirect_uri": self.callback_url,
            "state": self.state or "",
        }
        return f"{authorization_url}?{urlencode(asked)}"

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        """Give the company's token, and with it the member's code, which is shown next."""
        asked = {"corpid": self.consumer_key, "corpsecret": self.consumer_secret}
        told = answer(self.access_token_url, asked)
        return {"access_token": told["access_token"], "expires_in": told.get("expires_in"), "code": code}


class WeComAdapter(OAuth2Adapter):  # type: ignore[misc]
    """WeCom's addresses, and what is asked there."""

    provider_id = "wecom"
    client_class = WeComClient

    @property
    def options(self) -> dict[str, Any]:
        """The settings of `[sign_in.wecom]`."""
        return dict(self.get_provider().app.settings)

    @property
    def server(self) -> str:
        """The server that answers."""
        return str(self.options.get("server_url", SERVER)).rstrip("/")

    @property
    def access_token_url(self) -> str:
        """Where the company's token is given."""
        return f"{self.server}/cgi-bin/gettoken"

    @property
    def authorize_url(self) -> str:
        """Where the member scans."""
        return str(self.options.get("sign_in_url", SIGN_IN))

    def get_client(self, request: HttpRequest, app: Any) -> WeComClient:
        """Give the client, which also says which application of the company asks."""
        client: WeComClient = super().get_client(request, app)
        client.agent_id = str(self.options["agent_id"])
        return client

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **told: Any) -> SocialLogin:
        """Ask which member the code stands for; somebody from outside the company has none and is refused."""
        asked = {"access_token": token.token, "code": told["response"]["code"]}
        member = answer(f"{self.server}/cgi-bin/auth/getuserinfo", asked)
        if not member.get("userid"):
            raise OAuth2Error("WeCom knows no member for this code")
        return self.get_provider().sociallogin_from_response(request, {"userid": member["userid"]})


def answer(url: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask WeCom; raises OAuth2Error where it refuses, without repeating secrets."""
    with get_adapter().get_requests_session() as session:
        response = session.get(url, params=asked, timeout=10)
        response.raise_for_status()
        told: dict[str, Any] = response.json()
    if told.get("errcode", 0) != 0:
        raise OAuth2Error(f"WeCom refused: {told.get('errcode')}")
    return told


oauth2_login = OAuth2LoginView.adapter_view(WeComAdapter)
oauth2_callback = OAuth2CallbackView.adapter_view(WeComAdapter)
