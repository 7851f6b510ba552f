"""The list of cases: mine, by state, late ones; its columns chosen, and the whole of it as a workbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from xinheng.customers.lists.giving import workbook
from xinheng.lists.asking import AskedList
from xinheng.lists.columns import ListColumn, table_of
from xinheng.org.access import may
from xinheng.ratings.actions.listing import export_assessments
from xinheng.ratings.models import Assessment
from xinheng.ratings.queries import late_on
from xinheng.workflow.models import Item
from xinheng.workflow.standing import addressed_to

PAGE = "ratings.assessments"


def _case(each: Assessment) -> str:
    return reverse("ratings.assessment", args=[each.pk])


def _customer(each: Assessment) -> str:
    return reverse("customers.customer", args=[each.customer_id])


def _opener(each: Assessment) -> str:
    return each.opened_by.full_name if each.opened_by else _("系统")


def _owner(each: Assessment) -> str:
    return each.customer.owner.full_name if each.customer.owner else ""


def _state(each: Assessment) -> str:
    return str(each.state)


COLUMNS = (
    ListColumn("number", gettext_lazy("评估编号"), lambda each: each.number, ("number",), fixed=True, link=_case),
    ListColumn("customer", gettext_lazy("客户"), lambda each: each.customer.name, ("customer__name", "id"), fixed=True, link=_customer),
    ListColumn("kind", gettext_lazy("事由类别"), lambda each: each.get_kind_display(), ("kind", "id")),
    ListColumn("state", gettext_lazy("状态"), lambda each: each.get_state_display(), ("state", "id"), "badge", state=_state),
    ListColumn("policy", gettext_lazy("制度"), lambda each: str(each.version), ("policy__title", "id")),
    ListColumn("opened", gettext_lazy("发起日期"), lambda each: each.opened_on, ("opened_on", "id"), "day"),
    ListColumn("due", gettext_lazy("应完成日"), lambda each: each.due_on, ("due_on", "id"), "day"),
    ListColumn("as_of", gettext_lazy("评级日"), lambda each: each.as_of, ("as_of", "id"), "day", chosen=False),
    ListColumn("opened_by", gettext_lazy("发起人"), _opener, ("opened_by__full_name", "id")),
    ListColumn("owner", gettext_lazy("业务员"), _owner, ("customer__owner__full_name", "id"), chosen=False),
    ListColumn("special", gettext_lazy("特殊客户"), lambda each: _("是") if each.is_special else "", ("is_special", "id"), chosen=False),
    ListColumn("decided", gettext_lazy("决定日期"), lambda each: each.decided_on, ("decided_on", "id"), "day", chosen=False),
    ListColumn("why", gettext_lazy("事由"), lambda each: each.why, chosen=False),
)  # fmt: skip
"""No grade and no score stands here: they have lists of their own, for those who may see them."""


class CasesForm(forms.Form):
    """What the list may be asked."""

    q = forms.CharField(label=gettext_lazy("编号、客户"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False,
        choices=[("", gettext_lazy("全部")), ("under_way", gettext_lazy("办理中")), *Assessment.State.choices],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("事由类别"), required=False, choices=[("", gettext_lazy("全部")), *Assessment.Kind.choices]
    )
    mine = forms.BooleanField(label=gettext_lazy("等我办理或我发起的"), required=False)
    late = forms.BooleanField(label=gettext_lazy("只看逾期的"), required=False)


class Asked(AskedList):
    """The filters of the list of cases, and the cases that remain."""

    page = PAGE

    def __init__(self, request: HttpRequest, query: QueryDict) -> None:
        super().__init__(request, query)
        self.choose(COLUMNS)
        self.form = CasesForm(self.query)
        self.form.is_valid()

    @property
    def rows(self) -> QuerySet[Assessment]:
        """The cases that remain, in order."""
        told: dict[str, Any] = self.form.cleaned_data
        rows = Assessment.objects.visible_to(self.person).defer("facts")
        rows = rows.select_related("customer__owner", "version__policy", "opened_by")
        if told.get("q"):
            rows = rows.filter(Q(number__icontains=told["q"]) | Q(customer__name__icontains=told["q"]))
        if told.get("state") == "under_way":
            rows = rows.filter(state__in=("open", "in_procedure", "published"))
        elif told.get("state"):
            rows = rows.filter(state=told["state"])
        if told.get("kind"):
            rows = rows.filter(kind=told["kind"])
        if told.get("mine"):
            rows = rows.filter(Q(opened_by=self.person) | Q(pk__in=self._waiting()))
        if told.get("late"):
            rows = rows.filter(late_on(timezone.localdate()))
        return self.ordered(rows, "-id")

    def _waiting(self) -> list[int]:
        from django.contrib.contenttypes.models import ContentType

        items = Item.objects.filter(
            addressed_to(self.person, timezone.localdate()), state="open",
            subject_type=ContentType.objects.get_for_model(Assessment),
        )  # fmt: skip
        return [int(number) for number in items.values_list("subject_id", flat=True).distinct()]


@require_GET
def assessments(request: HttpRequest) -> HttpResponse:
    """List the cases."""
    asked = Asked(request, request.GET)
    table = table_of(asked.columns, asked.rows, order_by=asked.sort, caption=_("评估"))
    asked.turn_to_page(table)
    told = {
        "table": table, "form": asked.form, "list": asked.bar, "count": table.paginator.count,
        "may_export": may(asked.person, "ratings.export"), "asked": bool(asked.kept_query),
    }  # fmt: skip
    return render(request, "ratings/cases/list.html", told)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the whole filtered list as a workbook."""
    asked = Asked(request, QueryDict(request.POST.get("query", "")))
    title = _("评估 {day}").format(day=timezone.localdate().isoformat())
    return workbook(
        request, title,
        lambda path: export_assessments(
            path, asked.rows, asked.columns, title=title, query=asked.kept_query, by=asked.person, at=timezone.now()
        ),
        back=PAGE,
    )  # fmt: skip
