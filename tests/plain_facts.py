"""The derived facts once more, in plain Python over lists of rows: what the SQL is held against. Slow, exact, independent."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Invoice:
    """A row of invoices."""

    customer_id: str
    number: str | None
    invoiced_on: date
    due_on: date | None
    amount: Decimal
    status: str | None
    settled_on: date | None
    disputed: bool | None
    counterparty: str | None


@dataclass(frozen=True)
class Statement:
    """A row of statements."""

    customer_id: str
    period_end: date
    months: int | None
    total_assets: Decimal | None
    total_liabilities: Decimal | None
    current_assets: Decimal | None
    current_liabilities: Decimal | None
    inventory: Decimal | None
    receivables: Decimal | None
    revenue: Decimal | None
    cost_of_sales: Decimal | None
    operating_profit: Decimal | None
    total_profit: Decimal | None
    net_profit: Decimal | None
    interest_expense: Decimal | None
    operating_cash_flow: Decimal | None


def invoice_facts(invoices: Iterable[Invoice], as_of: date) -> dict[str, dict[str, object]]:
    """Derive every fact from invoices, for each customer with one on the day."""
    mine: dict[str, list[Invoice]] = {}
    for invoice in once(invoices):
        if invoice.invoiced_on <= as_of:
            mine.setdefault(invoice.customer_id, []).append(invoice)
    return {customer: _of_customer(rows, as_of) for customer, rows in mine.items()}


def once(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Drop whole repeated rows, as far as they have a number."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for invoice in invoices:
        row = tuple(getattr(invoice, field.name) for field in fields(invoice))
        if invoice.number is None or row not in seen:
            kept.append(invoice)
        seen.add(row)
    return kept


def _of_customer(rows: list[Invoice], as_of: date) -> dict[str, object]:
    valid = [row for row in rows if row.status != "void"]
    void = len(rows) - len(valid)
    amounts = [(row, -abs(row.amount) if row.status == "return" else row.amount) for row in valid]
    year = [(row, amount) for row, amount in amounts if row.invoiced_on > back(as_of, 12)]
    before = [amount for row, amount in amounts if back(as_of, 24) < row.invoiced_on <= back(as_of, 12)]
    sales, prior = total(amount for _row, amount in year), total(before)
    first = min((row.invoiced_on for row in valid), default=None)
    still_open = [(row, amount) for row, amount in amounts if row.settled_on is None or row.settled_on > as_of]
    owed = total(amount for _row, amount in still_open)
    decided = [
        (row, amount, late) for row, amount in amounts for late in [_days_late(row, amount, as_of)] if late is not None
    ]
    overdue = [
        (amount, late)
        for row, amount, late in decided
        if late > 0 and (row.settled_on is None or row.settled_on > as_of)
    ]
    late = [days for _row, _amount, days in decided if days > 0]
    return {
        "invoice_count": len(valid),
        "void_count": void,
        "invoiced_total": total(amount for _row, amount in amounts),
        "returns_total": -total(amount for _row, amount in amounts if amount < 0),
        "void_ratio": ratio(void, len(rows)),
        "counterparties": len({row.counterparty for row in valid} - {None}),
        "first_invoiced_on": first,
        "months_active": len(
            {(row.invoiced_on.year, row.invoiced_on.month) for row in valid if _months(row.invoiced_on, as_of) < 120}
        ),
        "sales_12m": sales,
        "growth_12m": ratio(sales - prior, prior),
        "monthly_variation": _variation(year, first, as_of),
        "outstanding": owed,
        "overdue_amount": total(amount for amount, _days in overdue),
        "overdue_days_max": max((days for _amount, days in overdue), default=0),
        "late_ratio": ratio(len(late), len(decided)),
        "on_time_amount_ratio": ratio(
            total(amount for _row, amount, days in decided if days == 0),
            total(amount for _row, amount, _days in decided),
        ),
        "days_late_mean": ratio(sum(late), len(decided), 2),
        "days_late_max": max((days for _row, _amount, days in decided), default=None),
        "disputed_ratio": ratio(sum(1 for row in valid if row.disputed), len(valid)),
        "days_sales_outstanding": ratio(owed * 365, sales, 2),
        "sales_this_year": total(amount for row, amount in amounts if row.invoiced_on.year == as_of.year),
        "sales_last_year": total(amount for row, amount in amounts if row.invoiced_on.year == as_of.year - 1),
        "first_dealing_on": first,
        "first_dealing_this_year": first is None or first.year == as_of.year,
        "years_together": None if first is None else full_years(first, as_of),
        "nothing_due_yet": not any(amount > 0 and row.due_on and row.due_on < as_of for row, amount in amounts),
        "months_since_first_invoice": None if first is None else full_months(first, as_of),
        "months_since_dealing": None if first is None else full_months(max(row.invoiced_on for row in valid), as_of),
    }


def full_months(day: date, as_of: date) -> int:
    """Count the steps of a month back from `as_of` that do not pass over the day."""
    return next(steps for steps in range(10_000) if back(as_of, steps + 1) < day)


def _days_late(row: Invoice, amount: Decimal, as_of: date) -> int | None:
    """Say how late a payable invoice was settled or is; None where nothing is decided yet, or nothing is to be paid."""
    if amount <= 0 or row.due_on is None:
        return None
    if row.settled_on is not None and row.settled_on <= as_of:
        return max((row.settled_on - row.due_on).days, 0)
    return (as_of - row.due_on).days if row.due_on < as_of else None


def _variation(year: list[tuple[Invoice, Decimal]], first: date | None, as_of: date) -> Decimal | None:
    if first is None:
        return None
    ends = [as_of, *(back(as_of, step) for step in range(1, 13))]
    months = next((step for step in range(1, 13) if first > ends[step]), 12)
    if months < 3:
        return None
    sales = [
        Fraction(total(amount for row, amount in year if ends[step + 1] < row.invoiced_on <= ends[step]))
        for step in range(months)
    ]
    mean = sum(sales) / months
    if mean <= 0:
        return None
    return rounded(sum(abs(one - mean) for one in sales) / months / mean, 6)


def _months(day: date, as_of: date) -> int:
    return (as_of.year - day.year) * 12 + as_of.month - day.month


def back(day: date, months: int) -> date:
    """Go back whole months; from a month's last day to the last day of that month."""
    year, month = day.year, day.month - months
    while month < 1:
        year, month = year - 1, month + 12
    last = calendar.monthrange(year, month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if is_last else min(day.day, last))


def full_years(first: date, as_of: date) -> int:
    """Count the full years between two days; one begun on 29 February is full on the 28th of other years."""
    years = as_of.year - first.year
    last = calendar.monthrange(as_of.year, first.month)[1]
    return years if (as_of.month, as_of.day) >= (first.month, min(first.day, last)) else years - 1


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum amounts; of none it is 0."""
    return sum(amounts, Decimal(0))


def ratio(top: Decimal | int, below: Decimal | int, digits: int = 6, most: int = 10**6) -> Decimal | None:
    """Divide exactly; missing unless the denominator is above zero, held within `most` either way."""
    if below <= 0:
        return None
    return rounded(min(max(Fraction(top) / Fraction(below), Fraction(-most)), Fraction(most)), digits)


def rounded(value: Fraction, digits: int) -> Decimal:
    """Round half away from zero."""
    steps = abs(value) * 10**digits
    whole = steps.numerator // steps.denominator
    whole += 2 * (steps - whole) >= 1
    return Decimal(whole if value >= 0 else -whole).scaleb(-digits)


STATEMENT_RATIOS = {
    "asset_liability_ratio": ("total_liabilities", "total_assets", False),
    "current_ratio": ("current_assets", "current_liabilities", False),
    "quick_ratio": ("current_assets -inventory", "current_liabilities", False),
    "gross_margin": ("revenue -cost_of_sales", "revenue", False),
    "operating_margin": ("operating_profit", "revenue", False),
    "net_margin": ("net_profit", "revenue", False),
    "return_on_assets": ("net_profit", "total_assets", True),
    "cash_flow_coverage": ("operating_cash_flow", "current_liabilities", True),
    "interest_coverage": ("total_profit interest_expense", "interest_expense", False),
    "asset_turnover": ("revenue", "total_assets", True),
    "receivables_turnover": ("revenue", "receivables", True),
    "inventory_turnover": ("cost_of_sales", "inventory", True),
}
"""Name → what is added up on top (a minus before what is subtracted), what is below, whether a flow is brought to a year."""


def statement_facts(statements: Iterable[Statement], as_of: date) -> dict[str, dict[str, object]]:
    """Derive every fact from statements, for each customer with one on the day."""
    mine: dict[str, list[Statement]] = {}
    for statement in dict.fromkeys(statements):
        if statement.period_end <= as_of:
            mine.setdefault(statement.customer_id, []).append(statement)
    return {customer: _latest(rows) for customer, rows in mine.items()}


def _latest(rows: list[Statement]) -> dict[str, object]:
    day = max(row.period_end for row in rows)
    latest = [row for row in rows if row.period_end == day]
    found: dict[str, object] = {"statement_on": day}
    for name, (top, below, yearly) in STATEMENT_RATIOS.items():
        most = 10**6 if name.endswith(("margin", "on_assets", "liability_ratio")) else 10**9
        found[name] = _of_statement(latest[0], top, below, most, yearly=yearly) if len(latest) == 1 else None
    return found


def _of_statement(row: Statement, top: str, below: str, most: int, *, yearly: bool) -> Decimal | None:
    parts = [(getattr(row, name.lstrip("-")), -1 if name.startswith("-") else 1) for name in top.split()]
    under = getattr(row, below)
    if under is None or any(value is None for value, _sign in parts):
        return None
    above = sum((value * sign for value, sign in parts), Decimal(0))
    months = (12 if row.months is None else row.months) if yearly else 12
    return ratio(above * 12, under * months, most=most)
