"""What the workflow does by itself each day, and that doing it twice does nothing twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail

from deciding.models import Request
from xinheng.audit.models import Entry
from xinheng.org.models import Appointment
from xinheng.workflow import jobs, notices
from xinheng.workflow.actions import finish_item, open_item, start
from xinheng.workflow.models import Item, Notice
from xinheng.workflow.queries import copied_to

from .conftest import MONDAY, PLAIN

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise loads it
FRIDAY = date(2026, 3, 6)


def _heads(company: Any) -> None:
    for code, head in (("finance", "deputy_gm"), ("head", "general_manager")):
        department = company.departments[code]
        department.head = getattr(company, head)
        department.save()


def _state() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Item, Notice, Entry)]


def test_those_who_have_it_are_told_the_working_day_before(company, asked):
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    round.items.update(due_on=date(2026, 3, 9))
    assert jobs.remind_before(on=date(2026, 3, 5)) == 0
    assert jobs.remind_before(on=FRIDAY) == 1, "Friday is the working day before Monday"
    assert jobs.remind_before(on=FRIDAY) == 0
    notice = Notice.objects.get()
    assert (notice.person, notice.sort) == (company.finance, "due")


def test_what_is_late_is_told_upwards_step_by_step_and_once(company, asked):
    _heads(company)
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")  # due on the 4th
    told = {}
    for on in (4, 5, 6, 9, 10, 11, 12):
        before = Item.objects.filter(kind="read").count()
        jobs.escalate(on=date(2026, 3, on))
        told[on] = Item.objects.filter(kind="read").count() - before
    assert told == {4: 0, 5: 1, 6: 0, 9: 1, 10: 0, 11: 0, 12: 0}
    assert copied_to(company.deputy_gm).get().note.startswith("逾期升级")
    assert copied_to(company.general_manager).exists()
    item = round.items.get(step="approve", kind="decide")
    assert (item.state, item.escalations) == ("open", 3)
    assert Entry.objects.filter(act="workflow.escalate").count() == 3


def test_days_off_are_not_counted_as_late(company, asked):
    _heads(company)
    item = open_item(
        asked, by=company.sales, on=MONDAY, act="follow_up", title="跟进", role="finance", due=date(2026, 2, 14)
    )
    for day in range(15, 24):
        assert jobs.escalate(on=date(2026, 2, day)) == 0, "the whole Spring Festival is off"
    assert jobs.escalate(on=date(2026, 2, 24)) == 1
    item.refresh_from_db()
    assert item.escalations == 1


def test_a_whole_day_done_twice_changes_nothing_the_second_time(company, asked):
    _heads(company)
    for number in range(3):
        subject = Request.objects.create(title=f"第{number}件", department=company.departments["sales1"])
        round = start(subject, PLAIN, by=company.sales, on=MONDAY, title=subject.title)
        round.items.update(due_on=date(2026, 3, 5 + number))
    said = jobs.daily(on=FRIDAY)
    assert "到期提醒 0" not in said
    before = _state()
    jobs.daily(on=FRIDAY)
    assert _state() == before


def test_nothing_is_sent_on_a_day_off(company, asked):
    start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    assert "非工作日" in jobs.daily(on=date(2026, 3, 7))
    assert not Notice.objects.exists()


def test_without_heads_the_general_manager_hears_of_it(company, asked):
    start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    jobs.escalate(on=FRIDAY)
    assert copied_to(company.general_manager).exists()


def test_those_who_may_not_see_the_subject_hear_nothing(company, asked):
    asked.hidden_from = company.general_manager
    asked.save()
    start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    jobs.escalate(on=FRIDAY)
    assert not copied_to(company.general_manager).exists()


def test_a_task_whose_people_left_goes_on_to_others(company, asked, task):
    _heads(company)
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    assert jobs.find_stuck(on=MONDAY) == 0
    Appointment.objects.filter(role="finance").delete()
    assert jobs.find_stuck(on=MONDAY) == 1
    assert task(round).person == company.general_manager
    assert jobs.find_stuck(on=MONDAY) == 0
    assert Entry.objects.filter(act="workflow.readdress").count() == 1
    finish_item(task(round), by=company.general_manager, on=MONDAY, outcome="agree")


def test_a_task_that_nobody_can_take_raises_one_alarm(company, asked):
    open_item(asked, by=company.sales, on=MONDAY, act="follow_up", title="跟进", role="finance")
    Appointment.objects.filter(role="finance").delete()
    for _time in range(3):
        jobs.find_stuck(on=MONDAY)
    assert Item.objects.filter(act="assign", state="open").count() == 1


def test_outside_goes_how_many_and_where_but_no_name(company, asked, settings):
    settings.MAIL = {"host": "smtp.example.com"}
    settings.PUBLIC_URL = "https://credit.example.com"
    round = start(asked, PLAIN, by=company.sales, on=MONDAY, title="宁波甬江机械借阅", about=company.ours)
    round.items.update(due_on=MONDAY)
    jobs.escalate(on=FRIDAY)
    assert notices.send(on=FRIDAY) == 2
    assert notices.send(on=FRIDAY) == 0, "each is sent once"
    assert sorted(message.to[0] for message in mail.outbox) == ["finance@example.com", "general_manager@example.com"]
    for message in mail.outbox:
        assert "https://credit.example.com/inbox/" in message.body
        assert "宁波" not in message.subject + message.body
        assert "1 件" in message.body


def test_what_could_not_be_sent_is_kept_for_the_next_time(company, asked, settings, caplog):
    settings.MAIL = {}
    settings.NOTIFY_URLS = ["json://127.0.0.1:9/hook"]
    start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    jobs.escalate(on=FRIDAY)
    assert notices.send(on=FRIDAY) == 0
    assert not Notice.objects.filter(sent_at__isnull=False).exists()
    assert "json" in caplog.text


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_message_is_written_in_the_readers_language(company, asked, language):
    start(asked, PLAIN, by=company.sales, on=MONDAY, title="借阅")
    jobs.escalate(on=FRIDAY)
    title, text = notices.message(list(Notice.objects.filter(person=company.finance)), language)
    assert title
    assert "1" in text
