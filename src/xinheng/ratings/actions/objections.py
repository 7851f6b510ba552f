"""Objections to published results and complaints about one's own grade: received, reviewed by others, answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from creditpolicy.model import Policy as PolicyText
from creditpolicy.model.defaults import Term, answer_term
from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.customers.models import Customer, NumberSeries
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies.models import Policy, Version
from xinheng.policies.queries import policy_of, version_in_force
from xinheng.policies.roles import fillers_of
from xinheng.ratings.listeners import ANSWERED
from xinheng.ratings.models import Assessment, Happening, Objection, Rating
from xinheng.ratings.queries import grade_in_force, main_policy
from xinheng.workflow.actions import open_item, settle_items
from xinheng.workflow.acts import State as TaskState
from xinheng.workflow.apart import way_for
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

ANSWER = "answer"
OPEN = (Objection.State.RECEIVED, Objection.State.UNDER_REVIEW)


@act
def receive_objection(
    customer: Customer,
    *,
    text: str,
    by: Actor,
    on: date,
    kind: str = Objection.Kind.COMPLAINT,
    channel: str = Objection.Channel.STAFF,
    from_whom: str = "",
    assessment: Assessment | None = None,
    rating: Rating | None = None,
    received_on: date | None = None,
    policy: Policy | None = None,
) -> Objection:
    """Take down an objection to a published result (`assessment`), or a complaint about a grade; asks for an answer.

    A complaint is about the rating in force unless another is named. Whoever the policy names handles it, by the day
    that it names; never one of those who rated.
    """
    if isinstance(by, Person):
        demand(by, "ratings.object", customer)
    received = received_on or on
    if kind not in Objection.Kind.values or channel not in Objection.Channel.values:
        raise Refusal(_("请选择异议的类别。"))
    if not text.strip():
        raise Refusal(_("请写明对什么有异议、为什么。"))
    if received > on:
        raise Refusal(_("收到日期在今天以后。请改正。"))
    case: Assessment | None
    if kind == Objection.Kind.PUBLICATION:
        case, rating = _about_published(customer, assessment, on), None
        version = case.version
    else:
        rating = _about_grade(customer, rating, policy, on)
        case, version = rating.assessment, rating.version
    objection = Objection(
        number=_next_number(on), customer=customer, policy=version.policy, kind=kind, channel=channel,
        assessment=case, rating=rating,
        from_whom=from_whom.strip(), text=text.strip(), received_on=received,
        received_by=by if isinstance(by, Person) else None,
    )  # fmt: skip
    said = policy_of(version)
    role, term = _who(said, kind), _term(said, kind)
    clause = term.clause
    objection.due_on = add_working_days(received, term.days)
    objection.save()
    record(
        "ratings.receive_objection", objection, by=by, clause=clause, about=customer,
        after={"kind": kind, "channel": channel, "due": objection.due_on},
    )  # fmt: skip
    filler = fillers_of(said, [role]).get(role, Role.CREDIT_GROUP)
    person = filler if isinstance(filler, Person) else None
    open_item(
        objection, by=by, on=on, act=ANSWER, role="" if person else str(filler), person=person, due=objection.due_on,
        clause=clause, about=customer,
        title=_("处理{kind} {number}: {customer}").format(
            kind=objection.get_kind_display(), number=objection.number, customer=customer.name
        ),
    )  # fmt: skip
    return objection


@act
def review_objection(objection: Objection, *, by: Person, on: date, why: str) -> Assessment:
    """Have the rating looked into again by other people: a published result is dropped, a review case opened."""
    from xinheng.ratings.actions.deciding import drop_publication
    from xinheng.ratings.actions.opening import open_assessment

    objection = _handled_by(objection, by, on, (Objection.State.RECEIVED,))
    if not why.strip():
        raise Refusal(_("请写明要复核什么。"))
    about = objection.assessment
    if objection.kind == Objection.Kind.PUBLICATION and about is not None and about.state == Assessment.State.PUBLISHED:
        drop_publication(about, by=by, on=on, why=_("异议 {number} 须复核").format(number=objection.number))
    version = _version_now(objection, on)
    review: Assessment = open_assessment(
        objection.customer, kind=Assessment.Kind.REVIEW, by=SYSTEM, on=on, version=version, objection=objection,
        why=_("异议 {number}: {why}").format(number=objection.number, why=why.strip()), due_on=_at_least(objection, on),
    )  # fmt: skip
    objection.state = Objection.State.UNDER_REVIEW
    objection.save(update_fields=["state"])
    record(
        "ratings.review_objection", objection, by=by, why=why.strip(), about=objection.customer,
        after={"review": review.number},
    )  # fmt: skip
    return review


@act
def answer_objection(objection: Objection, *, by: Person, on: date, is_upheld: bool, answer: str) -> Objection:
    """Answer with reasons: upheld after a review by other people came to another result, else rejected.

    What a complaint shows that we had wrong is put right the same day: waiting is for customers who improve.
    What staff received is given back to whoever received it, to be told; what came from the customer's own page is
    shown there.
    """
    objection = _handled_by(objection, by, on, OPEN)
    if not answer.strip():
        raise Refusal(_("请写明答复和理由; 提出人凭它知道结果。"))
    review = review_of(objection)
    if review is not None and review.state in (Assessment.State.OPEN, Assessment.State.IN_PROCEDURE):
        raise Refusal(_("复核评估 {number} 还没有办完。请等它有结果再答复。").format(number=review.number))
    if is_upheld and (review is None or not _came_to_something(review)):
        raise Refusal(_("判定成立须先由其他人员复核并批准。请先发起复核。"))
    before = objection.state
    objection.state = Objection.State.UPHELD if is_upheld else Objection.State.REJECTED
    objection.answer, objection.answered_by, objection.answered_on = answer.strip(), by, on
    objection.save(update_fields=["state", "answer", "answered_by", "answered_on"])
    record(
        "ratings.answer_objection", objection, by=by, about=objection.customer, before={"state": before},
        after={"state": objection.state, "late": objection.due_on is not None and on > objection.due_on},
    )  # fmt: skip
    settle_items(objection, act=ANSWER, by=by, on=on)
    if is_upheld and review is not None and review.state == Assessment.State.IN_FORCE:
        put_right_by(review, by=by, on=on)
    if objection.channel == Objection.Channel.STAFF:
        _ask_to_tell(objection, by=by, on=on)
    for listener in ANSWERED:
        listener(objection, on)
    return objection


@act
def withdraw_objection(objection: Objection, *, by: Actor, on: date, why: str) -> Objection:
    """Take an objection back: whoever made it no longer wants an answer."""
    if isinstance(by, Person):
        demand(by, "ratings.object", objection)
    objection = _locked(objection)
    if objection.state != Objection.State.RECEIVED:
        raise Refusal(_("异议{state}, 不能撤回。").format(state=objection.get_state_display()))
    if not why.strip():
        raise Refusal(_("请写明谁要求撤回、为什么。"))
    objection.state = Objection.State.WITHDRAWN
    objection.save(update_fields=["state"])
    record("ratings.withdraw_objection", objection, by=by, why=why.strip(), about=objection.customer)
    settle_items(objection, act=ANSWER, by=by, on=on)
    return objection


def put_right_by(review: Assessment, *, by: Actor, on: date) -> None:
    """Put a grade right by a review that took force, where the complaint that it looked into was upheld.

    An objection to what was only published changes nothing: that grade was never in force.
    """
    from xinheng.ratings.actions.changing import put_right

    about = review.objection
    if about is None or about.kind != Objection.Kind.COMPLAINT or about.state != Objection.State.UPHELD:
        return
    rating = review.ratings.order_by("-pk").first()
    if rating is not None:
        put_right(rating, by=by, on=on, why=_("投诉 {number} 成立。").format(number=about.number))


def correction_of(review: Assessment | None) -> Happening | None:
    """Give the correction that came of a review."""
    found: Happening | None = Happening.objects.filter(rating__assessment=review, kind=Happening.Kind.CORRECTED).first()
    return found if review is not None else None


def raters(objection: Objection) -> set[int]:
    """Give everybody who had a hand in the rating that is objected to; none of them handles it."""
    from xinheng.ratings.subject import raters_of

    rating = objection.rating
    case = objection.assessment or (rating.assessment if rating is not None else None)
    found = set(raters_of(case)) if case is not None else set()
    if case is not None and case.opened_by_id is not None:
        found.add(case.opened_by_id)
    if rating is not None and rating.batch is not None:
        found |= {one for one in (rating.batch.by_id, rating.batch.applied_by_id) if one is not None}
    if objection.customer.owner_id is not None:
        found.add(objection.customer.owner_id)
    return found


def review_of(objection: Objection) -> Assessment | None:
    """Give the case that looked into it again."""
    found: Assessment | None = objection.reviews.order_by("-pk").first()
    return found


def may_handle(objection: Objection, person: Person, on: date) -> bool:
    """Say whether a person may handle an objection today: it is his task, and he did not rate."""
    return _why_not(objection, person, on) == ""


def _why_not(objection: Objection, person: Person, on: date) -> str:
    if person.pk in raters(objection):
        return _("您参与了被投诉的评级, 或是这个客户的客户经理。请由没有参与的人处理。")
    task = _task(objection)
    if task is None:
        return _("这件异议没有待办。")
    way, reason = way_for(task, person, on)
    return "" if way is not None else reason


def _task(objection: Objection) -> Item | None:
    found: Item | None = items_of(objection).filter(act=ANSWER, state=TaskState.OPEN).first()
    return found


def _handled_by(objection: Objection, by: Person, on: date, states: tuple[Any, ...]) -> Objection:
    """Give the objection, held until the transaction ends; Refusal where this person may not, or it is handled."""
    demand(by, "ratings.answer_objection", objection)
    objection = _locked(objection)
    if objection.state not in states:
        raise Refusal(_("异议{state}, 不能这样办理。").format(state=objection.get_state_display()))
    reason = _why_not(objection, by, on)
    if reason:
        raise Refusal(reason)
    return objection


def _about_published(customer: Customer, assessment: Assessment | None, on: date) -> Assessment:
    if assessment is None or assessment.customer_id != customer.pk or assessment.state != Assessment.State.PUBLISHED:
        raise Refusal(_("这个客户没有在公示的评级结果。对在用的等级有异议, 请按投诉登记。"))
    if assessment.publish_until is not None and on >= assessment.publish_until:
        raise Refusal(_("公示已在 {day} 期满。对在用的等级有异议, 请按投诉登记。").format(day=assessment.publish_until))
    return assessment


def _about_grade(customer: Customer, rating: Rating | None, policy: Policy | None, on: date) -> Rating:
    if rating is None:
        standing = grade_in_force(customer, on, policy or main_policy())
        rating = standing.rating if standing is not None else None
    if rating is None:
        rating = Rating.objects.filter(customer=customer).order_by("-as_of", "-pk").first()
    if rating is None or rating.customer_id != customer.pk:
        raise Refusal(_("这个客户还没有评过级, 没有可以投诉的等级。"))
    return rating


def due_is_assumed(objection: Objection) -> bool:
    """Say whether the day by which it is answered is our own assumption, for the policy sets none."""
    told = objection.rating or objection.assessment
    return told is not None and _term(policy_of(told.version), objection.kind).is_assumed


def _term(said: PolicyText, kind: str) -> Term:
    return answer_term(said, is_published=kind == Objection.Kind.PUBLICATION)


def _who(said: PolicyText, kind: str) -> str:
    """Give who handles it."""
    procedure = said.procedure
    publication = procedure.publication if procedure is not None else None
    objection = procedure.objection if procedure is not None else None
    if publication is not None and (kind == Objection.Kind.PUBLICATION or objection is None):
        return publication.role
    return objection.role if objection is not None else Role.CREDIT_GROUP


def _version_now(objection: Objection, on: date) -> Version:
    told = objection.rating or objection.assessment
    assert told is not None
    return version_in_force(objection.policy.key, on) or told.version


def _at_least(objection: Objection, on: date) -> date | None:
    """Give the day by which the review should be done: before the answer is due, if that is still to come."""
    return objection.due_on if objection.due_on is not None and objection.due_on > on else None


def _came_to_something(review: Assessment) -> bool:
    return review.state in (Assessment.State.IN_FORCE, Assessment.State.PUBLISHED)


def _ask_to_tell(objection: Objection, *, by: Person, on: date) -> None:
    """Ask whoever received it to tell the answer to whoever complained."""
    person = objection.received_by or objection.customer.owner
    role = "" if person is not None else Role.CUSTOMER_SERVICE
    corrected = correction_of(review_of(objection))
    open_item(
        objection, by=by, on=on, act="notify", person=person, role=role, due=add_working_days(on, 2),
        about=objection.customer,
        title=_("把答复告知提出人: {number}").format(number=objection.number),
        note="\n".join([str(objection.get_state_display()), *([corrected.said] if corrected is not None else [])]),
    )  # fmt: skip


def _next_number(on: date) -> str:
    prefix = f"YY{on.year}-"
    NumberSeries.objects.bulk_create([NumberSeries(prefix=prefix)], ignore_conflicts=True)
    NumberSeries.objects.filter(prefix=prefix).update(last=F("last") + 1)
    return str(NumberSeries.objects.get(prefix=prefix))


def _locked(objection: Objection) -> Objection:
    found: Objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    return found
