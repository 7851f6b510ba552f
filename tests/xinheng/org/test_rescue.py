"""A security administrator is let in again from the server; what somebody leaves behind is counted when he goes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from allauth.mfa.models import Authenticator

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.org.actions import deactivate
from xinheng.org.actions.founding import rescue_security_administrator
from xinheng.org.leaving import left_behind
from xinheng.workflow.actions import finish_item, open_item

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def test_the_only_security_administrator_is_let_in_again_by_who_owns_the_server(company, client):
    admin = company.security_admin
    Authenticator.objects.create(user=admin, type="totp", data={})
    client.force_login(admin)
    person, password = rescue_security_administrator(admin.username.upper(), at=NOW)
    admin.refresh_from_db()
    assert person == admin
    assert admin.check_password(password)
    assert admin.must_change_password
    assert not Authenticator.objects.filter(user=admin).exists()
    assert client.get("/").status_code == 302, "whoever sat at his desk is out"
    line = Entry.objects.get(act="org.rescue_security_administrator")
    assert line.actor_name == "系统"
    assert line.subject_id == str(admin.pk)
    assert password not in str(line.after)


@pytest.mark.parametrize("username", ["finance", "system_admin", "nobody"])
def test_nobody_else_is_let_in_so(company, username):
    with pytest.raises(Refusal, match="不是在任的安全管理员"):
        rescue_security_administrator(username, at=NOW)
    assert not Entry.objects.filter(act="org.rescue_security_administrator").exists()


def test_who_closes_an_account_is_told_what_waits_for_this_person_alone(company, client):
    open_item(
        company.ours, by=company.finance, on=TODAY, act="visit", title=f"走访 {company.ours.name}", person=company.sales,
        about=company.ours,
    )  # fmt: skip
    done = open_item(
        company.ours,
        by=company.finance,
        on=TODAY,
        act="visit",
        title="走访二",
        person=company.sales,
        about=company.ours,
    )
    finish_item(done, by=company.sales, on=TODAY, outcome="done")
    open_item(company.ours, by=company.finance, on=TODAY, act="visit", title="走访三", role="sales", about=company.ours)
    assert list(left_behind(company.sales, TODAY).values()) == [1]
    client.force_login(company.security_admin)
    asked = client.get(f"/people/{company.sales.pk}/close/").content.decode()
    assert "只等他办的有 1 件" in asked
    assert company.ours.name not in asked, "an administrator sees no customers"
    assert "只等他办" not in client.get(f"/people/{company.legal.pk}/close/").content.decode()
    deactivate(company.sales, why="离职", by=company.security_admin, on=TODAY)
    assert sum(Entry.objects.get(act="org.deactivate").after["未办结"].values()) == 1


def test_the_list_to_verify_says_how_many_there_are(company, client, monkeypatch):
    from xinheng.customers.models import Customer, Kind
    from xinheng.customers.views import identities

    for number in range(3):
        Customer.objects.create(
            number=f"V{number}", name=f"待{number}", kind=Kind.ENTERPRISE, department=company.departments["sales1"],
            registered_by=company.sales,
        )  # fmt: skip
    monkeypatch.setattr(identities, "SHOWN", 2)
    client.force_login(company.archivist)
    shown = client.get("/customers/to-verify/").content.decode()
    assert '列出前 <span class="tabular">2</span> 项' in shown
    assert "待1" in shown
    assert "待2" not in shown
