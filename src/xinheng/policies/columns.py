"""The columns of the customers whom a trial moves, on the page and in the workbook."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinheng.lists.columns import ListColumn
from xinheng.policies.models import TrialRow


def short(value: Decimal | None) -> str:
    """Write points without the noughts at their end."""
    return "" if value is None else f"{value.normalize():f}"


def reasons_of(row: TrialRow) -> list[str]:
    """Give in sentences what moved a customer: vetoes, grade lines, items by how much they moved him, what was missing."""
    told: dict[str, Any] = row.told
    said = [_("新增否决: {reason}").format(reason=reason) for reason in told.get("vetoes_gained", [])]
    said += [_("不再否决: {reason}").format(reason=reason) for reason in told.get("vetoes_lost", [])]
    said += [
        _("“{grade}”的分数线由 {before} 改为 {after}, 总分 {total}").format(
            grade=label, before=before, after=after, total=short(row.total_after)
        )
        for label, before, after in told.get("lines", [])
    ]
    said += [
        _("{item} {change} 分: {reason}").format(
            item=item["label"], change=f"{Decimal(item['change']):+f}", reason=item["now"] or item["was"]
        )
        for item in told.get("items", [])
    ]
    return said + [" ".join(filter(None, problem)) for problem in told.get("problems", [])]


def _grade(name: str) -> Any:
    return lambda row: getattr(row, name) or _("未评")


def _why(row: TrialRow) -> str:
    return "; ".join(reasons_of(row))


def _column(key: str, label: str | Promise, shape: Any = "text", **more: Any) -> ListColumn:
    return ListColumn(key, label, lambda row: getattr(row, key), (key,), shape, **more)


TRIAL_COLUMNS = [
    ListColumn("number", _l("客户编号"), lambda row: row.customer.number, ("customer__number",), fixed=True),
    ListColumn("name", _l("名称"), lambda row: row.customer.name, ("customer__name",), fixed=True),
    ListColumn("before", _l("原等级"), _grade("before"), ("before",)),
    ListColumn("after", _l("新等级"), _grade("after"), ("after",)),
    _column("notches", _l("升降级数"), "number"),
    _column("total_before", _l("原总分"), "number"),
    _column("total_after", _l("新总分"), "number"),
    _column("limit_before", _l("原额度"), "money"),
    _column("limit_after", _l("新额度"), "money"),
    _column("limit_change", _l("额度变化"), "money"),
    _column("amount", _l("金额"), "money"),
    ListColumn("why", _l("原因"), _why),
]
