"""A customer is assessed by the policy of credit standing: form, return, meeting, a special case, grade; then a complaint."""

from __future__ import annotations

import csv
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from assessing import go_on, submit, value_for, with_books
from calling import process
from company import person
from policies import published
from walking import fill_in, goes_to, looked_at, press, send
from xinheng.org.roles import Role
from xinheng.policies.models import Version
from xinheng.ratings.freezing import known_of
from xinheng.ratings.models import Assessment, Objection, Rating
from xinheng.ratings.sheet import sheet_of, text_for
from xinheng.workflow.models import Meeting

TODAY = timezone.localdate()


def test_a_customer_from_the_form_to_the_grade_and_his_complaint(company, window, tmp_path):
    version = published(company, "credit-standing", on=TODAY)
    with_books(company, company.ours, on=TODAY)
    engineer, commerce = window(company.sales_engineer), window(company.commerce_specialist)
    case = _opened(engineer, company.ours)
    _filled_in(engineer, case)
    _returned(commerce, case)
    _handed_in_again(engineer, case)
    _met(company, window, commerce, case)
    _decided(company, window, case)
    rating = Rating.objects.get(assessment=case)
    _as_the_command_says(rating, case, version, tmp_path)
    _printed(window(company.finance), case, rating)
    _complained(company, window, case, rating)


def _opened(seen, customer) -> Assessment:
    page = seen.open(f"/customers/{customer.pk}/rating/")
    press(page, goes_to(page, f"/customers/{customer.pk}/assess/"))
    fill_in(page, kind="first", why="首次下单前评级", limit_asked="300000")
    looked_at(seen, "journey-assessment-01-new")
    send(page)
    return Assessment.objects.get(customer=customer)


def _filled_in(seen, case: Assessment) -> None:
    page = seen.page
    sheet = sheet_of(case)
    asked = [name for name in sheet.duties.asked_at("score") if sheet.lines[name].is_open]
    looked_at(seen, "journey-assessment-02-form")
    assert page.locator("[name=f_annual_supply]").count() == 0
    for name in asked:
        told = {f"f_{name}": value_for(sheet, name)}
        if sheet.lines[name].sort == "judged":
            told[f"r_{name}"] = "走访所见, 与同行比较"
        fill_in(page, **told)
    page.fill("[name=f_paid_in_capital]", "很多")
    expect(page.locator("#live")).to_contain_text("实缴资本")
    press(page, "main button[name=save]")
    expect(page.locator("main [aria-invalid=true]")).to_have_count(1)
    looked_at(seen, "journey-assessment-03-wrong")
    page.fill("[name=f_paid_in_capital]", "800")
    expect(page.locator("#live")).not_to_contain_text("实缴资本")
    before = page.locator("#points-industry_position").inner_text()
    page.select_option("[name=f_industry_position]", "龙头")
    expect(page.locator("#points-industry_position")).not_to_have_text(before)
    looked_at(seen, "journey-assessment-04-live")
    press(page, "main button[name=submit]", sure=True)
    case.refresh_from_db()
    assert case.state == Assessment.State.IN_PROCEDURE
    looked_at(seen, "journey-assessment-05-handed-in")


def _task(seen, case: Assessment) -> None:
    page = seen.open("/inbox/")
    press(page, f"main a:has-text('{case.customer.name}')")


def _mine(seen, case: Assessment) -> None:
    """Enter one's own facts at one's step."""
    page = seen.open(f"/assessments/{case.pk}/form/")
    sheet = sheet_of(case)
    for name in sheet.lines:
        if page.locator(f"[name=f_{name}]").count():
            fill_in(page, **{f"f_{name}": value_for(sheet, name)})
    press(page, "main button[name=save]")


def _returned(seen, case: Assessment) -> None:
    _task(seen, case)
    looked_at(seen, "journey-assessment-06-task")
    _mine(seen, case)
    page = seen.page
    fill_in(page, outcome="return", remarks="“龙头”没有依据, 请按协会名录重评")
    press(page, "form[data-decision] button[type=submit]")


def _handed_in_again(seen, case: Assessment) -> None:
    _task(seen, case)
    page = seen.page
    press(page, goes_to(page, f"/assessments/{case.pk}/form/"))
    fill_in(page, f_industry_position="骨干", r_industry_position="按协会名录第 12 名")
    looked_at(seen, "journey-assessment-07-again")
    press(page, "main button[name=submit]", sure=True)
    assert case.scores.filter(fact="industry_position").count() == 2


def _agree(seen, case: Assessment, remarks: str = "同意") -> None:
    _task(seen, case)
    fill_in(seen.page, outcome="agree", remarks=remarks)
    press(seen.page, "form[data-decision] button[type=submit]")


def _met(company, window, commerce, case: Assessment) -> None:
    _agree(commerce, case, "查过公开信息")
    _task(commerce, case)
    page = commerce.page
    press(page, goes_to(page, "/meeting/"))
    looked_at(commerce, "journey-assessment-08-call")
    send(page)
    meeting = Meeting.objects.get()
    fill_in(page, minutes="逐项讨论; 财务认为账期偏长。")
    press(page, f"form[action$='/meetings/{meeting.pk}/minutes/'] button")
    for row in meeting.attendances.exclude(person=company.commerce_specialist):
        seen = window(row.person)
        voter = seen.open(f"/meetings/{meeting.pk}/")
        against = row.person == company.finance
        fill_in(voter, vote="refuse" if against else "agree", reason="账期偏长" if against else "")
        press(voter, f"form[action$='/meetings/{meeting.pk}/vote/'] button")
    page = commerce.open(f"/meetings/{meeting.pk}/")
    fill_in(page, vote="agree")
    press(page, f"form[action$='/meetings/{meeting.pk}/vote/'] button")
    looked_at(commerce, "journey-assessment-09-meeting")
    fill_in(page, conclusion="按评估表定级")
    press(page, f"form[action$='/meetings/{meeting.pk}/close/'] button", sure=True)
    expect(page.locator("main")).to_contain_text("通过")


def _decided(company, window, case: Assessment) -> None:
    _agree(window(company.marketing_manager), case)
    finance = window(company.finance)
    _mine(finance, case)
    _agree(finance, case, "账期按制度")
    deputy = window(company.deputy_gm)
    page = deputy.open(f"/assessments/{case.pk}/")
    expect(page.locator("main")).to_contain_text("账期偏长")
    page.locator("summary", has_text="定为特殊情况").click()
    fill_in(page, why="集团客户, 请总经理定")
    press(page, f"form[action$='/assessments/{case.pk}/special/'] button", sure=True)
    looked_at(deputy, "journey-assessment-10-special")
    _agree(deputy, case)
    case.refresh_from_db()
    assert case.state == Assessment.State.IN_PROCEDURE
    manager = window(company.general_manager)
    _agree(manager, case)
    case.refresh_from_db()
    assert case.state == Assessment.State.IN_FORCE
    manager.open(f"/assessments/{case.pk}/")
    looked_at(manager, "journey-assessment-11-in-force")
    narrow = window(company.finance, width=390)
    narrow.open(f"/assessments/{case.pk}/")
    looked_at(narrow, "journey-assessment-12-narrow")


def _as_the_command_says(rating: Rating, case: Assessment, version: Version, folder: Path) -> None:
    """Hold the figures of the case against those that the command gives for the same facts."""
    sheet = sheet_of(case)
    facts = {name: text_for(sheet.lines[name], known.value) for name, known in known_of(case).items()}
    table, policy, out = folder / "facts.csv", folder / "policy.yaml", folder / "result.csv"
    policy.write_bytes(version.text.encode())
    with table.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, facts)
        writer.writeheader()
        writer.writerow(facts)
    told = process("rate", table, "--policy", policy, "--as-of", case.as_of.isoformat(), "-o", out)
    assert told.returncode == 0, told.stderr
    (row,) = csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines())
    said = " ".join(f"{key}={value}" for key, value in row.items())
    assert rating.grade in row.values(), said
    assert any(_same(value, rating.total) for value in row.values()), said
    assert any(_same(value, rating.limit) for value in row.values()), said


def _same(text: str, number) -> bool:
    from decimal import Decimal, InvalidOperation

    try:
        return number is not None and Decimal(text.replace(",", "")) == number
    except InvalidOperation:
        return False


def _printed(seen, case: Assessment, rating: Rating) -> None:
    page = seen.open(f"/assessments/{case.pk}/")
    expect(page.locator("main")).to_contain_text(f"{rating.total:.2f}")
    fill_in(page, form="certificate", format="pdf")
    with page.expect_download() as waiting:
        page.locator(f"form[action$='/assessments/{case.pk}/print/'] button").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF")


def _complained(company, window, case: Assessment, rating: Rating) -> None:
    for number, role in enumerate(
        (
            Role.SALES_ENGINEER,
            Role.COMMERCE_SPECIALIST,
            Role.MARKETING_MANAGER,
            Role.FINANCE,
            Role.DEPUTY_GM,
            Role.GENERAL_MANAGER,
        )
    ):
        person(
            company, f"另一位{role.label}", f"other{number}", role, "sales1" if role == Role.SALES_ENGINEER else "head"
        )
    sales = window(company.sales)
    page = sales.open(f"/customers/{case.customer_id}/rating/object/")
    fill_in(page, kind="complaint", from_whom="财务经理 王女士", text="纳税级别应为 A, 请复核。")
    send(page)
    objection = Objection.objects.get()
    group = window(company.credit_group)
    page = group.open(f"/ratings/objections/{objection.pk}/")
    looked_at(group, "journey-assessment-13-objection")
    page.fill("[name=review-why]", "税务网站可查, 须复核")
    press(page, f"form[action$='/objections/{objection.pk}/review/'] button", sure=True)
    review = Assessment.objects.get(kind="review")
    submit(review, on=TODAY)
    go_on(review, on=TODAY)
    assert review.state == Assessment.State.IN_FORCE
    first = {item.handled_by_id for item in _decisions(case)} | {row.by_id for row in case.scores.all()}
    again = {item.handled_by_id for item in _decisions(review)} | {row.by_id for row in review.scores.all()}
    assert not first & again
    page = group.open(f"/ratings/objections/{objection.pk}/")
    page.fill("[name=answer-answer]", "经复核, 已按税务机关的评定更正。")
    press(page, f"form[action$='/objections/{objection.pk}/reject/'] button[formaction$='/uphold/']")
    objection.refresh_from_db()
    assert objection.state == Objection.State.UPHELD
    looked_at(group, "journey-assessment-14-answered")


def _decisions(case: Assessment):
    from xinheng.workflow.models import Item

    return Item.objects.filter(round__isnull=False, subject_label=case.number, kind="decide", handled_by__isnull=False)
