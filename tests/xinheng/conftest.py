"""The command called in this process, in Chinese unless a test says otherwise, and the samples that are shipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from calling import PACKS, Call, Called
from creditpolicy.language import use_language
from xinheng.cli import run

collect_ignore = [
    "audit/test_spans.py", "demo", "papers/test_contents.py", "printing", "privacy/test_sealed_zip.py",
    "test_columns.py", "upkeep/test_proxies.py", "vault/test_files.py", "vault/test_keys.py",
    "vault/test_masking.py", "workflow/test_outgoing.py",
] if os.environ.get("XINHENG_TEST_DATABASE") == "postgres" else []  # fmt: skip
"""What touches no database, and the demo, which is made on SQLite: held once."""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Call the command in this process, in Chinese unless `lang` says otherwise."""

    def calling(*words: str | Path, lang: str = "zh-hans") -> Called:
        monkeypatch.setenv("XINHENG_LANG", lang)
        code = run([str(word) for word in words])
        printed = capsys.readouterr()
        return Called(code, printed.out, printed.err)

    yield calling
    use_language("zh-hans")


@pytest.fixture(autouse=True)
def in_chinese() -> None:
    """Begin each test in Simplified Chinese, whatever language the one before it left behind."""
    from django.utils import translation

    translation.activate("zh-hans")
    use_language("zh-hans")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget the figures of the last test's customers: in life keys are not given twice, in tests they are."""
    from django.apps import apps

    if apps.ready:
        from xinheng.ratings import portfolio

        portfolio._kept.clear()


@pytest.fixture(autouse=True)
def crash_points() -> None:
    """Crash every act at every write, the first time that a test calls it."""
    from django.apps import apps

    if apps.ready:
        from crash_points import watch_acts

        watch_acts()


@pytest.fixture
def leasing() -> Path:
    """Give the shipped sample of 32 customers, all of whom can be rated."""
    return PACKS / "leasing" / "sample.csv"


@pytest.fixture
def problems() -> Path:
    """Give the shipped sample of rows that cannot all be rated."""
    return PACKS / "leasing" / "sample_problems.csv"
