"""Engaging people (their accounts), changing and deactivating them, and giving them new means to sign in."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.leaving import left_behind
from xinheng.org.models import Appointment, Department, Person
from xinheng.org.roles import Role
from xinheng.org.sessions import end_sessions

ONE_TIME_DAYS = 3
"""How long a one-time password lets sign in."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is easily misread."""


class Engaged(NamedTuple):
    """A person with the one-time password to hand to him; it is shown once and stored nowhere in clear."""

    person: Person
    password: str


@act
def engage(
    *,
    username: str,
    full_name: str,
    department: Department | None,
    by: Person,
    at: datetime,
    email: str = "",
    phone: str = "",
    job_title: str = "",
) -> Engaged:
    """Make somebody's account, without any role yet, with a one-time password that he must change at once."""
    demand(by, "org.people")
    _refuse_name_given(username)
    _refuse_mail_given(email)
    if department is not None and department.is_closed:
        raise Refusal(_("{department}已经撤销。请另选部门。").format(department=department))
    person = Person(
        username=username, full_name=full_name, department=department, email=email, phone=phone, job_title=job_title
    )
    password = give_one_time_password(person, at=at)
    person.save()
    record("org.engage", person, by=by, after=told(person))
    return Engaged(person, password)


@act
def change_person(
    person: Person,
    *,
    full_name: str,
    department: Department | None,
    email: str,
    phone: str,
    job_title: str,
    by: Person,
) -> Person:
    """Change what is known of a person; his roles are changed by `appoint` and `end_appointment` alone."""
    demand(by, "org.people", person)
    _refuse_oneself(person, by, _("自己的账号资料须由另一位安全管理员变更。"))
    person = Person.objects.select_for_update().get(pk=person.pk)
    _refuse_mail_given(email, but=person)
    if department is not None and department.is_closed and department != person.department:
        raise Refusal(_("{department}已经撤销。请另选部门。").format(department=department))
    before = told(person)
    person.full_name, person.department, person.email = full_name, department, email
    person.phone, person.job_title = phone, job_title
    if told(person) == before:
        raise Refusal(_("没有任何改动。"))
    person.save()
    record("org.change_person", person, by=by, before=before, after=told(person))
    return person


@act
def deactivate(person: Person, *, why: str, by: Person, on: date) -> Person:
    """Close somebody's account: he cannot sign in from this moment, and his sessions end. Nothing of his is deleted.

    What waited for him alone is counted in the line, so that it can be seen who has to hand it on.
    """
    demand(by, "org.people", person)
    _refuse_oneself(person, by, _("不能停用自己的账号, 请由另一位安全管理员办理。"))
    refuse_no_security_admin_left(without=person)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refusal(_("{person}的账号已经停用。").format(person=person))
    person.is_active = False
    person.save()
    ended, waiting = end_sessions(person), left_behind(person, on)
    after = {"在用": False, "结束的登录": ended} | ({"未办结": waiting} if waiting else {})
    record("org.deactivate", person, by=by, why=why, before={"在用": True}, after=after)
    return person


@act
def reactivate(person: Person, *, why: str, by: Person, at: datetime) -> Engaged:
    """Open an account again, with a new one-time password; his appointments are as they were left."""
    demand(by, "org.people", person)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.is_active:
        raise Refusal(_("{person}的账号正在使用。").format(person=person))
    person.is_active = True
    password = give_one_time_password(person, at=at)
    person.save()
    record("org.reactivate", person, by=by, why=why, before={"在用": False}, after={"在用": True})
    return Engaged(person, password)


@act
def reset_password(person: Person, *, why: str, by: Person, at: datetime) -> Engaged:
    """Give somebody a one-time password because he has lost his; his sessions end."""
    demand(by, "org.people", person)
    _refuse_oneself(person, by, _("自己的密码请在“我的账号”中修改。"))
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refusal(_("{person}的账号已停用, 请先重新启用。").format(person=person))
    password = give_one_time_password(person, at=at)
    person.save()
    ended = end_sessions(person)
    record("org.reset_password", person, by=by, why=why, after={"须改密码": True, "结束的登录": ended})
    return Engaged(person, password)


@act
def reset_second_factor(person: Person, *, why: str, by: Person) -> Person:
    """Take away somebody's second factor because he has lost it; he sets up another when he next signs in."""
    demand(by, "org.people", person)
    _refuse_oneself(person, by, _("自己的动态码不能由自己重置, 请由另一位安全管理员办理。"))
    gone, _kinds = Authenticator.objects.filter(user=person).delete()
    if not gone:
        raise Refusal(_("{person}没有设置动态码, 不用重置。").format(person=person))
    ended = end_sessions(person)
    record("org.reset_second_factor", person, by=by, why=why, after={"动态码": "已清除", "结束的登录": ended})
    return person


def give_one_time_password(person: Person, *, at: datetime) -> str:
    """Set a password made by chance that must be changed at the first sign-in, and give it; the caller saves."""
    password = "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))
    person.set_password(password)
    person.must_change_password = True
    person.one_time_until = at + timedelta(days=ONE_TIME_DAYS)
    return password


def refuse_no_security_admin_left(*, without: Person) -> None:
    """Refuse where nobody else in use is appointed security administrator: then nobody could manage people.

    The rows are locked, so that two who dismiss each other at the same instant do not both succeed. Call it before any
    other row is locked, or two such calls wait for each other for ever.
    """
    appointed = Appointment.objects.standing_rows().filter(
        role=Role.SECURITY_ADMIN, until__isnull=True, person__is_active=True
    )
    if not appointed.filter(person=without).exists():
        return
    in_use = [one.person_id for one in appointed.select_related("person").select_for_update().order_by("pk")]
    if not set(in_use) - {without.pk}:
        raise Refusal(
            _("{person}是唯一的安全管理员, 之后将无人能管理账号。请先任命另一位安全管理员。").format(person=without)
        )


def _refuse_name_given(username: str) -> None:
    other = Person.objects.filter(username__iexact=username).first()
    if other is not None:
        raise Refusal(_("登录名 {name} 已给了{person}。请另取一个。").format(name=username, person=other))


def _refuse_mail_given(email: str, but: Person | None = None) -> None:
    if not email:
        return
    given = Person.objects.filter(email__iexact=email)
    other = (given.exclude(pk=but.pk) if but else given).first()
    if other is not None:
        raise Refusal(
            _("邮箱 {email} 已是{person}的。每人须用自己的邮箱, 找回密码和企业登录都靠它认人。").format(
                email=email, person=other
            )
        )


def _refuse_oneself(person: Person, by: Person, why: str) -> None:
    if person.pk == by.pk:
        raise Refusal(why)


def told(person: Person) -> dict[str, str]:
    """Give what the record says of a person."""
    return {
        "登录名": person.username,
        "姓名": person.full_name,
        "部门": str(person.department or ""),
        "职务": person.job_title,
        "邮箱": person.email,
        "电话": person.phone,
    }
