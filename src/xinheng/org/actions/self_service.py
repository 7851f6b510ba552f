"""What a person does with his own account; each leaves its line."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.models import Person
from xinheng.org.queries import appointed_to
from xinheng.org.roles import Role
from xinheng.org.sessions import end_sessions


@act
def change_password(person: Person, password: str, *, keep_session: str | None = None) -> Person:
    """Set the password that a person chose himself; his other sessions end."""
    person.set_password(password)
    person.must_change_password = False
    person.one_time_until = None
    person.save()
    ended = end_sessions(person, keep=keep_session)
    record("org.change_password", person, by=person, after={"结束的登录": ended})
    return person


@act
def end_own_sessions(person: Person, *, keep_session: str | None) -> int:
    """End a person's sessions on other devices; give how many there were."""
    ended = end_sessions(person, keep=keep_session)
    record("org.end_own_sessions", person, by=person, after={"结束的登录": ended})
    return ended


@act
def enter_as(role: str, *, on: date) -> Person:
    """Give the person as whom a newcomer to the demo enters; refused everywhere else."""
    if not settings.DEMO:
        raise Refusal(_("只有演示公司可以这样进入。请用自己的账号登录。"))
    role = Role(role)
    people = appointed_to(role, on=on).order_by("pk")
    person = people.first()
    if person is None:
        raise Refusal(_("演示公司里没有人担任{role}。请选别的角色。").format(role=role.label))
    record("org.enter_as", person, by=person, after={"角色": str(role.label)})
    return person


def choose_look(person: Person, *, language: str, theme: str) -> None:
    """Keep the language and the look that a person likes; no business act, so it leaves no line."""
    person.language, person.theme = language, theme
    person.save(update_fields=["language", "theme"])
