"""An anchors folder of each test's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def anchors_folder(tmp_path: Path, settings) -> Path:
    settings.ANCHORS_FOLDER = tmp_path / "anchors"
    return settings.ANCHORS_FOLDER
