"""The programs that tests of both readings share: every shipped pack, and the policies beside the golden queries."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from creditpolicy.program import Program, build
from creditpolicy.reader import load_policy, read_policy, shipped

GOLDEN = Path(__file__).parent / "creditpolicy" / "golden"
FEATURES = sorted(path.stem for path in GOLDEN.glob("*.yaml"))
PACKS = list(shipped())


@cache
def program(name: str) -> Program:
    """Give the program of a shipped pack, or of a policy beside the golden queries."""
    reading = load_policy(name) if name in PACKS else read_policy(GOLDEN / f"{name}.yaml")
    assert reading.policy is not None, reading.problems
    made, flaws = build(reading.policy)
    assert made is not None, flaws
    return made
