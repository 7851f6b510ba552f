"""The one way a line of the record is written as bytes, its signature at writing, and its print in a seal."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from xinheng.vault.signing import sign

SIGNED = (
    "at", "actor_id", "actor_name", "on_behalf_of", "act", "is_look", "subject_type", "subject_id", "subject_label",
    "about_type", "about_id", "why", "clause", "before", "after", "channel", "address", "session",
)  # fmt: skip
"""The columns that are signed, in the order they are written. One that is added later goes to the end."""
PRINT_BYTES = 8
NONCE_LETTERS = 16


def written(values: Mapping[str, Any]) -> bytes:
    """Write the signed columns as bytes: the same at writing and when read back, on every engine."""
    told = [values[name] for name in SIGNED]
    told[0] = told[0].astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(values: Mapping[str, Any]) -> str:
    """Sign a line: 16 letters that make it the only one of its kind, and the signature of both together."""
    nonce = secrets.token_hex(NONCE_LETTERS // 2)
    return nonce + sign(nonce.encode() + written(values), "audit.entry")


def is_genuine(values: Mapping[str, Any], signature: str) -> bool:
    """Say whether the application wrote the line as it stands."""
    nonce = signature[:NONCE_LETTERS]
    right = nonce + sign(nonce.encode() + written(values), "audit.entry")
    return hmac.compare_digest(right, signature)


def line_hash(number: int, values: Mapping[str, Any], signature: str) -> bytes:
    """Give the SHA-256 of a line with its number; needs no key, so that a stranger can verify a copy."""
    return hashlib.sha256(f"{number}\n{signature}\n".encode() + written(values)).digest()


def prints(hashes: list[bytes]) -> str:
    """Write the first eight bytes of each hash: by them a seal knows which of its lines was changed."""
    return base64.b64encode(b"".join(one[:PRINT_BYTES] for one in hashes)).decode()


def prints_of(text: str) -> list[bytes]:
    """Read what `prints` wrote; empty where it is spoilt."""
    try:
        whole = base64.b64decode(text, validate=True)
    except ValueError:
        return []
    return [whole[start : start + PRINT_BYTES] for start in range(0, len(whole), PRINT_BYTES)]


def plain(value: Any) -> Any:
    """Make what goes into before and after the same on every engine: text, whole numbers, flags, lists, mappings.

    Decimals, days and times become text. A binary float is refused: it reads back as another number.
    """
    match value:
        case None | bool() | int():
            return value
        case str() | Promise():
            return text(str(value))
        case Decimal():
            return f"{value:f}"
        case datetime() | date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {text(str(name)): plain(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
        case _:
            raise TypeError(f"the record takes text, whole numbers and decimals, not {type(value).__name__}")


def text(value: str, at_most: int | None = None) -> str:
    """Make a text that every engine keeps as it is: without NUL and half characters, cut to what the column holds."""
    whole = value.replace("\0", "␀").encode("utf-8", "replace").decode()
    return whole if at_most is None else whole[:at_most]
