"""A zip under a password, by AES-256 (the WinZip AE-2 form that 7-Zip, WinRAR, WPS and macOS tools open).

Data leave the house in such a file only. Key by PBKDF2, each file encrypted in counter mode and proven by its HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import struct
import zlib
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal

SHORTEST_PASSWORD = 10
SALT_BYTES, KEY_BYTES, PROOF_BYTES, MAC_BYTES = 16, 32, 2, 10
ROUNDS = 1000
"""Fixed by the form; the length of the password has to make up for it."""
_AES_EXTRA = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
"""Version AE-2, AES-256, deflated inside."""
_AES_METHOD = 99
_UTF8_AND_ENCRYPTED = 0x0801


def sealed_zip(files: Mapping[str, bytes], password: str, *, at: datetime) -> bytes:
    """Give a zip of the files, each closed under the password; refuses a password that is easily guessed."""
    check_password(password)
    made = io.BytesIO()
    directory = io.BytesIO()
    clock = at.hour << 11 | at.minute << 5 | at.second // 2
    day = max(at.year - 1980, 0) << 9 | at.month << 5 | at.day
    for name, content in files.items():
        body = _closed(content, password)
        path = name.encode()
        offset = made.tell()
        told = (
            51,
            _UTF8_AND_ENCRYPTED,
            _AES_METHOD,
            clock,
            day,
            0,
            len(body),
            len(content),
            len(path),
            len(_AES_EXTRA),
        )
        made.write(struct.pack("<4s5H3I2H", b"PK\x03\x04", *told) + path + _AES_EXTRA + body)
        directory.write(struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 51, *told, 0, 0, 0, 0, offset) + path + _AES_EXTRA)
    start, listed = made.tell(), directory.getvalue()
    made.write(listed)
    made.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(files), len(files), len(listed), start, 0))
    return made.getvalue()


def check_password(password: str) -> None:
    """Refuse a password that is short or of few different characters."""
    if len(password) < SHORTEST_PASSWORD or len(set(password)) < SHORTEST_PASSWORD // 2 or password.isdigit():
        raise Refusal(
            _(
                "文件密码至少 {least} 位, 不能只有数字, 也不能重复几个字符。请另想一个, 用电话等另一条途径告诉对方。"
            ).format(least=SHORTEST_PASSWORD)
        )


def _closed(content: bytes, password: str) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(content) + deflate.flush()
    salt = os.urandom(SALT_BYTES)
    derived = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, ROUNDS, 2 * KEY_BYTES + PROOF_BYTES)
    key, mac_key, proof = derived[:KEY_BYTES], derived[KEY_BYTES : 2 * KEY_BYTES], derived[2 * KEY_BYTES :]
    closed = _counted(packed, key)
    return salt + proof + closed + hmac.new(mac_key, closed, "sha1").digest()[:MAC_BYTES]


def _counted(packed: bytes, key: bytes) -> bytes:
    """Encrypt in counter mode with a little-endian counter from 1, as the form has it."""
    blocks = -(-len(packed) // 16)
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, blocks + 1))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  each counter block is different
    stream = (encryptor.update(counters) + encryptor.finalize())[: len(packed)]
    return (int.from_bytes(packed, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(packed), "big")
