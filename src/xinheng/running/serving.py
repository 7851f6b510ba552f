"""Serving: one process that starts the web server and the worker, keeps the worker alive, and leaves none of them behind."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from creditpolicy.language import _
from creditpolicy.problems import Refusal

GRACE_SECONDS = 25
"""How long a part may take to finish what it is at, once it was told to stop."""
RESTART_SECONDS = (1, 2, 5, 10, 30, 60)
"""How long to wait before a fallen worker is started again, the first time, the second …"""
STEADY_SECONDS = 300
"""A worker that ran so long starts again without having to wait longer each time."""
THREADS = 4
_PR_SET_PDEATHSIG = 1


@dataclass
class Part:
    """A process of the application: how it is called, and the process while it runs."""

    name: str
    call: list[str]
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    started: float = 0.0
    start_at: float = 0.0

    def start(self) -> None:
        """Start the process, apart from the terminal's signals, so that only we stop it; it ends when we are killed."""
        self.started = time.monotonic()
        ending = _dies_with_parent if sys.platform == "linux" else None
        self.process = subprocess.Popen(self.call, start_new_session=True, preexec_fn=ending)  # noqa: PLW1509, S603

    @property
    def runs(self) -> bool:
        """Say whether the process is there."""
        return self.process is not None and self.process.poll() is None


def _dies_with_parent() -> None:
    """Have the kernel end this process when its parent ends, even by kill -9."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Supervisor:
    """Starts the parts, watches them, and stops them all."""

    web: Part
    worker: Part | None
    tell: Callable[[str], None]
    stopping: bool = field(default=False)

    def run(self) -> int:
        """Run until a signal comes (0) or the web server ends by itself (its exit code)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            for part in self._parts():
                part.start()
            while not self.stopping and self.web.runs:
                self._watch_worker()
                time.sleep(0.2)
            code = 0 if self.stopping or self.web.process is None else self.web.process.returncode or 1
        finally:
            self._end()
        return code

    def _parts(self) -> list[Part]:
        return [self.web, self.worker] if self.worker else [self.web]

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _watch_worker(self) -> None:
        """Start a fallen worker again, after a pause that grows while it keeps falling."""
        worker = self.worker
        if worker is None or worker.runs:
            return
        now = time.monotonic()
        if not worker.start_at:
            worker.falls = 0 if now - worker.started > STEADY_SECONDS else worker.falls
            pause = RESTART_SECONDS[min(worker.falls, len(RESTART_SECONDS) - 1)]
            worker.falls, worker.start_at = worker.falls + 1, now + pause
            self.tell(_("后台进程停了, {seconds} 秒后重新启动。").format(seconds=pause))
        elif now >= worker.start_at:
            worker.start_at = 0.0
            worker.start()

    def _end(self) -> None:
        """Ask every part to stop, wait, and end by force what does not."""
        running = [part.process for part in self._parts() if part.process is not None and part.runs]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def serve(host: str, port: int, workers: int, *, with_worker: bool, tell: Callable[[str], None]) -> int:
    """Serve until a signal comes; give the exit code. Refuses where the port is taken."""
    _demand_free(host, port)
    web = [
        sys.executable, "-m", "xinheng.running.web", "--host", host, "--port", str(port), "--workers", str(workers),
        "--threads", str(THREADS),
    ]  # fmt: skip
    worker = Part("work", [sys.executable, "-m", "xinheng.cli", "work"]) if with_worker else None
    return Supervisor(Part("web", web), worker, tell).run()


def _demand_free(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as wrong:
        raise Refusal(
            _("不能在 {host}:{port} 上服务: {error}。请用 --port 换一个端口, 或停掉占用它的程序。").format(
                host=host, port=port, error=wrong.strerror or wrong
            )
        ) from wrong
