"""Statements of account: made, sent to the customer's own page, answered by him, and a difference cleared up."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import reason_of
from xinheng.ledger.models import BASE, ZERO, AccountStatement, Company
from xinheng.ledger.queries.statements import account_of, open_items
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.workflow.actions import open_item, settle_items
from xinheng.workflow.acts import Kind
from xinheng.workflow.calendar import add_working_days

ANSWER_DAYS = 5
"""In so many working days finance looks into a difference."""
State = AccountStatement.State


@act
def make_statement(
    customer: Customer,
    *,
    since: date,
    until: date,
    by: Person,
    on: date,
    currency: str = BASE,
    company: Company | None = None,
) -> AccountStatement:
    """Make the statement of a period that has ended; its lines stay as they are, whatever is entered later."""
    demand(by, "ledger.enter", customer)
    if until > on or since > until:
        raise Refusal(_("期间要先起后止, 且不晚于今天。请改正。"))
    company = company or Company.default()
    account = account_of(customer, company, currency, since=since, until=until)
    left = open_items(customer, company, currency, on=until)
    statement = AccountStatement.objects.create(
        customer=customer, company=company, currency=currency, since=since, until=until, opening=account.opening,
        closing=account.closing, overdue=sum((amount for *_, amount, late, _contested in left if late and amount > 0), ZERO),
        lines=[[str(line.day), line.kind, line.number, str(line.amount), str(line.balance)] for line in account.lines],
        open_items=[[number, part, str(due), str(amount), *more] for number, part, due, amount, *more in left],
        made_by=by, made_on=on,
    )  # fmt: skip
    told = {"since": str(since), "until": str(until), "closing": str(account.closing), "currency": currency}
    record("ledger.make_statement", statement, by=by, about=customer, after=told)
    return statement


@act
def send_statement(statement: AccountStatement, *, by: Person, on: date) -> AccountStatement:
    """Lay a statement before the customer on his own page, to be confirmed."""
    demand(by, "ledger.enter", statement.customer)
    statement = _held(statement, State.MADE)
    statement.state, statement.sent_on = State.SENT, on
    statement.save(update_fields=["state", "sent_on"])
    record("ledger.send_statement", statement, by=by, about=statement.customer, after={"sent_on": str(on)})
    return statement


@act
def withdraw_statement(statement: AccountStatement, *, by: Person, on: date, why: str) -> AccountStatement:
    """Take a statement back that was not answered yet."""
    demand(by, "ledger.enter", statement.customer)
    statement = _held(statement, State.MADE, State.SENT)
    why = reason_of(why)
    statement.state, statement.outcome = State.WITHDRAWN, why
    statement.save(update_fields=["state", "outcome"])
    record("ledger.withdraw_statement", statement, by=by, about=statement.customer, why=why, after={"on": str(on)})
    return statement


@act
def answer_statement(
    statement: AccountStatement, *, agrees: bool, by: Actor, on: date, remarks: str = ""
) -> AccountStatement:
    """Take the customer's answer: he agrees, or says what differs, which is then finance's to look into.

    Whoever calls has seen to it that `by` speaks for the customer.
    """
    statement = _held(statement, State.SENT)
    remarks = remarks.strip()
    if not agrees and not remarks:
        raise Refusal(_("请写明哪一笔、差多少、您的账是多少。"))
    statement.state = State.AGREED if agrees else State.DIFFERS
    statement.answered_on, statement.remarks = on, remarks[:500]
    statement.save(update_fields=["state", "answered_on", "remarks"])
    record(
        "ledger.answer_statement", statement, by=by, about=statement.customer, why=remarks[:500],
        after={"state": str(statement.state), "closing": str(statement.closing)},
    )  # fmt: skip
    if agrees:
        maker = statement.made_by if statement.made_by.is_active else None
        title = _("对账单 {number} 客户已确认").format(number=statement.number)
        open_item(
            statement, by=by, on=on, act="read", kind=Kind.READ, title=title, person=maker, role="" if maker else Role.FINANCE,
            about=statement.customer, note=remarks[:300],
        )  # fmt: skip
    else:
        title = _("对账单 {number} 客户有异议").format(number=statement.number)
        open_item(
            statement, by=by, on=on, act="look_into", title=title, role=Role.FINANCE, about=statement.customer,
            due=add_working_days(on, ANSWER_DAYS), note=remarks[:300],
        )  # fmt: skip
    return statement


@act
def clear_difference(statement: AccountStatement, *, by: Person, on: date, outcome: str) -> AccountStatement:
    """Say what came of a difference; the customer reads it on his page."""
    demand(by, "ledger.enter", statement.customer)
    statement = _held(statement, State.DIFFERS)
    statement.state, statement.outcome = State.SETTLED, reason_of(outcome)[:300]
    statement.save(update_fields=["state", "outcome"])
    record("ledger.clear_difference", statement, by=by, about=statement.customer, why=outcome)
    settle_items(statement, act="look_into", by=by, on=on, remarks=outcome)
    return statement


def _held(statement: AccountStatement, *states: str) -> AccountStatement:
    """Give the statement as it is now, where it is in one of the states."""
    held = AccountStatement.objects.select_for_update(of=("self",)).select_related("customer").get(pk=statement.pk)
    if held.state not in states:
        raise Refusal(
            _("对账单 {number} 现在是“{state}”, 不能这样办理。").format(
                number=held.number, state=held.get_state_display()
            )
        )
    return held
