"""The real command in processes of its own, with a data folder and a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

ON_POSTGRES = os.environ.get("XINHENG_TEST_DATABASE") == "postgres"
SRC = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True)
class Place:
    """A data folder, and the database that goes with it (empty for SQLite in the folder)."""

    home: Path
    database_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What the command is called with: nothing of ours but what it needs to start."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return kept | {
            "HOME": str(self.home.parent / "nobody"),
            "XINHENG_HOME": str(self.home),
            "XINHENG_LANG": "zh-hans",
            "PYTHONPATH": str(SRC),
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "error",
        }

    def run(self, *words: str | Path, wanted: int | None = 0, seconds: float = 180, **more: str) -> str:
        """Call the command and give all that it printed; `wanted` is the exit code it must leave, None for any.

        What has not ended in time is ended with all that it started, and fails: what it serves would hold the pipe open.
        """
        with subprocess.Popen(
            [sys.executable, "-m", "xinheng.cli", "--debug", *map(str, words)],
            env=self.environment | more, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, cwd=self.home.parent, start_new_session=True,
        ) as process:  # fmt: skip
            try:
                told, _nothing = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                told, _nothing = process.communicate()
                raise AssertionError(f"{words} did not end in {seconds} seconds: {told}") from None
        assert wanted is None or process.returncode == wanted, told
        return told

    def start(self, *words: str | Path, log: Path) -> subprocess.Popen[Any]:
        """Start the command in a session of its own, its output in `log`."""
        with log.open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "xinheng.cli", *map(str, words)],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True, cwd=self.home.parent,
            )  # fmt: skip

    def init(self, *words: str) -> str:
        """Set the application up with a security administrator."""
        database = ("--database-url", self.database_url) if self.database_url else ()
        return self.run("init", "--company", "测试公司", "--security", "anquan:安全", *database, *words)

    def python(self, code: str) -> str:
        """Run some code with the application set up, and give what it prints."""
        start = "from xinheng.command.starting import application; application()\n"
        done = subprocess.run(
            [sys.executable, "-c", start + code], env=self.environment, capture_output=True, text=True, check=False,
            timeout=180, cwd=self.home.parent,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def new_database(like: str = "") -> Iterator[str]:
    """Give the address of a database: nothing for SQLite, else one of its own on the tests' server, empty or a copy."""
    if not ON_POSTGRES:
        yield ""
        return
    import psycopg
    from django.conf import settings

    name = f"place_{uuid4().hex[:12]}"
    server = settings.DATABASE_URL
    with psycopg.connect(server, autocommit=True) as connection:
        template = f" TEMPLATE {urlsplit(like).path.strip('/')}" if like else ""
        connection.execute(f"CREATE DATABASE {name}{template}")
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    """Give a port that nobody uses now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def wait_until_served(url: str, process: subprocess.Popen[Any], log: Path, *, seconds: float = 60) -> None:
    """Wait until the address answers; fails with the log where the process ends or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def processes_of(home: Path) -> list[int]:
    """Give the processes whose environment names this data folder."""
    wanted = f"XINHENG_HOME={home}\0".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if wanted in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found
