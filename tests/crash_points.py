"""Crash points: every business act, the first time a test calls it, is crashed at each of its writes before it may run.

An act is run again and again on copies of what it was given, and crashed just before its 1st, 2nd, 3rd … write, and in
place of its commit, until none is left to crash. After each crash every table that it had written to must hold what it
held before. Then the act runs as the test called it. Where nothing is written the state cannot differ, so that a crash
between two writes is as good as one before the second.

What was swept is reported at the end of the run, and so are the acts that no test calls.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from django.db import DatabaseError, connection, transaction

SRC = Path(__file__).resolve().parents[1] / "src" / "xinheng"
WRITE = re.compile(r'\s*(?:INSERT INTO|INSERT OR \w+ INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
CALL = re.compile(r"\s*SELECT \* FROM (\w+)\(", re.IGNORECASE)
WRITTEN_BY = {"credit_reserve": ("credit_account", "credit_hold", "credit_movement")}
"""Functions kept by PostgreSQL that write, and what they write."""
MANY_ROWS = 3000
MOST_POINTS = 60
_inside = threading.local()
"""`act` is set while an act is being crashed: what it calls is part of it."""


def is_crashing() -> bool:
    """Say whether an act is being crashed just now: for what is held outside the database, and is not taken back."""
    return bool(getattr(_inside, "act", False))


class Crash(BaseException):
    """The process is gone at this statement: no handler may catch it."""


class CrashAtCommit(DatabaseError):
    """The process is gone instead of committing; the database undoes, as it would by itself."""


class KeptHalf(AssertionError):
    """After a crash the database holds what it did not hold before."""


class NotSwept(Exception):
    """The call is no good for a sweep: it refuses, or what it was given cannot be copied."""


class Undo(Exception):
    """Take a run back that came to its end."""


@dataclass
class Watch:
    """Counts the writes of one run, remembers what each table held before its first, and crashes at the `at`-th."""

    at: int
    count: int = 0
    depth: int = 0
    before: dict[str, str] = field(default_factory=dict)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Stand between Django and the database."""
        word = sql.lstrip()[:9].upper()
        if word == "SAVEPOINT":
            self.depth += 1
        elif word.startswith("RELEASE"):
            self.depth -= 1
            if self.depth == 0 and self._is_here():
                raise CrashAtCommit("crashed instead of committing")
        tables = written_by(sql)
        for table in tables:
            if table not in self.before:
                self.before[table] = held(table)
        if tables and self._is_here():
            raise Crash
        return execute(sql, params, many, context)

    def _is_here(self) -> bool:
        self.count += 1
        return self.count == self.at


def written_by(sql: str) -> tuple[str, ...]:
    """Give the tables that a statement writes, itself or by a function of the database."""
    if found := WRITE.match(sql):
        return (found[1],)
    called = CALL.match(sql)
    return WRITTEN_BY.get(called[1], ()) if called else ()


def held(table: str) -> str:
    """Give the sum of what a table holds; of a very long one only its length."""
    with transaction_free_cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        rows = cursor.fetchone()[0]
        if rows > MANY_ROWS:
            return str(rows)
        cursor.execute(f'SELECT * FROM "{table}"')
        return hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()


@contextmanager
def transaction_free_cursor() -> Iterator[Any]:
    """Give a cursor that no watcher looks at."""
    wrappers, connection.execute_wrappers[:] = list(connection.execute_wrappers), []
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.execute_wrappers[:] = wrappers


def crash_everywhere(run: Callable[[], Any]) -> int:
    """Crash `run`, which makes its own transaction, at each write; give how many points there were.

    Raises KeptHalf where something half done was kept, NotSwept where the run does not come to its end.
    """
    held_before, _inside.act = getattr(_inside, "act", False), True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ResourceWarning
            )  # an act that gives an open file is cut off before it closes
            return _points(run)
    finally:
        _inside.act = held_before


def _points(run: Callable[[], Any]) -> int:
    for at in range(1, MOST_POINTS + 1):
        watch = Watch(at)
        try:
            _crash_at(watch, run)
        except Undo:
            return at - 1
        except _Crashed:
            continue
        except KeptHalf:
            raise
        except Exception as wrong:
            raise NotSwept(f"{type(wrong).__name__}: {wrong}") from wrong
    return MOST_POINTS


def _crash_at(watch: Watch, run: Callable[[], Any]) -> None:
    """Run with the watch in between; a run that comes to its end is taken back."""
    with transaction.atomic(), connection.execute_wrapper(watch):
        with _kept_apart(watch):
            run()
        raise Undo


class _Crashed(Exception):
    """The run was crashed and nothing was kept; said so only after the comparison."""


@contextmanager
def _kept_apart(watch: Watch) -> Iterator[None]:
    """Let the run's own transaction undo what it did, and compare before anything of ours undoes more."""
    try:
        yield
    except (Crash, CrashAtCommit):
        kept = [table for table, before in watch.before.items() if held(table) != before]
        if kept:
            raise KeptHalf(f"crashed at write {watch.at}, and kept half of it in {', '.join(kept)}") from None
        raise _Crashed from None


# Every act, the first time a test calls it ----------------------------------------------------------------------------

swept: dict[str, int] = {}
"""The acts that were swept in this process, and at how many points."""
_ready: set[int] = set()


def acts_in_source() -> set[str]:
    """Name every function of the application that is an act, as module and name."""
    found = set()
    for path in SRC.rglob("*.py"):
        module = "xinheng." + ".".join(path.relative_to(SRC).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(mark, ast.Name) and mark.id == "act" for mark in node.decorator_list
            ):
                found.add(f"{module.removesuffix('.__init__')}.{node.name}")
    return found


def watch_acts() -> None:
    """Have each act that is imported by now sweep itself at its first call."""
    from xinheng.audit import record

    code = record.act(watch_acts).__code__  # type: ignore[attr-defined]
    for name, module in list(sys.modules.items()):
        if not name.startswith("xinheng."):
            continue
        for value in list(vars(module).values()):
            if isinstance(value, FunctionType) and value.__code__ is code and id(value) not in _ready:
                _ready.add(id(value))
                _watch(value, record.act)


def _watch(done: FunctionType, act: Callable[..., Any]) -> None:
    """Put the sweep between the act and its function; `act` makes the act anew for each run, as it is in life."""
    assert done.__closure__ is not None
    cell = done.__closure__[done.__code__.co_freevars.index("function")]
    function = cell.cell_contents
    name = f"{function.__module__}.{function.__qualname__}"

    def first_swept(*args: Any, **kwargs: Any) -> Any:
        if name in swept or getattr(_inside, "act", False) or threading.current_thread() is not threading.main_thread():
            return function(*args, **kwargs)
        with suppress(NotSwept):
            swept[name] = crash_everywhere(lambda: act(function)(*_copied(args), **_copied(kwargs)))
        return function(*args, **kwargs)

    cell.cell_contents = first_swept


def _copied(values: Any) -> Any:
    try:
        return copy.deepcopy(values)
    except Exception as wrong:
        raise NotSwept("what it was given cannot be copied") from wrong
