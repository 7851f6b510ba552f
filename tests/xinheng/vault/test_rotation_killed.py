"""kill -9 while keys are changed, again and again: every value and file still opens, and the change is brought to its end."""

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

SCRIPT = Path(__file__).parent / "rotating_process.py"
ROWS, FILES = 6_000, 25


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A data folder and a database of their own: SQLite in a file, or a new one on the tests' PostgreSQL."""
    env = {**os.environ, "XINHENG_HOME": str(tmp_path)}
    env.pop("XINHENG_KEYS", None)
    server = os.environ.get("DATABASE_URL") if os.environ.get("XINHENG_TEST_DATABASE") == "postgres" else None
    if server is None:
        env.pop("DATABASE_URL", None)
        yield env
        return
    import psycopg

    name = f"rotated_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    yield env
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def called(word: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, SCRIPT, word], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rotate_and_kill(env: dict[str, str], draw: random.Random) -> bool:
    """Let it work for some batches and kill it in the middle of one; False where it came to its end before."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, SCRIPT, "rotate"], env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        batches = draw.randint(6, 14)
        while batches and process.stdout.readline():
            batches -= 1
            process.stdin.write("go\n")
            process.stdin.flush()
        if not batches:
            time.sleep(draw.uniform(0, 0.05))
            process.kill()
        process.communicate()
        return process.returncode != 0


@pytest.mark.slow
def test_a_killed_change_of_keys_loses_nothing_and_is_brought_to_its_end(surroundings):
    called("prepare", surroundings)
    draw, killed, begun = random.Random(20_261), 0, None
    while rotate_and_kill(surroundings, draw):
        killed += 1
        told = json.loads(called("told", surroundings))
        assert (told["right"], told["files"]) == (ROWS, FILES), "everything opens, whichever key closed it"
        if not told["unfinished"]:
            break  # killed when all was done
        assert told["keys"] == 2, "it goes on with the key that was begun with"
        begun = begun or told["current"]
        assert told["current"] == begun
        assert killed < 30
    told = json.loads(called("told", surroundings))
    assert killed >= 3, "the test must really have killed it"
    assert told == {
        "right": ROWS, "files": FILES, "used": {begun: 2 * ROWS + FILES}, "keys": 2, "current": begun,
        "stored": FILES, "unfinished": False,
    }  # fmt: skip
