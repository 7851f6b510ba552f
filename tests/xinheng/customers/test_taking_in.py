"""Taking a customer in, handing the file in, and filing it by another hand."""

from __future__ import annotations

import pytest

from creditpolicy.problems import Refusal
from taking_in import ON, complete, register
from xinheng.audit.models import Entry
from xinheng.customers import actions
from xinheng.customers.models import Alias, Customer, Kind, Nature, Status
from xinheng.workflow.actions import finish_item, withdraw
from xinheng.workflow.models import Item


def open_item(customer: Customer) -> Item:
    return Item.objects.get(subject_id=str(customer.pk), state="open", round__procedure="customers.file")


def test_a_sales_person_takes_a_customer_in_for_his_own_department(company):
    customer = register(company)
    assert customer.number == "KH202600001"
    assert (customer.status, customer.department, customer.owner) == (
        Status.DRAFT, company.departments["sales1"], company.sales,
    )  # fmt: skip
    assert Entry.objects.get(act="customers.register").after["name"] == "合肥庐阳机电有限公司"


def test_numbers_run_on_and_a_chosen_one_is_kept(company):
    assert register(company, number="A-17").number == "A-17"
    assert register(company, name="甲公司二").number == "KH202600001"
    assert register(company, name="甲公司三", number="KH202600002").number == "KH202600002"
    assert register(company, name="甲公司四").number == "KH202600003"


def test_a_number_is_never_given_twice_not_even_that_of_a_merged_file(company):
    Alias.objects.create(customer=company.ours, what=Alias.What.NUMBER, text="OLD-1")
    for taken in ("C0001", "OLD-1"):
        with pytest.raises(Refusal, match="已经用过"):
            register(company, number=taken)


@pytest.mark.parametrize(
    "role", ["finance", "risk", "internal_audit", "customer_service", "system_admin", "audit_admin"]
)
def test_who_does_not_take_in_is_refused(company, role):
    with pytest.raises(Refusal, match="您的角色不能"):
        register(company, by=getattr(company, role))


def test_field_staff_take_in_for_their_own_branch_only(company):
    with pytest.raises(Refusal, match="不能登记在"):
        register(company, department=company.departments["sales2"])
    assert register(company, department=company.departments["east"]).department.code == "east"
    assert register(company, name="乙公司", by=company.commerce_specialist, department=company.departments["sales2"])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": " "}, "全称"),
        ({"name": "长" * 121}, "最多 120"),
        ({"kind": "robot"}, "类别"),
        ({"kind": Kind.PERSON, "size": "large"}, "只有企业"),
        ({"number": "a b"}, "只能用字母"),
    ],
)
def test_what_cannot_be_is_refused_in_words(company, told, words):
    with pytest.raises(Refusal, match=words):
        register(company, **told)


def test_the_nature_follows_from_the_kind(company):
    assert register(company, name="王五", kind=Kind.PERSON).nature == Nature.PERSON
    assert register(company, name="某某区财政局", kind=Kind.GOVERNMENT).nature == Nature.GOVERNMENT
    assert register(company, nature=Nature.PARTNER).is_partner


def test_an_incomplete_file_cannot_be_handed_in_and_says_everything_that_is_lacking(company):
    customer = register(company)
    with pytest.raises(Refusal) as refused:
        actions.submit_customer(customer, by=company.sales, on=ON)
    told = str(refused.value)
    for word in ("统一社会信用代码", "联系人", "注册地址", "法定代表人", "成立日期", "主要业务"):
        assert word in told


def test_an_archivist_files_what_somebody_else_took_in(company):
    customer = complete(company)
    actions.submit_customer(customer, by=company.sales, on=ON)
    finish_item(open_item(customer), by=company.archivist, on=ON, outcome="agree")
    customer.refresh_from_db()
    assert (customer.status, customer.filed_by, customer.filed_on) == (Status.FILED, company.archivist, ON)
    assert Entry.objects.filter(act="customers.file", about_id=str(customer.pk)).count() == 1


def test_who_took_it_in_does_not_file_it(company):
    customer = complete(company, by=company.archivist)
    actions.add_alias(customer, by=company.commerce_specialist, on=ON, what="short", text="庐阳机电")
    actions.submit_customer(customer, by=company.sales, on=ON)
    with pytest.raises(Refusal, match=r"登记客户的人不能自己建档|不能审批"):
        finish_item(open_item(customer), by=company.archivist, on=ON, outcome="agree")
    customer.refresh_from_db()
    assert customer.status == Status.DRAFT


@pytest.mark.parametrize("role", ["sales", "finance", "marketing_manager", "system_admin"])
def test_nobody_but_an_archivist_files(company, role):
    customer = complete(company)
    actions.submit_customer(customer, by=company.sales, on=ON)
    with pytest.raises(Refusal):
        finish_item(open_item(customer), by=getattr(company, role), on=ON, outcome="agree")


def test_a_file_edited_after_handing_in_cannot_be_filed_until_it_is_handed_in_again(company):
    customer = complete(company)
    actions.submit_customer(customer, by=company.sales, on=ON)
    actions.edit_customer(customer, by=company.sales, on=ON, remarks="后来改的")
    with pytest.raises(Refusal, match="又改过"):
        finish_item(open_item(customer), by=company.archivist, on=ON, outcome="agree")
    finish_item(open_item(customer), by=company.archivist, on=ON, outcome="return", remarks="请核对后重新提交")
    again = Item.objects.get(subject_id=str(customer.pk), state="open", act="correct")
    assert again.person == company.sales
    finish_item(again, by=company.sales, on=ON, outcome="done")
    finish_item(open_item(customer), by=company.archivist, on=ON, outcome="agree")
    customer.refresh_from_db()
    assert customer.status == Status.FILED


def test_a_round_withdrawn_leaves_a_draft(company):
    customer = complete(company)
    withdraw(actions.submit_customer(customer, by=company.sales, on=ON), by=company.sales, on=ON, why="再补资料")
    customer.refresh_from_db()
    assert customer.status == Status.DRAFT
    actions.submit_customer(customer, by=company.sales, on=ON)


def test_a_filed_customer_is_not_handed_in_again(company):
    with pytest.raises(Refusal, match="已建档"):
        actions.submit_customer(company.ours, by=company.sales, on=ON)
