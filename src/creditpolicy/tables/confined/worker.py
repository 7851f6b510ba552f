"""The child process: takes limits upon itself, opens one workbook, and sends what it finds as JSON lines.

Its arguments are one JSON object: `path`, `kind` (zip or ole), `sheet` (an index, or null to look at all), `first_rows`,
and `limits`. The last line is `{"done": true}` or `{"refused": code, ...}`; a child that ends without either was stopped.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any, Protocol

from .archive import Archive
from .emission import Emission
from .limits import Limits
from .refused import Refused


class Book(Protocol):
    """A workbook of any format."""

    sheets: list[dict[str, object]]
    macros: bool

    def read(self, index: int, emission: Emission, first_rows: int | None) -> None:
        """Send the rows of one sheet."""


def confine(limits: Limits) -> None:
    """Bound the time and memory of this process; where the system knows no such bounds, the parent's clock remains."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, bound in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        # A hard bound set from outside may be lower; macOS refuses to bound the address space.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (bound, bound))


def open_book(path: Path, kind: str, limits: Limits) -> Book:
    """Open a workbook by what it is, whatever its name says."""
    if kind == "ole":
        from . import xls

        return xls.Book(path, limits)
    archive = Archive(path, limits)
    if "content.xml" in archive:
        from . import ods

        return ods.Book(archive, limits)
    if "[content_types].xml" in archive:
        from . import xlsx

        return xlsx.Book(archive, limits)
    inside = [
        name for name in archive.names if name.endswith((".xlsx", ".xls", ".xlsm", ".ods", ".csv", ".txt", ".et"))
    ]
    raise Refused("zipped", file=inside[0][:80]) if inside else Refused("no-workbook")


def run(request: dict[str, Any], emission: Emission, limits: Limits) -> None:
    """Do what the request says: send one sheet whole, or the first rows of each where there are several."""
    book = open_book(Path(request["path"]), request["kind"], limits)
    emission.say(sheets=book.sheets, macros=book.macros)
    wanted = request["sheet"]
    if wanted is None and len(book.sheets) == 1:
        wanted = 0
    if wanted is not None:
        book.read(wanted, emission, None)
        return
    for index in range(len(book.sheets)):
        book.read(index, emission, request["first_rows"])


def main() -> None:
    """Serve the one request given as the last argument."""
    request = json.loads(sys.argv[-1])
    limits = Limits(**request["limits"])
    confine(limits)
    emission = Emission(sys.stdout.buffer, limits)
    try:
        run(request, emission, limits)
        emission.say(done=True)
    except Refused as refused:
        emission.say(refused=refused.code, **refused.detail)
    except (MemoryError, RecursionError):
        emission.say(refused="too-heavy")
    except OSError as error:
        emission.say(refused="unreadable", error=error.strerror or "")
    sys.stdout.buffer.flush()
