"""The measurements run, small; what they measure is in docs/speed.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_measurements_run_and_single_ratings_are_those_of_the_batch(repo: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--customers", "20000", "--runs", "1", "--only", "rating"],
        cwd=repo,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr  # 1: slower than it should be, as so few customers are
    lines = [line for line in done.stdout.splitlines() if line.startswith("(5) of")]
    assert len(lines) == 1
    assert "unlike the batch" in lines[0]
    assert "met" in lines[0]
