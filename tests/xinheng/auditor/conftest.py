"""An anchors folder of each test's own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def anchors_folder(tmp_path: Path, settings) -> Path:
    settings.ANCHORS_FOLDER = tmp_path / "anchors"
    return settings.ANCHORS_FOLDER
