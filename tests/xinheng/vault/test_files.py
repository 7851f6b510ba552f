"""The encrypted store of files: what goes in comes out, and nothing else does."""

from __future__ import annotations

import hashlib
import io
import os
import time
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from xinheng.vault import files, jobs, keys
from xinheng.vault.crypto import Unreadable

SIZES = [0, 1, files.PIECE_BYTES - 1, files.PIECE_BYTES, files.PIECE_BYTES + 1, 3 * files.PIECE_BYTES, 300_001]
SEALED_PIECE = files.PIECE_BYTES + files.TAG_BYTES


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.PAPERS_FOLDER, settings.KEYS_FILE = tmp_path / "papers", tmp_path / "keys.json"
    keys.make()


def content(size):
    return bytes(n * 31 % 251 for n in range(size))


def whole(name, place="papers/1"):
    return b"".join(files.read(name, place=place))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_stored_is_read_back_with_its_size_and_digest(size):
    kept = files.store(io.BytesIO(content(size)), place="papers/1")
    assert whole(kept.name) == content(size)
    assert (kept.size, kept.sha256) == (size, hashlib.sha256(content(size)).hexdigest())


def test_the_plain_bytes_lie_nowhere_and_the_file_is_its_owner_s():
    kept = files.store([b"confidential " * 1000], place="papers/1")
    path = files.path_of(kept.name)
    assert b"confidential" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_the_same_content_twice_looks_different():
    first, second = (files.store([b"x" * 1000], place="papers/1") for _ in range(2))
    assert files.path_of(first.name).read_bytes()[-900:] != files.path_of(second.name).read_bytes()[-900:]


def harmed(harm, whole_file):
    head = len(whole_file) - 3 * SEALED_PIECE
    start, pieces = whole_file[:head], [whole_file[head + n * SEALED_PIECE :][:SEALED_PIECE] for n in range(3)]
    return {
        "one bit": whole_file[:-100] + bytes([whole_file[-100] ^ 1]) + whole_file[-99:],
        "cut in a piece": whole_file[:-10],
        "cut at a piece": whole_file[:-SEALED_PIECE],
        "all pieces cut": start,
        "pieces exchanged": start + pieces[1] + pieces[0] + pieces[2],
        "a piece twice": start + pieces[0] + pieces[0] + pieces[1] + pieces[2],
        "something added": whole_file + b"x",
        "another salt": whole_file[: head - 1] + bytes([whole_file[head - 1] ^ 1]) + whole_file[head:],
        "no head": whole_file[head:],
        "empty": b"",
    }[harm]


@pytest.mark.parametrize(
    "harm",
    ["one bit", "cut in a piece", "cut at a piece", "all pieces cut", "pieces exchanged", "a piece twice",
     "something added", "another salt", "no head", "empty"],
)  # fmt: skip
def test_a_file_that_was_harmed_does_not_open(harm):
    kept = files.store([content(3 * files.PIECE_BYTES)], place="papers/1")
    path = files.path_of(kept.name)
    path.write_bytes(harmed(harm, path.read_bytes()))
    with pytest.raises(Unreadable):
        whole(kept.name)


def test_each_piece_is_proven_before_it_is_given():
    kept = files.store([content(3 * files.PIECE_BYTES)], place="papers/1")
    path = files.path_of(kept.name)
    path.write_bytes(harmed("one bit", path.read_bytes()))
    given = files.read(kept.name, place="papers/1")
    assert next(given) == content(3 * files.PIECE_BYTES)[: files.PIECE_BYTES]
    next(given)
    with pytest.raises(Unreadable):
        next(given)


def test_a_file_put_under_another_s_name_does_not_open():
    mine, other = files.store([b"mine"], place="papers/1"), files.store([b"other"], place="papers/2")
    files.path_of(mine.name).write_bytes(files.path_of(other.name).read_bytes())
    with pytest.raises(Unreadable, match="别处"):
        whole(mine.name)


def test_the_place_in_the_head_cannot_be_rewritten():
    kept = files.store([b"other"], place="papers/2")
    path = files.path_of(kept.name)
    path.write_bytes(path.read_bytes().replace(b"papers/2", b"papers/1"))
    with pytest.raises(Unreadable):
        whole(kept.name)


def test_another_key_does_not_open_it(settings, tmp_path):
    kept = files.store([b"x"], place="papers/1")
    settings.KEYS_FILE = tmp_path / "others.json"
    keys.make()
    with pytest.raises(Unreadable, match="密钥"):
        whole(kept.name)


def test_a_source_that_fails_leaves_nothing_behind(settings):
    def failing():
        yield b"x" * 100_000
        raise OSError("the upload broke off")

    with pytest.raises(OSError, match="broke off"):
        files.store(failing(), place="papers/1")
    assert list(files.names()) == []
    assert [path for path in Path(settings.PAPERS_FOLDER).rglob("*") if path.is_file() and path.name != ".lock"] == []


def test_an_erased_file_is_gone_and_erasing_it_again_is_no_error():
    kept = files.store([b"x"], place="papers/1")
    files.remove(kept.name)
    files.remove(kept.name)
    with pytest.raises(FileNotFoundError):
        files.read(kept.name, place="papers/1")


def test_erasing_overwrites_the_bytes_before_they_are_unlinked(tmp_path):
    kept = files.store([content(200_000)], place="papers/1")
    path, before = files.path_of(kept.name), files.path_of(kept.name).read_bytes()
    (tmp_path / "same bytes").hardlink_to(path)
    files.remove(kept.name)
    after = (tmp_path / "same bytes").read_bytes()
    assert after[: len(before)] != before
    assert before[1000:1100] not in after


def draft_of(name: str) -> Path:
    """Leave behind what a process killed while it wrote the file leaves."""
    draft = files.path_of(name).with_name(f".{name}{files.ENDING}.0123abcd")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_bytes(content(100_000))
    return draft


def test_erasing_takes_along_what_a_killed_process_left_half_written(tmp_path):
    kept, other = files.store([b"x"], place="papers/1"), files.store([b"y"], place="papers/2")
    draft, others = draft_of(kept.name), draft_of(other.name)
    (tmp_path / "same bytes").hardlink_to(draft)
    files.remove(kept.name)
    assert not draft.exists()
    assert content(1000) not in (tmp_path / "same bytes").read_bytes()
    assert others.exists()
    assert whole(other.name, "papers/2") == b"y"


def test_the_daily_run_sweeps_half_written_files_away_but_none_of_today():
    kept = files.store([b"x"], place="papers/1")
    old, new = draft_of(kept.name), draft_of("b" * 32)
    long_ago = time.time() - 2 * 86_400
    os.utime(old, (long_ago, long_ago))
    jobs.daily(on=date(2026, 3, 2))
    assert (old.exists(), new.exists()) == (False, True)
    assert whole(kept.name) == b"x"


def test_a_file_erased_while_its_key_is_changed_stays_erased(monkeypatch):
    kept = files.store([b"x"], place="papers/1")
    keys.add_key()
    close = files._close_into

    def erased_meanwhile(*given):
        close(*given)
        files.remove(kept.name)

    monkeypatch.setattr(files, "_close_into", erased_meanwhile)
    files.close_anew(kept.name)
    assert list(files.names()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 33, "a/" + "a" * 30])
def test_a_name_that_is_none_of_the_store_is_refused(name):
    with pytest.raises(ValueError, match="no name"):
        files.path_of(name)


def test_a_large_file_takes_no_more_memory_than_a_small_one():
    def blocks():
        for _ in range(300):
            yield bytes(100_000)

    tracemalloc.start()
    kept = files.store(blocks(), place="papers/1")
    for _piece in files.read(kept.name, place="papers/1"):
        pass
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.size == 30_000_000
    assert peak < 2_000_000


def open_files(name):
    held = Path("/proc/self/fd").iterdir()
    return [one for one in held if one.is_symlink() and str(one.readlink()).endswith(name)]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux lists the open files of a process")
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_reader_who_goes_away_leaves_no_file_open(taken):
    kept = files.store([content(3 * files.PIECE_BYTES)], place="papers/1")
    pieces = files.read(kept.name, place="papers/1")
    for _piece in range(taken):
        next(pieces)
    assert open_files(files.path_of(kept.name).name)
    pieces.close()
    assert not open_files(files.path_of(kept.name).name)
