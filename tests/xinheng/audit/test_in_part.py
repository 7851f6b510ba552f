"""What the record says for ever in the file of a natural person."""

from __future__ import annotations

import pytest

from xinheng.audit.in_part import in_part


@pytest.mark.parametrize(
    "value",
    ["privacy.share", "resident_id", "2026-03-02", "2026-03-02T08:00:00+08:00", "12", "-5", "1200.50", "", "a" * 64, 7, True, None],
)  # fmt: skip
def test_codes_numbers_and_days_stay(value):
    assert in_part({"x": value}) == {"x": value}


@pytest.mark.parametrize(
    "value",
    ["张三", "13800138000", "330102199001011234", "E12345678", "zhang@example.com", "Zhang San", "杭州市西湖区1号", "6222021234567890123"],
)  # fmt: skip
def test_what_a_person_could_be_known_by_becomes_its_length(value: str):
    assert in_part({"x": value, "y": [value]}) == {"x": f"‹{len(value)}›", "y": [f"‹{len(value)}›"]}


def test_a_birthday_is_hidden_though_it_is_a_day():
    assert in_part({"birthday": "1990-01-01"}) == {"birthday": "‹10›"}


def test_lines_of_a_person_name_him_by_number_and_of_an_enterprise_by_name(company):
    from xinheng.audit.models import Entry
    from xinheng.audit.record import record
    from xinheng.customers.models import Customer, Kind

    person = Customer.objects.create(number="P1", name="张三", kind=Kind.PERSON, department=company.ours.department)
    record("customers.edit", person, by=company.archivist, before={"name": "张三"}, after={"name": "张三丰"})
    record("customers.edit", company.ours, by=company.archivist, after={"name": "甬江"})
    first, second = Entry.objects.order_by("id")
    assert (first.subject_label, first.before, first.after) == ("P1", {"name": "‹2›"}, {"name": "‹3›"})
    assert second.after == {"name": "甬江"}
    assert company.ours.name in second.subject_label
