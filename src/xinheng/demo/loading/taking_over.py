"""Customers taken over from an older system: put in at once, with their history and one line that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import models
from simple_history.utils import bulk_create_with_history

from xinheng.audit.record import SYSTEM, act, record
from xinheng.customers.card import TRUST_OF, field_named, read
from xinheng.customers.models import (
    Address,
    BankAccount,
    CardValue,
    Contact,
    Customer,
    Figure,
    Identity,
    Method,
    Outcome,
    Source,
    Statement,
    StatementState,
    Status,
    Verification,
)
from xinheng.customers.search import search_text
from xinheng.customers.sizes import size_by_rule
from xinheng.demo.loading.organisation import WHY, Staff
from xinheng.demo.story import MadeCustomer, MadeStatement, Story
from xinheng.org.models import Person
from xinheng.org.roles import Role

BATCH = 200
VERIFIED_FOR = timedelta(days=730)
BEFORE_IT_ENDS = timedelta(days=700)
"""So long after a verification the next is made, of all but every `NEGLECTED`th customer."""
NEGLECTED = 5


@act
def take_over(story: Story, customers: Sequence[MadeCustomer], staff: Staff) -> dict[str, Customer]:
    """Store customers on file with all that is held of them; give them by number."""
    archivist = staff.of(Role.ARCHIVIST)
    rows = [_customer(made, staff, archivist) for made in customers]
    for row in rows:
        row.search_text = search_text(row)
    stored = {row.number: row for row in _kept(rows, Customer)}
    identities = _kept(
        [
            Identity(
                customer=stored[made.number],
                kind=made.identity_kind,
                number=made.identity,
                entered_by=_owner(made, staff),
            )
            for made in customers
        ],
        Identity,
    )
    Verification.objects.bulk_create(
        [
            row
            for identity, made in zip(identities, customers, strict=True)
            for row in _verifications(identity, made, archivist, story.today)
        ]
    )
    _kept(_contacts(customers, stored), Contact)
    _kept(
        [
            BankAccount(
                customer=stored[made.number], bank=made.bank, holder=made.name, number=made.account, is_main=True
            )
            for made in customers
        ],
        BankAccount,
    )
    _kept(
        [
            Address(
                customer=stored[made.number], what="home" if made.kind == "person" else "office", text=made.address,
                region=made.region,
            )
            for made in customers
        ],
        Address,
    )  # fmt: skip
    CardValue.objects.bulk_create(_card_values(customers, stored, staff), BATCH)
    record("upkeep.load_demo", staff.departments["0203"], by=SYSTEM, why=WHY, after={"客户": len(customers)})
    return stored


def _kept(rows: list[Any], model: type[models.Model]) -> list[Any]:
    return list(bulk_create_with_history(rows, model, batch_size=BATCH, default_change_reason=WHY))


def _owner(made: MadeCustomer, staff: Staff) -> Person:
    return staff.people[made.owner]


def _customer(made: MadeCustomer, staff: Staff, archivist: Person) -> Customer:
    size = size_by_rule(made.industry, made.staff, made.turnover_yuan, made.assets_yuan) if made.industry else ""
    return Customer(
        number=made.number, name=made.name, kind=made.kind, nature=made.nature, is_partner=made.is_partner,
        status=Status.CLOSED if made.stage == "closed" else Status.FILED, department=staff.departments[made.department],
        owner=_owner(made, staff), industry=made.industry, staff=made.staff, turnover_yuan=made.turnover_yuan,
        assets_yuan=made.assets_yuan, size=size, size_by_rule=bool(size), registered_by=_owner(made, staff), filed_by=archivist,
        filed_on=made.since, remarks=made.remarks,
    )  # fmt: skip


def _verifications(identity: Identity, made: MadeCustomer, archivist: Person, today: date) -> Iterator[Verification]:
    """Give the verification of when the file was opened, good for two years, and the next; of some it is due again."""
    method = Method.ORIGINAL if made.kind == "person" else Method.PUBLIC_REGISTER
    first = max(made.since, today - timedelta(days=900))
    is_neglected = int(made.number[2:]) % NEGLECTED == 0
    again = [] if is_neglected or first + BEFORE_IT_ENDS > today else [first + BEFORE_IT_ENDS]
    for on in (first, *again):
        yield Verification(
            identity=identity, method=method, outcome=Outcome.MATCHES, evidence="旧系统核实记录", verified_by=archivist,
            verified_on=on, valid_until=on + VERIFIED_FOR,
        )  # fmt: skip


def _contacts(customers: Sequence[MadeCustomer], stored: Mapping[str, Customer]) -> list[Contact]:
    return [
        Contact(
            customer=stored[made.number], name=contact.name, duty=contact.duty, phone=contact.phone, is_main=place == 0
        )
        for made in customers
        for place, contact in enumerate(made.contacts)
    ]


def _card_values(customers: Sequence[MadeCustomer], stored: Mapping[str, Customer], staff: Staff) -> list[CardValue]:
    rows = []
    for made in customers:
        for code, text in made.card.items():
            field = field_named(code, made.kind)
            written = read(field, text)
            rows.append(
                CardValue(
                    customer=stored[made.number], field=code, plain="" if field.is_confidential else written,
                    sealed=written if field.is_confidential else None, source=Source.FORM, source_detail="旧系统",
                    as_of=made.since, trust=TRUST_OF[Source.FORM], entered_by=_owner(made, staff),
                )
            )  # fmt: skip
    return rows


@act
def take_over_statements(statements: Sequence[MadeStatement], staff: Staff, stored: Mapping[str, Customer]) -> None:
    """Store statements of earlier years, entered, submitted and approved."""
    clerk, reviewer = staff.of(Role.FINANCE, 1), staff.of(Role.RISK)
    rows = []
    for made in statements:
        on = made.period_end + timedelta(days=110)
        rows.append(
            Statement(
                customer=stored[made.customer], period_kind="year", period_end=made.period_end,
                is_audited=made.is_audited, source=Source.FORM, state=StatementState.APPROVED, entered_by=clerk,
                submitted_by=clerk, submitted_on=on, approved_by=reviewer, approved_on=on,
            )
        )  # fmt: skip
    kept = _kept(rows, Statement)
    Figure.objects.bulk_create(
        [
            Figure(statement=row, account=account, amount=amount)
            for row, made in zip(kept, statements, strict=True)
            for account, amount in made.figures.items()
        ],
        BATCH,
    )
    record("upkeep.load_demo", staff.departments["03"], by=SYSTEM, why=WHY, after={"报表": len(kept)})
