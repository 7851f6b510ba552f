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
    if not isinstance(policy, (str, Path, Reading)):
        raise Refusal(
            _("不认识这种制度: {kind}。").format(kind=type(policy).__name__),
            [Problem("unknown-policy", _("要随附制度的编号、制度文件的路径, 或读好的制度。"))],
        )
    reading = policy if isinstance(policy, Reading) else load_policy(policy)
    if reading.policy is None:
        raise Refusal(_("制度文件不能用。"), reading.problems)
    program, flaws = build(reading.policy)
    if program is None:
        raise Refusal(_("制度里有算式不能用。"), flaw_problems(reading, flaws))
    return Prepared(reading, program)


def day_of(as_of: datetime.date | None) -> datetime.date:
    """Give the day of a rating: the one named, or today; raise Refusal for what is no date."""
    if as_of is None:
        return today()
    if isinstance(as_of, datetime.datetime):
        return as_of.date()
    if not isinstance(as_of, datetime.date):
        raise Refusal(
            _("评级日不是日期: {given}。").format(given=as_of),
            [Problem("no-date", _("as_of 要 datetime.date, 如 datetime.date(2026, 6, 30)。"))],
        )
    return as_of


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
