"""A request with a key takes effect once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from company import Company
from creditpolicy.problems import Refusal
from lending import DAY, now, with_limit
from xinheng.audit.record import SYSTEM
from xinheng.credit.core import holds
from xinheng.credit.core.once import once
from xinheng.credit.models import Account, Answer

BY: dict[str, Any] = {"by": SYSTEM, "on": DAY}


def ask(account: Account, key: str, amount: int, client: str = "erp") -> str:
    content = {"customer": account.customer.number, "amount": str(amount)}
    return once(client, key, content, lambda: f"{holds.reserve(account, amount, **BY)} {now(account).reserved}")


def test_a_repeated_request_is_given_its_first_answer(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    first = ask(account, "k1", 60_00)
    assert ask(account, "k1", 60_00) == first
    assert now(account).reserved == 60_00
    refused = ask(account, "k2", 60_00)
    holds.release(account.holds.get(), **BY)
    assert ask(account, "k2", 60_00) == refused
    assert now(account).reserved == 0


def test_a_key_with_other_content_is_refused_and_the_field_named(company: Company) -> None:
    account = with_limit(company.ours, 100_00)
    ask(account, "k1", 60_00)
    with pytest.raises(Refusal, match=r"amount 不同: 上次是 6000, 这次是 6100"):
        ask(account, "k1", 61_00)
    assert ask(account, "k1", 5_00, client="shop")
    assert now(account).reserved == 65_00


def test_what_fails_leaves_no_answer_and_may_be_asked_again(company: Company) -> None:
    def fails() -> str:
        with_limit(company.ours, 100_00)
        raise Refusal("not now")

    with pytest.raises(Refusal, match="not now"):
        once("erp", "k1", {}, fails)
    assert not Answer.objects.exists()
    assert not Account.objects.exists()
    assert once("erp", "k1", {}, lambda: "done") == "done"


def test_an_error_of_the_database_is_not_taken_for_a_repeated_key(company: Company) -> None:
    account = with_limit(company.ours, 100_00)

    def wrong() -> str:
        Account.objects.filter(pk=account.pk).update(reserved=-1)
        return ""

    with pytest.raises(IntegrityError, match="credit_reserved"):
        once("erp", "k1", {}, wrong)
