"""Changing keys while others write: nothing lost, nothing left behind, an older key goes only when it is of no use."""

from __future__ import annotations

import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.vault import files, keys, rotation
from xinheng.vault.fields import Sealed


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.KEYS_FILE, settings.PAPERS_FOLDER = tmp_path / "keys.json", tmp_path / "papers"
    keys.make()


def fill(card, count, begin=0):
    card.objects.bulk_create(
        [card(number=f"6222{n:015d}", phone=f"138{n:08d}" if n % 3 else None, holder="甲") for n in range(begin, begin + count)],
        batch_size=1000,
    )  # fmt: skip


def numbers(card):
    return sorted(one.number for one in card.objects.iterator())


def used(card):
    return rotation.in_use(rotation.columns([card, card.history.model]))


def run(card):
    last = None
    for last in rotation.rotate(rotation.columns([card, card.history.model])):  # noqa: B007
        pass
    return last


def test_all_values_and_files_are_closed_anew_and_read_as_before(card):
    fill(card, 1200)
    one = card.objects.create(number="a", traits={"行业": "机械"})
    kept = files.store([b"x" * 100_000], place="p/1")
    older, before = keys.keys().current.id, numbers(card)
    done = run(card)
    newer = keys.keys().current.id
    assert newer != older
    assert numbers(card) == before
    assert card.objects.get(pk=one.pk).traits == {"行业": "机械"}
    assert [line.number for line in one.history.all()] == ["a"]
    assert b"".join(files.read(kept.name, place="p/1")) == b"x" * 100_000
    counts = used(card)
    assert counts[older] == 0
    assert counts[newer] == done.values + done.files == 1201 + 800 + 3 + 1


def test_empty_texts_and_no_values_stay_apart(card):
    empty, none = card.objects.create(number="1", phone=""), card.objects.create(number="2", phone=None)
    run(card)
    assert card.objects.get(pk=empty.pk).phone == ""
    assert card.objects.get(pk=none.pk).phone is None


def test_cut_off_in_the_middle_it_goes_on_with_the_same_key(card):
    fill(card, 1300)
    before = numbers(card)
    steps = rotation.rotate(rotation.columns([card]))
    next(steps)
    steps.close()
    begun = keys.keys().current.id
    assert 0 < used(card)[begun] < 2166
    run(card)
    assert keys.keys().current.id == begun
    assert len(keys.keys().by_id) == 2
    assert used(card) == {begun: 2166, **{name: 0 for name in keys.keys().by_id if name != begun}}
    assert numbers(card) == before


def test_an_older_key_in_use_is_not_dropped(card):
    fill(card, 3)
    keys.add_key()
    with pytest.raises(Refusal, match="在用"):
        rotation.drop_unused(at=timezone.now() + timedelta(days=9), among=rotation.columns([card]))


def test_an_older_key_is_kept_for_an_hour_and_then_dropped(card):
    fill(card, 3)
    older = keys.keys().current.id
    run(card)
    wanted = rotation.columns([card])
    assert rotation.drop_unused(at=timezone.now(), among=wanted) == []
    assert [key.id for key in rotation.drop_unused(at=timezone.now() + timedelta(hours=2), among=wanted)] == [older]
    assert older not in keys.keys().by_id
    assert len(numbers(card)) == 3


def test_a_row_that_was_read_before_and_is_saved_after_is_closed_with_the_new_key(card):
    fill(card, 3)
    held = card.objects.first()
    run(card)
    held.holder = "乙"
    held.phone = "139"
    held.save()
    assert card.objects.get(pk=held.pk).phone == "139"
    assert [key for key, count in used(card).items() if count] == [keys.keys().current.id]


def test_a_value_changed_between_reading_and_writing_is_left_as_its_writer_wrote_it(card, monkeypatch):
    fill(card, 5)
    pk, swap = card.objects.first().pk, rotation._swap

    def late(column, rows, progress):
        if column.field.name == "number":
            one = card.objects.get(pk=pk)
            one.number = "changed meanwhile"
            one.save()
        return swap(column, rows, progress)

    monkeypatch.setattr(rotation, "_swap", late)
    run(card)
    assert card.objects.get(pk=pk).number == "changed meanwhile"


def test_what_does_not_open_is_named_and_hinders_nothing(card):
    fill(card, 5)
    pk = card.objects.order_by("pk")[2].pk
    card.objects.filter(pk=pk).update(number=Sealed("A" * 60))
    done = run(card)
    assert len(done.unreadable) == 1
    assert f"vault_tests_card.number {pk}" in done.unreadable[0]
    assert len([line for line in used(card).items() if line[1] > 1]) == 1


def test_every_encrypted_column_of_the_application_is_seen():
    names = {str(column) for column in rotation.columns()}
    assert any("customers_" in name and "historical" in name for name in names), names


def test_keys_from_the_environment_are_not_changed_here(card, monkeypatch):
    text = keys.key_file().read_text()
    monkeypatch.setenv("XINHENG_KEYS", text)
    with pytest.raises(Refusal, match="XINHENG_KEYS"):
        run(card)


class Writer(threading.Thread):
    """Changes and adds rows the whole time, as people do."""

    def __init__(self, card):
        super().__init__()
        self.card, self.stopping, self.written, self.wrong = card, threading.Event(), {}, []

    def run(self):
        try:
            first = self.card.objects.order_by("pk").first().pk
            while not self.stopping.is_set():
                turn = len(self.written)
                one = self.card.objects.get(pk=first + turn * 37 % 10_000)
                one.phone = f"changed {turn}"
                one.save()
                self.written[one.pk] = one.phone
                if turn % 10 == 0:
                    self.card.objects.create(number=f"new {turn}")
                time.sleep(0.001)
        except Exception as wrong:
            self.wrong.append(wrong)
        finally:
            connections.close_all()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_hundred_thousand_values_while_somebody_writes(sealed_tables, capsys):
    from vault_tests.models import Card

    Card.objects.all().delete()
    Card.history.all().delete()
    rows = 60_000 if connection.vendor == "sqlite" else 12_000  # the same code on each: once with all of them
    fill(Card, rows)  # numbers, and two phones for three of them
    writer = Writer(Card)
    writer.start()
    begun = time.perf_counter()
    done = run(Card)
    seconds = time.perf_counter() - begun
    writer.stopping.set()
    writer.join()
    assert not writer.wrong
    assert len(writer.written) > 20, "the writer must have written while keys were changed, or the test proves nothing"
    list(rotation.close_anew(rotation.columns([Card, Card.history.model])))
    assert [key for key, count in used(Card).items() if count] == [keys.keys().current.id]
    for pk, phone in writer.written.items():
        assert Card.objects.get(pk=pk).phone == phone
    assert len(numbers(Card)) == Card.objects.count() > rows
    said = f"{connection.vendor}: {done.values} values in {seconds:.1f} s, {len(writer.written)} rows written"
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")
    Card.history.all().delete()
    Card.objects.all().delete()
