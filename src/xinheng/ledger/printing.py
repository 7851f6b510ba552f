"""A statement of account on paper, and as a workbook."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.workbooks.book import Book
from xinheng.audit.record import Actor, act, record
from xinheng.ledger.models import AccountStatement
from xinheng.lists.columns import ListColumn
from xinheng.lists.workbook import put_list
from xinheng.printing.pdfs import Printed, pdf

TEMPLATE = Path(__file__).parent / "printed" / "statement.typ"


def kind_label(kind: str) -> str:
    """Give the kind of a line in words."""
    return {
        "invoice": _("发票"), "invoice_reversed": _("作废发票"), "credit_note": _("红字发票"),
        "credit_note_reversed": _("作废红字发票"), "receipt": _("收款"), "receipt_reversed": _("冲销收款"),
        "refund": _("退款"), "refund_reversed": _("冲销退款"),
    }[kind]  # fmt: skip


def lines_of(statement: AccountStatement) -> list[dict[str, Any]]:
    """Give the lines as they were made: what the customer owes more, what less, and the balance."""
    told = []
    for day, kind, number, amount, balance in statement.lines:
        sum_ = Decimal(amount)
        told.append({
            "day": date.fromisoformat(day), "kind": kind_label(kind), "number": number,
            "more": sum_ if sum_ > 0 else None, "less": -sum_ if sum_ < 0 else None, "balance": Decimal(balance),
        })  # fmt: skip
    return told


def items_of(statement: AccountStatement) -> list[dict[str, Any]]:
    """Give what was open at the end of the period."""
    return [
        {
            "number": number, "part": part, "due": date.fromisoformat(due), "open": Decimal(amount), "late": late,
            "contested": contested,
        }
        for number, part, due, amount, late, contested in statement.open_items
    ]  # fmt: skip


@act
def print_statement(statement: AccountStatement, *, by: Actor, at: datetime) -> bytes:
    """Give the statement as a PDF to be signed and stamped; leaves a line."""
    record("ledger.print_statement", statement, by=by, about=statement.customer, look=True)
    return pdf(TEMPLATE, sheet_of(statement), Printed(by.actor_name, at, company=statement.company.name))


@act
def save_statement(statement: AccountStatement, path: Path, *, by: Actor) -> None:
    """Write the statement to a workbook; leaves a line."""
    record("ledger.print_statement", statement, by=by, about=statement.customer, look=True, after={"as": "xlsx"})
    blank = {"day": statement.since, "number": "", "more": None, "less": None}
    rows = [
        blank | {"kind": _("期初余额"), "balance": statement.opening}, *lines_of(statement),
        blank | {"day": statement.until, "kind": _("期末余额"), "balance": statement.closing},
    ]  # fmt: skip
    columns = [
        ListColumn("day", _("日期"), lambda row: row["day"], shape="day"),
        ListColumn("kind", _("摘要"), lambda row: row["kind"]),
        ListColumn("number", _("单据号"), lambda row: row["number"]),
        ListColumn("more", _("应收增加"), lambda row: row["more"], shape="money"),
        ListColumn("less", _("应收减少"), lambda row: row["less"], shape="money"),
        ListColumn("balance", _("余额"), lambda row: row["balance"], shape="money"),
    ]
    said = " ".join(_head(statement).values())
    with Book(path, title=_("对账单"), on=statement.until, large=True) as book:
        put_list(book, columns, rows, title=_("对账单"), said=said)
        put_list(book, _item_columns(), items_of(statement), title=_("期末未结"), said=said)


def _item_columns() -> list[ListColumn]:
    return [
        ListColumn("number", _("发票号码"), _item_number),
        ListColumn("due", _("到期日"), lambda one: one["due"], shape="day"),
        ListColumn("state", _("状态"), _item_state),
        ListColumn("late", _("逾期天数"), lambda one: one["late"] or None, shape="number"),
        ListColumn("open", _("未结"), lambda one: one["open"], shape="money"),
    ]


def _item_number(one: dict[str, Any]) -> str:
    return str(one["number"]) + (_(" 第 {part} 期").format(part=one["part"]) if one["part"] else "")


def _item_state(one: dict[str, Any]) -> str:
    return _("争议中") if one["contested"] else ""


def _head(statement: AccountStatement) -> dict[str, str]:
    return {
        "number": _("编号 {number}").format(number=statement.number),
        "customer": statement.customer.name,
        "period": _("{since} 至 {until}").format(since=statement.since, until=statement.until),
        "currency": statement.currency,
    }


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def sheet_of(statement: AccountStatement) -> dict[str, Any]:
    """Give everything that stands on the sheet."""
    head = _head(statement)
    facts = [
        (_("客户"), f"{statement.customer.name} ({statement.customer.number})"), (_("本方公司"), statement.company.name),
        (_("期间"), head["period"]), (_("币种"), statement.currency), (_("期初余额"), _money(statement.opening)),
        (_("期末余额"), _money(statement.closing)), (_("其中逾期"), _money(statement.overdue)),
        (_("编制"), f"{statement.made_by} {statement.made_on}"),
    ]  # fmt: skip
    if statement.contested:
        facts.insert(-1, (_("其中争议"), _money(statement.contested)))
    lines = [
        [
            str(line["day"]),
            line["kind"],
            line["number"],
            _money(line["more"]),
            _money(line["less"]),
            _money(line["balance"]),
        ]
        for line in lines_of(statement)
    ]
    items = [
        [_item_number(one), str(one["due"]), _item_state(one), str(one["late"] or ""), _money(one["open"])]
        for one in items_of(statement)
    ]
    return {
        "title": _("对账单"), "number": head["number"],
        "facts": [{"label": label, "value": value} for label, value in facts],
        "lines": {
            "label": _("往来明细"), "rows": lines,
            "head": [_("日期"), _("摘要"), _("单据号"), _("应收增加"), _("应收减少"), _("余额")],
        },
        "items": {
            "label": _("期末未结"), "rows": items,
            "head": [_("发票号码"), _("到期日"), _("状态"), _("逾期天数"), _("未结")],
        },
        "note": _("余额为应收减预收, 负数为预收; 押金不在其中。如有不符, 请写明哪一笔、差多少。"),
        "boxes": [_("本方签章"), _("客户确认签章: 数据无误"), _("客户说明: 不符之处")], "day": _("年   月   日"),
    }  # fmt: skip
