"""What the demo company is made of, before any of it is stored: plain records, the same from the same seed and day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MadeDepartment:
    """A department: its code, name, the code of the one above, and the sign-in name of its head."""

    code: str
    name: str
    above: str | None
    head: str


@dataclass(frozen=True, slots=True)
class MadePerson:
    """Somebody of the company."""

    username: str
    full_name: str
    department: str
    job_title: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeContact:
    """Somebody to speak with at a customer."""

    name: str
    duty: str
    phone: str


@dataclass(frozen=True, slots=True)
class MadeCustomer:
    """A customer; `quality` (0 to 1) is what everything said of him follows from, `habit` how he pays."""

    number: str
    name: str
    kind: str
    nature: str
    industry: str
    is_partner: bool
    department: str
    owner: str
    since: date
    until: date | None
    habit: str
    quality: float
    yearly_yuan: int
    terms_days: int
    stage: str
    identity_kind: str
    identity: str
    address: str
    region: str
    bank: str
    account: str
    staff: int | None
    turnover_yuan: Decimal | None
    assets_yuan: Decimal | None
    contacts: tuple[MadeContact, ...]
    card: dict[str, str]
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """An order."""

    customer: str
    number: str
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MadeInvoice:
    """An invoice for (part of) an order; `settled` of it has been paid by today."""

    customer: str
    number: str
    order: str
    on: date
    due: date
    amount: Decimal
    settled: Decimal
    settled_on: date | None
    dispute: str = ""


@dataclass(frozen=True, slots=True)
class MadeReceipt:
    """Money that came in."""

    customer: str
    number: str
    on: date
    amount: Decimal
    method: str


@dataclass(frozen=True, slots=True)
class MadeAllocation:
    """A part of a receipt that settles a part of an invoice."""

    invoice: str
    receipt: str
    amount: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class MadeIncident:
    """Something bad that happened."""

    customer: str
    number: str
    kind: str
    on: date
    amount: Decimal | None
    detail: str


@dataclass(frozen=True, slots=True)
class MadeStatement:
    """A customer's yearly figures in yuan, by account."""

    customer: str
    period_end: date
    is_audited: bool
    figures: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Dealings:
    """All dealings of the company."""

    orders: tuple[MadeOrder, ...] = ()
    invoices: tuple[MadeInvoice, ...] = ()
    receipts: tuple[MadeReceipt, ...] = ()
    allocations: tuple[MadeAllocation, ...] = ()
    incidents: tuple[MadeIncident, ...] = ()
    deposits: tuple[MadeReceipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The whole company as of a day."""

    seed: int
    today: date
    departments: tuple[MadeDepartment, ...]
    people: tuple[MadePerson, ...]
    customers: tuple[MadeCustomer, ...]
    dealings: Dealings
    statements: tuple[MadeStatement, ...] = field(default=())
