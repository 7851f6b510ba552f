"""kill -9 in the middle of an import, again and again: it goes on, with no row twice and none lost."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from killing import Surroundings, called, surroundings_in

SCRIPT = Path(__file__).parent / "killed_process.py"
ROWS, BAD = 1_000, 20


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    """Give a data folder and a database of their own."""
    with surroundings_in(tmp_path) as env:
        yield env


@pytest.mark.slow
def test_a_killed_import_goes_on_with_no_row_twice_and_none_lost(surroundings):
    called(SCRIPT, "prepare", surroundings)
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
        told = json.loads(called(SCRIPT, "later", surroundings))
        assert told["departments"] == told["done"].get("new", 0), "a batch is committed with its count, or not at all"
        cursors.append(told["cursor"])
    told = json.loads(called(SCRIPT, "told", surroundings))
    assert killed >= 3, "the test must really have killed it"
    assert cursors == sorted(cursors)
    assert told == {
        "state": "done", "cursor": ROWS, "done": {"new": ROWS - BAD, "changed": 0, "unchanged": 0, "failed": BAD},
        "departments": ROWS - BAD, "lines": ROWS - BAD, "failed_rows": BAD, "finished": 1, "returned": True,
    }  # fmt: skip


@pytest.mark.slow
def test_a_second_job_for_a_running_import_finds_nothing_to_do(surroundings):
    called(SCRIPT, "prepare", surroundings)
    jobs = [
        subprocess.Popen(
            [sys.executable, SCRIPT, "run"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _number in range(3)
    ]
    said = [job.communicate()[0].count("batch") for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0, 0]
    told = json.loads(called(SCRIPT, "told", surroundings))
    assert sorted(said)[:2] == [0, 0], said
    assert (told["lines"], told["departments"], told["finished"]) == (ROWS - BAD, ROWS - BAD, 1)
