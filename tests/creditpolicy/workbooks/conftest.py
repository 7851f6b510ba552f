"""What the tests of workbooks share: a result of the small policy, and ways to read a workbook back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

import creditpolicy
from creditpolicy.reader import read_policy
from creditpolicy.workbooks import write_workbook
from read_back import DAY, customers
from small_policy import POLICY, ROWS


@pytest.fixture(scope="module")
def result() -> creditpolicy.Result:
    """The small policy on its five customers; the fifth lacks facts and is refused."""
    return creditpolicy.rate(read_policy(POLICY), customers(), as_of=DAY)


@pytest.fixture(scope="module")
def written(result: creditpolicy.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result workbook of `result`."""
    path = tmp_path_factory.mktemp("result") / "结果.xlsx"
    write_workbook(result, path)
    return path


@pytest.fixture(scope="module")
def workbook(written: Path) -> Iterator[Workbook]:
    """The result workbook read back."""
    opened = openpyxl.load_workbook(written)
    yield opened
    opened.close()


@pytest.fixture
def rated(tmp_path: Path) -> Callable[..., Workbook]:
    """Rates rows by the small policy (or `policy`), writes the workbook, and reads it back."""

    def rate(rows: tuple[tuple[object, ...], ...] = ROWS, policy: str = POLICY) -> Workbook:
        path = tmp_path / "result.xlsx"
        write_workbook(creditpolicy.rate(read_policy(policy), customers(rows), as_of=DAY), path)
        return openpyxl.load_workbook(path)

    return rate
