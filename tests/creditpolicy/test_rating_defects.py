"""What went wrong in the systems of others, and what clumsy hands do: none of it may happen here."""

from __future__ import annotations

import datetime
import json
import math
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import creditpolicy
from creditpolicy.problems import Refusal
from creditpolicy.reader import read_policy
from small_policy import HEAD, POLICY, ROWS

DAY = datetime.date(2026, 11, 21)
SMALL = read_policy(POLICY)
GOOD = ("900", "子公司", "10000000", "0.3", "优", "20", "0", True, False)


def table(rows: Any = ROWS) -> pa.Table:
    """Customers of the small policy."""
    return pa.table({name: [row[index] for row in rows] for index, name in enumerate(HEAD)})


def with_column(name: str, values: list[Any] | pa.Array) -> pa.Table:
    """The five customers with one column given anew."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    return table().set_column(HEAD.index(name), name, array)


def rate(source: Any, **more: Any) -> creditpolicy.Result:
    """Rate by the small policy."""
    return creditpolicy.rate(SMALL, source, as_of=DAY, **more)


def outcome(result: creditpolicy.Result) -> list[tuple[Any, ...]]:
    """What a customer lives by."""
    return [(c.customer_id, c.total, c.grade, c.limit, tuple(p.code for p in c.problems)) for c in result]


@pytest.fixture(scope="module")
def result() -> creditpolicy.Result:
    """The five customers rated."""
    return rate(table())


# What went wrong elsewhere -------------------------------------------------------------------------------------------


def test_the_top_of_the_last_band_belongs_to_it() -> None:
    full = rate(table([GOOD]).set_column(3, "debt", pa.array(["5"])))
    assert full.explain("900").items[1].points == Decimal("0.00")
    best = rate(table([GOOD])).explain("900")
    assert (best.total, best.grade) == (Decimal("105.00"), "A")


def test_a_missing_fact_never_becomes_zero() -> None:
    for name in ("sales", "debt", "service", "judged"):
        refused = rate(with_column(name, [None, *table().column(name).to_pylist()[1:]])).explain("001")
        assert (refused.total, refused.grade, refused.limit) == (None, None, None)
        assert name in refused.problems[0].facts


def test_a_limit_of_zero_is_zero_and_no_limit_is_nothing(tmp_path: Path) -> None:
    policy = read_policy(POLICY.replace("{grade: C, limit: 0, cash_only: true", "{grade: C, cash_only: true"))
    zero, none = rate(table()), creditpolicy.rate(policy, table(), as_of=DAY)
    written = [json.loads(each.write(tmp_path / "out.json").read_text(encoding="utf-8"))[1] for each in (zero, none)]
    assert [row["limit"] for row in written] == ["0.00", None]
    cells = []
    for each in (zero, none):
        sheet = openpyxl.load_workbook(each.write(tmp_path / "out.xlsx"))["结果"]
        head = next(row for row in sheet.iter_rows() if any(str(cell.value).startswith("客户编号") for cell in row))
        column = next(cell.column for cell in head if str(cell.value).startswith("额度"))
        row = next(row for row in sheet.iter_rows(min_row=head[0].row + 1) if row[0].value == "002")
        cells.append(row[column - 1].value)
    assert cells[0] == 0
    assert cells[1] in (None, "", "-", "—")


def test_no_refusal_says_nothing() -> None:
    rows = [
        (*ROWS[0][:2], "abc", *ROWS[0][3:]),
        (*ROWS[1][:3], "7", *ROWS[1][4:]),
        (*ROWS[2][:4], None, *ROWS[2][5:]),
        (None, *ROWS[3][1:]),
        ROWS[4],
        ROWS[4],
    ]
    refused = rate(table(rows)).refused
    assert len(refused) == 6
    for customer in refused:
        assert customer.problems
        for problem in customer.problems:
            assert problem.what
            assert problem.fix
            assert problem.facts
            assert problem.where.row == customer.row
            assert "None" not in str(problem)
            assert "Error" not in str(problem)


def test_a_row_refused_as_it_was_read_has_no_points_at_all(tmp_path: Path) -> None:
    # `late_days` gives 0 where it is missing: an unreadable one is not missing.
    refused = rate(with_column("late_days", ["abc", "0", "0", "0", "0"]))
    assert [item.points for item in refused.explain("001").items] == [None] * 6
    row = next(csv_rows(refused.write(tmp_path / "out.csv")))
    assert row["late_days_points"] is None
    assert row["total"] is None
    assert "abc" in row["problems"]


def csv_rows(path: Path) -> Any:
    """The rows of a CSV file, as dicts of text."""
    connection = duckdb.connect()
    relation = connection.read_csv(str(path), all_varchar=True)
    return (dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall())


# What clumsy hands bring ---------------------------------------------------------------------------------------------


def test_nan_is_missing_and_infinity_is_a_fault() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    sales = [1e7, math.nan, math.inf, -math.inf, -0.0]
    arrow = with_column("sales", pa.array(sales, from_pandas=False))
    frames = [arrow, polars.from_arrow(arrow)]
    frame = pandas.DataFrame({name: table().column(name).to_pylist() for name in HEAD})
    frame["sales"] = sales
    for source in [*frames, frame]:
        problems = [[problem.code for problem in customer.problems] for customer in rate(source)]
        assert problems == [[], ["missing-fact"], ["endless-number"], ["endless-number"], ["missing-fact"]]


def test_a_negative_zero_is_zero(tmp_path: Path) -> None:
    zeros = rate(with_column("sales", ["10000000", "-0", "-0.00", "0", "－0"]))
    assert [str(customer.facts["sales"]) for customer in zeros][1:] == ["0.00"] * 4
    text = zeros.write(tmp_path / "out.json").read_text(encoding="utf-8")
    assert not re.search(r'"-0(\.0*)?"', text)


def test_huge_decimals_are_out_of_range_and_tiny_ones_are_rounded_and_told() -> None:
    huge = pa.array(
        [Decimal("1e7"), Decimal("12345678901234567890.12"), Decimal("0.005"), None, None], pa.decimal128(38, 9)
    )
    rated = rate(with_column("sales", huge))
    assert rated.explain("002").problems[0].code == "out-of-range"
    assert rated.explain("003").facts["sales"] == Decimal("0.01")
    assert any(note.code == "rounded" for note in rated.notes)


def test_ids_that_differ_by_blanks_or_width_are_one_customer_and_by_case_are_two_with_a_remark() -> None:
    rated = rate(with_column("customer_id", ["001", " 001 ", "００１", "a1", "A1"]))
    customers = list(rated)
    assert [customer.problems[0].code for customer in customers[:3]] == ["duplicate"] * 3
    assert [customer.customer_id for customer in customers[3:]] == ["a1", "A1"]
    assert any(note.code == "alike" and "a1、A1" in note.what for note in rated.notes)


def test_dates_may_come_with_a_time_of_day() -> None:
    pack = Path(creditpolicy.__file__).parent / "packs" / "credit-standing"
    rows = duckdb.connect().read_csv(str(pack / "sample.csv"), all_varchar=True).to_arrow_table()
    index = rows.column_names.index("成立日期")
    timed = rows.set_column(
        index, "成立日期", pa.array([datetime.datetime.fromisoformat(f"{day}T23:59:59") for day in rows.column(index).to_pylist()])
    )  # fmt: skip
    plain, with_time = (creditpolicy.rate("credit-standing", each, as_of=DAY) for each in (rows, timed))
    assert outcome(plain) == outcome(with_time)


@pytest.mark.parametrize("label", ["sales", "年销售额", " SALES "])
def test_a_column_given_twice_is_refused_not_chosen(label: str) -> None:
    with pytest.raises(Refusal, match="有两列"):
        rate(table().append_column(label, pa.array(["1"] * 5)))


def test_a_table_without_rows_gives_a_result_without_customers(tmp_path: Path) -> None:
    (tmp_path / "head.csv").write_text(",".join(HEAD) + "\n", encoding="utf-8")
    pq.write_table(table().slice(0, 0), tmp_path / "none.parquet")
    for source in (table().slice(0, 0), tmp_path / "head.csv", tmp_path / "none.parquet"):
        empty = rate(source)
        assert (len(empty), list(empty), empty.refused, empty.costs) == (0, [], (), ())
        assert json.loads(empty.write(tmp_path / "out.json").read_text(encoding="utf-8")) == []
        for ending in ("csv", "parquet", "xlsx"):
            assert empty.write(tmp_path / f"out.{ending}").stat().st_size > 0


def test_a_table_with_the_key_alone_refuses_each_and_names_the_absent_columns_once() -> None:
    bare = rate(table().select(["customer_id"]))
    assert {customer.grade for customer in bare} == {None}
    (note,) = [note for note in bare.notes if note.code == "absent-columns"]
    assert "年销售额、资产负债率、合作态度、印象分、最长逾期、上市公司、提供虚假资料" in note.what


def test_every_shape_of_frame_gives_the_same(result: creditpolicy.Result) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = pandas.DataFrame({name: table().column(name).to_pylist() for name in HEAD})
    category = frame.assign(
        service=frame["service"].astype("category"), customer_id=frame["customer_id"].astype("category")
    )
    connection = duckdb.connect()
    connection.register("customers_of_mine", table())
    for source in (
        frame.set_index("customer_id"),
        frame.set_index(pandas.Index([7, 7, 1, 0, -3])),
        category,
        polars.from_arrow(table()),
        polars.from_arrow(table()).lazy(),
        connection.sql("SELECT * FROM customers_of_mine"),
        table().to_reader(),
        table().combine_chunks().to_batches()[0],
        with_column("service", table().column("service").combine_chunks().dictionary_encode()),
    ):
        assert outcome(rate(source)) == outcome(result)


def test_what_is_no_table_is_refused_in_words(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    connection = duckdb.connect()
    connection.register("mine", table())
    relation = connection.sql("SELECT * FROM mine")
    connection.close()
    for source in (None, 5, [dict(zip(HEAD, ROWS[0], strict=True))], b"a.csv", pandas.Series([1]), relation, tmp_path):
        with pytest.raises(Refusal) as refusal:
            rate(source)
        assert "Traceback" not in str(refusal.value)
        assert refusal.value.problems


def test_a_column_of_lists_is_refused_naming_it() -> None:
    with pytest.raises(Refusal, match="年销售额"):
        rate(with_column("sales", [[1], [2], [3], [4], [5]]))


def test_a_parquet_file_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    pq.write_table(table(), tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    for name, content in (("half", whole[: len(whole) // 2]), ("none", b""), ("text", b"customer_id,sales\n1,2\n")):
        path = tmp_path / f"{name}.parquet"
        path.write_bytes(content)
        with pytest.raises(Refusal, match="不是 Parquet 文件"):
            rate(path)
    for path in (tmp_path / "nowhere.parquet", tmp_path / "nowhere.xlsx"):
        with pytest.raises(Refusal, match="没有这个文件"):
            rate(path)


def test_names_of_columns_that_are_not_utf8_are_refused_in_words(tmp_path: Path) -> None:
    pq.write_table(table().append_column("zzzzzzzz", pa.array([1] * 5)), tmp_path / "odd.parquet", compression="none")
    raw = (tmp_path / "odd.parquet").read_bytes()
    (tmp_path / "odd.parquet").write_bytes(raw.replace(b"zzzzzzzz", b"\xd6\xd0\xb9\xfa\xd6\xd0\xb9\xfa"))
    with pytest.raises(Refusal, match="不能用"):
        rate(tmp_path / "odd.parquet")


def test_a_frame_and_a_policy_of_the_wrong_kind_are_told() -> None:
    for policy in (None, 3, SMALL.policy):
        with pytest.raises(Refusal, match="不认识这种制度"):
            creditpolicy.rate(policy, table(), as_of=DAY)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="评级日不是日期"):
        creditpolicy.rate(SMALL, table(), as_of="2026-01-01")  # type: ignore[arg-type]


def test_a_policy_may_be_given_in_every_form(tmp_path: Path, result: creditpolicy.Result) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    for policy in (path, str(path), SMALL, creditpolicy.prepare(SMALL)):
        assert outcome(creditpolicy.rate(policy, table(), as_of=DAY)) == outcome(result)


@pytest.mark.parametrize("day", [datetime.date(1, 1, 1), datetime.date(1900, 1, 1), datetime.date(9999, 12, 31)])
def test_the_day_may_be_far_in_the_past_or_future(day: datetime.date) -> None:
    pack = Path(creditpolicy.__file__).parent / "packs" / "credit-standing"
    far = creditpolicy.rate("credit-standing", pack / "sample.csv", as_of=day)
    assert sum(line.count for line in far.grade_table) == 32


def test_the_day_with_a_time_is_the_day() -> None:
    noon = datetime.datetime.combine(DAY, datetime.time(12))
    assert creditpolicy.rate(SMALL, table(), as_of=noon).as_of == DAY


# The portfolio -------------------------------------------------------------------------------------------------------


def test_a_portfolio_without_the_column_is_refused_at_once() -> None:
    with pytest.raises(Refusal, match="客户群表不能用") as refusal:
        rate(table(), portfolio=table().select(["customer_id", "debt"]))
    assert refusal.value.problems[0].facts == ("sales",)


@pytest.mark.parametrize("sales", [["0"] * 5, [None] * 5, []])
def test_a_portfolio_to_which_nothing_compares_refuses_every_customer_with_the_reason(sales: list[str | None]) -> None:
    pool = pa.table({"customer_id": [str(i) for i in range(len(sales))], "sales": pa.array(sales, pa.string())})
    rated = rate(table(), portfolio=pool)
    assert [customer.grade for customer in rated] == [None] * 5
    assert all("客户群" in customer.problems[-1].why for customer in rated)


def test_a_portfolio_below_zero_does_not_turn_points_round() -> None:
    policy = read_policy(POLICY.replace("range: [0, 1亿]", "range: [-1亿, 1亿]"))
    pool = pa.table({"customer_id": ["1"], "sales": ["-100"]})
    for customer in creditpolicy.rate(policy, table(), portfolio=pool, as_of=DAY):
        assert customer.items[0].points is None or 0 <= customer.items[0].points <= 40


def test_rows_of_the_portfolio_that_cannot_be_read_are_told_and_left_out() -> None:
    pool = pa.table({"customer_id": ["1", "2", "3", "1"], "sales": ["10000000", "很多", "-5", "3"]})
    rated = rate(table(), portfolio=pool)
    assert rated.explain("002").items[0].points == Decimal("20.00")
    (note,) = [note for note in rated.notes if "客户群表里" in note.what]
    assert "2 格" in note.what
    assert "很多" in note.what


def test_a_refused_customer_counts_in_the_portfolio_with_what_was_read_of_him() -> None:
    rows = [*ROWS[1:3], ("006", "己公司", "20000000", None, "优", "20", "0", False, False)]
    rated = rate(table(rows))
    assert rated.explain("006").grade is None
    assert rated.explain("002").items[0].points == Decimal("10.00")


# Writing -------------------------------------------------------------------------------------------------------------

ENDINGS = ("json", "csv", "parquet", "xlsx")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_result_written_twice_is_the_same_bytes_and_leaves_no_parts(
    ending: str, result: creditpolicy.Result, tmp_path: Path
) -> None:
    path = tmp_path / f"out.{ending}"
    first = result.write(path).read_bytes()
    assert result.write(path).read_bytes() == first
    assert rate(table()).write(path).read_bytes() == first
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_place_that_cannot_be_written_is_refused_in_words(
    ending: str, result: creditpolicy.Result, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / f"folder.{ending}").mkdir()
    for path in (
        tmp_path / "file" / f"out.{ending}",
        tmp_path / f"folder.{ending}",
        tmp_path / f"{'长' * 200}.{ending}",
    ):
        with pytest.raises(Refusal, match="写不了"):
            result.write(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", f"folder.{ending}"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no place that even the superuser may only read")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_that_is_for_reading_only_is_refused_in_words(ending: str, result: creditpolicy.Result) -> None:
    with pytest.raises(Refusal, match="写不了"):
        result.write(Path("/proc") / f"out.{ending}")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_crash_in_the_middle_keeps_the_old_file_whole(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"out.{ending}"
    path.write_bytes(b"the old result")
    crash = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).resolve().parents[1])!r})
from pathlib import Path
import pyarrow as pa
from small_policy import HEAD, POLICY, ROWS
import creditpolicy
from creditpolicy.reader import read_policy
Path.replace = lambda self, target: os._exit(9)
table = pa.table({{name: [row[index] for row in ROWS] for index, name in enumerate(HEAD)}})
creditpolicy.rate(read_policy(POLICY), table).write({str(path)!r})
"""
    assert subprocess.run([sys.executable, "-c", crash], check=False).returncode == 9
    assert path.read_bytes() == b"the old result"


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_result_never_replaces_the_table_it_came_from(ending: str, tmp_path: Path) -> None:
    source = tmp_path / f"customers.{ending}"
    if ending == "csv":
        source.write_text("\n".join([",".join(HEAD), "1,甲,1,0.3,优,20,0,是,否"]), encoding="utf-8")
    elif ending == "parquet":
        pq.write_table(table(), source)
    else:
        book = openpyxl.Workbook()
        book.active.append(list(HEAD))
        book.active.append(["1", "甲", 1, 0.3, "优", 20, 0, "是", "否"])
        book.save(source)
    before = source.read_bytes()
    for rated in (rate(source), rate(table(), portfolio=source)):
        with pytest.raises(Refusal, match="写不了"):
            rated.write(tmp_path / "." / f"customers.{ending}")
    assert source.read_bytes() == before


def numbers_in(value: Any) -> Any:
    """Every number of a JSON result, as its text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"total", "limit", "points", "max"} and isinstance(inner, str):
                yield inner
            else:
                yield from numbers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_in(inner)


def test_json_has_no_number_but_days_and_every_text_of_one_is_the_decimal(
    result: creditpolicy.Result, tmp_path: Path
) -> None:
    text = result.write(tmp_path / "out.json").read_text(encoding="utf-8")
    rows = json.loads(text, parse_float=lambda number: pytest.fail(f"a binary number: {number}"))
    texts = list(numbers_in(rows))
    assert len(texts) > 50
    assert all(f"{Decimal(each):f}" == each for each in texts)
    for row, customer in zip(rows, result, strict=True):
        assert row["total"] is None or Decimal(row["total"]) == customer.total
        assert [None if item["points"] is None else Decimal(item["points"]) for item in row["items"]] == [
            item.points for item in customer.items
        ]


def test_a_past_rating_is_repeated_to_the_byte_in_another_process_and_with_other_threads(tmp_path: Path) -> None:
    pack = Path(creditpolicy.__file__).parent / "packs" / "leasing"
    again = f"""
import duckdb, sys, datetime
connect = duckdb.connect
def connected(*a, **k):
    found = connect(*a, **k); found.execute("SET threads = " + sys.argv[1]); return found
duckdb.connect = connected
import creditpolicy
creditpolicy.rate("leasing", {str(pack / "sample.csv")!r}, as_of=datetime.date(2026, 6, 30)).write(sys.argv[2])
"""
    written = []
    for threads, seed in (("1", "1"), ("2", "2"), ("7", "3")):
        path = tmp_path / f"{threads}.json"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", again, threads, str(path)], check=True, env=environment)
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2]


# In a notebook -------------------------------------------------------------------------------------------------------


def test_a_customer_and_his_ways_up_read_well(result: creditpolicy.Result) -> None:
    told = str(result.explain("002")).splitlines()
    assert told[0] == "002 乙公司: 47.00 分, 差, 额度 0 元"
    assert (
        told[1]
        == " 20.00  年销售额 5,000,000.55 元, 按 40 × 年销售额 ÷ 客户群最大的年销售额 计, 得 20.00 分 (满分 40)  [T-01 3.1]"
    )
    assert "资产负债率 40%, 属于“≥ 40% 且 < 70%”, 得 12.00 分 (满分 20)" in told[2]
    ways = str(result.ways_up("002")).splitlines()
    assert ways[0] == "下一级: B, 还差 13.00 分"
    assert ways[1].startswith("- 年销售额: 5,000,000.55 元 → ")
    cheat = result.ways_up("003")
    assert cheat is not None
    assert "先消除否决: “弄虚作假”" in str(cheat)


def test_a_notebook_shows_tables_with_text_escaped(result: creditpolicy.Result) -> None:
    rows = (("<b>1</b>", "<script>", *ROWS[1][2:]),)
    odd = rate(table(rows), portfolio=table())
    shown = [odd._repr_html_(), odd.explain("<b>1</b>")._repr_html_()]
    ways = result.ways_up("002")
    assert ways is not None
    shown.append(ways._repr_html_())
    assert all(text.startswith("<table") and "<script>" not in text and "<b>" not in text for text in shown)
    assert "&lt;script&gt;" in shown[0]
    assert "T-01 3.4" in shown[2]


def test_a_refused_customer_shows_his_problems_and_not_his_points(result: creditpolicy.Result) -> None:
    text = str(result.explain("005"))
    assert text.startswith("005 戊公司: 未评")
    assert "缺少: 资产负债率、印象分" in text
    assert "得" not in text.splitlines()[0]
    assert "缺少" in result.explain("005")._repr_html_()


def test_a_frame_of_the_result_keeps_exact_decimals(result: creditpolicy.Result) -> None:
    pytest.importorskip("pandas")
    frame = result.to_pandas()
    assert frame["total"][1] == Decimal("47.00")
    assert isinstance(frame["total"][1], Decimal)
    assert list(frame["customer_id"]) == ["001", "002", "003", "004", "005"]
