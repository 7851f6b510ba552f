"""Using what is reserved for an order where no documents of it come into the ledger: used in parts, returned, each cent once."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.credit.actions.books import order_of
from xinheng.credit.actions.checks import locked_check
from xinheng.credit.actions.held import examine_again
from xinheng.credit.actions.trying import told
from xinheng.credit.core import holds
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Hold, OrderCheck
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def use_order(checked: OrderCheck, *, amount: int, by: Person, on: date, document: str = "") -> OrderCheck:
    """Use (a part of) what is reserved for an order, in cents; an order in the ledger uses it by its documents."""
    demand(by, "credit.check", checked.customer)
    checked = locked_check(checked)
    if order_of(checked.account, checked.number) is not None:
        raise Refusal(_("订单 {number} 在往来里, 占用随它的单据变动, 不用另行登记。").format(number=checked.number))
    if checked.hold is None or checked.is_waiting:
        raise Refusal(_("订单 {number} 没有预占的额度, 不能使用。请先通过检查。").format(number=checked.number))
    before = told(checked)
    holds.use(checked.hold, amount, by=by, on=on, document=document)
    return _noted("credit.use", checked, before, amount, by, document)


@act
def return_order(checked: OrderCheck, *, amount: int, by: Person, on: date, document: str = "") -> OrderCheck:
    """Return what was used for an order, in cents: it was paid, or the goods came back; orders that wait may pass then."""
    demand(by, "credit.check", checked.customer)
    checked = locked_check(checked)
    if amount <= 0:
        raise Refusal(_("金额要大于 0。"))
    before, left = told(checked), amount
    for hold in Hold.objects.filter(account=checked.account, document=checked.number).order_by("pk"):
        part = min(left, hold.used - hold.returned)
        if part:
            holds.give_back(hold, part, by=by, on=on, document=document)
            left -= part
    if left:
        raise Refusal(
            _("订单 {number} 已使用而未归还的只有 {most} 元, 不能归还 {amount} 元。").format(
                number=checked.number, most=yuan(amount - left), amount=yuan(amount)
            )
        )
    _noted("credit.give_back", checked, before, amount, by, document)
    examine_again([checked.account_id], on=on)
    return checked


def _noted(
    name: str, checked: OrderCheck, before: dict[str, object], amount: int, by: Person, document: str
) -> OrderCheck:
    checked.refresh_from_db()
    after = told(checked) | {"moved": yuan(amount), "document": document}
    record(name, checked, by=by, about=checked.customer, before=before, after=after)
    return checked
