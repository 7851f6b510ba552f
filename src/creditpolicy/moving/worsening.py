"""When statements are worse: the policy's condition over the ratios of a statement and of the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from creditpolicy.model import GradeEvent
from creditpolicy.plain.reading import Portfolio, reading_of
from creditpolicy.program import Program
from creditpolicy.program.statements import BEFORE, EVENT


def worse_by(
    program: Program, now: Mapping[str, Decimal | None], before: Mapping[str, Decimal | None]
) -> tuple[GradeEvent, ...]:
    """Give the policy's events whose condition holds of a statement's ratios and those before; what is unknown does not hold."""
    row = {**now, **{f"{BEFORE}{name}": value for name, value in before.items()}}
    found = []
    for index, entry in enumerate(program.policy.changes.events if program.policy.changes else ()):
        node = program.conditions.get(("changes", "events", index, "when"))
        if entry.event == EVENT and node is not None and reading_of(node, Portfolio({}))(row) is True:
            found.append(entry)
    return tuple(found)
