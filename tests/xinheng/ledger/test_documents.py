"""Contracts, parts, disputes, refunds, leased items, companies and currencies: what holds of each."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditpolicy.facts import derive
from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.credit.core.accounts import open_account, owed
from xinheng.credit.core.proving import prove
from xinheng.ledger import actions, queries
from xinheng.ledger.models import Company, Instalment, Invoice, LeasedItem, Receipt, Refund
from xinheng.ledger.queries.statements import account_of
from xinheng.workflow.actions import finish_item, withdraw
from xinheng.workflow.models import Item, Round

DAY = date(2026, 3, 2)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def invoice(company, number: str, amount: str, /, *, due: int = 30, **more) -> Invoice:
    told = {"due_on": after(due), "invoiced_on": DAY} | more
    return actions.enter_invoice(company.ours, number=number, amount=Decimal(amount), by=company.finance, **told)


def money(company, number: str, amount: str, /, *, on: int = 0, **more) -> Receipt:
    return actions.enter_receipt(
        company.ours, number=number, received_on=after(on), amount=Decimal(amount), by=company.finance, **more
    )


def aged(company, on: int) -> tuple[Decimal, Decimal, Decimal]:
    found = queries.ageing(company.ours, on=after(on))
    return found.not_due, found.overdue, found.contested


def late(company, on: int) -> Decimal:
    by_sum = queries.exposure_parts([company.ours.pk], on=after(on))[company.ours.pk].overdue
    assert by_sum == queries.ageing(company.ours, on=after(on)).overdue, "one definition, two ways"
    return by_sum


PLAN = [(after(30), Decimal(30)), (after(60), Decimal(50)), (after(90), Decimal(20))]


def test_parts_fall_due_one_by_one_and_money_settles_the_earliest_first(company):
    owed = invoice(company, "F1", "100.00", plan=PLAN)
    assert owed.due_on == after(90)
    assert [late(company, day) for day in (30, 31, 61, 91)] == [0, 30, 80, 100]
    money(company, "S1", "40.00", on=35)
    assert [late(company, day) for day in (34, 35, 61, 91)] == [30, 0, 40, 60]
    parts = [
        (one.part, one.open, one.days_late)
        for one in queries.claims_of(queries.open_invoices(company.ours, on=after(61)), on=after(61))
    ]
    assert parts == [(2, Decimal(40), 1), (3, Decimal(20), 0)]


def test_what_is_due_first_is_settled_first_across_invoices_with_parts(company):
    split = invoice(company, "F1", "100.00", plan=PLAN)
    whole = invoice(company, "F2", "10.00", due=40)
    money(company, "S1", "45.00")
    settled = {one.number: one.settled for one in Invoice.objects.all()}
    assert settled == {split.number: 35, whole.number: 10}


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ([(after(30), "99.99"), (after(60), "0.02")], "合计"),
        ([(after(60), "50"), (after(30), "50")], "从早到晚"),
        ([(after(30), "50"), (after(30), "50")], "不能重复"),
        ([(after(-1), "50"), (after(30), "50")], "早于开票日期"),
        ([(after(30), "100")], "至少要有两期"),
    ],
)
def test_a_plan_is_in_order_and_adds_up(company, plan, said):
    with pytest.raises(Refusal, match=said):
        invoice(company, "F1", "100.00", plan=[(day, Decimal(amount)) for day, amount in plan])
    assert not Instalment.objects.exists()


def test_each_part_is_a_row_to_the_facts_with_its_own_days(company):
    invoice(company, "F1", "100.00", plan=PLAN)
    money(company, "S1", "30.00", on=40)
    table = queries.dealing_tables([company.ours.pk], on=after(65))["invoices"]
    assert table.column("amount").to_pylist() == [30, 50, 20]
    assert table.column("settled_on").to_pylist() == [after(40), None, None]
    facts = derive(invoices=table, as_of=after(65)).table.to_pylist()[0]
    assert (facts["outstanding"], facts["overdue_amount"]) == (70, 50)
    assert facts["overdue_amount"] == late(company, 65)


def test_a_dispute_stops_the_clock_for_its_part_and_it_goes_on_where_it_stood(company):
    owed = invoice(company, "F1", "100.00", due=10)
    one = actions.dispute_invoice(owed, amount=Decimal(60), on=after(15), why="数量不符", by=company.sales)
    assert aged(company, 14) == (0, 100, 0)
    assert aged(company, 15) == (0, 40, 60)
    assert late(company, 20) == 40
    actions.end_dispute(one, on=after(25), outcome="按实收数量, 客户同意", by=company.finance)
    days = {
        claim.days_late: claim.open
        for claim in queries.claims_of(queries.open_invoices(company.ours, on=after(26)), on=after(26))
    }
    assert days == {6: 60, 16: 40}, "ten days of dispute do not count for the part"
    assert aged(company, 20) == (0, 40, 60), "the past stays as it was"


def test_a_dispute_that_ends_before_the_due_day_changes_nothing(company):
    owed = invoice(company, "F1", "100.00", due=30)
    one = actions.dispute_invoice(owed, on=after(5), why="质量", by=company.sales)
    with pytest.raises(Refusal, match="已在争议中"):
        actions.dispute_invoice(owed, on=after(6), why="又一次", by=company.sales)
    actions.end_dispute(one, on=after(20), outcome="已换货", by=company.finance)
    assert late(company, 31) == 100
    with pytest.raises(Refusal, match="已在 2026-03-22 结束"):
        actions.end_dispute(one, on=after(21), outcome="再次", by=company.finance)
    assert derive(
        invoices=queries.dealing_tables([company.ours.pk], on=after(31))["invoices"], as_of=after(31), names=["disputed_ratio"]
    ).table.to_pylist()[0]["disputed_ratio"] == 1  # fmt: skip


def test_a_credit_note_is_set_off_and_can_be_taken_off_again(company):
    owed, note = invoice(company, "F1", "100.00"), invoice(company, "H1", "30.00", kind=Invoice.Kind.CREDIT_NOTE)
    with pytest.raises(Refusal, match="只有红字发票"):
        actions.set_off(owed, on=DAY, by=company.finance)
    actions.set_off(note, on=after(3), by=company.finance)
    owed.refresh_from_db()
    assert owed.settled == 30
    with pytest.raises(Refusal, match="没有可以冲抵的金额"):
        actions.set_off(note, on=after(3), by=company.finance)
    table = queries.dealing_tables([company.ours.pk], on=after(4))["invoices"].to_pylist()
    assert [row["settled_on"] for row in table] == [None, after(3)]
    actions.undo_allocation(owed.allocations.get(), on=after(5), why="冲错发票", by=company.finance)
    with pytest.raises(Refusal, match="已在 2026-03-07 取消"):
        actions.undo_allocation(owed.allocations.get(), on=after(6), why="再来", by=company.finance)
    owed.refresh_from_db()
    note.refresh_from_db()
    assert (owed.settled, note.settled) == (0, 0)
    assert queries.summaries([company.ours.pk], on=after(4))[company.ours.pk].owed == 70


def asked(company, receipt: Receipt, amount: str, number: str = "T1") -> Refund:
    return actions.ask_refund(receipt, number=number, amount=Decimal(amount), by=company.finance, on=DAY, why="多付")


def test_a_refund_is_asked_by_one_and_made_by_the_decision_of_another(company):
    receipt = money(company, "S1", "100.00")
    refund = asked(company, receipt, "40.00")
    with pytest.raises(Refusal, match=r"只剩 60\.00 元可退"):
        asked(company, receipt, "60.01", "T2")
    receipt.refresh_from_db()
    assert receipt.free_amount == 60, "what is asked for is kept aside"
    assert queries.summaries([company.ours.pk], on=DAY)[company.ours.pk].prepaid == 100
    item = Item.objects.get(role="deputy_gm")
    with pytest.raises(Refusal):
        finish_item(item, by=company.finance, on=DAY, outcome="agree")
    finish_item(item, by=company.deputy_gm, on=after(1), outcome="agree")
    refund.refresh_from_db()
    assert refund.state == Refund.State.MADE
    assert (refund.made.amount, refund.made.received_on) == (Decimal(-40), after(1))
    assert queries.summaries([company.ours.pk], on=after(1))[company.ours.pk].prepaid == 60
    with pytest.raises(Refusal, match="已退或待退"):
        actions.reverse_receipt(receipt, on=after(2), why="退票", by=company.finance)
    with pytest.raises(Refusal, match="这是退款"):
        actions.reverse_receipt(refund.made, on=after(2), why="退票", by=company.finance)


@pytest.mark.parametrize("how", ["refuse", "withdraw"])
def test_money_of_a_refund_that_is_not_made_is_free_again(company, how):
    receipt = money(company, "S1", "100.00")
    refund = asked(company, receipt, "100.00")
    invoice(company, "F1", "10.00")
    with pytest.raises(Refusal, match="没有可以核销的金额"):
        actions.use_prepayment(receipt, on=DAY, by=company.finance)
    if how == "refuse":
        finish_item(Item.objects.get(role="deputy_gm"), by=company.deputy_gm, on=DAY, outcome="refuse", remarks="不退")
    else:
        withdraw(Round.objects.get(procedure="ledger.refund"), by=company.finance, on=DAY, why="客户不要了")
    refund.refresh_from_db()
    assert refund.state == {"refuse": "refused", "withdraw": "withdrawn"}[how]
    assert actions.use_prepayment(receipt, on=DAY, by=company.finance).allocated == 10


def refunded(company) -> Refund:
    """Give a refund of 40 that was made of a receipt of 100."""
    refund = asked(company, money(company, "S1", "100.00"), "40.00")
    finish_item(Item.objects.get(role="deputy_gm", state="open"), by=company.deputy_gm, on=after(1), outcome="agree")
    refund.refresh_from_db()
    return refund


def prepaid(company, on: date) -> Decimal:
    return queries.summaries([company.ours.pk], on=on)[company.ours.pk].prepaid


def test_a_refund_booked_by_mistake_is_reversed_by_the_decision_of_another(company, client):
    account = open_account(company.ours)
    refund = refunded(company)
    account.refresh_from_db()
    assert account.prepayment == 60_00
    actions.ask_refund_reversal(refund, by=company.finance, on=after(3), why="钱没有退出去")
    assert prepaid(company, after(3)) == 60, "it counts until it is decided"
    with pytest.raises(Refusal, match="已有一轮"):
        actions.ask_refund_reversal(refund, by=company.finance, on=after(3), why="再来")
    item = Item.objects.get(role="deputy_gm", state="open")
    with pytest.raises(Refusal):
        finish_item(item, by=company.finance, on=after(3), outcome="agree")
    finish_item(item, by=company.deputy_gm, on=after(4), outcome="agree")
    assert [prepaid(company, after(day)) for day in (0, 1, 3, 4)] == [100, 60, 60, 100]
    account.refresh_from_db()
    assert account.prepayment == 100_00
    assert prove([account], on=after(4), owed=owed([account])) == []
    refund.refresh_from_db()
    assert (refund.made.reversed_on, refund.made.reversed_why) == (after(4), "钱没有退出去")
    client.force_login(company.sales)
    shown = client.get(f"/receipts/{refund.receipt_id}/").content.decode()
    assert ("已冲销" in shown, "已退款" in shown) == (True, False)
    told = account_of(company.ours, Company.default(), "CNY", since=DAY, until=after(4))
    assert [(line.kind, line.amount) for line in told.lines] == [
        ("receipt", -100),
        ("refund", 40),
        ("refund_reversed", -40),
    ]
    with pytest.raises(Refusal, match="已在 2026-03-06 冲销"):
        actions.ask_refund_reversal(refund, by=company.finance, on=after(5), why="再来")
    again = actions.ask_refund(
        refund.receipt, number="T1", amount=Decimal(100), by=company.finance, on=after(5), why="这次真退"
    )
    assert again.state == Refund.State.ASKED


def test_a_refund_whose_reversal_is_not_agreed_to_stands(company, client):
    refund = refunded(company)
    client.force_login(company.finance)
    page, address = f"/receipts/{refund.made_id}/", f"/refunds/{refund.pk}/reverse/"
    assert address in client.get(page).content.decode()
    assert client.post(address, {"why": "以为没退"}).status_code == 302
    shown = client.get(page).content.decode()
    assert address not in shown
    assert "以为没退" in shown
    item = Item.objects.get(role="deputy_gm", state="open")
    client.force_login(company.deputy_gm)
    assert "以为没退" in client.get(f"/tasks/{item.pk}/").content.decode()
    finish_item(item, by=company.deputy_gm, on=after(9), outcome="refuse", remarks="银行回单在")
    refund.refresh_from_db()
    assert (refund.state, refund.made.reversed_on, refund.made.reversed_why) == (Refund.State.MADE, None, "")
    assert (prepaid(company, after(9)), refund.receipt.free_amount) == (60, 60)
    open_one = asked(company, refund.receipt, "1.00", "T2")
    with pytest.raises(Refusal, match="没有记为已退款"):
        actions.ask_refund_reversal(open_one, by=company.finance, on=after(9), why="还没批")


def test_a_deposit_is_held_and_settles_nothing(company):
    owed = invoice(company, "F1", "10.00")
    held = money(company, "S1", "50.00", kind=Receipt.Kind.DEPOSIT)
    with pytest.raises(Refusal, match="押金不能核销"):
        money(company, "S2", "50.00", kind=Receipt.Kind.DEPOSIT, to={owed.pk: Decimal(1)})
    with pytest.raises(Refusal, match="没有可以核销的金额"):
        actions.use_prepayment(held, on=DAY, by=company.finance)
    told = queries.summaries([company.ours.pk], on=DAY)[company.ours.pk]
    assert (told.owed, told.prepaid, told.deposit) == (10, 0, 50)


def contract(company, number: str = "HT1", **more):
    told = {"signed_on": DAY, "expires_on": after(100), "terms_days": 45} | more
    return actions.enter_contract(company.ours, number=number, by=company.sales, breach="逾期按日加收万分之五", **told)


def test_a_contract_gives_terms_and_is_in_force_to_its_last_day(company):
    one = contract(company)
    assert [one.is_in_force(after(day)) for day in (-1, 0, 100, 101)] == [False, True, True, False]
    assert list(queries.contracts_on(after(100))) == [one]
    assert not queries.contracts_on(after(101)).exists()
    order = actions.enter_order(
        company.ours, number="D1", ordered_on=DAY, amount=Decimal(9), contract=one, by=company.sales
    )
    assert invoice(company, "F1", "9.00", order=order, due_on=None).due_on == after(45)
    with pytest.raises(Refusal, match="请填写到期日"):
        invoice(company, "F2", "9.00", due_on=None)
    with pytest.raises(Refusal, match="还有订单"):
        actions.reverse_contract(one, on=DAY, why="录错", by=company.sales)
    actions.end_contract(one, on=after(50), why="双方同意", by=company.sales)
    assert [row.number for row in queries.contracts_on(after(49))] == ["HT1"]
    assert not queries.contracts_on(after(50)).exists()
    with pytest.raises(Refusal, match="早于签订日"):
        contract(company, "HT2", expires_on=after(-1))


def test_a_piece_is_out_once_at_a_time(company):
    def lease(to):
        return actions.lease_out(to, kind="塔吊", number="T-7", out_on=DAY, rent=Decimal(300), by=company.finance)

    out = lease(company.ours)
    with pytest.raises(Refusal, match="还没有归还"):
        lease(company.theirs)
    with pytest.raises(Refusal, match="早于出租日"):
        actions.take_back(out, back_on=after(-1), by=company.finance)
    actions.take_back(out, back_on=after(9), by=company.finance)
    with pytest.raises(Refusal, match="已经归还"):
        actions.take_back(out, back_on=after(9), by=company.finance)
    lease(company.theirs)
    assert LeasedItem.objects.filter(back_on=None).count() == 1


def test_currencies_are_never_added_and_need_a_rate(company):
    with pytest.raises(Refusal, match="没有 USD 在 2026-03-02 的汇率"):
        invoice(company, "F1", "100.00", currency="USD")
    old = actions.set_rate(currency="usd", since=after(-9), rate=Decimal("7.1234"), by=company.finance)
    actions.set_rate(currency="USD", since=after(5), rate=Decimal(8), by=company.finance)
    invoice(company, "F1", "100.00", currency="USD")
    invoice(company, "F2", "1.00")
    assert queries.summaries([company.ours.pk], on=DAY)[company.ours.pk].owed == 1
    in_dollars = queries.exposure_parts([company.ours.pk], on=DAY, currency="USD")[company.ours.pk]
    assert in_dollars.receivables == 100
    said = queries.stated(in_dollars.receivables, "USD", on=after(4))
    assert (said.base, said.rate, said.since) == (Decimal("712.34"), Decimal("7.1234"), after(-9))
    assert queries.stated(Decimal("0.01"), "USD", on=after(5)).base == Decimal("0.08")
    money(company, "S1", "1000.00")
    assert Invoice.objects.get(currency="USD").settled == 0, "yuan settle no dollars"
    actions.reverse_rate(old, on=DAY, why="抄错", by=company.finance)
    with pytest.raises(Refusal, match="没有 USD"):
        queries.stated(Decimal(1), "USD", on=after(4))
    for wrong in ({"currency": "CNY"}, {"currency": "US1"}, {"rate": Decimal(0)}, {"rate": Decimal("0.123456789")}):
        with pytest.raises(Refusal):
            actions.set_rate(**{"currency": "EUR", "since": DAY, "rate": Decimal(8), "by": company.finance} | wrong)


def test_money_settles_what_is_owed_to_the_same_company_of_the_group(company):
    first = actions.add_company(code="01", name="甬城建材", by=company.finance)
    second = actions.add_company(code="02", name="甬城租赁", by=company.finance)
    assert (first.is_default, second.is_default) == (True, False)
    invoice(company, "F1", "10.00")
    invoice(company, "F1", "20.00", company=second)
    money(company, "S1", "100.00", company=second)
    assert {one.company_id: one.settled for one in Invoice.objects.all()} == {first.pk: 0, second.pk: 20}
    parts = queries.exposure_parts([company.ours.pk], on=DAY, company=first.pk)[company.ours.pk]
    assert (parts.receivables, parts.prepayment) == (10, 0)
    with pytest.raises(Refusal, match="默认公司不能停用"):
        actions.end_company(first, on=DAY, by=company.finance)
    actions.end_company(second, on=DAY, by=company.finance)
    with pytest.raises(Refusal, match="已停用"):
        invoice(company, "F2", "1.00", company=Company.objects.get(code="02"))
    actions.rename_company(first, name="甬城建材集团", by=company.finance)
    assert Entry.objects.filter(act="ledger.rename_company").exists()


def test_who_may_not_is_refused(company):
    with pytest.raises(Refusal):
        actions.set_rate(currency="USD", since=DAY, rate=Decimal(7), by=company.sales)
    with pytest.raises(Refusal):
        actions.enter_contract(company.theirs, number="H", signed_on=DAY, by=company.sales)
    owed = invoice(company, "F1", "1.00")
    with pytest.raises(Refusal):
        actions.dispute_invoice(owed, on=DAY, why="x", by=company.stranger)


def test_the_pages_do_what_they_say(company, client):
    client.force_login(company.finance)
    base = f"/customers/{company.ours.pk}/dealings/"
    assert (
        client.post(f"{base}contract/", {"number": "HT1", "signed_on": "2026-01-05", "terms_days": "30"}).status_code
        == 302
    )
    client.force_login(company.sales)
    sent = {"number": "D1", "ordered_on": "2026-01-06", "lines": "立杆 100\n横杆 50.50"}
    assert client.post(f"{base}order/", sent).status_code == 302
    order = company.ours.orders.get()
    assert [(line.what, line.amount) for line in order.lines.all()] == [("立杆", 100), ("横杆", Decimal("50.50"))]
    line = order.lines.all()[0]
    sent = {"number": "J1", "delivered_on": "2026-01-07", f"line_{line.pk}": "80"}
    assert client.post(f"/orders/{order.pk}/delivery/", sent).status_code == 302
    assert "80.00" in client.get(f"/orders/{order.pk}/").content.decode()
    client.force_login(company.finance)
    sent = {
        "kind": "invoice", "number": "F1", "invoiced_on": "2026-01-08", "amount": "150.50", "order": order.pk,
        "plan": "2026-02-01 100\n2026-03-01 50.50",
    }  # fmt: skip
    assert client.post(f"{base}invoice/", sent).status_code == 302
    one = Invoice.objects.get()
    sent = {"number": "S1", "received_on": "2026-01-09", "amount": "200", "kind": "payment", f"to_{one.pk}": "20.50"}
    assert client.post(f"{base}receipt/", sent).status_code == 302
    receipt = Receipt.objects.get()
    assert receipt.allocated == Decimal("20.50")
    assert client.post(f"/receipts/{receipt.pk}/use/", {}).status_code == 302
    assert (
        client.post(f"/receipts/{receipt.pk}/refund/", {"number": "T1", "amount": "49.50", "why": "多付"}).status_code
        == 302
    )
    shown = client.get(f"/receipts/{receipt.pk}/").content.decode()
    assert "待批准" in shown
    allocation = one.allocations.first()
    assert client.post(f"/allocations/{allocation.pk}/undo/", {"why": "核错"}).status_code == 302
    sent = {"amount": "10", "since": "2026-01-20", "why": "数量不符"}
    assert client.post(f"/invoices/{one.pk}/dispute/", sent).status_code == 302
    assert "争议中" in client.get(f"/invoices/{one.pk}/").content.decode()
    assert client.post(f"/disputes/{one.disputes.get().pk}/end/", {"outcome": "已对清"}).status_code == 302
    client.force_login(company.sales)
    bad = client.post(f"{base}order/", {"number": "D2", "ordered_on": "2999-01-01", "lines": "立杆"})
    said = bad.content.decode()
    assert "日期在今天以后" in said
    assert "看不懂" in said
    client.force_login(company.stranger)
    for address in (f"/orders/{order.pk}/", f"/invoices/{one.pk}/", f"/receipts/{receipt.pk}/"):
        assert client.get(address).status_code == 404


def test_the_page_of_companies_and_rates_is_financials_own(company, client):
    client.force_login(company.finance)
    assert "还没有汇率" in client.get("/group-companies/").content.decode()
    client.post("/group-companies/add/", {"code": "01", "name": "甬城建材"})
    client.post("/rates/add/", {"currency": "USD", "since": "2026-01-01", "rate": "7.12"})
    shown = client.get("/group-companies/").content.decode()
    assert "甬城建材" in shown
    assert "7.12" in shown
    client.force_login(company.sales)
    assert client.get("/group-companies/").status_code == 403
