"""The caller's address and scheme are taken from the proxies we trust, and from nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from xinheng import wsgi


def asked(monkeypatch: pytest.MonkeyPatch, caller: str, trusted: list[str]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(wsgi, "get_wsgi_application", lambda: lambda environ, start: seen.update(environ) or [])
    with override_settings(TRUSTED_PROXIES=trusted):
        answer = wsgi._behind_proxies()
    answer(
        {
            "REMOTE_ADDR": caller,
            "HTTP_X_FORWARDED_FOR": "203.0.113.7",
            "HTTP_X_FORWARDED_PROTO": "https",
            "wsgi.url_scheme": "http",
        },
        None,
    )
    return seen


@pytest.mark.parametrize("caller", ["127.0.0.1", "10.0.3.4"])
def test_a_trusted_proxy_is_believed(monkeypatch: pytest.MonkeyPatch, caller: str):
    seen = asked(monkeypatch, caller, ["127.0.0.1", "10.0.0.0/16"])
    assert seen["REMOTE_ADDR"] == "203.0.113.7"
    assert seen["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize("caller", ["10.1.0.1", "192.0.2.9", ""])
def test_anybody_else_cannot_choose_his_address_or_scheme(monkeypatch: pytest.MonkeyPatch, caller: str):
    seen = asked(monkeypatch, caller, ["127.0.0.1", "10.0.0.0/16"])
    assert seen["REMOTE_ADDR"] == caller
    assert "HTTP_X_FORWARDED_PROTO" not in seen
    assert seen["wsgi.url_scheme"] == "http"
