"""The auditor's pages: what they find, who may open them, and the line that each reading leaves."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from xinheng.audit import sealing, spans
from xinheng.audit.models import Entry
from xinheng.audit.origin import coming_from
from xinheng.audit.record import SYSTEM, record
from xinheng.org.roles import Role


@pytest.fixture
def auditor(client, company):
    client.force_login(company.audit_admin)
    return client


@pytest.fixture
def lines(company):
    """Some lines: a change by sales, a look by finance, and one of the system."""
    with coming_from("page", "10.0.0.8", "session-of-sale"):
        change = record(
            "customers.edit", company.ours, by=company.sales, why="更名", clause="四.2",
            before={"name": "旧名", "kind": "enterprise"}, after={"name": "新名", "kind": "enterprise", "extra": {"a": 1}},
        )  # fmt: skip
    with coming_from("api", "10.0.0.9"):
        look = record("customers.look_at_card", company.ours, by=company.finance, look=True, why="授信审查")
    other = record("customers.edit", company.theirs, by=SYSTEM)
    return change, look, other


def found(response):
    return [row.pk for row in response.context["rows"]]


def ask(client, **told):
    return client.get(reverse("audit.entries"), told)


def test_the_newest_lines_come_first(auditor, lines):
    change, look, other = lines
    assert found(ask(auditor)) == [other.pk, look.pk, change.pk]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"who": "钱财务"}, [1]),
        ({"who": "sales"}, [0]),
        ({"who": "系统"}, [2]),
        ({"who": "没有这个人"}, []),
        ({"act": "customers.edit"}, [2, 0]),
        ({"customer": "C0001"}, [1, 0]),
        ({"customer": "姑苏"}, [2]),
        ({"customer": "没有"}, []),
        ({"subject": "甬江"}, [1, 0]),
        ({"kind": "looks"}, [1]),
        ({"kind": "acts"}, [2, 0]),
        ({"channel": "api"}, [1]),
        ({"session": "session-of-sale"}, [0]),
        ({"customer": "C0001", "kind": "acts", "channel": "page"}, [0]),
    ],
)
def test_each_filter_finds_its_lines(auditor, lines, told, wanted):
    assert found(ask(auditor, **told)) == [lines[index].pk for index in wanted]


def test_days_are_meant_whole_and_here(auditor, lines):
    today = timezone.localdate()
    assert len(found(ask(auditor, since=today, until=today))) == 3
    assert found(ask(auditor, until=today - timedelta(days=1))) == []
    assert found(ask(auditor, since=today + timedelta(days=1))) == []


def test_a_period_that_ends_before_it_begins_is_told(auditor, lines):
    response = ask(auditor, since="2026-03-02", until="2026-03-01")
    assert "早于" in response.content.decode()
    assert found(response) == []


def test_turning_pages_shows_every_line_once_and_is_one_search(auditor, company):
    for number in range(120):
        record("customers.edit", company.ours, by=SYSTEM, why=f"{number}")
    wanted = list(Entry.objects.order_by("-pk").values_list("pk", flat=True))
    seen, before = [], None
    while True:
        response = ask(auditor, customer="C0001", **({"before": before} if before else {}))
        seen += found(response)
        before = response.context["older"]
        if before is None:
            break
    assert seen == wanted
    assert Entry.objects.filter(act="audit.search").count() == 1


def test_a_search_is_itself_recorded_with_what_was_asked(auditor, lines, company):
    ask(auditor, who="钱财务", kind="looks")
    ask(auditor, who="杨销售")
    searches = Entry.objects.filter(act="audit.search").order_by("pk")
    assert [line.after for line in searches] == [{"who": "钱财务", "kind": "looks"}, {"who": "杨销售"}]
    assert all(line.is_look and line.actor_id == company.audit_admin.pk for line in searches)


def test_one_line_shows_both_states_side_by_side(auditor, lines):
    page = auditor.get(reverse("audit.entry", args=[lines[0].pk]))
    rows = {row.name: (row.before, row.after, row.changed) for row in page.context["rows"]}
    assert rows == {
        "name": ("旧名", "新名", True), "kind": ("enterprise", "enterprise", False), "extra.a": (None, "1", True)
    }  # fmt: skip
    assert "等待封存" in page.content.decode()
    sealing.seal_waiting(at=timezone.now())
    assert "第 1 封" in auditor.get(reverse("audit.entry", args=[lines[0].pk])).content.decode()
    assert Entry.objects.filter(act="audit.open", subject_id=str(lines[0].pk)).count() == 2


def test_a_line_that_was_changed_says_so(auditor, lines):
    from django.db import connection

    from xinheng.audit import triggers

    triggers.remove(connection)
    Entry.objects.filter(pk=lines[0].pk).update(actor_name="替罪羊")
    assert "签名不符" in auditor.get(reverse("audit.entry", args=[lines[0].pk])).content.decode()


def test_who_looked_at_a_customer_is_shown_and_the_asking_recorded(auditor, lines, company):
    page = auditor.get(reverse("audit.looks", args=[company.ours.pk]))
    assert found(page) == [lines[1].pk]
    asked = Entry.objects.get(act="audit.looks")
    assert (asked.about_id, asked.is_look) == (str(company.ours.pk), True)


def workbook(response):
    whole = b"".join(response.streaming_content)
    return openpyxl.load_workbook(io.BytesIO(whole)).active


@pytest.mark.parametrize("harm", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")'])
def test_the_export_holds_what_was_found_as_text_and_is_recorded(auditor, lines, company, harm):
    record("customers.edit", company.ours, by=company.sales, why=harm)
    response = auditor.post(reverse("audit.export"), {"customer": "C0001", "kind": "acts"})
    cells = [cell for row in workbook(response).iter_rows(min_row=4) for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert any(harm.strip() in str(cell.value) for cell in cells)
    line = Entry.objects.get(act="audit.export")
    assert line.after == {"customer": "C0001", "kind": "acts", "rows": 2, "customers": str(company.ours.pk)}


def test_too_much_for_one_workbook_is_refused_with_what_to_do(auditor, lines, monkeypatch):
    monkeypatch.setattr("xinheng.auditor.actions.MOST_ROWS", 2)
    response = auditor.post(reverse("audit.export"), {}, follow=True)
    assert "请缩短时间" in response.content.decode()
    assert not Entry.objects.filter(act="audit.export").exists()


def breach(client, **told):
    return client.get(reverse("audit.breach"), {"since": "2020-01-01T00:00", **told})


def touched(response):
    return {row.customer.number: (row.seen.looks, row.seen.acts) for row in response.context["rows"] or ()}


def test_the_breach_list_holds_whoever_was_seen_worked_on_or_taken_out(auditor, lines, company):
    assert touched(breach(auditor)) == {"C0001": (1, 1), "C0002": (0, 1)}
    assert touched(breach(auditor, who="钱财务")) == {"C0001": (1, 0)}
    assert touched(breach(auditor, session="session-of-sale")) == {"C0001": (0, 1)}
    assert touched(breach(auditor, looks_only="on")) == {"C0001": (1, 0)}
    record(
        "customers.export",
        None,
        by=company.finance,
        look=True,
        after={"customers": [company.ours.pk, company.theirs.pk]},
    )
    assert touched(breach(auditor, who="钱财务")) == {"C0001": (2, 0), "C0002": (1, 0)}
    assert touched(breach(auditor, until="2020-02-01T00:00")) == {}
    assert Entry.objects.filter(act="audit.breach_list").count() == 6


def test_the_breach_list_asks_back_where_a_name_is_nobody_s_or_many_people_s(auditor, company):
    assert "没有叫" in breach(auditor, who="无此人").content.decode()
    assert "请写登录名" in breach(auditor, who="销售").content.decode()
    assert "“到”早于“从”" in breach(auditor, until="2019-01-01T00:00").content.decode()
    assert not Entry.objects.exists()


def test_the_breach_list_is_exported_whole_and_that_is_recorded(auditor, lines, company):
    response = auditor.post(reverse("audit.export_breach"), {"since": "2020-01-01T00:00"})
    numbers = [row[0].value for row in workbook(response).iter_rows(min_row=4)]
    assert sorted(numbers) == ["C0001", "C0002"]
    line = Entry.objects.get(act="audit.export_breach_list")
    assert line.after["rows"] == 2
    assert set(spans.keys_in(line.after["customers"])) == {company.ours.pk, company.theirs.pk}
    assert touched(breach(auditor, who="审计管理")) == {"C0001": (1, 0), "C0002": (1, 0)}


PAGES = {
    "audit.entries": {Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT},
    "audit.entry": {Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT},
    "audit.looks": {Role.AUDIT_ADMIN, Role.INTERNAL_AUDIT},
    "audit.breach": {Role.AUDIT_ADMIN},
}


@pytest.mark.parametrize("role", list(Role))
def test_only_those_who_audit_may_read_the_record(client, company, lines, role):
    client.force_login(company.people[role])
    keys = {"audit.entry": [lines[0].pk], "audit.looks": [company.ours.pk]}
    for name, roles in PAGES.items():
        code = client.get(reverse(name, args=keys.get(name, []))).status_code
        assert code == (200 if role in roles else 403), name
    for name, roles in (("audit.export", PAGES["audit.entries"]), ("audit.export_breach", PAGES["audit.breach"])):
        response = client.post(reverse(name), {"since": "2020-01-01"})
        if response.streaming:
            list(response.streaming_content)
        assert response.status_code == (200 if role in roles else 403), name


def test_a_line_or_customer_that_is_not_there_is_missing(auditor):
    assert auditor.get(reverse("audit.entry", args=[999_999])).status_code == 404
    assert auditor.get(reverse("audit.looks", args=[999_999])).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_lines_as_for_few(auditor, company, django_assert_max_num_queries):
    def queries():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            ask(auditor, who="杨销售")
        return len(caught)

    record("customers.edit", company.ours, by=company.sales)
    ask(auditor, who="杨销售")
    few = queries()
    for _number in range(49):
        record("customers.edit", company.ours, by=company.sales)
    assert queries() == few
