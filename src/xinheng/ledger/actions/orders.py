"""Orders: entered with their lines, admitted by whoever keeps the gate, delivered, given up, reversed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer
from xinheng.ledger.actions.checking import (
    amount_of,
    company_for,
    currency_for,
    entered,
    hold,
    not_reversed,
    of_customer,
    reason_of,
    reverse,
    still_buys,
)
from xinheng.ledger.listeners import GATES, Withheld
from xinheng.ledger.models import BASE, ZERO, Company, Contract, Delivery, Fulfilment, Invoice, Order, OrderLine
from xinheng.ledger.moving import moving
from xinheng.org.access import demand
from xinheng.org.models import Person

Lines = Sequence[tuple[str, Decimal]]
Parts = Mapping[int, Decimal]
"""Amounts by the key of a line."""


@act
def enter_order(
    customer: Customer,
    *,
    number: str,
    ordered_on: date,
    by: Person,
    amount: Decimal | None = None,
    lines: Lines = (),
    contract: Contract | None = None,
    currency: str = BASE,
    company: Company | None = None,
    on: date | None = None,
    is_fact: bool = False,
) -> Order:
    """Enter an order with its lines (what, amount), or with one amount; Refusal where the number is taken.

    Whoever keeps the gate is asked as of `on` (left out, the order's day); what he does not admit waits. A fact, which
    the company confirmed elsewhere before, is not asked about: those who import may enter such.
    """
    demand(by, "ledger.order", customer)
    if is_fact:
        demand(by, "ledger.import")
    hold(customer)
    if not is_fact:
        still_buys(customer)
    of_customer(contract, customer)
    told = _lines(lines, amount)
    whole = sum((part for _what, part in told), ZERO)
    order = Order(
        customer=customer, number=number, ordered_on=ordered_on, amount=whole, contract=contract,
        currency=currency_for(currency, ordered_on), company=company_for(company, ordered_on),
    )  # fmt: skip
    with moving(by=by, on=ordered_on) as moves:
        entered("ledger.enter_order", order, by, {"ordered_on": str(ordered_on), "lines": len(told)})
        moves.watch(order, new=True)
        _add_lines(order, told, is_waiting=bool(GATES) and not is_fact)
        _ask(order, by=by, on=on or ordered_on)
    return order


@act
def extend_order(
    order: Order, *, by: Person, on: date, amount: Decimal | None = None, lines: Lines = (), is_fact: bool = False
) -> Order:
    """Add lines, or one amount, to an order: they alone are asked about, and wait where they are not admitted."""
    demand(by, "ledger.order", order.customer)
    if is_fact:
        demand(by, "ledger.import")
    hold(order.customer)
    order = locked(order)
    not_reversed(order)
    if not is_fact:
        still_buys(order.customer)
    told = _lines(lines, amount)
    more = sum((part for _what, part in told), ZERO)
    before = order.amount
    with moving(by=by, on=on) as moves:
        moves.watch(order)
        order.amount += more
        order.save(update_fields=["amount"])
        _add_lines(order, told, is_waiting=bool(GATES) and not is_fact, counts_from=max(on, order.ordered_on))
        record(
            "ledger.extend_order", order, by=by, about=order.customer, before={"amount": before},
            after={"amount": order.amount, "lines": len(told)},
        )  # fmt: skip
        _ask(order, by=by, on=on)
    return order


@act
def confirm_order(order: Order, *, by: Actor, on: date) -> Order:
    """Let what waits of an order count from a day on; whoever keeps the gate says so."""
    order = locked(order)
    with moving(by=by, on=on) as moves:
        moves.watch(order)
        amount = _let_count(order, on)
        if not amount:
            raise Refusal(_("订单 {number} 没有等待放行的金额。").format(number=order.number))
        record("ledger.confirm_order", order, by=by, about=order.customer, after={"amount": amount})
    return order


@act
def enter_delivery(
    order: Order,
    *,
    number: str,
    delivered_on: date,
    by: Person,
    amount: Decimal | None = None,
    parts: Parts | None = None,
    on: date | None = None,
    is_fact: bool = False,
) -> Delivery:
    """Enter what was delivered of an order: an amount for each line, or one amount that fills the lines in turn.

    Whoever keeps the gate may keep the goods back, as of `on` (left out, the day of the delivery); not a fact, which
    went out elsewhere before: those who import may enter such.
    """
    demand(by, "ledger.deliver", order.customer)
    if is_fact:
        demand(by, "ledger.import")
    hold(order.customer)
    order = locked(order)
    not_reversed(order)
    not_only_waiting(order)
    if delivered_on < order.ordered_on:
        raise Refusal(_("交付日期早于订单日期 {day}。请核对两个日期。").format(day=order.ordered_on))
    with moving(by=by, on=delivered_on) as moves:
        moves.watch(order)
        left = {line: line.not_given_up - line.delivered for line in order.lines.filter(is_waiting=False)}
        shares = _shares(left, amount, parts)
        goods = sum(shares.values(), ZERO)
        if not is_fact:
            _may_go_out(order, goods, by=by, on=on or delivered_on)
        delivery = Delivery(
            customer=order.customer, order=order, number=number, delivered_on=delivered_on, currency=order.currency,
            company=order.company, amount=goods,
        )  # fmt: skip
        told = {"delivered_on": str(delivered_on), "order": order.number, "is_fact": is_fact}
        entered("ledger.enter_delivery", delivery, by, told)
        for line, share in shares.items():
            fulfil(line, Fulfilment.Kind.DELIVERED, share, delivered_on, delivery=delivery)
    return delivery


@act
def give_up(
    order: Order, *, by: Person, on: date, why: str, amount: Decimal | None = None, parts: Parts | None = None
) -> Order:
    """Give up what is still open of an order, all of it or an amount: it will neither be delivered nor invoiced.

    What waits is given up first.
    """
    demand(by, "ledger.order", order.customer)
    hold(order.customer)
    order = locked(order)
    not_reversed(order)
    why = reason_of(why)
    with moving(by=by, on=on) as moves:
        moves.watch(order)
        lines = order.lines.order_by("-is_waiting", "place")
        left = {line: line.open_amount for line in lines}
        whole = sum(left.values(), ZERO)
        if not whole:
            raise Refusal(_("订单 {number} 没有未执行的金额, 不用取消。").format(number=order.number))
        shares = _shares(left, whole if amount is None and parts is None else amount, parts)
        for line, share in shares.items():
            fulfil(line, Fulfilment.Kind.GIVEN_UP, share, on, why=why)
        given = sum(shares.values(), ZERO)
        record("ledger.give_up", order, by=by, about=order.customer, why=why, after={"amount": str(given)})
        if any(line.is_waiting for line in shares) and not _ask(order, by=by, on=on):
            _tell_dropped(order, by=by, on=on, why=why)
    return order


@act
def reverse_order(order: Order, *, by: Person, on: date, why: str) -> Order:
    """Reverse an order that was entered wrongly; refused while something was delivered or invoiced of it."""
    demand(by, "ledger.order", order.customer)
    hold(order.customer)
    order = locked(order)
    not_reversed(order)
    if Fulfilment.objects.filter(
        line__order=order, reversed_on__isnull=True, kind__in=(Fulfilment.Kind.DELIVERED, Fulfilment.Kind.INVOICED)
    ).exists():
        raise Refusal(
            _("订单 {number} 已有交付或开票。请先冲销那些单据; 如果只是不再执行, 请取消剩余部分。").format(
                number=order.number
            )
        )
    with moving(by=by, on=on) as moves:
        moves.watch(order)
        reverse("ledger.reverse_order", order, by, on, why)
        _tell_dropped(order, by=by, on=on, why=why)
    return order


@act
def reverse_delivery(delivery: Delivery, *, by: Person, on: date, why: str) -> Delivery:
    """Reverse a delivery that was entered wrongly: from that day it was not delivered."""
    demand(by, "ledger.deliver", delivery.customer)
    hold(delivery.customer)
    delivery = Delivery.objects.get(pk=delivery.pk)
    not_reversed(delivery)
    with moving(by=by, on=on) as moves:
        moves.watch(locked(delivery.order))
        undo_parts(delivery, on)
        reverse("ledger.reverse_delivery", delivery, by, on, why)
    return delivery


def fulfil(
    line: OrderLine, kind: Fulfilment.Kind, share: Decimal, on: date, *, delivery: Delivery | None = None,
    invoice: Invoice | None = None, why: str = "",
) -> None:  # fmt: skip
    """Note what became of a part of a line, and keep its sum with it."""
    Fulfilment.objects.create(line=line, kind=kind, amount=share, on=on, delivery=delivery, invoice=invoice, why=why)
    setattr(line, kind, getattr(line, kind) + share)
    line.save(update_fields=[str(kind)])


def undo_parts(document: Delivery | Invoice, on: date) -> None:
    """Take back what a document did to the lines of its order, from a day on."""
    parts = document.parts.filter(reversed_on__isnull=True).select_related("line")
    for part in parts:
        line = OrderLine.objects.get(pk=part.line_id)
        setattr(line, part.kind, getattr(line, part.kind) - part.amount)
        line.save(update_fields=[part.kind])
    parts.update(reversed_on=on)


def invoiced_parts(order: Order, invoice: Invoice) -> None:
    """Set an invoice against the lines of its order: first what was delivered, then the rest; more is beside the order."""
    left = invoice.amount
    lines = list(order.lines.filter(is_waiting=False))
    for room_of in (_delivered_room, _ordered_room):
        for line in lines:
            share = min(left, room_of(line))
            if share > 0:
                left -= share
                fulfil(line, Fulfilment.Kind.INVOICED, share, invoice.invoiced_on, invoice=invoice)


def locked(order: Order) -> Order:
    """Give an order as it is now; until the transaction ends nobody else confirms it or takes of its lines."""
    found: Order = Order.objects.select_for_update(of=("self",)).select_related("customer").get(pk=order.pk)
    return found


def not_only_waiting(order: Order) -> None:
    """Refuse an order of which nothing may be delivered or invoiced yet."""
    lines = order.lines.all()
    if lines and all(line.is_waiting for line in lines):
        raise Refusal(
            _("订单 {number} 还在等待授信放行, 放行后才能交付和开票。收到货款、额度变动或特批后自动放行。").format(
                number=order.number
            )
        )


def _lines(lines: Lines, amount: Decimal | None) -> list[tuple[str, Decimal]]:
    """Give the lines as told, or one of the amount; Refusal where both are told and differ."""
    told = [(what.strip(), amount_of(part)) for what, part in lines] or [("", amount_of(amount or ZERO))]
    whole = sum((part for _what, part in told), ZERO)
    if amount is not None and amount != whole:
        raise Refusal(
            _("订单各行合计 {whole} 元, 与订单金额 {amount} 元不符。请核对。").format(whole=whole, amount=amount)
        )
    return told


def _add_lines(order: Order, told: Lines, *, is_waiting: bool, counts_from: date | None = None) -> None:
    last = order.lines.aggregate(last=Max("place"))["last"] or 0
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, place=place, what=what[:100], amount=part, is_waiting=is_waiting,
            counts_from=None if is_waiting else counts_from,
        )
        for place, (what, part) in enumerate(told, last + 1)
    )  # fmt: skip


def _ask(order: Order, *, by: Person, on: date) -> bool:
    """Ask at the gate whether what waits of an order may count; False where nothing waits."""
    if not any(line.open_amount for line in order.lines.filter(is_waiting=True)):
        return False
    if all(gate.admits(order, by=by, on=on) for gate in GATES):
        _let_count(order, on if order.lines.filter(is_waiting=False).exists() else None)
    return True


def _may_go_out(order: Order, goods: Decimal, *, by: Person, on: date) -> None:
    """Refuse goods that whoever keeps the gate keeps back."""
    for gate in GATES:
        back = gate.holds_back(order, goods, on=on)
        if back is not None and back.is_kept:
            raise Withheld(
                _("订单 {number} 现在不能发货。{said} 怎样放行: {release}").format(
                    number=order.number, said=" ".join(back.said), release=" ".join(back.release)
                ),
                order, goods, by=by, on=on,
            )  # fmt: skip


def _let_count(order: Order, since: date | None) -> Decimal:
    """Let the lines that wait count, from their order's day where no other is told; give what is open of them."""
    waiting = [line for line in order.lines.filter(is_waiting=True) if line.open_amount]
    day = None if since is None else max(since, order.ordered_on)
    OrderLine.objects.filter(pk__in=[line.pk for line in waiting]).update(is_waiting=False, counts_from=day)
    return sum((line.open_amount for line in waiting), ZERO)


def _tell_dropped(order: Order, *, by: Person, on: date, why: str) -> None:
    for gate in GATES:
        gate.dropped(order, by=by, on=on, why=why)


def _delivered_room(line: OrderLine) -> Decimal:
    return line.not_invoiced


def _ordered_room(line: OrderLine) -> Decimal:
    return line.not_given_up - line.invoiced


def _shares(left: Mapping[OrderLine, Decimal], amount: Decimal | None, parts: Parts | None) -> dict[OrderLine, Decimal]:
    """Give each line its share of an amount: as told, or the lines in turn; Refusal where it is more than is left."""
    if parts is not None:
        by_key = {line.pk: line for line in left}
        if not parts or set(parts) - set(by_key):
            raise Refusal(_("请填写这张订单的行和金额。"))
        shares = {by_key[key]: amount_of(part) for key, part in parts.items()}
        if amount is not None and sum(shares.values(), ZERO) != amount:
            raise Refusal(_("各行合计与金额不符。请核对。"))
    else:
        rest = amount_of(amount or ZERO)
        whole = sum(left.values(), ZERO)
        if rest > whole:
            raise Refusal(
                _("订单只剩 {left} 元未执行, 不能再记 {amount} 元。请核对金额。").format(left=whole, amount=rest)
            )
        shares = {}
        for line, room in left.items():
            share = min(rest, room)
            rest -= share
            if share > 0:
                shares[line] = share
    for line, share in shares.items():
        if share > left[line]:
            raise Refusal(
                _("订单第 {place} 行只剩 {left} 元未执行。请把金额改到不超过它。").format(
                    place=line.place, left=left[line]
                )
            )
    return shares
