"""Legal hold: a held customer's data are stored and nothing else, whichever room the act belongs to."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.privacy.models import Hold
from xinheng.upkeep.prepared import prepared

STORING = frozenset(
    {
        "papers.take_back", "papers.report_lost", "papers.begin_stocktaking", "papers.mark_line", "papers.close_stocktaking",
        "privacy.hold", "privacy.withdraw_consent", "privacy.receive_request",
        "ledger.enter_receipt", "ledger.reverse_receipt",
    }
)  # fmt: skip
"""What goes on under a hold: keeping things safe, taking down what the person says, booking money that came in."""
AT_ONCE = 900
"""So many keys go into one question: SQLite takes few."""
READERS = (Role.LEGAL, Role.INTERNAL_AUDIT)
"""Who may look under a hold; legal alone may act as well."""


def open_hold(customer: models.Model) -> Hold | None:
    """Give the hold on a customer, the oldest where there are several."""
    return _open.first(customer.pk)


@prepared
def _open(customer: int) -> models.QuerySet[Hold]:
    return Hold.objects.filter(customer=customer, released_on__isnull=True).order_by("id")[:1]


def stored_only(name: str, owner: models.Model | None, by: Actor, look: bool) -> None:
    """Refuse an act or a look in a held customer's file; asked before every line of the record is written."""
    if not isinstance(owner, Customer) or name in STORING or name.startswith("workflow."):
        return
    if isinstance(by, Person) and by.is_one_of(*(READERS if look else READERS[:1])):
        return
    hold = open_hold(owner)
    if hold is None:
        return
    if not isinstance(by, Person):
        raise Refusal(_("这份资料目前依法只能保存, 暂时不能办理。"))
    raise held(hold)


def held_among(name: str, customers: Collection[int], by: Actor) -> dict[int, str]:
    """Give those of many customers (by key) whose files an act may not touch, with the words of the refusal."""
    if name in STORING or (isinstance(by, Person) and by.is_one_of(*READERS[:1])):
        return {}
    keys, found = list(customers), {}
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        for hold in Hold.objects.filter(customer__in=part, released_on__isnull=True).order_by("-id"):
            found[hold.customer_id] = held(hold).message
    return found


def held(hold: Hold) -> Refusal:
    """Give the refusal that names the hold."""
    return Refusal(
        _(
            "这位客户的资料自 {day} 起依法只能保存, 不能查阅、修改、提供或删除 (事由: {reason})。需要办理时请找法务。"
        ).format(day=hold.placed_on, reason=hold)
    )
