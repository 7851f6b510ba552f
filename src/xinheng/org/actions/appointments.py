"""Appointing people to roles, and ending it."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.actions.people import refuse_no_security_admin_left
from xinheng.org.duties import refuse_duties_together
from xinheng.org.models import Appointment, Delegation, Person
from xinheng.org.roles import Role
from xinheng.org.sessions import end_sessions


@act
def appoint(
    person: Person, *, role: str, since: date, by: Person, until: date | None = None, reason: str = ""
) -> Appointment:
    """Appoint somebody to a role from a day on; refused where duties would meet that are kept apart.

    Nobody changes his own appointments. His sessions end, so that what he may do changes at once.
    """
    demand(by, "org.appoint", person)
    refuse_own(person, by)
    role = Role(role)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise Refusal(_("{person}的账号已停用, 不能任命。请先重新启用。").format(person=person))
    if until is not None and until < since:
        raise Refusal(_("任职的终止日早于起始日。请改正日期。"))
    refuse_held_already(person, role, since, until)
    refuse_duties_together(person, role, since=since, until=until)
    appointment = Appointment.objects.create(person=person, role=role, since=since, until=until, reason=reason)
    end_sessions(person)
    record("org.appoint", appointment, by=by, why=reason, after=_told(appointment), about=person)
    return appointment


@act
def end_appointment(appointment: Appointment, *, from_day: date, why: str, by: Person) -> Appointment:
    """End an appointment: `from_day` is the first day on which the role is no longer held.

    An appointment that has not begun by then is taken back whole. What the person lent of this role ends with it.
    """
    demand(by, "org.appoint", appointment.person)
    refuse_own(appointment.person, by)
    if appointment.role == Role.SECURITY_ADMIN and appointment.until is None:
        refuse_no_security_admin_left(without=appointment.person)
    person = Person.objects.select_for_update().get(pk=appointment.person_id)
    appointment = Appointment.objects.select_related("person").get(pk=appointment.pk)
    last = from_day - timedelta(days=1)
    if appointment.is_revoked or (appointment.until is not None and appointment.until <= last):
        raise Refusal(_("这项任职已经终止。"))
    before = _told(appointment)
    if last < appointment.since:
        appointment.is_revoked = True
    else:
        appointment.until = last
    appointment.save()
    for lent in Delegation.objects.between(from_day, None).filter(from_person=person, role=appointment.role):
        lent.cut(from_day)
        end_sessions(lent.to_person)
    end_sessions(person)
    after = {**_told(appointment), "不再担任自": from_day.isoformat()}
    record("org.end_appointment", appointment, by=by, why=why, before=before, after=after, about=person)
    return appointment


def refuse_own(person: Person, by: Person) -> None:
    """Refuse somebody who would change his own roles."""
    if person.pk == by.pk:
        raise Refusal(_("任何人都不能变更自己的角色, 请由另一位安全管理员办理。"))


def refuse_held_already(person: Person, role: str, since: date, until: date | None) -> None:
    """Refuse a second appointment to the same role on the same days."""
    for held in Appointment.objects.between(since, until).filter(person=person, role=role):
        raise Refusal(
            _("{person}已任{role}, 自 {day} 起。").format(person=person, role=Role(role).label, day=held.since)
        )


def _told(appointment: Appointment) -> dict[str, str]:
    return {
        "角色": str(Role(appointment.role).label),
        "自": appointment.since.isoformat(),
        "至": appointment.until.isoformat() if appointment.until else "",
    }
