"""A file by what it is, whatever its name says: workbook, text, or something that is no table."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from creditpolicy.tables.child import Kind
from creditpolicy.tables.confined.limits import MEBIBYTE, Limits
from creditpolicy.tables.confined.refused import Refused

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x09\x08\x10\x00", "ole"),
    (b"\x09\x08\x08\x00", "ole"),
    (b"\x09\x04\x06\x00", "ole"),
    (b"\x09\x02\x06\x00", "ole"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"%PDF", "pdf"),
    (b"Rar!", "packed"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
)
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body|table|meta|div|script|style)\b|\s*mime-version:",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<\?xml\b|\s*<workbook\b|\s*<office:document", re.IGNORECASE)
_TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".tab", ".dat", "")


@dataclass(frozen=True, slots=True)
class Source:
    """What a file is: a workbook (`kind` zip or ole) to be opened in a child process, or the bytes of a text.

    `misnamed` says that its name promised a workbook, and it is a text.
    """

    path: Path
    kind: Kind | None
    data: bytes = b""
    misnamed: bool = False


def identify(path: Path, limits: Limits) -> Source:
    """Look at the size and the first bytes of a file. Raises `Refused` for what is no table."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Refused("folder")
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError as error:
        raise Refused("absent") from error
    except (OSError, ValueError) as error:
        raise Refused("unreadable", error=getattr(error, "strerror", None) or "") from error
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Refused("empty")
    kind = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), "text")
    if kind in {"zip", "ole"}:
        _bound(size, limits.file_bytes)
        return Source(path, "zip" if kind == "zip" else "ole")
    if kind not in ("gzip", "text"):
        raise Refused(kind)
    _bound(size, limits.text_bytes)
    data = path.read_bytes() if kind == "text" else _unpacked(path.read_bytes(), limits)
    _refuse_markup(data[:4096])
    return Source(path, None, data, path.suffix.lower() not in _TEXT_ENDINGS)


def _bound(size: int, limit: int) -> None:
    if size > limit:
        raise Refused("too-large", size=-(-size // MEBIBYTE), limit=limit // MEBIBYTE)


def _unpacked(data: bytes, limits: Limits) -> bytes:
    """Unpack a gzip, of one member or several, up to the limit."""
    parts, left = [], limits.text_bytes
    try:
        while data:
            machine = zlib.decompressobj(wbits=31)
            parts.append(machine.decompress(data, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise Refused("unpacks-too-large")
            if not machine.eof:
                raise Refused("damaged")
            data = machine.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise Refused("damaged") from error
    return b"".join(parts)


def _refuse_markup(head: bytes) -> None:
    bare = head.removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        bare = head[2:].replace(b"\0", b"")
    if _HTML.match(bare):
        raise Refused("html")
    if _XML.match(bare):
        raise Refused("xml")
