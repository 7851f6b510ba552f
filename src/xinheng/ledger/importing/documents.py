"""Contracts, orders, deliveries, receipts and incidents as targets: each row is one act of the room."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from creditpolicy.model import Kind
from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.intake.targets import Asked, Field, Option, Planned, Row
from xinheng.ledger import actions
from xinheng.ledger.actions.checking import amount_of
from xinheng.ledger.importing.base import (
    Known,
    OneByOne,
    amount_in,
    column,
    company_column,
    currency_in,
    customer_column,
    day_of,
    existing,
    invoice_called,
    known_column,
    same_or_refused,
    text_in,
)
from xinheng.ledger.models import ZERO, Company, Contract, Delivery, Incident, Order, Receipt
from xinheng.org.models import Person


class ContractsTarget(OneByOne):
    """Contracts, by customer and number."""

    key = "contracts"
    act = "ledger.enter_contract"

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("合同")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        return [
            Field(customer_column(), "", ("示例-1", "示例-2")),
            Field(column("number", "合同号", Kind.ID, "合同编号", "单据号", required=True), "", ("HT-1", "HT-2")),
            Field(column("signed_on", "签订日", Kind.DATE, "签订日期", "合同日期", required=True), "", ("2026-01-05", "2026-01-06")),
            Field(column("expires_on", "有效期至", Kind.DATE, "到期日期", "终止日期"), _("空白为长期。"), ("2026-12-31", "")),
            Field(column("terms_days", "账期 (天)", Kind.COUNT, "账期", "信用期"), "", ("30", "60")),
            Field(column("amount", "合同金额", Kind.AMOUNT, "金额"), _("框架合同可以不填。"), ("100000.00", "")),
            Field(column("breach", "违约条款", Kind.TEXT), "", ("逾期按日加收万分之五", "")),
            Field(known_column("invoices", "currency"), "", ("", "")),
            Field(company_column(), "", ("", "")),
        ]  # fmt: skip

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the contracts that are there already."""
        return existing(Contract, rows, known)

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, company, number = known.customer_of(row), known.company_of(row), text_in(row, "number")
        terms = row.values.get("terms_days")
        told = {
            "signed_on": day_of(row, "signed_on", asked.on), "expires_on": row.values.get("expires_on"),
            "terms_days": None if terms is None else int(str(terms)), "amount": row.values.get("amount"),
        }  # fmt: skip
        found = there.get((customer.pk, company.pk, number))
        if found is not None:
            return same_or_refused(label, found, told, row)
        more = {"breach": text_in(row, "breach"), "currency": currency_in(row), "company": company, "number": number}
        return Planned(row, "new", label, payload=(customer, told | more))

    def do(self, payload: Any, asked: Asked) -> None:
        """Enter it."""
        customer, told = payload
        actions.enter_contract(customer, **told, by=asked.by)


class OrdersTarget(OneByOne):
    """Orders, by customer and number; each is one amount."""

    key = "orders"
    act = "ledger.enter_order"

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("订单")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        return [
            Field(customer_column(), "", ("示例-1", "示例-2")),
            Field(known_column("orders", "number", required=True), "", ("DD-1", "DD-2")),
            Field(known_column("orders", "ordered_on", required=True), "", ("2026-01-05", "2026-01-06")),
            Field(known_column("orders", "amount", required=True), "", ("1000.00", "2000.00")),
            Field(column("contract", "合同号", Kind.ID, "合同编号"), "", ("HT-1", "")),
            Field(column("what", "货物或服务", Kind.TEXT, "品名", "商品名称", "货物名称"), "", ("脚手架", "")),
            Field(known_column("invoices", "currency"), "", ("", "")),
            Field(company_column(), "", ("", "")),
        ]

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the orders that are there already."""
        return existing(Order, rows, known)

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, company, number = known.customer_of(row), known.company_of(row), text_in(row, "number")
        told: dict[str, Any] = {"ordered_on": day_of(row, "ordered_on", asked.on), "amount": amount_in(row)}
        found = there.get((customer.pk, company.pk, number))
        if found is not None:
            return same_or_refused(label, found, told, row)
        lines = [(text_in(row, "what")[:100], told.pop("amount"))]
        currency = known.currency_of(row, told["ordered_on"])
        more = {"lines": lines, "currency": currency, "company": company, "number": number}
        return Planned(row, "new", label, payload=(customer, told | more, text_in(row, "contract")))

    def do(self, payload: Any, asked: Asked) -> None:
        """Enter it, under its contract."""
        customer, told, number = payload
        contract = None
        if number:
            contract = Contract.objects.filter(customer=customer, number=number, reversed_on__isnull=True).first()
            if contract is None:
                raise Refusal(_("这个客户没有合同 {number}。请先导入合同, 或留空。").format(number=number))
        is_fact = asked.options.get("gate") != "ask"
        actions.enter_order(customer, **told, contract=contract, by=asked.by, on=asked.on, is_fact=is_fact)


class DeliveriesTarget(OneByOne):
    """Deliveries of orders, by customer and number."""

    key = "deliveries"
    act = "ledger.enter_delivery"

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("交付单")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        return [
            Field(customer_column(), "", ("示例-1", "示例-2")),
            Field(column("number", "交付单号", Kind.ID, "出库单号", "发货单号", "送货单号", required=True), "", ("CK-1", "CK-2")),
            Field(column("order", "订单号", Kind.ID, "订单编号", required=True), "", ("DD-1", "DD-2")),
            Field(column("delivered_on", "交付日期", Kind.DATE, "出库日期", "发货日期", required=True), "", ("2026-01-08", "2026-01-09")),
            Field(column("amount", "金额", Kind.AMOUNT, "出库金额", required=True), "", ("800.00", "2000.00")),
            Field(company_column(), "", ("", "")),
        ]  # fmt: skip

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the deliveries that are there already."""
        return existing(Delivery, rows, known)

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, company, number = known.customer_of(row), known.company_of(row), text_in(row, "number")
        told = {"delivered_on": day_of(row, "delivered_on", asked.on), "amount": amount_in(row)}
        found = there.get((customer.pk, company.pk, number))
        if found is not None:
            return same_or_refused(label, found, told, row)
        told_order = {"customer": customer, "company": company, "number": text_in(row, "order")}
        return Planned(row, "new", label, payload=(told_order, told | {"number": number}))

    def do(self, payload: Any, asked: Asked) -> None:
        """Enter it against its order."""
        of, told = payload
        order = Order.objects.filter(reversed_on__isnull=True, **of).first()
        if order is None:
            raise Refusal(_("这个客户没有订单 {number}。请先导入订单。").format(number=of["number"]))
        is_fact = asked.options.get("gate") != "ask"
        actions.enter_delivery(order, **told, by=asked.by, on=asked.on, is_fact=is_fact)


class ReceiptsTarget(OneByOne):
    """Receipts, by customer and number; each settles the invoice that it names, or those longest due.

    One below zero is money that was paid back: a refund that is made already, out of a receipt of which so much is left.
    """

    key = "receipts"
    act = "ledger.enter_receipt"

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("收款")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        return [
            Field(customer_column(), "", ("示例-1", "示例-2")),
            Field(known_column("receipts", "number", required=True), "", ("SK-1", "SK-2")),
            Field(known_column("receipts", "received_on", required=True), "", ("2026-01-08", "2026-01-09")),
            Field(
                known_column("receipts", "amount", required=True),
                _("已经退给客户的钱为负, 从还有余额的那笔收款里扣。"),
                ("800.00", "-200.00"),
            ),
            Field(
                column("invoice", "核销发票", Kind.ID, "发票号码", "核销发票号"),
                _("空白为按到期先后; 几张写成 发票号=金额;发票号=金额。"),
                ("20260001", ""),
            ),
            Field(
                column("refund_of", "退款原收款单", Kind.ID, "原收款单号", "原单号"),
                _("退款退的是哪一笔; 空白为最近一笔余额够退的。"),
                ("", "SK-1"),
            ),
            Field(column("method", "方式", Kind.TEXT, "结算方式", "收款方式"), "", ("转账", "")),
            Field(known_column("invoices", "currency"), "", ("", "")),
            Field(company_column(), "", ("", "")),
        ]

    def options(self, by: Person) -> Sequence[Option]:
        """Ask whether what names no invoice settles anything."""
        choices = (("oldest", _("按到期先后核销")), ("keep", _("不核销, 记为预收")))
        return [Option("settle", _("没有写明发票的收款"), choices)]

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the receipts that are there already."""
        return existing(Receipt, rows, known)

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, company, number = known.customer_of(row), known.company_of(row), text_in(row, "number")
        told: dict[str, Any] = {"received_on": day_of(row, "received_on", asked.on), "amount": amount_in(row)}
        found = there.get((customer.pk, company.pk, number))
        if found is not None:
            return same_or_refused(label, found, told, row)
        more = {
            "currency": known.currency_of(row, told["received_on"]), "company": company, "number": number,
            "method": text_in(row, "method")[:30],
        }  # fmt: skip
        said = text_in(row, "refund_of" if told["amount"] < 0 else "invoice")
        return Planned(row, "new", label, payload=(customer, told | more, said))

    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        """Do what came in before what was paid back: exports list the latest first as often as last."""
        in_order = sorted(planned, key=lambda plan: plan.payload[1]["amount"] < 0)
        done = {plan.row.number: plan for plan in super().apply(in_order, asked)}
        return [done[plan.row.number] for plan in planned]

    def do(self, payload: Any, asked: Asked) -> None:
        """Enter it, and settle what it names."""
        customer, told, said = payload
        if told["amount"] < 0:
            actions.book_refund(customer, **told | {"amount": -told["amount"]}, of=said, by=asked.by)
            return
        to: dict[int, Decimal] | None = {} if asked.options.get("settle") == "keep" else None
        if said:
            to = _named(said, customer, told["company"], told["amount"])
        actions.enter_receipt(customer, **told, to=to, by=asked.by)


def _named(said: str, customer: Customer, company: Company, amount: Decimal) -> dict[int, Decimal]:
    """Read what a receipt settles: a number, for as much as it is enough, or several as `F1=100.00;F2=50.00`."""
    to: dict[int, Decimal] = {}
    for one in filter(None, (part.strip() for part in re.split("[;；]", said))):
        number, _sign, share = (text.strip() for text in one.partition("="))
        invoice = invoice_called(number, customer, company)
        part = _amount(share) if share else min(amount - sum(to.values(), ZERO), invoice.open_amount)
        if part > 0:
            to[invoice.pk] = to.get(invoice.pk, ZERO) + part
    return to


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Refusal(
            _("核销金额 {text} 读不懂。请写成 发票号=金额, 几张用分号隔开。").format(text=text[:40])
        ) from None


INCIDENTS = {str(label): kind for kind, label in Incident.KINDS}


class IncidentsTarget(OneByOne):
    """Incidents, by customer and the number of the case."""

    key = "incidents"
    act = "ledger.report_incident"

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("事件")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        kinds = "、".join(str(label) for _kind, label in Incident.KINDS)
        return [
            Field(customer_column(), "", ("示例-1", "示例-2")),
            Field(column("number", "案号或文号", Kind.ID, "案号", "文号", "事件号", required=True), "", ("(2026)浙02民初1号", "XZ-2")),
            Field(column("kind", "类型", Kind.TEXT, "事件类型", required=True), kinds, ("诉讼", "处罚")),
            Field(column("happened_on", "发生日期", Kind.DATE, "事件日期", required=True), "", ("2026-01-05", "2026-01-06")),
            Field(column("amount", "涉及金额", Kind.AMOUNT, "金额"), "", ("100000.00", "")),
            Field(column("detail", "说明", Kind.TEXT, "事由", "摘要", required=True), "", ("买卖合同纠纷", "环保处罚")),
        ]  # fmt: skip

    def keys(self, row: Row) -> Sequence[tuple[str, str]]:
        """Hold the cases of one customer apart."""
        return [("number", " ".join(str(row.values.get(name) or "") for name in ("customer_id", "kind", "number")))]

    def there(self, rows: Sequence[Row], known: Known) -> Mapping[Any, Any]:
        """Give the incidents that are there already, one that stands before one that was withdrawn."""
        mine = {customer.pk for customer in known.customers.values()}
        numbers = list({str(row.values.get("number") or "").strip() for row in rows})
        found = Incident.objects.filter(number__in=numbers).order_by(F("reversed_on").asc(nulls_last=True))
        return {(one.customer_id, one.kind, one.number): one for one in found if one.customer_id in mine}

    def plan_one(self, row: Row, asked: Asked, known: Known, there: Mapping[Any, Any], label: str) -> Planned:
        """Say what one row would do."""
        customer, number, said = known.customer_of(row), text_in(row, "number"), text_in(row, "kind")
        kind = INCIDENTS.get(said, said)
        if kind not in INCIDENTS.values():
            raise Refusal(_("没有“{said}”这类事件。请写: {kinds}。").format(said=said, kinds="、".join(INCIDENTS)))
        if not number or not text_in(row, "detail"):
            raise Refusal(_("请填写案号或文号, 以及说明。"))
        amount = row.values.get("amount")
        told: dict[str, Any] = {
            "happened_on": day_of(row, "happened_on", asked.on),
            "amount": amount_of(amount) if isinstance(amount, Decimal) else None,
        }
        found = there.get((customer.pk, kind, number))
        if found is not None and found.reversed_on is not None:
            raise Refusal(
                _("这件事件已在 {day} 撤销, 不再导入。仍要计入时, 请在客户的“往来”里重新登记。").format(
                    day=found.reversed_on
                )
            )
        if found is not None:
            return same_or_refused(label, found, told, row)
        told |= {"kind": kind, "number": number[:60], "detail": text_in(row, "detail")[:300]}
        return Planned(row, "new", label, payload=(customer, told))

    def do(self, payload: Any, asked: Asked) -> None:
        """Report it; what follows for the grade follows at once."""
        customer, told = payload
        actions.report_incident(customer, **told, by=asked.by, on=asked.on)
