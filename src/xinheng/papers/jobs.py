"""What is done once a day: papers that run out become tasks."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from xinheng.audit.record import SYSTEM
from xinheng.org.roles import Role
from xinheng.papers.models import Paper
from xinheng.papers.queries import expiring
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import PENDING
from xinheng.workflow.queries import items_of

RENEW = "renew"


def daily(*, on: date) -> str | None:
    """Open a task to renew each paper that runs out soon, once for each end of validity; what is late, the workflow says.

    The customer's own salesman is asked, else the archivists.
    """
    opened = sum(_call_for(paper, on=on) for paper in expiring(on))
    return _("{count} 份证照须更新").format(count=opened) if opened else None


def _call_for(paper: Paper, *, on: date) -> bool:
    asked = items_of(paper).filter(act=RENEW)
    if asked.filter(state__in=PENDING).exists() or asked.filter(due_on=paper.valid_until).exists():
        return False
    owner = paper.customer.owner
    is_there = owner is not None and owner.is_active
    open_item(
        paper, by=SYSTEM, on=on, act=RENEW, due=paper.valid_until, about=paper.customer,
        title=_("{paper} 的有效期到 {day}, 请向客户索取新件").format(paper=paper, day=paper.valid_until),
        person=owner if is_there else None, role="" if is_there else Role.ARCHIVIST,
    )  # fmt: skip
    return True
