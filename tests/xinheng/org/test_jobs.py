"""What the room does once a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from xinheng.org.jobs import daily
from xinheng.org.models import Allowance, Appointment, DutiesApart
from xinheng.org.roles import Role

DAY = date(2026, 3, 2)


def test_what_is_over_is_forgotten_and_the_rest_stays(company: Any) -> None:
    gone, here = Client(), Client()
    for client in (gone, here):
        client.force_login(company.finance)
    Session.objects.filter(pk=gone.cookies["sessionid"].value).update(expire_date=timezone.now() - timedelta(minutes=1))
    Allowance.objects.create(key="old", began_at=timezone.now() - timedelta(hours=1), taken=5)
    Allowance.objects.create(key="new", began_at=timezone.now(), taken=5)
    daily(on=DAY)
    assert [one.pk for one in Session.objects.all()] == [here.cookies["sessionid"].value]
    assert UserSession.objects.get().session_key == here.cookies["sessionid"].value
    assert Allowance.objects.get().key == "new"
    assert here.get("/me/").status_code == 200


def test_duties_that_meet_are_told(company: Any) -> None:
    DutiesApart.objects.all().delete()
    assert daily(on=DAY) is None
    DutiesApart.objects.create(role=Role.FINANCE, other=Role.SALES, why="试")
    Appointment.objects.create(person=company.sales, role=Role.FINANCE, since=DAY)
    assert "1 对" in str(daily(on=DAY))
