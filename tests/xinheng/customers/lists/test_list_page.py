"""The list of customers: what it shows to whom, filters, columns, order, saved filters, and the workbook."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from stdnum.cn import uscc

from xinheng.audit.models import Entry
from xinheng.audit.queries import files_seen
from xinheng.customers import actions
from xinheng.customers.lists.columns import COLUMNS, with_what_is_shown
from xinheng.customers.models import Customer, Kind, Status
from xinheng.customers.search import text_of
from xinheng.lists.columns import table_of
from xinheng.lists.models import ChosenColumns, SavedView

ON = date(2026, 3, 1)


def made(company, number: int, name: str = "", department: str = "sales1", **told) -> Customer:
    name = name or f"第{number}样例有限公司"
    customer = Customer(
        number=f"L{number:04d}", name=name, kind=Kind.ENTERPRISE, department=company.departments[department]
    )
    for key, value in told.items():
        setattr(customer, key, value)
    customer.search_text = text_of([customer.number], [name])
    customer.save()
    return customer


def with_paper(company, customer: Customer, number: int) -> str:
    stem = f"9133020{number:010d}"
    code = stem + uscc.calc_check_digit(stem)
    actions.add_identity(customer, by=company.commerce_specialist, on=ON, kind="uscc", number=code)
    return code


def names(client, **query: str) -> list[str]:
    """Give the names on the page, in order."""
    answer = client.get(reverse("customers.list"), query)
    assert answer.status_code == 200
    return [row.record.name for row in answer.context["table"].paginated_rows]


@pytest.fixture
def archivist(company, client):
    client.force_login(company.archivist)
    return client


def test_each_sees_his_own_and_an_administrator_none(company, client):
    seen = {}
    for role in ("archivist", "sales", "stranger", "junior"):
        client.force_login(getattr(company, role))
        seen[role] = names(client)
    ours, theirs = company.ours.name, company.theirs.name
    assert seen == {"archivist": [ours, theirs], "sales": [ours], "stranger": [theirs], "junior": []}
    for role in ("system_admin", "security_admin", "audit_admin"):
        client.force_login(getattr(company, role))
        assert client.get(reverse("customers.list")).status_code == 403
        assert client.get(reverse("customers.find"), {"q": "甬江"}).status_code == 403


def test_filters_hold_together(company, archivist):
    made(company, 1, department="sales2", status=Status.FILED, nature="special")
    made(company, 2, department="east", status=Status.DRAFT, owner=company.sales)
    made(company, 3, department="sales1", status=Status.FILED, owner=company.sales, phase_deal="has")
    sales1, sales = str(company.departments["sales1"].pk), str(company.sales.pk)
    assert names(archivist, status="draft") == ["第2样例有限公司"]
    assert names(archivist, department=sales1, q="样例") == ["第2样例有限公司", "第3样例有限公司"]
    assert names(archivist, owner=sales, q="样例", status="filed") == ["第3样例有限公司"]
    assert names(archivist, nature="special") == ["第1样例有限公司"]
    assert names(archivist, phase_deal="has") == ["第3样例有限公司"]
    assert names(archivist, q="yl") == ["第1样例有限公司", "第2样例有限公司", "第3样例有限公司"]
    assert "没有符合的客户" in archivist.get(reverse("customers.list"), {"q": "没有这一家"}).content.decode()


def test_papers_are_filtered_by_how_they_stand_today(company, archivist):
    today = timezone.localdate()
    rows = {"never": None, "good": None, "ends": today + timedelta(10), "over": today - timedelta(1)}
    for number, (name, until) in enumerate(rows.items(), 1):
        customer = made(company, number, name)
        with_paper(company, customer, number)
        if name != "never":
            actions.verify_identity(
                customer.identities.get(), by=company.archivist, on=today - timedelta(30), method="original",
                outcome="matches", evidence="查验营业执照正本", valid_until=until,
            )  # fmt: skip
    assert names(archivist, verified="yes") == ["good", "ends"]
    assert names(archivist, verified="no") == [company.ours.name, company.theirs.name, "never", "over"]
    assert names(archivist, verified="due") == ["ends"]
    assert names(archivist, verified="expired") == ["over"]


def test_the_list_is_ordered_by_its_columns_both_ways_and_turned_by_twenties(company, archivist):
    for number in range(60):
        made(company, number, f"样例{59 - number:02d}")
    assert names(archivist, q="样例", sort="name")[:2] == ["样例00", "样例01"]
    assert names(archivist, q="样例", sort="-name")[0] == "样例59"
    assert len(names(archivist, q="样例")) == 20
    assert len(names(archivist, q="样例", page="3")) == 20
    assert len(names(archivist, q="样例", page="喵")) == 20
    assert len(names(archivist, q="样例", sort="password")) == 20


def test_columns_are_chosen_and_remembered_and_go_back(company, archivist):
    def heads() -> list[str]:
        table = archivist.get(reverse("customers.list")).context["table"]
        return [str(column.header) for column in table.columns]

    before = heads()
    archivist.post(reverse("lists.columns"), {"page": "customers.list", "column": ["staff", "status", "nonsense"]})
    assert heads() == ["客户编号", "名称", "从业人员", "状态"]
    archivist.post(reverse("lists.columns"), {"page": "customers.list", "reset": "1"})
    assert heads() == before
    assert not ChosenColumns.objects.exists()


def test_a_filter_is_kept_under_a_name_with_its_columns_and_lent_to_a_role(company, client, archivist):
    made(company, 1, status=Status.DRAFT)
    archivist.post(
        reverse("lists.save"),
        {"page": "customers.list", "name": "待核实的", "query": "status=draft&sort=-number&page=3", "column": ["kind"],
         "shared_with": "archivist"},
    )  # fmt: skip
    view = SavedView.objects.get()
    assert (view.query, view.columns) == ("status=draft&sort=-number", ["kind"])
    assert names(archivist, view=str(view.pk)) == ["第1样例有限公司"]
    assert "待核实的" in archivist.get(reverse("customers.list")).content.decode()
    client.force_login(company.finance)
    assert "待核实的" not in client.get(reverse("customers.list")).content.decode()
    assert len(names(client, view=str(view.pk))) == 3, "another's view does not filter"
    assert client.post(reverse("lists.remove", args=[view.pk])).status_code == 404
    client.force_login(company.archivist)
    client.post(reverse("lists.remove", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_a_filter_cannot_be_lent_to_a_role_one_does_not_hold(company, archivist):
    answer = archivist.post(
        reverse("lists.save"),
        {"page": "customers.list", "name": "x", "query": "", "shared_with": "finance"},
        follow=True,
    )
    assert "只能共享给自己担任的角色" in answer.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("page", ["", "home", "audit.entries", "../etc"])
def test_only_lists_that_are_ones_own_to_open_can_be_kept(company, client, archivist, page):
    assert archivist.post(reverse("lists.columns"), {"page": page}).status_code == 404
    client.force_login(company.system_admin)
    assert client.post(reverse("lists.columns"), {"page": "customers.list"}).status_code == 404


def test_the_page_asks_as_much_for_a_full_page_as_for_five(company, archivist):
    counts = []
    every = [column for column, _chosen in archivist.get(reverse("customers.list")).context["list"]["all_columns"]]
    archivist.post(reverse("lists.columns"), {"page": "customers.list", "column": [column.key for column in every]})
    for size in (5, 19):
        while Customer.objects.count() < size:
            number = Customer.objects.count()
            customer = made(company, number, owner=company.sales)
            with_paper(company, customer, number)
            actions.keep_contact(customer, by=company.archivist, on=ON, name="李样例", phone=f"138{number:08d}")
        archivist.get(reverse("customers.list"))
        with CaptureQueriesContext(connection) as asked:
            assert len(names(archivist)) == size
        counts.append(len(asked))
    assert counts[0] == counts[1]


HOSTILE = ["=1+1", "＝1+1", "+1", "＋1", "-1+1", "－1", "@SUM(A1)", "＠x", "\t=1+1", "\r=1+1", "=cmd|'/c calc'!A0"]


def test_the_whole_filtered_list_comes_as_a_workbook_in_which_nothing_runs(company, archivist):
    for number, text in enumerate(HOSTILE, 1):
        made(company, number, text + "样例")
    answer = archivist.post(reverse("customers.export"), {"query": "q=样例&sort=number"})
    data = b"".join(answer.streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["客户"]
    rows = list(sheet.iter_rows(min_row=4))
    assert [row[0].value for row in rows] == [f"L{number:04d}" for number in range(1, len(HOSTILE) + 1)]
    assert {row[1].data_type for row in rows} <= {"s", "inlineStr"}
    assert [row[1].value.replace("_x000D_", "\r").strip() for row in rows] == [
        (text + "样例").strip() for text in HOSTILE
    ]
    line = Entry.objects.get(act="customers.export")
    assert (line.is_look, line.after["rows"], line.actor_id) == (True, len(HOSTILE), company.archivist.pk)
    assert "q=" in line.after["query"]


def test_who_was_on_the_list_that_left_is_named_by_the_list_after_a_leak(company, archivist):
    before = timezone.now()
    taken = [made(company, number, "样例") for number in range(1, 6)]
    archivist.post(reverse("customers.export"), {"query": "q=样例"})
    line = Entry.objects.get(act="customers.export")
    assert line.after["customers"] == f"{taken[0].pk}-{taken[-1].pk}"
    seen = files_seen("customers.customer", since=before, until=timezone.now() + timedelta(1), actors=[line.actor_id])
    assert {int(key): one.looks for key, one in seen.items()} == {customer.pk: 1 for customer in taken}


def test_what_is_confidential_leaves_masked(company, archivist):
    customer = made(company, 1)
    code = with_paper(company, customer, 7)
    actions.keep_contact(customer, by=company.archivist, on=ON, name="李样例", phone="13800001234")
    archivist.post(reverse("lists.columns"), {"page": "customers.list", "column": ["paper", "phone"]})
    page = archivist.get(reverse("customers.list")).content.decode()
    data = b"".join(archivist.post(reverse("customers.export"), {"query": ""}).streaming_content)
    cells = [str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(data))["客户"].iter_rows() for cell in row]
    assert "138****1234" in page
    assert "138****1234" in cells
    for text in (code, "13800001234"):
        assert text not in page
        assert not any(text in cell for cell in cells)


def test_an_export_is_refused_to_whoever_may_not_and_holds_only_ones_own(company, client):
    client.force_login(company.customer_service)
    assert client.post(reverse("customers.export"), {"query": ""}).status_code == 403
    client.force_login(company.sales)
    data = b"".join(client.post(reverse("customers.export"), {"query": ""}).streaming_content)
    values = [cell.value for row in openpyxl.load_workbook(io.BytesIO(data))["客户"].iter_rows() for cell in row]
    assert company.ours.name in values
    assert company.theirs.name not in values


def test_the_box_of_the_shell_gets_hits_with_their_addresses(company, client):
    company.ours.search_text = text_of([company.ours.number], [company.ours.name])
    company.ours.save()
    client.force_login(company.sales)
    page = client.get(reverse("customers.find"), {"q": "yjjx"}).content.decode()
    assert company.ours.get_absolute_url() in page
    assert "没有找到" in client.get(reverse("customers.find"), {"q": "没有这一家"}).content.decode()
    client.force_login(company.stranger)
    assert company.ours.name not in client.get(reverse("customers.find"), {"q": "甬江"}).content.decode()


def test_the_rows_are_what_django_tables2_would_draw_cell_by_cell(company):
    Customer.objects.filter(pk=company.ours.pk).update(name="<b>甲&乙</b>", turnover_yuan=Decimal("1234567.8"))
    found = with_what_is_shown(Customer.objects.order_by("number"), COLUMNS)
    table = table_of(COLUMNS, found, order_by="", caption="客户")
    table.paginate(page=1, per_page=50)
    cells = [
        (str(column.header), str(conditional_escape(cell)), set((column.attrs["td"].get("class") or "").split()))
        for row in table.paginated_rows
        for column, cell in row.items()
    ]
    drawn = re.findall(r'<td data-label="([^"]*)"(?: class="([^"]*)")?>(.*?)</td>', table.body)
    assert [(head, cell, set(look.split())) for head, look, cell in drawn] == cells
    assert "&lt;b&gt;甲&amp;乙&lt;/b&gt;" in table.body
