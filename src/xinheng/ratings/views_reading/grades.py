"""The grades of a day, customer by customer, beside those of an earlier day: the list that every figure opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from xinheng.customers.lists.giving import workbook
from xinheng.lists.asking import AskedList
from xinheng.lists.columns import ListColumn, table_of
from xinheng.org.access import may
from xinheng.org.models import Department
from xinheng.ratings import queries
from xinheng.ratings.actions.reading import export_grades
from xinheng.ratings.in_lists import NONE, tab_of
from xinheng.ratings.queries import Scale
from xinheng.ratings.spread import DOWN, GONE, NEW, SAME, UP, began, graded, held, moved, with_standings

PAGE = "ratings.grades"
SHOWN_OF_STANDING = ("limit", "terms_days", "next_review_on", "is_frozen")
MOVES = (
    (DOWN, gettext_lazy("下降")),
    (UP, gettext_lazy("上升")),
    (SAME, gettext_lazy("未变")),
    (NEW, gettext_lazy("首次评级")),
    (GONE, gettext_lazy("撤销")),
)


class GradesForm(forms.Form):
    """What the list may be asked."""

    on = forms.DateField(label=gettext_lazy("于某日"), required=False, widget=forms.DateInput({"type": "date"}))
    grade = forms.ChoiceField(label=gettext_lazy("等级"), required=False)
    since = forms.DateField(label=gettext_lazy("与某日相比"), required=False, widget=forms.DateInput({"type": "date"}))
    before = forms.ChoiceField(label=gettext_lazy("原等级"), required=False)
    move = forms.ChoiceField(label=gettext_lazy("变动"), required=False, choices=[("", gettext_lazy("全部")), *MOVES])
    department = forms.ModelChoiceField(
        label=gettext_lazy("归属部门 (含下级)"), queryset=Department.objects.all(), required=False,
        empty_label=gettext_lazy("全部"),
    )  # fmt: skip
    mine = forms.BooleanField(label=gettext_lazy("只看我的客户"), required=False)
    frozen = forms.BooleanField(label=gettext_lazy("只看冻结的"), required=False)

    def __init__(self, query: QueryDict, scale: Scale, known: Sequence[str]) -> None:
        super().__init__(query)
        steps = queries.on_scale(scale, known)
        choices = [("", _("全部")), *((step.grade, step.label) for step in steps), (NONE, _("无等级"))]
        for name in ("grade", "before"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def _columns(scale: Scale, *, compare: bool, why: bool, score: bool) -> list[ListColumn]:
    """Give the columns; scores and explanations only where they may be seen, old grades only where two days are compared."""
    columns = [
        ListColumn("number", gettext_lazy("客户编号"), lambda each: each.number, ("number",), fixed=True),
        ListColumn("name", gettext_lazy("名称"), lambda each: each.name, ("name", "number"), fixed=True, link=tab_of),
        ListColumn(
            "grade", gettext_lazy("等级"), lambda each: scale.label(each.grade) if each.grade else "",
            ("place", "number"), "badge", state=lambda each: f"grade-{scale[each.grade].colour}",
        ),
        ListColumn("limit", gettext_lazy("信用额度 (元)"), lambda each: each.limit, ("limit", "number"), "money"),
        ListColumn("terms", gettext_lazy("账期 (天)"), lambda each: each.terms_days, ("terms_days", "number"), "number", chosen=False),
        ListColumn("from", gettext_lazy("等级生效日"), lambda each: first.from_day if (first := began(each)) else None, (), "day"),
        ListColumn("cause", gettext_lazy("原因"), lambda each: str(first.get_cause_display()) if (first := began(each)) else ""),
        ListColumn("review", gettext_lazy("下次评级日"), lambda each: each.next_review_on, ("next_review_on", "number"), "day"),
        ListColumn("frozen", gettext_lazy("冻结"), lambda each: _("是") if each.is_frozen else "", ("is_frozen", "number"), chosen=False),
        ListColumn("version", gettext_lazy("制度版本"), lambda each: now.version.number if (now := held(each)) else None, chosen=False),
        ListColumn("department", gettext_lazy("归属部门"), lambda each: each.department.name, ("department__path", "number")),
        ListColumn(
            "owner", gettext_lazy("业务员"), lambda each: each.owner.full_name if each.owner else "",
            ("owner__full_name", "number"),
        ),
    ]  # fmt: skip
    if score:
        columns.insert(3, ListColumn("total", gettext_lazy("总分"), _total, ("now__rating__total", "number"), "number"))
    if compare:
        columns[2:2] = [
            ListColumn(
                "before", gettext_lazy("原等级"), lambda each: scale.label(each.before) if each.before else "",
                ("place_before", "number"), "badge", state=lambda each: f"grade-{scale[each.before].colour}",
            )
        ]  # fmt: skip
        columns.insert(
            4, ListColumn("notches", gettext_lazy("升降级数"), lambda each: _notches(scale, each), shape="number")
        )
    if why:
        columns.append(
            ListColumn("why", gettext_lazy("说明"), lambda each: first.why if (first := began(each)) else "")
        )
        columns.append(
            ListColumn(
                "clause",
                gettext_lazy("条款"),
                lambda each: first.clause if (first := began(each)) else "",
                chosen=False,
            )
        )
    return columns


def _total(customer: Any) -> Decimal | None:
    now = held(customer)
    total = now.rating.total if now is not None and now.rating is not None else None
    return None if total is None else total.quantize(Decimal("0.01"))


def _notches(scale: Scale, row: Any) -> int | None:
    return scale.notches(row.before, row.grade) if row.before and row.grade else None


class Asked(AskedList):
    """The days and filters of the list of grades, and the customers that remain."""

    page = PAGE

    def __init__(self, request: HttpRequest, query: QueryDict) -> None:
        super().__init__(request, query)
        self.policy = queries.main_policy()
        self.today = timezone.localdate()
        self.scale = queries.main_scale(self.today)
        known = [self.query.get(name, "") for name in ("grade", "before")]
        self.form = GradesForm(self.query, self.scale, [grade for grade in known if grade != NONE])
        self.form.is_valid()
        self.told: dict[str, Any] = self.form.cleaned_data
        self.on: date = min(self.told.get("on") or self.today, self.today)
        since = self.told.get("since")
        self.since: date | None = min(since, self.on) if since else None
        self.choose(
            _columns(
                self.scale, compare=self.since is not None, why=may(self.person, "ratings.see_reasons"),
                score=may(self.person, "ratings.see_score"),
            )
        )  # fmt: skip

    @property
    def customers(self) -> Any:
        """The customers that remain, in order, with what the columns show."""
        from xinheng.customers.models import Customer

        if self.policy is None or not self.form.is_valid():
            return Customer.objects.none()
        rows = graded(self.person, self.on, self.policy, scale=self.scale, since=self.since)
        rows = rows.annotate(**{name: F(f"now__{name}") for name in SHOWN_OF_STANDING}).filter(self._conditions())
        rows = with_standings(rows, self.on, self.policy).select_related("department", "owner").defer("search_text")
        return self.ordered(rows, "place", "number")

    def _conditions(self) -> Q:
        told, wanted = self.told, Q()
        for name in ("grade", "before") if self.since is not None else ("grade",):
            value = told.get(name)
            if value == NONE:
                wanted &= Q(**{name: ""}) | Q(**{f"{name}__isnull": True})
            elif value:
                wanted &= Q(**{name: value})
        if told.get("move") and self.since is not None:
            wanted &= moved(told["move"])
        if told.get("department"):
            wanted &= Q(department__path__startswith=told["department"].path)
        if told.get("mine"):
            wanted &= Q(owner=self.person)
        if told.get("frozen"):
            wanted &= Q(is_frozen=True)
        return wanted


@require_GET
def grades(request: HttpRequest) -> HttpResponse:
    """List the grades of a day; with an earlier day, how they moved."""
    asked = Asked(request, request.GET)
    table = table_of(asked.columns, asked.customers, order_by=asked.sort, caption=_("等级清单"))
    asked.turn_to_page(table)
    count = table.paginator.count
    told = {
        "table": table, "form": asked.form, "list": asked.bar, "count": count, "on": asked.on, "since": asked.since,
        "policy": asked.policy, "may_export": may(asked.person, "ratings.export"),
    }  # fmt: skip
    return render(request, "ratings/reading/grades.html", told)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the whole filtered list as a workbook."""
    asked = Asked(request, QueryDict(request.POST.get("query", "")))
    title = _("等级清单 {day}").format(day=asked.on.isoformat())
    return workbook(
        request, title,
        lambda path: export_grades(
            path, asked.customers, asked.columns, title=title, query=asked.kept_query, by=asked.person,
            at=timezone.now(),
        ),
        back=PAGE,
    )  # fmt: skip
