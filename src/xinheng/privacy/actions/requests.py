"""What people ask about their own data, holds, and erasure by four eyes."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Contact, Customer, Guarantor, Kind, RelatedParty, Status
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.papers.models import HELD, Loan
from xinheng.privacy.erasing import erase, erase_named
from xinheng.privacy.holds import held, open_hold
from xinheng.privacy.models import Erasure, Hold, Named, RequestKind, RequestState, SubjectRequest
from xinheng.workflow.actions import cancel_item, cancel_round, finish_item, open_item, settle_items
from xinheng.workflow.acts import PENDING, Outcome, Stand
from xinheng.workflow.acts import State as TaskState
from xinheng.workflow.apart import way_for
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.models import Item, Round
from xinheng.workflow.queries import items_about, items_of

Row = TypeVar("Row", Contact, Guarantor, RelatedParty)
ANSWER_DAYS = 15
"""Working days in which a request is answered."""
CLAUSE = "个人信息保护法 第44–50条"
ANSWER, APPROVE = "answer", "approve"


@act
def receive_request(
    customer: Customer,
    *,
    by: Actor,
    on: date,
    kind: str,
    details: str,
    proven_by: str,
    received_on: date | None = None,
    asker: Named | None = None,
) -> SubjectRequest:
    """Take down what somebody asks about his own data, and how it was made sure that it is he; opens the task to answer.

    `asker` is the contact, guarantor or related party in the customer's file where it is he who asks, about himself.
    """
    if isinstance(by, Person):
        demand(by, "privacy.record", customer)
    received = received_on or on
    if kind not in RequestKind.values:
        raise Refusal(_("请选择请求的种类。"))
    if not details.strip():
        raise Refusal(_("请写明请求的内容。"))
    if not proven_by.strip():
        raise Refusal(_("请写明怎样核对了请求人的身份; 否则会把资料给错人。"))
    if received > on:
        raise Refusal(_("收到日期在今天以后。请改正。"))
    if asker is not None:
        _is_of_this_file(asker, customer)
    request = SubjectRequest(
        customer=customer, contact=_as(asker, Contact), guarantor=_as(asker, Guarantor), related=_as(asker, RelatedParty),
        kind=kind, details=details.strip(), proven_by=proven_by.strip()[:200], received_on=received,
        due_on=add_working_days(received, ANSWER_DAYS), recorded_by=by if isinstance(by, Person) else None,
    )  # fmt: skip
    request.save()
    record("privacy.receive_request", request, by=by, clause=CLAUSE, about=customer,
           after={"kind": kind, "due": str(request.due_on)} | _number_of(asker))  # fmt: skip
    open_item(
        request, by=by, on=on, act=ANSWER, role=Role.LEGAL, due=request.due_on, clause=CLAUSE, about=customer,
        title=_("{kind}请求: {number}").format(kind=request.get_kind_display(), number=customer.number),
    )  # fmt: skip
    return request


@act
def answer_request(request: SubjectRequest, *, by: Person, on: date, answer: str, is_granted: bool) -> SubjectRequest:
    """Answer a request; an erasure that is granted goes by `propose_erasure` instead."""
    demand(by, "privacy.answer", request.customer)
    asked = _fresh(request, RequestState.OPEN)
    if not answer.strip():
        raise Refusal(_("请写明答复; 不同意时写明理由。"))
    if is_granted and asked.kind == RequestKind.ERASURE:
        raise Refusal(_("同意删除须提请另一人批准。请用“提请删除”。"))
    asked.state = RequestState.DONE if is_granted else RequestState.REFUSED
    asked.answer, asked.answered_by, asked.answered_on = answer.strip(), by, on
    asked.save()
    record("privacy.answer_request", asked, by=by, clause=CLAUSE, about=asked.customer,
           before={"state": RequestState.OPEN}, after={"state": asked.state, "late": on > asked.due_on})  # fmt: skip
    settle_items(asked, act=ANSWER, by=by, on=on)
    return asked


@act
def propose_erasure(request: SubjectRequest, *, by: Person, on: date, why: str) -> SubjectRequest:
    """Propose to erase a person at his request; a leader who neither recorded nor proposed it decides."""
    demand(by, "privacy.propose_erasure", request.customer)
    asked = _fresh(request, RequestState.OPEN)
    if asked.kind != RequestKind.ERASURE:
        raise Refusal(_("这不是删除请求。"))
    if not why.strip():
        raise Refusal(_("请写明可以删除的理由。"))
    _may_be_erased(asked.customer, asked.asker, on)
    asked.state, asked.proposed_by = RequestState.PROPOSED, by
    asked.save()
    record("privacy.propose_erasure", asked, by=by, why=why, clause=CLAUSE, about=asked.customer)
    open_item(
        asked, by=by, on=on, act=APPROVE, role=Role.DEPUTY_GM, due=min(asked.due_on, add_working_days(on, 3)), clause=CLAUSE,
        title=_("批准删除个人信息: {number}").format(number=asked.customer.number), note=why, about=asked.customer,
    )  # fmt: skip
    return asked


@act
def approve_erasure(request: SubjectRequest, *, by: Person, on: date, why: str = "") -> SubjectRequest:
    """Approve an erasure and carry it out; it cannot be undone."""
    demand(by, "privacy.approve_erasure", request.customer)
    _four_eyes(request, by)
    task = _task(request)
    if task is not None and way_for(task, by, on)[0] is not None:
        finish_item(task, by=by, on=on, outcome=Outcome.AGREE, remarks=why)
    else:
        _carry_out(request, by=by, on=on)
        _call_off(task, by=by, on=on)
    request.refresh_from_db()
    return request


@act
def refuse_erasure(request: SubjectRequest, *, by: Person, on: date, why: str) -> SubjectRequest:
    """Do not approve an erasure; it goes back to legal, who answers the person."""
    demand(by, "privacy.approve_erasure", request.customer)
    _four_eyes(request, by)
    task = _task(request)
    if task is not None and way_for(task, by, on)[0] is not None:
        finish_item(task, by=by, on=on, outcome=Outcome.REFUSE, remarks=why)
    else:
        _send_back(request, by=by, on=on, why=why)
        _call_off(task, by=by, on=on)
    request.refresh_from_db()
    return request


def finished_elsewhere(request: SubjectRequest, item: Item, outcome: str, *, by: Person, on: date) -> None:
    """Carry out what was decided in the inbox; called by the workflow through the request."""
    if item.act == APPROVE and outcome == Outcome.AGREE:
        _carry_out(request, by=by, on=on)
    elif item.act == APPROVE:
        _send_back(request, by=by, on=on, why=item.remarks)
    elif item.act == ANSWER and request.state in (RequestState.OPEN, RequestState.PROPOSED):
        raise Refusal(_("请打开这件请求, 写明答复; 答复之后这件事会自行办结。"))


@act
def place_hold(customer: Customer, *, by: Person, on: date, reason: str, reference: str = "") -> Hold:
    """Let a customer's data be stored and nothing else, until the hold is released."""
    demand(by, "privacy.hold", customer)
    if not reason.strip():
        raise Refusal(_("请写明事由。"))
    hold = Hold.objects.create(
        customer=customer, reason=reason.strip()[:200], reference=reference.strip()[:60], placed_on=on, placed_by=by
    )
    record("privacy.hold", hold, by=by, why=hold.reason, about=customer, after={"reference": hold.reference})
    return hold


@act
def release_hold(hold: Hold, *, by: Person, on: date, why: str) -> Hold:
    """Release a hold; other holds on the same customer stay."""
    demand(by, "privacy.hold", hold.customer)
    if not why.strip():
        raise Refusal(_("请写明解除的理由。"))
    found = Hold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if found.released_on is not None:
        raise Refusal(_("这项保留已经解除。"))
    found.released_on, found.released_by, found.released_why = on, by, why.strip()[:200]
    found.save()
    record("privacy.release", found, by=by, why=why, about=found.customer)
    return found


def _carry_out(request: SubjectRequest, *, by: Person, on: date) -> None:
    demand(by, "privacy.approve_erasure", request.customer)
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=request.customer_id)
    asked = _fresh(request, RequestState.PROPOSED)
    _four_eyes(asked, by)
    _may_be_erased(customer, asked.asker, on)
    asked.state, asked.approved_by = RequestState.DONE, by
    asked.answered_by, asked.answered_on = asked.proposed_by, on
    asked.save()
    settle_items(asked, act=ANSWER, by=by, on=on)
    asker = asked.asker
    if asker is not None:
        done = erase_named(asker, on=on)
    else:
        _end_business(customer, by=by, on=on)
        done = erase(customer)
        Customer.objects.filter(pk=customer.pk).update(status=Status.CLOSED)
    Erasure.objects.create(
        request=asked, customer=customer, erased_on=on, rows=done.rows, files=done.files, tables=sorted(done.tables)
    )
    customer.refresh_from_db()
    record("privacy.erase", asked, by=by, clause=CLAUSE, about=customer,
           after={"rows": done.rows, "files": done.files, "proposed_by": asked.proposed_by_id} | _number_of(asker))  # fmt: skip


def _end_business(customer: Customer, *, by: Person, on: date) -> None:
    """Call off whatever is still to be done about somebody of whom nothing is left."""
    why = _("客户资料已依法删除。")
    about = items_about(customer)
    for number in set(about.filter(round__isnull=False, round__state=Stand.OPEN).values_list("round", flat=True)):
        cancel_round(Round.objects.get(pk=number), by=by, on=on, why=why)
    for item in about.filter(round__isnull=True, state__in=PENDING):
        cancel_item(item, by=by, on=on, why=why)


def _send_back(request: SubjectRequest, *, by: Person, on: date, why: str) -> None:
    demand(by, "privacy.approve_erasure", request.customer)
    asked = _fresh(request, RequestState.PROPOSED)
    _four_eyes(asked, by)
    if not why.strip():
        raise Refusal(_("请写明不批准的理由。"))
    asked.state, asked.proposed_by = RequestState.OPEN, None
    asked.save()
    record("privacy.refuse_erasure", asked, by=by, why=why, clause=CLAUSE, about=asked.customer)


def _is_of_this_file(asker: Named, customer: Customer) -> None:
    if asker.customer_id != customer.pk:
        raise Refusal(_("这位请求人不在这位客户名下。"))
    if not asker.name:
        raise Refusal(_("他本身是本公司的客户, 请在他自己的档案里登记这件请求。"))


def _as(asker: Named | None, kind: type[Row]) -> Row | None:
    return asker if isinstance(asker, kind) else None


def _number_of(asker: Named | None) -> dict[str, int]:
    return {} if asker is None else {str(asker._meta.model_name): asker.pk}


def _may_be_erased(customer: Customer, asker: Named | None, on: date) -> None:
    """Refuse where the law or open business stands against it, saying which."""
    if asker is not None:
        _named_may_be_erased(customer, asker, on)
        return
    if customer.kind != Kind.PERSON:
        raise Refusal(
            _(
                "这是{kind}客户, 不按个人信息删除。联系人、担保人或关联方本人要求删除时, 请另登记一件请求并选择这个人。"
            ).format(kind=customer.get_kind_display())
        )
    if (hold := open_hold(customer)) is not None:
        raise held(hold)
    if Loan.objects.filter(paper__customer=customer, state__in=HELD).exists():
        raise Refusal(_("这位客户的纸质档案还借在外面。请先收回。"))


def _named_may_be_erased(customer: Customer, asker: Named, on: date) -> None:
    for file in {customer, asker.customer}:
        if (hold := open_hold(file)) is not None:
            raise held(hold)
    same = {"contact": _as(asker, Contact), "guarantor": _as(asker, Guarantor), "related": _as(asker, RelatedParty)}
    if SubjectRequest.objects.filter(
        **{name: row for name, row in same.items() if row}, erasure__isnull=False
    ).exists():
        raise Refusal(_("这个人的信息已经删除。"))
    if isinstance(asker, Contact):
        return
    if "公司" in asker.name:
        raise Refusal(_("“{name}”不是自然人, 不按个人信息删除。").format(name=asker.name))
    if isinstance(asker, Guarantor) and asker.ended_on is None and (asker.until is None or asker.until >= on):
        raise Refusal(_("这项担保还有效, 履行合同需要知道担保人是谁。请等担保解除并在档案里停用以后再删除。"))


def _four_eyes(request: SubjectRequest, by: Person) -> None:
    if by.pk in (request.recorded_by_id, request.proposed_by_id):
        raise Refusal(_("登记或提请删除的人不能批准, 请另一位负责人办理。"))


def _fresh(request: SubjectRequest, *wanted: str) -> SubjectRequest:
    found = SubjectRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if found.state not in wanted:
        raise Refusal(_("这件请求现在是“{state}”, 不能这样办理。").format(state=found.get_state_display()))
    return found


def _task(request: SubjectRequest) -> Item | None:
    found: Item | None = items_of(request).filter(act=APPROVE, state=TaskState.OPEN).first()
    return found


def _call_off(task: Item | None, *, by: Person, on: date) -> None:
    if task is not None:
        cancel_item(task, by=by, on=on, why=_("已由 {person} 决定。").format(person=by))
