"""Who may know of, read, file, lend and count papers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xinheng.customers.permissions import sees
from xinheng.org.access import is_one_of, permit, predicate
from xinheng.org.roles import BUSINESS, Role
from xinheng.papers.levels import LENDERS, READERS, highest_level

_anybody_reads = frozenset().union(*READERS.values())
_anybody_lends = frozenset().union(*LENDERS.values())
FILERS = frozenset(
    {
        Role.SALES, Role.SALES_ENGINEER, Role.COMMERCE_SPECIALIST, Role.FINANCE, Role.RISK, Role.CREDIT_GROUP,
        Role.LEGAL, Role.ARCHIVIST, Role.CUSTOMER_SERVICE,
    }
)  # fmt: skip
"""Who may put papers into the file."""


@predicate
def sees_customer_of(person: Any, paper: Any) -> bool:
    """Say whether the person may see the customer that the paper (or the customer itself) belongs to."""
    return bool(sees(person, getattr(paper, "customer", paper)))


@predicate
def level_is_his(person: Any, paper: Any) -> bool:
    """Say whether the paper's level is among those that the person may read."""
    return paper is None or paper.level <= highest_level(person)


@predicate
def lends_this_level(person: Any, paper: Any) -> bool:
    """Say whether the person decides about lending papers of this level."""
    return paper is None or person.is_one_of(*LENDERS[paper.level])


permit("papers.see", is_one_of(*BUSINESS) & sees_customer_of, label=_("查看档案目录"))
permit("papers.read", is_one_of(*_anybody_reads) & sees_customer_of & level_is_his, label=_("阅读档案文件"))
permit("papers.file", is_one_of(*FILERS) & sees_customer_of, label=_("存入档案"))
permit("papers.change", is_one_of(Role.ARCHIVIST, Role.COMMERCE_SPECIALIST) & sees_customer_of, label=_("修改档案资料"))
permit("papers.withdraw", is_one_of(Role.ARCHIVIST) & sees_customer_of, label=_("撤下档案"))
permit("papers.borrow", is_one_of(*BUSINESS) & sees_customer_of, label=_("申请借阅原件"))
permit("papers.approve_loan", is_one_of(*_anybody_lends) & sees_customer_of & lends_this_level, label=_("批准借阅"))
permit("papers.keep", is_one_of(Role.ARCHIVIST), label=_("交付、收回原件和盘点"))
"""Hands copies over, takes them back, counts the shelves."""
permit(
    "papers.see_loans",
    is_one_of(Role.ARCHIVIST, Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.INTERNAL_AUDIT),
    label=_("查看借阅登记"),
)
permit(
    "papers.see_shelves",
    is_one_of(Role.ARCHIVIST, Role.COMMERCE_SPECIALIST, Role.INTERNAL_AUDIT),
    label=_("查看库房与盘点"),
)
