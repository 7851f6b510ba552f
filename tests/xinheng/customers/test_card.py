"""The archive card: what a value may be, which one is in use, where bringers disagree, and the card of any day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from creditpolicy.problems import Refusal
from creditpolicy.reader import load_policy
from taking_in import ON, complete, register
from xinheng.audit.models import Entry
from xinheng.customers import actions, queries
from xinheng.customers.actions.fields import retire_field, take_fields
from xinheng.customers.card import FIELDS, Field, Section, fields_for, is_built_in, read, shown
from xinheng.customers.models import CardField, CardValue, Kind, Source, Trust
from xinheng.customers.values import card_of, values_in_use

AMOUNT = Field("x", "注册资本", Section.BASICS, "amount", "万元")


def line(customer, code, **told):
    return next(one for one in card_of(customer, **told) if one.field.code == code)


def bring(company, customer, code, value, source=Source.VISIT, as_of=ON, by=None, **told):
    return actions.add_value(
        customer, by=by or company.sales, on=ON, field=code, value=value, source=source, as_of=as_of, **told
    )


@pytest.mark.parametrize(
    ("field", "typed", "canonical", "people_read"),
    [
        (AMOUNT, "1.2亿", "12000.00", "12,000.00 万元"),
        (AMOUNT, "１２３４．５", "1234.50", "1,234.50 万元"),
        (AMOUNT, "500万", "500.00", "500.00 万元"),
        (Field("x", "成立日期", Section.BASICS, "date"), "2008年3月1日", "2008-03-01", "2008-03-01"),
        (Field("x", "失信", Section.BASICS, "flag"), "否", "false", "否"),
        (Field("x", "占有率", Section.BASICS, "percent", "%"), "12.5%", "12.5000", "12.5 %"),
        (Field("x", "诉讼", Section.BASICS, "count", "件"), "3", "3", "3 件"),
        (Field("x", "态度", Section.BASICS, "choice", choices=("积极", "一般")), " 积极 ", "积极", "积极"),
    ],
)
def test_a_value_is_read_as_people_type_it(field, typed, canonical, people_read):
    assert read(field, typed) == canonical
    assert shown(field, canonical) == people_read


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (AMOUNT, "很多", "注册资本"),
        (AMOUNT, "9.13E+17", "超出允许的范围"),
        (AMOUNT, "", "没有填写内容"),
        (Field("x", "成立日期", Section.BASICS, "date"), "2024年2月30日", "日历上没有"),
        (Field("x", "失信", Section.BASICS, "flag"), "也许", "看不出是还是否"),
        (Field("x", "态度", Section.BASICS, "choice", choices=("积极", "一般")), "冷淡", "可选值是"),
        (
            Field("x", "占有率", Section.BASICS, "percent", "%", low=Decimal(0), high=Decimal(100)),
            "120",
            "超出允许的范围",
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_place_and_remedy(field, typed, words):
    with pytest.raises(Refusal, match=words) as refused:
        read(field, typed)
    assert str(refused.value)


def test_every_kind_of_customer_has_the_four_parts_of_the_document():
    for kind in Kind.values:
        assert {field.section for field in fields_for(kind, FIELDS)} == set(Section.values)
    people = {field.code for field in fields_for(Kind.PERSON, FIELDS)}
    assert {"employer", "monthly_income"} <= people
    assert not {"registered_capital", "legal_representative"} & people


def test_a_field_of_another_kind_is_refused(company):
    with pytest.raises(Refusal, match="月收入"):
        bring(company, company.ours, "monthly_income", "9000")
    with pytest.raises(Refusal, match="没有"):
        bring(company, company.ours, "nonsense", "1")


def test_trust_follows_from_the_source_and_more_needs_a_reason(company):
    assert bring(company, company.ours, "ties", "老关系").trust == Trust.MEDIUM
    assert bring(company, company.ours, "scope", "机械", Source.PUBLIC_RECORD).trust == Trust.HIGH
    with pytest.raises(Refusal, match="凭什么"):
        bring(company, company.ours, "ties", "铁杆", Source.FORM, trust=Trust.HIGH)
    assert (
        bring(company, company.ours, "ties", "铁杆", Source.FORM, trust=Trust.HIGH, source_detail="盖章原件").trust == 3
    )


def test_a_day_to_come_is_refused(company):
    with pytest.raises(Refusal, match="在今天之后"):
        bring(company, company.ours, "ties", "老关系", as_of=ON + timedelta(1))


@pytest.mark.parametrize(
    "role", ["marketing_manager", "internal_audit", "customer_service", "stranger", "system_admin"]
)
def test_who_may_not_bring_values_is_refused(company, role):
    with pytest.raises(Refusal, match="您的角色不能"):
        bring(company, company.ours, "ties", "老关系", by=getattr(company, role))


def test_the_more_trusted_is_in_use_and_of_equals_the_later(company):
    old, new = date(2026, 1, 1), date(2026, 6, 1)
    bring(company, company.ours, "lawsuits", "1", Source.VISIT, old)
    bring(company, company.ours, "lawsuits", "2", Source.VISIT, new)
    assert (line(company.ours, "lawsuits").text, line(company.ours, "lawsuits").against) == ("2 件", ())
    bring(company, company.ours, "lawsuits", "4", Source.PUBLIC_RECORD, old)
    now = line(company.ours, "lawsuits")
    assert now.current.source == Source.PUBLIC_RECORD
    assert [one.text for one in now.against] == ["2"], "said later by somebody less trusted: someone must decide"


def test_two_who_say_otherwise_of_one_day_are_a_conflict_and_two_who_agree_are_not(company):
    bring(company, company.ours, "legal_representative", "张三", Source.VISIT)
    bring(company, company.ours, "legal_representative", "张三", Source.FORM)
    assert not line(company.ours, "legal_representative").is_contested
    bring(company, company.ours, "legal_representative", "李四", Source.FORM)
    assert line(company.ours, "legal_representative").is_contested


def test_a_decision_stands_until_something_newer_comes(company):
    first = bring(company, company.ours, "legal_representative", "张三", Source.PUBLIC_RECORD)
    second = bring(company, company.ours, "legal_representative", "李四", Source.FORM)
    with pytest.raises(Refusal, match="理由"):
        actions.settle_conflict(second, by=company.archivist, on=ON, why=" ")
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.settle_conflict(second, by=company.sales, on=ON, why="刚换的")
    actions.settle_conflict(second, by=company.archivist, on=ON, why="工商变更已受理, 见受理通知书")
    now = line(company.ours, "legal_representative")
    assert (now.text, now.is_contested, now.settled.why) == ("李四", False, "工商变更已受理, 见受理通知书")
    bring(company, company.ours, "legal_representative", "王五", Source.PUBLIC_RECORD)
    assert line(company.ours, "legal_representative").current.text == "王五"
    assert first.text == "张三"


def test_a_conflict_keeps_a_file_from_being_handed_in(company):
    customer = complete(company)
    bring(company, customer, "main_business", "贸易", Source.FORM)
    with pytest.raises(Refusal, match="互相矛盾"):
        actions.submit_customer(customer, by=company.sales, on=ON)


def test_a_value_taken_back_is_no_longer_in_use_but_stays(company):
    value = bring(company, company.ours, "ties", "记错了")
    bring(company, company.ours, "ties", "老关系", as_of=date(2025, 1, 1))
    with pytest.raises(Refusal, match="原因"):
        actions.withdraw_value(value, by=company.sales, on=ON, why="")
    actions.withdraw_value(value, by=company.sales, on=ON, why="记错客户")
    assert line(company.ours, "ties").text == "老关系"
    assert CardValue.objects.filter(customer=company.ours, field="ties").count() == 2
    with pytest.raises(Refusal, match="已经撤回"):
        actions.withdraw_value(value, by=company.sales, on=ON, why="再撤一次")
    with pytest.raises(Refusal, match="已经撤回"):
        actions.settle_conflict(value, by=company.archivist, on=ON, why="还是用它")


def test_what_is_confidential_lies_encrypted_and_is_not_in_the_record(company):
    bring(company, company.ours, "net_assets", "8765.43", Source.AGENCY)
    assert line(company.ours, "net_assets").text == "8,765.43 万元"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customers_cardvalue")
        assert "8765.43" not in str(cursor.fetchall())
    assert "8765" not in str(list(Entry.objects.values_list("before", "after", "why")))


def test_the_card_of_any_moment_is_what_was_known_then(company):
    start = timezone.now()
    value = bring(company, company.ours, "ties", "初次接触")
    first = timezone.now()
    bring(company, company.ours, "ties", "长期合作")
    second = timezone.now()
    actions.withdraw_value(value, by=company.sales, on=ON, why="过时")
    assert line(company.ours, "ties", at=start).current is None
    assert line(company.ours, "ties", at=first).text == "初次接触"
    assert line(company.ours, "ties", at=second).is_contested
    assert not line(company.ours, "ties").is_contested


def test_the_whole_file_of_any_moment_comes_back(company):
    customer = register(company, remarks="一")
    at_first = timezone.now()
    contact = actions.keep_contact(customer, by=company.sales, on=ON, name="张三", phone="13812345678")
    account = actions.keep_account(
        customer, by=company.sales, on=ON, bank="徽商银行", holder="某", number="6222021234567890"
    )
    with_both = timezone.now()
    actions.edit_customer(customer, by=company.sales, on=ON, name="合肥庐阳智能有限公司", remarks="二")
    actions.keep_contact(customer, by=company.sales, on=ON, contact=contact, name="张三丰", phone="13900000000")
    actions.end_held(account, by=company.sales, on=ON, why="销户")
    before = queries.as_of(customer, at_first)
    assert (before.customer.remarks, before.contacts, before.accounts) == ("一", [], [])
    then = queries.as_of(customer, with_both)
    assert then.customer.name == "合肥庐阳机电有限公司"
    assert [(one.name, one.phone) for one in then.contacts] == [("张三", "13812345678")]
    assert [one.number for one in then.accounts] == ["6222021234567890"]
    now = queries.as_of(customer, timezone.now())
    assert now.customer.name == "合肥庐阳智能有限公司"
    assert [(one.name, one.phone) for one in now.contacts] == [("张三丰", "13900000000")]
    assert now.accounts == []
    assert queries.as_of(customer, at_first - timedelta(days=1)) is None


def test_many_customers_values_come_in_few_queries(company, django_assert_num_queries):
    for customer in (company.ours, company.theirs):
        bring(company, customer, "scope", f"经营{customer.number}", by=company.archivist)
        bring(company, customer, "lawsuits", "2", by=company.archivist)
    with django_assert_num_queries(3):
        found = values_in_use([company.ours.pk, company.theirs.pk], ["scope", "lawsuits", "ties"])
    assert found == {
        company.ours.pk: {"scope": "经营C0001", "lawsuits": "2"},
        company.theirs.pk: {"scope": "经营C0002", "lawsuits": "2"},
    }


def test_a_policy_brings_its_own_fields_and_bringing_them_twice_doubles_nothing(company):
    policy = load_policy("auto-dealer").policy
    taken = take_fields(policy, by=company.credit_group)
    codes = {row.code for row in taken}
    assert "auto-dealer.employer" not in codes, "the card asks for it already"
    assert "auto-dealer.payment_method" in codes, "the card asks for it in other words"
    assert "auto-dealer.external_overdue_count" in codes
    assert not any(code.endswith((".resident_id", ".phone", ".name", ".asset_liability_ratio")) for code in codes)
    take_fields(policy, by=company.credit_group)
    assert CardField.objects.count() == len(taken)
    with pytest.raises(Refusal, match="您的角色不能"):
        take_fields(policy, by=company.sales)


def test_a_field_out_of_use_is_no_longer_asked_for_and_its_values_stay(company):
    row = take_fields(load_policy("leasing").policy, by=company.archivist)[0]
    value = {"score": "5", "flag": "是", "choice": (row.choices or [""])[0], "text": "甲", "date": "2020-01-01"}.get(
        row.kind, "1"
    )
    bring(company, company.ours, row.code, value)
    retire_field(row, by=company.archivist, in_use=False)
    assert row.code not in {one.field.code for one in card_of(company.ours)}
    assert CardValue.objects.filter(field=row.code).exists()
    with pytest.raises(Refusal, match="没有"):
        bring(company, company.ours, row.code, value)


def test_a_built_in_choice_holds_a_fact_only_where_it_has_no_other_words():
    standing, dealer = load_policy("credit-standing").policy, load_policy("leasing").policy
    assert standing is not None
    assert dealer is not None
    assert not is_built_in("ownership", standing.facts["ownership"]), "the card says 民营, the policy 民营企业"
    assert is_built_in("founded_on", dealer.facts["founded_on"])
