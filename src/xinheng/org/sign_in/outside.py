"""The company's own sign-in (OIDC, DingTalk, Feishu, WeCom), from `[sign_in.…]` in `xinheng.toml`; knows no Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from creditpolicy.problems import Refusal

APPS = {
    "oidc": "allauth.socialaccount.providers.openid_connect",
    "dingtalk": "allauth.socialaccount.providers.dingtalk",
    "feishu": "allauth.socialaccount.providers.feishu",
    "wecom": "xinheng.org.wecom",
}
PROVIDERS = {"oidc": "openid_connect", "dingtalk": "dingtalk", "feishu": "feishu", "wecom": "wecom"}
NAMES = {"oidc": "公司统一登录", "dingtalk": "钉钉", "feishu": "飞书", "wecom": "企业微信"}
ORIGINS = {
    "dingtalk": "https://*.dingtalk.com",
    "feishu": "https://*.feishu.cn",
    "wecom": "https://login.work.weixin.qq.com",
}
NEEDED = {
    "oidc": ("client_id", "client_secret", "server_url"),
    "dingtalk": ("client_id", "client_secret"),
    "feishu": ("client_id", "client_secret"),
    "wecom": ("client_id", "client_secret", "agent_id"),
}


def switched_on(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the ways that the settings switch on, each with what it was told; refuses an unknown or half-told one."""
    ways: dict[str, dict[str, Any]] = dict(told.get("sign_in", {}))
    for way, options in ways.items():
        if way not in APPS:
            raise Refusal(f"xinheng.toml: [sign_in.{way}]: 没有这种登录方式。可用的有 {'、'.join(APPS)}。")
        missing = [name for name in NEEDED[way] if not options.get(name)]
        if missing:
            raise Refusal(f"xinheng.toml: [sign_in.{way}] 缺少 {'、'.join(missing)}。请补上, 或删去这一节。")
    return ways


def outside_apps(told: Mapping[str, Any]) -> list[str]:
    """Give the Django apps of the ways switched on."""
    return [APPS[way] for way in switched_on(told)]


def outside_providers(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give allauth's settings of the ways switched on."""
    providers: dict[str, Any] = {}
    for way, options in switched_on(told).items():
        more = {key: value for key, value in options.items() if key not in {"client_id", "client_secret", "name"}}
        app = {
            "provider_id": way,
            "name": options.get("name", NAMES[way]),
            "client_id": options["client_id"],
            "secret": options["client_secret"],
            "settings": more,
        }
        providers[PROVIDERS[way]] = {"APPS": [app], "OAUTH_PKCE_ENABLED": way == "oidc"}
    return providers


def outside_origins(told: Mapping[str, Any]) -> list[str]:
    """Give the places that a browser may be sent to for signing in, for the policy on content (CSP)."""
    origins = []
    for way, options in switched_on(told).items():
        place = urlsplit(str(options.get("sign_in_url") or options.get("server_url") or ORIGINS.get(way, "")))
        origins.append(f"{place.scheme}://{place.netloc}")
    return origins
