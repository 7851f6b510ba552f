"""The encrypted store of files, in `settings.PAPERS_FOLDER`: written whole or not at all, read back piece by piece.

A file is closed in pieces of 64 KiB with a key of its own (derived from the current key and 16 random bytes). Each
piece is bound to the file's head, its number, and whether it is the last: pieces cannot be changed, put in another
order, left out at the end, or moved to another file. The head holds the `place` in clear ("papers.document/<uid>"),
so that a file put under another's name does not open, and so that keys can be changed without asking whose it is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import struct
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from xinheng.vault.crypto import Unreadable, key_named
from xinheng.vault.keys import keys

MARK = b"XHF1"
PIECE_BYTES = 64 * 1024
SALT_BYTES = 16
TAG_BYTES = 16
ENDING = ".xhf"


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: its name in the store, and size and SHA-256 of the plain bytes."""

    name: str
    size: int
    sha256: str


def store(source: BinaryIO | Iterable[bytes], *, place: str) -> Kept:
    """Close and store what `source` gives, for one place; nothing is there until all of it is."""
    name = secrets.token_hex(16)
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size, digest = 0, hashlib.sha256()

    def counted() -> Iterator[bytes]:
        nonlocal size
        for block in _blocks(source):
            size += len(block)
            digest.update(block)
            yield block

    with _draft(target) as draft:
        _close_into(draft, counted(), place)
    return Kept(name, size, digest.hexdigest())


def read(name: str, *, place: str) -> Iterator[bytes]:
    """Give the plain bytes piece by piece, each proven before it is given; raises Unreadable, also where the end lacks.

    A file that is not there raises FileNotFoundError at once, not at the first piece.
    """
    return _Pieces(path_of(name).open("rb"), place)


class _Pieces(Iterator[bytes]):
    """The pieces of an open file, which is closed after the last one, or by whoever asks for no more, or for none."""

    def __init__(self, file: BinaryIO, place: str) -> None:
        self._file = file
        self._opened = _opened(file, place)

    def __next__(self) -> bytes:
        try:
            return next(self._opened)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; a response does so when the reader has gone."""
        self._opened.close()
        self._file.close()

    def __del__(self) -> None:
        self.close()


def remove(name: str) -> None:
    """Erase a file, and what a killed process left half written of it: noise first, then unlinked; no error where it is gone.

    On media that write elsewhere (SSD, copying file systems) the noise proves nothing; the ciphertext without its key does.
    """
    path = path_of(name)
    with _alone():
        for one in (path, *path.parent.glob(f".{path.name}.*")):
            _erase(one)


def sweep(*, older_than: datetime) -> int:
    """Erase what processes killed in the middle of writing left behind before a moment; gives how many. For the daily run."""
    left = [
        one
        for one in Path(settings.PAPERS_FOLDER).glob(f"??/.*{ENDING}.*")
        if one.stat().st_mtime < older_than.timestamp()
    ]
    with _alone():
        for one in left:
            _erase(one)
    return len(left)


def _erase(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            for start in range(0, path.stat().st_size, PIECE_BYTES):
                file.seek(start)
                file.write(os.urandom(PIECE_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return


def close_anew(name: str) -> bool:
    """Close a file with the current key; say whether there was anything to do. A file erased meanwhile stays erased."""
    path = path_of(name)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False
    with file:
        _head, key_id, _salt, place = _read_head(file)
        if key_id == keys().current.id:
            return False
        file.seek(0)
        with _draft(path, only_if_there=True) as draft:
            _close_into(draft, _opened(file, place), place)
    return True


def names() -> Iterator[str]:
    """Give the name of every stored file."""
    for path in sorted(Path(settings.PAPERS_FOLDER).glob(f"??/*{ENDING}")):
        yield path.name.removesuffix(ENDING)


def key_id_of_file(name: str) -> str | None:
    """Give the name of the key that closed a file; None where it is gone."""
    try:
        with path_of(name).open("rb") as file:
            return _read_head(file)[1]
    except FileNotFoundError:
        return None


def path_of(name: str) -> Path:
    """Give where a file lies; the name is hexadecimal and nothing else."""
    if len(name) != 32 or not set(name) <= set("0123456789abcdef"):
        raise ValueError(f"{name!r} is no name of this store")
    return Path(settings.PAPERS_FOLDER) / name[:2] / (name + ENDING)


def _blocks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if hasattr(source, "read"):
        while block := source.read(PIECE_BYTES):
            yield block
    else:
        yield from source


def _pieces(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Cut into pieces of one size; say of each whether it is the last. An empty file is one empty piece."""
    held = b""
    for block in blocks:
        held += block
        while len(held) > PIECE_BYTES:
            yield held[:PIECE_BYTES], False
            held = held[PIECE_BYTES:]
    yield held, True


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt, b"xinheng file").derive(secret))


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">3xQB", number, last)


def _close_into(draft: BinaryIO, blocks: Iterable[bytes], place: str) -> None:
    key, salt = keys().current, os.urandom(SALT_BYTES)
    head = MARK + struct.pack(">BH", len(key.id), len(place.encode())) + key.id.encode() + place.encode() + salt
    cipher = _cipher(key.secret, salt)
    draft.write(head)
    draft.writelines(
        cipher.encrypt(_nonce(number, last), piece, head) for number, (piece, last) in enumerate(_pieces(blocks))
    )


def _read_head(file: BinaryIO) -> tuple[bytes, str, bytes, str]:
    start = file.read(len(MARK) + 3)
    if len(start) < len(MARK) + 3 or not start.startswith(MARK):
        raise Unreadable(_("这不是加密存放的文件, 或它的开头已损坏。"))
    key_bytes, place_bytes = struct.unpack(">BH", start[len(MARK) :])
    key_id, place, salt = file.read(key_bytes), file.read(place_bytes), file.read(SALT_BYTES)
    head = start + key_id + place + salt
    return head, key_id.decode(errors="replace"), salt, place.decode(errors="replace")


def _opened(file: BinaryIO, place: str) -> Generator[bytes, None, None]:
    head, key_id, salt, named = _read_head(file)
    if named != place:
        raise Unreadable(_("{place}: 存放的文件属于别处 ({named}), 不能打开。").format(place=place, named=named))
    cipher = _cipher(key_named(key_id).secret, salt)
    piece = file.read(PIECE_BYTES + TAG_BYTES)
    number = 0
    while True:
        following = file.read(PIECE_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, not following), piece, head)
        except (InvalidTag, ValueError):
            raise Unreadable(_("{place}: 存放的文件打不开: 被改动、截短, 或密钥不对。").format(place=place)) from None
        if not following:
            return
        piece, number = following, number + 1


@contextmanager
def _draft(target: Path, *, only_if_there: bool = False) -> Iterator[BinaryIO]:
    """Write beside the target and put it in place at the end, on the disk for certain."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _alone():
            if not only_if_there or target.exists():
                draft.replace(target)
                _sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody erase while another puts a file in place."""
    folder = Path(settings.PAPERS_FOLDER)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
