"""A customer finds his grade wrong: he complains on his own page, others look into it, he is right, and reads so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import expect

import creditpolicy
from assessing import agreed, go_on, submit
from company import person
from policies import published
from walking import fill_in, goes_to, looked_at, press, send
from xinheng.ledger.models import Invoice
from xinheng.org.roles import Role
from xinheng.policies.queries import prepared
from xinheng.portal.actions import Invited, invite
from xinheng.ratings.facts import table_of
from xinheng.ratings.models import Assessment, Objection, Standing
from xinheng.ratings.portfolio import on_file
from xinheng.ratings.queries import grade_in_force
from xinheng.workflow.queries import items_of

TODAY = timezone.localdate()
COMPLAINT = "去年十月开给我们的 480 万元发票没有算进年度销售额, 所以等级低了。"
ANSWER = "经财务核对, 去年十月的发票漏录, 已补录并重新评级。给您带来不便, 请谅解。"
OTHERS = {
    Role.SALES: "sales1", Role.COMMERCE_SPECIALIST: "commerce", Role.FINANCE: "finance", Role.MARKETING_MANAGER: "commerce",
    Role.DEPUTY_GM: "head", Role.GENERAL_MANAGER: "head",
}  # fmt: skip


def test_a_complaint_about_a_grade_is_upheld(company, window):
    _more_people(company, "乙")
    version = published(company, "sales-tiering", on=TODAY - timedelta(days=400))
    _invoice(company, "F1", 1_500_000)
    first = agreed(company, version, on=TODAY - timedelta(days=30), by=company.sales)
    before = grade_in_force(company.ours, TODAY)
    _more_people(company, "丙")
    _more_people(company, "丁")
    invited = invite(company.ours, to_name="王经理", days=7, by=company.sales, now=timezone.now())

    customer = window()
    _complains(customer, invited, before)
    objection = Objection.objects.get()
    _invoice(company, "F2", 4_800_000)
    _taken_up(window(company.credit_group), objection)
    review = Assessment.objects.get(kind="review")
    _looked_into(company, review, first)
    after = grade_in_force(company.ours, TODAY)
    assert version.policy.versions.count() == 1
    grades = [grade.grade for grade in prepared(version).policy.grades]
    assert grades.index(after.grade) < grades.index(before.grade)
    _answered(window(company.credit_group), objection)
    _reads_so(customer, after)
    _as_the_command_says(window(company.finance), company, version, after)


def _more_people(company, which: str) -> None:
    """Appoint one more person in each role: nobody takes two steps of a case, or looks into his own work."""
    for role, department in OTHERS.items():
        company.people[f"{role}_{which}"] = person(company, f"{role.label}{which}", f"{role}_{which}", role, department)


def _invoice(company, number: str, amount: int) -> None:
    Invoice.objects.create(
        customer=company.ours, number=number, amount=Decimal(amount), invoiced_on=TODAY - timedelta(days=200),
        due_on=TODAY - timedelta(days=170), entered_by=company.finance,
    )  # fmt: skip


def _complains(seen, invited: Invited, before: Standing) -> None:
    page = seen.open(f"/my/in/{invited.link}/")
    fill_in(page, code=invited.code)
    send(page)
    press(page, goes_to(page, "/my/rating/"))
    expect(page.locator("main")).to_contain_text(before.from_day.isoformat())
    looked_at(seen, "journey-complaint-01-grade")
    press(page, goes_to(page, "/my/rating/criteria/"))
    expect(page.locator("main")).to_contain_text("年度销售额")
    looked_at(seen, "journey-complaint-02-criteria")
    seen.open("/my/rating/")
    press(page, goes_to(page, "/my/rating/objection/"))
    fill_in(page, text=COMPLAINT)
    looked_at(seen, "journey-complaint-03-complaint")
    send(page)
    objection = Objection.objects.get()
    expect(page.locator("main")).to_contain_text(objection.number)
    expect(page.locator("main")).to_contain_text("待处理")
    assert Standing.objects.get(until_day__isnull=True) == before


def _taken_up(seen, objection: Objection) -> None:
    seen.open("/inbox/")
    task = items_of(objection).get(act="answer")
    expect(seen.page.locator("main")).to_contain_text(task.title)
    page = seen.open(objection.get_absolute_url())
    expect(page.locator("main")).to_contain_text("480 万元")
    looked_at(seen, "journey-complaint-04-objection")
    form = f"form[action$='/ratings/objections/{objection.pk}/review/']"
    page.locator(f"{form} [name=review-why]").fill("核对去年十月的开票")
    press(page, f"{form} button[type=submit]", sure=True)
    objection.refresh_from_db()
    assert objection.state == Objection.State.UNDER_REVIEW


def _looked_into(company, review: Assessment, first: Assessment) -> None:
    """The review goes its way through other hands than the first rating's."""
    submit(review, on=TODAY)
    go_on(review, on=TODAY)
    review.refresh_from_db()
    assert review.state == Assessment.State.IN_FORCE
    assert review.submitted_by != first.submitted_by


def _answered(seen, objection: Objection) -> None:
    page = seen.open(objection.get_absolute_url())
    form = f"form[action$='/ratings/objections/{objection.pk}/reject/']"
    page.locator(f"{form} [name=answer-answer]").fill(ANSWER)
    looked_at(seen, "journey-complaint-05-answer")
    press(page, f"{form} button[formaction$='/uphold/']")
    objection.refresh_from_db()
    assert (objection.state, objection.answer) == (Objection.State.UPHELD, ANSWER)


def _reads_so(seen, after: Standing) -> None:
    page = seen.open("/my/rating/")
    expect(page.locator("main")).to_contain_text(ANSWER)
    expect(page.locator("main")).to_contain_text("成立")
    expect(page.locator("main")).to_contain_text(TODAY.isoformat())
    looked_at(seen, "journey-complaint-06-upheld")


def _as_the_command_says(seen, company, version, after: Standing) -> None:
    """The same facts, given to the library as the command gives them, have the same result as the pages show."""
    table = table_of(on_file(TODAY), version, on=TODAY)
    told = creditpolicy.rate(prepared(version), table, as_of=TODAY).explain(company.ours.number)
    assert (told.grade, told.limit) == (after.grade, after.limit)
    assert after.rating.total == told.total
    page = seen.open(after.rating.get_absolute_url())
    expect(page.locator("main")).to_contain_text(f"{told.total:,.2f}")
    looked_at(seen, "journey-complaint-07-rating")
