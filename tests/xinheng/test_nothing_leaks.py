"""Nothing shows somebody a customer that is not his to see: search, lists, workbooks, figures, groups, tasks, choices."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from creditpolicy.problems import Refusal
from xinheng.customers.models import Contact, Customer, Identity, IdentityKind, Kind, Status
from xinheng.customers.search import text_of
from xinheng.desk.tiles import figures
from xinheng.papers.levels import Level
from xinheng.papers.models import Paper, PaperKind
from xinheng.portal.actions import complain, invite
from xinheng.portal.models import Invitation
from xinheng.workflow.actions import copy_item, open_item, transfer_item
from xinheng.workflow.models import Notice

PHONE, PASSPORT = "13912345678", "E87654321"
WORDS = ("苏州姑苏纺织有限公司", "C0002", "姑苏")


@pytest.fixture
def theirs(company) -> Customer:
    """Another branch's customer, with everything that he could be found by."""
    customer = company.theirs
    customer.search_text = text_of([customer.number], [customer.name])
    customer.save()
    company.ours.search_text = text_of([company.ours.number], [company.ours.name])
    company.ours.save()
    Contact.objects.create(customer=customer, name="联系人", phone=PHONE)
    Identity.objects.create(customer=customer, kind=IdentityKind.PASSPORT, number=PASSPORT, entered_by=company.stranger)
    return customer


@pytest.fixture
def sales(client, company):
    """The browser of a salesman of 销售一部."""
    client.force_login(company.sales)
    return client


def shows(response, words=WORDS) -> list[str]:
    text = response.content.decode()
    return [word for word in words if word in text]


@pytest.mark.parametrize("text", ["姑苏纺织", "C0002", "gusu", "sgsf", "szgsfz", PHONE, PHONE[-4:], PASSPORT])
def test_search_finds_nothing_of_others(client, company, theirs, text):
    def hits(person) -> list[str]:
        client.force_login(person)
        content = client.get("/customers/find/", {"q": text}).content.decode()
        return [word for word in WORDS[:1] if word in content]

    assert hits(company.sales) == []
    listed = client.get("/customers/", {"q": text})
    assert theirs.name not in listed.content.decode()
    if text not in {"sgsf", PHONE[-4:]}:
        assert hits(company.stranger), "its own salesman finds it, else this test proves nothing"


def test_a_like_name_tells_that_there_is_one_and_not_which(sales, theirs):
    near = sales.get("/customers/similar/", {"name": "姑苏纺织"})
    assert shows(near, WORDS[:2]) == []
    same = sales.get("/customers/similar/", {"name": theirs.name})
    assert theirs.number not in same.content.decode()
    assert str(theirs.owner) not in same.content.decode()


def test_filters_of_the_list_reach_no_further(sales, company, theirs):
    for asked in (
        {"department": theirs.department_id}, {"owner": theirs.owner_id}, {"status": "filed"}, {"q": "有限公司"},
        {"sort": "-number"}, {"page": 2}, {"kind": "enterprise"},
    ):  # fmt: skip
        assert shows(sales.get("/customers/", asked), (theirs.name, theirs.number)) == [], asked


def test_the_workbook_holds_his_own_alone(sales, company, theirs):
    answer = sales.post("/customers/export/", {"query": "q=有限公司"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert company.ours.name in cells
    assert not any(word in cell for cell in cells for word in WORDS)


def test_figures_of_the_desk_do_not_count_others(company, theirs):
    on = timezone.localdate()
    for person in (company.sales, company.sales_engineer, company.customer_service):
        before = figures(person, on)
        for number in range(3):
            new = Customer.objects.create(
                number=f"X{number}", name=f"别家{number}", kind=Kind.ENTERPRISE, status=Status.DRAFT,
                department=theirs.department, owner=theirs.owner,
            )  # fmt: skip
            Paper.objects.create(
                customer=new, kind=PaperKind.objects.get(code="other"), title="旧", filed_on=on, valid_until=on
            )
        assert figures(person, on) == before
        Paper.objects.filter(customer__number__startswith="X").delete()
        Customer.objects.filter(number__startswith="X").delete()


def test_a_group_names_those_of_other_branches_to_nobody_who_may_not_see_them(client, company, theirs):
    company.ours.parent = theirs
    company.ours.save()
    page = f"/customers/{company.ours.pk}/"
    client.force_login(company.sales)
    assert shows(client.get(page)) == []
    assert "归其他部门" in client.get(page).content.decode()
    client.force_login(company.finance)
    assert theirs.name in client.get(page).content.decode()


def test_no_paper_above_his_level_is_offered_as_evidence(client, company):
    kind = PaperKind.objects.get(code="other")
    for level in Level:
        Paper.objects.create(
            customer=company.ours, kind=kind, title=f"题目{level.name}", level=level, filed_on=date(2026, 1, 5)
        )
    page = f"/customers/{company.ours.pk}/privacy/consent/"
    client.force_login(company.sales)
    assert shows(client.get(page), [f"题目{level.name}" for level in Level]) == ["题目OPEN", "题目INTERNAL"]
    client.force_login(company.customer_service)
    assert shows(client.get(page), [f"题目{level.name}" for level in Level]) == ["题目OPEN"]


def test_a_task_and_its_notice_go_to_nobody_who_may_not_see_its_customer(client, company, theirs):
    on = timezone.localdate()
    item = open_item(
        theirs,
        by=company.stranger,
        on=on,
        act="visit",
        title=f"走访 {theirs.name}",
        person=company.stranger,
        about=theirs,
    )
    for hand_on in (
        lambda: transfer_item(item, to=company.sales, by=company.stranger, on=on, why="请接办"),
        lambda: copy_item(item, to=[company.sales], by=company.stranger, on=on, why="请知悉"),
    ):
        with pytest.raises(Refusal):
            hand_on()
    assert not Notice.objects.filter(person=company.sales).exists()
    client.force_login(company.sales)
    for page in ("/", "/inbox/", "/inbox/handled/", "/inbox/started/", "/inbox/copies/", "/inbox/notices/", "/due/"):
        assert shows(client.get(page)) == [], page


def test_what_lies_on_the_desk_of_a_role_is_his_branch_alone(client, company, theirs):
    on = timezone.localdate()
    for customer in (company.ours, theirs):
        open_item(
            customer,
            by=company.finance,
            on=on,
            act="visit",
            title=f"走访 {customer.name}",
            role="sales",
            about=customer,
        )
    client.force_login(company.sales)
    shown = client.get("/inbox/").content.decode()
    assert company.ours.name in shown
    assert theirs.name not in shown


def test_a_complaint_goes_to_the_customer_service_of_the_branch_else_to_who_sees_all(client, company, theirs):
    now, on = timezone.now(), timezone.localdate()
    for customer in (company.ours, theirs):
        complain(invite(customer, to_name="王", days=3, by=customer.owner, now=now).invitation, "迟迟不送货", on=on)
    shown = {}
    for person in (company.customer_service, company.marketing_manager):
        client.force_login(person)
        shown[person] = shows(client.get("/inbox/"), (company.ours.name, theirs.name))
    assert shown == {company.customer_service: [company.ours.name], company.marketing_manager: [theirs.name]}


def test_what_customers_send_and_ask_is_listed_by_branch(client, company, theirs):
    now = timezone.now()
    for customer in (company.ours, theirs):
        invite(customer, to_name=f"收件人{customer.number}", days=3, by=customer.owner, now=now)
    assert Invitation.objects.count() == 2
    client.force_login(company.sales)
    for page in ("/submissions/", "/privacy/requests/", "/papers/expiring/", "/papers/loans/mine/"):
        assert shows(client.get(page)) == [], page


def test_administrators_find_no_customer_anywhere(client, company, theirs):
    for person in (company.system_admin, company.security_admin, company.audit_admin):
        client.force_login(person)
        assert client.get("/customers/").status_code == 403
        assert client.get("/customers/find/", {"q": "姑苏"}).status_code == 403
        for page in ("/", "/inbox/", "/due/"):
            assert shows(client.get(page)) == [], page
