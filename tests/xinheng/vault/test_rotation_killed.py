"""kill -9 while keys are changed, again and again: every value and file still opens, and the change is brought to its end."""

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

SCRIPT = Path(__file__).parent / "rotating_process.py"
ROWS, FILES = 6_000, 25


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    """Give a data folder and a database of their own."""
    with surroundings_in(tmp_path) as env:
        yield env


def rotate_and_kill(env: Surroundings, draw: random.Random) -> bool:
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
    called(SCRIPT, "prepare", surroundings)
    draw, killed, begun = random.Random(20_261), 0, None
    while rotate_and_kill(surroundings, draw):
        killed += 1
        told = json.loads(called(SCRIPT, "told", surroundings))
        assert (told["right"], told["files"]) == (ROWS, FILES), "everything opens, whichever key closed it"
        if not told["unfinished"]:
            break  # killed when all was done
        assert told["keys"] == 2, "it goes on with the key that was begun with"
        begun = begun or told["current"]
        assert told["current"] == begun
        assert killed < 30
    told = json.loads(called(SCRIPT, "told", surroundings))
    assert killed >= 3, "the test must really have killed it"
    assert told == {
        "right": ROWS, "files": FILES, "used": {begun: 2 * ROWS + FILES}, "keys": 2, "current": begun,
        "stored": FILES, "unfinished": False,
    }  # fmt: skip
