"""What is odd in the exports of other systems: each row is what an accountant makes of it, or comes back with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from creditpolicy.problems import Refusal
from taking_tables import INVOICES, book, reasons, take_in
from xinheng.audit.models import Entry
from xinheng.ledger import actions, queries
from xinheng.ledger.models import Invoice, Receipt, Refund
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

RECEIPTS = ["客户编号", "收款单号", "收款日期", "收款金额", "币种", "退款原收款单"]


def made(model: Any) -> list[tuple[Any, ...]]:
    """Give what documents came in, in the order of their rows."""
    day = "invoiced_on" if model is Invoice else "received_on"
    return list(model.objects.order_by("pk").values_list("number", "amount", day))


def test_amounts_days_titles_and_totals_as_exports_write_them(company):
    last = "2026-02-05"
    rows: list[list[Any]] = [
        ["单位: 宁波某公司", "", "", "2026年1月"],
        [],
        INVOICES,
        ["C0001", "F1", 46027, "1,234.50", last],
        ["C0001", "F2", "2026.1.6", "(1,234.50)", last],
        ["C0001", "F3", "2026年1月7日", "１２３４．５０", "２０２６-０２-０５"],
        ["C0001", "F4", "20260108", "¥1 000.00", "2026/2/5", "", "", "人民币"],
        ["C0001", "F5", "2026-01-09", "7-", last],
        ["C0001", "F6", "2026-01-10", 0.1 + 0.2, last],
        ["C0001", "F7", "2026-01-10", 0, last],
        ["C0001", "F8", "2026-01-10", 5, last],
        ["C0001", "F8", "2026-01-10", 6, last],
        ["C0001", "F9", "2026-01-10", 0, last, "作废"],
        ["C0001", "F10", "2026-01-11", 8, last, "", "", "美金"],
        ["小计", "", "", "99"],
        ["合计", "", "", "1,000,000.00"],
        ["制表人: 李四"],
    ]
    done = take_in(company, "invoices", book(["应收发票明细表"], rows))
    assert made(Invoice) == [
        ("F1", Decimal("1234.50"), date(2026, 1, 5)),
        ("F2", Decimal("1234.50"), date(2026, 1, 6)),
        ("F3", Decimal("1234.50"), date(2026, 1, 7)),
        ("F4", Decimal("1000.00"), date(2026, 1, 8)),
        ("F5", Decimal("7.00"), date(2026, 1, 9)),
        ("F6", Decimal("0.30"), date(2026, 1, 10)),
    ]
    notes = set(Invoice.objects.filter(kind="credit_note").values_list("number", flat=True))
    assert notes == {"F2", "F5"}
    said = (
        "没有填金额, 或金额为 0。",
        "“发票号码”在第 12、13 行重复",
        "“发票号码”在第 12、13 行重复",
        "没有 USD 在 2026-01-11 的汇率",
    )
    assert [text[: len(start)] for text, start in zip(reasons(done), said, strict=True)] == list(said)
    assert any("合计" in note for note in done.notes)


def test_two_invoices_may_bear_one_number_where_they_are_made_out_to_different_ones(company):
    headings = ["客户编号", "发票号码", "开票日期", "价税合计", "到期日", "结清日", "购方单位代号"]
    rows = [
        ["C0001", "1861804", "2026-03-22", 10000, "2026-04-21", "2026-04-01", "B15087"],
        ["C0001", "1861804", "2026-03-22", 10000, "2026-04-21", "", "B15088"],
        ["C0001", "1861805", "2026-03-22", 5, "2026-04-21", "", "宁波甬江机械有限公司"],
    ]
    done = take_in(company, "invoices", book(headings, rows))
    assert (done.done["new"], done.done["failed"]) == (3, 0), reasons(done)
    parties = Invoice.objects.order_by("pk").values_list("number", "counterparty", "settled")
    assert list(parties) == [("1861804", "B15087", 10000), ("1861804", "B15088", 0), ("1861805", "", 0)]
    assert take_in(company, "invoices", book(headings, rows)).planned["unchanged"] == 3
    assert take_in(company, "invoices", book(headings[:-1], [rows[2][:-1]])).planned["unchanged"] == 1
    owed = queries.exposure_parts([company.ours.pk], on=date(2026, 5, 1))[company.ours.pk].overdue
    assert owed == 10005
    paid = [["C0001", "S1", "2026-05-02", 10000, "1861804"]]
    take_in(company, "receipts", book(["客户编号", "收款单号", "收款日期", "收款金额", "核销发票"], paid))
    assert set(Invoice.objects.filter(number="1861804").values_list("settled", flat=True)) == {10000}
    table = queries.dealing_tables([company.ours.pk], on=date(2026, 5, 1), only=["invoices"])["invoices"]
    assert sorted(table["counterparty"].to_pylist()) == ["B15087", "B15088", "C0001"]


def refunded(company) -> Refund:
    """Take in two receipts and what was paid back of them."""
    rows = [
        ["C0001", "T1", "2026-01-10", "(200.00)", "", "S1"],
        ["C0001", "S2", "2026-01-09", "300.00", "", ""],
        ["C0001", "S1", "2026-01-08", "1,000.00", "", ""],
        ["C0001", "T2", "2026-01-11", -250, "", ""],
        ["C0001", "T3", "2026-01-11", -801, "", ""],
        ["C0001", "T4", "2026-01-11", -5, "", "S9"],
    ]
    done = take_in(company, "receipts", book(RECEIPTS, rows))
    assert [text.split("。")[0] for text in reasons(done)] == [
        "没有一笔收款还剩 801.00 元可退, 最多的剩 800.00 元",
        "这个客户在 2026-01-11 以前没有收款 S9",
    ]
    assert take_in(company, "receipts", book(RECEIPTS, rows[:4])).planned["unchanged"] == 4
    return Refund.objects.get(number="T1")


def test_money_paid_back_is_a_refund_that_two_can_reverse(company):
    refund = refunded(company)
    assert {one.number: (one.refund_of.number, one.amount) for one in Receipt.objects.filter(amount__lt=0)} == {
        "T1": ("S1", -200),
        "T2": ("S2", -250),
    }
    day = date(2026, 1, 12)
    assert queries.exposure_parts([company.ours.pk], on=day)[company.ours.pk].prepayment == 850
    assert queries.exposure_parts([company.ours.pk], on=date(2026, 1, 9))[company.ours.pk].prepayment == 1300
    assert Entry.objects.filter(act="ledger.book_refund").count() == 2
    today = timezone.localdate()
    actions.ask_refund_reversal(refund, by=company.finance, on=today, why="重复导入")
    finish_item(Item.objects.get(state="open"), by=company.deputy_gm, on=today, outcome="agree", remarks="属实")
    assert queries.exposure_parts([company.ours.pk], on=today)[company.ours.pk].prepayment == 1050
    assert Receipt.objects.get(number="S1").refunded == 0


def test_who_may_not_import_does_not_book_what_was_paid_back(company):
    with pytest.raises(Refusal):
        actions.book_refund(company.ours, number="T", received_on=date(2026, 1, 1), amount=Decimal(1), by=company.sales)
    assert not Refund.objects.exists()
