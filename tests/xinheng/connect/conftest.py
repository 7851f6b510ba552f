"""Tokens for the tests of the API."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from xinheng.connect import actions


@pytest.fixture
def a_token(company) -> Callable[..., str]:
    """Make a token of some scopes (customers:read), acting as the commerce specialist unless told otherwise."""

    def made(*scopes: str, person: Any = None, until: date | None = None) -> str:
        today = timezone.localdate()
        _token, secret = actions.issue_token(
            name="ERP", person=person or company.commerce_specialist, scopes=scopes or ["customers:read"],
            valid_until=until or today + timedelta(days=30), by=company.security_admin, on=today,
        )  # fmt: skip
        return secret

    return made
