"""What the list of customers can be filtered by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinheng.customers.dimensions import DealPhase, SizeClass, TimePhase
from xinheng.customers.lists.extending import add_filters
from xinheng.customers.models import Customer, Identity, Kind, Nature, Outcome, Size, Status, Verification
from xinheng.customers.queries import DUE_WITHIN_DAYS
from xinheng.customers.search import matching
from xinheng.org.models import Department, Person

if TYPE_CHECKING:
    from xinheng.customers.models import Customers

ALL = _("全部")
VERIFIED = (
    ("yes", _("已核实")),
    ("no", _("未核实")),
    ("due", _("即将到期")),
    ("expired", _("已到期")),
)


def _any_choice(label: Any, choices: Any, field: str) -> filters.ChoiceFilter:
    return filters.ChoiceFilter(label=label, choices=choices, field_name=field, empty_label=ALL)


class CustomerFilter(filters.FilterSet):  # type: ignore[misc]
    """The filters, each its own; together all must hold."""

    q = filters.CharFilter(
        label=_("查找"),
        method="find",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("名称、拼音、编号、电话")}),
    )
    status = _any_choice(_("状态"), Status.choices, "status")
    kind = _any_choice(_("类别"), Kind.choices, "kind")
    department = filters.ModelChoiceFilter(
        label=_("归属部门 (含下级)"), queryset=Department.objects.all(), method="in_branch", empty_label=ALL
    )
    owner = filters.ModelChoiceFilter(
        label=_("业务员"),
        queryset=lambda _request: Person.objects.filter(customers__isnull=False).distinct(),
        empty_label=ALL,
    )
    nature = _any_choice(_("性质"), Nature.choices, "nature")
    size = _any_choice(_("企业规模"), Size.choices, "size")
    phase_time = _any_choice(_("时间阶段"), TimePhase.choices, "phase_time")
    phase_deal = _any_choice(_("交易阶段"), DealPhase.choices, "phase_deal")
    size_class = _any_choice(_("客户地位"), SizeClass.choices, "size_class")
    verified = filters.ChoiceFilter(label=_("身份核实"), choices=VERIFIED, method="by_verification", empty_label=ALL)

    class Meta:
        model = Customer
        fields = ()

    def __init__(self, *args: Any, person: Person | None = None, **told: Any) -> None:
        super().__init__(*args, **told)
        if person is not None:
            add_filters(self, person)

    def find(self, customers: Customers, _name: str, text: str) -> Customers:
        """Keep those that a text finds."""
        return matching(customers, text)

    def in_branch(self, customers: QuerySet[Customer], _name: str, department: Department) -> QuerySet[Customer]:
        """Keep those of a department and all below it."""
        return customers.filter(department__path__startswith=department.path)

    def by_verification(self, customers: QuerySet[Customer], _name: str, wanted: str) -> QuerySet[Customer]:
        """Keep those whose papers stand so today."""
        today = timezone.localdate()
        return customers.filter(_stands(wanted, today))


def _stands(wanted: str, today: Any) -> Q:
    latest = Verification.objects.filter(identity=OuterRef("pk"), verified_on__lte=today).order_by(
        "-verified_on", "-pk"
    )
    papers = Identity.objects.filter(customer=OuterRef("pk"), withdrawn_at__isnull=True).annotate(
        last_outcome=latest.values("outcome")[:1], good_until=latest.values("valid_until")[:1]
    )
    matching_ones = papers.filter(last_outcome=Outcome.MATCHES)
    runs = (Q(good_until__isnull=True) | Q(good_until__gte=today)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    )
    ended = Q(good_until__lt=today) | Q(valid_until__lt=today)
    soon = today + timedelta(DUE_WITHIN_DAYS)
    ends_soon = Q(good_until__lte=soon) | Q(valid_until__lte=soon)
    good = Exists(matching_ones.filter(runs))
    if wanted == "yes":
        return Q(good)
    if wanted == "no":
        return ~Q(good)
    return Q(Exists(matching_ones.filter(ended if wanted == "expired" else runs & ends_soon)))
