"""Applications for another limit: asked for by one, decided by whom the policy names for the amount over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.model import OrderRule
from creditpolicy.model.defaults import lasting
from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.credit.actions.deciding import deciders, procedure
from xinheng.credit.actions.held import examine_again
from xinheng.credit.core import limits
from xinheng.credit.core.accounts import granted_on, open_account
from xinheng.credit.core.limits import Limit
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Application, Grant
from xinheng.credit.rules.finding import tolerance
from xinheng.credit.rules.fired import Fired, fired
from xinheng.credit.rules.looking import Case, look
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.papers.models import Paper
from xinheng.workflow.actions import start
from xinheng.workflow.acts import Stand

PROCEDURE = "credit.application"


@act
def apply_for_limit(
    customer: Customer, *, kind: str, amount: int, until_day: date, reason: str, by: Person, on: date,
    from_day: date | None = None, papers: Iterable[Paper] = (), company: Company | None = None, currency: str = BASE,
) -> Application:  # fmt: skip
    """Ask for a limit (cents); the roles that the policy names for the amount over the present one decide."""
    demand(by, "credit.apply", customer)
    since = from_day or on
    account = open_account(customer, company=company, currency=currency)
    before = granted_on(account, since).amount
    case = look(account, amount, on=on)
    _examine_wish(kind, amount, before, since, until_day, on, reason, lasting(case.policy, kind).days)
    roles = _authority(case, kind, amount, before)
    asked = Application(
        account=account, kind=kind, amount=amount, before=before, from_day=since, until_day=until_day,
        reason=reason.strip(), clause=next(iter(roles.values()))[:200], asked_by=by, asked_on=on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        raise Refusal(_("这个客户已有一份同类的额度申请在审批。请等它办完, 或先撤回。")) from None
    attached = list(papers)
    if any(paper.customer_id != customer.pk for paper in attached):
        raise Refusal(_("附件须是这个客户档案里的资料。"))
    asked.papers.set(attached)
    record(
        "credit.apply", asked, by=by, about=customer, why=asked.reason, clause=asked.clause,
        before={"limit": yuan(before)},
        after={"kind": kind, "amount": yuan(amount), "from": since, "until": until_day, "papers": len(attached)},
    )  # fmt: skip
    assert case.policy is not None
    start(
        asked, procedure(PROCEDURE, case.policy, roles, _("批准额度")), by=by, on=on, about=customer, clause=asked.clause,
        title=_("额度申请 {amount} 元: {customer}").format(amount=f"{yuan(amount):,}", customer=customer.name),
        why=asked.reason,
    )  # fmt: skip
    return asked


def _examine_wish(
    kind: str, amount: int, before: int | None, since: date, until: date, on: date, reason: str, longest: int
) -> None:
    if since < on:
        raise Refusal(_("生效日不能早于今天。"))
    if not since < until <= since + timedelta(longest):
        raise Refusal(_("失效日要在生效日之后, 且不超过 {days} 天。").format(days=longest))
    if not reason.strip():
        raise Refusal(_("请写明理由。"))
    if amount <= 0:
        raise Refusal(_("金额要大于 0。"))
    if kind == Grant.Kind.REVOLVING and amount == before:
        raise Refusal(_("现在的额度就是 {amount} 元, 不必申请。").format(amount=yuan(amount)))
    if kind != Grant.Kind.REVOLVING and before is None:
        raise Refusal(_("这个客户还没有循环额度, 不能加临时或单笔额度。请先核定循环额度。"))


def _authority(case: Case, kind: str, amount: int, before: int | None) -> dict[str, str]:
    """Give who decides: whom the rules for passing the limit name for so much over it; the first, where it is not over."""
    policy = case.policy
    rules = [
        rule for rule in case.rules() if rule.type == "over_limit" and rule.scope == "customer" and rule.release_by
    ]
    if policy is None or not rules:
        raise Refusal(_("现行制度没有写谁可以批准超过额度。请在制度的订单规则里写 over_limit 与 release_by。"))
    limit = before or 0
    over = amount - limit if kind == Grant.Kind.REVOLVING else amount
    reached: list[OrderRule] = [rule for rule in rules if over > limit * tolerance(rule) // 10_000] or rules[:1]
    reached.sort(key=tolerance)
    told: list[Fired] = [fired(policy, rule, "", "", strength="approve") for rule in reached]
    return deciders(told)


def decided(asked: Application, outcome: str, *, by: Actor, on: date) -> None:
    """Take the end of the round: agreed, the limit is granted from its day on; else it is noted why not."""
    asked = Application.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if asked.state != Application.State.ASKED:
        return
    asked.decided_on, asked.decided_by = on, by if isinstance(by, Person) else None
    if outcome != Stand.AGREED:
        refused = outcome == Stand.REFUSED
        asked.state = Application.State.REFUSED if refused else Application.State.WITHDRAWN
        asked.save()
        record("credit.refuse", asked, by=by, about=asked.customer, after={"state": asked.state})
        return
    since = max(asked.from_day, on)
    if since >= asked.until_day:
        raise Refusal(_("申请的失效日 {day} 已到, 不能再批准。请退回重新申请。").format(day=asked.until_day))
    limit = Limit(
        asked.kind, Grant.Cause.APPLICATION, asked.amount, since, asked.until_day,
        document=_("额度申请 {number}").format(number=asked.pk), clause=asked.clause,
    )  # fmt: skip
    asked.grant = limits.grant(asked.account, limit, by=by, on=on, why=asked.reason)
    asked.state = Application.State.GRANTED
    asked.save()
    record(
        "credit.grant", asked, by=by, about=asked.customer, why=asked.reason, clause=asked.clause,
        before={"limit": yuan(asked.before)},
        after={"kind": asked.kind, "amount": yuan(asked.amount), "from": since, "until": asked.until_day},
    )  # fmt: skip
    examine_again([asked.account_id], on=on)
