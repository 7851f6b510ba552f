"""What the targets of dealings share: their columns, the customers they name, and how a row becomes an act."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from creditpolicy.facts import TABLES
from creditpolicy.model import Kind
from creditpolicy.problems import Refusal
from creditpolicy.tables import Column
from xinheng.audit.record import stopped_among
from xinheng.customers.models import Customer
from xinheng.intake.targets import Asked, Field, Option, Planned, Reason, Row
from xinheng.ledger.actions.checking import currency_for
from xinheng.ledger.listeners import Withheld
from xinheng.ledger.models import BASE, Company, Invoice
from xinheng.org.models import Person

AT_ONCE = 900
"""So many values go into one question: SQLite takes few."""


def column(
    name: str, label: str, kind: Kind, *others: str, required: bool = False, weak: tuple[str, ...] = ()
) -> Column:
    """Give a column by its heading and the other headings that exports give it; `weak` ones where no better stands."""
    if kind is Kind.AMOUNT:
        return Column(name, (label, *others), kind, scale=2, unit="元", required=required, weak=weak)
    return Column(name, (label, *others), kind, required=required, weak=weak)


def known_column(table: str, name: str, *, required: bool = False) -> Column:
    """Give a column of the library's canonical tables, with all the headings that the library knows."""
    found = TABLES[table].by_id[name]
    names = (found.label.en, *found.synonyms)
    return column(name, found.label.zh, found.kind, *names, required=required, weak=found.weak)


def customer_column() -> Column:
    """Give the column that says whose a row is."""
    return known_column("invoices", "customer_id", required=True)


def company_column() -> Column:
    """Give the column of the company of the group."""
    return column("company", "本方公司", Kind.TEXT, "销售公司", "我方公司", "公司代码")


@dataclass(frozen=True, slots=True)
class Known:
    """What a batch's rows refer to."""

    customers: Mapping[str, Customer]
    companies: Mapping[str, Company]
    held: Mapping[int, str]
    """Why nothing may be done in a customer's file, by his key."""
    stated: dict[tuple[str, date], str] = field(default_factory=dict)
    """The currencies that can be stated on a day, as they were asked for."""

    def currency_of(self, row: Row, on: date) -> str:
        """Give the currency of a row, which must have a rate on the day of its document."""
        said = currency_in(row)
        if said == BASE:
            return said
        if (said, on) not in self.stated:
            self.stated[said, on] = currency_for(said, on)
        return self.stated[said, on]

    def customer_of(self, row: Row) -> Customer:
        """Give the customer that a row names, by number or by a name that one alone has."""
        said = str(row.values["customer_id"]).strip()
        customer = self.customers.get(said)
        if customer is None:
            raise Refusal(_("没有编号或名称为“{said}”的客户, 或有几家同名。请写客户编号。").format(said=said))
        if customer.pk in self.held:
            raise Refusal(self.held[customer.pk])
        return customer

    def company_of(self, row: Row) -> Company:
        """Give the company of the group that a row names; the default one where it names none."""
        said = str(row.values.get("company") or "").strip()
        if said and said not in self.companies:
            raise Refusal(_("没有代码或名称为“{said}”的本方公司。").format(said=said))
        return self.companies[said]


def in_parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut values into as many as go into one question."""
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def known_of(rows: Sequence[Row], by: Person, act: str) -> Known:
    """Gather what the rows of a batch refer to."""
    said = {str(row.values["customer_id"]).strip() for row in rows if row.values.get("customer_id")}
    seen = Customer.objects.visible_to(by)
    by_number = {one.number: one for part in in_parts(list(said)) for one in seen.filter(number__in=part)}
    by_name: dict[str, Customer] = {}
    twice = set()
    for part in in_parts(list(said - set(by_number))):
        for customer in seen.filter(name__in=part, merged_into__isnull=True):
            twice |= {customer.name} & set(by_name)
            by_name[customer.name] = customer
    for name in twice:
        del by_name[name]
    customers = by_name | by_number
    ours = Company.default()
    companies = {"": ours}
    for company in Company.objects.filter(ended_on__isnull=True):
        companies |= {company.code: company, company.name: company}
    held = stopped_among(act, {customer.pk for customer in customers.values()}, by)
    return Known(customers, companies, held)


class DocumentTarget(ABC):
    """A kind of document as a target; `plan_one` says what a row would do."""

    key: str
    act: str
    permission = "ledger.import"
    batch_size = 100
    list_url = "ledger.receivables"

    @property
    @abstractmethod
    def label(self) -> str:
        """What the rows are."""

    def options(self, by: Person) -> Sequence[Option]:
        """Give what is to be chosen before the run."""
        return []

    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""

    def anchor(self, columns: Sequence[str]) -> str:
        """Know a row by its number."""
        return "number"

    def keys(self, row: Row) -> Sequence[tuple[str, str]]:
        """Hold numbers of one customer and company apart."""
        values = row.values
        return [("number", f"{values.get('customer_id')} {values.get('company') or ''} {values.get('number')}")]

    def plan(self, rows: Sequence[Row], asked: Asked) -> Sequence[Planned]:
        """Say what each row would do."""
        if not rows:
            return []
        known = known_of(rows, asked.by, self.act)
        there = self.there(rows, known)
        return [self._planned(row, asked, known, there) for row in rows]

    def _planned(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any]) -> Planned:
        label = f"{row.values.get('customer_id')} {row.values.get('number')}"
        try:
            return self.plan_one(row, asked, known, there, label)
        except Refusal as refused:
            return Planned(row, "failed", label, reasons=(Reason(refused.message),))

    @abstractmethod
    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the documents of this kind that are there already, by customer, company and number."""

    @abstractmethod
    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do; a Refusal is its reason to fail."""

    @abstractmethod
    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        """Do what was planned."""


class OneByOne(DocumentTarget):
    """A kind of document of which each row is one act of the room, done by `do`."""

    @abstractmethod
    def do(self, payload: Any, asked: Asked) -> None:
        """Do what was planned for one row."""

    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        """Do each row by itself: what one is refused undoes that row only."""
        return [done_alone(plan, lambda payload: self.do(payload, asked)) for plan in planned]


def done_alone(plan: Planned, do: Callable[[Any], object]) -> Planned:
    """Do one row by itself; give it back, failed where it was refused."""
    try:
        with transaction.atomic():
            do(plan.payload)
    except Refusal as refused:
        if isinstance(refused, Withheld):
            refused.note()
        return replace(plan, verdict="failed", differences=(), reasons=(Reason(refused.message),))
    return plan


def existing(model: Any, rows: Sequence[Row], known: Known, *more: str) -> dict[Any, Any]:
    """Give the documents of a model that stand under the numbers of a batch, by customer, company, number and `more`."""
    numbers = list({str(row.values["number"]).strip() for row in rows if row.values.get("number")})
    mine = {customer.pk for customer in known.customers.values()}
    found = {}
    for part in in_parts(numbers):
        for one in model.objects.filter(number__in=part, reversed_on__isnull=True):
            if one.customer_id in mine:
                found[one.customer_id, one.company_id, one.number, *(getattr(one, name) for name in more)] = one
    return found


def invoice_called(number: str, customer: Customer, company: Company, party: str = "", **more: Any) -> Invoice:
    """Give the invoice that a row names by its number; of several, the one made out to the same, or the only open one."""
    of = {"customer": customer, "company": company, "kind": Invoice.Kind.INVOICE, **more}
    found = list(Invoice.objects.filter(reversed_on__isnull=True, number=number, **of))
    if not found:
        raise Refusal(_("这个客户没有发票 {number}。请先导入发票, 或留空。").format(number=number))
    found = [one for one in found if party and one.counterparty == party] or found
    wanted = [one for one in found if one.open_amount] or found[:1]
    if len(wanted) > 1:
        raise Refusal(
            _("号码为 {number} 的发票有 {count} 张未结, 购方单位不同。请在系统里核销。").format(
                number=number, count=len(wanted)
            )
        )
    return wanted[0]


def day_of(row: Row, name: str, on: date) -> date:
    """Give the day in a cell, which must have come."""
    day = row.values.get(name)
    if not isinstance(day, date):
        raise Refusal(_("没有填日期。"))
    if day > on:
        raise Refusal(_("日期 {day} 在今天以后。").format(day=day))
    return day


def amount_in(row: Row) -> Decimal:
    """Give the amount in a cell, which must not be nothing."""
    amount = row.values.get("amount")
    if not isinstance(amount, Decimal) or amount == 0:
        raise Refusal(_("没有填金额, 或金额为 0。"))
    return amount


def text_in(row: Row, name: str, default: str = "") -> str:
    """Give the text in a cell."""
    return str(row.values.get(name) or default).strip()


CURRENCIES = {
    "人民币": BASE, "人民币元": BASE, "RMB": BASE, "元": BASE, "美元": "USD", "美金": "USD", "欧元": "EUR", "港币": "HKD",
    "港元": "HKD", "日元": "JPY", "英镑": "GBP",
}  # fmt: skip


def currency_in(row: Row) -> str:
    """Give the currency of a row, as exports write it."""
    said = text_in(row, "currency", BASE).upper()
    return CURRENCIES.get(said, said)


def same_or_refused(label: str, found: Any, told: Mapping[str, Any], row: Row) -> Planned:
    """Let a row that is there already do nothing; refuse one whose number is there with something else in it."""
    others = [name for name, value in told.items() if getattr(found, name) != value]
    if others:
        raise Refusal(
            _("单据号 {number} 已有, 但内容不同 (金额 {amount})。请先冲销原来的, 或改单据号。").format(
                number=found.number, amount=found.amount
            )
        )
    return Planned(row, "unchanged", label)
