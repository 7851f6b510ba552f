"""Invoices as a target: many at once, as an ERP gives them out, with returns, void ones and the days they were settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.facts import TABLES
from creditpolicy.model import Kind
from creditpolicy.problems import Refusal
from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.intake.targets import Asked, Field, Option, Planned, Row
from xinheng.ledger import actions
from xinheng.ledger.actions.checking import amount_of
from xinheng.ledger.importing.base import (
    DocumentTarget,
    Known,
    amount_in,
    column,
    company_column,
    customer_column,
    day_of,
    done_alone,
    existing,
    invoice_called,
    known_column,
    same_or_refused,
    text_in,
)
from xinheng.ledger.listeners import EXPOSURE_LISTENERS, Change, tell_exposure
from xinheng.ledger.models import ZERO, Allocation, Company, Invoice, Order, Receipt
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.upkeep.rows import insert_told

WORDS = {word: status for status, words in (TABLES["invoices"].words or {}).items() for word in (status, *words)}


class New(NamedTuple):
    """An invoice to be made: whose, its columns, the day on which it was settled, and the numbers of what it belongs to.

    `order` is the order that it is for, `credits` the invoice that a credit note is set off against.
    """

    customer: Customer
    company: Company
    number: str
    kind: str
    amount: Decimal
    currency: str
    invoiced_on: date
    due_on: date
    disputed_on: date | None
    settled_on: date | None
    counterparty: str = ""
    order: str = ""
    credits: str = ""

    @property
    def stands_alone(self) -> bool:
        """Whether it touches no other document."""
        return not self.order and not self.credits

    @property
    def settled(self) -> Decimal:
        """What of it is settled."""
        return self.amount if self.settled_on else ZERO


SAME = ("kind", "amount", "currency", "invoiced_on")
"""What an invoice under the same number must have alike."""


class InvoicesTarget(DocumentTarget):
    """Invoices, credit notes among them, by customer, number, and whom they are made out to."""

    key = "invoices"
    act = "ledger.enter_invoice"
    batch_size = 5_000

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("发票")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        return [
            Field(customer_column(), _("客户编号, 或只有一家用的全称。"), ("示例-1", "示例-2")),
            Field(known_column("invoices", "number", required=True), "", ("20260001", "20260002")),
            Field(known_column("invoices", "invoiced_on", required=True), "", ("2026-01-31", "2026-01-31")),
            Field(known_column("invoices", "amount", required=True), _("含税; 红字为负。"), ("1000.00", "-50.00")),
            Field(known_column("invoices", "due_on"), _("没有时按导入时的选择。"), ("2026-03-02", "")),
            Field(known_column("invoices", "status"), _("有效、作废、红字; 空白为有效。"), ("有效", "红字")),
            Field(known_column("invoices", "settled_on"), _("付清的那一天; 空白为未付清。"), ("", "")),
            Field(known_column("invoices", "disputed"), "", ("", "")),
            Field(
                column("order", "订单号", Kind.ID, "订单编号", "销售订单号"),
                _("写了的, 冲减这张订单的未开票金额。"),
                ("", ""),
            ),
            Field(
                column("credits", "冲抵发票", Kind.ID, "原发票号码", "对应蓝字发票", "蓝字发票号"),
                _("红字冲抵的那张。"),
                ("", ""),
            ),
            Field(
                column("counterparty", "购方单位", Kind.TEXT, "购方单位代号", "对方单位", "开票对象", "Counterparty"),
                _("票不是开给客户自己的才填; 开给不同单位的, 号码可以相同。"),
                ("", ""),
            ),
            Field(known_column("invoices", "currency"), _("空白为人民币。"), ("", "")),
            Field(company_column(), _("空白为默认公司。"), ("", "")),
        ]

    def options(self, by: Person) -> Sequence[Option]:
        """Ask what is due when, where the file does not say."""
        days = (0, 30, 45, 60, 90)
        choices = [("", _("不导入, 列为失败"))] + [(str(n), _("开票后 {days} 天").format(days=n)) for n in days]
        return [Option("terms", _("没有到期日的发票"), tuple(choices))]

    def keys(self, row: Row) -> Sequence[tuple[str, str]]:
        """Hold apart what is made out to different ones, too."""
        ((name, key),) = super().keys(row)
        return [(name, f"{key} {row.values.get('counterparty') or ''}")]

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the invoices that are there already, by customer, company, number and whom they are made out to."""
        found = existing(Invoice, rows, known, "counterparty")
        for whose, company, number, party in list(found):
            found.setdefault((whose, company, number, None), []).append(party)
        return found

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, company = known.customer_of(row), known.company_of(row)
        number, status = text_in(row, "number"), WORDS.get(text_in(row, "status", "valid").lower(), "valid")
        party = _party(row, customer)
        found = _there(there, (customer.pk, company.pk, number), party)
        if status == "void":
            if found is not None:
                raise Refusal(_("发票 {number} 在账上有效, 文件里是作废。请在账上作废它。").format(number=number))
            return Planned(row, "unchanged", label)
        amount, invoiced_on = amount_in(row), day_of(row, "invoiced_on", asked.on)
        is_return = amount < 0 or status == "return"
        kind = Invoice.Kind.CREDIT_NOTE.value if is_return else Invoice.Kind.INVOICE.value
        told = (kind, amount_of(abs(amount)), known.currency_of(row, invoiced_on), invoiced_on)
        if found is not None:
            return same_or_refused(label, found, dict(zip(SAME, told, strict=True)), row)
        settled = day_of(row, "settled_on", asked.on) if row.values.get("settled_on") and not is_return else None
        new = New(
            customer, company, number, *told, self._due(row, invoiced_on, kind, asked),
            invoiced_on if row.values.get("disputed") else None, settled, party, text_in(row, "order"),
            text_in(row, "credits") if is_return else "",
        )  # fmt: skip
        return Planned(row, "new", label, payload=new)

    @staticmethod
    def _due(row: Row, invoiced_on: date, kind: str, asked: Asked) -> date:
        due = row.values.get("due_on")
        if isinstance(due, date):
            if due < invoiced_on:
                raise Refusal(_("到期日 {due} 早于开票日期 {invoiced}。").format(due=due, invoiced=invoiced_on))
            return due
        if kind == Invoice.Kind.CREDIT_NOTE:
            return invoiced_on
        if not asked.options.get("terms"):
            raise Refusal(_("没有到期日。请补上, 或在导入时选择开票后多少天。"))
        return invoiced_on + timedelta(days=int(asked.options["terms"]))

    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        """Take in at once those that touch no other document; the others, and all where one is there already, one by one."""
        alone = [plan for plan in planned if not plan.payload.stands_alone]
        together = [plan for plan in planned if plan.payload.stands_alone]
        if together:
            try:
                with transaction.atomic():
                    take_in([plan.payload for plan in together], by=asked.by, on=asked.on)
            except IntegrityError:  # somebody entered one of these since they were planned
                alone, together = list(planned), []
        done = {plan.row.number: done_alone(plan, lambda new: _take_alone(new, asked)) for plan in alone}
        return [done.get(plan.row.number, plan) for plan in planned]


def _party(row: Row, customer: Customer) -> str:
    """Give whom an invoice is made out to; nothing where that is the customer himself."""
    said = text_in(row, "counterparty")[:100]
    return "" if said in (customer.name, customer.number) else said


def _there(there: Mapping[Any, Any], key: tuple[int, int, str], party: str) -> Any:
    """Give the invoice that a row is, if it is there: where one of the two does not say to whom, the number is enough."""
    found = there.get((*key, party)) or there.get((*key, ""))
    parties = there.get((*key, None), ())
    return found or (there[*key, parties[0]] if not party and len(parties) == 1 else None)


def _take_alone(new: New, asked: Asked) -> None:
    """Enter one invoice by the room's own acts, and the receipt of it where it was settled."""
    if new.order:
        of = {"customer": new.customer, "company": new.company, "number": new.order}
        order = Order.objects.filter(reversed_on__isnull=True, **of).first()
        if order is None:
            raise Refusal(_("这个客户没有订单 {number}。请先导入订单, 或留空。").format(number=new.order))
    else:
        order = None
    invoice = actions.enter_invoice(
        new.customer, number=new.number, invoiced_on=new.invoiced_on, amount=new.amount, due_on=new.due_on, order=order,
        kind=new.kind, currency=new.currency, company=new.company, counterparty=new.counterparty, by=asked.by,
    )  # fmt: skip
    if new.disputed_on:
        Invoice.objects.filter(pk=invoice.pk).update(disputed_on=new.disputed_on)
    if new.credits:
        _set_off(new, invoice, asked)
    if new.settled_on:
        actions.enter_receipt(
            new.customer, number=_receipt_number(new), received_on=new.settled_on, amount=new.amount, by=asked.by,
            to={invoice.pk: new.amount}, method=_("导入: 结清"), currency=new.currency, company=new.company,
        )  # fmt: skip


def _set_off(new: New, note: Invoice, asked: Asked) -> None:
    """Set a credit note off against the invoice that it names, as far as that is open."""
    against = invoice_called(new.credits, new.customer, new.company, new.counterparty, currency=new.currency)
    part = min(new.amount, against.open_amount)
    if part:
        actions.set_off(note, by=asked.by, on=new.invoiced_on, to={against.pk: part})


def _receipt_number(new: New) -> str:
    return "-".join(filter(None, ("JQ", new.number, new.counterparty)))[:40]


@act
def take_in(new: Sequence[New], *, by: Person, on: date) -> list[int]:
    """Store many invoices at once, and a receipt for each that was settled; gives their keys in their order.

    One line names all the customers.
    """
    demand(by, "ledger.import")
    at = timezone.now()
    whose = {"entered_by": by.pk, "entered_at": at}
    invoices = insert_told(
        Invoice,
        (
            [one.customer.pk for one in new], [one.company.pk for one in new], [one.number for one in new],
            [one.kind for one in new], [one.amount for one in new], [one.currency for one in new],
            [one.invoiced_on for one in new], [one.due_on for one in new], [one.settled for one in new],
            [one.disputed_on for one in new], [one.counterparty for one in new],
        ),
        whose, "customer", "company", "number", "kind", "amount", "currency", "invoiced_on", "due_on", "settled",
        "disputed_on", "counterparty",
    )  # fmt: skip
    paid = [(one, key, one.settled_on) for one, key in zip(new, invoices, strict=True) if one.settled_on is not None]
    if paid:
        _settle(paid, whose)
    if EXPOSURE_LISTENERS:
        open_now = ((one, key) for one, key in zip(new, invoices, strict=True) if one.settled_on is None)
        tell_exposure([_change(one, key) for one, key in open_now], by=by, on=on)
    total = sum((one.amount for one in new), Decimal(0))
    named = sorted({one.customer.pk for one in new})
    told = {"invoices": len(new), "settled": len(paid), "amount": str(total), "customers": spans.many(named)}
    record("ledger.import_invoices", None, by=by, after=told)
    return invoices


def _settle(paid: Sequence[tuple[New, int, date]], whose: Mapping[str, Any]) -> None:
    """Store a receipt for each invoice that was settled, and what it settles."""
    amounts = [one.amount for one, _key, _day in paid]
    receipts = insert_told(
        Receipt,
        (
            [one.customer.pk for one, _key, _day in paid], [one.company.pk for one, _key, _day in paid],
            [_receipt_number(one) for one, _key, _day in paid], amounts, amounts,
            [one.currency for one, _key, _day in paid], [day for _one, _key, day in paid],
        ),
        {**whose, "method": _("导入: 结清")},
        "customer", "company", "number", "amount", "allocated", "currency", "received_on",
    )  # fmt: skip
    days = [max(day, one.invoiced_on) for one, _key, day in paid]
    insert_told(
        Allocation,
        ([key for _one, key, _day in paid], receipts, amounts, days),
        {},
        "invoice",
        "receipt",
        "amount",
        "on",
    )


def _change(one: New, key: int) -> Change:
    sign = 1 if one.kind == Invoice.Kind.INVOICE else -1
    return Change(
        one.customer.pk, one.company.pk, one.currency, "receivables", sign * one.amount, "invoice", key, one.number
    )
