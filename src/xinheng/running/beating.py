"""The worker's sign of life: in the database, and afterwards in a file of the data folder."""

from __future__ import annotations

import json
import os
from datetime import datetime

from django.conf import settings
from django.db import transaction

from xinheng.running.home import write_private
from xinheng.running.state import BEAT_FILE
from xinheng.upkeep.models import Beat

EVERY_SECONDS = 15
"""How often a part that runs by itself gives a sign of life; after four that are missing it counts as dead."""


def beat(part: str, *, at: datetime, note: str = "") -> None:
    """Give a sign of life of `part`; the file follows the committed row, so that it is never ahead of a sound database."""
    with transaction.atomic():
        row, _new = Beat.objects.select_for_update().get_or_create(
            part=part, defaults={"at": at, "process": os.getpid()}
        )
        row.serial, row.at, row.process, row.note = row.serial + 1, at, os.getpid(), note
        row.save()
    if part == "worker":
        write_private(settings.HOME / BEAT_FILE, json.dumps({"serial": row.serial, "at": at.isoformat()}))
