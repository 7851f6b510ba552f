"""What matters today, in figures: each with who sees it, how it is counted, and the list that it opens.

A figure counts what its list shows, no more and no less; a test opens every list and compares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xinheng.auditor.queries import Search, entries_matching
from xinheng.customers.lists.filters import CustomerFilter
from xinheng.customers.models import Customer
from xinheng.intake.queries import at_work_for
from xinheng.ledger.overdue import overdue_invoices
from xinheng.org.access import SIGNED_IN, may
from xinheng.org.models import Person
from xinheng.org.sign_in.second_factor import without_second_factor
from xinheng.papers import queries as papers
from xinheng.policies import queries as policies
from xinheng.portal.models import Submission
from xinheng.privacy.models import RequestState, SubjectRequest
from xinheng.ratings import queries as ratings
from xinheng.ratings.models import Assessment
from xinheng.ratings.queries import main_policy, main_scale
from xinheng.ratings.spread import DOWN, Spread, graded, migration, moved
from xinheng.workflow import queries as workflow
from xinheng.workflow.acts import Stand

Count = Callable[[Person, date], int]
LOOKING_BACK = 30
"""Days over which the movement of grades is shown."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: `query` is the list's own filter; `is_alarm` where anything but nought wants somebody to act."""

    label: str | Promise
    icon: str
    needs: str
    count: Count
    page: str
    query: str = ""
    is_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A tile as it is shown to somebody."""

    label: str | Promise
    icon: str
    figure: int
    url: str
    colour: str


def _customers(query: str) -> Count:
    """Count what the list of customers shows for a filter, by that list's own filter."""
    asked = dict(part.split("=") for part in query.split("&"))

    def count(person: Person, _on: date) -> int:
        told = asked | ({"owner": str(person.pk)} if "owner" in asked else {})
        seen = Customer.objects.visible_to(person).filter(merged_into__isnull=True)
        asked_for = CustomerFilter(told, queryset=seen)
        return int(asked_for.qs.count()) if asked_for.is_valid() else 0

    return count


def _in_hand(_person: Person, _on: date) -> int:
    return int(papers.loans_in_hand().count())


def _overdue(_person: Person, on: date) -> int:
    return int(papers.overdue_loans(on).count())


def _expiring(person: Person, on: date) -> int:
    return papers.expiring(on).filter(customer__in=Customer.objects.visible_to(person)).count()


def _requests(person: Person) -> QuerySet[SubjectRequest]:
    return SubjectRequest.objects.filter(
        customer__in=Customer.objects.visible_to(person), state__in=(RequestState.OPEN, RequestState.PROPOSED)
    )


def _submissions(person: Person, _on: date) -> int:
    return Submission.objects.filter(
        customer__in=Customer.objects.visible_to(person), state=Submission.State.WAITING
    ).count()


def _fell(person: Person, on: date) -> QuerySet[Customer]:
    """Give the customers whose grade is worse than some weeks before."""
    policy, since = main_policy(), on - timedelta(LOOKING_BACK)
    if policy is None:
        return Customer.objects.none()
    fell: QuerySet[Customer] = graded(person, on, policy, scale=main_scale(on), since=since).filter(moved(DOWN))
    return fell


def _all_fell(person: Person, on: date) -> int:
    """Count them among everybody: grades counted in pairs cost half of looking at each customer's."""
    policy, scale = main_policy(), main_scale(on)
    if policy is None:
        return 0
    found = Spread.of(person, on - timedelta(LOOKING_BACK), on, policy, scale=scale)
    return migration(found, scale=scale).counts[DOWN]


def _reviews_late(person: Person, on: date) -> int:
    return int(ratings.late(on).visible_to(person).count())  # type: ignore[attr-defined]


def _cases_late(person: Person, on: date) -> int:
    late = Assessment.objects.filter(ratings.late_on(on))
    return int(late.filter(customer__in=Customer.objects.visible_to(person)).count())


def _looks(_person: Person, on: date) -> int:
    return entries_matching(Search(kind="looks", since=on)).count()


def _written(_person: Person, on: date) -> int:
    return entries_matching(Search(since=on)).count()


def _without_second_factor(_person: Person, _on: date) -> int:
    return without_second_factor(Person.objects.filter(is_active=True)).count()


TILES = (
    Tile(_("待我办理"), "inbox", SIGNED_IN, lambda person, on: workflow.counts(person, on).open, "workflow.inbox"),
    Tile(
        _("其中已逾期"), "clock-exclamation", SIGNED_IN, lambda person, on: workflow.counts(person, on).late,
        "workflow.inbox", "due=late", is_alarm=True,
    ),
    Tile(
        _("我发起, 未办结"), "send", SIGNED_IN,
        lambda person, _on: workflow.started_by(person).filter(state=Stand.OPEN).count(),
        "workflow.started", f"state={Stand.OPEN}",
    ),
    Tile(_("我的客户"), "users", "customers.own", _customers("owner=me"), "customers.list", "owner={me}"),
    Tile(
        _("近 30 天等级下降的我的客户"), "trending-down", "ratings.follow",
        lambda person, on: _fell(person, on).filter(owner=person).count(),
        "ratings.grades", "since={since}&move=down&mine=on", is_alarm=True,
    ),
    Tile(
        _("近 30 天等级下降"), "trending-down", "ratings.see_overview", _all_fell, "ratings.grades",
        "since={since}&move=down", is_alarm=True,
    ),
    Tile(_("复评逾期"), "calendar-due", "ratings.see_overview", _reviews_late, "ratings.due", "show=late", is_alarm=True),
    Tile(
        _("评估逾期"), "clock-exclamation", "ratings.see_overview", _cases_late, "ratings.assessments", "late=on",
        is_alarm=True,
    ),
    Tile(_("待建档"), "file-alert", "customers.see_file", _customers("status=draft"), "customers.list", "status=draft"),
    Tile(
        _("核实即将到期"), "id", "customers.verify", _customers("verified=due"), "customers.list", "verified=due"
    ),
    Tile(
        _("核实已到期"), "id-badge", "customers.verify", _customers("verified=expired"), "customers.list",
        "verified=expired", is_alarm=True,
    ),
    Tile(
        _("逾期发票"), "receipt", "ledger.enter", lambda person, on: overdue_invoices(person, on=on).count(),
        "ledger.overdue", is_alarm=True,
    ),
    Tile(_("档案在借或待借"), "books", "papers.see_loans", _in_hand, "papers.loans"),
    Tile(
        _("借阅逾期未还"), "clock-exclamation", "papers.see_loans", _overdue, "papers.loans", "show=late", is_alarm=True
    ),
    Tile(_("证照到期"), "calendar-due", "papers.file", _expiring, "papers.expiring"),
    Tile(_("客户来件待处理"), "message-report", "portal.see", _submissions, "portal.submissions"),
    Tile(_("进行中的导入"), "database-import", "intake.see", lambda person, _on: at_work_for(person), "intake.imports",
         "show=work"),
    Tile(
        _("个人信息请求"), "user-shield", "privacy.answer", lambda person, _on: _requests(person).count(),
        "privacy.requests", "show=open",
    ),
    Tile(
        _("请求已超期限"), "alert-triangle", "privacy.answer",
        lambda person, on: _requests(person).filter(due_on__lt=on).count(), "privacy.requests", "show=late",
        is_alarm=True,
    ),
    Tile(
        _("修订中的制度"), "book", "policies.draft", lambda _person, _on: policies.drafts().count(), "policies.library",
        "show=drafts",
    ),
    Tile(_("今天的查阅"), "eye", "audit.see", _looks, "audit.entries", "kind=looks&since={today}"),
    Tile(_("今天的留痕"), "history", "audit.see", _written, "audit.entries", "since={today}"),
    Tile(
        _("没有动态码的账号"), "shield-half", "org.people", _without_second_factor, "org.people", "state=no_second_factor"
    ),
)  # fmt: skip


def figures(person: Person, on: date) -> list[Figure]:
    """Give the figures that the person sees; how many queries it takes depends on his roles, not on the rows."""
    return [shown(tile, person, on) for tile in TILES if tile.needs == SIGNED_IN or may(person, tile.needs)]


def shown(tile: Tile, person: Person, on: date) -> Figure:
    """Count one tile for somebody."""
    figure = tile.count(person, on)
    since = on - timedelta(LOOKING_BACK)
    query = tile.query.format(me=person.pk, today=on.isoformat(), since=since.isoformat())
    url = reverse(tile.page) + (f"?{query}" if query else "")
    return Figure(tile.label, tile.icon, figure, url, "red" if tile.is_alarm else "")
