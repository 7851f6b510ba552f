"""Writers of one process on SQLite take turns: the one that waits longest is next, and none waits for ever."""

from __future__ import annotations

from threading import Barrier, Event, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from xinheng.org.models import Department
from xinheng.upkeep.sqlite3.base import TURNS, Turns

on_sqlite = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL lets writers of different rows write"
)


def test_whoever_waits_longest_is_next() -> None:
    turns = Turns()
    order: list[int] = []

    def wait(number: int) -> None:
        turns.take(60)
        order.append(number)
        turns.give()

    turns.take(60)
    waiting = []
    for number in range(5):
        thread = Thread(target=wait, args=[number])
        thread.start()
        waiting.append(thread)
        while len(turns._waiting) <= number:
            pass
    turns.give()
    for thread in waiting:
        thread.join(60)
    assert order == [0, 1, 2, 3, 4]
    turns.take(60)


def test_who_waited_too_long_asks_the_database_itself() -> None:
    turns = Turns()
    turns.take(60)
    turns.take(0.01)
    assert not turns._waiting


@on_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["commit", "undo", "close"])
def test_a_transaction_that_ends_in_any_way_hands_over(how: str) -> None:
    if how == "close":
        transaction.set_autocommit(True)
    begun, done = Event(), Barrier(2)

    def other() -> None:
        begun.wait(60)
        try:
            with transaction.atomic():
                Department.objects.create(code="two", name="二部")
        finally:
            connection.close()
        done.wait(60)

    thread = Thread(target=other)
    thread.start()
    try:
        with transaction.atomic():
            Department.objects.create(code="one", name="一部")
            begun.set()
            while not TURNS._waiting:
                pass
            if how == "undo":
                raise ValueError  # noqa: TRY301
            if how == "close":
                connection.close()
    except (ValueError, DatabaseError):
        pass
    done.wait(60)
    thread.join(60)
    codes = set(Department.objects.values_list("code", flat=True))
    assert {"two"} <= codes
    assert ("one" in codes) == (how == "commit")
