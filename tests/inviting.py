"""Customers who are invited to their own page, come in, and read what a policy opens to them."""

from __future__ import annotations

import re
from pathlib import Path

from django.test import Client
from django.urls import reverse
from django.utils import timezone

import creditpolicy
from xinheng.portal import actions


def today():
    return timezone.localdate()


def invite(customer, by) -> actions.Invited:
    return actions.invite(customer, to_name="王经理", days=7, by=by, now=timezone.now())


def let_in(invited: actions.Invited) -> Client:
    client = Client()
    answer = client.post(reverse("portal.enter", args=[invited.link]), {"code": invited.code})
    assert answer.status_code == 302, answer.content.decode()
    return client


def shown(client: Client, path: str = "/my/rating/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def opened_to_customers(*what: str) -> str:
    """The tiers' policy, with its access changed to open these to the customer and no more."""
    text = (Path(creditpolicy.__file__).parent / "packs" / "sales-tiering" / "policy.yaml").read_text(encoding="utf-8")

    def changed(found: re.Match[str]) -> str:
        roles = found["roles"].replace(", customer", "") + (", customer" if found["what"] in what else "")
        return f"- {{what: {found['what']}, roles: [{roles}]"

    return re.sub(r"- \{what: (?P<what>\w+), roles: \[(?P<roles>[^]]*)\]", changed, text)
