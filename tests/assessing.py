"""Cases of the small company, taken through their procedure by the acts that people use.

case = opened(company, version, on=day)          # the form is asked for
fill(case, on=day)                               # whoever may fill it in does, with values that are fit
submit(case, on=day)
go_on(case, on=day, until="approve")             # every step taken by the first who may, a meeting held
agreed(company, version, on=day)                 # all of it
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from company import Company
from creditpolicy.model import Kind as FactKind
from policies import open_item_of, whoever_may
from xinheng.customers.actions import approve_statement, save_statement, submit_statement
from xinheng.customers.models import Customer
from xinheng.ledger.models import Allocation, Invoice, Receipt
from xinheng.org.models import Person
from xinheng.policies.models import Version
from xinheng.ratings import actions
from xinheng.ratings.actions.scoring import turn_of
from xinheng.ratings.models import Assessment
from xinheng.ratings.sheet import Sheet, sheet_of
from xinheng.workflow.actions import call_meeting, cast_vote, close_meeting, finish_item, record_minutes
from xinheng.workflow.actions.meetings import roles_wanted
from xinheng.workflow.acts import Kind
from xinheng.workflow.models import Item, Round
from xinheng.workflow.queries import open_round, rounds_of

FIT: dict[str, str] = {
    "rating_kind": "首次", "is_new_customer": "是", "founded_on": "2010-05-06", "paid_in_capital": "800",
    "industry_position": "骨干", "tax_grade": "A", "information": "齐全", "closeness": "一般", "ownership": "民营企业",
    "security": "无", "disputes": "0", "lawsuits": "0", "refused_information": "否", "is_dishonest": "否",
    "registration": "存续", "false_information": "否", "in_litigation": "否",
}  # fmt: skip
"""Values for the facts of credit-standing; those of other policies are chosen by type."""


def value_for(sheet: Sheet, name: str) -> str:
    """Give a value that is fit for a fact, as it is typed."""
    fact = sheet.lines[name].rule.fact
    if name in FIT and (fact.choices is None or FIT[name] in fact.choices):
        return FIT[name]
    if fact.example is not None:
        return fact.example
    if fact.choices:
        return fact.choices[0]
    if fact.type is FactKind.FLAG:
        return "否"
    if fact.type is FactKind.DATE:
        return "2015-01-01"
    return str(int(fact.bounds[1])) if fact.type is FactKind.SCORE else "1" if fact.type.is_number else "有"


def opened(
    company: Company, version: Version, *, on: date, customer: Customer | None = None, kind: str = "first",
    by: Person | None = None, why: str = "新客户",
) -> Assessment:  # fmt: skip
    """Open a case."""
    by = by or company.sales_engineer
    return actions.open_assessment(customer or company.ours, kind=kind, by=by, on=on, why=why, version=version)


def filler_of(case: Assessment, *, on: date) -> Person:
    """Give the first person who may enter something in the case."""
    return next(one for one in Person.objects.order_by("pk") if turn_of(case, one, on)[0] is not None)


def fill(case: Assessment, *, on: date, by: Person | None = None, values: Mapping[str, Any] | None = None) -> Person:
    """Enter what the step whose turn it is asks for; gives who did."""
    case.refresh_from_db()
    by = by or filler_of(case, on=on)
    turn, reason = turn_of(case, by, on)
    assert turn is not None, reason
    sheet = sheet_of(case)
    asked = [
        name
        for name in turn.facts
        if sheet.lines[name].is_open and (sheet.lines[name].value is None or name in (values or {}) or turn.is_form)
    ]
    given = {name: str((values or {}).get(name, value_for(sheet, name))) for name in asked}
    reasons = {name: "核对过资料" for name in asked if sheet.lines[name].sort == "judged"}
    if given:
        actions.save_scores(case, given, by=by, on=on, reasons=reasons)
    return by


def submit(case: Assessment, *, on: date, by: Person | None = None) -> Assessment:
    """Fill the form in and hand it in."""
    by = fill(case, on=on, by=by)
    actions.submit_assessment(case, by=by, on=on)
    case.refresh_from_db()
    return case


def task_of(case: Assessment) -> Item | None:
    """Give the task of the case's round that waits."""
    round = open_round(case, case.policy.key)
    return open_item_of(round) if round is not None else None


def go_on(case: Assessment, *, on: date, until: str = "", people: Mapping[str, Person] | None = None) -> Round:
    """Let each step be taken by the first who may (or by `people`, by step), up to the step `until`."""
    while (item := task_of(case)) is not None and item.step != until:
        take(case, item, on=on, by=(people or {}).get(item.step))
    case.refresh_from_db()
    return rounds_of(case).first()  # type: ignore[return-value]


def take(case: Assessment, item: Item, *, on: date, by: Person | None = None) -> None:
    """Take one step: enter what it asks, hold its meeting, agree."""
    case.refresh_from_db()
    by = by or whoever_may(item, on=on)
    if item.act == "meet":
        meet(item, by=by, on=on)
        return
    turn, _reason = turn_of(case, by, on)
    if turn is not None:
        fill(case, on=on, by=by)
    finish_item(item, by=by, on=on, outcome="agree" if item.kind == Kind.DECIDE else "done", remarks="同意")


def meet(item: Item, *, by: Person, on: date, against: Mapping[int, str] | None = None) -> None:
    """Hold the meeting of a step; `against` gives who votes against, with his reason."""
    people = [next(iter(_in_role(role, on))) for role in roles_wanted(item) if not person_stands(by, role, on)]
    if not people:
        people = [
            next(one for one in Person.objects.order_by("pk") if one.pk != by.pk and one.is_one_of("finance", "risk"))
        ]
    meeting = call_meeting(item.subject, item=item, by=by, on=on, held_on=on, people=people)  # type: ignore[arg-type]
    record_minutes(meeting, by=by, on=on, minutes="逐项讨论, 意见一致。", present=people)
    for person in dict.fromkeys([by, *people]):
        reason = (against or {}).get(person.pk, "")
        cast_vote(meeting, by=person, on=on, vote="refuse" if reason else "agree", reason=reason)
    close_meeting(meeting, by=by, on=on, conclusion="按评估表定级")


def person_stands(person: Person, role: str, on: date) -> bool:
    """Say whether a person holds a role."""
    return role in person.roles(on=on)


def _in_role(role: str, on: date) -> list[Person]:
    return [one for one in Person.objects.order_by("pk") if role in one.roles(on=on)]


def agreed(company: Company, version: Version, *, on: date, **rest: Any) -> Assessment:
    """Open a case and take it to its end."""
    case = opened(company, version, on=on, **rest)
    submit(case, on=on)
    go_on(case, on=on)
    case.refresh_from_db()
    return case


SOUND = {
    "current_assets": "600", "noncurrent_assets": "400", "total_assets": "1000", "inventory": "150", "receivables": "200",
    "current_liabilities": "300", "noncurrent_liabilities": "200", "total_liabilities": "500", "equity": "500",
    "revenue": "2000", "cost_of_sales": "1500", "operating_profit": "180", "total_profit": "180", "income_tax": "45",
    "net_profit": "135", "interest_expense": "20", "operating_cash_flow": "90", "payables": "120",
}  # fmt: skip
"""A statement that agrees with itself, in ten thousands of yuan."""


def with_books(company: Company, customer: Customer, *, on: date) -> Customer:
    """Give a customer two years' approved statements and invoices paid on time."""
    for year in (on.year - 2, on.year - 1):
        made = save_statement(
            customer, by=company.finance, on=on, figures=SOUND, period_end=date(year, 12, 31), unit=10_000
        )
        submit_statement(made, by=company.finance, on=on)
        made.refresh_from_db()
        approve_statement(made, by=company.risk, on=on)
    for number, days in enumerate((700, 500, 300, 200, 100, 60)):
        day = on - timedelta(days=days)
        due = day + timedelta(days=30)
        invoice = Invoice.objects.create(
            customer=customer, number=f"F{number}", amount=Decimal(400_000), invoiced_on=day, due_on=due,
            settled=Decimal(400_000),
        )  # fmt: skip
        receipt = Receipt.objects.create(
            customer=customer, number=f"S{number}", amount=Decimal(400_000), received_on=due - timedelta(days=2),
            allocated=Decimal(400_000),
        )  # fmt: skip
        Allocation.objects.create(receipt=receipt, invoice=invoice, amount=Decimal(400_000), on=receipt.received_on)
    return customer
