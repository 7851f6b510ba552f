"""The key file: made once, its owner's only, never silently replaced; and what is done without it."""

from __future__ import annotations

import json
import threading

import pytest

from creditpolicy.problems import Refusal
from xinheng.vault import keys
from xinheng.vault.crypto import Unreadable, decrypt, encrypt
from xinheng.vault.index import blind
from xinheng.vault.signing import sign


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("XINHENG_KEYS", raising=False)
    settings.KEYS_FILE, settings.KEYS_ON_DEMAND = tmp_path / "keys.json", False


def test_keys_are_made_once_and_only_their_owner_may_read_them():
    path = keys.make()
    assert path.stat().st_mode & 0o777 == 0o600
    assert not keys.is_open_to_others()
    before = path.read_bytes()
    with pytest.raises(Refusal, match="不会覆盖"):
        keys.make()
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["keys.json"]


def test_a_file_that_others_may_read_is_told():
    keys.make().chmod(0o640)
    assert keys.is_open_to_others()


def test_without_keys_nothing_is_closed_and_none_are_made(settings):
    with pytest.raises(Refusal, match="xinheng init"):
        encrypt(b"x", "place")
    assert not keys.key_file().exists()


def test_where_settings_allow_it_keys_are_made_once_for_all_who_ask_at_the_same_time(settings):
    settings.KEYS_ON_DEMAND = True
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(keys.keys().current.id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 8


def test_a_changed_file_is_seen_at_the_next_use():
    keys.make()
    first = keys.keys().current.id
    second = keys.add_key().id
    assert keys.keys().current.id == second != first
    assert set(keys.keys().by_id) == {first, second}


def test_what_an_older_key_closed_opens_after_the_change_and_not_after_the_key_is_gone():
    keys.make()
    first, closed = keys.keys().current.id, encrypt(b"x", "place")
    keys.add_key()
    assert decrypt(closed, "place") == b"x"
    keys.drop_key(first)
    with pytest.raises(Unreadable, match=first):
        decrypt(closed, "place")


def test_the_key_in_use_cannot_be_dropped():
    keys.make()
    with pytest.raises(Refusal, match="正在使用"):
        keys.drop_key(keys.keys().current.id)


def test_indexes_and_signatures_stay_the_same_when_keys_are_changed():
    keys.make()
    before = blind("91330212", "a"), sign(b"x", "a")
    keys.add_key()
    assert (blind("91330212", "a"), sign(b"x", "a")) == before


def test_purposes_are_kept_apart():
    keys.make()
    assert blind("1", "a") != blind("1", "b")
    assert sign(b"1", "a") != sign(b"1", "b")


@pytest.mark.parametrize("spoilt", ["", "{}", "[]", "not json", '{"current": "a", "keys": {}, "index": ""}'])
def test_a_spoilt_file_is_told_and_its_content_is_not(spoilt):
    keys.key_file().write_text(spoilt)
    with pytest.raises(Refusal, match="读不懂"):
        keys.keys()


def test_a_key_that_is_too_short_is_not_taken():
    told = json.loads(keys.make().read_text())
    told["index"] = "AAAA"
    keys.key_file().write_text(json.dumps(told))
    with pytest.raises(Refusal):
        keys.keys()


def test_the_environment_goes_before_the_file(monkeypatch, tmp_path, settings):
    text = keys.make().read_text()
    closed = encrypt(b"x", "place")
    settings.KEYS_FILE = tmp_path / "none.json"
    monkeypatch.setenv("XINHENG_KEYS", text)
    assert decrypt(closed, "place") == b"x"
    with pytest.raises(Refusal, match="XINHENG_KEYS"):
        keys.add_key()


def test_keys_do_not_print():
    keys.make()
    secret = keys.keys().current.secret
    assert repr(secret)[2:-1] not in repr(keys.keys()) + repr(keys.keys().current)


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_shortened_ciphertext_does_not_open(cut):
    keys.make()
    closed = encrypt(b"some text", "place")
    with pytest.raises(Unreadable):
        decrypt(closed[:cut], "place")
