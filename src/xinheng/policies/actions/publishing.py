"""Publication: an approved version comes into force on a day, takes the place of the one before, and is made known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.model import Policy as PolicyText
from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.customers.card import fields_from_policy
from xinheng.org.access import demand
from xinheng.org.models import Department, Person
from xinheng.org.roles import ADMINISTRATORS
from xinheng.policies.actions.drafting import locked
from xinheng.policies.listeners import tell_published
from xinheng.policies.models import Policy, Stage, Version
from xinheng.policies.queries import policy_of
from xinheng.policies.roles import fillers_of, people_of, roles_at_work, unfilled
from xinheng.workflow import notices
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import State
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

READ_WITHIN = 5
"""Working days in which those told of a new version are to have read it."""
REMIND_AGAIN = 3
"""Days between two reminders of somebody who is late with reading."""


@act
def publish_version(version: Version, from_day: date, *, by: Person, on: date) -> Version:
    """Let an approved version come into force on `from_day`; the one before it ends on that day.

    Not before today, unless nothing of this policy was in force from that day on.
    """
    demand(by, "policies.publish")
    policy = Policy.objects.select_for_update().get(pk=version.policy_id)
    held = locked(version)
    if held.stage != Stage.APPROVED:
        raise Refusal(
            _("版本 {number} 现在是“{stage}”, 批准之后才能发布。").format(
                number=held.number, stage=held.get_stage_display()
            )
        )
    said = policy_of(held)
    _roles_filled(said)
    before = _predecessor(policy, from_day, on)
    if before is not None:
        before.in_force_until = from_day
        before.save(update_fields=["in_force_until"])
    held.stage, held.in_force_from = Stage.PUBLISHED, from_day
    held.published_by, held.published_on = by, on
    held.save(update_fields=["stage", "in_force_from", "published_by", "published_on"])
    _take_over(policy, said)
    fields_from_policy(said)
    record(
        "policies.publish", held, by=by,
        before={"in_force": str(before.number) if before is not None else ""},
        after={"number": held.number, "sha256": held.sha256, "from": from_day},
    )  # fmt: skip
    _make_known(held, said, by=by, on=on)
    tell_published(held, by=by, on=on)
    return held


def _roles_filled(said: PolicyText) -> None:
    missing = unfilled(said)
    if missing:
        raise Refusal(
            _(
                "制度里的角色还没有对应到公司的人: {roles}。请安全管理员或信用管理小组在“角色对照”里补上, 再发布。"
            ).format(roles=_("、").join(missing.values()))
        )


def _predecessor(policy: Policy, from_day: date, on: date) -> Version | None:
    """Give the version whose place is taken; Refusal where the day does not fit."""
    told = policy.versions.filter(stage=Stage.PUBLISHED)
    later = told.filter(in_force_from__gte=from_day).order_by("in_force_from").first()
    if later is not None:
        raise Refusal(
            _("版本 {number} 自 {day} 起生效, 新版本的生效日要在它之后。").format(
                number=later.number, day=later.in_force_from
            )
        )
    open_still = Q(in_force_until__isnull=True) | Q(in_force_until__gt=from_day)
    before = told.filter(open_still).order_by("-in_force_from").first()
    if before is not None and from_day < on:
        raise Refusal(
            _("生效日不能早于今天 ({today}): 那时执行的是版本 {number}。").format(today=on, number=before.number)
        )
    return before


def _take_over(policy: Policy, said: PolicyText) -> None:
    """Let the policy be called as its new version calls it; the first of its subject is the main one."""
    policy.title = (
        said.title.in_language("zh-hans")[:200] if hasattr(said.title, "in_language") else str(said.title)[:200]
    )
    policy.subject = said.subject
    if not Policy.objects.filter(subject=policy.subject, is_main=True).exists():
        policy.is_main = True
    policy.save(update_fields=["title", "subject", "is_main"])


@act
def make_main(policy: Policy, *, by: Person, on: date, why: str) -> Policy:
    """Let the grade by this policy be the customer's grade, in place of that by another."""
    demand(by, "policies.publish")
    if not why.strip():
        raise Refusal(_("请写明为什么改用这份制度。"))
    held = Policy.objects.select_for_update().get(pk=policy.pk)
    if held.is_main:
        raise Refusal(_("“{policy}”已经是主评级制度。").format(policy=held.title))
    if not held.versions.filter(stage=Stage.PUBLISHED).exists():
        raise Refusal(_("“{policy}”还没有发布过, 不能作主评级制度。").format(policy=held.title))
    before = Policy.objects.select_for_update().filter(subject=held.subject, is_main=True).first()
    if before is not None:
        before.is_main = False
        before.save(update_fields=["is_main"])
    held.is_main = True
    held.save(update_fields=["is_main"])
    record(
        "policies.make_main",
        held,
        by=by,
        why=why,
        before={"main": before.key if before else ""},
        after={"main": held.key},
    )
    return held


# Making it known ---------------------------------------------------------------------------------------------------


def _make_known(version: Version, said: PolicyText, *, by: Person, on: date) -> None:
    """Ask each department's head, and everybody in the roles that the policy wants told, to read it and say so."""
    title = _("阅知: “{policy}”版本 {number}, 自 {day} 起生效").format(
        policy=version.policy.title, number=version.number, day=version.in_force_from
    )
    revision = said.governance.revision if said.governance is not None else None
    clause = (revision.clause or "") if revision is not None else ""
    for person in dict.fromkeys(_readers(said, on=on)):
        if person.pk != by.pk:
            open_item(
                version, by=by, on=on, act="read", title=title, person=person, clause=clause,
                due=add_working_days(on, READ_WITHIN),
            )  # fmt: skip


def _readers(said: PolicyText, *, on: date) -> Iterator[Person]:
    heads = Department.objects.filter(is_closed=False, head__is_active=True).select_related("head")
    told = (department.head for department in heads if department.head is not None)
    yield from (head for head in told if ADMINISTRATORS.isdisjoint(head.roles(on=on)))
    revision = said.governance.revision if said.governance is not None else None
    named = revision.tell if revision is not None and revision.tell else tuple(roles_at_work(said))
    found = fillers_of(said, named)
    for role in named:
        if role in found:
            yield from people_of(found[role], on=on)


def readers_of(version: Version) -> list[Item]:
    """Give what became of telling people of a version: a task for each, those who have not read it first."""
    found = items_of(version).filter(act="read", round__isnull=True).select_related("person__department")
    return sorted(found, key=lambda item: (item.state != State.OPEN, item.pk))


@act
def remind_readers(version: Version, *, by: Person, on: date) -> int:
    """Remind everybody who has not read a published version yet, once a day at most; gives how many."""
    demand(by, "policies.publish")
    due = [item for item in readers_of(version) if item.state == State.OPEN and not _told_since(item, on)]
    if not due:
        raise Refusal(_("没有要催的人: 都已阅知, 或今天已经催过。"))
    return _remind(version, due, by=by, on=on)


@act
def remind_late_readers(version: Version, *, on: date) -> int:
    """Remind, as the application does each day, those whose day is over, every few days; gives how many."""
    late = [item for item in readers_of(version) if is_due_again(item, on)]
    return _remind(version, late, by=SYSTEM, on=on)


def is_due_again(item: Item, on: date) -> bool:
    """Say whether somebody is late with reading and was not reminded for some days."""
    return item.is_late(on) and not _told_since(item, on - timedelta(days=REMIND_AGAIN - 1))


def _told_since(item: Item, day: date) -> bool:
    return item.reminded_on is not None and item.reminded_on >= day


def _remind(version: Version, due: list[Item], *, by: Actor, on: date) -> int:
    for item in due:
        item.reminded_on = on
        item.save(update_fields=["reminded_on"])
        if item.person is not None:
            notices.tell(item.person, item, "remind", on=on)
    record("policies.remind", version, by=by, after={"people": len(due)})
    return len(due)
