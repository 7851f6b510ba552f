"""Contacts, accounts, addresses, guarantees, related parties: what may be, who may, and what stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from creditpolicy.problems import Refusal
from taking_in import ON
from xinheng.audit.models import Entry
from xinheng.audit.queries import looks_at
from xinheng.customers import actions
from xinheng.customers.models import BankAccount, Contact
from xinheng.customers.models.people import PHONE_INDEX, PHONE_TAIL_INDEX
from xinheng.vault.index import blind


def contact(company, **told):
    return actions.keep_contact(
        company.ours, by=company.sales, on=ON, **{"name": "张三", "phone": "13812345678", **told}
    )


def test_a_phone_lies_encrypted_and_is_found_whole_and_by_its_last_four_digits(company):
    kept = contact(company, email="zhang@example.com")
    with connection.cursor() as cursor:
        for table in ("customers_contact", "customers_historicalcontact"):
            cursor.execute(f"SELECT * FROM {table}")
            stored = str(cursor.fetchall())
            assert "13812345678" not in stored
            assert "zhang@example.com" not in stored
    assert Contact.objects.get(phone_index=blind("13812345678", PHONE_INDEX)) == kept
    assert Contact.objects.get(phone_tail_index=blind("5678", PHONE_TAIL_INDEX)) == kept
    told = Entry.objects.get(act="customers.keep_contact").after
    assert (told["name"], told["phone"]) == ("‹2›", "‹11›"), "the record is never erased; a contact may ask that he is"


def test_the_main_contact_is_one(company):
    first = contact(company, is_main=True)
    second = contact(company, name="李四", is_main=True)
    first.refresh_from_db()
    assert (first.is_main, second.is_main) == (False, True)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"name": " "}, "姓名"), ({"phone": "123"}, "不像电话号码"), ({"phone": ""}, "至少填一个"),
        ({"birthday": date(2030, 1, 1)}, "生日"),
    ],
)  # fmt: skip
def test_a_contact_that_cannot_be_is_refused(company, told, words):
    with pytest.raises(Refusal, match=words):
        contact(company, **told)


def test_what_was_ended_stays_and_is_not_changed(company):
    kept = contact(company)
    with pytest.raises(Refusal, match="原因"):
        actions.end_held(kept, by=company.sales, on=ON, why="")
    actions.end_held(kept, by=company.sales, on=ON, why="离职")
    with pytest.raises(Refusal, match="已经停用"):
        contact(company, contact=kept, name="张三丰")
    with pytest.raises(Refusal, match="已经停用"):
        actions.end_held(kept, by=company.sales, on=ON, why="再停")
    assert Contact.objects.get().ended_on == ON


def test_an_account_is_kept_once_and_shown_whole_to_some_with_a_reason(company):
    told = {"bank": "宁波银行", "holder": "甬江机械", "number": "6222 0212 3456 7890"}
    account = actions.keep_account(company.ours, by=company.commerce_specialist, on=ON, **told)
    with pytest.raises(Refusal, match="已经登记"):
        actions.keep_account(company.ours, by=company.commerce_specialist, on=ON, **told)
    for role in ("sales", "risk", "customer_service", "stranger", "security_admin"):
        with pytest.raises(Refusal):
            actions.show_account(account, by=getattr(company, role), why="核对付款信息")
    with pytest.raises(Refusal, match="用途"):
        actions.show_account(account, by=company.finance, why="")
    assert actions.show_account(account, by=company.finance, why="核对付款信息") == "6222021234567890"
    assert looks_at(company.ours).get().act == "customers.show_account"
    assert BankAccount.objects.count() == 1


@pytest.mark.parametrize("number", ["12345", "6222abc34567890", ""])
def test_what_is_no_account_is_refused(company, number):
    with pytest.raises(Refusal, match="银行账号"):
        actions.keep_account(company.ours, by=company.archivist, on=ON, bank="甲", holder="乙", number=number)


def guarantee(company, **told):
    usual = {"what": "surety", "since": ON, "name": "王五"}
    return actions.keep_guarantor(company.ours, by=company.archivist, on=ON, **{**usual, **told})


def test_a_guarantor_is_another_customer_or_somebody_outside(company):
    assert guarantee(company).who == "王五"
    assert guarantee(company, name="", guarantor=company.theirs, amount_yuan=Decimal(50000)).who == company.theirs.name
    with pytest.raises(Refusal, match="两者取一"):
        guarantee(company, guarantor=company.theirs)
    with pytest.raises(Refusal, match="两者取一"):
        guarantee(company, name="")
    with pytest.raises(Refusal, match="不能是客户自己"):
        guarantee(company, name="", guarantor=company.ours)


def test_a_guarantee_has_an_amount_above_nothing_and_days_in_order(company):
    with pytest.raises(Refusal, match="大于 0"):
        guarantee(company, amount_yuan=Decimal(0))
    with pytest.raises(Refusal, match="早于起期"):
        guarantee(company, until=date(2020, 1, 1))


def test_a_customer_that_one_does_not_see_is_not_named_as_guarantor(company):
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.keep_guarantor(company.ours, by=company.sales, on=ON, guarantor=company.theirs, what="surety", since=ON)


def test_a_share_is_between_nothing_and_all(company):
    told = {"by": company.archivist, "on": ON, "name": "王五", "what": "shareholder"}
    assert actions.keep_related(company.ours, share_percent=Decimal("33.3333"), **told).who == "王五"
    with pytest.raises(Refusal, match="0 至 100"):
        actions.keep_related(company.ours, share_percent=Decimal("100.01"), **told)


def test_customer_service_keeps_contacts_and_nothing_else(company):
    by = company.customer_service
    actions.keep_contact(company.ours, by=by, on=ON, name="李四", phone="13900000000")
    actions.keep_address(company.ours, by=by, on=ON, what="office", text="宁波市某路一号")
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.keep_account(company.ours, by=by, on=ON, bank="甲", holder="乙", number="6222021234567890")
    account = actions.keep_account(
        company.ours, by=company.archivist, on=ON, bank="甲", holder="乙", number="6222021234567890"
    )
    with pytest.raises(Refusal, match="您的角色不能"):
        actions.end_held(account, by=by, on=ON, why="销户")
