"""How long things are kept after their last use, and what has been kept for longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop as _

from xinheng.customers.models import Customer, Kind, Status
from xinheng.papers.models import Paper, State
from xinheng.privacy.models import Consent, RetentionRule

KNOWN = (
    ("closed_person", _("已停用的个人客户资料"), 5, _("合同终止后的诉讼时效与争议期 (假定, 由公司确认)")),
    ("ended_consent", _("已撤回或到期的同意"), 3, _("证明曾依法取得同意 (假定, 由公司确认)")),
    ("withdrawn_paper", _("已撤下的档案"), 1, _("防止误撤 (假定, 由公司确认)")),
)
"""What is watched, for how many years, and why. No source document says how long: the company confirms or changes them."""


def ensure_rules(**_signal: Any) -> None:
    """Store the rules that are not there yet; what the company changed stays."""
    there = set(RetentionRule.objects.values_list("what", flat=True))
    RetentionRule.objects.bulk_create(
        RetentionRule(what=what, name=name, years=years, why=why)
        for what, name, years, why in KNOWN
        if what not in there
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A rule, and how much has been kept longer than it says."""

    rule: RetentionRule
    count: int
    rows: list[Any]


def kept_too_long(on: date, *, most: int = 100) -> list[Due]:
    """Give for each rule what should be looked at for deletion by now."""
    found = []
    for rule in RetentionRule.objects.all():
        rows = _QUERIES[rule.what](_years_before(on, rule.years)) if rule.what in _QUERIES else Customer.objects.none()
        found.append(Due(rule, rows.count(), list(rows[:most])))
    return found


def _years_before(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def _closed_people(before: date) -> Any:
    states = Customer.history.model.objects
    changed = states.filter(id=OuterRef("pk"), history_date__date__gte=before)
    closed = Customer.objects.filter(kind=Kind.PERSON, status=Status.CLOSED, erasures__isnull=True)
    return closed.filter(~Exists(changed), created_at__date__lt=before)


def _ended_consents(before: date) -> Any:
    return Consent.objects.filter(Q(ended_at__date__lt=before) | Q(until__lt=before)).select_related("customer")


def _withdrawn_papers(before: date) -> Any:
    return Paper.objects.filter(state=State.WITHDRAWN, filed_on__lt=before).select_related("customer", "kind")


_QUERIES = {
    "closed_person": _closed_people,
    "ended_consent": _ended_consents,
    "withdrawn_paper": _withdrawn_papers,
}
