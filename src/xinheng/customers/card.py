"""The archive card (客户档案卡): which fields it has for whom, how a value is read, kept and shown.

The fields follow document 003 (basics, traits, business, current dealings), 000 for people, and 004. A policy or the
company adds its own (`CardField`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditpolicy.model import DIGITS, Fact, Policy
from creditpolicy.model import Kind as FactKind
from creditpolicy.problems import Problem, Refusal
from creditpolicy.tables import Column, read_value
from creditpolicy.tables.cells import Bad, Blank
from xinheng.customers.models import CardField, Kind, Level, Source, Trust, ValueKind

Typed = str | bool | date | Decimal


class Section(models.TextChoices):
    """The parts of the card."""

    BASICS = "basics", _("基础资料")
    TRAITS = "traits", _("客户特征")
    BUSINESS = "business", _("业务状况")
    DEALINGS = "dealings", _("交易活动现状")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the card; `kinds` empty means every kind of customer, `required` that a file is not complete without."""

    code: str
    label: str | Promise
    section: str
    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    level: int = Level.INTERNAL
    help: str | Promise = ""
    low: Decimal | None = None
    high: Decimal | None = None
    required: bool = False
    origin: str = ""

    @property
    def is_confidential(self) -> bool:
        """Whether its values are kept encrypted and shown only to those who may."""
        return self.level >= Level.CONFIDENTIAL

    def column(self) -> Column:
        """Give the field as the reader of tables knows it."""
        kind = FactKind(self.kind)
        return Column(
            self.code, (str(self.label),), kind, DIGITS.get(kind, 0), self.low, self.high,
            self.choices or None, self.unit,
        )  # fmt: skip


_PERSON = frozenset({Kind.PERSON.value})
_FIRM = frozenset({Kind.ENTERPRISE.value})
_ORGANISATION = frozenset(Kind.values) - _PERSON
_CASH = Decimal(0)

FIELDS: tuple[Field, ...] = (
    # Basics
    Field("gender", _("性别"), Section.BASICS, "choice", choices=("男", "女"), kinds=_PERSON),
    Field("born_on", _("出生日期"), Section.BASICS, "date", kinds=_PERSON, level=Level.CONFIDENTIAL),
    Field("employer", _("工作单位"), Section.BASICS, "text", kinds=_PERSON, required=True),
    Field("job", _("职务"), Section.BASICS, "text", kinds=_PERSON),
    Field("years_at_employer", _("现单位工作年限"), Section.BASICS, "number", "年", kinds=_PERSON, low=_CASH),
    Field(
        "monthly_income", _("月收入"), Section.BASICS, "amount", "元",
        kinds=_PERSON, level=Level.CONFIDENTIAL, low=_CASH, required=True, help=_("税后; 以工资流水或收入证明为准"),
    ),
    Field("other_income", _("其他年收入"), Section.BASICS, "amount", "元", kinds=_PERSON, level=Level.CONFIDENTIAL),
    Field("family", _("家庭状况"), Section.BASICS, "text", kinds=_PERSON, level=Level.CONFIDENTIAL),
    Field("character", _("性格"), Section.BASICS, "text", help=_("个人客户本人, 或单位负责人")),
    Field("hobbies", _("嗜好"), Section.BASICS, "text", help=_("个人客户本人, 或单位负责人")),
    Field("legal_representative", _("法定代表人"), Section.BASICS, "text", kinds=_ORGANISATION, required=True),
    Field("founded_on", _("成立日期"), Section.BASICS, "date", kinds=_ORGANISATION, required=True),
    Field("registered_capital", _("注册资本"), Section.BASICS, "amount", "万元", kinds=_FIRM, low=_CASH),
    Field("paid_in_capital", _("实收资本"), Section.BASICS, "amount", "万元", kinds=_FIRM, low=_CASH),
    Field("net_assets", _("资产实力 (净资产)"), Section.BASICS, "amount", "万元", kinds=_FIRM, level=Level.CONFIDENTIAL),
    Field("scope", _("经营范围"), Section.BASICS, "text", kinds=_FIRM, level=Level.OPEN),
    Field("ownership", _("所有制"), Section.BASICS, "choice", kinds=_FIRM, level=Level.OPEN,
          choices=("国有", "集体", "民营", "外资", "合资", "个体", "其他")),
    Field("budget_source", _("经费来源"), Section.BASICS, "choice", kinds=_ORGANISATION - _FIRM,
          choices=("全额拨款", "差额拨款", "自收自支", "其他")),
    Field("supervisor", _("主管单位"), Section.BASICS, "text", kinds=_ORGANISATION - _FIRM, level=Level.OPEN),
    Field("website", _("网址"), Section.BASICS, "text", kinds=_ORGANISATION, level=Level.OPEN),
    # Traits
    Field("potential", _("发展潜力"), Section.TRAITS, "choice", choices=("大", "中", "小")),
    Field("business_idea", _("经营观念"), Section.TRAITS, "text", kinds=_ORGANISATION),
    Field("management", _("经营管理特点"), Section.TRAITS, "text", kinds=_ORGANISATION),
    Field("market_share", _("市场占有率"), Section.TRAITS, "percent", "%", kinds=_FIRM, low=_CASH, high=Decimal(100)),
    Field("reputation", _("口碑"), Section.TRAITS, "choice", choices=("好", "较好", "一般", "差")),
    Field("preferences", _("需求与偏好"), Section.TRAITS, "text"),
    # Business
    Field("main_business", _("主要业务"), Section.BUSINESS, "text", kinds=_ORGANISATION, required=True),
    Field("past_record", _("以往业绩"), Section.BUSINESS, "text"),
    Field("ties", _("与本公司的业务联系"), Section.BUSINESS, "text"),
    Field("attitude", _("合作态度"), Section.BUSINESS, "choice", choices=("积极", "一般", "消极")),
    Field("upstream", _("主要供应商"), Section.BUSINESS, "text", kinds=_FIRM),
    Field("downstream", _("主要客户"), Section.BUSINESS, "text", kinds=_FIRM),
    Field("bank_credit", _("银行授信总额"), Section.BUSINESS, "amount", "万元", kinds=_FIRM, level=Level.CONFIDENTIAL, low=_CASH),
    Field("outside_debt", _("对外借款"), Section.BUSINESS, "amount", "万元", level=Level.CONFIDENTIAL, low=_CASH),
    Field("lawsuits", _("未决诉讼"), Section.BUSINESS, "count", "件"),
    Field("is_dishonest", _("失信被执行人"), Section.BUSINESS, "flag", level=Level.OPEN, help=_("以执行信息公开网为准")),
    # Current dealings
    Field("payment_method", _("付款方式"), Section.DEALINGS, "choice", choices=("现款", "预付", "账期", "分期", "票据")),
    Field("expected_yearly", _("预计年交易额"), Section.DEALINGS, "amount", "万元", low=_CASH),
    Field("current_items", _("在租在购情况"), Section.DEALINGS, "text"),
    Field("problems", _("存在的问题"), Section.DEALINGS, "text"),
    Field("strengths", _("保持的优势"), Section.DEALINGS, "text"),
    Field("countermeasures", _("未来的对策"), Section.DEALINGS, "text"),
)  # fmt: skip
"""The fields that every card has, by kind of customer."""

TRUST_OF: dict[str, int] = {
    Source.PUBLIC_RECORD: Trust.HIGH,
    Source.AGENCY: Trust.HIGH,
    Source.VISIT: Trust.MEDIUM,
    Source.FORM: Trust.MEDIUM,
    Source.OTHER: Trust.LOW,
}
"""How far each source is trusted where nobody says otherwise.

Document 003 calls the customer's own form mostly credible but to be checked, for figures may be inflated: so no more than
medium; what an authority publishes or an agency inquires is high.
"""


def all_fields() -> dict[str, Field]:
    """Give every field in use by its code, the built-in ones first."""
    added = (field_of(row) for row in CardField.objects.filter(is_in_use=True))
    return {field.code: field for field in (*FIELDS, *added)}


def field_of(row: CardField) -> Field:
    """Give an added field in the shape of the built-in ones."""
    return Field(
        row.code, row.label, row.section, row.kind, row.unit, tuple(row.choices), frozenset(row.kinds), row.level,
        row.help, row.low, row.high, origin=row.origin,
    )  # fmt: skip


def fields_for(kind: str, fields: Iterable[Field] | None = None) -> list[Field]:
    """Give the fields of a card of a customer of this kind, in the order of the sections."""
    held = all_fields().values() if fields is None else fields
    order = {section: place for place, section in enumerate(Section.values)}
    own = [field for field in held if not field.kinds or kind in field.kinds]
    return sorted(own, key=lambda field: order.get(field.section, len(order)))


def field_named(code: str, kind: str) -> Field:
    """Give the field with this code; Refusal where a card of this kind has none."""
    field = all_fields().get(code)
    if field is None or (field.kinds and kind not in field.kinds):
        raise Refusal(
            _t("档案卡没有“{code}”这一项, 或这类客户不用填。").format(code=code if field is None else field.label)
        )
    return field


def read(field: Field, text: str) -> str:
    """Give what somebody typed in its canonical form; Refusal with place, reason and remedy where it cannot be used."""
    verdict = read_value(text, field.column())
    if isinstance(verdict, Bad):
        problem = Problem(verdict.code, verdict.what, verdict.why, verdict.fix)
        raise Refusal(" ".join(part for part in (problem.what, problem.why, problem.fix) if part), [problem])
    if isinstance(verdict, Blank):
        raise Refusal(_t("“{label}”没有填写内容。没有这项资料就不要新增一条。").format(label=field.label))
    value = verdict.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else f"{value:f}" if isinstance(value, Decimal) else value


def typed(field: Field, text: str) -> Typed:
    """Give a canonical text as a value."""
    if field.kind == ValueKind.DATE:
        return date.fromisoformat(text)
    if field.kind == ValueKind.FLAG:
        return text == "true"
    return Decimal(text) if FactKind(field.kind).is_number else text


def shown(field: Field, text: str) -> str:
    """Give a canonical text as people read it, with thousands, digits and unit."""
    value = typed(field, text)
    if isinstance(value, bool):
        return _t("是") if value else _t("否")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        digits = 2 if field.kind == ValueKind.AMOUNT else max(-int(value.normalize().as_tuple().exponent), 0)
        return f"{value:,.{digits}f} {field.unit}".strip()
    return value


def fields_from_policy(policy: Policy, kinds: Sequence[str] = ()) -> list[CardField]:
    """Add a field for each fact that the policy asks people to enter; those that were there are brought up to date.

    The code is `policy.fact`. Facts that the card has already as rows of its own (number, name, phone, papers) and
    those that a built-in field can hold are left out.
    """
    kept = []
    for position, (name, fact) in enumerate(policy.facts.items()):
        if not fact.is_entered or fact.type is FactKind.ID or name in _ELSEWHERE or is_built_in(name, fact):
            continue
        row, _new = CardField.objects.update_or_create(
            code=f"{policy.policy}.{name}",
            defaults={
                "label": str(fact.label)[:60],
                "section": Section.TRAITS if fact.type is FactKind.SCORE else Section.BUSINESS,
                "kind": fact.type.value,
                "unit": str(fact.unit or ""),
                "choices": [str(choice) for choice in fact.choices or ()],
                "low": fact.range[0] if fact.range else None,
                "high": fact.range[1] if fact.range else None,
                "kinds": list(kinds),
                "help": str(fact.guidance or "")[:300],
                "origin": f"{policy.policy} {policy.version}",
                "position": position,
                "is_in_use": True,
            },
        )
        kept.append(row)
    return kept


_ELSEWHERE = frozenset({"customer_id", "name", "phone", "address", "resident_id", "uscc", "identity_verified"})
_BUILT_IN = {field.code: field for field in FIELDS}


def is_built_in(name: str, fact: Fact) -> bool:
    """Say whether a built-in field holds a fact: of its name and type and, where one chooses, of no other words."""
    field = _BUILT_IN.get(name)
    if field is None or field.kind != fact.type.value:
        return False
    return not field.choices or set(field.choices) <= {str(choice) for choice in fact.choices or ()}
