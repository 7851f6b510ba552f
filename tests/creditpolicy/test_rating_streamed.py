"""A file too large for memory is streamed; nobody may tell from a customer's points how large his file was."""

from __future__ import annotations

import datetime
import math
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import creditpolicy
from creditpolicy.problems import Refusal
from creditpolicy.reader import read_policy, shipped
from small_policy import HEAD, POLICY, ROWS

DAY = datetime.date(2026, 11, 21)
SMALL = read_policy(POLICY)
PACKS = Path(creditpolicy.__file__).parent / "packs"


def table() -> pa.Table:
    """The customers of the small policy."""
    return pa.table({name: [row[index] for row in ROWS] for index, name in enumerate(HEAD)})


def outcomes(policy: Any, path: Path, monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[list[tuple[Any, ...]]]:
    """What each customer gets in memory, and streamed."""
    found = []
    for most in (10**6, 0):
        monkeypatch.setattr("creditpolicy.customers.reading.IN_MEMORY", most)
        result = creditpolicy.rate(policy, path, as_of=DAY, **more)
        assert (result.run.rated is None) == (most == 0)
        found.append(
            [(c.row, c.customer_id, c.facts, c.total, c.grade, c.limit, c.vetoes, c.items, c.problems) for c in result]
        )
    return found


def same_either_way(policy: Any, source: pa.Table, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that a table gives the same in memory and streamed."""
    path = folder / "customers.parquet"
    pq.write_table(source, path)
    in_memory, streamed = outcomes(policy, path, monkeypatch)
    assert streamed == in_memory


@pytest.mark.parametrize("pack", shipped())
def test_every_sample_is_rated_the_same_streamed(pack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sample.csv", "sample_problems.csv"):
        source = PACKS / pack / name
        if source.is_file():
            rows = duckdb.connect().read_csv(str(source), all_varchar=True, header=True).to_arrow_table()
            same_either_way(pack, rows, tmp_path, monkeypatch)


ODD_COLUMNS = {
    "texts": ("sales", ["1000万", "5,000,000.55", "￥9999999.99", "１００", "很多"]),
    "blanks": ("sales", ["1e7", "  ", "N/A", "-", "12%"]),
    "out of range": ("sales", ["10000000", "5000000", "500000000", "1", "-1"]),
    "infinite": ("sales", [1e7, math.nan, -0.0, -math.inf, math.inf]),
    "shares": ("debt", ["30%", "0.4", "７０％", "五成", "600%"]),
    "fractions": ("late_days", [0.5, 1.0, 31.0, 1e9, math.nan]),
    "whole numbers": ("sales", [10**7, 2**62, -1, 0, None]),
    "true and false": ("sales", [True, False, None, True, False]),
    "moments": ("sales", [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)] * 5),
    "flags in words": ("cheated", ["是", "否", "Y", "×", "也许"]),
    "flags in numbers": ("cheated", [0, 1, 1, 0, None]),
    "flags in doubles": ("cheated", [0.0, 1.0, 0.0, 2.0, None]),
    "choices": ("service", ["优 ", " 良", "优秀", "差", "无"]),
    "numbers for choices": ("service", [1, 2, 3, 4, 5]),
    "ids in numbers": ("customer_id", [1, 2, 3, 4, 2]),
    "ids in doubles": ("customer_id", [1.0, 2.0, 2.5, None, 9.13e17]),
    "ids in odd writing": ("customer_id", ["001", "001 ", "００１", "", "9.13E+17"]),
    "numbers for names": ("name", [1, 2, 3, 4, None]),
    "fine decimals": ("sales", [Decimal("1.005"), Decimal("1.004"), Decimal("2.5"), Decimal("1e8"), Decimal("0.001")]),
}


@pytest.mark.parametrize("case", ODD_COLUMNS)
def test_every_odd_way_of_writing_means_the_same_streamed(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, values = ODD_COLUMNS[case]
    same_either_way(SMALL, table().set_column(HEAD.index(name), name, pa.array(values)), tmp_path, monkeypatch)


@pytest.mark.parametrize("width", [pa.float64(), pa.float32()])
def test_binary_numbers_come_to_the_same_decimals_streamed(
    width: pa.DataType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(7)
    known = [2.675, 1.005, 0.1 + 0.2, 1e-7, -0.0, 1e8, 99999999.995, 2.6749999999999998, 5e-324, math.nan, 1e8 + 1e-7]
    ways = [
        lambda: draw.choice(known),
        draw.random,
        lambda: draw.uniform(0, 1e8),
        lambda: draw.randrange(10**6) / 8,
        lambda: round(draw.uniform(0, 1000), 3),
    ]
    count = 2_000
    columns = {
        name: [draw.choice(ways)() for _row in range(count)] for name in ("sales", "debt", "judged", "late_days")
    }
    source = pa.table(
        {
            "customer_id": [f"C{row}" for row in range(count)],
            **{name: pa.array(values).cast(width) for name, values in columns.items()},
            "service": ["优"] * count,
            "cheated": [False] * count,
        }
    )
    same_either_way(SMALL, source, tmp_path, monkeypatch)


def test_what_is_written_is_the_same_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "customers.parquet"
    pq.write_table(table().set_column(6, "late_days", pa.array(["0", "31", None, "abc", "0"])), source)
    written = []
    for most in (10**6, 0):
        monkeypatch.setattr("creditpolicy.customers.reading.IN_MEMORY", most)
        result = creditpolicy.rate(SMALL, source, as_of=DAY)
        files = [result.write(tmp_path / f"out.{ending}") for ending in ("json", "csv", "parquet")]
        rows = sorted(duckdb.connect().read_parquet(str(files[2])).fetchall(), key=str)
        written.append(
            (
                files[0].read_bytes(),
                files[1].read_bytes(),
                rows,
                result.grade_table,
                result.costs,
                result.problem_counts,
            )
        )
    assert written[0] == written[1]


def test_a_file_that_changes_or_goes_before_the_result_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditpolicy.customers.reading.IN_MEMORY", 0)
    source = tmp_path / "cus'tomers.parquet"
    pq.write_table(table(), source)
    monkeypatch.chdir(tmp_path)
    result = creditpolicy.rate(SMALL, source.name, as_of=DAY)
    monkeypatch.chdir("/")
    assert len(list(result)) == 5
    pq.write_table(table().slice(1), source)
    with pytest.raises(Refusal, match="移走或改动"):
        list(result)
    source.unlink()
    with pytest.raises(Refusal, match="移走或改动"):
        result.write(tmp_path / "out.json")


def test_a_column_too_odd_for_a_large_file_is_refused_naming_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditpolicy.customers.reading.IN_MEMORY", 0)
    monkeypatch.setattr("creditpolicy.customers.streamed.ODD", 3)
    source = tmp_path / "customers.parquet"
    pq.write_table(table().set_column(2, "sales", pa.array(["1万", "2万", "3万", "4万", "5"])), source)
    with pytest.raises(Refusal, match="年销售额"):
        creditpolicy.rate(SMALL, source, as_of=DAY)


def test_a_column_named_as_the_row_number_is_refused_not_mistaken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditpolicy.customers.reading.IN_MEMORY", 0)
    source = tmp_path / "customers.parquet"
    pq.write_table(table().append_column("file_row_number", pa.array([9] * 5)), source)
    with pytest.raises(Refusal, match="不能用"):
        creditpolicy.rate(SMALL, source, as_of=DAY)
