"""The pages of a customer's file: who may open which, what they do, and what they do not show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from taking_in import ON, USCC, complete, register
from xinheng.audit.models import Entry
from xinheng.customers import actions
from xinheng.customers.models import Contact, Customer, Identity, IdentityKind, Kind, Source, Statement
from xinheng.org.roles import ADMINISTRATORS, Role

TABS = (
    "customer", "card", "identity", "people", "accounts", "guarantees", "statements", "timeline", "history",
)  # fmt: skip
OPEN_TO_SERVICE = {"customer", "people"}


@pytest.fixture
def full(company) -> Customer:
    """A customer who has something of everything."""
    customer = complete(company)
    by = company.archivist
    actions.keep_account(customer, by=by, on=ON, bank="徽商银行", holder=customer.name, number="6222021234567890123")
    actions.keep_guarantor(customer, by=by, on=ON, guarantor=company.ours, what="surety", since=ON)
    actions.keep_related(customer, by=by, on=ON, name="李四", what="shareholder", share_percent=30)
    actions.add_value(customer, by=by, on=ON, field="net_assets", value="1200", source=Source.AGENCY, as_of=ON)
    actions.save_statement(
        customer, by=company.finance, on=ON, period_end=ON.replace(year=2025, month=12, day=31), unit=10000,
        figures={"total_assets": "100", "total_liabilities": "60", "equity": "40", "revenue": "90", "net_profit": "5"},
    )  # fmt: skip
    return customer


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_the_tabs_that_are_its_own(company, full, role, tab):
    answer = signed_in(company.people[role]).get(reverse(f"customers.{tab}", args=[full.pk]))
    if role in ADMINISTRATORS or (role == Role.CUSTOMER_SERVICE and tab not in OPEN_TO_SERVICE):
        assert answer.status_code == 403
    else:
        assert answer.status_code == 200
        assert USCC not in answer.content.decode()
        assert "13812345678" not in answer.content.decode()
        assert "6222021234567890123" not in answer.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_a_customer_of_another_branch_is_missing_like_one_that_is_not_there(company, full, tab):
    for person in (company.stranger, company.junior):
        client = signed_in(person)
        assert client.get(reverse(f"customers.{tab}", args=[full.pk])).status_code == 404
        assert client.get(reverse(f"customers.{tab}", args=[10**6])).status_code == 404


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_asks_as_many_queries_whatever_hangs_on_the_customer(company, full, tab):
    client, url = signed_in(company.archivist), reverse(f"customers.{tab}", args=[full.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(12):
        actions.keep_contact(full, by=company.sales, on=ON, name=f"联系人{number}", phone=f"1390000{number:04}")
        actions.keep_account(
            full, by=company.archivist, on=ON, bank="银行", holder="甲", number=f"62220212345{number:05}"
        )
        actions.add_value(full, by=company.sales, on=ON, field="ties", value=f"{number}", source=Source.VISIT, as_of=ON)
        actions.keep_related(full, by=company.archivist, on=ON, other=company.theirs, what="supplier")
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(many) <= len(few) <= 30


def test_taking_a_person_in_by_the_page_stores_paper_and_contact_at_once(company):
    client = signed_in(company.sales)
    told = {
        "name": "王五", "nature": "person", "identity_kind": IdentityKind.RESIDENT_ID, "identity_number": "11010219910101007 8",
        "contact_name": "王五", "contact_phone": "139-0000-1111", "department": company.departments["sales1"].pk,
        "owner": company.sales.pk,
    }  # fmt: skip
    answer = client.post(reverse("customers.new_of_kind", args=[Kind.PERSON]), told)
    assert answer.status_code == 302
    customer = Customer.objects.get(name="王五")
    assert customer.identities.get().number == "110102199101010078"
    assert customer.contacts.get().phone == "13900001111"


def test_a_wrong_number_takes_nobody_in_and_keeps_what_was_typed(company):
    client = signed_in(company.sales)
    told = {
        "name": "赵六", "nature": "person", "identity_kind": IdentityKind.RESIDENT_ID, "identity_number": "110102199101010079",
        "department": company.departments["sales1"].pk, "owner": company.sales.pk,
    }  # fmt: skip
    answer = client.post(reverse("customers.new_of_kind", args=[Kind.PERSON]), told)
    assert "校验码不对" in answer.content.decode()
    assert "110102199101010079" in answer.content.decode()
    assert not Customer.objects.filter(name="赵六").exists()
    assert not Entry.objects.filter(act="customers.register").exists()


def test_similar_names_are_shown_while_typing_and_strangers_are_not_named(company):
    url = reverse("customers.similar")
    ours = signed_in(company.sales).get(url, {"name": "甬江机械"}).content.decode()
    assert "宁波甬江机械有限公司" in ours
    theirs = signed_in(company.sales).get(url, {"name": "苏州姑苏纺织有限公司"}).content.decode()
    assert "C0002" not in theirs
    assert "另有同名客户" in theirs
    assert signed_in(company.sales).get(url, {"name": "姑苏纺织"}).content.decode().strip() == ""


def test_a_phone_is_shown_whole_by_asking_and_the_look_is_recorded(company, full):
    contact = Contact.objects.get(customer=full)
    answer = signed_in(company.customer_service).post(
        reverse("customers.contact_show", args=[full.pk, contact.pk]), headers={"HX-Request": "true"}
    )
    assert "13812345678" in answer.content.decode()
    look = Entry.objects.get(act="customers.show_contact")
    assert look.is_look
    assert look.about_id == str(full.pk)


def test_the_number_of_a_paper_needs_a_reason_and_a_role(company, full):
    identity = Identity.objects.get(customer=full)
    url = reverse("customers.identity_show", args=[full.pk, identity.pk])
    assert signed_in(company.sales).get(url).status_code == 403
    client = signed_in(company.archivist)
    assert USCC not in client.get(url).content.decode()
    assert USCC not in client.post(url, {"why": "看"}).content.decode()
    assert not Entry.objects.filter(act="customers.show_identity").exists()
    assert USCC in client.post(url, {"why": "签订合同核对"}).content.decode()
    assert Entry.objects.get(act="customers.show_identity").why == "签订合同核对"


def test_confidential_values_are_shown_after_asking_only(company, full):
    url = reverse("customers.card", args=[full.pk])
    client = signed_in(company.risk)
    assert "1,200.00" not in client.get(url).content.decode()
    assert "1,200.00" in client.post(url).content.decode()
    assert Entry.objects.filter(act="customers.look_at_card", is_look=True).count() == 1
    colleague = signed_in(company.sales_engineer).post(url)
    assert "1,200.00" not in colleague.content.decode()
    assert "您的角色不能" in colleague.content.decode()


def test_customer_service_edits_contacts_but_not_accounts(company, full):
    client = signed_in(company.customer_service)
    assert client.get(reverse("customers.held_new", args=[full.pk, "contact"])).status_code == 200
    assert client.get(reverse("customers.held_new", args=[full.pk, "account"])).status_code == 403
    assert client.get(reverse("customers.held_new", args=[full.pk, "nonsense"])).status_code == 404


def test_getting_a_form_of_an_act_changes_nothing(company, full):
    client = signed_in(company.archivist)
    for name in ("edit", "close", "merge", "alias", "parent"):
        assert client.get(reverse(f"customers.{name}", args=[full.pk])).status_code == 200
    assert client.get(reverse("customers.submit", args=[full.pk])).status_code == 405
    full.refresh_from_db()
    assert full.status == "draft"


def test_what_is_refused_stands_above_the_form_with_everything_filled_in(company, full):
    client = signed_in(company.archivist)
    answer = client.post(
        reverse("customers.value", args=[full.pk, "founded_on"]),
        {"value": "2024年13月1日", "source": "visit", "as_of": ON.isoformat(), "source_detail": "走访"},
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "不能用作日期" in text
    assert "走访" in text


def test_the_sheet_takes_several_periods_at_once_and_pasted_names(company, full):
    client = signed_in(company.finance)
    url = reverse("customers.sheet", args=[full.pk])
    pasted = client.post(
        url, {"unit": "10000", "paste": "1", "pasted": "总资产\t120\t110\n营业收入\t80\t70\n不认识\t1"}
    )
    assert 'name="total_assets-0" value="120"' in pasted.content.decode()
    assert 'name="revenue-1" value="70"' in pasted.content.decode()
    told = {"unit": "10000"}
    for place, year in enumerate((2024, 2023)):
        told |= {
            f"p{place}-period_kind": "year", f"p{place}-period_end": f"{year}-12-31", f"p{place}-source": "form",
            f"total_assets-{place}": "100", f"revenue-{place}": "1,234.5",
        }  # fmt: skip
    answer = client.post(url, told)
    assert answer.status_code == 302
    assert Statement.objects.filter(customer=full).count() == 3
    assert Statement.objects.get(period_end="2024-12-31").figures.get(account="revenue").amount == 12_345_000


def test_a_bad_figure_in_the_sheet_saves_no_period_at_all(company, full):
    told = {"unit": "1"}
    for place, year in enumerate((2024, 2023)):
        told |= {
            f"p{place}-period_kind": "year", f"p{place}-period_end": f"{year}-12-31", f"p{place}-source": "form",
            f"total_assets-{place}": "100" if place == 0 else "一大堆",
        }  # fmt: skip
    answer = signed_in(company.finance).post(reverse("customers.sheet", args=[full.pk]), told)
    assert "填得不对" in answer.content.decode()
    assert Statement.objects.filter(customer=full).count() == 1


def test_the_list_of_what_waits_for_verification_opens(company, full):
    register(company, name="丙公司")
    answer = signed_in(company.archivist).get(reverse("customers.to_verify"))
    assert full.name in answer.content.decode()
    assert "丙公司" in answer.content.decode()


def test_fields_of_a_policy_come_onto_the_card(company, full):
    client = signed_in(company.credit_group)
    assert client.post(reverse("customers.fields"), {"policy": "leasing"}).status_code == 302
    assert "社会口碑与信用" in client.get(reverse("customers.card", args=[full.pk])).content.decode()
    actions.add_value(
        full, by=company.sales, on=ON, field="leasing.reputation", value="18", source=Source.VISIT, as_of=ON
    )
    assert signed_in(company.sales).post(reverse("customers.fields"), {"policy": "leasing"}).status_code == 403
