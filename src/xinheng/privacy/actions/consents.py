"""Consents given and taken back, and partners' agreements to keep things confidential."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.papers.models import Paper
from xinheng.privacy.models import Agreement, Consent, DataClass, How, Purpose, RetentionRule

CLAUSE = "004 信息使用与共享"


@act
def give_consent(
    customer: Customer,
    *,
    by: Actor,
    on: date,
    purpose: str,
    scope: Sequence[str],
    how: str,
    since: date,
    until: date | None = None,
    partner: Customer | None = None,
    evidence: Paper | None = None,
    note: str = "",
) -> Consent:
    """Write down what a customer agreed to. He himself may do so on his own page; a written one needs its paper."""
    if isinstance(by, Person):
        demand(by, "privacy.record", customer)
    wrong = sorted(set(scope) - set(DataClass.values))
    if not scope or wrong:
        raise Refusal(_("请选择同意使用哪些信息。"))
    if purpose not in Purpose.values or how not in How.values:
        raise Refusal(_("请选择目的和方式。"))
    if until is not None and until < since:
        raise Refusal(_("结束日期早于开始日期。请改正其中一个。"))
    if purpose == Purpose.SHARING:
        if partner is None or not partner.is_partner:
            raise Refusal(_("同意对外提供, 须写明提供给哪一家合作伙伴。"))
    elif partner is not None:
        raise Refusal(_("只有“提供给合作伙伴”才填合作伙伴。"))
    if how == How.WRITTEN and evidence is None:
        raise Refusal(_("书面同意须附同意书。请先把同意书存入档案, 再在这里选它。"))
    if evidence is not None and evidence.customer_id != customer.pk:
        raise Refusal(_("依据档案不属于这位客户。"))
    consent = Consent(
        customer=customer, purpose=purpose, scope=sorted(set(scope)), partner=partner, how=how, evidence=evidence,
        note=note.strip(), since=since, until=until, recorded_by=by if isinstance(by, Person) else None,
    )  # fmt: skip
    consent.save()
    record(
        "privacy.give_consent", consent, by=by, clause=CLAUSE, about=customer,
        after={
            "purpose": purpose, "scope": consent.scope, "partner": partner.pk if partner else None, "how": how,
            "since": str(since), "until": str(until or ""), "paper": evidence.pk if evidence else None,
        },
    )  # fmt: skip
    return consent


@act
def withdraw_consent(consent: Consent, *, by: Actor, on: date, how: str) -> Consent:
    """Take a consent back: from this moment nothing is done under it. No reason is asked, and none may be."""
    if isinstance(by, Person):
        demand(by, "privacy.record", consent.customer)
    if how not in How.values:
        raise Refusal(_("请选择撤回的方式。"))
    held: Consent = Consent.objects.select_for_update(of=("self",)).get(pk=consent.pk)
    if held.ended_at is not None:
        raise Refusal(_("这项同意已经撤回。"))
    held.ended_at, held.ended_how = timezone.now(), how
    held.ended_by = by if isinstance(by, Person) else None
    held.save(update_fields=["ended_at", "ended_how", "ended_by"])
    record("privacy.withdraw_consent", held, by=by, clause=CLAUSE, about=held.customer,
           before={"purpose": held.purpose}, after={"how": how})  # fmt: skip
    return held


@act
def agree(
    partner: Customer,
    *,
    by: Person,
    on: date,
    number: str,
    since: date,
    until: date | None = None,
    paper: Paper | None = None,
) -> Agreement:
    """Write down a partner's agreement to keep what it is given confidential."""
    demand(by, "privacy.agree")
    if not partner.is_partner:
        raise Refusal(_("“{name}”不是合作伙伴。请先在客户档案里标明。").format(name=partner.name))
    if not number.strip():
        raise Refusal(_("请填写协议编号。"))
    if until is not None and until < since:
        raise Refusal(_("结束日期早于开始日期。请改正其中一个。"))
    if paper is not None and paper.customer_id != partner.pk:
        raise Refusal(_("协议档案不属于这家合作伙伴。"))
    if Agreement.objects.filter(partner=partner, number=number.strip()).exists():
        raise Refusal(_("协议 {number} 已经登记过。").format(number=number.strip()))
    made = Agreement.objects.create(
        partner=partner, number=number.strip(), since=since, until=until, paper=paper, recorded_by=by
    )
    record("privacy.agree", made, by=by, clause=CLAUSE, about=partner,
           after={"number": made.number, "since": str(since), "until": str(until or "")})  # fmt: skip
    return made


@act
def end_agreement(agreement: Agreement, *, by: Person, on: date, why: str) -> Agreement:
    """End an agreement: from this moment nothing more is given to the partner under it."""
    demand(by, "privacy.agree")
    if not why.strip():
        raise Refusal(_("请写明终止的原因。"))
    held: Agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if held.ended_at is not None:
        raise Refusal(_("这份协议已经终止。"))
    held.ended_at, held.ended_why = timezone.now(), why.strip()[:200]
    held.save(update_fields=["ended_at", "ended_why"])
    record("privacy.end_agreement", held, by=by, why=why, about=held.partner)
    return held


@act
def keep_rule(rule: RetentionRule, *, by: Person, on: date) -> RetentionRule:
    """Change how long something is kept."""
    demand(by, "privacy.agree")
    before = RetentionRule.objects.filter(pk=rule.pk).values("years", "why").first()
    rule.save()
    record("privacy.keep_rule", rule, by=by, before=before, after={"years": rule.years, "why": rule.why})
    return rule
