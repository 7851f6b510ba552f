"""The file's own life: editing, whose it is, groups, further names, closing, and putting two files together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from creditpolicy.problems import Refusal
from taking_in import ON, OTHER_USCC, USCC, complete, register
from xinheng.audit.models import Entry
from xinheng.audit.queries import timeline
from xinheng.customers import actions, queries
from xinheng.customers.models import Alias, Customer, IdentityKind, Kind, Source, Status
from xinheng.customers.values import card_of


def test_a_change_of_basics_tells_before_and_after_and_keeps_the_former_name(company):
    actions.edit_customer(
        company.ours, by=company.sales, on=ON, name="宁波甬江智能装备有限公司", remarks="更名", why="工商变更"
    )
    entry = Entry.objects.get(act="customers.edit")
    assert entry.before == {"name": "宁波甬江机械有限公司", "remarks": ""}
    assert entry.after == {"name": "宁波甬江智能装备有限公司", "remarks": "更名"}
    assert company.ours.aliases.get().text == "宁波甬江机械有限公司"
    assert queries.similar("宁波甬江机械有限公司", to=company.sales)[0] == [company.ours]


def test_an_edit_that_changes_nothing_is_said_and_not_recorded(company):
    with pytest.raises(Refusal, match="没有改动"):
        actions.edit_customer(company.ours, by=company.sales, on=ON, name=company.ours.name)
    assert not Entry.objects.filter(act="customers.edit").exists()


def test_of_two_who_edit_the_same_page_the_second_is_told(company):
    seen = queries.version(company.ours)
    actions.edit_customer(company.ours, by=company.sales, on=ON, remarks="先改的", seen=seen)
    with pytest.raises(Refusal, match="别人已改过"):
        actions.edit_customer(company.ours, by=company.sales_engineer, on=ON, remarks="后改的", seen=seen)
    company.ours.refresh_from_db()
    assert company.ours.remarks == "先改的"


def test_the_kind_of_a_filed_customer_stays(company):
    with pytest.raises(Refusal, match="类别不能改"):
        actions.edit_customer(company.ours, by=company.sales, on=ON, kind=Kind.PERSON)
    draft = register(company)
    assert actions.edit_customer(draft, by=company.sales, on=ON, kind=Kind.ASSOCIATION).kind == Kind.ASSOCIATION


@pytest.mark.parametrize(
    "role", ["finance", "risk", "internal_audit", "customer_service", "stranger", "junior", "audit_admin"]
)
def test_who_does_not_keep_the_file_does_not_edit_it(company, role):
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.edit_customer(company.ours, by=getattr(company, role), on=ON, remarks="x")


def test_the_size_follows_from_the_figures_and_else_is_what_was_entered(company):
    told = {"industry": "industry", "staff": 350, "turnover_yuan": Decimal(50_000_000)}
    customer = actions.edit_customer(company.ours, by=company.sales, on=ON, **told)
    assert (customer.size, customer.size_by_rule) == ("medium", True)
    customer = actions.edit_customer(company.ours, by=company.sales, on=ON, staff=None, size="large")
    assert (customer.size, customer.size_by_rule) == ("large", False)


@pytest.mark.parametrize("role", ["marketing_manager", "credit_group"])
def test_the_owner_is_changed_by_those_who_may_with_a_reason(company, role):
    by = getattr(company, role)
    with pytest.raises(Refusal, match="原因"):
        actions.change_owner(company.ours, by=by, on=ON, why="", owner=company.stranger)
    actions.change_owner(company.ours, by=by, on=ON, why="区域调整", owner=company.stranger)
    assert company.ours.department == company.departments["sales2"]
    assert company.ours not in Customer.objects.visible_to(company.sales)
    assert company.ours in Customer.objects.visible_to(company.stranger)


def test_others_do_not_change_the_owner_and_finance_is_no_owner(company):
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.change_owner(company.ours, by=company.sales, on=ON, why="给我", owner=company.sales)
    with pytest.raises(Refusal, match="不是在岗的业务人员"):
        actions.change_owner(company.ours, by=company.credit_group, on=ON, why="调整", owner=company.finance)


def test_a_group_is_a_tree_without_circles(company):
    by = company.archivist
    top, middle, low = (register(company, by=by, name=f"集团{name}有限公司") for name in "上中下")
    actions.set_parent(middle, by=by, on=ON, parent=top)
    actions.set_parent(low, by=by, on=ON, parent=middle)
    for parent in (low, middle, top):
        with pytest.raises(Refusal, match="讲不通"):
            actions.set_parent(top, by=by, on=ON, parent=parent)
    assert [(one.customer, one.depth) for one in queries.group_of(low)] == [(top, 0), (middle, 1), (low, 2)]
    assert queries.group_of(company.ours) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=top.pk).update(parent=top)
    person = register(company, by=by, name="王五", kind=Kind.PERSON)
    with pytest.raises(Refusal, match="不能是个人"):
        actions.set_parent(top, by=by, on=ON, parent=person)
    actions.set_parent(low, by=by, on=ON, parent=None)
    assert queries.group_of(low) == []


def test_a_stranger_is_not_put_above_a_customer_by_who_does_not_see_him(company):
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.set_parent(company.ours, by=company.sales, on=ON, parent=company.theirs)


def test_a_closed_file_takes_nothing_more_until_it_is_opened_again(company):
    with pytest.raises(Refusal, match="原因"):
        actions.close_customer(company.ours, by=company.archivist, on=ON, why=" ")
    actions.close_customer(company.ours, by=company.archivist, on=ON, why="已注销")
    for does in (
        lambda: actions.edit_customer(company.ours, by=company.sales, on=ON, remarks="x"),
        lambda: actions.keep_contact(company.ours, by=company.sales, on=ON, name="张", phone="13800000000"),
        lambda: actions.add_value(
            company.ours, by=company.sales, on=ON, field="ties", value="x", source=Source.VISIT, as_of=ON
        ),
        lambda: actions.add_identity(company.ours, by=company.sales, on=ON, kind=IdentityKind.USCC, number=USCC),
        lambda: actions.close_customer(company.ours, by=company.archivist, on=ON, why="再停一次"),
    ):
        with pytest.raises(Refusal, match="已停用"):
            does()
    actions.reopen_customer(company.ours, by=company.credit_group, on=ON, why="恢复营业")
    assert company.ours.status == Status.DRAFT, "it was never filed by anybody, so it is looked at again"
    actions.edit_customer(company.ours, by=company.sales, on=ON, remarks="x")


def test_a_file_with_open_tasks_is_not_closed(company):
    customer = complete(company)
    actions.submit_customer(customer, by=company.sales, on=ON)
    with pytest.raises(Refusal, match="未办结"):
        actions.close_customer(customer, by=company.archivist, on=ON, why="不做了")


def test_putting_two_files_together_moves_everything_and_keeps_both_histories(company):
    keep, away = (
        complete(company),
        register(company, name="合肥庐阳机电公司", by=company.archivist, owner=company.sales),
    )
    actions.add_value(away, by=company.archivist, on=ON, field="ties", value="老客户", source=Source.VISIT, as_of=ON)
    actions.keep_contact(away, by=company.archivist, on=ON, name="李四", phone="13900000000", is_main=True)
    account = {"bank": "徽商银行", "holder": "庐阳", "number": "6222021234567890"}
    for file in (keep, away):
        actions.keep_account(file, by=company.archivist, on=ON, **account)
    child = register(company, name="庐阳子公司", by=company.archivist)
    actions.set_parent(child, by=company.archivist, on=ON, parent=away)
    lines_before = timeline(away).count()
    actions.merge_customers(keep, away, by=company.archivist, on=ON, why="同一统一社会信用代码, 见执照")
    away.refresh_from_db()
    child.refresh_from_db()
    assert (away.status, away.merged_into, child.parent) == (Status.CLOSED, keep, keep)
    assert {one.name for one in keep.contacts.all()} == {"张三", "李四"}
    assert [one.phone for one in keep.contacts.filter(name="李四")] == ["13900000000"]
    assert keep.contacts.filter(is_main=True).count() == 1
    assert keep.bank_accounts.filter(ended_on__isnull=True).count() == 1
    assert next(line for line in card_of(keep) if line.field.code == "ties").text == "老客户"
    assert set(keep.aliases.values_list("what", "text")) == {("number", away.number), ("former", "合肥庐阳机电公司")}
    assert timeline(away).count() == lines_before + 1
    assert away.history.count() >= 2
    with pytest.raises(Refusal, match="已并入"):
        actions.reopen_customer(away, by=company.archivist, on=ON, why="想恢复")
    with pytest.raises(Refusal, match="已经用过"):
        register(company, name="丁公司", number=away.number)


def test_two_customers_with_different_papers_are_not_put_together(company):
    one = register(company, identity=(IdentityKind.USCC, USCC))
    other = register(company, name="另一家有限公司", identity=(IdentityKind.USCC, OTHER_USCC))
    with pytest.raises(Refusal, match="号码不同"):
        actions.merge_customers(one, other, by=company.archivist, on=ON, why="名称相近")
    assert other.identities.get().customer == other


def test_files_are_not_put_together_without_right_reason_or_while_something_is_open(company):
    one, other = register(company), complete(company, name="另一家有限公司")
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.merge_customers(one, other, by=company.sales, on=ON, why="同一家")
    with pytest.raises(Refusal, match="凭什么"):
        actions.merge_customers(one, other, by=company.archivist, on=ON, why="")
    with pytest.raises(Refusal, match="两份不同"):
        actions.merge_customers(one, one, by=company.archivist, on=ON, why="同一家")
    actions.submit_customer(other, by=company.sales, on=ON)
    with pytest.raises(Refusal, match="未办结"):
        actions.merge_customers(one, other, by=company.archivist, on=ON, why="同一家")


def test_of_two_statements_of_one_period_somebody_decides_first(company):
    one, other = register(company), register(company, name="另一家有限公司")
    for file in (one, other):
        actions.save_statement(file, by=company.finance, on=ON, period_end=date(2025, 12, 31), figures={"revenue": "1"})
    with pytest.raises(Refusal, match="都有"):
        actions.merge_customers(one, other, by=company.archivist, on=ON, why="同一家")
    other.refresh_from_db()
    assert other.status == Status.DRAFT


def test_a_guarantee_between_the_two_keeps_them_apart(company):
    other = register(company, name="另一家有限公司", by=company.archivist)
    actions.keep_guarantor(company.ours, by=company.archivist, on=ON, guarantor=other, what="surety", since=ON)
    with pytest.raises(Refusal, match="自己担保自己"):
        actions.merge_customers(company.ours, other, by=company.archivist, on=ON, why="同一家")


def test_a_number_of_a_merged_file_stays_and_other_names_may_be_dropped(company):
    alias = actions.add_alias(company.ours, by=company.sales, on=ON, what="short", text="甬江")
    with pytest.raises(Refusal, match="已经登记"):
        actions.add_alias(company.ours, by=company.sales, on=ON, what="short", text="甬江")
    actions.drop_alias(alias, by=company.sales, on=ON, why="没人这么叫")
    number = Alias.objects.create(customer=company.ours, what="number", text="OLD-9")
    with pytest.raises(Refusal, match="原编号"):
        actions.drop_alias(number, by=company.sales, on=ON, why="不要了")
