"""Closing and opening bytes: AES-256-GCM, bound to the place where they lie, with the key's name in front.

The `place` (table, column and row; or a file) goes in as associated data: a ciphertext moved elsewhere does not open.
Nothing that fails to open is ever handed back in another form.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from xinheng.vault.keys import Key, keys

MARK = b"X1"
NONCE_BYTES = 12


class Unreadable(Exception):
    """Something closed that does not open: another key, a changed ciphertext, or one that was moved here."""


def encrypt(plain: bytes, place: str) -> bytes:
    """Close `plain` with the current key for one place: mark, length and name of the key, nonce, ciphertext with tag."""
    key = keys().current
    head = head_of(key.id)
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + AESGCM(key.secret).encrypt(nonce, plain, head + place.encode())


def decrypt(closed: bytes, place: str) -> bytes:
    """Open what was closed for this very place; raises Unreadable."""
    key_id = key_id_of(closed)
    head = head_of(key_id)
    nonce, body = closed[len(head) : len(head) + NONCE_BYTES], closed[len(head) + NONCE_BYTES :]
    try:
        return AESGCM(key_named(key_id).secret).decrypt(nonce, body, head + place.encode())
    except (InvalidTag, ValueError):
        raise Unreadable(
            _("{place}: 密文打不开: 被改动过, 或是从别处移来的, 或密钥不对。").format(place=place)
        ) from None


def head_of(key_id: str) -> bytes:
    """Give how everything begins that this key closed."""
    return MARK + bytes([len(key_id)]) + key_id.encode()


def key_id_of(closed: bytes) -> str:
    """Give the name of the key that closed it."""
    if closed[:2] != MARK or len(closed) < 3 or len(closed) < 3 + closed[2]:
        raise Unreadable(_("这不是加密的内容。"))
    return closed[3 : 3 + closed[2]].decode("ascii", errors="replace")


def key_named(key_id: str) -> Key:
    """Give the key of this name; raises Unreadable where it is not held."""
    key = keys().by_id.get(key_id)
    if key is None:
        raise Unreadable(_("密钥 {id} 不在密钥文件中, 用它加密的内容打不开。请放回旧的密钥文件。").format(id=key_id))
    return key
