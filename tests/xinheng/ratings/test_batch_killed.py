"""kill -9 in the middle of a batch, again and again: it goes on, with nobody rated twice and nobody lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

SCRIPT = Path(__file__).parent / "killed_process.py"
CUSTOMERS, REFUSED = 240, 40


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give a data folder and a database of their own: SQLite in a file, or a new one on the tests' PostgreSQL."""
    env = {**os.environ, "XINHENG_HOME": str(tmp_path)}
    env.pop("XINHENG_KEYS", None)
    server = os.environ.get("DATABASE_URL") if os.environ.get("XINHENG_TEST_DATABASE") == "postgres" else None
    if server is None:
        env.pop("DATABASE_URL", None)
        yield env
        return
    import psycopg

    name = f"batch_killed_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    yield env
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def called(word: str, env: dict[str, str]) -> str:
    """Call a process and give what it said."""
    done = subprocess.run([sys.executable, SCRIPT, word], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_killed_batch_goes_on_with_nobody_twice_and_nobody_lost(surroundings: dict[str, str]) -> None:
    called("prepare", surroundings)
    draw, killed, cursors = random.Random(20_260), 0, [0]
    while True:
        with subprocess.Popen(
            [sys.executable, SCRIPT, "run"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            parts = draw.randint(4, 8)
            while parts and process.stdout.readline():
                parts -= 1
            if process.poll() is None:
                time.sleep(draw.uniform(0, 0.05))
                process.kill()
            _said, wrong = process.communicate()
            ended_itself = process.returncode == 0
        if ended_itself:
            break
        assert process.returncode == -9, wrong
        killed += 1
        told = json.loads(called("told", surroundings))
        assert (told["ratings"], told["refusals"]) == (told["done"], told["refused"]), "a part is whole, or not at all"
        cursors.append(told["cursor"])
    told = json.loads(called("told", surroundings))
    assert killed >= 2, "the test must really have killed it"
    assert cursors == sorted(cursors)
    told.pop("cursor")
    assert told == {
        "state": "rated", "done": CUSTOMERS - REFUSED, "refused": REFUSED, "ratings": CUSTOMERS - REFUSED,
        "refusals": REFUSED, "different": CUSTOMERS, "finished": 1,
    }  # fmt: skip
