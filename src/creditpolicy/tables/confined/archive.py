"""The zip around a workbook, looked at before anything in it is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .limits import MEBIBYTE, Limits
from .refused import Refused

CHUNK = 1 << 18
_END = struct.Struct("<4s4H2LH")
_DIRECTORY_BYTES_PER_ENTRY = 1024
_ENCRYPTED = 0x1


class Archive:
    """A zip that has passed the scan; entries by path, read in chunks under a common allowance."""

    def __init__(self, path: Path, limits: Limits) -> None:
        _check_end(path, limits)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError) as error:
            raise Refused("damaged") from error
        self._allowance = limits.unpacked_bytes
        infos = self._zip.infolist()
        _check_entries(infos, limits, path.stat().st_size)
        # Some programs write parts with backslashes, or with another case than their relations say.
        self._entries = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}
        if len(self._entries) != len(infos):
            raise Refused("doubled-entries")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    @property
    def names(self) -> list[str]:
        """The paths of the entries, in lower case."""
        return list(self._entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give the content of one entry, piece by piece, and refuse more than the allowance in all."""
        info = self._entries.get(name.lower())
        if info is None:
            raise Refused("part-missing", part=name)
        try:
            with self._zip.open(info) as stream:
                yield from self._counted(stream)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise Refused("damaged") from error

    def _counted(self, stream: IO[bytes]) -> Iterator[bytes]:
        while chunk := stream.read(CHUNK):
            self._allowance -= len(chunk)
            if self._allowance < 0:
                raise Refused("unpacks-too-large")
            yield chunk


def _check_end(path: Path, limits: Limits) -> None:
    """Refuse a zip of too many entries before its directory is read into memory."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 65_557))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Refused("damaged")
    _signature, _disk, _start, _here, entries, directory, _offset, _comment = _END.unpack_from(tail, at)
    if entries > limits.entries or directory > limits.entries * _DIRECTORY_BYTES_PER_ENTRY:
        raise Refused("too-many-entries", limit=limits.entries)


def _check_entries(infos: list[zipfile.ZipInfo], limits: Limits, size: int) -> None:
    if len(infos) > limits.entries:
        raise Refused("too-many-entries", limit=limits.entries)
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.flag_bits & _ENCRYPTED:
            raise Refused("encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("odd-compression")
        if info.header_offset < end or info.header_offset + info.compress_size > size:
            raise Refused("overlapping-entries")
        # A local header has at least 30 bytes and the name; entries that share bytes are a known kind of bomb.
        end = info.header_offset + 30 + info.compress_size
        if info.file_size > MEBIBYTE and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise Refused("bomb", part=info.filename[:80], ratio=info.file_size // max(info.compress_size, 1))
    if sum(info.file_size for info in infos) > limits.unpacked_bytes:
        raise Refused("unpacks-too-large")
