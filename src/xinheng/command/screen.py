"""What the verbs print with: tables aligned for Chinese width, and progress that only a person at a terminal sees."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from creditpolicy.language import _
from creditpolicy.problems import Problem

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 100
SHOWN_PROBLEMS = 10


@cache
def console() -> Console:
    """The screen; 100 columns without colours where the output goes into a pipe or a file."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(width=PIPED_WIDTH, color_system=None, highlight=False, legacy_windows=False)


def say(text: object = "") -> None:
    """Print a line as it is."""
    console().print(str(text), markup=False, soft_wrap=True)


def heading(text: str) -> None:
    """Print the heading of a part."""
    say()
    console().print(text, style="bold", markup=False)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> None:
    """Print a table; `right` are the columns set to the right, numbers among them."""
    from rich import box
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    numbers = set(right)
    for index, head in enumerate(heads):
        drawn.add_column(head, justify="right" if index in numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    console().print(drawn, markup=False)


def _cell(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return escape(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))


def percent(share: Decimal) -> str:
    """Write a share with one decimal, as 12.5%."""
    return f"{(share * 100).quantize(Decimal('0.1'))}%"


def problems(found: Sequence[Problem], *, more: str = "") -> None:
    """Print the first problems, and how many more there are and where."""
    for problem in found[:SHOWN_PROBLEMS]:
        say(problem)
    if len(found) > SHOWN_PROBLEMS:
        say(_("还有 {count} 处{more}。").format(count=len(found) - SHOWN_PROBLEMS, more=more))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, to a person at a terminal only; give the function that tells the next step."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console

    with Console(stderr=True).status(_("开始")) as status:
        yield status.update
