"""Invoices as a target: many at once, as an ERP gives them out, with returns, void ones and the days they were settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.facts import TABLES
from creditpolicy.problems import Refusal
from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.intake.targets import Asked, Field, Option, Planned, Row
from xinheng.ledger.actions.checking import amount_of, currency_for
from xinheng.ledger.importing.base import (
    DocumentTarget,
    Known,
    amount_in,
    company_column,
    currency_in,
    customer_column,
    day_of,
    existing,
    known_column,
    same_or_refused,
    text_in,
)
from xinheng.ledger.listeners import EXPOSURE_LISTENERS, Change, tell_exposure
from xinheng.ledger.models import ZERO, Allocation, Invoice, Receipt
from xinheng.org.access import demand
from xinheng.org.models import Person

WORDS = {word: status for status, words in (TABLES["invoices"].words or {}).items() for word in (status, *words)}


@dataclass(frozen=True, slots=True)
class New:
    """An invoice to be made, and the day on which it was settled."""

    invoice: Invoice
    settled_on: date | None


class InvoicesTarget(DocumentTarget):
    """Invoices, credit notes among them, by customer and number."""

    key = "invoices"
    act = "ledger.enter_invoice"
    batch_size = 2_000

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
            Field(known_column("invoices", "currency"), _("空白为人民币。"), ("", "")),
            Field(company_column(), _("空白为默认公司。"), ("", "")),
        ]

    def options(self, by: Person) -> Sequence[Option]:
        """Ask what is due when, where the file does not say."""
        days = (0, 30, 45, 60, 90)
        choices = [("", _("不导入, 列为失败"))] + [(str(n), _("开票后 {days} 天").format(days=n)) for n in days]
        return [Option("terms", _("没有到期日的发票"), tuple(choices))]

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the invoices that are there already."""
        return existing(Invoice, rows, known)

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, company = known.customer_of(row), known.company_of(row)
        number, status = text_in(row, "number"), WORDS.get(text_in(row, "status", "valid").lower(), "valid")
        found = there.get((customer.pk, company.pk, number))
        if status == "void":
            if found is not None:
                raise Refusal(_("发票 {number} 在账上有效, 文件里是作废。请在账上作废它。").format(number=number))
            return Planned(row, "unchanged", label)
        amount, invoiced_on = amount_in(row), day_of(row, "invoiced_on", asked.on)
        is_return = amount < 0 or status == "return"
        kind = Invoice.Kind.CREDIT_NOTE if is_return else Invoice.Kind.INVOICE
        told: dict[str, Any] = {
            "kind": kind, "amount": amount_of(abs(amount)), "invoiced_on": invoiced_on,
            "currency": currency_for(currency_in(row), invoiced_on),
        }  # fmt: skip
        if found is not None:
            return same_or_refused(label, found, told, row)
        disputed = invoiced_on if row.values.get("disputed") else None
        invoice = Invoice(
            customer=customer, company=company, number=number, due_on=self._due(row, invoiced_on, kind, asked),
            disputed_on=disputed, entered_by=asked.by, **told,
        )  # fmt: skip
        settled = day_of(row, "settled_on", asked.on) if row.values.get("settled_on") and not is_return else None
        return Planned(row, "new", label, payload=New(invoice, settled))

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
        """Take a whole batch in at once."""
        if planned:
            take_in([plan.payload for plan in planned], by=asked.by, on=asked.on)
        return planned


@act
def take_in(new: Sequence[New], *, by: Person, on: date) -> list[Invoice]:
    """Store many invoices at once, and a receipt for each that was settled; one line names all the customers."""
    demand(by, "ledger.import")
    for one in new:
        one.invoice.settled = one.invoice.amount if one.settled_on else ZERO
    invoices = Invoice.objects.bulk_create([one.invoice for one in new], batch_size=500)
    paid = [(one, one.settled_on) for one in new if one.settled_on is not None]
    receipts = Receipt.objects.bulk_create(
        [
            Receipt(
                customer_id=one.invoice.customer_id, company_id=one.invoice.company_id, number=f"JQ-{one.invoice.number}"[:40],
                amount=one.invoice.amount, currency=one.invoice.currency, received_on=day, allocated=one.invoice.amount,
                method=_("导入: 结清"), entered_by=by,
            )
            for one, day in paid
        ],
        batch_size=500,
    )  # fmt: skip
    Allocation.objects.bulk_create(
        [
            Allocation(invoice=one.invoice, receipt=receipt, amount=one.invoice.amount, on=max(day, one.invoice.invoiced_on))
            for (one, day), receipt in zip(paid, receipts, strict=True)
        ],
        batch_size=500,
    )  # fmt: skip
    if EXPOSURE_LISTENERS:
        tell_exposure([_change(invoice) for invoice in invoices if not invoice.settled], by=by, on=on)
    total = sum((invoice.amount for invoice in invoices), Decimal(0))
    named = sorted({invoice.customer_id for invoice in invoices})
    told = {"invoices": len(invoices), "settled": len(receipts), "amount": str(total), "customers": spans.many(named)}
    record("ledger.import_invoices", None, by=by, after=told)
    return invoices


def _change(invoice: Invoice) -> Change:
    sign = 1 if invoice.kind == Invoice.Kind.INVOICE else -1
    return Change(
        invoice.customer_id, invoice.company_id or 0, invoice.currency, "receivables", sign * invoice.amount, "invoice",
        invoice.pk, invoice.number,
    )  # fmt: skip
