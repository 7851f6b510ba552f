"""Customers from a workbook: whom a row means, what it would change, and that the acts of the room do it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from stdnum.cn import ric, uscc

from creditpolicy.language import use_language
from xinheng.audit.models import Entry
from xinheng.customers.models import CardValue, Contact, Customer, Identity, Kind, Status
from xinheng.intake import actions, jobs
from xinheng.intake.models import Import, ImportRow, State
from xinheng.intake.targets import TARGETS
from xinheng.org.models import Person

HEADINGS = [
    "客户编号",
    "名称",
    "类别",
    "证件号码",
    "归属部门",
    "业务员",
    "联系人",
    "联系电话",
    "地址",
    "开户行",
    "银行账号",
]
FIRM = [
    "K1",
    "甬江样例机械有限公司",
    "企业",
    "",
    "销售一部",
    "杨销售",
    "李样例",
    "１３８００００００００",
    "宁波市样例路 1 号",
    "样例银行",
    "6222000011112222",
]


@pytest.fixture(autouse=True)
def chinese():
    yield
    use_language("zh-hans")


def code(number: int) -> str:
    """Make a valid unified social credit code of no real place."""
    stem = f"9133020{number:010d}"
    return stem + uscc.calc_check_digit(stem)


def resident(number: int) -> str:
    """Make a valid resident ID."""
    stem = f"33020319900101{number:03d}"
    return stem + ric.calc_check_digit(stem + "0")


def workbook(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [headings, *rows]:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def dry(rows: Sequence[Sequence[Any]], by: Person, headings: Sequence[str] = HEADINGS, **options: str) -> Import:
    data = workbook(rows, headings)
    of = actions.upload(
        TARGETS["customers"], io.BytesIO(data), name="客户.xlsx", size=len(data), by=by, at=timezone.now()
    )
    jobs.begin(actions.match_columns(of, of.mapping, options, by=by, at=timezone.now()))
    return Import.objects.get(pk=of.pk)


def run(rows: Sequence[Sequence[Any]], by: Person, headings: Sequence[str] = HEADINGS, **options: str) -> Import:
    of = dry(rows, by, headings, **options)
    assert of.state == State.CHECKED, of.problem
    jobs.begin(actions.confirm(of, by=by, on=timezone.localdate(), at=timezone.now()))
    return Import.objects.get(pk=of.pk)


def reasons(of: Import) -> dict[int, list[list[str]]]:
    """Give the reasons of the failed rows by number."""
    return {row.number: row.reasons for row in ImportRow.objects.filter(of=of, verdict="failed")}


def test_a_new_customer_comes_in_with_everything_the_row_says(company):
    of = run([[*FIRM[:3], code(1), *FIRM[4:]]], company.archivist)
    assert of.done == {"new": 1, "changed": 0, "unchanged": 0, "failed": 0}
    made = Customer.objects.get(number="K1")
    assert (made.name, made.kind, made.status, made.department.code, made.owner.full_name) == (
        "甬江样例机械有限公司", Kind.ENTERPRISE, Status.DRAFT, "sales1", "杨销售",
    )  # fmt: skip
    assert made.identities.get().number == code(1)
    contact = made.contacts.get()
    assert (contact.name, contact.phone, contact.is_main) == ("李样例", "13800000000", True)
    assert made.addresses.get().text == "宁波市样例路 1 号"
    assert (made.bank_accounts.get().bank, made.bank_accounts.get().number) == ("样例银行", "6222000011112222")
    acts = set(
        Entry.objects.filter(about_type="customers.customer", about_id=str(made.pk)).values_list("act", flat=True)
    )
    assert acts >= {
        "customers.register", "customers.add_identity", "customers.keep_contact", "customers.keep_address",
        "customers.keep_account",
    }  # fmt: skip
    assert "甬江" in made.search_text


def test_the_same_workbook_again_is_all_unchanged(company):
    rows = [[*FIRM[:3], code(1), *FIRM[4:]], ["", "张样例", "个人", resident(1), "", "", "", "13900000000", "", "", ""]]
    of = run(rows, company.archivist)
    assert of.done["new"] == 2, reasons(of)
    before = Entry.objects.filter(act__startswith="customers.").count()
    again = dry(rows, company.archivist)
    assert again.planned == {"new": 0, "changed": 0, "unchanged": 2, "failed": 0}
    assert Entry.objects.filter(act__startswith="customers.").count() == before


def test_what_differs_is_shown_before_and_changed_after(company):
    run([FIRM], company.archivist)
    row = ["K1", "甬江样例机械集团有限公司", "", "", "", "", "李样例", "13811112222", "", "", ""]
    of = dry([row], company.archivist)
    [changed] = ImportRow.objects.filter(of=of, verdict="changed")
    assert changed.differences == [
        ["名称", "甬江样例机械有限公司", "甬江样例机械集团有限公司"],
        ["联系电话", "138****0000", "138****2222"],
    ]
    jobs.begin(actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now()))
    made = Customer.objects.get(number="K1")
    assert made.name == "甬江样例机械集团有限公司"
    assert made.aliases.get().text == "甬江样例机械有限公司"
    assert Contact.objects.get(customer=made).phone == "13811112222"
    assert made.addresses.count() == 1, "a blank cell clears nothing"


def test_a_row_means_the_file_with_its_number_then_its_papers_then_asks_for_its_name(company):
    run([[*FIRM[:3], code(1), *FIRM[4:]]], company.archivist)
    name = FIRM[1]
    by_paper = dry([["", "另一个名称有限公司", "企业", code(1), *[""] * 7]], company.archivist)
    assert by_paper.planned["changed"] == 1
    by_name = dry([["", name, "企业", "", *[""] * 7]], company.archivist)
    assert by_name.planned["failed"] == 1
    assert "已有同名客户“甬江样例机械有限公司” (K1)" in reasons(by_name)[2][0][0]
    assert dry([["", name, "企业", "", *[""] * 7]], company.archivist, same_name="same").planned["unchanged"] == 1
    assert dry([["", name, "企业", "", *[""] * 7]], company.archivist, same_name="new").planned["new"] == 1


def test_number_and_papers_of_two_files_fail_the_row(company):
    run([[*FIRM[:3], code(1), *FIRM[4:]], ["K2", "乙样例有限公司", "企业", code(2), *[""] * 7]], company.archivist)
    of = dry([["K2", "乙样例有限公司", "企业", code(1), *[""] * 7]], company.archivist)
    assert "不是同一家" in reasons(of)[2][0][0]


BAD = [
    (3, "91330201MA2AAAAAAA", "校验码不对", "identity"),
    (3, "12345", "应为 18 位", "identity"),
    (2, "外星人", "外星人", "kind"),
    (4, "没有这个部", "没有叫“没有这个部”的部门", "department"),
    (5, "钱财务", "不是在岗的业务人员", "owner"),
    (5, "无名氏", "没有叫“无名氏”的在用人员", "owner"),
    (7, "12", "不像电话号码", "contact_phone"),
    (6, "", "要有联系人", "contact"),
    (8, "路", "完整的地址", "address"),
    (9, "", "要一起填", "bank"),
    (10, "12a", "8 至 32 位数字", "account"),
    (0, "编 号", "只能用字母", "number"),
    (1, "甲", "2 至 120 个字", "name"),
    (1, "", "没有“名称”", "name"),
]


@pytest.mark.parametrize(("place", "cell", "words", "field"), BAD)
def test_a_bad_cell_fails_its_row_and_names_the_column(company, place, cell, words, field):
    row = list(FIRM)
    row[place] = cell
    of = dry([row, ["K9", "好的样例有限公司", "企业", *[""] * 8]], company.archivist)
    assert (of.planned["failed"], of.planned["new"]) == (1, 1)
    assert any(words in text and told == field for text, told in reasons(of)[2]), reasons(of)


def test_all_that_is_wrong_with_a_row_is_said_at_once(company):
    row = ["K1", "甬江样例机械有限公司", "企业", "123", "没有这个部", "", "", "12", "", "", ""]
    of = dry([row], company.archivist)
    assert {field for _text, field in reasons(of)[2]} >= {"identity", "department"}


def test_fields_of_the_card_come_in_by_their_labels_with_source_and_day(company):
    headings = ["名称", "类别", "法定代表人", "注册资本(万元)", "失信被执行人", "资料截至"]
    rows = [["甬江样例机械有限公司", "企业", "王样例", "1.2万", "否", date(2026, 1, 31)]]
    of = run(rows, company.archivist, headings, source="agency")
    assert of.done["new"] == 1
    values = {each.field: each for each in CardValue.objects.all()}
    assert values["legal_representative"].text == "王样例"
    assert values["registered_capital"].text.startswith("1.2")
    assert values["is_dishonest"].text == "false"
    assert {(each.source, each.as_of) for each in values.values()} == {("agency", date(2026, 1, 31))}
    again = dry(rows, company.archivist, headings, source="agency", same_name="same")
    assert again.planned["unchanged"] == 1


def test_a_field_of_another_kind_of_customer_fails_the_row(company):
    of = dry([["张样例", "个人", "王样例"]], company.archivist, ["名称", "类别", "法定代表人"])
    assert reasons(of)[2] == [["“法定代表人”这类客户不用填。", "card_legal_representative"]]


def test_imported_customers_are_drafts_unless_the_archivist_files_them(company):
    run([FIRM], company.archivist, status="filed")
    made = Customer.objects.get(number="K1")
    assert (made.status, made.filed_on, made.filed_by) == (Status.FILED, timezone.localdate(), None)
    assert not made.identities.filter(verifications__isnull=False).exists()
    row = ["K2", "乙样例有限公司", "企业", *[""] * 8]
    of = dry([row], company.commerce_specialist, status="filed")
    assert "status" not in of.options
    jobs.begin(actions.confirm(of, by=company.commerce_specialist, on=timezone.localdate(), at=timezone.now()))
    assert Customer.objects.get(number="K2").status == Status.DRAFT


def test_rights_are_those_of_the_acts(company):
    row = ["K1", *FIRM[1:]]
    of = dry([row], company.marketing_manager)
    assert reasons(of)[2] == [["您的角色不能登记新客户。", ""]]
    run([row], company.archivist)
    moved = ["K1", FIRM[1], "", "", "销售二部", "孙销售", *[""] * 5]
    assert "不能变更归属" in reasons(dry([moved], company.archivist))[2][0][0]
    assert run([moved], company.marketing_manager).done["changed"] == 1
    made = Customer.objects.get(number="K1")
    assert (made.department.code, made.owner.full_name) == ("sales2", "孙销售")


def test_papers_already_held_are_not_changed_by_an_import(company):
    run([[*FIRM[:3], code(1), *FIRM[4:]]], company.archivist)
    of = dry([[*FIRM[:3], code(2), *FIRM[4:]]], company.archivist)
    assert reasons(of)[2] == [["证件号码与档案里的不同。证件不能用导入更改, 请在客户页办理。", "identity"]]


def test_a_refusal_in_the_middle_of_a_row_undoes_the_whole_row(company, monkeypatch):
    from creditpolicy.problems import Refusal
    from xinheng.customers.importing import target

    of = dry([FIRM, ["K2", "乙样例有限公司", "企业", *[""] * 8]], company.archivist)
    real = target.actions.keep_account

    def refuse(*_given, **_told):
        raise Refusal("账户登记不了。")

    monkeypatch.setattr(target.actions, "keep_account", refuse)
    jobs.begin(actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now()))
    monkeypatch.setattr(target.actions, "keep_account", real)
    of = Import.objects.get(pk=of.pk)
    assert (of.done["new"], of.done["failed"]) == (1, 1)
    assert not Customer.objects.filter(number="K1").exists()
    assert not Contact.objects.exists()
    assert reasons(of)[2] == [["账户登记不了。", ""]]


def test_planning_asks_as_much_for_fifty_rows_as_for_five(company):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from xinheng.intake.targets import Asked, Row

    target = TARGETS["customers"]
    asked = Asked(company.archivist, timezone.localdate(), {})
    company.archivist.roles()
    counts = []
    for size in (5, 50):
        rows = [
            Row(number, {"number": f"N{number}", "name": f"样例{number}公司", "kind": "企业", "identity": code(number)})
            for number in range(size)
        ]
        with CaptureQueriesContext(connection) as asked_for:
            target.plan(rows, asked)
        counts.append(len(asked_for))
    assert counts[0] == counts[1]


def test_rows_of_which_one_in_twenty_five_is_bad_are_counted_exactly(company):
    rows: list[list[Any]] = []
    for number in range(1, 501):
        row = [
            f"M{number:05d}",
            f"第{number}样例有限公司",
            "企业",
            code(number),
            "销售一部",
            "杨销售",
            "联系人",
            f"138{number:08d}",
            "",
            "",
            "",
        ]
        if number % 25 == 0:
            spoilt = number // 25 % 4
            row[[3, 4, 7, 2][spoilt]] = ["1234", "没有这个部", "12", "外星人"][spoilt]
        rows.append(row)
    of = dry(rows, company.archivist)
    assert of.planned == {"new": 480, "changed": 0, "unchanged": 0, "failed": 20}
    jobs.begin(actions.confirm(of, by=company.archivist, on=timezone.localdate(), at=timezone.now()))
    of = Import.objects.get(pk=of.pk)
    assert (of.state, of.done) == (State.DONE, {"new": 480, "changed": 0, "unchanged": 0, "failed": 20})
    assert Customer.objects.filter(number__startswith="M").count() == Identity.objects.count() == 480
    assert dry(rows, company.archivist).planned == {"new": 0, "changed": 0, "unchanged": 480, "failed": 20}
