"""What an act changes of what customers take up: the state of each document before and after, told when it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from xinheng.audit.record import Actor
from xinheng.ledger.listeners import EXPOSURE_LISTENERS, Change, Part, tell_exposure
from xinheng.ledger.models import ZERO, Invoice, Order, OrderLine, Receipt

Counted = Order | Invoice | Receipt
Key = tuple[Literal["order", "invoice", "receipt"], int]
State = dict[Part, Decimal]


@dataclass
class Moves:
    """The documents that an act touches, and what each came to before; one that is new came to nothing."""

    before: dict[Key, State] = field(default_factory=dict)
    documents: dict[Key, Counted] = field(default_factory=dict)

    def watch(self, *documents: Counted, new: bool = False) -> None:
        """Note what documents come to before the act changes them; `new` ones do not exist for the books yet."""
        fresh = {key_of(one): one for one in documents if key_of(one) not in self.documents}
        self.documents |= fresh
        if EXPOSURE_LISTENERS:
            self.before |= {key: {} for key in fresh} if new else states(fresh)

    def changes(self) -> list[Change]:
        """Give what became of the documents since."""
        found = []
        after = states(self.documents)
        for key, document in self.documents.items():
            was, now = self.before[key], after[key]
            for part in dict.fromkeys((*was, *now)):
                delta = now.get(part, ZERO) - was.get(part, ZERO)
                if delta:
                    found.append(
                        Change(
                            document.customer_id, document.company_id or 0, document.currency, part, delta, *key,
                            document.number,
                        )
                    )  # fmt: skip
        return found


@contextmanager
def moving(*, by: Actor, on: date) -> Iterator[Moves]:
    """Let an act name the documents that it changes, and tell at its end what changed of what customers take up."""
    moves = Moves()
    yield moves
    if EXPOSURE_LISTENERS:
        tell_exposure(moves.changes(), by=by, on=on)


def key_of(document: Counted) -> Key:
    """Give the kind and key of a document."""
    if isinstance(document, Order):
        return "order", document.pk
    return ("invoice", document.pk) if isinstance(document, Invoice) else ("receipt", document.pk)


def states(keys: Iterable[Key]) -> dict[Key, State]:
    """Give what documents come to now, by part, as the database has it: one query for each kind."""
    wanted: dict[str, list[int]] = {}
    for kind, pk in keys:
        wanted.setdefault(kind, []).append(pk)
    found: dict[Key, State] = {}
    if orders := wanted.get("order"):
        found |= {("order", pk): {"open_orders": ZERO, "delivered": ZERO} for pk in orders}
        for line in OrderLine.objects.filter(order__in=orders, order__reversed_on__isnull=True, is_waiting=False):
            state = found["order", line.order_id]
            state["open_orders"] += line.open_amount
            state["delivered"] += line.not_invoiced
    for invoice in Invoice.objects.filter(pk__in=wanted.get("invoice", ())):
        found["invoice", invoice.pk] = state_of(invoice)
    for receipt in Receipt.objects.filter(pk__in=wanted.get("receipt", ())):
        found["receipt", receipt.pk] = state_of(receipt)
    return found


def state_of(document: Invoice | Receipt) -> State:
    """Give what an invoice, a credit note or a receipt comes to as it is held here."""
    if isinstance(document, Invoice):
        sign = 1 if document.kind == Invoice.Kind.INVOICE else -1
        return {"receivables": ZERO if document.reversed_on else sign * document.open_amount}
    part: Part = "deposit" if document.kind == Receipt.Kind.DEPOSIT else "prepayment"
    return {part: ZERO if document.reversed_on else document.amount - document.allocated}
