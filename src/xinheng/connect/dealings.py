"""Dealings from other systems: planned and taken in by the same targets as workbooks, each row with its own answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from creditpolicy.problems import Refusal
from xinheng.connect.gate import REFUSALS, Day, caller, day_of, needs_scope, once
from xinheng.intake.targets import VERDICTS, Asked, Planned, Reason, Row, Target, target_of
from xinheng.ledger.models import BASE
from xinheng.org.access import demand

router = Router(tags=["dealings"])
MOST_ROWS = 500
Number = Annotated[str, Field(max_length=40)]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", description="120000.00")]


class Document(Schema):
    """What every row has: whose it is and its own number, by which it is known when it comes again."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    customer: Annotated[str, Field(max_length=120, description="客户编号, 或只有一家用的全称")]
    number: Number

    def values(self) -> dict[str, Any]:
        """Give the row as the columns of a workbook name it."""
        told = self.model_dump(exclude_none=True)
        return {"customer_id": told.pop("customer"), **{name: value for name, value in told.items() if value != ""}}


class Booked(Document):
    """A document of one of our companies, in a currency."""

    company: Annotated[str, Field(max_length=100)] = Field("", description="本方公司的代码; 默认本方公司")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = BASE


class ContractIn(Booked):
    """A contract; `terms_days` are the days of credit that it gives."""

    signed_on: Day
    expires_on: Day = ""
    terms_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    amount: Amount | None = None
    breach: Annotated[str, Field(max_length=2000)] = ""


class OrderIn(Booked):
    """An order of one amount; `contract` is the number of its contract."""

    ordered_on: Day
    amount: Amount
    contract: Annotated[str, Field(max_length=40)] = ""
    what: Annotated[str, Field(max_length=100)] = ""


class DeliveryIn(Document):
    """What was delivered of an order."""

    company: Annotated[str, Field(max_length=100)] = ""
    order: Number
    delivered_on: Day
    amount: Amount


class InvoiceIn(Booked):
    """An invoice; one with `settled_on` is entered with the receipt that settled it whole."""

    invoiced_on: Day
    amount: Amount
    due_on: Day
    settled_on: Day = ""
    disputed: bool = False
    order: Annotated[str, Field(max_length=40)] = ""
    counterparty: Annotated[str, Field(max_length=100, description="购方单位; 开给客户自己的不填")] = ""


class CreditNoteIn(Booked):
    """A credit note, its amount above zero; `credits` is the invoice that it is set off against."""

    invoiced_on: Day
    amount: Amount
    credits: Annotated[str, Field(max_length=40)] = ""
    order: Annotated[str, Field(max_length=40)] = ""

    def values(self) -> dict[str, Any]:
        """Give the row as the columns of a workbook name it."""
        return super().values() | {"status": "return"}


class Share(Schema):
    """So much of a receipt settles an invoice."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    invoice: Annotated[str, Field(pattern=r"^[^=;；]{0,40}$")]
    amount: Amount


class ReceiptIn(Booked):
    """Money received; without `settles` it settles what has been due longest, or nothing where the request keeps it."""

    received_on: Day
    amount: Amount
    settles: Annotated[list[Share], Field(max_length=100)] = Field(default_factory=list)
    method: Annotated[str, Field(max_length=30)] = ""

    def values(self) -> dict[str, Any]:
        """Give the row as the columns of a workbook name it."""
        told = super().values()
        told.pop("settles", None)
        return told | {"invoice": ";".join(f"{one.invoice}={one.amount}" for one in self.settles)}


class IncidentIn(Document):
    """A default, a lawsuit, a penalty or false information; `number` is that of the case."""

    number: Annotated[str, Field(max_length=60)]
    kind: Literal["default", "lawsuit", "penalty", "false_information", "other"]
    happened_on: Day
    amount: Amount | None = None
    detail: Annotated[str, Field(max_length=300)]


class RowOut(Schema):
    """What became of a row, counted from 1 (in a dry run: would become): `new`, `unchanged` or `failed`, and why."""

    row: int
    customer: str
    number: str
    verdict: str
    why: list[str]


class RowsOut(Schema):
    """What became of all rows; those that fail leave the others alone."""

    dry_run: bool
    counts: dict[str, int]
    rows: list[RowOut]


def _in(rows: type[Document], **more: Any) -> type[Schema]:
    """Make the request of a kind of document: its rows, and whether they are only to be tried."""
    of: Any = Annotated[list[rows], Field(min_length=1, max_length=MOST_ROWS)]  # type: ignore[valid-type]
    name = rows.__name__.removesuffix("In")
    members = {"__annotations__": {"rows": of, "dry_run": bool, **{key: value[0] for key, value in more.items()}}}
    defaults = {"dry_run": False, **{key: value[1] for key, value in more.items()}}
    told = {"__module__": __name__, "model_config": ConfigDict(extra="forbid"), "__doc__": f"Rows: {rows.__doc__}"}
    return type(f"{name}Rows", (Schema,), {**told, **members, **defaults})


Settle = Annotated[Literal["oldest", "keep"], Field(description="没有写明发票的收款: 按到期先后核销, 或记为预收")]
Gate = Annotated[
    Literal["ask", "fact"], Field(description="按额度与规则检查, 或作为已在别处确认 (已发出) 的事实直接入账")
]


def _take(request: HttpRequest, kind: str, sent: Any) -> Any:
    """Plan the rows, and unless it is a dry run do what was planned; each row is answered."""
    person, target = caller(request), target_of(kind)
    demand(person, "ledger.import")
    options = {name: str(getattr(sent, name)) for name in ("settle", "gate") if hasattr(sent, name)}
    asked = Asked(person, timezone.localdate(), options)
    plans = _planned(target, sent.rows, asked)
    if not sent.dry_run:
        to_do = [plan for plan in plans if plan.verdict == "new"]
        done = {plan.row.number: plan for plan in target.apply(to_do, asked)}
        plans = [done.get(plan.row.number, plan) for plan in plans]
    counts = Counter(plan.verdict for plan in plans)
    told = [
        {"row": number, "customer": row.customer, "number": row.number, "verdict": plan.verdict,
         "why": [reason.text for reason in plan.reasons]}
        for number, (row, plan) in enumerate(zip(sent.rows, plans, strict=True), 1)
    ]  # fmt: skip
    counted = {verdict: counts[verdict] for verdict in VERDICTS if verdict != "changed"}
    return Status(200, {"dry_run": sent.dry_run, "counts": counted, "rows": told})


def _planned(target: Target, sent: Sequence[Document], asked: Asked) -> list[Planned]:
    """Say what each row would do; one that cannot be read, or shares its number with another, fails by itself."""
    rows, failed = [], {}
    for number, document in enumerate(sent, 1):
        try:
            rows.append(Row(number, _read(document.values())))
        except Refusal as refused:
            rows.append(Row(number, {}))
            failed[number] = refused.message
    keys = {row.number: tuple(target.keys(row)) for row in rows if row.number not in failed}
    often = Counter(keys.values())
    twice = _("这个请求里有另一行是同一单据号。只送一次。")
    failed |= {number: twice for number, key in keys.items() if often[key] > 1}
    good = {plan.row.number: plan for plan in target.plan([row for row in rows if row.number not in failed], asked)}
    return [
        good.get(row.number) or Planned(row, "failed", "", reasons=(Reason(failed[row.number]),))
        for row in rows
    ]  # fmt: skip


def _read(told: Mapping[str, Any]) -> dict[str, Any]:
    """Read days and amounts; Refusal where the calendar has no such day, or nobody can say what the row is."""
    values = dict(told)
    if not told.get("customer_id") or not told.get("number"):
        raise Refusal(_("请写明客户和单据号。"))
    for name, value in told.items():
        if name.endswith("_on"):
            values[name] = day_of(value)
        elif name == "amount":
            values[name] = Decimal(value)
    return values


def _serve(address: str, kind: str, body: type[Schema], summary: str) -> Callable[..., Any]:
    """Make the operation of a kind of document."""

    def operation(request: HttpRequest, sent: Any) -> Any:
        return _take(request, kind, sent)

    operation.__name__ = f"take_{address.replace('-', '_')}"
    operation.__doc__ = (
        f"Take rows in ({summary}): one that comes again does nothing, a bad one leaves the others alone."
    )
    operation.__annotations__ = {"request": HttpRequest, "sent": body, "return": Any}
    return router.post(f"/{address}", response={200: RowsOut, **REFUSALS}, summary=summary)(
        needs_scope("dealings:write")(once(operation))
    )


KINDS = (
    ("contracts", "contracts", _in(ContractIn), "合同"),
    ("orders", "orders", _in(OrderIn, gate=(Gate, "ask")), "订单; 默认按规则检查"),
    ("deliveries", "deliveries", _in(DeliveryIn, gate=(Gate, "ask")), "交付; 默认按规则检查"),
    ("invoices", "invoices", _in(InvoiceIn), "发票"),
    ("credit-notes", "invoices", _in(CreditNoteIn), "红字发票"),
    ("receipts", "receipts", _in(ReceiptIn, settle=(Settle, "oldest")), "收款与核销"),
    ("incidents", "incidents", _in(IncidentIn), "违约、诉讼、处罚等事件"),
)
for _address, _kind, _body, _summary in KINDS:
    _serve(_address, _kind, _body, _summary)
