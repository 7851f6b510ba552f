"""Credit for other systems: an order held against the policy, and a customer's account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import BeforeValidator, ConfigDict

from creditpolicy.problems import Refusal
from xinheng.connect.actions import note_read
from xinheng.connect.gate import REFUSALS, caller, customer_numbered, needs_scope, token_of
from xinheng.connect.grades import Number
from xinheng.credit.actions import check_order
from xinheng.credit.core.accounts import refresh
from xinheng.credit.core.money import cents, yuan
from xinheng.credit.core.once import once
from xinheng.credit.models import Account, OrderCheck
from xinheng.credit.queries import single_limits
from xinheng.credit.rules.at_hand import is_fresh
from xinheng.credit.rules.looking import Case
from xinheng.customers.models import Customer
from xinheng.ledger.models import BASE, Company
from xinheng.org.access import demand
from xinheng.org.models import Person

router = Router(tags=["credit"])
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$", description="120000.00")]
Code = Annotated[str, Field(max_length=20)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="CNY")]


def _a_number(value: Any) -> Any:
    """Refuse what would be read as a number and is none: a yes, or a text."""
    if isinstance(value, bool | str):
        raise ValueError(_("要写成数字。"))  # noqa: TRY004 (pydantic tells a ValueError)
    return value


Days = Annotated[int, Field(ge=0, le=3650), BeforeValidator(_a_number)]


class RuleOut(Schema):
    """A rule that fired; `release_by` is the policy's role that may let the order pass, empty where nobody may."""

    rule: str
    type: str
    label: str
    strength: str
    said: str
    release: str
    release_by: str
    clause: str


class CheckOut(Schema):
    """How an order came out: `passed`, `reminded`, `held` (needs approval) or `blocked`; amounts after the decision."""

    number: str
    customer: str
    amount: str
    decision: str
    decision_label: str
    rules: list[RuleOut]
    limit: str | None
    used: str
    reserved: str
    free: str | None
    held_until: date | None


class NewCheck(Schema):
    """An order to be checked; a number that was checked before is an order that was changed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    customer: Number
    number: Annotated[str, Field(max_length=40)]
    amount: Amount
    terms_days: Days | None = None
    company: Code = Field("", description="默认本方公司")
    currency: Currency = BASE
    single_limit: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = Field(
        None, description="用一笔单笔额度: 账户的 single_limits 里的 id"
    )


class SingleOut(Schema):
    """A limit for one order that nobody took yet; `until` is the first day on which it no longer holds."""

    id: str
    amount: str
    until: date | None


class AccountOut(Schema):
    """A customer's account today; `limit` and `free` are null where no limit is set, which is not 0."""

    customer: str
    company: str
    currency: str
    limit: str | None
    used: str
    reserved: str
    free: str | None
    is_frozen: bool
    single_limits: list[SingleOut]


class AccountOf(Schema):
    """Whose account, with which company, in which currency."""

    customer: Number
    company: Code = ""
    currency: Currency = BASE


@router.post("/checks", response={200: CheckOut, **REFUSALS}, summary="检查订单并预占额度")
@needs_scope("credit:check")
def checked(request: HttpRequest, new: NewCheck) -> Any:
    """Check an order and reserve for it where nothing stops it.

    With an `Idempotency-Key` it takes effect once: sent again it gets the first answer, with other content 409, which
    names the field that differs.
    """
    person, key = caller(request), request.headers.get("Idempotency-Key", "")
    if len(key) > 100:
        raise HttpError(422, _("Idempotency-Key 最长 100 个字符。"))
    customer = customer_numbered(new.customer, person)
    return answer_to(new, customer, person, client=f"token {token_of(request).pk}", key=key)


def answer_to(
    new: NewCheck, customer: Customer, person: Person, *, client: str, key: str, company: Company | None = None,
    is_new: bool = False,
) -> Any:  # fmt: skip
    """Check an order; with a key once, and then give the first answer (`is_new`: there is none)."""

    def answer() -> Mapping[str, Any]:
        return told(_check(customer, new, person, company or company_of(new.company)))

    if not key:
        return answer()
    content = {name: str(value) for name, value in new.dict().items()}
    return json.loads(once(client, key, content, lambda: json.dumps(answer()), is_new=is_new))


@router.get("/accounts", response={200: AccountOut, **REFUSALS}, summary="客户的额度与占用")
@needs_scope("credit:read")
def account(request: HttpRequest, asked: Annotated[AccountOf, Query(...)]) -> Any:
    """Give a customer's account as of today; one that is not opened yet has no limit and nothing on it."""
    person = caller(request)
    customer = customer_numbered(asked.customer, person)
    demand(person, "credit.see", customer)
    company = company_of(asked.company)
    note_read(token_of(request), [customer.pk], by=person)
    book = {"customer": customer, "company": company, "currency": asked.currency}
    found = Account.objects.filter(**book).first() or Account(**book)
    return {
        "customer": customer.number, "company": company.code, "currency": found.currency, "is_frozen": found.is_frozen,
        **_balances(found),
        "single_limits": [
            {"id": str(one.pk), "amount": str(yuan(one.amount)), "until": one.until_day}
            for one in single_limits(found, on=timezone.localdate())
        ],
    }  # fmt: skip


def _check(customer: Customer, new: NewCheck, person: Person, company: Company) -> OrderCheck:
    on = timezone.localdate()
    single = None
    if new.single_limit is not None:
        account = Account.objects.filter(customer=customer, company=company, currency=new.currency).first()
        single = single_limits(account, on=on).filter(pk=int(new.single_limit)).first() if account is not None else None
        if single is None:
            raise Refusal(_("没有这笔单笔额度, 或已用过、已到期。请从账户的 single_limits 里选。"))
    return check_order(
        customer, number=new.number, amount=cents(Decimal(new.amount)), terms_days=new.terms_days, by=person, on=on,
        company=company, currency=new.currency, single=single,
    )  # fmt: skip


def company_of(code: str) -> Company:
    """Give the company of the group with a code; the default one where none is told."""
    found = Company.objects.filter(code=code).first() if code else Company.default()
    if found is None:
        raise Refusal(_("没有代码为“{code}”的本方公司。").format(code=code))
    return found


def _balances(found: Account) -> dict[str, str | None]:
    case = Case(found, 0, timezone.localdate(), None)
    free = None if case.granted is None else case.granted - found.used - case.reserved
    return {
        "limit": _text(case.granted), "used": _text(found.used), "reserved": _text(case.reserved), "free": _text(free),
    }  # fmt: skip


def _text(amount: int | None) -> str | None:
    return None if amount is None else str(yuan(amount))


def told(one: OrderCheck) -> Mapping[str, Any]:
    """Give a check as other systems are told it."""
    if not is_fresh(one.account.customer_id, one.number):  # else nothing moved since the check told its balances
        refresh(one.account)
    names = RuleOut.model_fields
    held = one.hold.until_day if one.hold is not None and not one.is_waiting else None
    return {
        "number": one.number, "customer": one.customer.number, "amount": str(yuan(one.amount)), "decision": one.state,
        "decision_label": one.get_state_display(),
        "rules": [{name: rule[name] for name in names} for rule in one.found], **_balances(one.account),
        "held_until": held.isoformat() if held is not None else None,
    }  # fmt: skip
