"""The sidebar: what there is, in sections; each person sees what he may open, of the rooms that are there."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xinheng.org.access import SIGNED_IN, may
from xinheng.org.models import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sidebar: the page named `page`, for those who have the permission `needs`."""

    label: str | Promise
    icon: str
    page: str
    needs: str = SIGNED_IN


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together, under a heading."""

    heading: str | Promise
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown."""

    label: str | Promise
    icon: str
    url: str
    page: str
    is_here: bool


NAVIGATION = (
    Section(
        "",
        (
            Entry(_("工作台"), "layout-dashboard", "home"),
            Entry(_("待办"), "inbox", "workflow.inbox"),
            Entry(_("日程"), "calendar-due", "workflow.due"),
        ),
    ),
    Section(
        pgettext_lazy("sidebar", "客户"),
        (
            Entry(_("客户档案"), "address-book", "customers.list", "customers.see"),
            Entry(_("待核实"), "user-question", "customers.to_verify", "customers.verify"),
            Entry(_("应收账龄"), "chart-bar", "ledger.receivables", "ledger.see"),
            Entry(_("逾期发票"), "receipt", "ledger.overdue", "ledger.see"),
            Entry(_("本方公司与汇率"), "building", "ledger.companies", "ledger.set_up"),
            Entry(_("客户来件"), "message-report", "portal.submissions", "portal.see"),
            Entry(_("导入"), "database-import", "intake.imports", "intake.see"),
            Entry(_("档案卡项目"), "columns", "customers.fields", "customers.fields"),
        ),
    ),
    Section(
        _("制度"),
        (Entry(_("制度库"), "book", "policies.library", "policies.see"),),
    ),
    Section(
        pgettext_lazy("sidebar", "评级"),
        (
            Entry(_("评级概览"), "chart-bar", "ratings.overview", "ratings.see_overview"),
            Entry(_("等级清单"), "award", "ratings.grades", "ratings.see_grade"),
            Entry(pgettext_lazy("sidebar", "评估"), "clipboard-list", "ratings.assessments", "ratings.see_cases"),
            Entry(_("到期复评"), "calendar-event", "ratings.due", "ratings.see_due"),
            Entry(pgettext_lazy("sidebar", "人工调整"), "adjustments", "ratings.overrides", "ratings.see_overrides"),
            Entry(_("异议与投诉"), "message-report", "ratings.objections", "ratings.see_objections"),
            Entry(pgettext_lazy("sidebar", "批量评级"), "stack-2", "ratings.batches", "ratings.see_batches"),
        ),
    ),
    Section(
        _("授信"),
        (
            Entry(_("额度与占用"), "chart-bar", "credit.accounts", "credit.see"),
            Entry(_("待放行订单"), "player-stop", "credit.held", "credit.see"),
            Entry(_("总额与部门预算"), "chart-pie", "credit.budgets", "credit.see_budgets"),
        ),
    ),
    Section(
        _("档案"),
        (
            Entry(_("我的借阅"), "books", "papers.my_loans", "papers.borrow"),
            Entry(_("借阅登记"), "clock-exclamation", "papers.loans", "papers.see_loans"),
            Entry(_("到期证照"), "calendar-due", "papers.expiring", "papers.see"),
            Entry(_("库房与盘点"), "archive", "papers.shelves", "papers.see_shelves"),
        ),
    ),
    Section(
        _("个人信息"),
        (
            Entry(pgettext_lazy("sidebar", "个人信息请求"), "user-shield", "privacy.requests", "privacy.see_requests"),
            Entry(_("共享登记"), "share", "privacy.sharings", "privacy.see_registers"),
            Entry(pgettext_lazy("sidebar", "保密协议"), "signature", "privacy.agreements", "privacy.see_registers"),
            Entry(_("保存期限"), "hourglass", "privacy.retention", "privacy.see_registers"),
            Entry(_("法律保留"), "hand-stop", "privacy.holds", "privacy.see_registers"),
        ),
    ),
    Section(
        _("组织"),
        (
            Entry(_("人员"), "users", "org.people", "org.see"),
            Entry(_("部门"), "hierarchy", "org.departments", "org.see"),
            Entry(_("角色与权限"), "shield-lock", "org.roles", "org.see"),
            Entry(_("不相容职责"), "scale", "org.duties_apart", "org.see"),
            Entry(_("角色对照"), "route", "workflow.roles", "workflow.map_roles"),
            Entry(_("接口令牌"), "key", "connect.tokens", "connect.see"),
            Entry(_("事件通知"), "bell", "connect.webhooks", "connect.webhooks"),
        ),
    ),
    Section(
        _("监督"),
        (
            Entry(_("留痕"), "history", "audit.entries", "audit.see"),
            Entry(_("泄露清单"), "eye", "audit.breach", "audit.breach"),
            Entry(_("工作日历"), "calendar-time", "workflow.calendar", "workflow.calendar"),
        ),
    ),
)


def sidebar(person: Person, path: str) -> list[tuple[str | Promise, list[Line]]]:
    """Give the sections and lines that a person may open, the one where he is marked."""
    shown = []
    for section in NAVIGATION:
        lines = [
            (entry, url)
            for entry in section.entries
            if (url := address(entry.page)) and (entry.needs == SIGNED_IN or may(person, entry.needs))
        ]
        if lines:
            shown.append((section.heading, lines))
    here = max(
        (
            url
            for _heading, lines in shown
            for _entry, url in lines
            if path == url or (url != "/" and path.startswith(url))
        ),
        key=len,
        default=None,
    )
    return [
        (heading, [Line(entry.label, entry.icon, url, entry.page, url == here) for entry, url in lines])
        for heading, lines in shown
    ]


def address(name: str) -> str:
    """Give the address of a page that takes nothing; empty where there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
