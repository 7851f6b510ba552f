"""Three years of dealings: monthly rents with the seasons of building sites, and each customer paying in his own way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from xinheng.demo.story import (
    Dealings,
    MadeAllocation,
    MadeCustomer,
    MadeIncident,
    MadeInvoice,
    MadeOrder,
    MadeReceipt,
)

SEASON = (0.35, 0.25, 0.9, 1.2, 1.35, 1.3, 1.0, 0.95, 1.25, 1.35, 1.2, 0.9)
"""Of a month against the average: sites stand still about the Spring Festival, and hurry before winter."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody pays: days after the due day (usual, spread), in parts, never, and how often a quarrel."""

    usual: float
    spread: float
    parts: float
    never: float
    quarrel: float


HABITS = {
    "early": Habit(-8, 5, 0.03, 0.0, 0.002),
    "steady": Habit(-1, 4, 0.06, 0.0, 0.01),
    "slack": Habit(12, 10, 0.15, 0.0, 0.03),
    "late": Habit(38, 22, 0.3, 0.003, 0.04),
    "bad": Habit(80, 45, 0.45, 0.06, 0.08),
}
DEPOSITS = ((0.9, 0.0), (0.7, 0.9), (0.5, 1.7), (0.0, 2.1))
"""From which quality on, a deposit of how many months' rent."""
GIVEN_BACK = timedelta(days=60)
METHODS = ("银行转账", "银行转账", "银行转账", "承兑汇票", "现金")
QUARRELS = ("数量与现场签收单不符", "部分扣件有损坏, 赔偿未谈妥", "计租起止日有争议")
QUARREL = timedelta(days=75)
"""After so long a quarrel about an invoice has been settled."""
CENT = Decimal("0.01")


@dataclass
class _Book:
    """Gathers the rows, and numbers them."""

    today: date
    orders: list[MadeOrder] = field(default_factory=list)
    invoices: list[MadeInvoice] = field(default_factory=list)
    receipts: list[MadeReceipt] = field(default_factory=list)
    deposits: list[MadeReceipt] = field(default_factory=list)
    allocations: list[MadeAllocation] = field(default_factory=list)
    incidents: list[MadeIncident] = field(default_factory=list)

    def closed(self) -> Dealings:
        """Give all that was gathered."""
        return Dealings(
            tuple(self.orders), tuple(self.invoices), tuple(self.receipts), tuple(self.allocations),
            tuple(self.incidents), tuple(self.deposits),
        )  # fmt: skip


def make_dealings(random: Random, customers: Sequence[MadeCustomer], today: date) -> Dealings:
    """Give the dealings of all customers until today, as they stand in the books this evening."""
    book = _Book(today)
    for customer in customers:
        if customer.yearly_yuan:
            _deal(random, customer, book)
            _incidents(random, customer, book)
    return book.closed()


def _deal(random: Random, customer: MadeCustomer, book: _Book) -> None:
    """Give an order for each month's rent, delivered and invoiced at its end, and paid as the customer pays."""
    for month in _months(customer.since, min(customer.until or book.today, book.today)):
        amount, end = _amount(random, customer, month), _month_end(month)
        begun = month + timedelta(days=random.randint(0, 6))
        if begun > book.today:
            return
        order = MadeOrder(customer.number, f"DD{begun:%y%m}{len(book.orders) + 1:05d}", begun, amount)
        if not book.orders or book.orders[-1].customer != customer.number:
            _deposit(customer, order, book)
        book.orders.append(order)
        if end <= book.today:
            _invoice(random, customer, order, end, amount, book)


def _deposit(customer: MadeCustomer, first: MadeOrder, book: _Book) -> None:
    """Let all but the best pay a deposit with the first order; who rents no more has it back."""
    months = next(months for line, months in DEPOSITS if customer.quality >= line)
    if customer.until is not None and customer.until < book.today - GIVEN_BACK:
        return
    amount = Decimal(round(customer.yearly_yuan * months / 12, -2)).quantize(CENT)
    if amount:
        book.deposits.append(
            MadeReceipt(customer.number, first.number.replace("DD", "YJ"), first.on, amount, METHODS[0])
        )


def _invoice(random: Random, customer: MadeCustomer, order: MadeOrder, on: date, amount: Decimal, book: _Book) -> None:
    habit = HABITS[customer.habit]
    invoice = MadeInvoice(
        customer.number, f"FP{on:%y%m}{len(book.invoices) + 1:06d}", order.number, on,
        on + timedelta(days=customer.terms_days), amount, Decimal(0), None,
        random.choice(QUARRELS) if random.random() < habit.quarrel and on > book.today - QUARREL else "",
    )  # fmt: skip
    parts = [amount]
    if random.random() < habit.parts:
        first = (amount * Decimal(random.randint(3, 7)) / 10).quantize(CENT)
        parts = [first, amount - first]
    if random.random() < habit.never or invoice.dispute:
        parts = parts[:-1]
    paid, last, when = Decimal(0), None, invoice.due
    for part in parts:
        when = max(when, invoice.due) if part is not parts[0] else when
        when = max(on + timedelta(days=1), when + timedelta(days=round(random.gauss(habit.usual, habit.spread))))
        if when > book.today:
            break
        number = f"SK{when:%y%m}{len(book.receipts) + 1:06d}"
        book.receipts.append(MadeReceipt(customer.number, number, when, part, random.choice(METHODS)))
        book.allocations.append(MadeAllocation(invoice.number, number, part, when))
        paid, last = paid + part, when
    book.invoices.append(replace(invoice, settled=paid, settled_on=last if paid == amount else None))


def _amount(random: Random, customer: MadeCustomer, month: date) -> Decimal:
    """Give a month's rent: the yearly amount, the season, who is new begins small, growth of the good ones, and chance."""
    years = (month - customer.since).days / 365
    growth = 1 + (customer.quality - 0.5) * 0.3 * years
    known = min(1.0, 0.25 + 0.75 * max((month - customer.since).days, 0) / 365)
    amount = customer.yearly_yuan / 12 * SEASON[month.month - 1] * growth * known * random.lognormvariate(0, 0.25)
    return max(Decimal(str(round(amount, 2))), Decimal("500.00")).quantize(CENT)


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _month_end(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _incidents(random: Random, customer: MadeCustomer, book: _Book) -> None:
    chance = {"bad": 0.7, "late": 0.2, "slack": 0.05}.get(customer.habit, 0.01)
    if random.random() >= chance:
        return
    kind, detail = random.choice(
        (
            ("default", "工程款未到, 连续两期租金未付, 已发催款函"),
            ("lawsuit", "被材料供应商起诉, 涉及货款"),
            ("penalty", "因现场安全问题受主管部门处罚"),
            ("default", "退租时短少扣件, 赔偿逾期"),
        )
    )
    span = max((book.today - customer.since).days, 2)
    on = book.today - timedelta(days=random.randint(1, min(span, 720)))
    amount = Decimal(random.randint(2, 90) * 10_000).quantize(CENT)
    book.incidents.append(MadeIncident(customer.number, f"SJ{len(book.incidents) + 1:04d}", kind, on, amount, detail))
