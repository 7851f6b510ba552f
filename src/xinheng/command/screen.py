"""What the verbs print with: lines, tables, problems; and progress that only a person at a terminal sees."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from creditpolicy.language import _
from creditpolicy.problems import Problem
from xinheng.command.columns import table_lines, wrapped

PIPED_WIDTH = 100
NARROWEST_SCREEN = 60
SHOWN_PROBLEMS = 10

Cell = str | int | Decimal | None


def screen_width() -> int:
    """Give the columns of the terminal; 100 where the output goes into a pipe or a file, so that it is always the same."""
    if not sys.stdout.isatty():
        return PIPED_WIDTH
    return max(shutil.get_terminal_size((PIPED_WIDTH, 24)).columns, NARROWEST_SCREEN)


def say(text: object = "") -> None:
    """Print a line as it is."""
    print(text)


def paragraph(text: str) -> None:
    """Print text broken into lines of the screen's width."""
    for line in wrapped(text, screen_width()):
        say(line)


def heading(text: str) -> None:
    """Print the heading of a part, after a blank line."""
    say()
    styled = (
        sys.stdout.isatty() and os.name != "nt" and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    )
    say(f"\033[1m{text}\033[0m" if styled else text)


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    right: Collection[int] = (),
    whole: Collection[int] = (),
) -> None:
    """Print a table; `right` are the columns of numbers, `whole` those that stay on one line where they can."""
    written = [[_written(value) for value in row] for row in rows]
    for line in table_lines(heads, written, columns=screen_width(), right=right, whole=whole):
        say(line)


def _written(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return f"{value:,}" if isinstance(value, int) else value


def percent(share: Decimal) -> str:
    """Write a share with one decimal, as 12.5%."""
    return f"{(share * 100).quantize(Decimal('0.1'))}%"


def problems(found: Sequence[Problem], *, more: str = "") -> None:
    """Print the first problems, and how many more there are and where."""
    for problem in found[:SHOWN_PROBLEMS]:
        say(problem)
    if len(found) > SHOWN_PROBLEMS:
        say(_("还有 {count} 处{more}。").format(count=f"{len(found) - SHOWN_PROBLEMS:,}", more=more))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, to a person at a terminal only; give the function that tells the next step."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status(_("开始")) as status:
        yield status.update
