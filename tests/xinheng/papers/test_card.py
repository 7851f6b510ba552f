"""The archive card on paper."""

from __future__ import annotations

import importlib
import io
from datetime import UTC, datetime

import docx
import pytest
from django.urls import reverse

import persons
from creditpolicy.problems import Refusal
from persons import ON, person_with_everything
from xinheng.audit.models import Entry
from xinheng.customers.actions.card import add_value
from xinheng.papers.card_form import FOLDER, card_data, print_card

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def person(company):
    return person_with_everything(company)


def words_of(made: bytes) -> str:
    document = docx.Document(io.BytesIO(made))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_card_is_masked_unless_a_reason_is_given(company, person):
    masked = words_of(print_card(person, by=company.archivist, on=ON, at=AT, form="docx"))
    full = words_of(
        print_card(person, by=company.archivist, on=ON, at=AT, form="docx", in_full=True, why="签订合同核对")
    )
    for secret in (persons.RESIDENT_ID, persons.PHONE, persons.ACCOUNT, persons.ADDRESS, "已婚无踪"):
        assert secret not in masked
        assert secret in full
    for text in (persons.NAME, "无踪制造厂", "客户档案卡", "填写人"):
        assert text in masked
    lines = Entry.objects.filter(act="papers.print_card").order_by("id")
    assert [line.after["in_full"] for line in lines] == [False, True]
    assert all(line.is_look for line in lines)


def test_in_full_needs_the_right_and_a_reason(company, person):
    with pytest.raises(Refusal, match="用途"):
        print_card(person, by=company.archivist, on=ON, at=AT, form="pdf", in_full=True)
    with pytest.raises(Refusal):
        print_card(person, by=company.sales, on=ON, at=AT, form="pdf", in_full=True, why="想看看号码")
    with pytest.raises(Refusal):
        print_card(person, by=company.stranger, on=ON, at=AT, form="pdf")
    assert not Entry.objects.filter(act="papers.print_card").exists()


def test_accounts_stay_masked_for_who_may_see_identities_but_not_accounts(company, person):
    made = words_of(print_card(person, by=company.risk, on=ON, at=AT, form="docx", in_full=True, why="核对授信资料"))
    assert persons.RESIDENT_ID in made
    assert persons.ACCOUNT not in made


def test_every_word_on_the_card_comes_from_the_data(company, person):
    told = card_data(person, in_full=False, accounts_in_full=False, on=ON)
    assert {"客户", "联系人", "银行账户"} <= {part["label"] for part in told["parts"]}
    assert "客户档案卡" not in (FOLDER / "card.typ").read_text(encoding="utf-8").split("\n", 1)[1]


def test_values_that_contradict_each_other_stand_side_by_side_with_their_source_and_day(company):
    for source, value in (("public_record", "500"), ("agency", "300")):
        add_value(
            company.ours, by=company.archivist, on=ON, field="registered_capital", value=value, source=source, as_of=ON
        )
        add_value(company.ours, by=company.archivist, on=ON, field="net_assets", value=value, source=source, as_of=ON)
    made = words_of(print_card(company.ours, by=company.archivist, on=ON, at=AT, form="docx"))
    assert "300.00 万元 (有矛盾, 另有: 500.00 万元 (公开记录, 2026-03-02))" in made
    assert "(保密, 有矛盾)" in made
    assert "有 2 项内容互相矛盾" in made


def test_the_traits_of_whoever_leads_an_enterprise_stay_off_its_card_and_those_of_a_person_stand_on_his(
    company, person
):
    for customer in (company.ours, person):
        add_value(customer, by=company.archivist, on=ON, field="character", value="急躁", source="visit", as_of=ON)
        add_value(customer, by=company.archivist, on=ON, field="hobbies", value="钓鱼", source="visit", as_of=ON)
    enterprise, human = (
        words_of(print_card(one, by=company.archivist, on=ON, at=AT, form="docx")) for one in (company.ours, person)
    )
    assert [word in enterprise for word in ("性格", "急躁", "嗜好", "钓鱼", "法定代表人")] == [False] * 4 + [True]
    assert [word in human for word in ("性格", "急躁", "嗜好", "钓鱼")] == [True] * 4


def test_the_word_template_is_what_its_script_makes():
    script = importlib.import_module("word_templates")
    assert script.card_template() == script.CARD.read_bytes()


def test_the_card_by_its_page(client, company, person):
    client.force_login(company.archivist)
    answer = client.post(reverse("papers.card", args=[person.pk]), {"form": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    page = client.post(reverse("papers.card", args=[person.pk]), {"form": "docx", "in_full": "on", "why": ""})
    assert "用途" in page.content.decode()
    client.force_login(company.stranger)
    assert client.get(reverse("papers.card", args=[person.pk])).status_code == 404
