"""Taking in what another system knows of a customer: facts that a policy asks people for, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from creditpolicy.problems import Problem, Refusal
from creditpolicy.program import FactRule, Program
from xinheng.audit.record import act, record
from xinheng.connect.models import Token
from xinheng.customers.actions.card import add_value
from xinheng.customers.actions.keeping import locked, must_be_open
from xinheng.customers.card import Field, all_fields, read
from xinheng.customers.models import CardValue, Customer, Source, Trust
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.facts.archive import card_codes

Value = str | int | bool | float
WRITTEN, UNCHANGED = "written", "unchanged"


@act
def push_facts(
    customer: Customer, facts: Mapping[str, Value], *, version: Version | None, as_of: date, token: Token, by: Person,
    on: date,
) -> dict[str, str]:  # fmt: skip
    """Bring values for the card in the name of another system; say of each whether it was written or stood there already.

    `facts` are named as the policy names them, or by the card's own codes. Refusal names every one that cannot be
    taken, and nothing is written then. What dealings or statements tell is not taken: the dealings are to be sent.
    """
    demand(by, "customers.enter_value", customer)
    must_be_open(locked(customer))
    if as_of > on:
        raise Refusal(_("“截至”日期 {as_of} 在今天之后: 请填资料所反映的那一天。").format(as_of=as_of))
    wanted, texts = _read(customer, facts, prepared(version).program if version is not None else None)
    source = _("接口: {system}").format(system=token.name)
    done = {}
    for name, field in wanted.items():
        done[name] = UNCHANGED if _stands(customer, field, texts[name], as_of, source) else WRITTEN
        if done[name] == WRITTEN:
            add_value(
                customer, by=by, on=on, field=field.code, value=texts[name], source=Source.OTHER, as_of=as_of,
                source_detail=source, trust=Trust.MEDIUM,
            )  # fmt: skip
    record(
        "connect.push_facts", customer, by=by,
        after={"token": str(token), "as_of": as_of, "facts": [name for name, state in done.items() if state == WRITTEN]},
    )  # fmt: skip
    return done


def _read(
    customer: Customer, facts: Mapping[str, Value], program: Program | None
) -> tuple[dict[str, Field], dict[str, str]]:
    """Give the field and the canonical text of each fact; Refusal with a problem for each that cannot be taken."""
    fields, known = all_fields(), {rule.id: rule for rule in program.facts} if program is not None else {}
    codes = card_codes(program, frozenset(known)) if program is not None else {}
    wanted, texts, problems = {}, {}, []
    for name, value in facts.items():
        field = fields.get(codes.get(name, name))
        why = _not_taken(known.get(name), name in codes, field, customer)
        if field is not None and not why:
            try:
                wanted[name], texts[name] = field, read(field, _text(value))
            except Refusal as refusal:
                why = refusal.message
        if why:
            problems.append(Problem("fact", f"{name}: {why}", facts=(name,)))
    if problems:
        told = _("有 {count} 项不能接收, 全部没有写入。请改正后整批再发。").format(count=len(problems))
        raise Refusal(told, problems)
    return wanted, texts


def _not_taken(rule: FactRule | None, is_on_card: bool, field: Field | None, customer: Customer) -> str:
    """Say why a fact cannot be taken in; empty where it can."""
    if rule is not None and rule.fact.derived is not None:
        return _("由往来或报表算出, 不能直接写入。请推送往来 (发票、收款)。")
    if rule is not None and rule.formula is not None:
        return _("由其他事实算出, 不能直接写入。")
    if rule is not None and rule.fact.judged_by is not None:
        return _("由人判断评分, 请在评估里填写。")
    if rule is not None and not is_on_card:
        return _("在客户资料里维护, 不在档案卡上。")
    if field is None:
        return _("制度和档案卡都没有这一项。")
    if field.kinds and customer.kind not in field.kinds:
        return _("这类客户不用填这一项。")
    return ""


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)


def _stands(customer: Customer, field: Field, text: str, as_of: date, source: str) -> bool:
    """Say whether this very value was brought before: the same request sent twice changes nothing."""
    rows = CardValue.objects.filter(
        customer=customer, field=field.code, as_of=as_of, source=Source.OTHER, source_detail=source,
        withdrawn_at__isnull=True,
    )  # fmt: skip
    last = rows.order_by("-pk").first()
    return last is not None and last.text == text
