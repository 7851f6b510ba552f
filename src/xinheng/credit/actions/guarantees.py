"""Guarantees: registered by one, checked by another, recognised as the policy says, released, reminded of before they end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from creditpolicy.model.defaults import Recognised, recognised
from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.credit.actions.held import examine_again
from xinheng.credit.core import limits
from xinheng.credit.core.accounts import open_account
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.money import cents, yuan
from xinheng.credit.models import Grant, Guarantee
from xinheng.customers.models import Customer, Guarantor
from xinheng.ledger.models import BASE, Company, Receipt
from xinheng.ledger.queries.rates import stated
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.papers.models import Paper
from xinheng.policies.queries import main_version, policy_of
from xinheng.ratings.queries import grade_in_force, in_parts
from xinheng.workflow.actions import start
from xinheng.workflow.acts import Stand
from xinheng.workflow.procedures import Procedure, Step

PROCEDURE = "credit.guarantee"
INSTITUTIONS = frozenset({Guarantee.Kind.INSURANCE, Guarantee.Kind.BANK_GUARANTEE})


@act
def register_guarantee(
    customer: Customer, *, kind: str, amount: int, from_day: date, by: Person, on: date, papers: Iterable[Paper],
    until_day: date | None = None, currency: str = BASE, percent: Decimal = Decimal(100), most: int | None = None,
    guarantor: Guarantor | None = None, giver: str = "", number: str = "", note: str = "",
    company: Company | None = None,
) -> Guarantee:  # fmt: skip
    """Register a guarantee with its evidence (amounts in cents of its currency); another person checks it."""
    demand(by, "credit.secure", customer)
    given = Guarantee(
        account=open_account(customer, company=company), kind=kind, amount=amount, currency=currency, percent=percent,
        most=most, guarantor=guarantor, giver=giver.strip(), number=number.strip(), from_day=from_day,
        until_day=until_day, note=note.strip(), asked_by=by, asked_on=on,
    )  # fmt: skip
    attached = list(papers)
    _examine(given, attached, on)
    try:
        with transaction.atomic():
            given.save()
    except IntegrityError:
        raise Refusal(_("这份担保已经登记过: {number}。").format(number=given.number)) from None
    given.papers.set(attached)
    record("credit.secure", given, by=by, about=customer, after=told(given) | {"papers": len(attached)})
    role = Role.CREDIT_GROUP if by.is_one_of(Role.FINANCE) else Role.FINANCE
    start(
        given, Procedure(PROCEDURE, (Step("verify", _("核实担保"), role=role, act="verify"),)), by=by, on=on,
        about=customer, title=_("核实{kind}: {customer}").format(kind=given.get_kind_display(), customer=customer.name),
    )  # fmt: skip
    return given


def told(given: Guarantee) -> dict[str, Any]:
    """Give a guarantee for the record: no names."""
    return {
        "kind": given.kind, "number": given.number, "amount": yuan(given.amount), "currency": given.currency,
        "percent": given.percent, "most": yuan(given.most), "from": given.from_day, "until": given.until_day,
    }  # fmt: skip


def _examine(given: Guarantee, attached: list[Paper], on: date) -> None:
    if given.amount <= 0 or (given.most is not None and given.most <= 0):
        raise Refusal(_("金额要大于 0。"))
    if not 0 < given.percent <= 100:
        raise Refusal(_("承保比例要大于 0, 不超过 100%。"))
    if given.until_day is not None and not max(given.from_day, on) < given.until_day:
        raise Refusal(_("失效日要在生效日和今天之后。"))
    if not attached:
        raise Refusal(_("请附上凭证: 保单、保函、合同或登记证明, 先收存到客户档案。"))
    if any(paper.customer_id != given.customer.pk for paper in attached):
        raise Refusal(_("附件须是这个客户档案里的资料。"))
    if given.kind in INSTITUTIONS and not (given.giver and given.number):
        raise Refusal(_("请写明保险公司或银行, 以及保单号或保函号。"))
    if given.kind == Guarantee.Kind.SURETY:
        _examine_guarantor(given, on)
    elif given.guarantor is not None:
        raise Refusal(_("只有“保证”才选保证人。"))
    booked = Receipt.objects.filter(customer=given.customer, number=given.number, kind=Receipt.Kind.DEPOSIT)
    if given.kind == Guarantee.Kind.DEPOSIT and given.number and booked.exists():
        raise Refusal(_("押金 {number} 已在往来里入账并减少占用, 不能再当担保。").format(number=given.number))


def _examine_guarantor(given: Guarantee, on: date) -> None:
    by = given.guarantor
    if by is None or by.customer_id != given.customer.pk or by.ended_on is not None:
        raise Refusal(_("请选这个客户档案里在用的保证人; 没有的先到“担保与关联”里登记。"))
    if by.until is not None and (given.until_day is None or (given.until_day - by.until).days > 1):
        raise Refusal(_("保证人的保证期到 {day} 为止, 失效日不能更晚。").format(day=by.until))
    if by.amount_yuan is not None and given.amount > cents(by.amount_yuan):
        raise Refusal(_("保证人只保证 {amount} 元。").format(amount=f"{by.amount_yuan:,.2f}"))


def decided(given: Guarantee, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round: confirmed, it covers, and adds to the limit what the policy recognises."""
    given = Guarantee.objects.select_for_update(of=("self",)).get(pk=given.pk)
    if given.state != Guarantee.State.ASKED:
        return
    given.decided_on, given.decided_by = on, by if isinstance(by, Person) else None
    if outcome != Stand.AGREED:
        given.state = Guarantee.State.REFUSED if outcome == Stand.REFUSED else Guarantee.State.WITHDRAWN
        given.save()
        record("credit.refuse_guarantee", given, by=by, about=given.customer, after={"state": given.state})
        return
    if given.until_day is not None and given.until_day <= on:
        raise Refusal(_("担保 {day} 已失效, 不能再核实。请退回重新登记。").format(day=given.until_day))
    given.covers, given.state = _in_account(given, on), Guarantee.State.VALID
    given.save()
    adds = recognise(given, by=by, on=on)
    record(
        "credit.verify_guarantee", given, by=by, about=given.customer, clause=adds.clause,
        after=told(given) | {"covers": yuan(given.covers), "adds": yuan(given.grant.amount) if given.grant else None},
    )  # fmt: skip
    examine_again([given.account_id], on=on)


def _in_account(given: Guarantee, on: date) -> int:
    """Give what a guarantee covers in the currency of the account, at the rate of a day."""
    if given.currency == given.account.currency:
        return given.own_cover
    if given.account.currency != BASE:
        raise Refusal(_("外币账户的担保须用同一币种。"))
    return cents(stated(yuan(given.own_cover), given.currency, on=on).base)


def adds_by_policy(given: Guarantee, on: date) -> tuple[int, Recognised]:
    """Give what a guarantee adds to the limit (cents) by the policy and the grade of a day, and the policy's word on it."""
    version = main_version(on)
    standing = grade_in_force(given.customer, on)
    rule = recognised(policy_of(version) if version else None, given.kind, standing.grade if standing else "")
    return int((given.covers or 0) * rule.percent / 100), rule


def recognise(given: Guarantee, *, by: Actor, on: date) -> Recognised:
    """Let a guarantee that was checked add what the policy recognises now; what it added otherwise ends."""
    amount, rule = adds_by_policy(given, on)
    most = None if rule.most_percent is None else int(rule.most_percent * 100)
    was = given.grant
    running = was is not None and was.ended_on is None
    if was is not None and running and (was.amount, was.most, was.clause) != (amount, most, rule.clause[:200]):
        limits.end(given.account, Q(pk=was.pk), by=by, on=max(on, was.from_day), clause=rule.clause)
        running = False
    if not running:
        given.grant = None
        if amount:
            limit = Limit(
                Grant.Kind.SECURED, Grant.Cause.GUARANTEE, amount, max(on, given.from_day), given.until_day,
                document=str(given), clause=rule.clause, secured_by=given.kind, most=most,
            )  # fmt: skip
            given.grant = limits.grant(given.account, limit, by=by, on=on)
        given.save(update_fields=["grant"])
    return rule


@act
def recognise_anew(given: Guarantee, *, by: Actor, on: date) -> Guarantee:
    """Let a guarantee add what the policy, or the grade, recognises now."""
    before = given.grant.amount if given.grant is not None else None
    rule = recognise(given, by=by, on=on)
    record(
        "credit.recognise_anew", given, by=by, about=given.customer, clause=rule.clause, before={"adds": yuan(before)},
        after={"adds": yuan(given.grant.amount) if given.grant is not None else None},
    )  # fmt: skip
    return given


def is_recognised_otherwise(given: Guarantee, on: date) -> bool:
    """Say whether a guarantee adds something else by now than the policy and the grade say."""
    amount, rule = adds_by_policy(given, on)
    most = None if rule.most_percent is None else int(rule.most_percent * 100)
    was = given.grant
    now = (was.amount, was.most, was.clause) if was is not None and was.ended_on is None else (0, most, rule.clause)
    return now != (amount, most, rule.clause[:200])


def follow_grades(customers: Iterable[int], *, by: Actor, on: date) -> None:
    """Let the guarantees of customers (by key) add what their new grades allow."""
    for some in in_parts(sorted(customers)):
        rows = Guarantee.objects.filter(_running(on), account__customer__in=some)
        for given in rows.select_related("account__customer", "grant").order_by("pk"):
            if is_recognised_otherwise(given, on):
                recognise_anew(given, by=by, on=on)


def _running(on: date) -> Q:
    return Q(state=Guarantee.State.VALID) & (Q(until_day__isnull=True) | Q(until_day__gt=on))


@act
def release_guarantee(given: Guarantee, *, by: Actor, on: date, why: str) -> Guarantee:
    """Give a guarantee back: from today it neither covers nor adds."""
    if isinstance(by, Person):
        demand(by, "credit.release_guarantee", given.customer)
        if by.pk in (given.asked_by_id, given.customer.owner_id):
            raise Refusal(_("登记担保的人和客户经理不解除它。请由他人办理。"))
    given = Guarantee.objects.select_for_update(of=("self",)).select_related("account__customer").get(pk=given.pk)
    if given.state != Guarantee.State.VALID:
        raise Refusal(_("这份担保{state}, 不必解除。").format(state=given.get_state_display()))
    if not why.strip():
        raise Refusal(_("请写明原因。"))
    given.state, given.released_on = Guarantee.State.RELEASED, on
    given.save(update_fields=["state", "released_on"])
    if given.grant is not None and given.grant.ended_on is None:
        limits.end(given.account, Q(pk=given.grant.pk), by=by, on=max(on, given.grant.from_day), why=why)
    record(
        "credit.release_guarantee", given, by=by, about=given.customer, why=why.strip(), before=told(given),
        after={"state": given.state},
    )  # fmt: skip
    return given
