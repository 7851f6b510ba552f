"""Freeze and thaw: by different hands."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.credit.actions.held import examine_again
from xinheng.credit.core import limits
from xinheng.credit.models import Account, Movement
from xinheng.org.access import demand
from xinheng.org.models import Person

BY_PERSON = "person"


@act
def freeze_credit(account: Account, *, by: Person, on: date, why: str) -> Account:
    """Stop everything new on an account; what was sent can still be invoiced, what is reserved still be used."""
    demand(by, "credit.freeze", account.customer)
    _with_reason(why)
    if not limits.freeze(account, source=BY_PERSON, by=by, on=on, why=why):
        raise Refusal(_("这个账户已经冻结。"))
    record("credit.freeze", account, by=by, about=account.customer, why=why)
    account.refresh_from_db()
    return account


@act
def thaw_credit(account: Account, *, by: Person, on: date, why: str) -> Account:
    """Let an account go on; whoever froze it does not thaw it. A freeze by the grade stays until the grade thaws."""
    demand(by, "credit.thaw", account.customer)
    _with_reason(why)
    last = Movement.objects.filter(account=account, kind=Movement.Kind.FREEZE, by_id__isnull=False).first()
    if last is not None and last.by_id == by.pk:
        raise Refusal(_("这个账户是您冻结的, 须由另一人核实后解冻。"))
    if not limits.thaw(account, source=BY_PERSON, by=by, on=on, why=why):
        raise Refusal(_("这个账户因等级冻结, 请在评级里解除。") if account.is_frozen else _("这个账户没有冻结。"))
    record("credit.thaw", account, by=by, about=account.customer, why=why)
    examine_again([account.pk], on=on)
    account.refresh_from_db()
    return account


def _with_reason(why: str) -> None:
    if not why.strip():
        raise Refusal(_("请写明原因。"))
