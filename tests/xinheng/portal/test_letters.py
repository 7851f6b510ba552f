"""The customer is told of his grade and of what became of his objection: as much as the policy opens, and to nobody else."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import docx
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from creditpolicy.problems import Refusal
from grading import graded, rated
from inviting import invite, let_in, opened_to_customers, today
from policies import published, published_text
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM
from xinheng.customers.actions import keep_contact
from xinheng.portal import mailing
from xinheng.portal.actions import end_invitation
from xinheng.portal.models import Invitation, Letter
from xinheng.portal.printing import print_letter
from xinheng.privacy.actions import place_hold
from xinheng.ratings.actions.changing import bring_into_force
from xinheng.ratings.actions.objections import answer_objection, receive_objection
from xinheng.ratings.models import Objection
from xinheng.ratings.rating import explained, ways_up
from xinheng.workflow.models import Item

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server(settings):
    """The company has set up its mail server; Django keeps the mails of tests in `mail.outbox`."""
    settings.MAIL = {"host": "mail.example.com"}


def invited(company, email="wang@example.com"):
    made = invite(company.ours, company.sales)
    made.invitation.email = email
    made.invitation.save()
    return made


def opened(company, *what):
    return published_text(company, opened_to_customers(*what), on=today() - timedelta(days=20))


def test_a_grade_that_comes_into_force_is_told_with_reasons_and_the_way_up(company):
    version = opened(company, "grade", "score", "reasons")
    invited(company)
    standing = graded(company.ours, version, "B", on=today())
    assert mail.outbox == []
    assert mailing.send_letters() == 1
    (sent,) = mail.outbox
    assert sent.to == ["wang@example.com"]
    said, ways = explained(standing.rating), ways_up(standing.rating)
    assert standing.from_day.isoformat() in sent.body
    for item in said.items:
        assert item.reason in sent.body
    assert f"{said.total:,f}" in sent.body
    assert ways is not None
    for way in [*ways.single, *ways.double][:5]:
        assert str(way) in sent.body
    entry = Entry.objects.get(act="portal.tell")
    assert entry.after == {"what": "grade", "addresses": 1}
    assert mailing.send_letters() == 0
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("what", [("grade",), ("grade", "reasons")])
def test_a_mail_says_no_more_than_the_policy_opens(company, what):
    version = opened(company, *what)
    invited(company)
    standing = graded(company.ours, version, "B", on=today())
    mailing.send_letters()
    said, (sent,) = explained(standing.rating), mail.outbox
    assert "总分" not in sent.body
    assert "得分" not in sent.body
    assert ("逐项理由" in sent.body) == ("reasons" in what)
    assert not any(item.reason in sent.body for item in said.items if item.points is not None)


def test_where_the_policy_keeps_the_grade_inside_nobody_writes_and_nothing_is_printed(company):
    version = published(company, "leasing", on=today() - timedelta(days=20))
    invited(company)
    graded(company.ours, version, "A", on=today())
    assert not Letter.objects.exists()
    with pytest.raises(Refusal, match="不告知客户"):
        print_letter(company.ours, format="pdf", language="zh-hans", by=company.risk, on=today(), at=timezone.now())
    assert not Entry.objects.filter(act="portal.print_letter").exists()


def test_each_reads_his_own_language_and_nobody_another_address(company, client):
    version = opened(company, "grade")
    made = invited(company)
    client.post(reverse("portal.enter", args=[made.link]), {"code": made.code}, headers={"accept-language": "en"})
    assert Invitation.objects.get().language == "en"
    keep_contact(
        company.ours,
        by=company.sales,
        on=today(),
        name="李会计",
        phone="13800000001",
        email="li@example.com",
        is_main=True,
    )
    graded(company.ours, version, "B", on=today())
    with_two = {tuple(one.to): one.body for one in mail.outbox} if mailing.send_letters() else {}
    assert set(with_two) == {("wang@example.com",), ("li@example.com",)}
    assert "等级" in with_two["li@example.com",]
    assert Letter.objects.get().sent_to == 2


def test_the_language_of_the_letters_is_left_as_it_was_found(company):
    from creditpolicy.language import language_in_use
    from xinheng.portal.letters import speaking

    before = language_in_use()
    with speaking("en"):
        assert language_in_use() == "en"
    assert language_in_use() == before


def test_only_the_last_of_several_results_is_told(company):
    version = opened(company, "grade")
    invited(company)
    graded(company.ours, version, "B", on=today() - timedelta(days=2))
    bring_into_force(rated(company.ours, version, "C", on=today()), by=SYSTEM, on=today())
    assert mailing.send_letters() == 1
    assert [one.state for one in Letter.objects.order_by("pk")] == ["overtaken", "sent"]


def test_who_has_no_address_or_is_held_gets_no_mail(company):
    version = opened(company, "grade")
    made = invited(company)
    end_invitation(made.invitation, by=company.sales, why="离职")
    graded(company.ours, version, "B", on=today() - timedelta(days=2))
    assert not Letter.objects.exists()
    invited(company)
    bring_into_force(rated(company.ours, version, "C", on=today()), by=SYSTEM, on=today())
    place_hold(company.ours, by=company.legal, on=today(), reason="诉讼保全")
    assert mailing.send_letters() == 0
    assert Letter.objects.get().state == "dropped"
    assert mail.outbox == []


def test_a_mail_that_does_not_go_is_tried_again_and_given_up_in_the_end(company, monkeypatch):
    version = opened(company, "grade")
    invited(company)
    graded(company.ours, version, "B", on=today())

    class Broken:
        """The server that does not answer."""

        def __init__(self, *args, **kwargs):
            raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend", Broken)
    for _try in range(len(mailing.WAITS)):
        assert mailing.send_letters() == 0
        letter = Letter.objects.get()
        assert letter.state == "waiting"
        assert letter.next_try_at > timezone.now()
        assert mailing.send_letters() == 0
        Letter.objects.update(next_try_at=timezone.now())
    mailing.send_letters()
    assert Letter.objects.get().state == "failed"
    assert not Entry.objects.filter(act="portal.tell").exists()


def test_the_answer_to_his_own_complaint_is_told_and_another_s_is_not(company):
    version = opened(company, "grade")
    made = invited(company)
    graded(company.ours, version, "B", on=today() - timedelta(days=9))
    Letter.objects.all().delete()
    let_in(made).post("/my/rating/objection/", {"text": "付款都按时, 逾期记录不对"})
    mine = Objection.objects.get()
    answered(company, mine, "经复查, 七月有两笔逾期")
    assert mailing.send_letters() == 1
    assert "经复查, 七月有两笔逾期" in mail.outbox[0].body
    assert mine.number in mail.outbox[0].body
    theirs = receive_objection(company.ours, text="同行来电, 说他付款慢", by=company.risk, on=today(), from_whom="同行")
    answered(company, theirs, "已答复同行")
    assert not Letter.objects.filter(objection=theirs).exists()
    assert mailing.send_letters() == 0


def answered(company, objection, answer):
    task = Item.objects.get(subject_id=str(objection.pk), act="answer", state="open")
    handler = next(one for one in company.people.values() if one.is_one_of(task.role) and one != company.ours.owner)
    answer_objection(objection, by=handler, on=today(), is_upheld=False, answer=answer)


@pytest.mark.parametrize("format", ["pdf", "docx"])
def test_the_notice_is_printed_for_who_has_no_page(company, format):
    version = opened(company, "grade", "reasons")
    standing = graded(company.ours, version, "B", on=today())
    client = Client()
    client.force_login(company.risk)
    answer = client.post(reverse("portal.letter", args=[company.ours.pk]), {"format": format, "language": "zh-hans"})
    assert answer.status_code == 200
    content = b"".join(answer) if answer.streaming else answer.content
    if format == "pdf":
        assert content.startswith(b"%PDF")
    else:
        document = docx.Document(io.BytesIO(content))
        words = "\n".join(
            [one.text for one in document.paragraphs]
            + [cell.text for one in document.tables for row in one.rows for cell in row.cells]
        )
        assert "信用评级结果通知书" in words
        assert company.ours.name in words
        assert standing.from_day.isoformat() in words
        assert "得分" not in words
        for item in explained(standing.rating).items:
            assert item.label in words
    assert Entry.objects.filter(act="portal.print_letter", is_look=True).count() == 1


def test_nobody_prints_for_a_customer_what_he_may_not_read_himself(company):
    version = opened(company, "grade", "score", "reasons")
    graded(company.ours, version, "B", on=today())
    from xinheng.org.access import may

    reader = company.archivist
    assert may(reader, "portal.letter", company.ours)
    assert not may(reader, "ratings.see_score", company.ours)
    with pytest.raises(Refusal):
        print_letter(company.ours, format="pdf", language="zh-hans", by=reader, on=today(), at=timezone.now())
    client = Client()
    client.force_login(reader)
    assert (
        reverse("portal.letter", args=[company.ours.pk])
        not in client.get(reverse("portal.tab", args=[company.ours.pk])).content.decode()
    )


def test_a_limit_that_stays_the_same_is_not_told_again(company):
    version = opened(company, "grade")
    invited(company)
    first = graded(company.ours, version, "B", on=today() - timedelta(days=2))
    assert Letter.objects.filter(standing=first).count() == 1
    bring_into_force(rated(company.ours, version, "B", on=today()), by=SYSTEM, on=today())
    assert Letter.objects.count() == 1
    assert first.limit is None or first.limit >= Decimal(0)
