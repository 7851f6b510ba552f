"""Lending a role for some days, because one is away."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.duties import refuse_duties_together
from xinheng.org.models import Appointment, Delegation, Person
from xinheng.org.roles import Role
from xinheng.org.sessions import end_sessions

LONGEST_DAYS = 92
"""Longer than a quarter it is no absence but an appointment."""


@act
def delegate_role(
    from_person: Person, *, to_person: Person, role: str, since: date, until: date, reason: str, by: Person, on: date
) -> Delegation:
    """Let somebody act in a role of `from_person` on some days.

    Only what one holds by one's own appointment, on all the days, can be lent: what is borrowed is not lent on. The
    borrower may not thereby hold duties that are kept apart, and nobody lends a role to himself.
    """
    demand(by, "org.delegate", from_person)
    role = Role(role)
    if from_person.pk == to_person.pk:
        raise Refusal(_("不能委托给本人。请另选受托人。"))
    if to_person.pk == by.pk:
        raise Refusal(_("不能由受托人自己办理委托。请由委托人本人或另一位安全管理员办理。"))
    to_person = Person.objects.select_for_update().get(pk=to_person.pk)
    if not to_person.is_active:
        raise Refusal(_("{person}的账号已停用, 不能受托。请另选受托人。").format(person=to_person))
    _refuse_days(since, until, on)
    _refuse_not_held(from_person, role, since, until)
    _refuse_lent_twice(from_person, to_person, role, since, until)
    refuse_duties_together(to_person, role, since=since, until=until)
    delegation = Delegation.objects.create(
        from_person=from_person, to_person=to_person, role=role, since=since, until=until, reason=reason
    )
    record("org.delegate_role", delegation, by=by, why=reason, after=_told(delegation), about=from_person)
    return delegation


@act
def end_delegation(delegation: Delegation, *, by: Person, on: date, why: str = "") -> Delegation:
    """End a delegation: yesterday was its last day; one that had not begun by then is taken back whole."""
    demand(by, "org.delegate", delegation.from_person)
    delegation = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if delegation.is_revoked or delegation.until < on:
        raise Refusal(_("这项委托已经结束。"))
    before = _told(delegation)
    delegation.cut(on)
    end_sessions(delegation.to_person)
    after = {**_told(delegation), "不再受托自": on.isoformat()}
    record("org.end_delegation", delegation, by=by, why=why, before=before, after=after, about=delegation.from_person)
    return delegation


def _refuse_days(since: date, until: date, on: date) -> None:
    if until < since:
        raise Refusal(_("委托的终止日早于起始日。请改正日期。"))
    if until < on:
        raise Refusal(_("委托的日子已经过去。请改正日期。"))
    if (until - since).days >= LONGEST_DAYS:
        raise Refusal(_("委托最长 {days} 天。离开更久, 请由安全管理员另行任命。").format(days=LONGEST_DAYS))


def _refuse_not_held(person: Person, role: str, since: date, until: date) -> None:
    own = Appointment.objects.in_force(since).filter(person=person, role=role)
    if not own.filter(Q(until__isnull=True) | Q(until__gte=until)).exists():
        raise Refusal(
            _("{person}在这些日子里没有任{role}, 不能委托。只能委托自己任职的角色, 受托而来的不能再委托。").format(
                person=person, role=Role(role).label
            )
        )


def _refuse_lent_twice(from_person: Person, to_person: Person, role: str, since: date, until: date) -> None:
    on_these_days = Delegation.objects.between(since, until)
    lent = on_these_days.filter(from_person=from_person, to_person=to_person, role=role).first()
    if lent is not None:
        raise Refusal(
            _("{role}在 {since} 至 {until} 已委托给{person}。").format(
                role=Role(role).label, since=lent.since, until=lent.until, person=to_person
            )
        )


def _told(delegation: Delegation) -> dict[str, str]:
    return {
        "委托人": delegation.from_person.actor_name,
        "受托人": delegation.to_person.actor_name,
        "角色": str(Role(delegation.role).label),
        "自": delegation.since.isoformat(),
        "至": delegation.until.isoformat(),
    }
