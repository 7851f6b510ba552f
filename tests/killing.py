"""Processes that are killed in the middle of their work: a data folder and a database of their own, and calling the script."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

Surroundings = dict[str, str]


@contextmanager
def surroundings_in(folder: Path) -> Iterator[Surroundings]:
    """Give the environment: SQLite in a file of the folder, or a new database on the tests' PostgreSQL."""
    env = {**os.environ, "XINHENG_HOME": str(folder)}
    env.pop("XINHENG_KEYS", None)
    server = os.environ.get("DATABASE_URL") if os.environ.get("XINHENG_TEST_DATABASE") == "postgres" else None
    if server is None:
        env.pop("DATABASE_URL", None)
        yield env
        return
    import psycopg

    name = f"killed_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    try:
        yield env
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def called(script: Path, word: str, env: Surroundings) -> str:
    """Call a script with a word, to its end, and give what it said."""
    done = subprocess.run([sys.executable, script, word], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
