"""Facts that stand in a customer's file: on the archive card, in his own row, and on the papers that say who he is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from creditpolicy.model import Kind as FactKind
from creditpolicy.program import FactRule, Program
from xinheng.customers.card import FIELDS, Field, is_built_in
from xinheng.customers.models import (
    Address,
    CardField,
    CardValue,
    Contact,
    Customer,
    Identity,
    Kind,
    Nature,
    Outcome,
    Settlement,
)
from xinheng.customers.queries import standing_of
from xinheng.customers.values import current_of
from xinheng.ratings.facts.dealings import Found
from xinheng.ratings.facts.known import Told
from xinheng.vault.masking import masked

_BUILT_IN: dict[str, Field] = {field.code: field for field in FIELDS}
_MONEY = {"": 0, "元": 0, "千元": 3, "万元": 4, "百万元": 6, "亿元": 8}


# The archive card -----------------------------------------------------------------------------------------------------


def card_codes(program: Program, wanted: Collection[str]) -> dict[str, str]:
    """Give the field of the card that holds each fact, by the fact: the policy's own, else a built-in one of the name and type."""
    own = set(
        CardField.objects.filter(code__startswith=f"{program.policy.policy}.", is_in_use=True).values_list(
            "code", flat=True
        )
    )
    codes: dict[str, str] = {}
    for rule in program.inputs:
        if rule.id not in wanted:
            continue
        code = f"{program.policy.policy}.{rule.id}"
        if code in own:
            codes[rule.id] = code
        elif is_built_in(rule.id, rule.fact):
            codes[rule.id] = rule.id
    return codes


def from_card(program: Program, customers: Sequence[int], wanted: Collection[str], *, on: date) -> Found:
    """Give the values of the card that are in use and were true on the day, in two queries."""
    codes = card_codes(program, wanted)
    facts = {code: name for name, code in codes.items()}
    if not codes:
        return {}
    readers = {code: _Reader(program.fact[name], code) for code, name in facts.items()}
    found: Found = {name: {} for name in codes}
    told: dict[tuple[date, str], Told] = {}
    for customer, code, text, day, source in _in_use(customers, facts, on):
        value = readers[code].read(text)
        if value is not None:
            come = told.get((day, source))
            if come is None:
                come = told[day, source] = Told("card", day, source)
            found[facts[code]][customer] = value, come
    return found


_SEALED: Any = CardValue._meta.get_field("sealed")


def _in_use(customers: Sequence[int], codes: Collection[str], on: date) -> Iterator[tuple[int, str, str, date, str]]:
    """Give customer, field, text, day and source of each value in use; where several were brought, by the card's rule."""
    rows = CardValue.objects.filter(customer__in=customers, field__in=codes, withdrawn_at__isnull=True, as_of__lte=on)
    held: dict[tuple[int, str], tuple[str, date, str]] = {}
    several: set[tuple[int, str]] = set()
    plain = rows.filter(sealed__isnull=True).order_by("entered_at", "pk")
    for customer, code, text, day, source in plain.values_list("customer_id", "field", "plain", "as_of", "source"):
        if (customer, code) in held:
            several.add((customer, code))
        held[customer, code] = text, day, source
    sealed = rows.filter(sealed__isnull=False).order_by("entered_at", "pk")
    for row in sealed.values_list("customer_id", "field", "sealed", "uid", "as_of", "source", named=True):
        if (row.customer_id, row.field) in held:
            several.add((row.customer_id, row.field))
        closed: Any = row.sealed
        held[row.customer_id, row.field] = closed.open(_SEALED.place(row)), row.as_of, row.source
    for (customer, code), (text, day, source) in held.items():
        if (customer, code) not in several:
            yield customer, code, text, day, source
    yield from _contested(rows, several)


def _contested(
    rows: QuerySet[CardValue], places: Collection[tuple[int, str]]
) -> Iterator[tuple[int, str, str, date, str]]:
    if not places:
        return
    customers = {customer for customer, _code in places}
    held: dict[tuple[int, str], list[CardValue]] = {}
    for row in rows.filter(customer__in=customers).order_by("entered_at", "pk"):
        held.setdefault((row.customer_id, row.field), []).append(row)
    settled: dict[tuple[int, str], list[Settlement]] = {}
    for one in Settlement.objects.filter(customer__in=customers).order_by("pk"):
        settled.setdefault((one.customer_id, one.field), []).append(one)
    for customer, code in places:
        row = current_of(held[customer, code], settled.get((customer, code), ()))[0]
        yield customer, code, row.text, row.as_of, row.source


class _Reader:
    """Reads the canonical texts of one field as values of a fact."""

    def __init__(self, rule: FactRule, code: str) -> None:
        self.rule = rule
        field = _BUILT_IN.get(code)
        unit = str(rule.fact.unit.zh_hans) if rule.fact.unit is not None else ""
        known = field is not None and field.unit in _MONEY and unit in _MONEY
        self.power = _MONEY[field.unit] - _MONEY[unit] if field is not None and known else 0
        self.known: dict[str, Any] = {}

    def read(self, text: str) -> Any:
        """Give the value of a text; None where it is none of the fact's type."""
        if text not in self.known:
            self.known[text] = self._read(text)
        return self.known[text]

    def _read(self, text: str) -> Any:
        kind = self.rule.fact.type
        try:
            if kind is FactKind.DATE:
                return date.fromisoformat(text)
            if kind.is_number:
                step = Decimal(1).scaleb(-self.rule.fact.scale)
                return Decimal(text).scaleb(self.power).quantize(step, "ROUND_HALF_UP")
        except (ValueError, ArithmeticError):
            return None
        return text == "true" if kind is FactKind.FLAG else text or None


# His own row ----------------------------------------------------------------------------------------------------------

_NATURES = {
    Nature.GOVERNMENT: ("政府机构",),
    Nature.SPECIAL: ("特殊公司",),
    Nature.ORDINARY: ("普通公司",),
    Nature.PERSON: ("个人", "个人顾客"),
    Nature.PARTNER: ("交易伙伴", "合作伙伴"),
}
_SELDOM = frozenset({"phone", "address", "resident_id", "uscc"})
"""Asked of one customer at a time: nobody is given points for them, and each has to be opened."""


def from_file(
    program: Program,
    customers: Sequence[Customer],
    wanted: frozenset[str],
    *,
    on: date,
    rated: frozenset[int],
    one: bool,
) -> Found:
    """Give what the customers' own rows say, where the fact is known by its name; `rated` are those rated before."""
    found: Found = {}
    plain, verified = Told("file"), Told("identity", on)

    def kind(customer: Customer) -> Any:
        return ("季度", "定期") if customer.pk in rated else ("首次",)

    for rule in program.inputs:
        if rule.id not in wanted:
            continue
        read = _reader(rule, program, kind)
        if read is not None:
            values = ((customer.pk, read(customer)) for customer in customers)
            found[rule.id] = {key: (value, plain) for key, value in values if value is not None}
    if "identity_verified" in wanted:
        good = _verified([customer.pk for customer in customers], on)
        found["identity_verified"] = {customer.pk: (customer.pk in good, verified) for customer in customers}
    if one and wanted & _SELDOM:
        for customer in customers:
            for name, value in _personal(customer, wanted & _SELDOM).items():
                found.setdefault(name, {})[customer.pk] = value, plain
    return found


_TIMES: dict[str, tuple[str, ...]] = {"old": ("老客户",), "new": ("新客户",), "future": ("未来客户",)}
_STAGES: dict[str, tuple[str, ...]] = {"had": ("曾有交易",), "has": ("正在交易",), "will_have": ("即将交易",)}
_STANDINGS: dict[str, tuple[str, ...]] = {"main": ("主力客户",), "ordinary": ("一般客户",), "occasional": ("零散客户",)}
_SIZES: dict[str, tuple[str, ...]] = {"large": ("大型",), "medium": ("中型",), "small": ("小型",), "micro": ("微型",)}
_WORDS: Mapping[str, Callable[[Customer], Sequence[str]]] = {
    "customer_type": lambda customer: ("个人",) if customer.kind == Kind.PERSON else ("企业", "单位"),
    "nature": lambda customer: _NATURES.get(Nature(customer.nature), ()),
    "time_class": lambda customer: _TIMES.get(customer.phase_time, ()),
    "deal_stage": lambda customer: _STAGES.get(customer.phase_deal, ()),
    "size_class": lambda customer: _STANDINGS.get(customer.size_class, ()),
    "size": lambda customer: _SIZES.get(customer.size, ()),
}
"""Facts whose value a column tells, and the words that a policy may have for it; Chinese, as policies are written."""


def _reader(
    rule: FactRule, program: Program, rating_kind: Callable[[Customer], Sequence[str]]
) -> Callable[[Customer], Any] | None:
    """Give how a fact is read off a customer's row; None where its name does not say."""
    if rule.id == program.key:
        return lambda customer: customer.number
    if rule.id == program.name:
        return lambda customer: customer.name
    words = rating_kind if rule.id == "rating_kind" else _WORDS.get(rule.id)
    choices = {str(choice) for choice in rule.fact.choices or ()}
    if words is None or not choices:
        return None
    return lambda customer: next((word for word in words(customer) if word in choices), None)


def _verified(customers: Sequence[int], on: date) -> set[int]:
    papers = Identity.objects.filter(customer__in=customers, withdrawn_at__isnull=True).prefetch_related(
        "verifications"
    )
    good: set[int] = set()
    differs: set[int] = set()
    for standing in standing_of(papers, on):
        if standing.good:
            good.add(standing.identity.customer_id)
        if standing.last is not None and standing.last.outcome == Outcome.DIFFERS:
            differs.add(standing.identity.customer_id)
    return good - differs


def _personal(customer: Customer, names: frozenset[str] | set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if "phone" in names:
        main = Contact.objects.filter(customer=customer, ended_on__isnull=True).order_by("-is_main", "pk").first()
        if main is not None and main.phone:
            found["phone"] = masked(main.phone, "phone")
    if "address" in names:
        address = Address.objects.filter(customer=customer, ended_on__isnull=True).first()
        if address is not None:
            found["address"] = str(address.region or masked(address.text, "text"))
    kinds = {"resident_id", "uscc"} & names
    if kinds:
        asked = Q(kind__in=kinds) | Q(kind="uscc")
        paper = Identity.objects.filter(asked, customer=customer, withdrawn_at__isnull=True).first()
        if paper is not None:
            found |= {name: masked(paper.number, paper.kind) for name in kinds}
    return found
