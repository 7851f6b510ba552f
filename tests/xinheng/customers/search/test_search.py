"""Finding customers by name, pinyin, initials, number, phone and papers; in order of likelihood, and only one's own."""

from __future__ import annotations

from datetime import date

import pytest
from stdnum.cn import uscc

from xinheng.customers import actions
from xinheng.customers.models import Customer, Kind
from xinheng.customers.search import find, folded, text_of

ON = date(2026, 3, 1)


def made(company, name: str, number: str, kind: str = Kind.ENTERPRISE, department: str = "sales1") -> Customer:
    customer = Customer(number=number, name=name, kind=kind, department=company.departments[department])
    customer.search_text = text_of([number], [name])
    customer.save()
    return customer


@pytest.fixture
def many(company):
    """A handful of names that are easily mistaken for each other."""
    firms = ["甬江机械有限公司", "宁波甬江贸易有限公司", "甬江机械", "重庆长安样例汽车有限公司"]
    firms += ["ABC样例（中国）有限公司", "样例银行股份有限公司"]
    for number, name in enumerate(firms, 100):
        made(company, name, f"KH2026{number:05d}")
    for number, name in enumerate(["单雄信", "曾样例", "仇样例", "万俟样例", "吕样例"], 200):
        made(company, name, f"KH2026{number:05d}", Kind.PERSON)
    return company


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("甬江机械", "甬江机械"),
        ("甬江机械有", "甬江机械有限公司"),
        ("甬江贸易", "宁波甬江贸易有限公司"),
        ("KH202600103", "重庆长安样例汽车有限公司"),
        ("kh202600103", "重庆长安样例汽车有限公司"),
        ("ＫＨ202600103", "重庆长安样例汽车有限公司"),
        ("cqca", "重庆长安样例汽车有限公司"),
        ("chongqing", "重庆长安样例汽车有限公司"),
        ("sxx", "单雄信"),
        ("dxx", "单雄信"),
        ("shanxiong", "单雄信"),
        ("zyl", "曾样例"),
        ("qyl", "仇样例"),
        ("mqyl", "万俟样例"),
        ("lv", "吕样例"),
        ("abc", "ABC样例（中国）有限公司"),
        ("样例(中国)", "ABC样例（中国）有限公司"),
        ("甬江 贸易", "宁波甬江贸易有限公司"),
        ("ylyh", "样例银行股份有限公司"),
        ("ylyx", "样例银行股份有限公司"),
    ],
)
def test_what_people_type_finds_what_they_mean_first(many, text, first):
    assert find(text, many.archivist)[0].name == first


def test_the_likeliest_come_first(many):
    assert [each.name for each in find("甬江", many.archivist)] == [
        "甬江机械",
        "甬江机械有限公司",
        "宁波甬江贸易有限公司",
    ]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "%", "_", "#", "=", ":", "~", "\n", "没有这一家", "' OR 1=1 --"])
def test_marks_alone_and_strange_texts_find_nothing(many, text):
    assert find(text, many.archivist) == []


def test_an_exact_phone_or_number_of_papers_finds_and_a_part_of_it_does_not(many):
    customer = Customer.objects.get(name="甬江机械")
    stem = "91330201MA2AB0C1X"
    number = stem + uscc.calc_check_digit(stem)
    actions.add_identity(customer, by=many.archivist, on=ON, kind="uscc", number=number)
    actions.keep_contact(customer, by=many.archivist, on=ON, name="李样例", phone="13800001234")
    assert find(number, many.archivist) == [customer]
    assert find(f" {number.lower()} ", many.archivist) == [customer]
    assert find("138-0000-1234", many.archivist) == [customer]
    assert find("138 0000 1234", many.archivist) == [customer]
    assert find("1234", many.archivist) == [customer]
    assert find(number[:10], many.archivist) == []
    assert find("1380000123", many.archivist) == []


def test_nobody_finds_what_he_may_not_see(many):
    made(many, "甬江样例二部有限公司", "KH202600900", department="sales2")
    assert "甬江样例二部有限公司" in [each.name for each in find("甬江样例", many.archivist)]
    assert find("甬江样例", many.sales) == []
    for role in ("system_admin", "security_admin", "audit_admin"):
        assert find("甬江", getattr(many, role)) == []


def test_a_former_name_and_a_merged_number_still_find(many):
    customer = Customer.objects.get(name="甬江机械")
    actions.edit_customer(customer, by=many.archivist, on=ON, name="东海重工有限公司")
    assert find("甬江机械", many.archivist)[0].name in {"东海重工有限公司", "甬江机械有限公司"}
    assert customer in find("yjjx", many.archivist)
    assert customer in find("dhzg", many.archivist)


def test_texts_are_compared_whatever_their_width_case_and_brackets():
    assert folded("ＡＢＣ（中国） 公司·甲") == "abc中国公司甲"
