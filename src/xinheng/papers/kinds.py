"""The kinds of paper that come with the room; a company may add its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from xinheng.papers.levels import Level


@dataclass(frozen=True, slots=True)
class Known:
    """A kind that comes with the room; `keep_years` is our assumption, for the company to confirm."""

    code: str
    name: str
    least_level: Level
    expires: bool = False
    keep_years: int = 10


KNOWN = (
    Known("business_licence", _("营业执照"), Level.INTERNAL, expires=True),
    Known("identity_copy", _("身份证件复印件"), Level.SECRET, expires=True),
    Known("authorisation", _("授权委托书"), Level.INTERNAL, expires=True),
    Known("contract", _("合同"), Level.INTERNAL, expires=True, keep_years=20),
    Known("statement", _("财务报表"), Level.SECRET),
    Known("credit_report", _("信用报告"), Level.TOP_SECRET),
    Known("assessment", _("信用评估报告"), Level.SECRET),
    Known("consent", _("个人信息同意书"), Level.INTERNAL, expires=True),
    Known("confidentiality", _("保密协议"), Level.INTERNAL, expires=True),
    Known("visit_note", _("拜访记录"), Level.INTERNAL),
    Known("customer_form", _("客户资料表"), Level.INTERNAL),
    Known("complaint", _("投诉材料"), Level.INTERNAL),
    Known("other", _("其他"), Level.INTERNAL),
)


def ensure_kinds(**_signal: Any) -> None:
    """Store the kinds that are not there yet; what the company changed stays as it is."""
    from xinheng.papers.models import PaperKind

    there = set(PaperKind.objects.values_list("code", flat=True))
    PaperKind.objects.bulk_create(
        (
            PaperKind(
                code=kind.code, name=kind.name, least_level=kind.least_level, expires=kind.expires,
                keep_years=kind.keep_years, order=number * 10,
            )
            for number, kind in enumerate(KNOWN, 1)
            if kind.code not in there
        ),
        ignore_conflicts=True,
    )  # fmt: skip
