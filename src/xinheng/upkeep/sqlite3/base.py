"""SQLite where the threads of a process begin their transactions in the order in which they came.

SQLite lets whoever asks at the right moment write next: who waits asks again after longer and longer pauses, and of many
one may wait for seconds. Here the one that ends hands over to the one that waits longest. Other processes are waited for
as before.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base


class Turns:
    """Whose turn it is, and who waits."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._is_taken = False
        self._waiting: deque[Lock] = deque()

    def take(self, seconds: float) -> None:
        """Wait for one's turn, but no longer than so many seconds: then the database itself decides."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if not mine.acquire(timeout=seconds):
            with self._guard:
                if mine in self._waiting:  # else it was handed over just now
                    self._waiting.remove(mine)

    def give(self) -> None:
        """Hand over to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


TURNS = Turns()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before a transaction begins."""

    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        TURNS.take(float(self.settings_dict["OPTIONS"].get("timeout", 5)))
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            TURNS.give()

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()
