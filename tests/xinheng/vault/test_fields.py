"""Encrypted columns: what they keep, what they refuse."""

from __future__ import annotations

import pickle
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from xinheng.vault import keys
from xinheng.vault.crypto import Unreadable
from xinheng.vault.fields import Sealed
from xinheng.vault.index import blind


def raw(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else None


def column(name, pk):
    return raw(f"SELECT {name} FROM vault_tests_card WHERE id = %s", pk)[0][0]


def test_a_value_comes_back_as_it_was_and_lies_closed_in_the_database(card):
    one = card.objects.create(number="6222021234567890123", phone="13800000000", traits={"行业": "机械", "人数": 12})
    again = card.objects.get(pk=one.pk)
    assert (again.number, again.phone, again.traits) == (one.number, one.phone, one.traits)
    assert "6222" not in column("number", one.pk)
    assert keys.keys().current.id.encode() in __import__("base64").urlsafe_b64decode(column("number", one.pk))


def test_the_same_value_in_two_rows_looks_different(card):
    first, second = card.objects.create(number="1", phone="a"), card.objects.create(number="2", phone="a")
    assert column("phone", first.pk) != column("phone", second.pk)


def test_an_empty_text_and_no_value_are_kept_apart(card):
    empty, none = card.objects.create(number="", phone=""), card.objects.create(number="x", phone=None)
    assert card.objects.get(pk=empty.pk).phone == ""
    assert card.objects.get(pk=none.pk).phone is None
    assert column("phone", none.pk) is None
    assert column("phone", empty.pk)


def test_a_ciphertext_moved_to_another_row_does_not_open(card):
    first, second = card.objects.create(number="1"), card.objects.create(number="2")
    raw("UPDATE vault_tests_card SET number = %s WHERE id = %s", column("number", first.pk), second.pk)
    with pytest.raises(Unreadable):
        _ = card.objects.get(pk=second.pk).number


def test_a_ciphertext_moved_to_another_column_does_not_open(card):
    one = card.objects.create(number="1", traits=["a"])
    raw("UPDATE vault_tests_card SET number = traits WHERE id = %s", one.pk)
    with pytest.raises(Unreadable):
        _ = card.objects.get(pk=one.pk).number


def test_a_row_hung_on_another_owner_does_not_open(card):
    one = card.objects.create(number="1", phone="138", holder="甲")
    card.objects.filter(pk=one.pk).update(holder="乙")
    again = card.objects.get(pk=one.pk)
    assert again.number == "1"
    with pytest.raises(Unreadable):
        _ = again.phone


@pytest.mark.parametrize("harm", ["13800000000", "", "WDE=", "!!", "WDEIAAAA"])
def test_what_is_no_ciphertext_is_an_error_and_never_handed_back(card, harm):
    one = card.objects.create(number="1")
    raw("UPDATE vault_tests_card SET number = %s WHERE id = %s", harm, one.pk)
    with pytest.raises(Unreadable):
        _ = card.objects.get(pk=one.pk).number


def test_one_changed_letter_is_an_error(card):
    one = card.objects.create(number="1")
    closed = column("number", one.pk)
    other = "A" if closed[-4] != "A" else "B"
    raw("UPDATE vault_tests_card SET number = %s WHERE id = %s", closed[:-4] + other + closed[-3:], one.pk)
    with pytest.raises(Unreadable):
        _ = card.objects.get(pk=one.pk).number


def test_a_row_that_is_saved_again_keeps_its_ciphertext(card):
    one = card.objects.create(number="1", phone="2")
    before = column("number", one.pk)
    again = card.objects.get(pk=one.pk)
    again.phone = "3"
    again.save()
    assert column("number", one.pk) == before
    assert card.objects.get(pk=one.pk).phone == "3"


def test_a_copy_under_another_identity_is_closed_for_it(card):
    one = card.objects.create(number="1")
    again = card.objects.get(pk=one.pk)
    number = again.number
    again.pk, again.uid, again.number, again._state.adding = None, uuid4(), number + "0", True
    again.save()
    assert card.objects.get(pk=again.pk).number == "10"


def test_deferred_and_refreshed_values_open(card):
    one = card.objects.create(number="1")
    lazy = card.objects.defer("number", "uid").get(pk=one.pk)
    assert lazy.number == "1"
    card.objects.get(pk=one.pk)
    one.refresh_from_db()
    assert one.number == "1"
    assert card.objects.only("holder").get(pk=one.pk).number == "1"


def test_bulk_create_closes_too(card):
    card.objects.bulk_create([card(number=str(n)) for n in range(5)])
    assert sorted(one.number for one in card.objects.all()) == list("01234")


def test_update_and_filter_on_the_field_are_refused(card):
    one = card.objects.create(number="1")
    with pytest.raises(TypeError, match="blind index"):
        card.objects.filter(number="1").exists()
    with pytest.raises(TypeError, match="save"):
        card.objects.filter(pk=one.pk).update(number="2")


def test_values_stay_closed_and_do_not_print(card):
    card.objects.create(number="6222021234567890123")
    (held,) = card.objects.values_list("number", flat=True)
    assert isinstance(held, Sealed)
    assert "6222" not in f"{held} {held!r}"
    assert pickle.loads(pickle.dumps(held)).plain is None


def test_the_blind_index_finds_by_number_however_it_is_written(card):
    one = card.objects.create(number="91330212 ma2a-xx1x")
    assert card.objects.get(number_index=blind("９１３３０２１２MA2AXX1X", "cards.number")) == one
    assert card.objects.get(tail_index=blind("xx1x", "cards.tail")) == one
    assert one.number_index != blind("91330212MA2AXX1X", "other.purpose")


def test_the_blind_index_follows_the_value_also_where_only_it_is_saved(card):
    one = card.objects.create(number="1")
    one.number = "2"
    one.save(update_fields=["number"])
    assert card.objects.get(number_index=blind("2", "cards.number")).number == "2"


def test_the_blind_index_holds_numbers_unique(card):
    card.objects.create(number="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        card.objects.create(number=" 1 ")


def test_no_value_has_no_index_and_never_clashes(card):
    card.objects.create(number="")
    card.objects.create(number="  ")
    assert card.objects.filter(number_index=None).count() == 2


def test_history_holds_ciphertexts_and_reads_back(card):
    one = card.objects.create(number="6222021234567890123")
    one.number = "6222021234567890999"
    one.save()
    assert [line.number[-3:] for line in one.history.all()] == ["999", "123"]
    for (closed,) in raw("SELECT number FROM vault_tests_historicalcard"):
        assert "6222" not in closed
        assert closed != column("number", one.pk)


def test_the_plain_value_lies_nowhere_in_the_row(card):
    one = card.objects.create(number="6222021234567890123", holder="甲")
    assert "6222021234567890123" not in str(raw("SELECT * FROM vault_tests_card WHERE id = %s", one.pk))
