"""Nothing exported runs as a formula, and what was exported reads back."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creditpolicy.model import Kind
from creditpolicy.tables import Column, read_table
from creditpolicy.tables.exports import safe_text, write_csv

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tx",
    " =1",
    "\u00a0=1",
    "\u3000=1",
    "\ufeff=1",
    "\u200b=1",
    "'=1",
    "''=1",
    "=cmd|' /C calc'!A0",
    "−1",
    "﹣1",
    '=HYPERLINK("http://x")',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_might_run_gets_an_apostrophe(text):
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["甲公司", "a=b", "", "'quoted", "100", "1-2", "（=1）", "it's"])
def test_an_ordinary_text_stays_as_it_is(text):
    assert safe_text(text) == text


def test_a_csv_opens_in_excel_and_keeps_every_text_a_text(tmp_path):
    table = pa.table(
        {
            "=名称": pa.array([*HOSTILE, "a;=1", 'x",=1', None]),
            "额": pa.array([Decimal("-12.50")] * (len(HOSTILE) + 3), pa.decimal128(18, 2)),
            "日": [datetime.date(2024, 1, 5)] * (len(HOSTILE) + 3),
            "新": [True, None, False, *[None] * len(HOSTILE)],
        }
    )
    write_csv(tmp_path / "out.csv", table)
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["'=名称", "额", "日", "新"]
    assert rows[1] == ["'=1+1", "-12.50", "2024-01-05", "是"]
    assert not any(row[0][:1] in tuple("=+-@＝＋－＠\t\r\n") and row[0] for row in rows)
    # Every text is quoted, so that a spreadsheet with another list separator cannot cut one open.
    assert '"a;=1"' in content.decode("utf-8-sig")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(pa.ArrowInvalid):
        write_csv(tmp_path / "out.csv", pa.table({"a": [[1, 2]]}))
    assert (tmp_path / "out.csv").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8), min_size=1, max_size=6)
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_exported_reads_back(tmp_path, texts):
    wanted = [
        Column("customer_id", ("客户编号",), Kind.ID),
        Column("name", ("名称",), Kind.TEXT),
        Column("rent", ("累计租赁额",), Kind.AMOUNT, 2),
    ]
    table = pa.table(
        {
            "客户编号": [f"C{index}" for index in range(len(texts))],
            "名称": texts,
            "累计租赁额": pa.array([Decimal("-1.25")] * len(texts), pa.decimal128(18, 2)),
        }
    )
    write_csv(tmp_path / "out.csv", table)
    reading = read_table(tmp_path / "out.csv", wanted)
    direct = read_table_of(texts, wanted)
    assert reading.table.column("name").to_pylist() == direct
    assert set(reading.table.column("rent").to_pylist()) == {Decimal("-1.25")}


def read_table_of(texts, wanted):
    """Read the same texts without a file between."""
    from creditpolicy.tables.bulk import read_column

    return read_column(texts, wanted[1]).array.to_pylist()
