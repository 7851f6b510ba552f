"""The invented company goes into the rooms, and everybody finds something in his inbox."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db.models import F, Sum
from django.utils import timezone

from calling import Call
from creditpolicy.problems import Refusal
from creditpolicy.reader import load_policy, shipped
from xinheng.credit.models import Account, Grant, OrderCheck, Pool
from xinheng.customers.models import Customer, Status
from xinheng.demo.facts import write_invoices, write_workbook
from xinheng.demo.loading import load
from xinheng.demo.loading.ratings import QUARTERS
from xinheng.demo.telling import tell
from xinheng.ledger.models import AccountStatement, Contract, Invoice
from xinheng.org.duties import duties_that_meet
from xinheng.org.models import Person
from xinheng.papers.models import Loan, Paper
from xinheng.policies.models import Trial, Version
from xinheng.ratings.models import Assessment, Batch, Standing
from xinheng.workflow.acts import ACTS
from xinheng.workflow.models import Item
from xinheng.workflow.queries import counts

SMALL = 60


def test_the_company_is_stored_whole(db: None, settings: LazySettings, tmp_path: Path):
    settings.PAPERS_FOLDER = tmp_path / "papers"
    story = tell(timezone.localdate(), customers=SMALL)
    load(story, tell=lambda _text: None)
    assert Customer.objects.filter(number__in=[made.number for made in story.customers]).count() == SMALL
    assert Customer.objects.count() == SMALL + 8, "and those that the first workbook brought"
    assert set(Customer.objects.values_list("status", flat=True)) >= {Status.DRAFT, Status.FILED}
    owed = Invoice.objects.filter(currency="CNY").aggregate(left=Sum(F("amount") - F("settled")))["left"]
    assert owed == sum((row.amount - row.settled for row in story.dealings.invoices), Decimal(0)) > 0
    assert Paper.objects.count() > 20
    assert Loan.objects.filter(state="out", due_on__lt=story.today).count() == 1, "one paper is overdue"
    assert duties_that_meet(on=story.today) == []
    assert set(Item.objects.values_list("act", flat=True)) <= set(ACTS), "each task's act has a word"
    stages = sorted(Version.objects.values_list("stage", flat=True))
    assert stages == ["draft", "published", "published"], "an earlier version, the one in force, and the next"
    assert [batch.state for batch in Batch.objects.order_by("pk")] == ["applied"] * QUARTERS + ["rated"]
    assert Standing.objects.filter(until_day__isnull=True).exclude(grade="").count() > 10
    assert set(Assessment.objects.values_list("state", flat=True)) >= {"open", "in_procedure", "in_force"}
    assert Trial.objects.get().state == "done"
    states = set(OrderCheck.objects.values_list("state", flat=True))
    assert "passed" in states, "some orders pass"
    assert states & {"held", "blocked"}, "some wait"
    assert Item.objects.filter(state="open", round__procedure__in=("credit.release", "credit.application")).count() > 1
    assert set(AccountStatement.objects.values_list("state", flat=True)) == {"sent", "agreed", "differs"}
    assert set(Grant.objects.values_list("kind", flat=True)) >= {"revolving", "temporary", "single"}
    assert set(Pool.objects.values_list("kind", flat=True)) == {"group", "company", "department"}
    assert Account.objects.filter(currency="USD", used__gt=0).exists()
    assert Account.objects.filter(is_frozen=True, frozen_for="person").count() == 1
    with_limit = Account.objects.filter(granted__gt=0)
    over = with_limit.filter(used__gt=F("granted") - F("reserved")).count()
    assert over < with_limit.count() / 3, "a few are over their limit, not most"
    assert Contract.objects.filter(expires_on__lt=story.today).exists(), "a contract has run out unnoticed"
    business = [person for person in Person.objects.all() if not person.username.endswith("admin")]
    waiting = {person.username for person in business if counts(person, story.today).open}
    assert len(waiting) >= 20
    with pytest.raises(Refusal, match="空的数据库"):
        load(story, tell=lambda _text: None)


@pytest.mark.parametrize("policy", shipped())
def test_every_shipped_policy_rates_the_company_but_for_a_few_of_whom_it_says_why(
    policy: str, call: Call, tmp_path: Path
):
    story = tell(timezone.localdate().replace(month=6, day=30), customers=150)
    read = load_policy(policy).policy
    assert read is not None
    rated = write_workbook(story, read, tmp_path / "customers.xlsx")
    write_invoices(story, tmp_path / "invoices.csv")
    called = call(
        "rate", tmp_path / "customers.xlsx", "--policy", policy, "--invoices", tmp_path / "invoices.csv",
        "--as-of", str(story.today), "-o", tmp_path / "out.xlsx",
    )  # fmt: skip
    told = re.search(r"评出 (\d+) 个, 未评 (\d+) 个", called.out)
    assert told is not None, called.out
    graded, refused = map(int, told.groups())
    assert graded + refused == rated > 60
    assert graded >= 0.9 * rated, called.out
    assert called.out.count("问题 │ 缺少: ") == refused
    assert called.code == (1 if refused else 0)
