"""The company's own sign-in: OIDC, WeCom, DingTalk and Feishu, against a server of our own on the loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.dingtalk.views import DingTalkOAuth2Adapter
from allauth.socialaccount.providers.feishu.client import FeishuOAuth2Client
from allauth.socialaccount.providers.feishu.views import FeishuOAuth2Adapter
from django.test import Client

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.org.models import Person
from xinheng.org.sign_in.outside import outside_apps, outside_origins, outside_providers, switched_on

WAYS = {"oidc": "oidc/oidc", "wecom": "wecom", "dingtalk": "dingtalk", "feishu": "feishu"}


class Provider:
    """A provider that says of everybody what the test wants; it remembers what it was asked."""

    def __init__(self) -> None:
        self.who: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                told = json.loads(body) if body.startswith("{") else {k: v[0] for k, v in parse_qs(body).items()}
                self.answer(told)

            def answer(self, told: dict[str, Any]) -> None:
                where = urlsplit(self.path)
                told |= {key: values[0] for key, values in parse_qs(where.query).items()}
                provider.asked.append((where.path, told))
                answer = provider.answer(where.path)
                body = json.dumps(answer).encode()
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> Any:
        who = self.who
        told = {"iss": self.url, "aud": "xinheng", "iat": int(time.time()), "exp": int(time.time()) + 60, **who}
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
            },
            "/token": {
                "access_token": "t", "token_type": "Bearer",
                "id_token": jwt.encode(told, "oidc-secret-of-the-tests-32-bytes-long", algorithm="HS256"),
            },
            "/userinfo": who,
            "/cgi-bin/gettoken": {"errcode": 0, "access_token": "company-token", "expires_in": 7200},
            "/cgi-bin/auth/getuserinfo": who,
            "/ding/token": {"accessToken": "t", "refreshToken": "r", "expireIn": 7200},
            "/ding/me": who,
            "/feishu/app": {"app_access_token": "a"},
            "/feishu/token": {"data": {"access_token": "t", "expires_in": 7200}},
            "/feishu/me": {"code": 0, "data": who},
        }.get(path)  # fmt: skip


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    provider = Provider()
    for way in ("openid_connect", "wecom"):
        app = settings.SOCIALACCOUNT_PROVIDERS[way]["APPS"][0]
        monkeypatch.setitem(app["settings"], "server_url", provider.url)
    monkeypatch.setattr(DingTalkOAuth2Adapter, "access_token_url", f"{provider.url}/ding/token")
    monkeypatch.setattr(DingTalkOAuth2Adapter, "profile_url", f"{provider.url}/ding/me")
    monkeypatch.setattr(FeishuOAuth2Client, "app_access_token_url", f"{provider.url}/feishu/app")
    monkeypatch.setattr(FeishuOAuth2Adapter, "access_token_url", f"{provider.url}/feishu/token")
    for name in ("user_info_url", "profile_url"):
        if hasattr(FeishuOAuth2Adapter, name):
            monkeypatch.setattr(FeishuOAuth2Adapter, name, f"{provider.url}/feishu/me")
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def go(client: Client, way: str, process: str = "login", **changed: str) -> Any:
    """Go to the provider and come back with a code."""
    away = client.post(f"/accounts/{WAYS[way]}/login/?process={process}")
    assert away.status_code == 302, away.content.decode()
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    back = {"code": "code-1", "state": state, **changed}
    return client.get(f"/accounts/{WAYS[way]}/login/callback/", back)


def member(way: str, number: str = "u1") -> dict[str, Any]:
    return {
        "oidc": {"sub": number, "email": "", "email_verified": False},
        "wecom": {"errcode": 0, "userid": number},
        "dingtalk": {"openId": number, "nick": "某人"},
        "feishu": {"open_id": number, "name": "某人", "union_id": number, "user_id": number},
    }[way]


def test_somebody_whose_mail_the_provider_has_verified_comes_in(company: Any, client: Client, provider: Any) -> None:
    provider.who = {"sub": "u1", "email": "FINANCE@example.com", "email_verified": True, "name": "钱财务", "phone": "1"}
    assert go(client, "oidc").status_code == 302
    assert "钱财务" in client.get("/me/").content.decode()
    bound = SocialAccount.objects.get()
    assert (bound.user, bound.uid) == (company.finance, "u1")
    assert bound.extra_data == {}, "what the provider tells is not kept"
    assert not SocialToken.objects.exists()
    assert Entry.objects.filter(act="org.sign_in", actor_id=company.finance.pk).exists()


@pytest.mark.parametrize(
    "who",
    [
        {"sub": "u1", "email": "finance@example.com", "email_verified": False},
        {"sub": "u1", "email": "finance@example.com"},
        {"sub": "u1", "email": "finance@example.com", "email_verified": "true"},
        {"sub": "u1", "email": "nobody@example.com", "email_verified": True},
        {"sub": "u1", "email": "", "email_verified": True},
        {"sub": "u1", "preferred_username": "finance"},
    ],
)
def test_nobody_else_comes_in_and_no_account_is_made(company: Any, client: Client, provider: Any, who: Any) -> None:
    provider.who = who
    people = Person.objects.count()
    answer = go(client, "oidc")
    assert answer.status_code == 403
    assert "没有对应的账号" in answer.content.decode()
    assert client.get("/me/").status_code == 302
    assert Person.objects.count() == people
    assert not SocialAccount.objects.exists()


def test_a_closed_account_does_not_come_in(company: Any, client: Client, provider: Any) -> None:
    provider.who = {"sub": "u1", "email": "finance@example.com", "email_verified": True}
    go(client, "oidc")
    Person.objects.filter(pk=company.finance.pk).update(is_active=False)
    other = Client()
    go(other, "oidc")
    assert other.get("/me/").status_code == 302
    SocialAccount.objects.all().delete()
    assert go(other, "oidc").status_code == 403


@pytest.mark.parametrize("way", WAYS)
def test_who_bound_it_himself_comes_in_by_it(company: Any, client: Client, provider: Any, way: str) -> None:
    provider.who = member(way)
    assert go(client, way).status_code == 403, "not known yet"
    client.post("/accounts/login/", {"login": "legal", "password": "correct horse battery"})
    assert go(client, way, "connect").status_code == 302
    assert Entry.objects.filter(act="org.bind_outside_sign_in", actor_id=company.legal.pk).count() == 1
    other = Client()
    assert go(other, way).status_code == 302
    assert "秦法务" in other.get("/me/").content.decode()
    provider.who = member(way, "u2")
    assert go(Client(), way).status_code == 403


def test_one_membership_cannot_be_bound_by_two(company: Any, provider: Any) -> None:
    provider.who = member("wecom")
    for name in ("legal", "finance"):
        client = Client()
        client.post("/accounts/login/", {"login": name, "password": "correct horse battery"})
        go(client, "wecom", "connect")
    assert SocialAccount.objects.get().user == company.legal


def test_what_is_bound_can_be_given_up(company: Any, client: Client, provider: Any) -> None:
    provider.who = member("wecom")
    client.post("/accounts/login/", {"login": "legal", "password": "correct horse battery"})
    go(client, "wecom", "connect")
    assert "企业微信" in client.get("/accounts/3rdparty/").content.decode()
    client.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()
    assert Entry.objects.filter(act="org.unbind_outside_sign_in").count() == 1


def test_wecom_is_asked_as_its_manual_says(company: Any, client: Client, provider: Any) -> None:
    provider.who = member("wecom")
    away = client.post("/accounts/wecom/login/")
    asked = {key: values[0] for key, values in parse_qs(urlsplit(away["Location"]).query).items()}
    assert asked["login_type"] == "CorpApp"
    assert (asked["appid"], asked["agentid"]) == ("wwcorp", "1000002")
    assert asked["redirect_uri"] == "http://testserver/accounts/wecom/login/callback/"
    client.get("/accounts/wecom/login/callback/", {"code": "c9", "state": asked["state"]})
    assert provider.asked == [
        ("/cgi-bin/gettoken", {"corpid": "wwcorp", "corpsecret": "wecom-secret"}),
        ("/cgi-bin/auth/getuserinfo", {"access_token": "company-token", "code": "c9"}),
    ]


@pytest.mark.parametrize("who", [{"errcode": 40029, "errmsg": "invalid code"}, {"errcode": 0, "openid": "outsider"}])
def test_who_is_no_member_of_the_company_is_refused(company: Any, client: Client, provider: Any, who: Any) -> None:
    provider.who = who
    answer = go(client, "wecom")
    assert "企业登录失败" in answer.content.decode()
    assert "wecom-secret" not in answer.content.decode()
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_nobody_asked_for_is_refused(company: Any, client: Client, provider: Any, way: str) -> None:
    provider.who = {**member(way), "email": "finance@example.com", "email_verified": True}
    go(client, way, state="forged")
    assert client.get("/me/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_the_second_factor_is_asked_all_the_same(company: Any, client: Client, provider: Any) -> None:
    TOTP.activate(company.finance, "JBSWY3DPEHPK3PXP")
    provider.who = {"sub": "u1", "email": "finance@example.com", "email_verified": True}
    assert go(client, "oidc")["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/me/").status_code == 302


def test_the_sign_in_page_offers_what_is_switched_on(client: Client, db: None) -> None:
    page = client.get("/accounts/login/").content.decode()
    for name in ("公司统一登录", "企业微信", "钉钉", "飞书"):
        assert name in page


def test_nothing_is_switched_on_by_itself() -> None:
    assert outside_apps({}) == outside_origins({}) == []
    assert outside_providers({}) == {}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"weibo": {}}, "没有这种登录方式"),
        ({"wecom": {"client_id": "a", "client_secret": "b"}}, "缺少 agent_id"),
        ({"oidc": {"client_id": "a"}}, "缺少 client_secret、server_url"),
    ],
)
def test_a_half_told_way_is_refused(told: Any, why: str) -> None:
    with pytest.raises(Refusal, match=why):
        switched_on({"sign_in": told})


def test_the_browser_may_be_sent_to_the_providers_and_nowhere_else() -> None:
    told = {"sign_in": {
        "oidc": {"client_id": "a", "client_secret": "b", "server_url": "https://sso.example.com/realms/x"},
        "wecom": {"client_id": "a", "client_secret": "b", "agent_id": "1"},
    }}  # fmt: skip
    assert outside_origins(told) == ["https://sso.example.com", "https://login.work.weixin.qq.com"]
