"""What is shown of grades, and to whom: the customer's tab, one rating, the list of a day, the overview, marks and exports."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from company import Company
from grading import graded
from policies import published
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Kind, Status
from xinheng.customers.search import text_of
from xinheng.ledger.models import Invoice
from xinheng.org.models import Person
from xinheng.org.overview import permissions_of_roles
from xinheng.ratings import queries, spread
from xinheng.ratings.access import open_to_customer, readers_of
from xinheng.ratings.models import Assessment, Objection, Override, Rating, Standing

TODAY = timezone.localdate()
LONG_AGO = TODAY - timedelta(days=400)
BEFORE = TODAY - timedelta(days=120)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def leasing(company: Company) -> Any:
    version = published(company, "leasing", on=LONG_AGO)
    version.policy.refresh_from_db()
    assert version.policy.is_main, "the first policy published is the main one"
    return version


def total_of(standing: Standing) -> str:
    assert standing.rating is not None
    assert standing.rating.total is not None
    return f"{standing.rating.total:.2f}".rstrip("0").rstrip(".")


def test_the_policy_is_asked_once_for_the_table_of_all_roles(leasing):
    with CaptureQueriesContext(connection) as asked:
        found = {permission.name: permission.roles for permission in permissions_of_roles()}
    assert len(asked) <= 6, [query["sql"] for query in asked]
    assert {"risk", "internal_audit"} <= set(found["ratings.see_reasons"])
    assert "system_admin" not in found["ratings.see_grade"]


def test_the_policys_access_section_decides_who_sees_grade_score_and_reasons(company, leasing):
    assert open_to_customer(leasing, "criteria")
    assert not open_to_customer(leasing, "grade")
    score = readers_of(leasing, "score")
    assert "finance" in score.roles
    assert "risk" in score.roles, "the credit officer is filled by risk"
    assert "legal" not in score.roles
    assert "legal" in readers_of(leasing, "grade").roles


def test_who_may_only_see_the_grade_sees_no_score_anywhere(company, leasing):
    graded(company.ours, leasing, "A", on=BEFORE)
    standing = graded(company.ours, leasing, "C", on=TODAY)
    pages = [
        reverse("ratings.of_customer", args=[company.ours.pk]),
        reverse("ratings.history", args=[company.ours.pk]) + "?show=ratings",
        reverse("ratings.rating", args=[standing.rating_id]),
        reverse("ratings.grades") + f"?since={BEFORE}&on={TODAY}",
        reverse("ratings.overview"),
    ]
    item = next(iter(standing.rating.points))
    assert item
    for page in pages:
        seen = signed_in(company.legal).get(page).content.decode()
        full = signed_in(company.finance).get(page).content.decode()
        assert "C 级" in seen
        assert "总分" not in seen.replace("总分与等级的走势", ""), page
        assert standing.rating.sha256 not in seen
        assert 'class="line"' not in seen
        assert "C 级" in full
    assert standing.rating.sha256 in signed_in(company.finance).get(pages[2]).content.decode()
    columns = [cell.value for cell in sheet(signed_in(company.legal))[3]]
    assert "总分" not in columns
    assert "说明" not in columns
    assert "总分" in [cell.value for cell in sheet(signed_in(company.finance))[3]]


def sheet(client: Client, query: str = "") -> Any:
    answer = client.post(reverse("ratings.export_grades"), {"query": query})
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


def test_a_column_of_scores_kept_in_a_saved_filter_does_not_open_them(company, leasing):
    from xinheng.lists.models import SavedView

    graded(company.ours, leasing, "B", on=TODAY)
    view = SavedView.objects.create(
        person=company.legal, page="ratings.grades", name="v", query="sort=-total", columns=["grade", "total", "why"]
    )
    seen = signed_in(company.legal).get(reverse("ratings.grades") + f"?view={view.pk}").content.decode()
    assert "B 级" in seen
    assert "总分" not in seen


def test_who_is_not_named_for_the_grade_sees_no_tab_no_mark_no_column(company, leasing):
    standing = graded(company.ours, leasing, "B", on=TODAY)
    Customer.objects.filter(pk=company.ours.pk).update(search_text=text_of([company.ours.number], [company.ours.name]))
    client = signed_in(company.archivist)
    assert client.get(reverse("ratings.of_customer", args=[company.ours.pk])).status_code == 403
    assert client.get(reverse("ratings.rating", args=[standing.rating_id])).status_code == 403
    for page in (
        reverse("customers.customer", args=[company.ours.pk]),
        reverse("customers.list"),
        reverse("customers.list") + "?grade=B&sort=grade",
        reverse("customers.find") + "?q=甬江",
    ):
        assert "B 级" not in client.get(page).content.decode(), page


def test_the_timeline_says_why_a_grade_moved_only_to_who_may_read_reasons(company, leasing):
    graded(company.ours, leasing, "A", on=BEFORE)
    graded(company.ours, leasing, "C", on=TODAY)
    page = reverse("customers.timeline", args=[company.ours.pk])
    assert "C 级" in signed_in(company.finance).get(page).content.decode().partition("page-body")[2]
    for person in (company.archivist, company.legal):
        shown = signed_in(person).get(page).content.decode().partition("page-body")[2]
        assert "评级生效" in shown or "等级生效" in shown
        assert "C 级" not in shown
        assert f" C {TODAY}" not in shown, "the label of a rating has its grade"


def test_another_departments_customer_is_missing(company, leasing):
    standing = graded(company.theirs, leasing, "B", on=TODAY)
    client = signed_in(company.sales)
    assert client.get(reverse("ratings.of_customer", args=[company.theirs.pk])).status_code == 404
    assert client.get(reverse("ratings.rating", args=[standing.rating_id])).status_code == 404
    assert company.theirs.name not in client.get(reverse("ratings.grades")).content.decode()


def test_the_tab_shows_the_grade_of_any_day(company, leasing):
    graded(company.ours, leasing, "B", on=BEFORE)
    now = graded(company.ours, leasing, "C", on=TODAY)
    client, page = signed_in(company.finance), reverse("ratings.of_customer", args=[company.ours.pk])
    assert client.get(page).context["standing"] == now
    then = client.get(page + f"?on={TODAY - timedelta(days=1)}")
    assert then.context["standing"].grade == "B"
    assert client.get(page + f"?on={LONG_AGO}").context["standing"] is None


def test_the_points_stand_beside_those_of_the_last_rating(company, leasing):
    first = graded(company.ours, leasing, "A", on=BEFORE)
    now = graded(company.ours, leasing, "C", on=TODAY)
    told = signed_in(company.finance).get(reverse("ratings.of_customer", args=[company.ours.pk])).context
    lines = {line.id: line for line in told["compared"].lines}
    assert lines
    for item, line in lines.items():
        assert line.points == Decimal(now.rating.points[item])
        assert line.last == Decimal(first.rating.points[item])
        assert line.change == line.points - line.last
        assert line.median is None, "one customer is no class"
    assert sum(line.points for line in lines.values()) == now.rating.total
    assert told["said"].grade == "C"
    assert told["ways"] is not None


def many(company: Company, leasing: Any, grades: str) -> list[Customer]:
    made = []
    for number, grade in enumerate(grades):
        customer = Customer.objects.create(
            number=f"M{number:04d}", name=f"多家{number}有限公司", kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"], owner=company.sales, filed_on=LONG_AGO,
        )  # fmt: skip
        graded(customer, leasing, grade, on=BEFORE)
        made.append(customer)
    return made


def test_a_median_is_shown_of_six_customers_and_not_of_five(company, leasing):
    from xinheng.ratings.medians import class_of

    made = many(company, leasing, "AABCC")
    assert not class_of(made[0], leasing.policy, TODAY).is_enough
    assert class_of(made[0], leasing.policy, TODAY).points == {}
    graded(company.ours, leasing, "C", on=TODAY)
    found = class_of(made[0], leasing.policy, TODAY)
    assert found.count == 6
    ratings = [Rating.objects.get(customer=each) for each in (*made, company.ours)]
    for item, middle in found.points.items():
        points = sorted(Decimal(rating.points[item]) for rating in ratings)
        assert middle == (points[2] + points[3]) / 2
    page = signed_in(company.finance).get(reverse("ratings.of_customer", args=[made[0].pk]))
    assert "同类中位数" in page.content.decode()


def test_every_figure_of_the_overview_opens_a_list_of_as_many(company, leasing):
    made = many(company, leasing, "AABBC")
    graded(made[0], leasing, "C", on=TODAY)
    graded(made[2], leasing, "C", on=TODAY)
    graded(company.ours, leasing, "B", on=TODAY)
    client = signed_in(company.risk)
    told = client.get(reverse("ratings.overview") + f"?since={TODAY - timedelta(days=30)}").context
    counts = {one["line"].step.grade if one["line"].step else "": one["line"].count for one in told["lines"]}
    assert (counts["A"], counts["B"], counts["C"], counts[""]) == (1, 2, 3, 1)
    assert told["total"]["count"] == 7
    opened = [(one["line"].count, one["url"]) for one in told["lines"]]
    opened += [(one["count"], one["url"]) for one in told["moves"]]
    opened += [
        (cell["count"], cell["url"])
        for _before, cells, _sum in told["matrix"]["rows"]
        for cell in cells
        if cell["count"]
    ]
    opened += [(one["figure"], one["url"]) for one in told["work"] if one["url"].startswith("/ratings/grades/")]
    assert sum(count for count, _url in opened) > 10
    for count, url in opened:
        assert client.get(url).context["count"] == count, url
    assert [one["count"] for one in told["moves"]] == [0, 2]
    assert {one["number"] for one in told["fell"]} == {made[0].number, made[2].number}


def test_the_distribution_sums_limits_and_what_is_owed(company, leasing):
    graded(company.ours, leasing, "B", on=TODAY)
    Invoice.objects.create(
        customer=company.ours, number="1", amount=Decimal(300), settled=Decimal(100), invoiced_on=BEFORE, due_on=BEFORE
    )
    Invoice.objects.create(
        customer=company.ours, number="2", kind="credit_note", amount=Decimal(50), invoiced_on=BEFORE, due_on=BEFORE
    )
    Invoice.objects.create(customer=company.theirs, number="1", amount=Decimal(7), invoiced_on=BEFORE, due_on=BEFORE)
    scale = queries.main_scale(TODAY)

    def distribution(person):
        found = spread.Spread.of(person, BEFORE, TODAY, leasing.policy, scale=scale)
        return spread.distribution(person, TODAY, leasing.policy, found, scale=scale, with_owed=True, today=TODAY)

    lines = distribution(company.finance)
    found = {line.step.grade if line.step else "": line for line in lines}
    assert found["B"].owed == Decimal(150)
    assert found[""].owed == Decimal(7)
    assert found["B"].limit == queries.grade_in_force(company.ours, TODAY).limit
    mine = distribution(company.sales)
    assert sum(line.count for line in mine) == 1, "a salesman counts his own branch alone"


def test_the_list_of_customers_is_filtered_sorted_and_exported_by_grade(company, leasing):
    many(company, leasing, "CAB")
    client, page = signed_in(company.finance), reverse("customers.list")
    found = client.get(page + "?sort=grade")
    names = [row.record.number for row in found.context["table"].page.object_list]
    assert names[:3] == ["M0001", "M0002", "M0000"]
    assert "A 级" in found.content.decode()
    assert client.get(page + "?grade=C").context["count"] == 1
    assert client.get(page + "?grade=none").context["count"] == 2
    answer = client.post(reverse("customers.export"), {"query": "grade=A"})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)
    assert "等级" in rows[2]
    assert any("A 级 优质客户" in row for row in rows[3:])


def test_the_grade_is_a_mark_in_the_search_and_in_the_head(company, leasing):
    graded(company.ours, leasing, "B", on=TODAY)
    Customer.objects.filter(pk=company.ours.pk).update(search_text=text_of([company.ours.number], [company.ours.name]))
    client = signed_in(company.sales)
    assert "B 级" in client.get(reverse("customers.find") + "?q=甬江").content.decode()
    assert "B 级" in client.get(reverse("customers.customer", args=[company.ours.pk])).content.decode()


def test_a_rating_is_calculated_again_on_demand_and_a_changed_one_is_found(company, leasing):
    standing = graded(company.ours, leasing, "B", on=TODAY)
    client, rating = signed_in(company.risk), standing.rating
    check = reverse("ratings.check", args=[rating.pk])
    assert "逐字节一致" in client.post(check, follow=True).content.decode()
    Rating.objects.filter(pk=rating.pk).update(total=rating.total + 1)
    assert "total" in client.post(check, follow=True).content.decode()
    assert Entry.objects.filter(act="ratings.check", about_id=str(company.ours.pk)).count() == 2
    assert signed_in(company.sales).post(check).status_code == 403


def test_looking_at_what_a_rating_was_calculated_from_leaves_a_line(company, leasing):
    standing = graded(company.ours, leasing, "B", on=TODAY)
    page = reverse("ratings.rating", args=[standing.rating_id])
    signed_in(company.legal).get(page)
    assert not Entry.objects.filter(act="ratings.look").exists()
    answer = signed_in(company.finance).get(page)
    assert len(answer.context["facts"]) > 3
    assert Entry.objects.get(act="ratings.look").actor_id == company.finance.pk


def test_an_export_names_everybody_in_it(company, leasing):
    graded(company.ours, leasing, "B", on=TODAY)
    rows = list(sheet(signed_in(company.risk), "grade=B").values)
    assert [row[0] for row in rows[3:]] == [company.ours.number]
    entry = Entry.objects.get(act="ratings.export")
    assert entry.is_look
    assert entry.after["rows"] == 1
    assert signed_in(company.sales).post(reverse("ratings.export_grades"), {"query": ""}).status_code == 403


def test_pages_without_any_policy_say_what_to_do(company):
    client = signed_in(company.finance)
    for page in (
        reverse("ratings.overview"), reverse("ratings.grades"), reverse("ratings.of_customer", args=[company.ours.pk]),
        reverse("customers.list") + "?sort=grade&grade=A", reverse("ratings.history", args=[company.ours.pk]),
    ):  # fmt: skip
        assert client.get(page).status_code == 200


def test_questions_do_not_grow_with_the_customers(company, leasing):
    many(company, leasing, "ABCAB")
    client = signed_in(company.risk)
    pages = [reverse("ratings.overview"), reverse("ratings.grades"), reverse("customers.list")]
    few = [asked(client, page) for page in pages]
    for number, grade in enumerate("ABC"):
        customer = Customer.objects.create(
            number=f"N{number}", name=f"又{number}", kind=Kind.ENTERPRISE, status=Status.FILED,
            department=company.departments["sales1"], filed_on=LONG_AGO,
        )  # fmt: skip
        graded(customer, leasing, grade, on=BEFORE)
    assert [asked(client, page) for page in pages] == few


def asked(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as questions:
        assert client.get(page).status_code == 200
    return len(questions)


def test_the_home_counts_whose_grade_fell_and_opens_their_list(company, leasing):
    fallen, others = many(company, leasing, "AA"), many_of_others(company, leasing, "A")
    graded(fallen[0], leasing, "C", on=TODAY)
    graded(others[0], leasing, "C", on=TODAY)
    for person, count in ((company.sales, 1), (company.stranger, 1), (company.general_manager, 2)):
        client = signed_in(person)
        [tile] = [one for one in client.get("/").context["figures"] if "move=down" in one.url]
        assert tile.figure == count
        assert client.get(tile.url).context["count"] == count


def test_what_waits_to_be_done_is_counted_as_its_lists_count_it(company, leasing):
    made = many(company, leasing, "ABC")
    Standing.objects.filter(customer=made[0]).update(next_review_on=TODAY - timedelta(days=1))
    Standing.objects.filter(customer=made[2]).update(next_review_on=TODAY + timedelta(days=300))
    Standing.objects.filter(customer=made[1]).update(next_review_on=TODAY + timedelta(days=9), is_frozen=True)
    for number, (customer, state, due) in enumerate(
        ((made[0], "open", -1), (made[1], "in_procedure", 5), (made[2], "published", -3), (company.ours, "refused", -3))
    ):
        Assessment.objects.create(
            number=f"PG{number}", customer=customer, policy=leasing.policy, version=leasing, kind="manual", state=state,
            as_of=TODAY, opened_on=TODAY, due_on=TODAY + timedelta(days=due),
        )  # fmt: skip
    Objection.objects.create(
        number="YY1", customer=made[0], policy=leasing.policy, kind="complaint", channel="staff", text="不服",
        received_on=TODAY,
    )  # fmt: skip
    Override.objects.create(
        customer=made[2], policy=leasing.policy, version=leasing, rating=Rating.objects.get(customer=made[2]),
        grade_by_score="C", grade="B", reason="有担保", days=30, state="in_force", asked_by=company.sales, asked_on=TODAY,
        approved_by=company.general_manager, from_day=TODAY,
    )  # fmt: skip
    client = signed_in(company.finance)
    told = client.get(reverse("ratings.overview")).context
    assert [one["figure"] for one in told["work"]] == [1, 1, 3, 1, 1, 1, 1, 1]
    for one in told["work"]:
        found = client.get(one["url"]).context
        rows = found.get("page") or found["table"]
        assert rows.paginator.count == one["figure"], one["url"]
    home = {one.url: one.figure for one in client.get("/").context["figures"]}
    assert home[reverse("ratings.due") + "?show=late"] == 1
    assert home[reverse("ratings.assessments") + "?late=on"] == 1
    assert [(rate.asked, rate.approved) for rate in told["months"]][-1] == (1, 1)
    assert [(str(rate.label), rate.asked) for rate in told["roles"]] == [("销售", 1)]


def test_the_figures_of_overrides_open_lists_of_as_many(company, leasing):
    made, rating = many(company, leasing, "ABC"), Rating.objects.filter
    earlier = (TODAY.replace(day=1) - timedelta(days=1)).replace(day=15)
    for customer, state, asked_by, on, from_day in (
        (made[0], "refused", company.sales, TODAY, None),
        (made[1], "in_force", company.sales, TODAY, TODAY),
        (made[2], "pierced", company.risk, earlier, earlier),
        (made[2], "expired", company.sales, earlier, earlier),
    ):
        Override.objects.create(
            customer=customer, policy=leasing.policy, version=leasing, rating=rating(customer=customer).first(),
            grade_by_score="C", grade="B", reason="有担保", days=30, state=state, asked_by=asked_by, asked_on=on,
            from_day=from_day,
        )  # fmt: skip
    client = signed_in(company.finance)
    page = client.get(reverse("ratings.overview"))
    links = re.findall(
        r'<a href="(/ratings/overrides/\?[^"]+)">(?:<[^>]+>)?(\d+)(?:<[^>]+>)?</a>', page.content.decode()
    )
    assert len(links) == 12
    for url, figure in links:
        found = client.get(html.unescape(url))
        assert found.context["page"].paginator.count == int(figure), url
    assert client.get(reverse("ratings.overrides") + "?month=2026-99&role=nobody&since=never").status_code == 200


def many_of_others(company: Company, leasing: Any, grades: str) -> list[Customer]:
    for grade in grades:
        graded(company.theirs, leasing, grade, on=BEFORE)
    return [company.theirs]
