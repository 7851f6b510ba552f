"""What the worker does for the record: seal every few seconds, anchor, and once a day look for lines that came late."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit.anchors import anchor_due
from xinheng.audit.sealing import BATCH, BATCHES, seal_waiting


def seal() -> int:
    """Seal the lines that wait, and anchor where it is due; give how many lines were sealed."""
    return _seal(thorough=False)


def daily(*, on: date) -> str:
    """Seal every line that any seal left out, however late it came, and anchor; `on` changes nothing."""
    return _("封存 {count} 条").format(count=_seal(thorough=True))


def _seal(*, thorough: bool) -> int:
    sealed = 0
    while True:
        at = timezone.now()
        some = seal_waiting(at=at, thorough=thorough)
        anchor_due(at)
        sealed += some
        if some < BATCH * BATCHES:
            return sealed
