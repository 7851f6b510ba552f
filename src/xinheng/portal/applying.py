"""A customer applies for a rating or a higher limit, or objects to one; nothing comes of it before somebody takes it up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditpolicy.problems import Refusal
from xinheng.audit.record import act
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.portal.actions import decided, locked, receive
from xinheng.portal.models import Invitation, Submission
from xinheng.portal.seeing import published_case
from xinheng.ratings.actions import open_assessment
from xinheng.ratings.actions.objections import OPEN, receive_objection
from xinheng.ratings.models import Assessment, Objection

LARGEST = Decimal(10) ** 12


class Sort(models.TextChoices):
    """What a customer applies for."""

    RATING = "rating", gettext_lazy("信用评级 (首次或重新)")
    LIMIT = "limit", gettext_lazy("提高信用额度")


KINDS = {Sort.RATING: Assessment.Kind.APPLICATION, Sort.LIMIT: Assessment.Kind.CORRECTION}


@act
def apply_for_rating(
    invitation: Invitation, *, sort: str, amount: Decimal | None, text: str, on: date
) -> Submission:  # fmt: skip
    """Take in an application; nothing is rated and nothing changes before somebody accepts it."""
    if sort not in Sort.values:
        raise Refusal(_("请选择申请什么。"))
    if sort == Sort.LIMIT and (amount is None or not 0 < amount <= LARGEST):
        raise Refusal(_("请写明希望的额度, 以元为单位。"))
    if len(text.strip()) < 5:
        raise Refusal(_("请写几句申请的理由, 例如业务增长、希望合作的方式。"))
    waiting = invitation.customer.submissions.filter(what=Submission.What.APPLICATION, state=Submission.State.WAITING)
    if waiting.exists():
        raise Refusal(_("您已有一份申请在等待受理, 请等我们答复。"))
    content = {
        "sort": sort, "amount": str(amount) if sort == Sort.LIMIT and amount is not None else "",
        "text": text.strip()[:2000],
    }  # fmt: skip
    return receive(invitation, Submission.What.APPLICATION, content, on=on)


@act
def accept_application(submission: Submission, *, by: Person, on: date, why: str, answer: str = "") -> Assessment:
    """Open the case that a customer applied for; he sees how far it is."""
    demand(by, "ratings.open", submission.customer)
    submission = locked(submission, Submission.What.APPLICATION)
    kind = KINDS[Sort(submission.content["sort"])]
    amount = submission.content["amount"]
    case = open_assessment(
        submission.customer, kind=kind, by=by, on=on, why=why, limit_asked=Decimal(amount) if amount else None
    )
    submission.content = {**submission.content, "assessment": case.number}
    submission.save(update_fields=["content"])
    decided(submission, Submission.State.ACCEPTED, by=by, on=on, answer=answer, after={"assessment": case.number})
    return case


@act
def refuse_application(submission: Submission, *, by: Person, on: date, answer: str) -> Submission:
    """Do not open a case; the customer is told why."""
    demand(by, "ratings.open", submission.customer)
    submission = locked(submission, Submission.What.APPLICATION)
    if not answer.strip():
        raise Refusal(_("请写明不受理的原因, 客户会看到。"))
    return decided(submission, Submission.State.REFUSED, by=by, on=on, answer=answer, after={})


def cases_of(submissions: list[Submission]) -> dict[str, Assessment]:
    """Give the cases that came of applications, by number."""
    numbers = [
        one.content.get("assessment")
        for one in submissions
        if one.what == Submission.What.APPLICATION and one.state == Submission.State.ACCEPTED
    ]
    return {case.number: case for case in Assessment.objects.filter(number__in=[one for one in numbers if one])}


@act
def object_to_rating(invitation: Invitation, *, text: str, on: date) -> Objection:
    """Take in an objection to the result that is published, else a complaint about the grade; others look into it."""
    customer = invitation.customer
    if len(text.strip()) < 5:
        raise Refusal(_("请写明哪一项不对、为什么, 我们才好复核。"))
    if Objection.objects.filter(customer=customer, channel=Objection.Channel.PORTAL, state__in=OPEN).exists():
        raise Refusal(_("您已有一件异议在处理, 请等我们答复; 要补充凭据请上传文件。"))
    published = published_case(customer, on)
    kind = Objection.Kind.COMPLAINT if published is None else Objection.Kind.PUBLICATION
    return receive_objection(
        customer, text=text.strip()[:5000], by=invitation, on=on, kind=kind, channel=Objection.Channel.PORTAL,
        from_whom=invitation.to_name, assessment=published,
    )  # fmt: skip
