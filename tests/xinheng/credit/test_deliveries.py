"""Goods before they go out: kept back where the policy says so, freed by themselves, let go by special approval."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from company import Company
from creditpolicy.problems import Refusal
from grading import SHIPPED, graded
from lending import DAY, is_sound, leased
from policies import published_text
from xinheng.audit.record import SYSTEM
from xinheng.credit.actions import ask_release, ask_to_deliver, freeze_credit, keep_back, thaw_credit
from xinheng.credit.core import limits
from xinheng.credit.core.limits import Limit
from xinheng.credit.jobs import daily
from xinheng.credit.models import Account, DeliveryStop, OrderCheck
from xinheng.ledger.actions import (
    enter_contract,
    enter_delivery,
    enter_invoice,
    enter_order,
    enter_receipt,
    reverse_order,
)
from xinheng.ledger.forms import LINE
from xinheng.ledger.listeners import Withheld
from xinheng.ledger.models import Delivery, Invoice, Order
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db
LATE = DAY + timedelta(60)
RULES = """
  order_rules:
    - {rule: stop_frozen, label: 冻结停发, type: frozen, strength: block, at: [delivery],
      clause: 第九条, release_by: management, release_days: 5}
    - {rule: stop_late, label: 逾期停发, type: overdue, days: 10, strength: approve, at: [delivery],
      clause: 第十条, release_by: finance, release_days: 3}
    - {rule: stop_over, label: 超额停发, type: over_limit, strength: block, at: [delivery],
      tolerance_percent: 10, assumed: 文件没有写发货; 从严}
    - {rule: pay_first, label: 款到发货, type: cash_only, strength: block, at: [delivery],
      grades: [D], assumed: 文件没有写发货; 从严}
    - {rule: deposit, label: 押金不足, type: down_payment_short, strength: approve, at: [delivery],
      release_by: finance, assumed: 文件没有写发货; 从严}
    - {rule: papers, label: 评级过期, type: rating_expired, strength: remind, at: [delivery],
      assumed: 文件没有写发货; 从严}
"""


def under_rules(company: Company, grade: str = "A") -> Account:
    """Give the account of a customer under a policy that asks before goods go out, and of orders nothing."""
    text = (SHIPPED / "sales-credit" / "policy.yaml").read_text("utf-8")
    start, end = text.index("\n  order_rules:\n"), text.index("\nservice:")
    whole = text[:start] + RULES + text[end:]
    graded(company.ours, published_text(company, whole, on=DAY), grade, on=DAY)
    enter_contract(company.ours, number="HT1", signed_on=DAY, by=company.sales)
    return Account.objects.get(customer=company.ours)


def order(company: Company, number: str = "SO1", yuan: int = 1000) -> Order:
    return enter_order(company.ours, number=number, amount=Decimal(yuan), ordered_on=DAY, by=company.sales)


def send(company: Company, made: Order, yuan: int, number: str = "D1", on: date = DAY, **more: Any) -> Delivery:
    return enter_delivery(
        made, number=number, delivered_on=on, on=on, amount=Decimal(yuan), **({"by": company.sales} | more)
    )


def tried(company: Company, made: Order, yuan: int, on: date = DAY) -> DeliveryStop:
    """Try to send goods, as the page does, and give what was noted."""
    with pytest.raises(Withheld) as kept:
        send(company, made, yuan, on=on)
    kept.value.note()
    return DeliveryStop.objects.get(order=made)


def owing(company: Company, yuan: int = 6000) -> Invoice:
    return enter_invoice(
        company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(yuan), by=company.finance
    )


def agree(person: Any, on: date, outcome: str = "agree") -> None:
    finish_item(Item.objects.get(state="open", act="approve"), by=person, on=on, outcome=outcome, remarks="同意")


def test_a_shipped_policy_stops_goods_of_a_customer_long_overdue_and_a_payment_frees_them(company: Company) -> None:
    leased(company)
    made = order(company)
    owing(company)
    stop = tried(company, made, 600, on=LATE)
    assert (stop.state, stop.goods) == ("blocked", 600_00)
    assert "逾期超过" in stop.found[0]["said"]
    assert not Delivery.objects.exists()
    enter_receipt(company.ours, number="R1", received_on=LATE, amount=Decimal(6000), by=company.finance)
    stop.refresh_from_db()
    assert stop.state == "freed"
    assert Item.objects.filter(person=company.sales, title__contains="SO1 可以发货了").count() == 1
    send(company, made, 600, on=LATE)
    assert is_sound(on=LATE)


def test_what_was_approved_of_an_order_holds_for_its_goods_while_it_lasts(company: Company) -> None:
    leased(company)
    owing(company)
    made = enter_order(company.ours, number="SO1", amount=Decimal(1000), ordered_on=LATE, by=company.sales, on=LATE)
    checked = OrderCheck.objects.get(number="SO1")
    assert checked.state == "blocked"
    assert "overdue_block" in [one["rule"] for one in checked.found]
    ask_release(checked, reason="在途工程", by=company.sales, on=LATE)
    while item := Item.objects.filter(state="open", act="approve").first():
        finish_item(item, by=company.deputy_gm, on=LATE, outcome="agree")
    made = Order.objects.get(pk=made.pk)
    for days, number in ((0, "D1"), (2, "D2")):  # what is overdue has grown older by then
        send(company, made, 400, number, LATE + timedelta(days))
    assert tried(company, made, 200, on=LATE + timedelta(3)).state == "blocked"
    assert is_sound(on=LATE + timedelta(3))


def test_nothing_is_asked_where_the_policy_asks_only_of_orders(company: Company) -> None:
    account = leased(company)
    made = order(company)
    freeze_credit(account, by=company.finance, on=DAY, why="查账")
    send(company, made, 1000)
    assert not DeliveryStop.objects.exists()


def test_the_refusal_says_which_clause_and_what_would_free_the_goods(company: Company) -> None:
    account = under_rules(company)
    made = order(company)
    freeze_credit(account, by=company.finance, on=DAY, why="查账")
    with pytest.raises(Refusal, match=r"冻结停发 \(第九条\).*查清原因后解冻.*特批"):
        send(company, made, 1000)
    tried(company, made, 1000)
    thaw_credit(account, by=company.deputy_gm, on=DAY, why="查清")
    assert DeliveryStop.objects.get().state == "freed"
    send(company, made, 1000)


def test_a_special_approval_lets_goods_go_in_parts_as_long_as_it_holds(company: Company) -> None:
    under_rules(company)
    made = order(company)
    owing(company)
    stop = tried(company, made, 400, on=LATE)
    assert stop.state == "held"
    ask_to_deliver(made, reason="工期紧", by=company.sales, on=LATE)
    with pytest.raises(Refusal, match="正在申请特批"):
        ask_to_deliver(made, reason="再申请", by=company.sales, on=LATE)
    agree(company.finance, LATE)
    stop.refresh_from_db()
    assert (stop.state, stop.approved_until) == ("released", LATE + timedelta(3))
    send(company, made, 400, "D1", LATE)
    send(company, made, 300, "D2", LATE + timedelta(2))
    with pytest.raises(Withheld):
        send(company, made, 300, "D3", LATE + timedelta(3))


def test_an_approval_does_not_let_pass_what_was_not_owed_then(company: Company) -> None:
    under_rules(company)
    made = order(company)
    owing(company)
    ask_to_deliver(made, reason="工期紧", by=company.sales, on=LATE)
    agree(company.finance, LATE)
    enter_invoice(
        company.ours, number="I2", invoiced_on=DAY, due_on=DAY, amount=Decimal(9000), by=company.finance
    )  # fmt: skip
    with pytest.raises(Withheld):
        send(company, made, 400, on=LATE)


def test_what_is_refused_or_without_a_hand_stays_back(company: Company) -> None:
    account = under_rules(company)
    made = order(company)
    owing(company)
    ask_to_deliver(made, reason="工期紧", by=company.sales, on=LATE)
    agree(company.finance, LATE, "refuse")
    assert DeliveryStop.objects.get().state == "held"
    limits.grant(account, Limit("revolving", "application", 100_00, LATE), by=SYSTEM, on=LATE)
    with pytest.raises(Refusal, match="不许放行"):
        ask_to_deliver(made, reason="工期紧", by=company.sales, on=LATE)


def test_a_limit_lowered_under_what_is_used_stops_goods_beyond_the_tolerance(company: Company) -> None:
    account = under_rules(company)
    made = order(company)
    limits.grant(account, Limit("revolving", "application", 910_00, DAY), by=SYSTEM, on=DAY)
    send(company, made, 100)
    limits.grant(account, Limit("revolving", "application", 900_00, DAY), by=SYSTEM, on=DAY)
    with pytest.raises(Withheld, match=r"超出 100\.00 元"):
        send(company, made, 100, "D2")


def test_cash_only_goods_go_out_as_far_as_they_are_paid(company: Company) -> None:
    under_rules(company, "D")
    made = order(company)
    with pytest.raises(Withheld, match=r"还差 400\.00 元"):
        send(company, made, 400)
    enter_receipt(company.ours, number="R1", received_on=DAY, amount=Decimal(500), by=company.finance)
    send(company, made, 400)
    with pytest.raises(Withheld, match=r"还差 500\.00 元"):
        send(company, made, 600, "D2")


def test_a_deposit_that_is_missing_holds_the_goods_back(company: Company) -> None:
    under_rules(company, "C")
    made = order(company)
    with pytest.raises(Withheld, match=r"押金应收 20%, 还差 200\.00 元"):
        send(company, made, 100)
    enter_receipt(
        company.ours, number="R1", received_on=DAY, amount=Decimal(200), kind="deposit", by=company.finance
    )  # fmt: skip
    send(company, made, 100)


def test_facts_are_never_refused_and_shipped_goods_are_always_invoiced(company: Company) -> None:
    account = under_rules(company)
    made = order(company)
    send(company, made, 400)
    freeze_credit(account, by=company.finance, on=DAY, why="查账")
    stop = tried(company, made, 600)
    with pytest.raises(Refusal):
        send(company, made, 600, "D2", is_fact=True)
    send(company, made, 600, "D2", is_fact=True, by=company.finance)
    stop.refresh_from_db()
    assert stop.state == "done"
    enter_invoice(
        company.ours, number="I1", invoiced_on=DAY, due_on=DAY, amount=Decimal(1000), order=made, by=company.finance
    )  # fmt: skip
    assert is_sound()


def test_an_order_reversed_needs_no_release(company: Company) -> None:
    account = under_rules(company)
    made = order(company)
    freeze_credit(account, by=company.finance, on=DAY, why="查账")
    tried(company, made, 600)
    reverse_order(made, by=company.sales, on=DAY, why="录错")
    assert DeliveryStop.objects.get().state == "dropped"
    with pytest.raises(Refusal, match="没有要发的货"):
        ask_to_deliver(made, reason="工期紧", by=company.sales, on=DAY)


def test_a_day_frees_goods_whose_cause_is_gone_without_an_act(company: Company) -> None:
    """A papers' or contract's day passes no act of credit; the daily job looks again."""
    account = under_rules(company)
    made = order(company)
    freeze_credit(account, by=company.finance, on=DAY, why="查账")
    stop = tried(company, made, 600)
    Account.objects.filter(pk=account.pk).update(is_frozen=False, frozen_for="")
    daily(on=DAY + timedelta(1))
    stop.refresh_from_db()
    assert stop.state == "freed"


def test_the_pages_tell_it_and_the_approval_is_asked_there(company: Company, client: Client) -> None:
    today = timezone.localdate()
    account = under_rules(company)
    made = order(company)
    freeze_credit(account, by=company.finance, on=today, why="查账")
    client.force_login(company.sales)
    assert "余下的货现在不能发" in client.get(reverse("ledger.order", args=[made.pk])).content.decode()
    form = client.get(reverse("ledger.enter_delivery", args=[made.pk])).content.decode()
    assert "余下的货现在不能发" in form
    line = made.lines.get()
    told = {"number": "D1", "delivered_on": today.isoformat(), f"{LINE}{line.pk}": "1000"}
    answer = client.post(reverse("ledger.enter_delivery", args=[made.pk]), told).content.decode()
    assert "现在不能发货" in answer
    assert not Delivery.objects.exists()
    held = client.get(reverse("credit.held")).content.decode()
    assert "发货拦截" in held
    assert reverse("credit.delivery", args=[made.pk]) in held
    page = client.get(reverse("credit.delivery", args=[made.pk])).content.decode()
    assert "今天不能发货" in page
    client.post(reverse("credit.release_delivery", args=[made.pk]), {"why": "工期紧"})
    item = Item.objects.get(state="open", act="approve")
    client.force_login(company.general_manager)
    assert "冻结停发" in client.get(reverse("workflow.item", args=[item.pk])).content.decode()
    client.force_login(company.stranger)
    assert client.get(reverse("credit.delivery", args=[made.pk])).status_code == 404


def test_what_was_noted_again_while_it_is_decided_leaves_the_request_alone(company: Company) -> None:
    account = under_rules(company)
    made = order(company)
    freeze_credit(account, by=company.finance, on=DAY, why="查账")
    ask_to_deliver(made, reason="工期紧", by=company.sales, on=DAY)
    keep_back(made, Decimal(100), by=company.sales, on=DAY)
    assert DeliveryStop.objects.get().goods == 1000_00
    agree(company.general_manager, DAY)
    send(company, made, 1000)
