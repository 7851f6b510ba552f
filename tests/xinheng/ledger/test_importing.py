"""Dealings from workbooks: what ERP exports bring is taken in once, bad rows come back, real invoices age to the cent."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from creditpolicy.language import use_language
from taking_tables import INVOICES, book, reasons, take_in
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Kind, Status
from xinheng.intake import actions as intake
from xinheng.intake.targets import TARGETS
from xinheng.ledger import queries
from xinheng.ledger.actions import report_incident, withdraw_incident
from xinheng.ledger.listeners import EXPOSURE_LISTENERS
from xinheng.ledger.models import Contract, Incident, Invoice, Order, Receipt
from xinheng.ledger.queries.receivables import Asked, receivables, summed
from xinheng.privacy.models import Hold


@pytest.fixture(autouse=True)
def chinese():
    yield
    use_language("zh-hans")


ROWS: list[list[Any]] = [
    ["C0001", "F1", "2026-01-05", 100, "2026-02-04", "正常", "2026-02-01", ""],
    ["宁波甬江机械有限公司", "F2", "2026/1/6", "1,000.50", "2026-02-05", "", "", "人民币"],
    ["C0001", "F3", date(2026, 1, 7), -30, "", "红字发票", "", ""],
    ["C0001", "F4", "2026-01-08", 5, "2026-02-05", "作废", "", ""],
    ["C0002", "F1", "2026-01-08", 7, "2026-02-05", "", "", ""],
    ["X999", "F5", "2026-01-08", 7, "2026-02-05", "", "", ""],
    ["C0001", "F6", "2999-01-08", 7, "2999-02-05", "", "", ""],
    ["C0001", "F7", "2026-01-08", 7, "", "", "", ""],
    ["C0001", "F8", "2026-01-08", 7, "2026-02-05", "", "", "USD"],
]


def test_an_export_is_taken_in_once_and_bad_rows_come_back(company):
    told: list[Any] = []

    class Listener:
        def on_exposure(self, changes, *, by, on):
            told.extend(changes)

    listener = Listener()
    EXPOSURE_LISTENERS.append(listener)
    try:
        done = take_in(company, "invoices", book(INVOICES, ROWS))
    finally:
        EXPOSURE_LISTENERS.remove(listener)
    assert {key: done.done[key] for key in ("new", "unchanged", "failed")} == {"new": 4, "unchanged": 1, "failed": 4}
    said = ("没有编号或名称为“X999”", "“开票日期”写的是“299", "没有到期日", "没有 USD 在 2026-01-08 的汇率")
    assert [text[: len(start)] for text, start in zip(reasons(done), said, strict=True)] == list(said)
    parts = queries.exposure_parts([company.ours.pk, company.theirs.pk], on=date(2026, 2, 20))
    assert (parts[company.ours.pk].receivables, parts[company.theirs.pk].receivables) == (Decimal("970.50"), 7)
    assert parts[company.ours.pk].overdue == Decimal("1000.50")
    assert {(one.number, one.delta) for one in told} >= {("F2", Decimal("1000.50")), ("F3", Decimal("-30.00"))}
    assert "F1" not in {one.number for one in told if one.customer == company.ours.pk}, (
        "what is settled takes up nothing"
    )
    assert Receipt.objects.get().number == "JQ-F1"
    line = Entry.objects.get(act="ledger.import_invoices")
    assert line.after["invoices"] == 4
    again = take_in(company, "invoices", book(INVOICES, ROWS))
    assert (again.planned["new"], again.planned["unchanged"]) == (0, 5)
    changed = take_in(company, "invoices", book(INVOICES, [[*ROWS[0][:3], 101, *ROWS[0][4:]]]))
    assert "内容不同" in reasons(changed)[0]
    assert Invoice.objects.count() == 4


def test_a_day_can_be_chosen_where_the_export_has_none(company):
    take_in(company, "invoices", book(INVOICES, [ROWS[7]]), terms="60")
    assert Invoice.objects.get().due_on == date(2026, 3, 9)


def test_contracts_orders_deliveries_and_receipts_follow_each_other(company):
    take_in(
        company,
        "contracts",
        book(["客户编号", "合同编号", "签订日期", "账期", "金额"], [["C0001", "HT1", "2026-01-01", 45, ""]]),
    )
    assert Contract.objects.get().terms_days == 45
    orders = book(
        ["客户编号", "订单号", "订单日期", "订单金额", "合同号"],
        [["C0001", "D1", "2026-01-02", 500, "HT1"], ["C0001", "D2", "2026-01-02", 1, "HT9"]],
    )
    done = take_in(company, "orders", orders)
    assert "没有合同 HT9" in reasons(done)[0]
    assert Order.objects.get().contract.number == "HT1"
    sent = book(
        ["客户编号", "出库单号", "订单编号", "出库日期", "金额"],
        [["C0001", "CK1", "D1", "2026-01-03", 200], ["C0001", "CK2", "D1", "2026-01-03", 301]],
    )
    assert "只剩 300.00 元未执行" in reasons(take_in(company, "deliveries", sent))[0]
    take_in(company, "invoices", book(INVOICES, [ROWS[1], ROWS[4]]))
    receipts = book(
        ["客户编号", "收款单号", "收款日期", "收款金额", "核销发票"],
        [
            ["C0001", "SK1", "2026-01-20", 100, "F2"],
            ["C0001", "SK2", "2026-01-21", 50, ""],
            ["C0001", "SK3", "2026-01-21", -5, ""],
        ],
    )
    done = take_in(company, "receipts", receipts, settle="keep")
    assert reasons(done) == []
    assert {one.number: one.allocated for one in Receipt.objects.all()} == {"SK1": 100, "SK2": 0, "SK3": 0}
    assert take_in(company, "receipts", receipts).planned["unchanged"] == 3
    parts = queries.exposure_parts([company.ours.pk], on=date(2026, 1, 31))[company.ours.pk]
    assert (parts.open_orders, parts.delivered, parts.receivables, parts.prepayment) == (
        300,
        200,
        Decimal("900.50"),
        45,
    )


def test_nothing_is_imported_into_a_file_under_legal_hold(company):
    Hold.objects.create(customer=company.theirs, reason="诉讼", placed_on=timezone.localdate(), placed_by=company.legal)
    done = take_in(company, "invoices", book(INVOICES, [ROWS[1], ROWS[4]]))
    assert "依法只能保存" in reasons(done)[0]
    assert Invoice.objects.get().customer == company.ours


def test_who_may_not_enter_may_not_import(company):
    from creditpolicy.problems import Refusal

    with pytest.raises(Refusal):
        intake.upload(TARGETS["invoices"], io.BytesIO(b"x"), name="a.csv", size=1, by=company.sales, at=timezone.now())


def test_real_invoices_imported_whole_age_to_the_cent(company, shared: Path):
    expected = json.loads((shared / "receivables_ibm_expected.json").read_text(encoding="utf-8"))
    data = (shared / "receivables_ibm.csv").read_bytes()
    lines = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    Customer.objects.bulk_create(
        Customer(
            number=number, name=number, kind=Kind.ENTERPRISE, status=Status.FILED, owner=company.sales,
            department=company.departments["sales1"],
        )
        for number in dict.fromkeys(line["customerID"] for line in lines)
    )  # fmt: skip
    done = take_in(company, "invoices", data, name="receivables.csv")
    assert done.done["new"] == expected["totals"]["invoices"], reasons(done)[:3]
    ((day, told),) = expected["ageing"].items()
    whole = summed(receivables(Asked(on=date.fromisoformat(day)), Customer.objects.all()))
    assert (sum(whole.counts.values()), str(whole.total)) == (told["open_items"], str(told["open_amount"]))
    assert Invoice.objects.filter(disputed_on__isnull=False).count() == expected["totals"]["disputed"]


def test_an_incident_that_was_withdrawn_does_not_come_back_with_the_next_file(company):
    day = timezone.localdate()
    data = book(["客户编号", "案号", "类型", "发生日期", "说明"], [["C0001", "案1", "诉讼", day, "同名企业被诉"]])
    assert take_in(company, "incidents", data).state == "done"
    one = Incident.objects.get()
    withdraw_incident(one, by=company.risk, on=day, why="同名企业")
    [said] = reasons(take_in(company, "incidents", data))
    assert f"已在 {day} 撤销" in said
    again = report_incident(
        company.ours, kind="lawsuit", happened_on=day, detail="同名企业被诉", number="案1", by=company.risk, on=day
    )
    assert reasons(take_in(company, "incidents", data)) == []
    assert set(Incident.objects.all()) == {one, again}
