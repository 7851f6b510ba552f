"""Anchors: the end of the chain written down where the database cannot reach, so that it cannot be made anew or cut off.

`anchors.jsonl` in `settings.ANCHORS_FOLDER`, one JSON line each, only ever added to; each line holds the SHA-256 of the
line before. Best in a folder that another machine collects. `settings.ANCHOR_COMMAND` is run with each new line on its
standard input, `settings.ANCHOR_MAIL` lists who gets it by mail.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.models import Seal

LOG = logging.getLogger("xinheng.audit")
NAME = "anchors.jsonl"
EVERY_SEALS = 100
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain at a time; `restart` says why the chain now ends earlier than an anchor before (a restore)."""

    seal: int
    hash: str
    total: int
    at: str
    before: str
    restart: str = ""


class Spoilt(Exception):
    """The file of anchors is not as it was written; `line` is the first wrong one."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def anchor_file() -> Path:
    """Give the place of the anchors."""
    return Path(settings.ANCHORS_FOLDER) / NAME


def anchors() -> list[Anchor]:
    """Read all anchors; raises Spoilt where a line was changed, taken out or put in."""
    found: list[Anchor] = []
    before = ""
    if not anchor_file().exists():
        return found
    for number, line in enumerate(anchor_file().read_bytes().splitlines(), 1):
        try:
            anchor = Anchor(**json.loads(line))
        except (ValueError, TypeError):
            raise Spoilt(number) from None
        if anchor.before != before:
            raise Spoilt(number)
        before = hashlib.sha256(line).hexdigest()
        found.append(anchor)
    return found


def anchor_due(at: datetime) -> Anchor | None:
    """Write an anchor where a hundred seals, or an hour with any, have passed since the last; give it."""
    last, end = _last(), _end()
    if end is None or (last is not None and end.number <= last.seal):
        return None
    if last is not None and end.number - last.seal < EVERY_SEALS:
        written_at = parse_datetime(last.at)
        if written_at is not None and at - written_at < EVERY:
            return None
    return anchor_now(at)


def anchor_now(at: datetime, *, restart: str = "") -> Anchor | None:
    """Write the end of the chain down; None where it is written already. A chain that is shorter than before is refused.

    `restart` is for after a restore: it says why the chain now ends earlier, and stands in the file for good.
    """
    with _alone():
        return _written(at, restart)


def _written(at: datetime, restart: str) -> Anchor | None:
    end, last = _end(), _last()
    if end is None or (last is not None and not restart and (last.seal, last.hash) == (end.number, end.hash)):
        return None
    if last is not None and end.number < last.seal and not restart:
        raise Refusal(
            _(
                "锚点已记到第 {known} 封, 数据库里只有 {number} 封: 记录被截去了一段, 或刚从备份恢复。"
                '请先查明; 确是恢复的, 运行 xinheng audit anchor --restored "原因"。'
            ).format(known=last.seal, number=end.number)
        )
    before = _last_line()
    anchor = Anchor(
        end.number, end.hash, end.total, at.isoformat(), hashlib.sha256(before).hexdigest() if before else "", restart
    )
    line = json.dumps(asdict(anchor), ensure_ascii=False)
    _append(line)
    _tell(line)
    return anchor


def _end() -> Seal | None:
    return Seal.objects.order_by("-number").first()


def _last() -> Anchor | None:
    line = _last_line()
    if not line:
        return None
    try:
        return Anchor(**json.loads(line))
    except (ValueError, TypeError):
        raise Refusal(
            _("{path}: 最后一行读不懂, 锚点不能续写。请运行 xinheng audit verify 查明。").format(path=anchor_file())
        ) from None


def _last_line() -> bytes:
    try:
        with anchor_file().open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return b""
    return lines[-1] if lines else b""


@contextmanager
def _alone() -> Iterator[None]:
    folder = anchor_file().parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _append(line: str) -> None:
    path = anchor_file()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _tell(line: str) -> None:
    """Hand the line to whoever keeps it elsewhere; that they could not be reached is logged, and hinders nothing."""
    command, mail = getattr(settings, "ANCHOR_COMMAND", ""), getattr(settings, "ANCHOR_MAIL", [])
    try:
        if command:
            subprocess.run(shlex.split(command), input=line.encode(), check=True, timeout=30)  # noqa: S603
        if mail:
            send_mail(_("信衡留痕锚点"), line, None, list(mail))
    except Exception:
        LOG.exception("the anchor could not be handed on: %s", line)
