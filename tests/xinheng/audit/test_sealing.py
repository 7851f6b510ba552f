"""Sealing: nobody waits for it, nothing is left out, and a large record is verified without a false alarm."""

from __future__ import annotations

import sys
import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from lines import BEGIN, another_connection, line, values, write

from xinheng.audit import anchors, jobs, sealing, spans
from xinheng.audit.digest import signed
from xinheng.audit.models import Entry, Seal
from xinheng.audit.record import SYSTEM, record
from xinheng.audit.verify import verify

NOW = BEGIN + timedelta(minutes=5)
on_postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one write at a time")


def sealed_lines():
    return [number for seal in Seal.objects.order_by("number") for number in spans.numbers(spans.read(seal.members))]


def test_every_line_is_in_one_seal_and_the_seals_hang_together(db):
    write(2500)
    assert sealing.seal_waiting(at=NOW) == 2500
    assert sorted(sealed_lines()) == sorted(Entry.objects.values_list("pk", flat=True))
    seals = list(Seal.objects.order_by("number"))
    assert [seal.count for seal in seals] == [1000, 1000, 500]
    assert [seal.previous for seal in seals] == [sealing.START, seals[0].hash, seals[1].hash]


def test_nothing_to_seal_makes_no_seal(db):
    assert sealing.seal_waiting(at=NOW) == 0
    write(1)
    sealing.seal_waiting(at=NOW)
    assert sealing.seal_waiting(at=NOW) == 0
    assert Seal.objects.count() == 1


def test_a_gap_left_by_an_act_undone_is_no_alarm(db):
    write(2)
    if connection.vendor == "postgresql":
        undone(lambda: write(3))
    else:
        line(7, id=9).save()
    write(2, begin=10)
    sealing.seal_waiting(at=NOW)
    assert verify(at=NOW).sound


def undone(write_something):
    with transaction.atomic():
        write_something()
        transaction.set_rollback(True)


def late(number):
    """Write a line below others that are sealed, as a transaction does that commits late."""
    row = values(7)
    Entry.objects.create(id=number, **row, signature=signed(row))


def test_a_line_that_came_late_is_sealed_by_the_next_sealing(db):
    write(2)
    top = Entry.objects.first().pk
    late(top + 5)
    sealing.seal_waiting(at=NOW)
    late(top + 3)
    assert sealing.seal_waiting(at=NOW + timedelta(minutes=1)) == 1
    assert set(sealed_lines()) == set(Entry.objects.values_list("pk", flat=True))
    assert verify(at=NOW).sound


def test_a_line_that_came_a_day_late_is_told_and_sealed_by_the_daily_job(db):
    write(2)
    top = Entry.objects.first().pk
    late(top + 5)
    sealing.seal_waiting(at=NOW)
    late(top + 3)
    tomorrow = NOW + timedelta(days=1)
    assert sealing.seal_waiting(at=tomorrow) == 0
    assert [finding.kind for finding in verify(at=tomorrow).findings] == ["unsealed"]
    jobs.daily(on=tomorrow.date())
    assert verify(at=tomorrow).sound


def test_anchors_are_written_by_the_job_and_only_when_due(db):
    record("customers.open", None, by=SYSTEM)
    jobs.seal()
    assert len(anchors.anchors()) == 1
    record("customers.open", None, by=SYSTEM)
    jobs.seal()
    assert len(anchors.anchors()) == 1
    assert anchors.anchor_due(timezone.now() + timedelta(hours=2)) is not None
    assert anchors.anchor_due(timezone.now() + timedelta(hours=9)) is None


def test_each_anchor_is_handed_to_a_command_and_its_failure_hinders_nothing(db, settings, tmp_path):
    settings.ANCHOR_COMMAND = f"tee -a {tmp_path / 'elsewhere'}"
    write(1)
    sealing.seal_waiting(at=NOW)
    anchors.anchor_now(NOW)
    assert (tmp_path / "elsewhere").read_text().strip() == anchors.anchor_file().read_text().splitlines()[0]
    settings.ANCHOR_COMMAND = "false"
    write(1, begin=1)
    sealing.seal_waiting(at=NOW)
    assert anchors.anchor_now(NOW) is not None


def test_each_anchor_goes_out_by_mail(db, settings, mailoutbox):
    settings.ANCHOR_MAIL = ["auditor@example.com"]
    write(1)
    sealing.seal_waiting(at=NOW)
    anchor = anchors.anchor_now(NOW)
    assert anchor.hash in mailoutbox[0].body


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_stays_open_holds_nobody_up_and_is_sealed_after_it_ends():
    with another_connection() as other:
        other.set_autocommit(False)
        row = values(1)
        with other.cursor() as cursor:
            cursor.execute("SELECT nextval('audit_entry_id_seq')")
            (number,) = cursor.fetchone()
        write(5, begin=10)
        assert sealing.seal_waiting(at=NOW) == 5
        columns = [*row, "signature", "id"]
        entry = Entry(id=number, **row, signature=signed(row))
        with other.cursor() as cursor:
            told = [Entry._meta.get_field(name).get_db_prep_save(getattr(entry, name), other) for name in columns]
            cursor.execute(
                f"INSERT INTO audit_entry ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", told
            )
        other.commit()
    assert number < min(sealed_lines())
    assert sealing.seal_waiting(at=NOW) == 1
    assert verify(at=NOW).sound


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_many_write_and_two_seal_at_once_and_nothing_is_left_out():
    stopping = threading.Event()

    def writer(which):
        try:
            for turn in range(150):
                if turn % 10 == 9:
                    undone(lambda: record("customers.open", None, by=SYSTEM, why=f"{which} undone"))
                with transaction.atomic():
                    record("customers.open", None, by=SYSTEM, why=f"{which} {turn}")
                    time.sleep(0.002 if turn % 7 == which % 7 else 0)
        finally:
            connections.close_all()

    def sealer():
        try:
            while not stopping.is_set():
                sealing.seal_waiting(at=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        sealers = [pool.submit(sealer) for _ in range(2)]
        for done in [pool.submit(writer, which) for which in range(6)]:
            done.result()
        stopping.set()
        for done in sealers:
            done.result()
    sealing.seal_waiting(at=timezone.now())
    numbers = sealed_lines()
    assert len(numbers) == len(set(numbers)) == 900
    assert numbers != sorted(numbers), "no line came late: the test proves nothing"
    assert verify(at=timezone.now()).sound


@pytest.mark.slow
def test_two_hundred_thousand_lines_are_verified_without_a_false_alarm(db, capsys):
    lines = 200_000 if connection.vendor == "sqlite" else 20_000  # the same is computed on each: once with all of them
    write(lines)
    at = timezone.now()
    begun = time.perf_counter()
    assert jobs.seal() == lines
    sealed = time.perf_counter() - begun
    begun = time.perf_counter()
    report = verify(at=at)
    verified = time.perf_counter() - begun
    assert report.sound, report.findings[:5]
    assert (report.lines, report.seals) == (lines, lines // 1000)
    assert report.anchors > lines // 200_000
    with capsys.disabled():
        sys.stdout.write(
            f"\n{connection.vendor}: {lines:,} lines sealed in {sealed:.1f} s, verified in {verified:.1f} s\n"
        )


def peak_of_verifying():
    tracemalloc.start()
    assert verify(at=NOW + timedelta(days=1)).sound
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_verifying_needs_no_more_memory_for_a_longer_record(db, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 200)
    monkeypatch.setattr("xinheng.audit.verify.EVERY_SEALS", 10_000)
    write(1000)
    sealing.seal_waiting(at=NOW)
    peak_of_verifying()  # the first run keeps what every later one finds ready
    short = peak_of_verifying()
    write(7000, begin=1000)
    sealing.seal_waiting(at=NOW)
    assert peak_of_verifying() < 2 * short, "eight times the lines must not need even twice the memory"
