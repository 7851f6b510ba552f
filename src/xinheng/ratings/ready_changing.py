"""What the part of grades that move brings to other rooms when the application is made ready."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Customer
from xinheng.org.access import may
from xinheng.org.models import Person
from xinheng.ratings.buttons import BUTTONS, Button


def ready() -> None:
    """Hear of incidents and statements; put the buttons on a customer's tab."""
    from xinheng.customers.listeners import LISTENERS as OF_CUSTOMERS
    from xinheng.ledger.listeners import LISTENERS as OF_LEDGER
    from xinheng.ratings.actions.events import Ears

    ears = Ears()
    if not any(isinstance(listener, Ears) for listener in OF_LEDGER):
        OF_LEDGER.append(ears)
    if not any(isinstance(listener, Ears) for listener in OF_CUSTOMERS):
        OF_CUSTOMERS.append(ears)
    if buttons not in BUTTONS:
        BUTTONS.append(buttons)


def buttons(customer: Customer, person: Person) -> Iterator[Button]:
    """Give the buttons to object, override, revoke and thaw, to those who may, where there is a grade to move."""
    from xinheng.ratings.models import Standing

    standing = Standing.objects.filter(customer=customer, until_day__isnull=True, policy__is_main=True).first()
    if standing is None:
        return
    yield Button(_("变动记录"), "history", reverse("ratings.changes", args=[customer.pk]))
    told = (
        ("object", _("登记异议或投诉"), "message-report", True),
        ("override", _("申请人工调整"), "hand-stop", bool(standing.grade)),
        ("revoke", _("撤销等级"), "ban", bool(standing.grade)),
        ("thaw", _("解除冻结"), "lock-open", standing.is_frozen),
    )
    names = {"override": "ratings.ask_override"}
    for verb, label, icon, fits in told:
        if fits and may(person, f"ratings.{verb}", customer):
            yield Button(label, icon, reverse(names.get(verb, f"ratings.{verb}"), args=[customer.pk]))
