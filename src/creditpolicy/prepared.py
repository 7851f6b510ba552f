"""A policy read, checked for running and made into a program: what every verb begins with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from creditpolicy.language import _
from creditpolicy.model import Policy
from creditpolicy.problems import Problem, Refusal
from creditpolicy.program import Flaw, Program, build
from creditpolicy.reader import Reading, load_policy


@dataclass(frozen=True)
class Prepared:
    """A policy's file as read, and the program made of it."""

    reading: Reading
    program: Program

    @property
    def policy(self) -> Policy:
        """The policy itself."""
        return self.program.policy

    @property
    def identity(self) -> dict[str, str]:
        """Id, version and hash of the file: what a rating says it was made by."""
        return {"id": self.policy.policy, "version": self.policy.version, "sha256": self.reading.sha256}


def prepare(policy: str | Path | Reading | Prepared) -> Prepared:
    """Load a shipped policy by id, or a file by path, ready to rate; raise Refusal with every fault that prevents it."""
    if isinstance(policy, Prepared):
        return policy
    reading = policy if isinstance(policy, Reading) else load_policy(policy)
    if reading.policy is None:
        raise Refusal(_("制度文件不能用。"), reading.problems)
    program, flaws = build(reading.policy)
    if program is None:
        raise Refusal(_("制度里有算式不能用。"), flaw_problems(reading, flaws))
    return Prepared(reading, program)


def today() -> datetime.date:
    """Give the day, where the caller names none; rules themselves never ask."""
    return datetime.datetime.now().astimezone().date()


def flaw_problems(reading: Reading, flaws: list[Flaw]) -> list[Problem]:
    """Give the faults of expressions and references as problems at their lines."""
    return [
        Problem(
            "expression",
            flaw.fault.what,
            flaw.fault.why,
            flaw.fault.fix,
            reading.place(flaw.path) if flaw.fault.offset is None else reading.place_in(flaw.path, flaw.fault.offset),
        )
        for flaw in flaws
    ]
