"""Nobody approves his own: who started, who may try, by which way, and whether it goes through.

Each row is played in full: the request is started, then the one who tries does so by the page itself, by the API with a
token of his own, or by the action as a command and a job call it. What counts is the state in the database afterwards,
not only what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from creditpolicy.problems import Refusal
from deciding.models import Request
from xinheng.audit.models import Entry
from xinheng.audit.origin import coming_from
from xinheng.connect.actions import digest_of
from xinheng.connect.models import Token
from xinheng.org.models import Appointment, Delegation
from xinheng.workflow.actions import add_cosigner, finish_item, open_item, start, transfer_item
from xinheng.workflow.models import Item
from xinheng.workflow.procedures import Procedure, Step

SINCE = date(2020, 1, 1)
today = timezone.localdate
CHANNELS = ("page", "api", "command", "job")
ROLES = ("finance", "risk", "credit_group", "deputy_gm", "general_manager", "legal")
EVERYBODY = (
    "sales", "sales_engineer", "commerce_specialist", "marketing_manager", "finance", "risk", "credit_group", "deputy_gm",
    "general_manager", "internal_audit", "customer_service", "archivist", "legal", "system_admin", "security_admin",
    "audit_admin", "junior", "stranger",
)  # fmt: skip
ACTS = ("approve", "check", "review", "supervise", "verify")


@dataclass(frozen=True)
class Row:
    """`by` tries `act` asked of `role` on what `starter` began; `how` says what stands against it, if anything."""

    act: str
    role: str
    starter: str
    by: str
    channel: str
    how: str
    passes: bool

    def __str__(self) -> str:
        return "-".join((self.act, self.role, self.starter, self.by, self.channel, self.how))


def rows() -> list[Row]:
    """Give every row."""
    found: list[Row] = []
    # The right one, for each kind of decision and each way in; and everybody else for one of them.
    found += [
        Row(act, "finance", "sales", "finance", channel, "plain", True) for act, channel in product(ACTS, CHANNELS)
    ]
    found += [Row("approve", "finance", "sales", by, "page", "plain", False) for by in EVERYBODY if by != "finance"]
    # One's own, by every way; for every role that decides.
    found += [Row("approve", role, role, role, channel, "own", False) for role, channel in product(ROLES, CHANNELS)]
    # What keeps somebody away who has the role.
    for how, channel in product(
        ("last editor", "edited after", "kept away", "hidden", "two roles", "delegate of starter", "lent by editor",
         "started for", "also administrator", "inactive", "lapsed", "lapsed loan", "single own", "revoked"),
        CHANNELS,
    ):  # fmt: skip
        found.append(Row("approve", "finance", "sales", "finance", channel, how, False))
    # What looks like it, and is in order.
    for how in ("lent", "own right beside a loan", "other editor", "same role twice"):
        found += [Row("approve", "finance", "sales", "finance", channel, how, True) for channel in ("page", "api")]
    # Steps that the procedure keeps apart, whichever way round they are named.
    for first, second in (("score", "approve"), ("check", "approve"), ("score", "check")):
        found += [Row(second, "risk", first, "risk", channel, "apart", False) for channel in CHANNELS]
    # A detour does not help: transfer or co-signing to somebody who must keep away.
    found += [
        Row("approve", "finance", "sales", by, "page", how, False)
        for how in ("transfer", "cosign")
        for by in ("sales", "system_admin", "security_admin", "audit_admin")
    ]
    return found


ROWS = rows()


def test_there_are_enough_rows():
    assert len(ROWS) >= 120
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nobody_approves_his_own(row: Row, company: Any):
    subject = Request.objects.create(title="授信申请", amount=50, department=company.departments["sales1"])
    item, by = PREPARE.get(row.how, _plain)(row, subject, company)
    lines = Entry.objects.filter(act="workflow.agree", actor_id=by.pk)
    before = lines.count()
    way = WAYS.get(row.channel, _by_action)
    said = way(item, by, company, row.how, row.channel)
    item.refresh_from_db()
    assert (item.state, item.outcome) == (("done", "agree") if row.passes else ("open", ""))
    assert lines.count() - before == row.passes
    if row.passes:
        assert lines.latest("id").channel == row.channel
    else:
        assert said, "a refusal says why"


def _by_action(item: Item, by: Any, company: Any, how: str, channel: str) -> str:
    """Call the action as a command or a job does."""
    with coming_from(channel):
        try:
            TRY.get(how, _agree)(item, by, company)
        except Refusal as refused:
            return refused.message if refused.message.endswith("。") else ""
    return ""


def _by_page(item: Item, by: Any, company: Any, how: str, channel: str) -> str:
    """Send the form, as somebody does who knows the address, whether or not a page would show it to him."""
    client = Client()
    client.force_login(company.finance if how in TRY else by)
    if how in TRY:
        told = {f"{how}-person": by.pk, f"{how}-why": "休假", f"{how}-position": "after"}
        answer = client.post(f"/tasks/{item.pk}/{how}/", told)
    else:
        answer = client.post(f"/tasks/{item.pk}/decide/", {"outcome": "agree", "remarks": "同意"})
    return (
        "" if answer.status_code == 302 and answer["Location"] == "/inbox/" else answer.content.decode() or "sent away"
    )


def _by_api(item: Item, by: Any, company: Any, how: str, channel: str) -> str:
    """Ask with a token of the person, made here as none could be issued to an administrator or somebody who left."""
    Token.objects.create(
        name="x", person=by, scopes=["tasks:write"], digest=digest_of("xh_secret"), hint="cret",
        valid_until=timezone.localdate(), created_by=company.security_admin,
    )  # fmt: skip
    answer = Client().post(
        f"/api/v1/tasks/{item.pk}", {"outcome": "agree"}, content_type="application/json",
        headers={"Authorization": "Bearer xh_secret"},
    )  # fmt: skip
    return "" if answer.status_code == 200 else str(answer.json())


WAYS = {"page": _by_page, "api": _by_api}


def _agree(item: Item, by: Any, company: Any) -> None:
    finish_item(item, by=by, on=timezone.localdate(), outcome="agree")


def _transfer(item: Item, by: Any, company: Any) -> None:
    transfer_item(item, to=by, by=company.finance, on=today(), why="休假")


def _cosign(item: Item, by: Any, company: Any) -> None:
    add_cosigner(item, person=by, position="after", by=company.finance, on=today(), why="一起看")


TRY = {"transfer": _transfer, "cosign": _cosign}


def _start(row: Row, subject: Request, starter: Any, company: Any, **told: Any) -> Item:
    procedure = Procedure("授信", (Step("decide", "审批", role=row.role, act=row.act, if_empty="alarm"),))
    round = start(subject, procedure, by=starter, on=today(), title="授信", about=company.ours, **told)
    found: Item = round.items.get(state="open")
    return found


def _plain(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    return _start(row, subject, getattr(company, row.starter), company), getattr(company, row.by)


def _last_editor(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    item, by = _plain(row, subject, company)
    subject.last_edited_by = by
    subject.save()
    return _again(item), by


def _other_editor(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    item, by = _plain(row, subject, company)
    subject.last_edited_by = company.risk
    subject.save()
    return _again(item), by


def _edited_after(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    item, by = _plain(row, subject, company)
    subject.amount = 5_000_000
    subject.save()
    return _again(item), by


def _kept_away(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    subject.kept_away = company.finance
    subject.save()
    return _plain(row, subject, company)


def _hidden(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    subject.hidden_from = company.finance
    subject.save()
    return _plain(row, subject, company)


def _two_roles(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """The same person decides as risk first, then as finance."""
    Appointment.objects.create(person=company.finance, role="risk", since=SINCE)
    procedure = Procedure(
        "授信",
        (Step("first", "初审", role="risk", act="check"), Step("second", "审批", role="finance", if_empty="alarm")),
    )
    round = start(subject, procedure, by=company.sales, on=today(), title="授信")
    finish_item(round.items.get(state="open"), by=company.finance, on=today(), outcome="agree")
    return round.items.get(state="open"), company.finance


def _same_role_twice(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """Two steps of one role, not kept apart: one hand by the procedure's own will."""
    procedure = Procedure("授信", (Step("first", "初审", role="finance"), Step("second", "复审", role="finance")))
    round = start(subject, procedure, by=company.sales, on=today(), title="授信")
    finish_item(round.items.get(state="open"), by=company.finance, on=today(), outcome="agree")
    return round.items.get(state="open"), company.finance


def _delegate_of_starter(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """钱财务 starts; the one to whom he lent his role tries."""
    _lend(company.finance, company.legal)
    return _start(row, subject, company.finance, company), company.legal


def _lent_by_editor(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    _lend(company.finance, company.legal)
    subject.last_edited_by = company.finance
    subject.save()
    return _start(row, subject, company.sales, company), company.legal


def _started_for(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """杨销售 starts in 钱财务's place; 钱财务 tries."""
    return _start(row, subject, company.sales, company, started_for=company.finance), company.finance


def _also_administrator(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    Appointment.objects.create(person=company.finance, role="system_admin", since=SINCE)
    return _plain(row, subject, company)


def _inactive(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    item, by = _plain(row, subject, company)
    by.is_active = False
    by.save()
    return item, by


def _lapsed(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    item, by = _plain(row, subject, company)
    Appointment.objects.filter(person=by).update(until=today() - timedelta(days=1))
    return item, type(by).objects.get(pk=by.pk)


def _lapsed_loan(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    _lend(company.finance, company.legal, until=today() - timedelta(days=1))
    return _start(row, subject, company.sales, company), company.legal


def _revoked(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """Who lent the role does not hold it any more."""
    _lend(company.finance, company.legal)
    Appointment.objects.filter(person=company.finance).update(until=today() - timedelta(days=1))
    return _start(row, subject, company.sales, company), company.legal


def _lent(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    _lend(company.finance, company.legal)
    return _start(row, subject, company.sales, company), company.legal


def _own_right(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """The starter lent him the role too, but he holds it himself."""
    Appointment.objects.create(person=company.legal, role="finance", since=SINCE)
    _lend(company.finance, company.legal)
    return _start(row, subject, company.finance, company), company.legal


def _single_own(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """A single decision that he himself handed out to his own role."""
    item = open_item(subject, by=company.finance, on=today(), act="approve", title="批准", role="finance")
    return item, company.finance


def _apart(row: Row, subject: Request, company: Any) -> tuple[Item, Any]:
    """Both steps of one role, kept apart by the procedure; the second must be in another hand."""
    procedure = Procedure(
        "评级",
        (
            Step("one", "第一步", role="risk", act=row.starter),
            Step("two", "第二步", role="risk", act=row.act, if_empty="alarm"),
        ),
        apart=((("two", "one"), "三.2"),),
    )
    round = start(subject, procedure, by=company.sales, on=today(), title="评级")
    first = round.items.get(state="open")
    finish_item(first, by=company.risk, on=today(), outcome="done" if first.kind == "do" else "agree")
    return round.items.get(state="open", step="two"), company.risk


def _lend(lender: Any, to: Any, until: date | None = None) -> None:
    Delegation.objects.create(
        from_person=lender, to_person=to, role="finance", since=SINCE, until=until or today(), reason="休假"
    )


def _again(item: Item) -> Item:
    found: Item = Item.objects.get(pk=item.pk)
    return found


PREPARE = {
    "last editor": _last_editor,
    "other editor": _other_editor,
    "edited after": _edited_after,
    "kept away": _kept_away,
    "hidden": _hidden,
    "two roles": _two_roles,
    "same role twice": _same_role_twice,
    "delegate of starter": _delegate_of_starter,
    "lent by editor": _lent_by_editor,
    "started for": _started_for,
    "also administrator": _also_administrator,
    "inactive": _inactive,
    "lapsed": _lapsed,
    "lapsed loan": _lapsed_loan,
    "revoked": _revoked,
    "lent": _lent,
    "own right beside a loan": _own_right,
    "single own": _single_own,
    "apart": _apart,
}
