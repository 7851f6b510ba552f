"""Blind indexes: a keyed digest by which an encrypted value is found, without the value being there."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from xinheng.vault.keys import keys


def normalised(value: str) -> str:
    """Write a number in one way: half-width, capitals, without blanks and hyphens."""
    plain = unicodedata.normalize("NFKC", value).upper()
    return "".join(letter for letter in plain if not letter.isspace() and letter not in "-‐‑–—.·()")


def blind(value: str | None, purpose: str) -> str | None:
    """Give the index of a value for one purpose ("customers.uscc"), 64 hex letters; None where there is no value.

    The purpose keeps indexes apart: the same number in two columns gives two indexes that nobody can join.
    """
    plain = normalised(value or "")
    if not plain:
        return None
    return hmac.new(keys().index, f"{purpose}\0{plain}".encode(), hashlib.sha256).hexdigest()
