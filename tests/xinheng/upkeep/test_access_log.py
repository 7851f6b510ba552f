"""The log of requests says who asked for which page, and never a token, a query or what was sent."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from xinheng.upkeep.access_log import written_route


def test_a_number_stands_in_the_log_and_a_text_does_not():
    request = RequestFactory().get("/")
    request.resolver_match = resolve("/customers/7/")
    assert written_route(request) == "/customers/7/"
    request.resolver_match = resolve("/accounts/login/")
    request.resolver_match.route, request.resolver_match.kwargs = "p/<str:token>/", {"token": "geheim"}
    assert "geheim" not in written_route(request)


def test_neither_query_nor_password_nor_an_unknown_address_is_logged(
    db: None, client: Client, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.INFO, "xinheng.access"):
        client.get("/accounts/login/?next=/secret-query/")
        client.post("/accounts/login/", {"login": "who", "password": "secret-password"})
        client.get("/nowhere/secret-token/")
    lines = [record.getMessage() for record in caplog.records if record.name == "xinheng.access"]
    assert len(lines) == 3
    assert "secret" not in "".join(lines)
    assert " GET /accounts/login/ 200 " in lines[0]


def test_the_account_is_named_by_its_number(company: Any, client: Client, caplog: pytest.LogCaptureFixture):
    client.force_login(company.finance)
    with caplog.at_level(logging.INFO, "xinheng.access"):
        client.get("/")
    assert f"user={company.finance.pk}" in caplog.records[-1].getMessage()
    assert company.finance.username not in caplog.records[-1].getMessage()
