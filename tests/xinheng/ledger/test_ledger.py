"""Dealings: entered once, settled exactly, right on any day, nothing deleted."""

from datetime import date
from decimal import Decimal

import pytest

from creditpolicy.facts import derive
from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.ledger import actions, queries
from xinheng.ledger.models import Invoice, Receipt

JAN, FEB, MARCH = date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10)


def invoice(company, number: str, amount: str, *, on: date = JAN, due: date = FEB, **more) -> Invoice:
    return actions.enter_invoice(
        company.ours, number=number, invoiced_on=on, due_on=due, amount=Decimal(amount), by=company.finance, **more
    )


def receipt(company, number: str, amount: str, *, on: date = MARCH, **more) -> Receipt:
    return actions.enter_receipt(
        company.ours, number=number, received_on=on, amount=Decimal(amount), by=company.finance, **more
    )


def test_money_settles_the_invoice_longest_due_first_and_the_rest_is_prepaid(company):
    late, later = invoice(company, "F1", "100.00"), invoice(company, "F2", "50.00", due=MARCH)
    money = receipt(company, "S1", "170.00")
    assert [Invoice.objects.get(pk=one.pk).settled for one in (late, later)] == [Decimal(100), Decimal(50)]
    assert money.allocated == Decimal(150)
    assert queries.summaries([company.ours.pk], on=MARCH)[company.ours.pk].prepaid == Decimal(20)


def test_what_was_owed_on_a_past_day_does_not_change_by_a_later_payment(company):
    invoice(company, "F1", "100.00")
    receipt(company, "S1", "60.00")
    before, after = (queries.summaries([company.ours.pk], on=day)[company.ours.pk] for day in (date(2026, 3, 9), MARCH))
    assert (before.owed, after.owed) == (Decimal(100), Decimal(40))
    assert after.overdue == Decimal(40)
    assert queries.summaries([company.ours.pk], on=FEB)[company.ours.pk].overdue == 0, "the due day itself is in time"


def test_a_reversed_receipt_makes_the_invoice_owed_again_from_that_day(company):
    invoice(company, "F1", "100.00")
    money = receipt(company, "S1", "100.00", on=FEB)
    actions.reverse_receipt(money, by=company.finance, on=MARCH, why="支票退回")
    assert queries.summaries([company.ours.pk], on=FEB)[company.ours.pk].owed == 0
    assert queries.summaries([company.ours.pk], on=MARCH)[company.ours.pk].owed == Decimal(100)
    assert Receipt.objects.get().reversed_why == "支票退回"
    with pytest.raises(Refusal, match="已在 2026-03-10 冲销"):
        actions.reverse_receipt(money, by=company.finance, on=MARCH, why="又一次")


def test_a_settled_invoice_is_not_voided(company):
    paid = invoice(company, "F1", "100.00")
    receipt(company, "S1", "1.00")
    with pytest.raises(Refusal, match="先冲销那笔收款"):
        actions.reverse_invoice(paid, by=company.finance, on=MARCH, why="开错")


def test_an_invoice_is_settled_no_further_than_its_amount(company):
    one = invoice(company, "F1", "100.00")
    with pytest.raises(Refusal, match=r"只剩 100\.00 元"):
        receipt(company, "S1", "200.00", to={one.pk: Decimal("100.01")})
    assert not Receipt.objects.exists(), "the receipt went with its refusal"
    receipt(company, "S1", "200.00", to={one.pk: Decimal("99.99")})
    assert Invoice.objects.get().open_amount == Decimal("0.01")


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "NaN", "Infinity"])
def test_an_amount_is_above_zero_and_to_the_cent(company, amount):
    with pytest.raises(Refusal):
        invoice(company, "F1", amount)
    assert not Entry.objects.exists()


def test_a_number_is_used_once_a_customer(company):
    invoice(company, "F1", "1.00")
    with pytest.raises(Refusal, match="已有单据号 F1"):
        invoice(company, "F1", "2.00")


def test_only_finance_enters_and_only_of_a_customer_it_sees(company):
    with pytest.raises(Refusal):
        actions.enter_invoice(
            company.ours, number="F1", invoiced_on=JAN, due_on=FEB, amount=Decimal(1), by=company.sales
        )
    with pytest.raises(Refusal):
        actions.enter_order(company.theirs, number="D1", ordered_on=JAN, amount=Decimal(1), by=company.sales)
    actions.enter_order(company.ours, number="D1", ordered_on=JAN, amount=Decimal(1), by=company.sales)


def test_ageing_adds_up_to_what_is_owed(company):
    for days, amount in ((0, "1.00"), (1, "2.00"), (30, "4.00"), (31, "8.00"), (91, "16.00"), (400, "32.00")):
        due = date.fromordinal(MARCH.toordinal() - days)
        invoice(company, f"F{days}", amount, on=min(due, JAN), due=due)
    invoice(company, "H1", "0.50", kind=Invoice.Kind.CREDIT_NOTE, due=MARCH)
    aged = queries.ageing(company.ours, on=MARCH)
    assert str(aged.not_due) == "0.50"
    assert [str(part) for part in aged.late] == ["6.00", "8.00", "0.00", "16.00", "32.00"]
    assert aged.total == queries.summaries([company.ours.pk], on=MARCH)[company.ours.pk].owed


def test_facts_come_from_the_library_and_agree_with_the_summary(company):
    invoice(company, "F1", "100.00")
    invoice(company, "F2", "70.00", due=date(2026, 4, 1))
    invoice(company, "H1", "20.00", kind=Invoice.Kind.CREDIT_NOTE)
    actions.enter_order(company.ours, number="D1", ordered_on=JAN, amount=Decimal(500), by=company.sales)
    actions.report_incident(company.ours, kind="lawsuit", happened_on=FEB, detail="货款纠纷", by=company.risk)
    receipt(company, "S1", "100.00")
    found = derive(as_of=MARCH, **queries.dealing_tables([company.ours.pk], on=MARCH)).table.to_pylist()[0]
    assert found["customer_id"] == "C0001"
    assert found["sales_12m"] == Decimal("150.00")
    assert found["outstanding"] == queries.summaries([company.ours.pk], on=MARCH)[company.ours.pk].owed
    assert found["lawsuit_count"] == 1


def test_summaries_take_a_constant_number_of_queries(company, django_assert_num_queries):
    invoice(company, "F1", "100.00")
    for keys in ([company.ours.pk], [company.ours.pk, company.theirs.pk]):
        with django_assert_num_queries(4):
            queries.summaries(keys, on=MARCH)


def test_the_customers_files_are_told_their_dealings(company):
    from xinheng.customers.dealings import dealings_of

    invoice(company, "F1", "100.00")
    actions.enter_order(company.ours, number="D1", ordered_on=JAN, amount=Decimal(500), by=company.sales)
    told = dealings_of([company.ours.pk, company.theirs.pk], MARCH)
    ours = told[company.ours.pk]
    assert (ours.first_on, ours.deals_12m, ours.overdue, ours.open_orders) == (JAN, 1, Decimal(100), Decimal(500))
    assert told[company.theirs.pk].first_on is None


def test_the_page_shows_what_was_owed_on_the_day_asked_for(company, client):
    invoice(company, "F1", "1234567.80")
    client.force_login(company.finance)
    address = f"/customers/{company.ours.pk}/dealings/"
    assert "1,234,567.80" in client.get(address, {"on": "2026-02-01"}).content.decode()
    assert "1,234,567.80" not in client.get(address, {"on": "2026-01-01"}).content.decode()
    assert client.get(address, {"on": "no day"}).status_code == 200
    entered = {"number": "S1", "received_on": "2026-03-01", "amount": "34567.80", "kind": "payment"}
    assert client.post(f"{address}receipt/", entered).status_code == 302
    assert "1,200,000.00" in client.get(address).content.decode()
    again = client.post(f"{address}receipt/", entered)
    assert "已有单据号 S1" in again.content.decode()


def test_a_stranger_finds_no_dealings(company, client):
    one = invoice(company, "F1", "1.00")
    client.force_login(company.stranger)
    assert client.get(f"/customers/{company.ours.pk}/dealings/").status_code == 404
    client.force_login(company.archivist)
    assert client.get(f"/customers/{company.ours.pk}/dealings/").status_code == 403
    assert client.get(f"/invoices/{one.pk}/reverse/").status_code == 403
