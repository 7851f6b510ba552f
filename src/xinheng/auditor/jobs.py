"""Once a day the whole record is verified; what is found becomes a task of the audit administrator."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM, act, record
from xinheng.audit.verify import Report, verify
from xinheng.org.roles import Role
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import PENDING
from xinheng.workflow.models import Item

SHOWN = 5


def daily(*, on: date) -> str:
    """Verify the record, write down the outcome, and open a task where something was found and none is open yet."""
    report = verify(at=timezone.now())
    note_verified(report, on=on)
    return _("核验 {lines} 行, 发现 {count} 处").format(lines=report.lines, count=report.found)


@act
def note_verified(report: Report, *, on: date) -> None:
    """Write down what verifying found, and give it to the audit administrator to look into."""
    told = {"lines": report.lines, "seals": report.seals, "anchors": report.anchors, "found": report.found}
    kinds = sorted({finding.kind for finding in report.findings})
    line = record("audit.verify", None, by=SYSTEM, after={**told, "kinds": kinds})
    open_already = Item.objects.filter(act="look_into", role=Role.AUDIT_ADMIN, state__in=PENDING).exists()
    if report.found and not open_already:
        note = "\n".join(str(finding) for finding in report.findings[:SHOWN])
        title = _("核验留痕发现 {count} 处异常").format(count=report.found)
        open_item(
            Entry.objects.get(pk=line.pk), by=SYSTEM, on=on, act="look_into", title=title, role=Role.AUDIT_ADMIN, due=on,
            note=note,
        )  # fmt: skip
