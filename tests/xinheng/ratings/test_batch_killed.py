"""kill -9 in the middle of a batch, again and again: it goes on, with nobody rated twice and nobody lost."""

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
CUSTOMERS, REFUSED = 240, 40


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    """Give a data folder and a database of their own."""
    with surroundings_in(tmp_path) as env:
        yield env


@pytest.mark.slow
def test_a_killed_batch_goes_on_with_nobody_twice_and_nobody_lost(surroundings: Surroundings) -> None:
    called(SCRIPT, "prepare", surroundings)
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
        told = json.loads(called(SCRIPT, "told", surroundings))
        assert (told["ratings"], told["refusals"]) == (told["done"], told["refused"]), "a part is whole, or not at all"
        cursors.append(told["cursor"])
    told = json.loads(called(SCRIPT, "told", surroundings))
    assert killed >= 2, "the test must really have killed it"
    assert cursors == sorted(cursors)
    told.pop("cursor")
    assert told == {
        "state": "rated", "done": CUSTOMERS - REFUSED, "refused": REFUSED, "ratings": CUSTOMERS - REFUSED,
        "refusals": REFUSED, "different": CUSTOMERS, "finished": 1,
    }  # fmt: skip
