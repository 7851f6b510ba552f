"""Ratios of financial statements: by the definitions of `creditpolicy.facts`, the one place that says what each is."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from creditpolicy.facts import CATALOGUE
from creditpolicy.facts.catalogue import FIGURES
from creditpolicy.facts.derived import LARGEST
from creditpolicy.language import listed
from creditpolicy.model import DIGITS
from creditpolicy.model import Kind as FactKind
from xinheng.customers.accounting import BY_CODE, label
from xinheng.customers.models import Statement

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


@dataclass(frozen=True, slots=True)
class Definition:
    """A ratio as top over below, both over accounts (`revenue - cost_of_sales`), `span` months, `before_` a year ago."""

    code: str
    label: str | Promise
    formula: str | Promise
    top: str
    below: str
    kind: FactKind


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of one statement; where it has no value, `why` says what is missing."""

    definition: Definition
    value: Decimal | None
    why: str = ""

    @property
    def text(self) -> str:
        """The value as people read it: percent, times or days."""
        if self.value is None:
            return ""
        if self.definition.kind is FactKind.RATIO:
            return f"{self.value * 100:,.2f}%"
        digits, unit = (0, _t("天")) if self.definition.kind is FactKind.DAYS else (2, _t("倍"))
        return f"{self.value:,.{digits}f} {unit}"


def _catalogued() -> list[Definition]:
    found = []
    for name, fact in CATALOGUE.items():
        if fact.sources == ("statements",) and f"{name}_top" in FIGURES:
            top, below = (FIGURES[f"{name}_{side}"].replace("latest_", "") for side in ("top", "below"))
            found.append(Definition(name, fact.label.zh, fact.definition.zh, top, below, fact.type))
    return found


DEFINITIONS: tuple[Definition, ...] = (
    *_catalogued(),
    Definition(
        "return_on_equity", _("净资产收益率"), _("净利润 ÷ 期末所有者权益。不满或超过一年的期间按 12 个月折算。"),
        "net_profit * 12", "equity * span", FactKind.RATIO,
    ),
    Definition(
        "debt_to_equity", _("产权比率"), _("负债合计 ÷ 所有者权益合计。"), "total_liabilities", "equity", FactKind.NUMBER
    ),
    Definition(
        "receivables_days", _("应收账款周转天数"), _("期末应收账款 ÷ 营业收入 × 365, 期间按 12 个月折算。"),
        "receivables * 365 * span", "revenue * 12", FactKind.DAYS,
    ),
    Definition(
        "inventory_days", _("存货周转天数"), _("期末存货 ÷ 营业成本 × 365, 期间按 12 个月折算。"),
        "inventory * 365 * span", "cost_of_sales * 12", FactKind.DAYS,
    ),
    Definition(
        "payables_days", _("应付账款周转天数"), _("期末应付账款 ÷ 营业成本 × 365, 期间按 12 个月折算。"),
        "payables * 365 * span", "cost_of_sales * 12", FactKind.DAYS,
    ),
    Definition(
        "revenue_growth", _("营业收入增长率"), _("(本期营业收入 − 上年同期) ÷ 上年同期。"),
        "revenue - before_revenue", "before_revenue", FactKind.RATIO,
    ),
    Definition(
        "profit_growth", _("净利润增长率"), _("(本期净利润 − 上年同期) ÷ 上年同期; 上年亏损或为 0 时不算。"),
        "net_profit - before_net_profit", "before_net_profit", FactKind.RATIO,
    ),
    Definition(
        "asset_growth", _("资产增长率"), _("(期末资产总计 − 上年同期) ÷ 上年同期。"),
        "total_assets - before_total_assets", "before_total_assets", FactKind.RATIO,
    ),
)  # fmt: skip
"""The ratios of the catalogue, and those that a reader of statements wants besides."""


def figures_of(statement: Statement) -> dict[str, Decimal]:
    """Give the figures of a statement in yuan; what was not given is not there."""
    return {figure.account: figure.amount for figure in statement.figures.all()}


def ratios_of(statement: Statement, among: Sequence[Statement] = ()) -> list[Ratio]:
    """Give every ratio of a statement; growth against the same period of the year before, found in `among`."""
    known = figures_of(statement)
    before = same_period_before(statement, among)
    if before is not None:
        known |= {f"before_{code}": amount for code, amount in figures_of(before).items()}
    known["span"] = Decimal(statement.months)
    return [_ratio(definition, known) for definition in DEFINITIONS]


def same_period_before(statement: Statement, among: Sequence[Statement]) -> Statement | None:
    """Give the statement of the same length and sort that ended in the same month a year before."""
    end = statement.period_end
    for other in among:
        same = (other.period_kind, other.months, other.is_consolidated)
        if same == (statement.period_kind, statement.months, statement.is_consolidated) and (
            other.period_end.year,
            other.period_end.month,
        ) == (end.year - 1, end.month):
            return other
    return None


def period_before(statement: Statement, among: Sequence[Statement]) -> Statement | None:
    """Give the last statement of the same sort and length that ended before; None where there is none."""
    sort = (statement.period_kind, statement.months, statement.is_consolidated)
    earlier = [
        other
        for other in among
        if (other.period_kind, other.months, other.is_consolidated) == sort and other.period_end < statement.period_end
    ]
    return max(earlier, key=lambda other: other.period_end, default=None)


def _ratio(definition: Definition, known: Mapping[str, Decimal]) -> Ratio:
    missing = [name for name in _names(definition) if name not in known]
    if missing:
        return Ratio(definition, None, _t("缺: {names}").format(names=listed(map(_named, missing))))
    top, below = evaluated(definition.top, known), evaluated(definition.below, known)
    if below <= 0:
        return Ratio(definition, None, _t("分母为 0 或为负"))
    digits, most = DIGITS[definition.kind], Decimal(LARGEST[definition.kind])
    with localcontext() as exact:
        exact.prec = 60
        value = (top / below).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return Ratio(definition, max(min(value, most), -most))


def _named(name: str) -> str:
    code = name.removeprefix("before_")
    own = label(code).rpartition(": ")[2] if code in BY_CODE else code  # a part is labelled “of which: …”
    return _t("上年同期{label}").format(label=own) if name != code else own


def _names(definition: Definition) -> list[str]:
    trees = (ast.walk(ast.parse(side, mode="eval")) for side in (definition.top, definition.below))
    return list(dict.fromkeys(node.id for tree in trees for node in tree if isinstance(node, ast.Name)))


def evaluated(expression: str, known: Mapping[str, Decimal]) -> Decimal:
    """Work out an expression of names, whole numbers, + − and ×, exactly."""

    def of(node: ast.expr) -> Decimal:
        match node:
            case ast.BinOp(left=left, op=sign, right=right):
                return _OPERATORS[type(sign)](of(left), of(right))  # type: ignore[no-any-return]
            case ast.Name(id=name):
                return known[name]
            case ast.Constant(value=int(number)):
                return Decimal(number)
        raise ValueError(expression)

    return of(ast.parse(expression, mode="eval").body)
