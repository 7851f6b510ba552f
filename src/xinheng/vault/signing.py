"""Signatures that only a holder of the keys can make: whoever writes into the database alone cannot."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from xinheng.vault.keys import keys


def sign(message: bytes, purpose: str) -> str:
    """Give the signature of a message for one purpose, 64 hex letters. It does not change when keys are changed."""
    return hmac.new(_key(keys().index, purpose), message, hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _key(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, f"signature of {purpose}".encode(), hashlib.sha256).digest()
