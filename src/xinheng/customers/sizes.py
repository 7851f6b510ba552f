"""How large an enterprise is: the national statistical division of 2017, by industry, staff, turnover and assets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Industry(models.TextChoices):
    """The groups of industries that the division of 2017 measures apart."""

    FARMING = "farming", _("农林牧渔业")
    INDUSTRY = "industry", _("工业")
    CONSTRUCTION = "construction", _("建筑业")
    WHOLESALE = "wholesale", _("批发业")
    RETAIL = "retail", _("零售业")
    TRANSPORT = "transport", _("交通运输业")
    STORAGE = "storage", _("仓储业")
    POST = "post", _("邮政业")
    LODGING = "lodging", _("住宿业")
    CATERING = "catering", _("餐饮业")
    TELECOMS = "telecoms", _("信息传输业")
    SOFTWARE = "software", _("软件和信息技术服务业")
    REAL_ESTATE = "real_estate", _("房地产开发经营")
    PROPERTY = "property", _("物业管理")
    LEASING = "leasing", _("租赁和商务服务业")
    OTHER = "other", _("其他行业")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lowest values of large, medium and small; staff in people, turnover and assets in ten thousand yuan."""

    staff: tuple[int, int, int] | None = None
    turnover: tuple[int, int, int] | None = None
    assets: tuple[int, int, int] | None = None


LINES: Mapping[str, Lines] = {
    Industry.FARMING: Lines(turnover=(20_000, 500, 50)),
    Industry.INDUSTRY: Lines(staff=(1000, 300, 20), turnover=(40_000, 2_000, 300)),
    Industry.CONSTRUCTION: Lines(turnover=(80_000, 6_000, 300), assets=(80_000, 5_000, 300)),
    Industry.WHOLESALE: Lines(staff=(200, 20, 5), turnover=(40_000, 5_000, 1_000)),
    Industry.RETAIL: Lines(staff=(300, 50, 10), turnover=(20_000, 500, 100)),
    Industry.TRANSPORT: Lines(staff=(1000, 300, 20), turnover=(30_000, 3_000, 200)),
    Industry.STORAGE: Lines(staff=(200, 100, 20), turnover=(30_000, 1_000, 100)),
    Industry.POST: Lines(staff=(1000, 300, 20), turnover=(30_000, 2_000, 100)),
    Industry.LODGING: Lines(staff=(300, 100, 10), turnover=(10_000, 2_000, 100)),
    Industry.CATERING: Lines(staff=(300, 100, 10), turnover=(10_000, 2_000, 100)),
    Industry.TELECOMS: Lines(staff=(2000, 100, 10), turnover=(100_000, 1_000, 100)),
    Industry.SOFTWARE: Lines(staff=(300, 100, 10), turnover=(10_000, 1_000, 50)),
    Industry.REAL_ESTATE: Lines(turnover=(200_000, 1_000, 100), assets=(10_000, 5_000, 2_000)),
    Industry.PROPERTY: Lines(staff=(1000, 300, 100), turnover=(5_000, 1_000, 500)),
    Industry.LEASING: Lines(staff=(300, 100, 10), assets=(120_000, 8_000, 100)),
    Industry.OTHER: Lines(staff=(300, 100, 10)),
}
"""The National Bureau of Statistics' division of 2017 (统计上大中小微型企业划分办法): each line is reached at its value."""

_TEN_THOUSAND = Decimal(10_000)
_STEPS = ("large", "medium", "small")


def size_by_rule(industry: str, staff: int | None, turnover_yuan: Decimal | None, assets_yuan: Decimal | None) -> str:
    """Give large, medium, small or micro; empty where a figure that the industry is measured by is not known.

    An enterprise is of a size only where it reaches every line of it; else it is of the next lower one.
    """
    lines = LINES.get(industry)
    if lines is None:
        return ""
    measured = [
        (lines.staff, None if staff is None else Decimal(staff)),
        (lines.turnover, None if turnover_yuan is None else turnover_yuan / _TEN_THOUSAND),
        (lines.assets, None if assets_yuan is None else assets_yuan / _TEN_THOUSAND),
    ]
    wanted = [(line, value) for line, value in measured if line is not None]
    if any(value is None for _line, value in wanted):
        return ""
    for step, size in enumerate(_STEPS):
        if all(value is not None and value >= line[step] for line, value in wanted):
            return size
    return "micro"
