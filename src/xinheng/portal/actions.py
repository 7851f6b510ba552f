"""Inviting a customer, his coming in, what he sends, and what becomes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from creditpolicy.problems import Problem, Refusal
from xinheng.audit.record import act, record
from xinheng.customers.actions.card import add_value
from xinheng.customers.card import Field, fields_for, read
from xinheng.customers.models import Customer, Source, Status, ValueKind
from xinheng.customers.values import values_in_use
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.papers import contents
from xinheng.papers.actions.filing import Details, file_paper
from xinheng.papers.models import Paper, PaperKind
from xinheng.portal.entering import code_digest, link_digest, new_code, new_link
from xinheng.portal.models import Invitation, Submission
from xinheng.vault import files
from xinheng.workflow.actions import open_item, settle_items
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.standing import standings

LONGEST_DAYS = 60
REVIEW_DAYS = 3
"""Working days in which what a customer sent is looked at (our assumption)."""
ANSWER_DAYS = 5
"""Working days in which a complaint is answered (our assumption; document 004 asks for a deadline and names none)."""
MOST_WAITING = 50
"""How many things of one invitation may wait; more is somebody's script."""
State, What = Submission.State, Submission.What


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its two secrets, which are seen this once."""

    invitation: Invitation
    link: str
    code: str


@act
def invite(
    customer: Customer, *, to_name: str, days: int, by: Person, now: datetime, email: str = "", message: str = ""
) -> Invited:
    """Let somebody of the customer in for some days. The link and the code go to him by two different ways."""
    demand(by, "portal.invite", customer)
    if customer.status == Status.CLOSED:
        raise Refusal(_("“{name}”已停用, 不能邀请。").format(name=customer.name))
    if not to_name.strip():
        raise Refusal(_("请写明邀请的是谁。"))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refusal(_("有效天数要在 1 到 {most} 之间。").format(most=LONGEST_DAYS))
    link, code = new_link(), new_code()
    invitation = Invitation(
        customer=customer, to_name=to_name.strip(), email=email.strip() or None, message=message.strip(),
        link_digest=link_digest(link), created_by=by, created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    invitation.code_digest = code_digest(code, invitation)
    invitation.save()
    record("portal.invite", invitation, by=by, about=customer, after={"days": days})
    return Invited(invitation, link, code)


@act
def renew_code(invitation: Invitation, *, by: Person) -> Invited:
    """Make another code for an invitation whose code was lost or tried out; the link stays as it is."""
    demand(by, "portal.invite", invitation.customer)
    if invitation.ended_at is not None or invitation.expires_at <= timezone.now():
        raise Refusal(_("这份邀请已经结束。请重新邀请。"))
    code = new_code()
    invitation.code_digest, invitation.tries = code_digest(code, invitation), 0
    invitation.save(update_fields=["code_digest", "tries"])
    record("portal.renew_code", invitation, by=by, about=invitation.customer)
    return Invited(invitation, "", code)


@act
def end_invitation(invitation: Invitation, *, by: Person, why: str) -> Invitation:
    """Close a link before its time; whoever is in by it is out."""
    demand(by, "portal.invite", invitation.customer)
    if invitation.ended_at is not None:
        raise Refusal(_("这份邀请已经结束。"))
    if not why.strip():
        raise Refusal(_("请写明结束的原因。"))
    invitation.ended_at, invitation.ended_why = timezone.now(), why.strip()
    invitation.save(update_fields=["ended_at", "ended_why"])
    record("portal.end_invitation", invitation, by=by, about=invitation.customer, why=why)
    return invitation


def enter(link: str, code: str, *, now: datetime) -> Invitation:
    """Let a customer in by link and code; Refusal where either does not open.

    A try is counted before it is judged, by one guarded statement: however many come at once, five are judged.
    """
    invitation = Invitation.objects.select_related("customer").filter(link_digest=link_digest(link)).first()
    if invitation is None or not invitation.is_open():
        raise Refusal(_("这个链接已失效。请联系邀请您的业务人员, 重新获取。"))
    counted = Invitation.objects.filter(pk=invitation.pk, tries__lt=Invitation.LOCKED_AFTER).update(
        tries=F("tries") + 1
    )
    if not counted:
        raise Refusal(_("验证码错误次数太多, 链接已锁定。请联系邀请您的业务人员。"))
    if code_digest(code, invitation) != invitation.code_digest:
        _note_wrong_code(invitation)
        invitation.refresh_from_db()
        left = Invitation.LOCKED_AFTER - invitation.tries
        raise Refusal(_("验证码不对, 还可以试 {left} 次。").format(left=max(left, 0)))
    return _note_entering(invitation, now)


@act
def _note_wrong_code(invitation: Invitation) -> None:
    record("portal.wrong_code", invitation, by=invitation, about=invitation.customer)


@act
def _note_entering(invitation: Invitation, now: datetime) -> Invitation:
    invitation.tries, invitation.opened_at, invitation.language = 0, now, get_language() or ""
    invitation.save(update_fields=["tries", "opened_at", "language"])
    record("portal.enter", invitation, by=invitation, about=invitation.customer)
    return invitation


JUDGED = frozenset(
    {
        "character",
        "hobbies",
        "potential",
        "business_idea",
        "management",
        "reputation",
        "past_record",
        "ties",
        "attitude",
    }
)
"""Fields in which we judge the customer: our opinions, which are not read out to him here."""
OURS = JUDGED | {"is_dishonest"}
"""Fields in which we judge the customer, or that a public register tells: nobody fills them in about himself."""


def asked_fields(customer: Customer) -> list[Field]:
    """Give the fields of the card that the customer is asked for: those of his kind, without what only we can know.

    What a policy adds is for those roles to find out whom it names; nobody verifies himself.
    """
    return [
        field
        for field in fields_for(customer.kind)
        if field.section != "dealings" and field.code not in OURS and not field.origin and field.kind != ValueKind.SCORE
    ]


@act
def send_form(invitation: Invitation, answers: Mapping[str, str], *, on: date) -> Submission:
    """Take in what the customer filled in: only what differs from what the file says. Nothing in the file changes.

    Raises Refusal with a problem for each answer that cannot be read (its field in `facts`); nothing is kept then.
    """
    customer = invitation.customer
    fields = {field.code: field for field in asked_fields(customer)}
    held = values_in_use([customer.pk], list(fields))[customer.pk]
    content: dict[str, str] = {}
    problems: list[Problem] = []
    for code, answer in answers.items():
        if code not in fields or not answer.strip():
            continue
        try:
            text = read(fields[code], answer)
        except Refusal as refusal:
            problems += [Problem("answer", refusal.message, facts=(code,))]
            continue
        if text != held.get(code):
            content[code] = text
    if problems:
        raise Refusal(_("有 {count} 项需要改正, 改好后再提交。").format(count=len(problems)), problems)
    if not content:
        raise Refusal(_("没有新的或改过的内容, 不必提交。"))
    return receive(invitation, What.FORM, content, on=on)


@act
def send_paper(
    invitation: Invitation, *, kind: PaperKind, title: str, content: bytes, file_name: str, on: date
) -> Submission:
    """Take in a file from the customer, examined like any other and closed in the store until somebody accepts it."""
    name = contents.clean_name(file_name)
    found = contents.examine(name, content)
    submission = Submission(invitation=invitation, customer=invitation.customer, what=What.PAPER)
    kept = files.store([content], place=place_of(submission))
    told = {
        "kind": kind.pk, "title": title.strip() or kind.name, "file_name": name, "stored_as": kept.name,
        "size": len(content), "sha256": kept.sha256, "type": found.code,
    }  # fmt: skip
    try:
        return receive(invitation, What.PAPER, told, on=on, submission=submission)
    except BaseException:
        files.remove(kept.name)
        raise


@act
def complain(invitation: Invitation, text: str, *, on: date) -> Submission:
    """Take in a complaint; customer service answers it."""
    if len(text.strip()) < 5:
        raise Refusal(_("请写明投诉的内容, 我们才好答复。"))
    return receive(invitation, What.COMPLAINT, {"text": text.strip()[:5000]}, on=on)


def receive(
    invitation: Invitation, what: Submission.What, content: Any, *, on: date, submission: Submission | None = None
) -> Submission:
    """Keep what a customer sent, closed, and ask whoever it concerns to look at it; part of an act."""
    customer = invitation.customer
    if invitation.submissions.filter(state=State.WAITING).count() >= MOST_WAITING:
        raise Refusal(_("您已有 {count} 件在等待处理。请等我们处理后再提交。").format(count=MOST_WAITING))
    submission = submission or Submission(invitation=invitation, customer=customer, what=what)
    submission.content = content
    submission.save()
    record("portal.send", submission, by=invitation, about=customer, after={"what": what.value})
    role, days, asked = _who_looks(what, customer, on)
    open_item(
        submission, by=invitation, on=on, act=asked, role=role, about=customer, due=add_working_days(on, days),
        title=_("{what}: {customer} 从自助页面提交").format(what=what.label, customer=customer.name),
    )  # fmt: skip
    return submission


def _who_looks(what: Submission.What, customer: Customer, on: date) -> tuple[Role, int, str]:
    """Give who looks at what a customer sent, within how many working days, and by which act.

    A complaint goes to the customer service of his branch, an application to its sales; where nobody is there, to those
    who see all: the marketing manager, the commerce specialist.
    """
    if what is What.COMPLAINT:
        is_served = _has_branch(Role.CUSTOMER_SERVICE, customer, on)
        return Role.CUSTOMER_SERVICE if is_served else Role.MARKETING_MANAGER, ANSWER_DAYS, "answer"
    if what is What.APPLICATION:
        is_sold = _has_branch(Role.SALES, customer, on)
        return Role.SALES if is_sold else Role.COMMERCE_SPECIALIST, REVIEW_DAYS, "follow_up"
    return Role.ARCHIVIST, REVIEW_DAYS, "follow_up"


def _has_branch(role: Role, customer: Customer, on: date) -> bool:
    return any(standing.covers(customer.department) for standing in standings(on, role=role))


@act
def decide_form(
    submission: Submission, accept: Collection[str], *, by: Person, on: date, answer: str = ""
) -> Submission:
    """Put those values into the file that are accepted, as the customer's own word; the others stay out, with the reason."""
    submission = _waiting(submission, What.FORM, by)
    content: dict[str, str] = submission.content
    taken = [code for code in content if code in accept]
    if len(taken) < len(content) and not answer.strip():
        raise Refusal(_("有内容没有采纳, 请写明原因, 客户会看到。"))
    received = timezone.localdate(submission.received_at)
    for code in taken:
        add_value(
            submission.customer, by=by, on=on, field=code, value=content[code], source=Source.FORM, as_of=received,
            source_detail=_("{who} 在自助页面填报").format(who=submission.invitation.to_name),
        )  # fmt: skip
    state = State.ACCEPTED if len(taken) == len(content) else State.PARTLY if taken else State.REFUSED
    return decided(submission, state, by=by, on=on, answer=answer, after={"accepted": taken})


@act
def accept_paper(
    submission: Submission, details: Details, *, kind: PaperKind, by: Person, on: date, answer: str = ""
) -> Paper:
    """Put a file that the customer sent into his file of papers."""
    submission = _waiting(submission, What.PAPER, by)
    content = b"".join(files.read(submission.content["stored_as"], place=place_of(submission)))
    paper = file_paper(
        submission.customer, kind, details, by=by, on=on, content=content,
        file_name=submission.content["file_name"], filed_for=submission.invitation,
    )  # fmt: skip
    _drop_file(submission)
    decided(submission, State.ACCEPTED, by=by, on=on, answer=answer, after={"paper": paper.pk})
    return paper


@act
def refuse_paper(submission: Submission, *, by: Person, on: date, answer: str) -> Submission:
    """Do not take a file that the customer sent; it is removed for good, and he is told why."""
    submission = _waiting(submission, What.PAPER, by)
    if not answer.strip():
        raise Refusal(_("请写明不采纳的原因, 客户会看到。"))
    _drop_file(submission)
    return decided(submission, State.REFUSED, by=by, on=on, answer=answer, after={})


@act
def answer_complaint(submission: Submission, *, by: Person, on: date, answer: str) -> Submission:
    """Answer a complaint; the customer reads the answer on his page."""
    demand(by, "portal.answer", submission.customer)
    submission = locked(submission, What.COMPLAINT)
    if not answer.strip():
        raise Refusal(_("请写明答复的内容, 客户会看到。"))
    return decided(submission, State.ANSWERED, by=by, on=on, answer=answer, after={})


def place_of(submission: Submission) -> str:
    """Give what the stored file of a submission is bound to."""
    return f"portal.submission/{submission.uid}"


def _waiting(submission: Submission, what: Submission.What, by: Person) -> Submission:
    demand(by, "portal.decide", submission.customer)
    return locked(submission, what)


def locked(submission: Submission, what: Submission.What) -> Submission:
    """Give what was sent as it is now, held until the transaction ends; Refusal where it is decided already."""
    submission = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if submission.what != what:
        raise Refusal(_("这件来件不是{what}。").format(what=what.label))
    if submission.state != State.WAITING:
        raise Refusal(
            _("这件来件已由 {who} 处理过 ({state})。").format(
                who=submission.decided_by, state=submission.get_state_display()
            )
        )
    return submission


def decided(
    submission: Submission, state: Submission.State, *, by: Person, on: date, answer: str, after: Mapping[str, Any]
) -> Submission:
    """Write down what was decided of something sent, and settle the task; part of an act."""
    submission.state, submission.decided_by, submission.decided_at = state, by, timezone.now()
    submission.answer = answer.strip()
    submission.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    asked: Iterable[str] = ("answer",) if submission.what == What.COMPLAINT else ("follow_up",)
    for name in asked:
        settle_items(submission, act=name, by=by, on=on, remarks=answer)
    record(
        "portal.decide", submission, by=by, about=submission.customer, why=answer.strip(),
        after={"state": state.value, **after},
    )  # fmt: skip
    return submission


def _drop_file(submission: Submission) -> None:
    name = submission.content["stored_as"]
    transaction.on_commit(lambda: files.remove(name))
