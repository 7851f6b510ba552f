"""What the list of customers, the hits of the search and the head of a customer's pages show of grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import django_filters as filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.customers.badges import Badge
from xinheng.customers.models import Customer
from xinheng.lists.columns import ListColumn
from xinheng.org.access import may
from xinheng.ratings.models import Standing
from xinheng.ratings.queries import grades_in_force, main_scale, standings_on

if TYPE_CHECKING:
    from xinheng.org.models import Person

NONE = "none"
"""The filter's word for customers without a grade."""
LAST = 1_000
"""The place of customers without a grade: behind all who have one."""


def _standing(customer: Customer) -> Standing | None:
    found: list[Standing] = customer.listed_grades  # type: ignore[attr-defined]
    return found[0] if found and found[0].grade else None


def _grade(customer: Customer) -> str:
    standing = _standing(customer)
    return standing.label if standing is not None else ""  # type: ignore[attr-defined]


def _colour(customer: Customer) -> str:
    standing = _standing(customer)
    return f"grade-{standing.colour}" if standing is not None else ""  # type: ignore[attr-defined]


class Grades:
    """The columns and the filter of the grade in force."""

    needs = "ratings.see_grade"
    columns: Sequence[ListColumn] = (
        ListColumn("grade", _("等级"), _grade, ("listed_place", "number"), "badge", state=_colour),
        ListColumn(
            "limit", _("信用额度 (元)"), lambda each: held.limit if (held := _standing(each)) else None,
            ("listed_limit", "number"), "money", chosen=False,
        ),
        ListColumn(
            "graded", _("等级生效日"), lambda each: held.from_day if (held := _standing(each)) else None,
            (), "day", chosen=False,
        ),
        ListColumn(
            "review", _("下次评级日"), lambda each: held.next_review_on if (held := _standing(each)) else None,
            ("listed_review", "number"), "day", chosen=False,
        ),
    )  # fmt: skip

    def fetched(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """Fetch the standings of today along, with the grades' names and colours."""
        today = timezone.localdate()
        rows = main_scale(today).named(standings_on(today))
        return customers.prefetch_related(Prefetch("standings", rows, to_attr="listed_grades"))

    def sortable(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """Annotate the place of the grade, best first, the limit and the day of the next review."""
        today = timezone.localdate()
        mine = standings_on(today).filter(customer=OuterRef("pk")).order_by()
        placed = mine.annotate(place=main_scale(today).place())
        return customers.annotate(
            listed_place=Coalesce(Subquery(placed.values("place")[:1]), LAST),
            listed_limit=Subquery(mine.values("limit")[:1]),
            listed_review=Subquery(mine.values("next_review_on")[:1]),
        )

    def filters(self) -> Mapping[str, filters.Filter]:
        """Give the filter by the grade of today."""
        steps = main_scale(timezone.localdate()).steps
        choices: list[tuple[str, str | Promise]] = [(step.grade, step.label) for step in steps]
        made = filters.ChoiceFilter(
            label=gettext("等级"),
            choices=[*choices, (NONE, gettext("无等级"))],
            method=_by_grade,
            empty_label=gettext("全部"),
        )
        return {"grade": made}


def _by_grade(customers: QuerySet[Customer], _name: str, wanted: str) -> QuerySet[Customer]:
    mine = standings_on(timezone.localdate()).filter(customer=OuterRef("pk")).order_by()
    if wanted == NONE:
        return customers.filter(~Exists(mine.exclude(grade="")))
    return customers.filter(Exists(mine.filter(grade=wanted)))


def badges(customers: Sequence[int], person: Person) -> Mapping[int, Sequence[Badge]]:
    """Give each customer's grade as a mark, for those who may see grades."""
    if not may(person, "ratings.see_grade"):
        return {}
    today = timezone.localdate()
    scale = main_scale(today)
    found: dict[int, Sequence[Badge]] = {}
    for key, standing in grades_in_force(customers, today).items():
        if standing.grade:
            step = scale[standing.grade]
            since = gettext("{grade}, {day} 起").format(grade=step.label, day=standing.from_day)
            marks = [Badge(step.label, step.colour, since)]
        else:
            marks = [Badge(gettext("等级已撤销"), "red", standing.get_cause_display())]
        if standing.is_frozen:
            marks.append(Badge(gettext("授信冻结"), "red"))
        found[key] = marks
    return found


def tab_of(customer: Customer) -> str:
    """Give the address of a customer's tab 评级."""
    return reverse("ratings.of_customer", args=[customer.pk])
