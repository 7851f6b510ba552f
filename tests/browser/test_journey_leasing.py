"""Everybody is rated anew after a quarter by the leasing policy: who owes a rent for long falls from A to C, and all is told."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from calling import process
from policies import published
from walking import fill_in, goes_to, looked_at, press, send
from xinheng.customers.models import CardValue, Customer, Kind, Status
from xinheng.ledger.models import Allocation, Invoice, Receipt
from xinheng.policies.models import Version
from xinheng.portal.actions import invite
from xinheng.ratings import running
from xinheng.ratings.actions import batches as actions
from xinheng.ratings.actions import bring_all_into_force
from xinheng.ratings.facts import table_of
from xinheng.ratings.models import Batch, Rating, Standing
from xinheng.ratings.portfolio import on_file
from xinheng.workflow.queries import items_of

TODAY = timezone.localdate()
QUARTER = TODAY - timedelta(days=90)
ITEMS = ("strength", "potential", "reputation", "payment", "other")
FALLING = (9, 14, 19, 29, 9)
OTHERS: dict[str, tuple[tuple[int, ...] | None, int]] = {
    "甲乙路桥有限公司": ((10, 15, 20, 30, 10), 3_400_000),  # A
    "青禾建筑有限公司": ((9, 14, 18, 28, 9), 2_600_000),  # B
    "白沙市政工程有限公司": ((8, 12, 17, 27, 8), 1_900_000),  # C, and better since
    "大江钢构有限公司": ((8, 13, 18, 28, 8), 900_000),  # C
    "远山隧道有限公司": ((5, 6, 12, 20, 5), 600_000),  # no grade
    "新河安装有限公司": ((9, 13, 18, 28, 9), 0),  # new
    "南浦幕墙有限公司": ((7, 11, 16, 25, 8), 1_200_000),
    "石桥机电有限公司": ((10, 14, 19, 29, 9), 2_000_000),
    "东岸模架有限公司": ((6, 9, 14, 22, 7), 300_000),
    "北郊脚手架有限公司": (None, 500_000),  # not judged: cannot be rated
}
RISING = "白沙市政工程有限公司"
LATE = Decimal("480000.00")


def test_everybody_after_a_quarter_and_one_who_falls_from_a_to_c(company, window, tmp_path, monkeypatch):
    monkeypatch.setattr(actions, "_begin", lambda _pk: None)  # the queue: the test does the jobs when it comes to them
    version = published(company, "leasing", on=QUARTER - timedelta(days=30))
    everybody = _a_quarter_ago(company, version)
    assert _in_force(company.ours).grade == "A"
    _since_then(company, everybody[RISING])
    _payment_is_judged(window(company.sales), company.ours)

    risk = window(company.risk)
    batch = _started(risk, version)
    running.run(batch.pk)
    _reviewed(risk, batch, company)
    _into_force(company, window, risk, batch)
    _read(company, window, everybody)
    _as_the_command_says(window(company.finance), batch, version, tmp_path)


def _a_quarter_ago(company, version: Version) -> dict[str, Customer]:
    """Let everybody be rated and graded as of a quarter ago."""
    everybody = {company.ours.name: company.ours, company.theirs.name: company.theirs}
    _known(company.ours, FALLING, 3_600_000)
    _known(company.theirs, (9, 13, 17, 27, 8), 2_800_000)
    for number, (name, (judged, rent)) in enumerate(OTHERS.items()):
        everybody[name] = Customer.objects.create(
            number=f"ZL{number:04d}", name=name, kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"], owner=company.sales,
        )  # fmt: skip
        _known(everybody[name], judged, rent)
    first = actions.start_batch(version, as_of=QUARTER, segment={}, by=company.risk, on=QUARTER)
    running.run(first.pk)
    bring_all_into_force(first, by=company.credit_group, on=QUARTER)
    Batch.objects.filter(pk=first.pk).update(state=Batch.State.APPLIED)
    return everybody


def _known(customer: Customer, judged: tuple[int, ...] | None, rent: int) -> None:
    for fact, points in zip(ITEMS, judged or (), strict=bool(judged)):
        _judged(customer, fact, points, on=QUARTER)
    for part in range(1, 5 if rent else 1):
        _invoiced(customer, f"F{customer.number}-{part}", Decimal(rent) / 4, on=QUARTER - timedelta(days=100 * part))


def _judged(customer: Customer, fact: str, points: int, *, on: date) -> None:
    CardValue.objects.create(
        customer=customer, field=f"leasing.{fact}", plain=f"{points}.00", source="visit", as_of=on, trust=2
    )


def _invoiced(customer: Customer, number: str, amount: Decimal, *, on: date, paid: bool = True) -> None:
    due = on + timedelta(days=30)
    invoice = Invoice.objects.create(
        customer=customer, number=number, amount=amount, invoiced_on=on, due_on=due, settled=amount if paid else 0
    )
    if paid:
        receipt = Receipt.objects.create(
            customer=customer, number=f"S{number}", amount=amount, allocated=amount, received_on=due
        )
        Allocation.objects.create(receipt=receipt, invoice=invoice, amount=amount, on=due)


def _since_then(company, rising: Customer) -> None:
    """One does not pay what fell due; another is judged far better than he was."""
    _invoiced(company.ours, "F-late", LATE, on=TODAY - timedelta(days=110), paid=False)
    for fact, points in zip(ITEMS, (10, 15, 20, 30, 10), strict=True):
        _judged(rising, fact, points, on=TODAY)


def _payment_is_judged(seen, customer: Customer) -> None:
    page = seen.open(f"/customers/{customer.pk}/card/")
    press(page, goes_to(page, f"/customers/{customer.pk}/card/leasing.payment/new/"))
    fill_in(page, value="10", source="visit", source_detail="对账时项目部说甲方没有拨款", as_of=TODAY.isoformat())
    send(page)
    expect(page.locator("main")).to_contain_text(TODAY.isoformat())


def _started(seen, version: Version) -> Batch:
    """Ask for everybody to be rated, and watch until it is done."""
    page = seen.open("/ratings/batches/")
    press(page, goes_to(page, "/ratings/batches/new/"))
    fill_in(page, version=str(version.pk), as_of=TODAY.isoformat(), why="季度复评")
    looked_at(seen, "journey-leasing-01-new")
    send(page)
    expect(page.locator("#progress")).to_contain_text("已排队")
    looked_at(seen, "journey-leasing-02-waits")
    return Batch.objects.get(as_of=TODAY)


def _reviewed(seen, batch: Batch, company) -> None:
    """The page goes on by itself once the job is done; who fell, by how much, why, and by which clauses."""
    page = seen.page
    expect(page.locator("main")).to_contain_text("家评出等级")
    expect(page.locator("#progress")).to_have_count(0)
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.refused) == (Batch.State.RATED, len(OTHERS) + 1, 1)
    looked_at(seen, "journey-leasing-03-rated")
    assert _in_force(company.ours).grade == "A", "nothing takes force before it was looked at"
    press(page, "main a[href$='?show=down']")
    [row] = page.locator("main table tbody tr").all()
    expect(row).to_contain_text(company.ours.name)
    looked_at(seen, "journey-leasing-04-movers")
    rating = Rating.objects.get(batch=batch, customer=company.ours)
    assert (rating.before, rating.grade, rating.moved) == ("A", "C", -2)
    press(page, f"main a[href='{rating.get_absolute_url()}']")
    main = page.locator("main")
    for said in ("C 级", f"{rating.total.normalize():f}", "付款情况", "003 四.2"):
        expect(main).to_contain_text(said)
    looked_at(seen, "journey-leasing-05-reasons")
    page = seen.open(f"/ratings/batches/{batch.pk}/refused/")
    expect(page.locator("main")).to_contain_text("北郊脚手架有限公司")


def _into_force(company, window, risk, batch: Batch) -> None:
    """Whoever the policy names agrees; then everybody takes his place."""
    page = risk.open(batch.get_absolute_url())
    form = f"form[action$='/ratings/batches/{batch.pk}/send/']"
    page.locator(f"{form} [name=why]").fill("季度复评, 已逐户看过")
    press(page, f"{form} button[type=submit]", sure=True)
    assert _in_force(company.ours).grade == "A"
    manager = window(company.general_manager)
    page = manager.open("/inbox/")
    press(page, "main a:has-text('批准批量评级生效')")
    looked_at(manager, "journey-leasing-06-approval")
    fill_in(page, outcome="agree", remarks="同意")
    press(page, "form[data-decision] button[type=submit]")
    batch.refresh_from_db()
    assert batch.state == Batch.State.APPLYING
    running.apply(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == (Batch.State.APPLIED, "")
    risk.open(batch.get_absolute_url())
    looked_at(risk, "journey-leasing-07-in-force")


def _read(company, window, everybody: dict[str, Customer]) -> None:
    """The customer's tab, the list of who fell since the quarter, what sales is told, and what the customer may see."""
    fallen = _in_force(company.ours)
    assert (fallen.grade, fallen.from_day, fallen.terms_days) == ("C", TODAY, 15)
    rising = everybody[RISING]
    assert _in_force(rising).grade != "A", "better only after the waiting time"
    reader = window(company.finance)
    page = reader.open(f"/customers/{company.ours.pk}/rating/")
    for said in ("C 级", TODAY.isoformat(), "15", "付款情况"):
        expect(page.locator("main")).to_contain_text(said)
    looked_at(reader, "journey-leasing-08-tab")
    page = reader.open(f"/customers/{rising.pk}/rating/")
    expect(page.locator("main")).to_contain_text("待生效的更好结果")
    page = reader.open(f"/ratings/grades/?since={QUARTER}&move=down")
    expect(page.locator("main table tbody tr")).to_have_count(1)
    expect(page.locator("main table tbody")).to_contain_text(company.ours.name)
    looked_at(reader, "journey-leasing-09-list")
    told = items_of(company.ours).get(act="read", person=company.sales, title__contains="A → C")
    sales = window(company.sales)
    page = sales.open("/inbox/copies/")
    press(page, f"main a:has-text('{told.title}')")
    expect(page.locator("main")).to_contain_text(told.note.splitlines()[0])
    looked_at(sales, "journey-leasing-10-told")
    invited = invite(company.ours, to_name="王经理", days=7, by=company.sales, now=timezone.now())
    customer = window()
    page = customer.open(f"/my/in/{invited.link}/")
    fill_in(page, code=invited.code)
    send(page)
    page = customer.open("/my/rating/")
    expect(page.locator("main")).not_to_contain_text("C 级")
    press(page, goes_to(page, "/my/rating/criteria/"))
    expect(page.locator("main")).to_contain_text("付款情况")


def _as_the_command_says(seen, batch: Batch, version: Version, folder: Path) -> None:
    """Hold grade, points, limit and days of every customer, as the pages show them, against the command's."""
    expected = _by_the_command(version, folder)
    page = seen.open(f"/ratings/batches/{batch.pk}/movers/?show=all")
    rows = page.locator("main table tbody tr").all()
    shown = {}
    for row in rows:
        cells = row.locator("td").all_inner_texts()
        number = cells[0].split()[-1]
        link = row.locator("a[href^='/ratings/']").get_attribute("href")
        rating = page.request.get(seen.server + link).text()
        days = rating.split("账期", 1)[1].split("</dd>", 1)[0].split(">")[-1].split()[0]
        shown[number] = (cells[2].strip(), _number(cells[3]), _number(cells[5]), int(days))
    assert len(shown) == batch.done == len(OTHERS) + 1
    assert shown == expected


def _by_the_command(version: Version, folder: Path) -> dict[str, tuple[str, Decimal, Decimal, int]]:
    facts, policy, out = folder / "facts.csv", folder / "policy.yaml", folder / "result.csv"
    policy.write_bytes(version.text.encode())
    table = table_of(on_file(TODAY), version, on=TODAY)
    with facts.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, table.column_names)
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in table.to_pylist())
    told = process("rate", facts, "--policy", policy, "--as-of", TODAY.isoformat(), "-o", out)
    assert out.exists(), told.stderr
    rows = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    return {
        row["customer_id"]: (row["grade_label"], _number(row["total"]), _number(row["limit"]), int(row["terms_days"]))
        for row in rows
        if row["grade"]
    }


def _number(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", ""))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _in_force(customer: Customer) -> Standing:
    return Standing.objects.get(customer=customer, until_day__isnull=True)
