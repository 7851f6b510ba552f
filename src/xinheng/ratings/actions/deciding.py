"""What comes of the steps and of the end of a case: frozen anew, agreed and rated, published, in force, refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.org.models import Person
from xinheng.ratings.actions.opening import ask_for_form, locked
from xinheng.ratings.actions.scoring import take_note
from xinheng.ratings.actions.submitting import complete
from xinheng.ratings.duties import SCORING, Duties, duties_of, people_filling
from xinheng.ratings.freezing import is_intact, known_of
from xinheng.ratings.listeners import tell_decided
from xinheng.ratings.looks import OF_OWNERS
from xinheng.ratings.models import Assessment, Rating
from xinheng.workflow import actions as workflow
from xinheng.workflow.actions.meetings import settled_by_meeting
from xinheng.workflow.acts import Kind, Outcome, Part, Stand
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.models import Item, Round
from xinheng.workflow.procedures import STARTER


def stepped(assessment: Assessment, item: Item, outcome: str, *, by: Actor, on: date) -> None:
    """See that a step has entered what it must before it goes on; what it entered is frozen with the rest."""
    if item.part != Part.MAIN or outcome not in (Outcome.AGREE, Outcome.DONE):
        return
    if item.act == "meet" and not settled_by_meeting(item):
        raise Refusal(_("会议还没有结束。请召集会议、记录并表决, 结束会议后这一步自动办结。"))
    duties = duties_of(assessment.version)
    step = duties.form_key(item.step)
    if item.step == STARTER or item.act in SCORING or duties.asked_at(item.step):
        complete(assessment, duties, step)
        if item.step == STARTER:
            assessment.submitted_by = by if isinstance(by, Person) else assessment.submitted_by
            assessment.submitted_on = on
            assessment.save(update_fields=["submitted_by", "submitted_on"])
        if item.round is not None:
            take_note(item.round, assessment)


def decided(assessment: Assessment, case: Round | Item, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round; a task to fill in the form ends only by handing it in."""
    if isinstance(case, Item):
        if case.act == "fill" and outcome == Outcome.DONE and locked(assessment).state == Assessment.State.OPEN:
            raise Refusal(_("请打开评估填写并提交, 不能只点办结。"))
        return
    assessment = locked(assessment)
    if outcome == Stand.AGREED:
        _agreed(assessment, by=by, on=on)
    elif outcome == Stand.WITHDRAWN:
        _back(assessment, by=by, on=on)
    else:
        _ended(assessment, case, outcome, by=by, on=on)


def _agreed(assessment: Assessment, *, by: Actor, on: date) -> None:
    from xinheng.ratings.rating import make_rating

    if not is_intact(assessment):
        raise Refusal(_("冻结的事实与提交时的摘要不符, 不能生效。请联系审计管理员。"))
    facts = known_of(assessment)
    rating = make_rating(assessment.customer, assessment.version, facts, on=assessment.as_of, assessment=assessment)
    assessment.decided_on = on
    record(
        "ratings.agree", assessment, by=by, about=assessment.customer,
        after={"grade": rating.grade, "total": rating.total, "limit": rating.limit, "sha256": rating.sha256},
    )  # fmt: skip
    procedure = duties_of(assessment.version).policy.procedure
    publication = procedure.publication if procedure is not None else None
    if publication is None:
        take_force(assessment, rating, by=by, on=on)
        return
    assessment.state, assessment.published_on = Assessment.State.PUBLISHED, on
    assessment.publish_until = on + timedelta(days=publication.days)
    assessment.save(update_fields=["state", "decided_on", "published_on", "publish_until"])


def take_force(assessment: Assessment, rating: Rating, *, by: Actor, on: date) -> None:
    """Bring the result into force, ask for what follows, and tell whoever listens."""
    from xinheng.ratings.actions.changing import bring_into_force
    from xinheng.ratings.actions.objections import put_right_by

    assessment.state = Assessment.State.IN_FORCE
    assessment.save(update_fields=["state", "decided_on"])
    why = _("评估 {number} ({kind}) 通过。").format(number=assessment.number, kind=assessment.get_kind_display())
    bring_into_force(rating, by=by, on=on, why=why)
    put_right_by(assessment, by=by, on=on)
    ask_for_rest(assessment, duties_of(assessment.version), by=by, on=on)
    tell_decided(assessment, by=by, on=on)
    transaction.on_commit(lambda: _keep(assessment, on), robust=True)


def _keep(assessment: Assessment, on: date) -> None:
    """Keep the report once all is committed; what fails here is made up for by the daily job."""
    from xinheng.ratings.actions.printing import keep_report

    keep_report(assessment, on=on, at=timezone.now())


def ask_for_rest(assessment: Assessment, duties: Duties, *, by: Actor, on: date) -> None:
    """Ask for what the policy has follow a decision (tell, sign, file), each a task with its day."""
    days = 0
    for step in duties.after:
        if step.special and not assessment.is_special:
            continue
        if step.when is not None and not assessment.holds(str(step.when)):
            continue
        days += step.within_days or 0
        role, person = people_filling(duties.fillers.get(step.role) or duties.form_filler)
        lines = [str(step.note)] if step.note is not None else []
        if step.with_roles:
            together = "、".join(duties.role_label(role) for role in step.with_roles)
            lines.append(_("同时: {roles}").format(roles=together))
        if step.papers:
            lines.append(_("表单与材料: {papers}").format(papers="、".join(step.papers)))
        item = workflow.open_item(
            assessment, by=by, on=on, act=step.act, role=role, person=person, about=assessment.customer,
            title=f"{step.label} · {assessment.number}"[:200], note="\n".join(lines), clause=step.clause or "",
            due=add_working_days(on, days) if step.within_days is not None else None,
        )  # fmt: skip
        _copy_to_others(item, assessment, duties, step.with_roles, by=by, on=on)


def _copy_to_others(
    item: Item, assessment: Assessment, duties: Duties, roles: Iterable[str], *, by: Actor, on: date
) -> None:
    """Give whoever takes part in what follows a copy of the task to read; salesmen that of their own customers."""
    told: set[tuple[str, int | None]] = {(item.role, item.person_id)}
    owner = assessment.customer.owner
    for one in roles:
        role, person = people_filling(duties.fillers.get(one))
        if role in OF_OWNERS and owner is not None and owner.is_active:
            role, person = "", owner
        key = (role, person.pk if person is not None else None)
        if key in told or key == ("", None):
            continue
        told.add(key)
        workflow.open_item(
            assessment, by=by, on=on, act="read", kind=Kind.READ, role=role, person=person, parent=item,
            about=assessment.customer, title=_("抄送: {title}").format(title=item.title), note=item.note,
            clause=item.clause,
        )  # fmt: skip


def _back(assessment: Assessment, *, by: Actor, on: date) -> None:
    assessment.state, assessment.facts, assessment.digest = Assessment.State.OPEN, {}, ""
    assessment.save(update_fields=["state", "facts", "digest"])
    ask_for_form(assessment, duties_of(assessment.version), by=by, on=on, note=_("已撤回, 改好后重新提交。"))


def _ended(assessment: Assessment, round: Round, outcome: str, *, by: Actor, on: date) -> None:
    refused = outcome == Stand.REFUSED
    assessment.state = Assessment.State.REFUSED if refused else Assessment.State.CANCELLED
    assessment.decided_on = on
    assessment.save(update_fields=["state", "decided_on"])
    if refused:
        last = round.items.filter(outcome=Outcome.REFUSE).order_by("-id").first()
        why = last.remarks if last is not None else ""
        record("ratings.refuse", assessment, by=by, why=why, about=assessment.customer)
        _tell_refused(assessment, why, by=by, on=on)
    tell_decided(assessment, by=by, on=on)


def _tell_refused(assessment: Assessment, why: str, *, by: Actor, on: date) -> None:
    """Tell whoever handed the form in, and the customer's salesman, with the reasons."""
    for person in {assessment.submitted_by, assessment.customer.owner} - {None, by}:
        assert person is not None
        workflow.open_item(
            assessment, by=by, on=on, act="read", person=person, about=assessment.customer,
            title=_("评估 {number} 未批准").format(number=assessment.number), note=why,
        )  # fmt: skip


@act
def end_publication(assessment: Assessment, *, by: Actor, on: date) -> Assessment:
    """Bring a published result into force once its days are over and nothing stands against it."""
    assessment = locked(assessment)
    if assessment.state != Assessment.State.PUBLISHED:
        raise Refusal(_("评估 {number} 不在公示中。").format(number=assessment.number))
    if assessment.publish_until is not None and on < assessment.publish_until:
        raise Refusal(_("公示到 {day} 为止, 还没有期满。").format(day=assessment.publish_until))
    if assessment.objections.filter(state__in=("received", "under_review")).exists():
        raise Refusal(_("还有异议没有处理, 公示不能结束。"))
    rating: Any = assessment.ratings.order_by("-pk").first()
    record("ratings.end_publication", assessment, by=by, about=assessment.customer, after={"grade": rating.grade})
    take_force(assessment, rating, by=by, on=on)
    return assessment


@act
def drop_publication(assessment: Assessment, *, by: Actor, on: date, why: str) -> Assessment:
    """End a published result without force, for an objection to it was upheld; a review takes its place."""
    assessment = locked(assessment)
    if assessment.state != Assessment.State.PUBLISHED:
        raise Refusal(_("评估 {number} 不在公示中。").format(number=assessment.number))
    assessment.state = Assessment.State.CANCELLED
    assessment.save(update_fields=["state"])
    record("ratings.drop_publication", assessment, by=by, why=why, about=assessment.customer)
    tell_decided(assessment, by=by, on=on)
    return assessment
