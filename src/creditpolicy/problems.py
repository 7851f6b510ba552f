"""A problem: what is wrong in a policy or a sheet, where, why it matters, what to do. A value, never an exception."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from creditpolicy.language import _

Severity = Literal["fault", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a line of a text file, or a cell, row or sheet of a table.

    `line` and `column` count from 1. `sheet`, `row` (as the user's own file numbers it, from 1) and `cell` ("C7")
    belong to tables. `quote` is the source line itself. `customer` is the id of one of a table that is no file: there a
    row's number says nothing.
    """

    file: str = ""
    line: int | None = None
    column: int | None = None
    quote: str = ""
    sheet: str = ""
    row: int | None = None
    cell: str = ""
    customer: str = ""

    def __str__(self) -> str:
        """Give the place as `file:line`, or as `file [sheet] cell`."""
        if self.line is not None:
            return f"{self.file}:{self.line}" if self.file else _("第 {line} 行").format(line=self.line)
        parts = [self.file] if self.file else []
        if self.sheet:
            parts.append(f"[{self.sheet}]")
        if self.customer:
            parts.append(_("客户 {customer}").format(customer=self.customer))
        elif self.cell:
            parts.append(self.cell)
        elif self.row is not None:
            parts.append(_("第 {row} 行").format(row=self.row))
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `code` names the kind of problem for programs (`duplicate-key`, `missing-fact`); `what` says it in the reader's
    language, `why` what would come of it, `fix` what to do. `facts` lists the fact ids concerned.
    """

    code: str
    what: str
    why: str = ""
    fix: str = ""
    where: Place = Place()
    severity: Severity = "fault"
    facts: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Print as place, quoted line, 问题, 原因, 办法: the parts that there are."""
        parts = [
            (_("问题") if self.severity == "fault" else _("提醒"), self.what), (_("原因"), self.why), (_("办法"), self.fix),
        ]  # fmt: skip
        width = max(len(label) for label, _text in parts)
        lines = [str(self.where)] if str(self.where) else []
        if self.where.quote and self.where.line is not None:
            lines.append(f"{self.where.line:>6} │ {self.where.quote}")
        lines += [f"  {label:<{width}} │ {text}" for label, text in parts if text]
        return "\n".join(lines)


class Refusal(Exception):
    """The call cannot be carried out; shown to the user as written, with the problems that led to it."""

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(problems)
        super().__init__(message)

    def __str__(self) -> str:
        """Print the message, then each problem."""
        return "\n\n".join([self.message, *map(str, self.problems)]).strip()


def faults(problems: Iterable[Problem]) -> list[Problem]:
    """Give those problems that are faults, leaving out warnings."""
    return [problem for problem in problems if problem.severity == "fault"]
