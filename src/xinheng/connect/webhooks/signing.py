"""Signatures of what is sent, by the Standard Webhooks scheme: id, time and body under HMAC-SHA256.

The receiver computes the same with his copy of the secret and takes nothing whose time is more than five minutes off,
so that what somebody listened in on cannot be sent to him again later.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"


def new_secret() -> str:
    """Make a secret of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers_of(secrets_in_use: Sequence[str], number: str, seconds: int, body: bytes) -> dict[str, str]:
    """Give the headers by which a receiver knows who sent `body`, and that it is not old: a signature for each secret."""
    signatures = " ".join(f"v1,{signature(secret, number, seconds, body)}" for secret in secrets_in_use)
    return {"webhook-id": number, "webhook-timestamp": str(seconds), "webhook-signature": signatures}


def signature(secret: str, number: str, seconds: int, body: bytes) -> str:
    """Give the signature of one message under one secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{number}.{seconds}.".encode() + body, hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()
