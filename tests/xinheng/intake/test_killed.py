"""kill -9 in the middle of an import, again and again: it goes on, with no row twice and none lost."""

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
ROWS, BAD = 1_000, 20


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

    name = f"killed_{os.getpid()}"
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


@pytest.mark.slow
def test_a_killed_import_goes_on_with_no_row_twice_and_none_lost(surroundings):
    called("prepare", surroundings)
    draw, killed, cursors = random.Random(20_260), 0, [0]
    while True:
        with subprocess.Popen(
            [sys.executable, SCRIPT, "run"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            batches = draw.randint(6, 18)
            while batches and process.stdout.readline():
                batches -= 1
            if process.poll() is None:
                time.sleep(draw.uniform(0, 0.05))
                process.kill()
            process.communicate()
            ended_itself = process.returncode == 0
        if ended_itself:
            break
        killed += 1
        told = json.loads(called("later", surroundings))
        assert told["departments"] == told["done"].get("new", 0), "a batch is committed with its count, or not at all"
        cursors.append(told["cursor"])
    told = json.loads(called("told", surroundings))
    assert killed >= 3, "the test must really have killed it"
    assert cursors == sorted(cursors)
    assert told == {
        "state": "done", "cursor": ROWS, "done": {"new": ROWS - BAD, "changed": 0, "unchanged": 0, "failed": BAD},
        "departments": ROWS - BAD, "lines": ROWS - BAD, "failed_rows": BAD, "finished": 1, "returned": True,
    }  # fmt: skip


@pytest.mark.slow
def test_a_second_job_for_a_running_import_finds_nothing_to_do(surroundings):
    called("prepare", surroundings)
    jobs = [
        subprocess.Popen(
            [sys.executable, SCRIPT, "run"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _number in range(3)
    ]
    said = [job.communicate()[0].count("batch") for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0, 0]
    told = json.loads(called("told", surroundings))
    assert sorted(said)[:2] == [0, 0], said
    assert (told["lines"], told["departments"], told["finished"]) == (ROWS - BAD, ROWS - BAD, 1)
