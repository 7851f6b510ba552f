"""The worker: background tasks, sealing of the record, the daily run, and a sign of life."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils import timezone

from xinheng.running.beating import EVERY_SECONDS, beat
from xinheng.running.ticking import is_due, tick
from xinheng.upkeep.models import DailyRun

LOG = logging.getLogger("xinheng.work")
SEAL_SECONDS = 5
SEND_SECONDS = 5
LETTER_SECONDS = 20
TICK_SECONDS = 60
RESUME_SECONDS = 120
"""How often a look is taken at background work (imports, trials, batches) whose job died with its process."""


@dataclass
class Duty:
    """Something the worker does again and again."""

    name: str
    every: float
    do: Callable[[], object]
    next_at: float = 0.0


def duties() -> list[Duty]:
    """Give what is done beside the background tasks."""
    return [
        Duty("beat", EVERY_SECONDS, lambda: beat("worker", at=timezone.now())),
        *([Duty("seal", SEAL_SECONDS, _seal)] if find_spec("xinheng.audit.jobs") else []),
        Duty("tick", TICK_SECONDS, _tick),
        Duty("resume", RESUME_SECONDS, _resume),
    ]


def callings() -> list[Duty]:
    """Give what is told to other systems; in a thread of its own, for they may be long in answering."""
    return [Duty("webhooks", SEND_SECONDS, _send)] if find_spec("xinheng.connect.webhooks") else []


def letters() -> list[Duty]:
    """Give what is sent to customers; in a thread of its own, for a mail server may be long in answering."""
    return [Duty("letters", LETTER_SECONDS, _send_letters)] if find_spec("xinheng.portal.mailing") else []


def _send() -> object:
    return importlib.import_module("xinheng.connect.webhooks.sending").send_due()


def _send_letters() -> object:
    return importlib.import_module("xinheng.portal.mailing").send_letters()


def _seal() -> object:
    return importlib.import_module("xinheng.audit.jobs").seal()


def _resume() -> None:
    """Let every room go on with work that stands still; each asks only for what gave no sign for longer than its lease."""
    for room in settings.ROOMS:
        if find_spec(f"xinheng.{room}.jobs"):
            go_on = getattr(importlib.import_module(f"xinheng.{room}.jobs"), "resume", None)
            if go_on is not None and (count := go_on()):
                LOG.warning("%s: %s went on after standing still", room, count)


def _tick() -> None:
    today = timezone.localdate()
    if not is_due(today):
        return
    for run in tick(today):
        level = logging.ERROR if run.state == DailyRun.State.FAILED else logging.INFO
        LOG.log(level, "daily %s %s: %s %s", run.day, run.job, run.state, run.note)


class Duties(threading.Thread):
    """Does the duties in a thread of its own, so that a long background task does not hold them up."""

    def __init__(self, work: list[Duty]) -> None:
        super().__init__(name="duties", daemon=True)
        self.work = work
        self.stopping = threading.Event()

    def run(self) -> None:
        """Do each duty when its time has come; one that fails is told and comes again."""
        while not self.stopping.wait(0.5):
            for duty in self.work:
                if time.monotonic() >= duty.next_at and not self.stopping.is_set():
                    self._do(duty)
        connections.close_all()

    def _do(self, duty: Duty) -> None:
        close_old_connections()
        try:
            duty.do()
        except Exception:
            LOG.exception("%s failed, tried again in %s s", duty.name, duty.every)
        duty.next_at = time.monotonic() + duty.every

    def stop(self) -> None:
        """Let the duty at hand come to its end, and no other begin."""
        self.stopping.set()
        self.join(timeout=20)


def work() -> None:
    """Work until a signal comes; a background task that has begun is brought to its end."""
    beside = [Duties(duties()), Duties(callings()), Duties(letters())]
    try:
        worker = _task_worker()
        worker.configure_signals()
        for thread in beside:
            thread.start()
        worker.run()
    finally:
        for thread in beside:
            thread.stop()
        connections.close_all()


def _task_worker() -> Any:
    from django_tasks_db.management.commands.db_worker import Worker

    return Worker(
        queue_names=["*"],
        interval=1,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=uuid4().hex,
        excluded_queue_names=[],
    )
