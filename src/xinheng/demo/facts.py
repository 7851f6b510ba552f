"""A workbook of the customers for a policy: what people would have judged and collected of each, as his story has it.

What the dealings tell is left out: `xinheng rate --invoices` derives it from the invoices.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import xlsxwriter

from creditpolicy.facts import CATALOGUE
from creditpolicy.model import Fact, Kind, Policy
from xinheng.demo.story import MadeCustomer, Story

Value = str | int | Decimal | date | None
ENTERPRISES_ONLY = frozenset({"enterprise-rating", "credit-standing"})
"""Policies that rate enterprises only."""
BEST_FIRST = frozenset(
    {"industry_position", "tax_grade", "information", "closeness", "cooperation", "bank_credit", "size_class"}
)
"""Choices that go from best to worst; of others each is as likely as the next."""
NATURES = {
    "government": "政府机构",
    "special": "特殊公司",
    "ordinary": "普通公司",
    "person": "个人",
    "partner": "交易伙伴",
}


def write_workbook(story: Story, policy: Policy, file: Path) -> int:
    """Write the workbook for a policy; give the number of customers in it."""
    rows = rated_customers(story, policy.policy)
    wanted = {name: fact for name, fact in policy.facts.items() if not _comes_by_itself(fact)}
    names, facts = list(wanted), list(wanted.values())
    book = xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("客户")
    sheet.freeze_panes(1, 2)
    sheet.write_row(0, 0, [str(fact.label.zh_hans) for fact in facts], book.add_format({"bold": True}))
    for row, customer in enumerate(rows, 1):
        random = Random(f"{story.seed} {policy.policy} {customer.number}")  # noqa: S311 - an invented company
        for column, (name, fact) in enumerate(zip(names, facts, strict=True)):
            value = value_of(name, fact, customer, story.today, random)
            if isinstance(value, date):
                sheet.write_datetime(row, column, value)
            elif isinstance(value, int | Decimal):
                sheet.write_number(row, column, float(value))
            elif value:
                sheet.write_string(row, column, value)
    sheet.set_column(0, len(facts), 14)
    book.close()
    return len(rows)


def _comes_by_itself(fact: Fact) -> bool:
    """Say whether a fact is calculated, or derived from the invoices."""
    derived = CATALOGUE.get(fact.derived) if fact.derived else None
    return fact.formula is not None or (derived is not None and "statements" not in derived.sources)


def rated_customers(story: Story, policy: str) -> list[MadeCustomer]:
    """Give whom a policy would rate: customers on file who have dealt, and of whom it has a standard."""
    invoiced = {invoice.customer for invoice in story.dealings.invoices}
    return [
        customer
        for customer in story.customers
        if customer.stage in {"filed", "closed"}
        and customer.number in invoiced
        and (customer.kind == "enterprise" or policy not in ENTERPRISES_ONLY)
    ]


def write_invoices(story: Story, file: Path) -> None:
    """Write all invoices as a table that `xinheng rate --invoices` reads."""
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out)
        table.writerow(["客户编号", "发票号码", "开票日期", "到期日", "金额", "结清日期", "有争议"])
        for row in story.dealings.invoices:
            table.writerow(
                [
                    row.customer,
                    row.number,
                    row.on,
                    row.due,
                    row.amount,
                    row.settled_on or "",
                    "是" if row.dispute else "否",
                ]
            )


def value_of(name: str, fact: Fact, customer: MadeCustomer, today: date, random: Random) -> Value:
    """Give the value of a fact for a customer; None where nobody knows it."""
    known = _OWN.get(name)
    if known is not None:
        return known(customer, today, random)
    quality = min(1.0, max(0.0, customer.quality + random.gauss(0, 0.08)))
    if fact.type in {Kind.SCORE, Kind.RATIO, Kind.NUMBER} and fact.range is not None:
        low, high = (Decimal(side or 0) for side in fact.range)
        return (low + (high - low) * Decimal(str(round(0.72 + 0.27 * quality, 3)))).quantize(Decimal("0.1"))
    if fact.choices is not None:
        choices = [str(getattr(choice, "zh_hans", choice)) for choice in fact.choices]
        place = int((1 - quality) * len(choices)) if name in BEST_FIRST else random.randrange(len(choices))
        return choices[min(place, len(choices) - 1)]
    if fact.type is Kind.FLAG:
        return "是" if customer.habit == "bad" and random.random() < 0.12 else "否"
    if fact.type in {Kind.COUNT, Kind.DAYS}:
        return 0 if quality > 0.3 else random.randint(0, 3)
    return None


def _bent(base: float, slope: float, spread: float, digits: int = 4) -> Callable[[MadeCustomer, date, Random], Value]:
    """Make a figure that follows from the quality, with some chance."""

    def figure(customer: MadeCustomer, _today: date, random: Random) -> Value:
        return Decimal(str(round(max(0.01, base + slope * customer.quality + random.gauss(0, spread)), digits)))

    return figure


def _said(word: str) -> Callable[[MadeCustomer, date, Random], Value]:
    return lambda _customer, _today, _random: word


def _one_of(*words: str) -> Callable[[MadeCustomer, date, Random], Value]:
    return lambda _customer, _today, random: random.choice(words)


def _is_new(customer: MadeCustomer, today: date, _random: Random) -> Value:
    return "是" if customer.since > today - timedelta(days=365) else "否"


def _days_ago(low: int, high: int) -> Callable[[MadeCustomer, date, Random], Value]:
    return lambda _customer, today, random: today - timedelta(days=random.randint(low, high))


def _time_class(customer: MadeCustomer, today: date, random: Random) -> Value:
    return "新客户" if _is_new(customer, today, random) == "是" else "老客户"


def _yearly(share: float) -> Callable[[MadeCustomer, date, Random], Value]:
    return lambda customer, _today, _random: Decimal(round(customer.yearly_yuan * share, -3))


_OWN: Mapping[str, Callable[[MadeCustomer, date, Random], Value]] = {
    "customer_id": lambda customer, _today, _random: customer.number,
    "name": lambda customer, _today, _random: customer.name,
    "customer_type": lambda customer, _today, _random: "个人" if customer.kind == "person" else "企业",
    "phone": lambda customer, _today, _random: customer.contacts[0].phone,
    "resident_id": lambda customer, _today, _random: customer.identity if customer.kind == "person" else None,
    "address": lambda customer, _today, _random: customer.address,
    "employer": lambda customer, _today, _random: customer.card.get("employer"),
    "identity_verified": _said("是"),
    "is_new_customer": _is_new,
    "years_stable": _bent(1, 9, 1.5, 1),
    "monthly_income": _bent(6000, 16000, 1500, 0),
    "monthly_repayment": _bent(4200, -2600, 500, 0),
    "liquid_savings": _bent(2000, 190_000, 20_000, 0),
    "asset_liability_ratio": _bent(0.92, -0.55, 0.05),
    "current_ratio": _bent(0.7, 1.6, 0.2),
    "quick_ratio": _bent(0.45, 1.1, 0.15),
    "net_margin": _bent(-0.01, 0.12, 0.015),
    "return_on_assets": _bent(-0.005, 0.09, 0.01),
    "equity_multiplier": _bent(6.5, -4.6, 0.3),
    "interest_bearing_debt_ratio": _bent(0.62, -0.45, 0.05),
    "interest_coverage": _bent(0.8, 9, 1, 2),
    "cash_debt_coverage": _bent(0.02, 0.5, 0.05),
    "cash_to_sales": _bent(0.01, 0.16, 0.02),
    "paid_in_capital": lambda customer, _today, _random: Decimal(customer.card.get("registered_capital", "100")),
    "net_assets": lambda customer, _today, _random: (
        (customer.assets_yuan / 30000).quantize(Decimal(1)) if customer.assets_yuan else None
    ),
    "founded_on": lambda customer, _today, _random: (
        date.fromisoformat(customer.card["founded_on"]) if "founded_on" in customer.card else None
    ),
    "good_years": lambda customer, today, _random: int((today - customer.since).days / 365 * customer.quality),
    "payment_method": _one_of("本公司分期", "银行贷款", "全款"),
    "next_due_on": lambda _customer, today, random: today + timedelta(days=random.randint(1, 30)),
    "rating_kind": _said("季度"),
    "registration": _said("存续"),
    "security": _one_of("第三方保证", "无", "现金保证金"),
    "category": lambda customer, _today, _random: {"construction": "建筑", "industry": "生产", "wholesale": "贸易"}.get(
        customer.industry, "服务"
    ),
    "payment": lambda customer, _today, random: (
        Decimal(str({"early": 29, "steady": 27, "slack": 24, "late": 20, "bad": 8}[customer.habit]))
        + Decimal(random.randint(-2, 1)) / 2
    ),
    "relation": _one_of("直接客户", "直接客户", "直接客户", "间接客户"),
    "time_class": _time_class,
    "deal_stage": lambda customer, today, _random: (
        "曾有交易" if customer.until and customer.until < today - timedelta(days=180) else None
    ),
    "nature": lambda customer, _today, _random: NATURES.get(customer.nature),
    "last_contact_on": _days_ago(1, 90),
    "last_reconciled_on": _days_ago(5, 120),
    "requested_limit": _yearly(0.25),
    "sales_target": _yearly(1.05),
    "information_checked": _said("是"),
}
