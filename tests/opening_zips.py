"""Open a zip under a password (WinZip AE-2), by the published form: another way than it was written."""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def opened(content: bytes, password: str) -> dict[str, bytes]:
    """Give the files; raises ValueError where the password is wrong or a byte was changed."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            assert entry.compress_type == 99
            assert entry.flag_bits & 1
            assert struct.unpack("<HHH2sBH", entry.extra) == (0x9901, 7, 2, b"AE", 3, 8)
            found[entry.filename] = _open(content, entry, password)
    return found


def _open(content: bytes, entry: zipfile.ZipInfo, password: str) -> bytes:
    name, extra = struct.unpack("<HH", content[entry.header_offset + 26 : entry.header_offset + 30])
    start = entry.header_offset + 30 + name + extra
    body = content[start : start + entry.compress_size]
    salt, proof, closed, mac = body[:16], body[16:18], body[18:-10], body[-10:]
    derived = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    if derived[64:] != proof:
        raise ValueError("wrong password")
    if hmac.new(derived[32:64], closed, "sha1").digest()[:10] != mac:
        raise ValueError("changed")
    plain = b""
    for number, at in enumerate(range(0, len(closed), 16), 1):
        cipher = Cipher(algorithms.AES(derived[:32]), modes.ECB()).encryptor()
        stream = cipher.update(struct.pack("<QQ", number, 0)) + cipher.finalize()
        plain += bytes(a ^ b for a, b in zip(closed[at : at + 16], stream, strict=False))
    unpacked = zlib.decompress(plain, -15)
    assert len(unpacked) == entry.file_size
    return unpacked
