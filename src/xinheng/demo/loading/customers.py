"""The customers with their papers of identity, contacts, accounts, cards and statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from xinheng.customers.actions.card import add_value
from xinheng.customers.actions.files import close_customer, register_customer, submit_customer
from xinheng.customers.actions.identities import verify_identity
from xinheng.customers.actions.people import keep_account, keep_address, keep_contact
from xinheng.customers.actions.statements import approve_statement, save_statement, submit_statement
from xinheng.customers.models import Customer, Method, Outcome, Source
from xinheng.demo.loading.organisation import Staff
from xinheng.demo.loading.taking_over import take_over, take_over_statements
from xinheng.demo.story import MadeCustomer, MadeStatement, Story
from xinheng.org.roles import Role
from xinheng.workflow.actions import finish_item
from xinheng.workflow.acts import Outcome as Decision
from xinheng.workflow.acts import State
from xinheng.workflow.models import Item

Customers = Mapping[str, Customer]
BY_ACTS = 15
"""So many customers on file went the whole way here; the others, as if they had been taken over from an older system."""


def load_customers(story: Story, staff: Staff) -> dict[str, Customer]:
    """Store every customer as far as his story goes; give them by number."""
    random = Random(f"{story.seed} loading")  # noqa: S311 - an invented company
    on_file = [made for made in story.customers if made.stage in {"filed", "closed"}]
    taken_over = {made.number for made in on_file[BY_ACTS:]}
    stored = {
        made.number: _customer(story, made, staff, random) for made in story.customers if made.number not in taken_over
    }
    stored |= take_over(story, on_file[BY_ACTS:], staff)
    mine = [made for made in story.statements if made.customer in stored and made.customer not in taken_over]
    _statements(mine, story, staff, stored)
    take_over_statements([made for made in story.statements if made.customer in taken_over], staff, stored)
    return stored


def _customer(story: Story, made: MadeCustomer, staff: Staff, random: Random) -> Customer:
    owner = staff.people[made.owner]
    on = max(made.since - timedelta(days=random.randint(5, 40)), story.today - timedelta(days=3 * 365 + 60))
    if made.stage in {"draft", "submitted"}:
        on = story.today - timedelta(days=random.randint(0, 12))
    basics: dict[str, Any] = {"nature": made.nature, "is_partner": made.is_partner}
    if made.kind == "enterprise":
        basics |= {
            "industry": made.industry, "staff": made.staff, "turnover_yuan": made.turnover_yuan,
            "assets_yuan": made.assets_yuan,
        }  # fmt: skip
    customer = register_customer(
        by=owner, on=on, name=made.name, kind=made.kind, number=made.number, owner=owner,
        identity=(made.identity_kind, made.identity), **basics,
    )  # fmt: skip
    for place, contact in enumerate(made.contacts):
        keep_contact(
            customer, by=owner, on=on, name=contact.name, duty=contact.duty, phone=contact.phone, is_main=place == 0
        )
    what = "home" if made.kind == "person" else "office"
    keep_address(customer, by=owner, on=on, what=what, text=made.address, region=made.region)
    if made.stage == "draft":
        return customer
    keep_account(customer, by=owner, on=on, bank=made.bank, holder=made.name, number=made.account, is_main=True)
    source = Source.FORM if random.random() < 0.5 else Source.VISIT
    for field, value in made.card.items():
        add_value(customer, by=owner, on=on, field=field, value=value, source=source, as_of=on)
    submit_customer(customer, by=owner, on=on)
    if made.stage == "submitted":
        return customer
    _verify_and_file(customer, staff, on, random)
    customer.refresh_from_db()
    if made.stage == "closed":
        close_customer(customer, by=staff.of(Role.CREDIT_GROUP), on=story.today, why="已注销, 不再往来")
    return customer


def _verify_and_file(customer: Customer, staff: Staff, on: date, random: Random) -> None:
    """Have an archivist look at the papers and file the customer; of some the verification has run out since."""
    archivist = staff.of(Role.ARCHIVIST, random.randrange(2))
    identity = customer.identities.get()
    method = Method.ORIGINAL if customer.kind == "person" else Method.PUBLIC_REGISTER
    verify_identity(
        identity, by=archivist, on=on, method=method, outcome=Outcome.MATCHES, evidence="与登记信息逐项核对一致"
    )
    item = Item.objects.filter(
        round__subject_id=str(customer.pk), round__procedure="customers.file", state=State.OPEN
    ).get()
    finish_item(item, by=archivist, on=on, outcome=Decision.AGREE)


def _statements(statements: list[MadeStatement], story: Story, staff: Staff, customers: Customers) -> None:
    """Enter statements, and have most of them approved by another; those of the last few customers wait."""
    waiting = {made.customer for made in statements[-6:]}
    for made in statements:
        customer = customers[made.customer]
        if customer.status != "filed":
            continue
        on = made.period_end + timedelta(days=110)
        figures = {account: str(amount) for account, amount in made.figures.items()}
        statement = save_statement(
            customer, by=staff.of(Role.FINANCE, 1), on=on, figures=figures, period_end=made.period_end,
            is_audited=made.is_audited, source=Source.FORM,
        )  # fmt: skip
        if made.customer in waiting and made.period_end.year < story.today.year - 1:
            continue
        submit_statement(statement, by=staff.of(Role.FINANCE, 1), on=on)
        if made.customer not in waiting:
            approve_statement(statement, by=staff.of(Role.RISK), on=on)
