"""What else there is in a year of selling on credit: other limits, a group, a freeze, dollars, statements, things let out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.credit.actions import apply_for_limit, ask_release, freeze_credit, share_in_group
from xinheng.credit.models import Account, Application, Grant, OrderCheck
from xinheng.customers.actions.files import set_parent
from xinheng.customers.models import Customer
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.loading.policies import whoever_may
from xinheng.demo.story import Story
from xinheng.ledger.actions import (
    answer_statement,
    enter_contract,
    enter_delivery,
    enter_invoice,
    enter_order,
    enter_receipt,
    lease_out,
    make_statement,
    send_statement,
    set_rate,
    take_back,
)
from xinheng.ledger.models import AccountStatement, LeasedItem
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.portal.actions import invite
from xinheng.workflow.actions import finish_item
from xinheng.workflow.acts import Kind, State
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

DOLLARS = (("2.4", 100, 60), ("1.6", 55, 30))
"""Invoices in ten thousand dollars: days since, and days until due; the first is paid."""
LET_OUT = (("盘扣式脚手架", "套", "320"), ("塔式起重机", "台", "1500"), ("施工升降机", "台", "620"))
SAID = ("", "上月退场的两车扣件没有扣减, 我方账面少 3,860.00 元。", "")
"""What the customers answer to their statements: they agree, one does not, one has not answered yet."""
SIGNED_IN = ("周会计", "刘财务", "何会计")


def load_lending(story: Story, staff: Staff) -> None:
    """Do one of each, with customers that nothing else was done with."""
    _let_one_pass(story)
    untouched = _untouched()
    with suppress(StopIteration):  # a small company has too few
        for place, said in enumerate(SAID):
            _statement(next(untouched), SIGNED_IN[place], said, story, staff)
        _freeze(next(untouched), story, staff)
        _other_limits(untouched, story)
        _group(untouched, story, staff)
        _dollars(next(untouched), story, staff)
        for place in range(len(LET_OUT)):
            _let_out(next(untouched), place, story)


def _untouched() -> Iterator[Customer]:
    """Give customers on file that have room in their limit, owe something and were not asked about yet, the largest first."""
    seen = OrderCheck.objects.values("account__customer")
    rows = Account.objects.filter(granted__gt=0, receivables__gt=0, customer__kind="enterprise", customer__parent=None)
    rows = rows.exclude(customer__in=seen).filter(is_frozen=False, customer__owner__isnull=False)
    found = [one for one in rows.select_related("customer__owner").order_by("-used", "pk") if (one.free or 0) > 0]
    return iter([one.customer for one in found])


def _agree(subject: Application | OrderCheck, on: date, remarks: str) -> None:
    """Let whoever may agree to what is asked, step by step."""
    while (item := _open(subject)) is not None:
        finish_item(item, by=whoever_may(item, on), on=on, outcome="agree", remarks=remarks)


def _owner(customer: Customer) -> Person:
    assert customer.owner is not None
    return customer.owner


def _open(subject: Application | OrderCheck) -> Item | None:
    found: Item | None = items_of(subject).filter(state=State.OPEN).exclude(kind=Kind.READ).first()
    return found


def _other_limits(customers: Iterator[Customer], story: Story) -> None:
    """Grant a temporary limit that ends soon, and one for a single order."""
    told = (
        (Grant.Kind.TEMPORARY, 25, "月底抢工, 两个工地同时上架。"),
        (Grant.Kind.SINGLE, 45, "医院二期一次性进场, 甲方预付款下月到账。"),
    )
    with suppress(Refusal):  # a policy may say nothing of limits applied for
        for kind, days, reason in told:
            customer = next(customers)
            granted = Account.objects.get(customer=customer).granted or 0
            asked = apply_for_limit(
                customer, kind=kind, amount=granted // 2 // 100_00 * 100_00, reason=reason, by=_owner(customer),
                on=story.today, until_day=story.today + timedelta(days=days),
            )  # fmt: skip
            _agree(asked, story.today, "同意, 到期收回")


def _let_one_pass(story: Story) -> None:
    """Let one of the orders that wait pass by special approval."""
    for checked in OrderCheck.objects.filter(state__in=OrderCheck.WAITING).order_by("pk"):
        if _open(checked) is not None:
            continue
        with suppress(Refusal, StopIteration):  # nobody may release it
            reason = "客户今天已开出承兑汇票, 明日入账, 工地等料。"
            ask_release(checked, reason=reason, by=_owner(checked.customer), on=story.today)
            _agree(checked, story.today, "同意, 盯紧回款")
            return


def _group(customers: Iterator[Customer], story: Story, staff: Staff) -> None:
    """Put two customers below a third, and let them share a limit somewhat above what they owe."""
    head, *below = [next(customers) for _place in range(3)]
    for one in below:
        set_parent(one, by=staff.of(Role.ARCHIVIST), on=story.today, parent=head, why="同一控股股东, 合并管理")
    rows = Account.objects.filter(customer__in=[head, *below])
    taken = sum(max(one.used, 0) + one.reserved for one in rows)
    share_in_group(
        head, amount=(taken * 13 // 10 // 10_000_00 + 1) * 10_000_00, by=staff.of(Role.CREDIT_GROUP), on=story.today,
        why="三家共用一个回款来源",
    )  # fmt: skip


def _dollars(customer: Customer, story: Story, staff: Staff) -> None:
    """Sell abroad: rates of two days, a contract, an order half delivered, invoices, and a payment in dollars."""
    clerk, owner, today = staff.of(Role.FINANCE, 1), _owner(customer), story.today
    for days, rate in ((120, "7.1420"), (20, "7.1185")):
        set_rate(currency="USD", since=today - timedelta(days=days), rate=Decimal(rate), by=clerk)
    begun = today - timedelta(days=110)
    contract = enter_contract(
        customer, number=f"HT{begun:%y}{customer.number}W", signed_on=begun, terms_days=30, currency="USD", by=staff.of(Role.LEGAL),
        expires_on=begun + timedelta(days=730), breach="逾期按日万分之五计收。",
    )  # fmt: skip
    order = enter_order(
        customer, number=f"DD{begun:%y%m}W0001", ordered_on=begun, amount=Decimal("50000.00"), contract=contract,
        currency="USD", by=clerk, is_fact=True,
    )  # fmt: skip
    for place, (amount, days, terms) in enumerate(DOLLARS, 1):
        on, number = today - timedelta(days=days), f"FP{begun:%y%m}W{place:04d}"
        whole = Decimal(amount) * 10_000
        enter_delivery(order, number=number.replace("FP", "JF"), delivered_on=on, amount=whole, by=owner)
        enter_invoice(
            customer, number=number, invoiced_on=on, due_on=on + timedelta(days=terms), amount=whole, order=order,
            currency="USD", by=clerk,
        )  # fmt: skip
    paid = today - timedelta(days=DOLLARS[0][1] - DOLLARS[0][2])
    enter_receipt(
        customer, number=f"SK{paid:%y%m}W0001", received_on=paid, amount=Decimal("24000.00"), currency="USD",
        method="电汇", by=clerk,
    )  # fmt: skip


def _freeze(customer: Customer, story: Story, staff: Staff) -> None:
    account = Account.objects.get(customer=customer)
    why = "项目被甲方清退, 法人代表联系不上, 查清前不再发货。"
    freeze_credit(account, by=staff.of(Role.RISK), on=story.today, why=why)


def _statement(customer: Customer, name: str, said: str, story: Story, staff: Staff) -> None:
    """Send the statement of the last month to a customer, who is let in and answers (or not yet)."""
    clerk, today = staff.of(Role.FINANCE, 1), story.today
    until = today.replace(day=1) - timedelta(days=1)
    answered = until + timedelta(days=min((today - until).days, 4))
    made = make_statement(customer, since=until.replace(day=1), until=until, by=clerk, on=_not_after(until, 1, today))
    send_statement(made, by=clerk, on=_not_after(until, 1, today))
    invited = invite(
        customer, to_name=name, days=60, by=_owner(customer), message="请核对上月的对账单。",
        now=timezone.make_aware(datetime.combine(_not_after(until, 1, today), datetime.min.time())),
    )  # fmt: skip
    if name != SIGNED_IN[-1]:
        made.refresh_from_db()
        assert made.state == AccountStatement.State.SENT
        answer_statement(made, agrees=not said, by=invited.invitation, on=answered, remarks=said)


def _not_after(day: date, days: int, today: date) -> date:
    return min(day + timedelta(days=days), today)


def _let_out(customer: Customer, place: int, story: Story) -> None:
    """Let out two pieces, of which one came back."""
    what, unit, rent = LET_OUT[place]
    begun = story.today - timedelta(days=70 - 12 * place)
    for number in (1, 2):
        piece = lease_out(
            customer, kind=what, number=f"{unit}-{place + 1}{number:03d}", out_on=begun, rent=Decimal(rent),
            per=LeasedItem.Per.DAY, by=_owner(customer),
        )  # fmt: skip
        if number == 2:
            take_back(piece, back_on=story.today - timedelta(days=5), by=_owner(customer))
