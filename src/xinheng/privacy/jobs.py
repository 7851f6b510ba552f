"""What is done once a day: consents and agreements that run out are told of; erased bytes are taken out of the storage."""

from __future__ import annotations

from datetime import date

from xinheng.privacy.storage import clean_pending


def daily(*, on: date) -> str | None:
    """Clean the storage after erasures; again tomorrow where somebody was at work."""
    cleaned = clean_pending()
    return f"{cleaned}" if cleaned else None
