"""An importer who may, and a target to import into."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from imports_of_tests import Rows, book, confirm, match, upload

from creditpolicy.language import use_language
from xinheng.intake.models import Import
from xinheng.intake.targets import TARGETS
from xinheng.org.models import Person


@pytest.fixture
def target() -> Iterator[Any]:
    """Departments can be imported into."""
    from departments_target import offer_departments

    yield offer_departments()
    TARGETS.pop("departments")
    use_language("zh-hans")


@pytest.fixture
def take_in(target: Any) -> Callable[..., Import]:
    """Import a workbook from end to end."""

    def taken(rows: Rows, *, by: Person, **options: str) -> Import:
        return confirm(match(upload(book(rows), by=by), by=by, **options), by=by)

    return taken
