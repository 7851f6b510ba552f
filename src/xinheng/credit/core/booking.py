"""What a whole file of documents does to many accounts at once, in statements that do not grow with them.

Every document is a movement of its own with the balance after it, as when it is entered alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from xinheng.audit.record import Actor
from xinheng.credit.core import exposure, pools
from xinheng.credit.core.accounts import open_account, open_accounts
from xinheng.credit.core.exposure import Step
from xinheng.credit.models import Account, Movement
from xinheng.ledger.models import BASE, Company
from xinheng.ratings.queries import in_parts
from xinheng.upkeep.rows import insert_told, update

MANY = 20
"""From so many accounts on they are booked together."""
Book = tuple[int, int, str]
"""Customer, company (both by key), currency."""


def book_many(wanted: Mapping[Book, Sequence[Step]], *, by: Actor, on: date) -> list[int]:
    """Book what documents changed on many accounts; give those (by key) whose waiting orders that may help.

    An account that is opened for it has all that is owed on it by then, these documents too.
    """
    helped: list[int] = []
    books: dict[tuple[int, str], list[int]] = {}
    for customer, company, currency in sorted(wanted):
        books.setdefault((company, currency), []).append(customer)
    with transaction.atomic():
        for (company, currency), customers in books.items():
            for keys in in_parts(customers):
                steps = {key: wanted[key, company, currency] for key in keys}
                helped += _booked(company, currency, steps, by, on)
    return helped


def _booked(company: int, currency: str, wanted: dict[int, Sequence[Step]], by: Actor, on: date) -> list[int]:
    known = _known(set(wanted), company, currency)
    before = {account.pk: account.used for account in known}
    together: list[tuple[Account, Step, int]] = []
    for account in known:
        steps = [step for step in wanted[account.customer_id] if step.delta]
        if any(step.part == "open_orders" and step.delta > 0 for step in steps):
            exposure.book(account, steps, by=by, on=on)  # an order covers what is held for it
        else:
            together += _stepped(account, steps)
    moved = list({account.pk: account for account, _step, _used in together}.values())
    update(Account, moved, "used", *Account.PARTS)
    if together:
        _move(together, by, on)
        pools.add_many({account: account.used - before[account.pk] for account in moved if account.is_pooled})
    return [account.pk for account in known if any(_helps(step) for step in wanted[account.customer_id])]


def _known(customers: set[int], company: int, currency: str) -> list[Account]:
    """Give the accounts that were there, locked in their order as by everybody; the others are opened."""
    book = Account.objects.filter(customer__in=list(customers), company=company, currency=currency)
    while True:
        known = list(book.order_by("pk").select_for_update())
        lacking = customers - {account.customer_id for account in known}
        if not lacking:
            return known
        try:
            _open(lacking, company, currency)
        except IntegrityError:  # somebody opened one at the same moment, without these documents
            continue
        return known


def _open(customers: set[int], company: int, currency: str) -> None:
    if currency == BASE:
        open_accounts(customers, Company.objects.get(pk=company))
        return
    for key in sorted(customers):
        open_account(key, company=company, currency=currency)


def _stepped(account: Account, steps: Sequence[Step]) -> list[tuple[Account, Step, int]]:
    """Take steps on a locked account, held in memory: each with what is used after it."""
    taken = []
    for step in steps:
        setattr(account, step.part, getattr(account, step.part) + step.delta)
        account.used += step.delta * account.share_in(step.part)
        taken.append((account, step, account.used))
    return taken


def _move(taken: Sequence[tuple[Account, Step, int]], by: Actor, on: date) -> None:
    same = {
        "kind": Movement.Kind.EXPOSURE, "on": on, "by_id": by.actor_id, "by_name": by.actor_name[:100], "clause": "",
        "why": "", "at": timezone.now(), "ceiling": None, "hold": None,
    }  # fmt: skip
    columns = (
        [account.pk for account, _step, _used in taken],
        [step.delta for _account, step, _used in taken],
        [account.granted for account, _step, _used in taken],
        [used for _account, _step, used in taken],
        [account.reserved for account, _step, _used in taken],
        [step.part for _account, step, _used in taken],
        [step.document[:60] for _account, step, _used in taken],
    )
    insert_told(Movement, columns, same, "account", "amount", "granted", "used", "reserved", "part", "document")


def _helps(step: Step) -> bool:
    """Say whether a step leaves a customer more to buy for than he had."""
    return step.delta > 0 if step.part in Account.TAKEN_AWAY else step.delta < 0
