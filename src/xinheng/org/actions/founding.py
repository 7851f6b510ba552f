"""The first accounts of a company: three hands from the first day, each with a one-time password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, act, record
from xinheng.org.actions.people import Engaged, give_one_time_password, told
from xinheng.org.models import Appointment, Department, Person
from xinheng.org.roles import ADMINISTRATORS, Role
from xinheng.org.sessions import end_sessions


@act
def appoint_first_administrators(
    names: Mapping[Role, tuple[str, str]], *, company: str, at: datetime
) -> dict[Role, Engaged]:
    """Make the first administrators of an empty company: for each role the sign-in name and the full name.

    The security administrator must be among them; he may make the other two later. No two may share an account, and
    none does business. Refused once there is anybody: from then on the security administrator appoints.
    """
    if Person.objects.exists():
        raise Refusal(_("公司已有账号。第一批管理员只能在初始化时建立, 此后由安全管理员任命。"))
    if Role.SECURITY_ADMIN not in names:
        raise Refusal(_("请至少给出安全管理员的登录名和姓名, 其余账号由他建立。"))
    if not set(names) <= ADMINISTRATORS:
        raise Refusal(_("初始化只建立系统、安全、审计三个管理员, 其余账号由安全管理员建立。"))
    usernames = [username.lower() for username, _full_name in names.values()]
    if len(set(usernames)) < len(usernames):
        raise Refusal(_("三个管理员须是三个不同的账号, 请给出不同的登录名。"))
    top = Department.objects.filter(parent=None).first() or Department.objects.create(code="01", name=company)
    made: dict[Role, Engaged] = {}
    for role, (username, full_name) in names.items():
        person = Person(username=username, full_name=full_name, department=top)
        password = give_one_time_password(person, at=at)
        person.save()
        Appointment.objects.create(person=person, role=role, since=timezone.localdate(at), reason=_("初始化"))
        after = {**told(person), "角色": str(role.label)}
        record("org.appoint_first_administrators", person, by=SYSTEM, why=_("初始化"), after=after)
        made[role] = Engaged(person, password)
    return made


@act
def rescue_security_administrator(username: str, *, at: datetime) -> Engaged:
    """Let a security administrator in again who lost his password or second factor, where nobody else can help him.

    Asked for on the server alone (`xinheng init --rescue`), where whoever may read the data folder may do anything; it
    leaves its line, so that the auditor sees that it was done. He gets a one-time password, his second factor and his
    sessions end; his account is opened where it was closed.
    """
    person = Person.objects.select_for_update().filter(username__iexact=username).first()
    if person is None or Role.SECURITY_ADMIN not in person.roles(on=timezone.localdate(at)):
        raise Refusal(_("“{name}”不是在任的安全管理员的登录名。别的人员由安全管理员重置。").format(name=username))
    was_in_use, person.is_active = person.is_active, True
    password = give_one_time_password(person, at=at)
    person.save()
    gone, _kinds = Authenticator.objects.filter(user=person).delete()
    ended = end_sessions(person)
    record(
        "org.rescue_security_administrator", person, by=SYSTEM, why=_("在服务器上运行了 xinheng init --rescue"),
        before={"在用": was_in_use}, after={"在用": True, "须改密码": True, "清除的动态码": gone, "结束的登录": ended},
    )  # fmt: skip
    return Engaged(person, password)
