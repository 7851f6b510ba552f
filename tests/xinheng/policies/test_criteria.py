"""Who of the company may read a policy's criteria is the policy's own word."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from creditpolicy.reader import load_policy
from policies import published_text
from xinheng.org.access import may

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
PAGES = ("clauses", "text", "file", "scorecard", "findings", "differences")


def limited(company: Any, roles: str) -> Any:
    """Publish the dealer's policy with its criteria open to some roles."""
    text = load_policy("auto-dealer").text
    said = "{what: criteria, roles: [customer, sales, finance, risk, credit_group, deputy_gm], clause: 四.1}"
    assert said in text
    return published_text(company, text.replace(said, f"{{what: criteria, roles: [{roles}], clause: 四.1}}"), on=DAY)


def test_pages_of_the_criteria_open_to_whom_the_policy_names(company: Any, client: Any) -> None:
    version = limited(company, "customer, finance")
    answers = {
        who: {client.get(f"/policies/versions/{version.pk}/{page}/").status_code for page in PAGES}
        for who in ("finance", "sales", "internal_audit", "deputy_gm")
        if client.force_login(getattr(company, who)) is None
    }
    assert answers == {"finance": {200}, "sales": {403}, "internal_audit": {200}, "deputy_gm": {200}}


def test_who_may_not_read_them_sees_the_version_without_its_lines_and_no_dead_ends(company: Any, client: Any) -> None:
    version = limited(company, "finance")
    client.force_login(company.sales)
    page = client.get(f"/policies/versions/{version.pk}/").content.decode()
    assert "您的角色不在其中" in page
    for name in PAGES:
        assert f"/policies/versions/{version.pk}/{name}/" not in page
        assert f"/policies/versions/{version.pk}/{name}/" not in client.get("/policies/").content.decode()


def test_where_the_policy_says_nothing_everybody_of_the_company_reads(company: Any) -> None:
    text = load_policy("auto-dealer").text
    line = next(line for line in text.splitlines(keepends=True) if "what: criteria" in line)
    version = published_text(company, text.replace(line, ""), on=DAY)
    assert may(company.sales, "policies.read", version)
    assert may(company.archivist, "policies.read", version)
    assert not may(company.system_admin, "policies.read", version)
