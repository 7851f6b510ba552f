"""The pages of papers."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import samples_of_papers as samples
from xinheng.audit.models import Entry
from xinheng.org.roles import BUSINESS, Role
from xinheng.papers import actions
from xinheng.papers.actions import Details
from xinheng.papers.levels import Level
from xinheng.papers.models import Loan, Paper, PaperKind

ON = date(2026, 3, 2)


@pytest.fixture
def paper(company) -> Paper:
    return filed(company)


def filed(company, level: Level = Level.INTERNAL, content: bytes = samples.PDF, name: str = "供货 合同.pdf") -> Paper:
    details = Details(title="供货合同正本", level=level, has_copy=True, room="一号库")
    kind = PaperKind.objects.get(code="contract")
    return actions.file_paper(company.ours, kind, details, by=company.archivist, on=ON, content=content, file_name=name)


@pytest.fixture
def enter(client: Client):
    """Sign somebody in."""

    def entering(person) -> Client:
        client.force_login(person)
        return client

    return entering


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_each_uploaded_file_has_a_result_of_its_own(enter, company):
    kind = PaperKind.objects.get(code="contract")
    page = enter(company.sales).post(
        reverse("papers.file", args=[company.ours.pk]),
        {
            "kind": kind.pk,
            "files": [upload("好.pdf", samples.PDF), upload("坏.pdf", b"MZ\x90"), upload("图.png", samples.png())],
        },
    )
    text = page.content.decode()
    assert "可执行程序" in text
    assert sorted(paper.title for paper in Paper.objects.all()) == ["图", "好"]


def test_one_file_sent_by_itself_is_answered_by_its_line(enter, company):
    kind = PaperKind.objects.get(code="contract")
    address = reverse("papers.file", args=[company.ours.pk])
    told = {"kind": kind.pk, "files": upload("好.pdf", samples.PDF)}
    page = enter(company.sales).post(address, told, headers={"X-One-File": "1"})
    assert page.content.decode().startswith("<li")
    assert 'data-result="filed"' in page.content.decode()
    told = {"files": upload("无种类.pdf", samples.PDF)}
    assert (
        'data-result="refused"'
        in enter(company.sales).post(address, told, headers={"X-One-File": "1"}).content.decode()
    )


def test_a_download_is_saved_and_never_run(enter, company, paper):
    answer = enter(company.sales).get(reverse("papers.look", args=[paper.versions.get().pk]))
    assert b"".join(answer.streaming_content) == samples.PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert Entry.objects.filter(act="papers.look", actor_id=company.sales.pk).count() == 1


def test_only_pictures_and_pdf_are_shown_in_the_browser(enter, company):
    shown = filed(company).versions.get()
    answer = enter(company.sales).get(reverse("papers.look", args=[shown.pk]) + "?preview")
    assert answer["Content-Disposition"].startswith("inline")
    assert b"".join(answer.streaming_content)
    text = filed(company, content="记录".encode(), name="a.txt").versions.get()
    answer = enter(company.sales).get(reverse("papers.look", args=[text.pk]) + "?preview")
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content)


def test_a_secret_paper_is_given_to_a_post_with_a_reason_only(enter, company):
    version = filed(company, Level.SECRET).versions.get()
    address = reverse("papers.look", args=[version.pk])
    client = enter(company.finance)
    assert "写明查阅用途" in client.get(address).content.decode()
    assert not client.post(address, {"why": "看"}).streaming
    assert not Entry.objects.filter(act="papers.look").exists()
    answer = client.post(address, {"why": "核对授信条件"})
    assert b"".join(answer.streaming_content) == samples.PDF
    assert Entry.objects.get(act="papers.look").why == "核对授信条件"


def test_who_may_not_read_sees_that_it_exists_and_nothing_more(enter, company):
    paper = filed(company, Level.SECRET)
    client = enter(company.sales)
    for address in (paper.get_absolute_url(), reverse("papers.of_customer", args=[company.ours.pk])):
        text = client.get(address).content.decode()
        assert paper.file_number in text
        assert "供货合同正本" not in text
        assert "供货 合同.pdf" not in text
    assert client.get(reverse("papers.look", args=[paper.versions.get().pk])).status_code == 404
    assert client.get(reverse("papers.change", args=[paper.pk])).status_code in (403, 404)


@pytest.mark.parametrize("role", [*Role, "stranger", "junior"])
def test_every_page_is_open_to_its_roles_and_missing_to_strangers(enter, company, paper, role):
    loan = actions.ask_loan(paper, by=company.finance, on=ON, reason="对账", days=2)
    client = enter(company.people[role])
    sees = role in BUSINESS
    pages = {
        reverse("papers.of_customer", args=[company.ours.pk]): sees,
        paper.get_absolute_url(): sees,
        reverse("papers.loan", args=[loan.pk]): role
        in {Role.FINANCE, Role.ARCHIVIST, Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.INTERNAL_AUDIT},
        reverse("papers.my_loans"): sees or role in {"stranger", "junior"},
        reverse("papers.expiring"): sees or role in {"stranger", "junior"},
        reverse("papers.loans"): role in {Role.ARCHIVIST, Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.INTERNAL_AUDIT},
        reverse("papers.shelves"): role in {Role.ARCHIVIST, Role.COMMERCE_SPECIALIST, Role.INTERNAL_AUDIT},
        reverse("papers.kinds"): role == Role.ARCHIVIST,
    }
    for address, open_ in pages.items():
        status = client.get(address).status_code
        assert (status == 200) == open_, (address, status)
        assert open_ or status in (403, 404)


def test_a_strangers_paper_is_missing_like_one_that_is_not_there(enter, company, paper):
    client = enter(company.stranger)
    theirs = client.get(paper.get_absolute_url())
    none = client.get(reverse("papers.paper", args=[999_999]))
    assert theirs.status_code == none.status_code == 404
    assert client.post(reverse("papers.borrow", args=[paper.pk]), {"reason": "x", "days": 1}).status_code == 404
    assert client.post(reverse("papers.add_version", args=[paper.pk])).status_code == 404
    assert client.get(reverse("papers.look", args=[paper.versions.get().pk])).status_code == 404


def test_a_loan_by_pages(enter, company, paper):
    enter(company.sales).post(reverse("papers.borrow", args=[paper.pk]), {"reason": "对账", "days": 2})
    loan = Loan.objects.get()
    page = enter(company.sales).post(reverse("papers.handle_loan", args=[loan.pk, "agree"]), follow=True)
    assert "不能办理" in page.content.decode()
    client = enter(company.archivist)
    for verb, told, state in (
        ("agree", {"why": ""}, "approved"), ("hand-over", {}, "out"), ("take-back", {"is_complete": "on"}, "returned")
    ):  # fmt: skip
        client.post(reverse("papers.handle_loan", args=[loan.pk, verb]), told)
        loan.refresh_from_db()
        assert loan.state == state
    assert client.post(reverse("papers.handle_loan", args=[loan.pk, "burn"])).status_code == 404
    assert client.get(reverse("papers.handle_loan", args=[loan.pk, "agree"])).status_code == 405


def test_a_count_by_pages(enter, company, paper):
    client = enter(company.archivist)
    page = client.post(reverse("papers.begin_stocktaking"), {"room": "一号库"}, follow=True)
    line = page.context["count"].lines.get()
    answer = client.post(reverse("papers.mark_line", args=[line.pk]), {"found": "yes"}, headers={"HX-Request": "true"})
    assert answer.content.decode().startswith("<tr")
    page = client.post(reverse("papers.close_stocktaking", args=[line.stocktaking_id]), follow=True)
    assert "在位 1 份" in page.content.decode()


def test_a_change_that_is_refused_keeps_what_was_typed(enter, company):
    paper = filed(company, Level.SECRET)
    told = {"title": "改过的标题", "level": "1", "has_copy": "on", "room": "一号库"}
    page = enter(company.archivist).post(reverse("papers.change", args=[paper.pk]), told)
    assert "降低密级须写明理由" in page.content.decode()
    assert "改过的标题" in page.content.decode()


def test_pages_ask_the_database_as_often_for_many_rows_as_for_few(enter, company):
    client = enter(company.archivist)
    addresses = [
        reverse("papers.of_customer", args=[company.ours.pk]), reverse("papers.loans"), reverse("papers.shelves"),
        reverse("papers.expiring"),
    ]  # fmt: skip

    def grow() -> None:
        for n in range(3):
            paper = filed(
                company, content=samples.PDF.replace(b"Catalog", f"Catalog{Paper.objects.count()}{n}".encode())
            )
            Paper.objects.filter(pk=paper.pk).update(valid_until=ON)
            actions.ask_loan(paper, by=company.finance, on=ON, reason="对账", days=2)

    grow()
    few = [_queries(client, address) for address in addresses]
    grow()
    grow()
    assert [_queries(client, address) for address in addresses] == few


def _queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_a_copy_that_is_out_is_shown_as_lent_wherever_it_is_listed(company, enter, paper: Paper) -> None:
    loan = actions.ask_loan(paper, by=company.sales, on=ON, reason="与客户对账", days=3)
    actions.decide_loan(loan, agree=True, by=company.archivist, on=ON)
    pages = [
        reverse("papers.paper", args=[paper.pk]),
        reverse("papers.of_customer", args=[company.ours.pk]),
        reverse("papers.shelves") + f"?room={paper.room}",
    ]
    client = enter(company.archivist)
    assert all("在档</span>" in client.get(page).text for page in pages)
    loan = actions.hand_over(loan, by=company.archivist, on=ON)
    assert all("借出</span>" in client.get(page).text and "在档</span>" not in client.get(page).text for page in pages)
    actions.take_back(loan, by=company.archivist, on=ON, condition="完好")
    assert all("在档</span>" in client.get(page).text for page in pages)
