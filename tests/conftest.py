"""What the tests share: where the real data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data that may be read but not shipped; tests that need it skip, and say so, without it."""
    folder = Path(os.environ.get("XINHENG_SHARED", REPO.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real data (shared/data) is absent: set XINHENG_SHARED to run this test")
    return folder
