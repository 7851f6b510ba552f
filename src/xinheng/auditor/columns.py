"""The columns of the workbooks."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.auditor.difference import difference
from xinheng.auditor.forms import CHANNELS
from xinheng.lists.columns import ListColumn

LONGEST = 2000


def moment(at: datetime) -> str:
    """Write a moment as it was here, with seconds."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def channel_label(channel: str) -> str:
    """Give what a channel is called."""
    return str(dict(CHANNELS).get(channel, channel))


def _changes(entry: object) -> str:
    rows = difference(entry.before, entry.after)  # type: ignore[attr-defined]
    return "; ".join(f"{row.name}: {row.before or ''} → {row.after or ''}" for row in rows if row.changed)[:LONGEST]


def entry_columns() -> list[ListColumn]:
    """Give the columns of the record."""
    return [
        ListColumn("id", _("编号"), lambda entry: entry.pk, shape="number"),
        ListColumn("at", _("时间"), lambda entry: moment(entry.at)),
        ListColumn("who", _("办理人"), lambda entry: entry.actor_name),
        ListColumn("behalf", _("代谁办理"), lambda entry: entry.on_behalf_of),
        ListColumn("act", _("事项"), lambda entry: entry.act_label),
        ListColumn("look", _("类别"), lambda entry: _("查阅") if entry.is_look else _("办理")),
        ListColumn("subject", _("对象"), lambda entry: entry.subject_label),
        ListColumn("why", _("原因"), lambda entry: entry.why),
        ListColumn("clause", _("条款"), lambda entry: entry.clause),
        ListColumn("changes", _("变动"), _changes),
        ListColumn("channel", _("途径"), lambda entry: channel_label(entry.channel)),
        ListColumn("address", _("来源地址"), lambda entry: entry.address),
        ListColumn("session", _("登录"), lambda entry: entry.session),
    ]


def breach_columns() -> list[ListColumn]:
    """Give the columns of the customers that a leak has touched."""
    return [
        ListColumn("number", _("客户编号"), lambda row: row.customer.number),
        ListColumn("name", _("名称"), lambda row: row.customer.name),
        ListColumn("kind", _("类别"), lambda row: row.customer.get_kind_display()),
        ListColumn("department", _("归属部门"), lambda row: str(row.customer.department)),
        ListColumn("owner", _("业务员"), lambda row: str(row.customer.owner or "")),
        ListColumn("looks", _("查阅和导出次数"), lambda row: row.seen.looks, shape="number"),
        ListColumn("acts", _("办理次数"), lambda row: row.seen.acts, shape="number"),
        ListColumn("first", _("最早"), lambda row: moment(row.seen.first)),
        ListColumn("last", _("最近"), lambda row: moment(row.seen.last)),
    ]
