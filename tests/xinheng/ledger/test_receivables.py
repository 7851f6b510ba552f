"""Receivables by age: exact on any day, whoever they are summed up by, and each figure is what its list adds up to."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from creditpolicy.facts import derive
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Kind, Status
from xinheng.ledger import actions, queries
from xinheng.ledger.models import Allocation, Company, Dispute, Invoice, Receipt
from xinheng.ledger.queries.receivables import CONTESTED, Asked, Items, Row, receivables, summed

DAY = date(2026, 6, 30)


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def invoice(company, number: str, amount: str, /, *, on: date = DAY, due: date | None = None, **more) -> Invoice:
    told: dict[str, Any] = {"customer": company.ours} | more
    customer = told.pop("customer")
    return actions.enter_invoice(
        customer, number=number, invoiced_on=on, due_on=due or on, amount=Decimal(amount), by=company.finance, **told
    )


def money(company, number: str, amount: str, /, *, on: date = DAY, **more) -> Receipt:
    return actions.enter_receipt(
        company.ours, number=number, received_on=on, amount=Decimal(amount), by=company.finance, **more
    )


def report(**asked) -> Row:
    return summed(receivables(Asked(**{"on": DAY} | asked), Customer.objects.all()))


def test_real_invoices_age_to_the_cent(company, shared: Path):
    expected = json.loads((shared / "receivables_ibm_expected.json").read_text(encoding="utf-8"))
    lines = (shared / "receivables_ibm.csv").read_text(encoding="utf-8-sig").splitlines()
    _store(company, list(csv.DictReader(lines)))
    ((day, told),) = expected["ageing"].items()
    asked = Asked(on=date.fromisoformat(day), edges=(30, 60, 90))
    rows = receivables(asked, Customer.objects.all())
    whole = summed(rows)
    assert (sum(whole.counts.values()), str(whole.total)) == (told["open_items"], str(told["open_amount"]))
    found = {"not_due": (whole.counts[0], whole.amounts[0]), "1-30": (whole.counts[1], whole.amounts[1])}
    assert found == {name: (count, Decimal(str(sum_))) for name, (count, sum_) in told["buckets"].items()}
    assert sum(1 for row in rows if row.overdue) == told["customers_with_overdue"]
    assert len(Items(asked, Customer.objects.all(), None)) == told["open_items"]
    assert summed(receivables(Asked(on=DAY), Customer.objects.all())).total == 0
    total = sum(Invoice.objects.values_list("amount", flat=True))
    assert str(total) == str(expected["totals"]["amount"])
    for other in (date(2012, 2, 29), date(2012, 6, 30), date(2013, 4, 1), date(2013, 11, 5)):
        for by in ("due", "invoice"):
            there = summed(receivables(Asked(on=other, by=by, edges=(30, 60, 90)), Customer.objects.all()))
            assert (there.amounts, there.counts) == _read_plainly(lines, other, by)


def _read_plainly(lines: list[str], on: date, by: str) -> tuple[dict[int, Decimal], dict[int, int]]:
    """Age the lines of the file one by one, with nothing but the calendar."""
    amounts: dict[int, Decimal] = {}
    counts: dict[int, int] = {}
    for line in csv.DictReader(lines):
        invoiced, due, settled = (_day(line[name]) for name in ("InvoiceDate", "DueDate", "SettledDate"))
        if not invoiced <= on < settled:
            continue
        days = (on - (due if by == "due" else invoiced)).days
        place = 0 if by == "due" and days <= 0 else 1 + sum(days > edge for edge in (30, 60, 90))
        amounts[place] = amounts.get(place, Decimal(0)) + Decimal(line["InvoiceAmount"])
        counts[place] = counts.get(place, 0) + 1
    return amounts, counts


def _day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 (a day)


def _store(company, lines: list[dict[str, str]]) -> None:
    """Store the invoices as they came to be: each settled by one receipt on its day."""
    ours = Company.default()
    numbers = dict.fromkeys(line["customerID"] for line in lines)
    customers = Customer.objects.bulk_create(
        Customer(
            number=number, name=number, kind=Kind.ENTERPRISE, status=Status.FILED, owner=company.sales,
            department=company.departments["sales1"],
        )
        for number in numbers
    )  # fmt: skip
    by_number = {one.number: one for one in customers}
    rows = [
        (by_number[line["customerID"]], line["invoiceNumber"], Decimal(line["InvoiceAmount"]), line) for line in lines
    ]
    invoices = Invoice.objects.bulk_create(
        Invoice(
            customer=customer, number=number, amount=amount, settled=amount, invoiced_on=_day(line["InvoiceDate"]),
            due_on=_day(line["DueDate"]), company=ours,
        )
        for customer, number, amount, line in rows
    )  # fmt: skip
    receipts = Receipt.objects.bulk_create(
        Receipt(
            customer=customer, number=number, amount=amount, allocated=amount, received_on=_day(line["SettledDate"]),
            company=ours,
        )
        for customer, number, amount, line in rows
    )  # fmt: skip
    Allocation.objects.bulk_create(
        Allocation(invoice=one, receipt=paid, amount=one.amount, on=paid.received_on)
        for one, paid in zip(invoices, receipts, strict=True)
    )


def test_any_buckets_by_due_day_or_by_invoice_date(company):
    for days, amount in ((0, "1.00"), (1, "2.00"), (7, "4.00"), (8, "8.00"), (400, "16.00")):
        invoice(company, f"F{days}", amount, on=back(days + 10), due=back(days))
    by_due = report(edges=(7, 14))
    assert by_due.amounts == {0: 1, 1: 6, 2: 8, 3: 16}
    by_invoice = report(edges=(10, 17), by="invoice")
    assert by_invoice.amounts == {1: 1, 2: 6, 3: 24}
    assert by_due.total == by_invoice.total == 31


def test_a_past_day_does_not_know_what_came_after(company):
    owed = invoice(company, "F1", "100.00", on=back(60), due=back(30))
    note = invoice(company, "H1", "10.00", on=back(50), kind=Invoice.Kind.CREDIT_NOTE)
    actions.set_off(note, on=back(20), by=company.finance)
    paid = money(company, "S1", "95.00", on=back(10))
    actions.reverse_receipt(paid, on=back(5), why="退票", by=company.finance)
    sums = {days: report(on=back(days)).total for days in (61, 60, 50, 21, 20, 10, 5, 0)}
    assert sums == {61: 0, 60: 100, 50: 90, 21: 90, 20: 90, 10: 0, 5: 90, 0: 90}
    assert [report(on=back(days)).prepaid for days in (11, 10, 5)] == [0, 5, 0]
    assert report(on=back(21)).amounts == {1: 90}
    owed.refresh_from_db()
    assert owed.settled == 10


def test_summed_up_by_customer_salesman_department_and_grade(company):
    from xinheng.ledger import grading

    invoice(company, "F1", "100.00")
    invoice(company, "F1", "30.00", customer=company.theirs)
    found = {}
    before = list(grading._provider)
    grading.set_grades(lambda keys, _on: {key: "A级" for key in keys if key == company.ours.pk})
    try:
        for group in ("customer", "salesman", "department", "grade"):
            rows = receivables(Asked(on=DAY, group=group), Customer.objects.all())
            found[group] = {row.label: row.total for row in rows}
    finally:
        grading._provider[:] = before
    assert found == {
        "customer": {company.ours.name: 100, company.theirs.name: 30}, "salesman": {"杨销售": 100, "孙销售": 30},
        "department": {"销售一部": 100, "销售二部": 30}, "grade": {"A级": 100, "": 30},
    }  # fmt: skip


def test_days_sales_outstanding_is_the_librarys(company):
    invoice(company, "F1", "100.00", on=back(100), due=back(70))
    invoice(company, "F2", "77.77", on=back(20), due=back(1))
    money(company, "S1", "100.00", on=back(3))
    table = queries.dealing_tables([company.ours.pk], on=DAY, only=["invoices"])
    fact = derive(**table, as_of=DAY, names=["days_sales_outstanding"]).table.to_pylist()[0]
    assert report().dso == fact["days_sales_outstanding"]
    assert Row("", "").dso is None


def test_every_figure_is_what_its_list_adds_up_to_on_every_day_whatever_happened(company):
    dice = random.Random("receivables")
    _history(company, dice)
    for days in (0, 1, 20, 45, 70, 100, 120):
        for by in ("due", "invoice"):
            asked = Asked(on=back(days), by=by, edges=(10, 30))
            whole = summed(receivables(asked, Customer.objects.all()))
            for place in range(CONTESTED, 4):
                listed = Items(asked, Customer.objects.all(), place)
                assert sum(one.open for one in listed[0 : len(listed)]) == whole.amounts.get(place, 0)
                assert len(listed) == whole.counts.get(place, 0)
            parts = queries.exposure_parts([company.ours.pk], on=back(days))[company.ours.pk]
            assert (whole.total, whole.prepaid) == (parts.receivables, parts.prepayment)
            if by == "due":
                late = [
                    claim.open
                    for claim in queries.claims_of(queries.open_invoices(company.ours, on=back(days)), on=back(days))
                    if claim.days_late and claim.open > 0
                ]
                assert sum(late) == parts.overdue


def _history(company, dice: random.Random) -> None:
    for turn in range(40):
        on = back(120 - turn * 3)
        amount = Decimal(dice.randint(100, 10_000)) / 100 * 2
        plan = [(on + timedelta(days=5), amount / 2), (on + timedelta(days=30), amount / 2)] if turn % 5 == 0 else []
        kind = Invoice.Kind.CREDIT_NOTE if turn % 7 == 3 else Invoice.Kind.INVOICE
        one = invoice(
            company,
            f"F{turn}",
            str(amount),
            on=on,
            due=on + timedelta(days=dice.randint(0, 30)),
            kind=kind,
            plan=plan if kind == "invoice" else (),
        )
        if turn % 4 == 1:
            money(company, f"S{turn}", str(amount - Decimal("0.37")), on=on + timedelta(days=2))
        if turn % 7 == 3 and turn % 2:
            actions.set_off(one, on=on + timedelta(days=1), by=company.finance)
        if turn % 9 == 2 and kind == "invoice" and one.open_amount > 3:
            dispute = actions.dispute_invoice(
                one, amount=Decimal(3), on=on + timedelta(days=2), why="数量", by=company.sales
            )
            if turn % 2:
                actions.end_dispute(dispute, on=on + timedelta(days=25), outcome="对清", by=company.finance)
        if turn % 10 == 9:
            paid = Receipt.objects.filter(reversed_on=None).first()
            actions.reverse_receipt(paid, on=on, why="退票", by=company.finance)
    assert Dispute.objects.exists()
    assert Invoice.objects.filter(is_split=True).count() > 5


def test_the_number_of_questions_does_not_grow(company, django_assert_max_num_queries):
    for number in range(5):
        invoice(company, f"F{number}", "1.00")
    with django_assert_max_num_queries(10):
        report()


def test_the_page_links_each_figure_to_its_list_and_the_workbook_agrees(company, client):
    invoice(company, "F1", "100.00", on=back(60), due=back(40))
    invoice(company, "F2", "30.00", customer=company.theirs, on=back(60), due=back(40))
    client.force_login(company.finance)
    query = {"on": DAY.isoformat(), "buckets": "30,60", "group": "department"}
    shown = client.get("/receivables/", query).content.decode()
    assert "130.00" in shown
    assert "31–60 天" in shown
    assert "31–60 天" in client.get("/receivables/", query | {"buckets": "60、30"}).content.decode()
    key = company.departments["sales1"].pk
    items = client.get("/receivables/items/", query | {"key": str(key), "place": "2"}).content.decode()
    assert "F1" in items
    assert company.theirs.name not in items
    for nonsense in (
        {"on": "x"},
        {"buckets": "a,-1,0,99999999"},
        {"buckets": "9" * 5000},
        {"group": "x"},
        {"company": "x"},
        {"currency": "<b>"},
    ):
        assert client.get("/receivables/", query | nonsense).status_code == 200
        assert client.get("/receivables/items/", query | nonsense | {"key": "x", "place": "x"}).status_code == 200
    answer = client.post("/receivables/export/", query)
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert [(row[0], row[3], row[6]) for row in rows[3:]] == [
        ("销售一部", 100, 100),
        ("销售二部", 30, 30),
        ("合计", 130, 130),
    ]
    assert Entry.objects.get(act="ledger.export_receivables").is_look
    client.force_login(company.sales)
    own = client.get("/receivables/", query).content.decode()
    assert "130.00" not in own
    assert "销售二部" not in own
    client.force_login(company.archivist)
    assert client.get("/receivables/").status_code == 403


# What users of other systems already expect, by the cases' names -----------------------------------------------------------


def places(company, on: date = DAY) -> dict[int, Decimal]:
    return report(on=on).amounts


THREE = [(DAY + timedelta(days=30), 30), (DAY + timedelta(days=60), 50), (DAY + timedelta(days=90), 20)]


def parts_open(company, on: date = DAY) -> list[Decimal]:
    return [one.open for one in queries.claims_of(queries.open_invoices(company.ours, on=on), on=on)]


def planned(company, times: int) -> Invoice:
    return invoice(company, "F1", str(100 * times), plan=[(day, Decimal(part * times)) for day, part in THREE])


def test_erp_ar_01_a_plan_of_three_terms_is_three_rows(company):
    planned(company, 1)
    assert parts_open(company) == [30, 50, 20]


def test_erp_ar_03_a_full_credit_note_after_a_part_payment_stands_by_itself(company):
    planned(company, 1)
    money(company, "S1", "40.00")
    invoice(company, "H1", "100.00", kind=Invoice.Kind.CREDIT_NOTE)
    assert sorted(parts_open(company)) == [-100, 20, 40]


def test_erp_ar_05_a_payment_settles_the_earliest_term(company):
    planned(company, 2)
    money(company, "S1", "40.00")
    assert parts_open(company) == [20, 100, 40]


def test_erp_ar_07_and_11_a_part_payment_leaves_the_rest(company):
    invoice(company, "F1", "100.00", on=back(1))
    money(company, "S1", "40.00", method="转账")
    assert report().total == 60


def test_erp_ar_09_an_advance_is_shown_and_is_not_owed(company):
    """There it is a negative receivable; here it stands in a column of its own, so that no ageing hides a debt."""
    actions.enter_order(company.ours, number="D1", ordered_on=DAY, amount=Decimal(1000), by=company.sales)
    money(company, "S1", "1000.00")
    assert (report().total, report().prepaid) == (0, 1000)


def test_erp_ar_13_a_payment_after_the_day_is_not_known_on_it(company):
    note = invoice(company, "H1", "10.00", kind=Invoice.Kind.CREDIT_NOTE)
    invoice(company, "F1", "100.00")
    assert sorted(parts_open(company)) == [-10, 100]
    tomorrow = DAY + timedelta(days=1)
    money(company, "S1", "80.00", on=tomorrow)
    actions.set_off(note, on=tomorrow, by=company.finance)
    assert sorted(parts_open(company)) == [-10, 100]
    assert parts_open(company, tomorrow) == [10]


def test_erp_ar_15_what_is_paid_too_much_is_left_over(company):
    invoice(company, "F1", "100.00")
    tomorrow = DAY + timedelta(days=1)
    money(company, "S1", "110.00", on=tomorrow)
    assert report().total == 100
    after = report(on=tomorrow)
    assert (after.total, after.prepaid) == (0, 10)


def test_erp_ar_17_a_foreign_invoice_in_both_currencies(company):
    actions.set_rate(currency="USD", since=back(9), rate=Decimal(80), by=company.finance)
    invoice(company, "F1", "100.00", currency="USD")
    assert report(currency="USD").total == 100
    assert report().total == 0
    assert queries.stated(Decimal(100), "USD", on=DAY).base == 8000


def test_erp_ar_19_and_23_the_rest_is_stated_at_the_rate_of_the_day_asked_for(company):
    """There, what is left keeps the invoice's rate, and the difference is booked.

    We keep no general ledger: what is owed in a foreign currency is that, and its worth is stated at the day's rate.
    """
    for since, rate in ((back(9), 80), (DAY + timedelta(days=1), 75), (DAY + timedelta(days=2), 85)):
        actions.set_rate(currency="USD", since=since, rate=Decimal(rate), by=company.finance)
    invoice(company, "F1", "100.00", currency="USD")
    paid = DAY + timedelta(days=1)
    money(company, "S1", "90.00", on=paid, currency="USD")
    assert report(currency="USD", on=paid).total == 10
    assert [queries.stated(Decimal(10), "USD", on=DAY + timedelta(days=n)).base for n in (0, 1, 2)] == [800, 750, 850]


def test_erp_ar_21_a_cent_is_still_listed(company):
    invoice(company, "F1", "100.00")
    money(company, "S1", "99.99")
    assert report().amounts == {0: Decimal("0.01")}
    assert len(Items(Asked(on=DAY), Customer.objects.all(), 0)) == 1


def test_oca_risk_07_two_days_past_due_is_overdue_without_grace(company):
    invoice(company, "F1", "100.00", on=back(2), due=back(2))
    assert places(company) == {1: 100}


def test_erp_term_01_and_05_the_contracts_terms_give_the_due_day(company):
    """Without any terms that system lets it fall due at once; we ask for a day, as a day nobody agreed makes debtors."""
    signed = date(2016, 1, 1)
    contract = actions.enter_contract(company.ours, number="HT", signed_on=signed, terms_days=30, by=company.sales)
    order = actions.enter_order(
        company.ours, number="D", ordered_on=signed, amount=Decimal(5), contract=contract, by=company.sales
    )
    made = actions.enter_invoice(
        company.ours, number="F", invoiced_on=date(2016, 1, 22), amount=Decimal(5), order=order, by=company.finance
    )
    assert made.due_on == date(2016, 2, 21)


def test_erp_dun_05_a_credit_note_settles_an_invoice_and_taken_off_it_is_owed_again(company):
    owed = invoice(company, "F1", "100.00", on=back(10), due=back(5))
    note = invoice(company, "H1", "100.00", kind=Invoice.Kind.CREDIT_NOTE)
    actions.set_off(note, on=DAY, by=company.finance)
    assert report().total == 0
    tomorrow = DAY + timedelta(days=1)
    actions.undo_allocation(owed.allocations.get(), on=tomorrow, why="冲错", by=company.finance)
    assert queries.exposure_parts([company.ours.pk], on=tomorrow)[company.ours.pk].overdue == 100


def test_what_is_overdue_of_a_contested_invoice_is_by_every_day_what_its_parts_say(company):
    contested = invoice(company, "I1", "100.00", on=back(90), due=back(10))
    dispute = actions.dispute_invoice(contested, by=company.finance, on=back(20), why="短少")
    actions.end_dispute(dispute, by=company.finance, on=DAY, outcome="对方认可")
    second = invoice(company, "I2", "70.00", on=back(90), due=back(30))
    dispute = actions.dispute_invoice(second, by=company.finance, on=back(20), why="短少", amount=Decimal(40))
    actions.end_dispute(dispute, by=company.finance, on=DAY, outcome="对方认可")
    for days in range(-3, 40):
        rows = list(queries.invoices_on(back(days)))
        claims = queries.claims_of(rows, on=back(days))
        assert sum(row.late_on for row in rows) == sum(claim.open for claim in claims if claim.days_late > 0), days
