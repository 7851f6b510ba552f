"""The companies of the group, and the rates of exchange."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.ledger.actions.checking import CURRENCY, reason_of
from xinheng.ledger.listeners import tell_rates
from xinheng.ledger.models import BASE, Company, Rate
from xinheng.org.access import demand
from xinheng.org.models import Person

EIGHT = Decimal("0.00000001")


@act
def add_company(*, code: str, name: str, by: Person) -> Company:
    """Add a company of the group; the first is the default one, to which documents belong where nothing is said."""
    demand(by, "ledger.set_up")
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Refusal(_("请填写公司代码和名称。"))
    if Company.objects.filter(code=code).exists():
        raise Refusal(_("已有代码为 {code} 的公司。请换一个代码。").format(code=code))
    first = not Company.objects.filter(is_default=True).exists()
    company = Company.objects.create(code=code, name=name, is_default=first)
    record("ledger.add_company", company, by=by, after={"code": code, "name": name})
    return company


@act
def rename_company(company: Company, *, name: str, by: Person) -> Company:
    """Give a company of the group another name."""
    demand(by, "ledger.set_up")
    if not name.strip():
        raise Refusal(_("请填写公司名称。"))
    before, company.name = company.name, name.strip()
    company.save(update_fields=["name"])
    record("ledger.rename_company", company, by=by, before={"name": before}, after={"name": company.name})
    return company


@act
def end_company(company: Company, *, by: Person, on: date) -> Company:
    """Take no more documents of a company of the group; those that are there stay."""
    demand(by, "ledger.set_up")
    if company.is_default:
        raise Refusal(_("默认公司不能停用。"))
    if company.ended_on:
        raise Refusal(_("{company} 已在 {day} 停用。").format(company=company, day=company.ended_on))
    company.ended_on = on
    company.save(update_fields=["ended_on"])
    record("ledger.end_company", company, by=by, after={"ended_on": str(on)})
    return company


@act
def set_rate(*, currency: str, since: date, rate: Decimal, by: Person) -> Rate:
    """Set what one unit of a currency is worth in the base currency from a day on."""
    demand(by, "ledger.set_up")
    currency = currency.strip().upper()
    if not CURRENCY.fullmatch(currency) or currency == BASE:
        raise Refusal(_("币种要写成三个字母, 且不是本位币 {base}。").format(base=BASE))
    if not rate.is_finite() or rate <= 0 or rate != rate.quantize(EIGHT):
        raise Refusal(_("汇率要大于 0, 至多八位小数。"))
    try:
        with transaction.atomic():
            made = Rate.objects.create(currency=currency, since=since, rate=rate, entered_by=by)
    except IntegrityError as taken:
        raise Refusal(
            _("{currency} 在 {day} 已有起用的汇率。如果录错了, 请先作废它。").format(currency=currency, day=since)
        ) from taken
    record("ledger.set_rate", made, by=by, after={"currency": currency, "since": str(since), "rate": str(rate)})
    tell_rates(on=timezone.localdate())
    return made


@act
def reverse_rate(rate: Rate, *, by: Person, on: date, why: str) -> Rate:
    """Take back a rate that was entered wrongly; the rate before it holds on."""
    demand(by, "ledger.set_up")
    rate = Rate.objects.select_for_update().get(pk=rate.pk)
    if rate.reversed_on:
        raise Refusal(_("这条汇率已在 {day} 作废。").format(day=rate.reversed_on))
    rate.reversed_on, rate.reversed_why = on, reason_of(why)
    rate.save(update_fields=["reversed_on", "reversed_why"])
    record("ledger.reverse_rate", rate, by=by, why=why, before={"rate": str(rate.plain)})
    tell_rates(on=on)
    return rate
