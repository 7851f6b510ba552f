"""Opens a workbook in a child process with limits, so that no file can take the caller down with it."""

from __future__ import annotations

import datetime
import functools
import json
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import Any, Literal

from creditpolicy.tables.cells import Cell, Failed, Padded, Percent, Suffixed, TimeOfDay, Uncalculated
from creditpolicy.tables.confined.limits import Limits
from creditpolicy.tables.confined.refused import Refused
from creditpolicy.tables.sheets import Row, Sheet, Workbook

Kind = Literal["zip", "ole"]
FIRST_ROWS = 60
"""Rows of each sheet that are looked at to choose among several."""

_START = "import sys,json; sys.path[:0]=[sys.argv[1]]; sys.path+=json.loads(sys.argv[2]); from confined.worker import main; main()"
_LONGEST_LINE = 256 << 20


def look(path: Path, kind: Kind, limits: Limits) -> Workbook:
    """Open a workbook: its only sheet whole, or the first rows of each of several. Raises `Refused`."""
    return _workbook(path, kind, None, limits)


def read_sheet(path: Path, kind: Kind, index: int, limits: Limits) -> Sheet:
    """Read one sheet whole. Raises `Refused`."""
    return _workbook(path, kind, index, limits).sheets[0]


def _workbook(path: Path, kind: Kind, index: int | None, limits: Limits) -> Workbook:
    request = {
        "path": str(path),
        "kind": kind,
        "sheet": index,
        "first_rows": FIRST_ROWS,
        "limits": asdict(limits),
    }
    told: list[dict[str, Any]] = []
    macros, rows, sheets = False, [], []
    with closing(_messages(request, limits)) as messages:
        for message in messages:
            if isinstance(message, list):
                rows += [(number, _cells(cells)) for number, cells in message]
            elif "end" in message:
                sheets.append(_sheet(message, told, rows))
                rows = []
            elif "sheets" in message:
                told, macros = message["sheets"], message["macros"]
    return Workbook(tuple(sheets), macros)


def _sheet(message: dict[str, Any], told: list[dict[str, Any]], rows: list[Row]) -> Sheet:
    index = message["end"]
    return Sheet(
        name=told[index]["name"],
        rows=rows,
        index=index,
        hidden=told[index]["hidden"],
        merges=tuple(tuple(merge) for merge in message["merges"]),
        merge_count=message["merge_count"],
        hidden_rows=message["hidden_rows"],
        whole=message["whole"],
    )


@contextmanager
def _child(request: dict[str, Any], limits: Limits) -> Iterator[tuple[subprocess.Popen[bytes], list[bool]]]:
    """Run the child; kill it when its time is over, or when the caller has had enough."""
    command = [
        sys.executable,
        # Isolated: neither the current folder nor the user's environment decides what is imported.
        "-I",
        "-c",
        _START,
        str(Path(__file__).parent),
        json.dumps([entry for entry in sys.path if entry]),
        json.dumps(request),
    ]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and our own code; the file is only named to it
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        overdue = [False]

        def stop() -> None:
            overdue[0] = True
            process.kill()

        clock = Timer(limits.seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            yield process, overdue
        finally:
            clock.cancel()
            process.kill()


def _messages(request: dict[str, Any], limits: Limits) -> Generator[Any, None, None]:
    """Give what the child says, line by line, up to its last word."""
    with _child(request, limits) as (process, overdue):
        assert process.stdout is not None
        while line := process.stdout.readline(_LONGEST_LINE):
            message = json.loads(line) if line.endswith(b"\n") else {}
            if isinstance(message, dict):
                if "done" in message:
                    return
                if "refused" in message:
                    raise Refused(message.pop("refused"), **message)
            yield message
        code = process.wait()
    if overdue[0]:
        raise Refused("too-slow", seconds=limits.seconds)
    raise Refused("too-heavy" if code < 0 else "damaged")


def _cells(cells: list[Any]) -> list[Cell]:
    for index, cell in enumerate(cells):
        if type(cell) is list:
            cells[index] = _special(*cell)
    return cells


def _special(tag: str, *rest: Any) -> Cell:
    match tag:
        case "date":
            return _moment(rest[0])
        case "percent":
            return Percent(rest[0])
        case "pad":
            return Padded(*rest)
        case "unit":
            return Suffixed(*rest)
        case "error":
            return Failed(rest[0])
        case "uncalculated":
            return Uncalculated()
        case "time":
            return TimeOfDay(rest[0])
        case _:
            return str(rest[0])


@functools.lru_cache(4096)
def _moment(text: str) -> Cell:
    """Read a day or a moment; one that never was stays text, and is found out when it is read as a date."""
    try:
        if "T" not in text:
            return datetime.date.fromisoformat(text)
        return datetime.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return text
