"""A new enterprise is taken in, filed, its statements entered, its paper lent and brought back late, and the auditor looks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from walking import PDF, fill_in, goes_to, looked_at, press, send
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Statement, StatementState, Status
from xinheng.papers.models import Loan, LoanState
from xinheng.workflow import jobs
from xinheng.workflow.queries import items_of

NAME = "宁波北仑海曙精密铸造有限公司"
USCC = "91330206MA2CHR7X4X"
YEARS = {  # in ten thousand yuan: this year beside last year
    "current_assets": ("8200", "7600"), "noncurrent_assets": ("4800", "4400"), "total_assets": ("13000", "12000"),
    "receivables": ("2600", "2500"), "inventory": ("1900", "1800"), "cash": ("1500", "1300"),
    "current_liabilities": ("4100", "4000"), "noncurrent_liabilities": ("1400", "1300"),
    "total_liabilities": ("5500", "5300"), "equity": ("7500", "6700"), "revenue": ("21000", "19500"),
    "cost_of_sales": ("16800", "15700"), "total_profit": ("1067", "980"), "income_tax": ("267", "245"),
    "net_profit": ("800", "735"),
}  # fmt: skip


def test_a_file_from_taking_in_to_the_auditor(company, window):
    customer = _taken_in(window(company.sales_engineer))
    _filed(window(company.archivist), customer)
    _statements(window(company.finance), window(company.risk), customer)
    loan = _borrowed(window(company.archivist), window(company.sales), customer)
    _late_and_back(window(company.archivist), window(company.sales), loan)
    _found_by_the_auditor(window(company.internal_audit), customer)
    customer.refresh_from_db()
    loan.refresh_from_db()
    assert (customer.status, loan.state) == (Status.FILED, LoanState.RETURNED)
    assert customer.statements.filter(state=StatementState.APPROVED).count() == 2


def _taken_in(seen) -> Customer:
    page = seen.open("/")
    press(page, "#sidebar a[href='/customers/']")
    press(page, goes_to(page, "/customers/new/"))
    looked_at(seen, "journey-file-01-kinds")
    press(page, goes_to(page, "/customers/new/enterprise/"))
    fill_in(
        page, name=NAME, nature="ordinary", industry="industry", staff="260", turnover_yuan="210000000",
        assets_yuan="130000000", identity_kind="uscc", identity_number=USCC.lower(), contact_name="潘敏",
        contact_phone="138 5743 0921",
    )  # fmt: skip
    looked_at(seen, "journey-file-02-new")
    send(page)
    customer = Customer.objects.get(name=NAME)
    expect(page.locator("main")).to_contain_text("提交建档前还要补齐")
    looked_at(seen, "journey-file-03-draft")
    assert page.locator(f"form[action$='/{customer.pk}/submit/'] button").is_disabled()
    _completed(seen, page, customer)
    seen.open(customer.get_absolute_url())
    press(page, f"form[action$='/{customer.pk}/submit/'] button")
    expect(page.locator("main")).to_contain_text("已提交, 等档案管理员核实建档")
    looked_at(seen, "journey-file-06-handed-in")
    return customer


def _completed(seen, page, customer: Customer) -> None:
    press(page, f".nav-tabs a[href$='/customers/{customer.pk}/people/']")
    press(page, goes_to(page, "/address/new/"))
    fill_in(page, what="registered", region="浙江省宁波市北仑区", text="小港街道纬五路 88 号")
    send(page)
    looked_at(seen, "journey-file-04-people")
    for code, value in {
        "legal_representative": "潘志强", "founded_on": "2012-06-18", "main_business": "汽车铸件的铸造与机加工",
    }.items():  # fmt: skip
        press(page, f".nav-tabs a[href$='/customers/{customer.pk}/card/']")
        press(page, goes_to(page, f"/card/{code}/new/"))
        fill_in(page, value=value, source="visit", source_detail="走访, 看了营业执照正本", as_of="2026-11-02")
        send(page)
    press(page, f".nav-tabs a[href$='/customers/{customer.pk}/card/']")
    expect(page.locator("main")).to_contain_text("潘志强")
    looked_at(seen, "journey-file-05-card")


def _filed(seen, customer: Customer) -> None:
    page = seen.open("/inbox/")
    looked_at(seen, "journey-file-07-inbox")
    press(page, f"main a:has-text('{NAME}')")
    looked_at(seen, "journey-file-08-task")
    press(page, goes_to(page, f"/customers/{customer.pk}/identity/"))
    expect(page.locator("main")).not_to_contain_text(USCC)
    press(page, "main a[href$='/verify/']")
    fill_in(
        page,
        method="public_register",
        outcome="matches",
        evidence="国家企业信用信息公示系统 2026-11-20 查询, 名称、代码一致, 存续",
    )
    send(page)
    looked_at(seen, "journey-file-09-verified")
    press(page, "main a[href$='/show/']")
    fill_in(page, why="与营业执照原件核对")
    send(page)
    expect(page.locator("main")).to_contain_text(USCC)
    seen.open("/inbox/")
    press(page, f"main a:has-text('{NAME}')")
    fill_in(page, outcome="agree", remarks="执照原件与公示系统一致")
    press(page, "form[data-decision] button[type=submit]")
    looked_at(seen, "journey-file-10-filed")
    customer.refresh_from_db()
    assert (customer.status, customer.owner.username) == (Status.FILED, "sales_engineer")
    seen.open(customer.get_absolute_url())
    looked_at(seen, "journey-file-11-overview")


def _statements(seen, other, customer: Customer) -> None:
    page = seen.open(f"/customers/{customer.pk}/statements/")
    looked_at(seen, "journey-file-12-no-statements")
    press(page, goes_to(page, "/statements/sheet/"))
    for account, amounts in YEARS.items():
        for place, amount in enumerate(amounts):
            page.fill(f"[name={account}-{place}]", "12900" if (account, place) == ("total_assets", 0) else amount)
    looked_at(seen, "journey-file-13-sheet")
    send(page)
    wrong, right = Statement.objects.filter(customer=customer).order_by("-period_end")
    press(page, f"main a[href$='/statements/{wrong.pk}/']")
    expect(page.locator("main .alert")).to_contain_text("资产总计")
    looked_at(seen, "journey-file-14-does-not-agree")
    press(page, goes_to(page, f"/{wrong.pk}/sheet/"))
    page.fill("[name=total_assets-0]", "13000")
    send(page)
    for one in (wrong, right):
        seen.open(f"/customers/{customer.pk}/statements/{one.pk}/")
        press(page, f"form[action$='/{one.pk}/submit/'] button", sure=True)
    looked_at(seen, "journey-file-15-handed-in")
    assert page.locator("form[action$='/approve/']").count() == 0
    approver = other.open("/inbox/")
    looked_at(other, "journey-file-16-inbox-of-risk")
    for one in (wrong, right):
        other.open(f"/customers/{customer.pk}/statements/{one.pk}/")
        press(approver, f"form[action$='/{one.pk}/approve/'] button", sure=True)
    other.open(f"/customers/{customer.pk}/statements/")
    looked_at(other, "journey-file-17-ratios")
    assert approver.get_by_role("row", name="资产负债率").locator("td").all_inner_texts()[0].startswith("42.3")
    approved = Statement.objects.filter(customer=customer, state=StatementState.APPROVED)
    assert {one.approved_by.username for one in approved} == {"risk"}
    assert approved.count() == 2


def _borrowed(seen, colleague, customer: Customer) -> Loan:
    page = seen.open(f"/customers/{customer.pk}/papers/")
    press(page, goes_to(page, "/papers/file/"))
    licence = page.locator("main [name=kind] option", has_text="营业执照").get_attribute("value")
    fill_in(
        page, kind=licence, title="营业执照正本", number="330206000123456", has_copy="on", room="一号库", cabinet="A03",
        box="12", folder="7", pages="1",
    )  # fmt: skip
    page.set_input_files("[name=files]", {"name": "执照.pdf", "mimeType": "application/pdf", "buffer": PDF})
    looked_at(seen, "journey-file-18-filing-a-paper")
    page.click("form[data-file-each] button[type=submit]")
    page.wait_for_selector("[data-results] [data-result=filed]")
    looked_at(seen, "journey-file-19-paper-filed")
    paper = customer.papers.get()
    asked = colleague.open(f"/customers/{customer.pk}/papers/")
    looked_at(colleague, "journey-file-20-papers")
    press(asked, f"main a[href$='/papers/{paper.pk}/']")
    fill_in(asked, reason="投标要带执照原件", days="3")
    looked_at(colleague, "journey-file-21-paper")
    press(asked, f"form[action$='/{paper.pk}/borrow/'] button.btn-primary")
    loan = Loan.objects.get(paper=paper)
    looked_at(colleague, "journey-file-22-asked")
    seen.open("/inbox/")
    press(page, f"main a:has-text('{paper.file_number}')")
    looked_at(seen, "journey-file-23-loan-task")
    press(page, goes_to(page, f"/papers/loans/{loan.pk}/"))
    press(page, "form[action$='/agree/'] button.btn-primary")
    press(page, "form[action$='/hand-over/'] button.btn-primary", sure=True)
    looked_at(seen, "journey-file-24-handed-over")
    loan.refresh_from_db()
    assert loan.state == LoanState.OUT
    return loan


def _late_and_back(seen, borrower, loan: Loan) -> None:
    today = timezone.localdate()
    late = today - timedelta(days=6)
    Loan.objects.filter(pk=loan.pk).update(due_on=late)
    items_of(loan).filter(act="give_back").update(due_on=late)
    jobs.daily(on=today)
    mine = borrower.open("/inbox/")
    expect(mine.locator("main tbody tr", has_text=loan.paper.file_number)).to_contain_text("已逾期")
    looked_at(borrower, "journey-file-25-late-in-the-inbox")
    page = seen.open("/papers/loans/?show=late")
    expect(page.locator("main table")).to_contain_text("杨销售")
    looked_at(seen, "journey-file-26-late")
    press(page, f"main a[href$='/papers/loans/{loan.pk}/']")
    fill_in(page, is_complete="on", condition="封套有折痕, 执照完好")
    press(page, "form[action$='/take-back/'] button.btn-primary")
    looked_at(seen, "journey-file-27-back")
    loan.refresh_from_db()
    assert (loan.state, loan.closed_by.username) == (LoanState.RETURNED, "archivist")
    borrower.open("/inbox/")
    expect(mine.locator("main tbody tr", has_text=loan.paper.file_number)).to_have_count(0)


def _found_by_the_auditor(seen, customer: Customer) -> None:
    page = seen.open("/audit/")
    fill_in(page, customer=customer.number, kind="looks")
    press(page, "main form[method=get] button[type=submit]")
    expect(page.locator("main table")).to_contain_text("朱档案")
    looked_at(seen, "journey-file-28-record")
    press(page, "main tbody a")
    looked_at(seen, "journey-file-29-line")
    press(page, goes_to(page, f"/audit/customers/{customer.pk}/"))
    expect(page.locator("main table")).to_contain_text("与营业执照原件核对")
    looked_at(seen, "journey-file-30-who-looked")
    look = Entry.objects.get(act="customers.show_identity")
    assert (look.actor_name.split()[0], look.why, look.is_look) == ("朱档案", "与营业执照原件核对", True)
    assert Entry.objects.filter(act="audit.looks", actor_name__startswith="沈内审").exists()
