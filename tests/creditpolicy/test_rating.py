"""Rating a table: points, grades, limits, refusals, whatever kind of table it is; and what is written."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest

import creditpolicy
from creditpolicy.problems import Refusal
from creditpolicy.reader import read_policy
from small_policy import HEAD, POLICY, ROWS

DAY = datetime.date(2026, 11, 21)


def table(rows: tuple[tuple[object, ...], ...] = ROWS) -> pa.Table:
    """The small policy's customers as text and flags."""
    return pa.table({name: [row[index] for row in rows] for index, name in enumerate(HEAD)})


@pytest.fixture(scope="module")
def result() -> creditpolicy.Result:
    """The small policy on its five customers."""
    return creditpolicy.rate(read_policy(POLICY), table(), as_of=DAY)


def test_every_customer_gets_points_grade_limit_and_terms(result: creditpolicy.Result) -> None:
    best = result.explain("001")
    assert [item.points for item in best.items] == [
        Decimal(p) for p in ("40.00", "20.00", "20.00", "20.00", "5.00", "0.00")
    ]
    assert (best.total, best.grade, best.limit, best.terms_days) == (Decimal("105.00"), "A", Decimal("1000000.00"), 60)


def test_a_total_is_the_exact_signed_sum_of_its_parts(result: creditpolicy.Result) -> None:
    for customer in result:
        if customer.total is not None:
            assert customer.total == sum(item.points for item in customer.items if item.points is not None)


def test_portfolio_relative_points_round_half_up_to_the_digits(result: creditpolicy.Result) -> None:
    assert result.explain("002").items[0].points == Decimal("20.00")
    assert result.explain("003").items[0].points == Decimal("40.00")
    assert result.explain("004").items[0].points == Decimal("0.00")


def test_a_veto_beats_a_near_perfect_score_and_names_itself(result: creditpolicy.Result) -> None:
    cheat = result.explain("003")
    assert (cheat.grade, cheat.grade_by_points, cheat.vetoes) == ("C", "A", ("cheating",))
    assert "T-01 4" in cheat.veto_reasons[0]


def test_a_deduction_is_taken_away_and_says_so(result: creditpolicy.Result) -> None:
    late = result.explain("002").items[-1]
    assert (late.points, late.clause) == (Decimal("-10.00"), "假定")
    assert late.reason == "最长逾期 31 天, 属于“> 30”, 扣 10.00 分"


def test_a_missing_fact_refuses_the_row_and_is_named_never_zero(result: creditpolicy.Result) -> None:
    refused = result.explain("005")
    assert (refused.grade, refused.total, refused.limit) == (None, None, None)
    assert refused.problems[0].facts == ("debt", "judged")
    assert refused.problems[0].where.row == 5
    assert "资产负债率、印象分" in refused.problems[0].what


def test_a_missing_fact_with_a_rule_follows_the_rule(result: creditpolicy.Result) -> None:
    assert result.explain("003").items[-1].points == Decimal("0.00")
    assert "缺最长逾期, 按规定" in result.explain("003").items[-1].reason


def test_one_customer_alone_gets_what_he_gets_among_all(result: creditpolicy.Result) -> None:
    alone = creditpolicy.rate(read_policy(POLICY), table(ROWS[1:2]), portfolio=table(), as_of=DAY).explain("002")
    among = result.explain("002")
    assert (alone.total, alone.grade, alone.limit) == (among.total, among.grade, among.limit)
    assert creditpolicy.rate(read_policy(POLICY), table(ROWS[1:2]), as_of=DAY).explain("002").total != among.total


def test_the_order_of_rows_does_not_matter(result: creditpolicy.Result) -> None:
    turned = creditpolicy.rate(read_policy(POLICY), table(tuple(reversed(ROWS))), as_of=DAY)
    assert {c.customer_id: (c.total, c.grade, c.limit) for c in turned} == {
        c.customer_id: (c.total, c.grade, c.limit) for c in result
    }


def test_customers_given_twice_are_refused_naming_both_rows() -> None:
    twice = creditpolicy.rate(read_policy(POLICY), table((*ROWS[:2], ROWS[0])), as_of=DAY)
    refused = twice.refused
    assert [customer.row for customer in refused] == [1, 3]
    assert all("第 1、3 行" in customer.problems[0].what for customer in refused)
    assert [line.count for line in twice.grade_table if line.grade is None] == [2]


def test_values_out_of_range_or_of_the_wrong_type_refuse_only_their_row() -> None:
    rows = (
        (*ROWS[0][:3], "7.5", *ROWS[0][4:]),
        ROWS[1],
        (*ROWS[2][:5], "很好", *ROWS[2][6:]),
        (*ROWS[3][:4], "一般", *ROWS[3][5:]),
    )
    result = creditpolicy.rate(read_policy(POLICY), table(rows), as_of=DAY)
    assert [(customer.row, customer.problems[0].facts) for customer in result.refused] == [
        (1, ("debt",)),
        (3, ("judged",)),
        (4, ("service",)),
    ]
    assert result.explain("002").grade == "C"


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb", "parquet", "csv", "xlsx"])
def test_every_kind_of_table_gives_the_same(kind: str, result: creditpolicy.Result, tmp_path: Path) -> None:
    source: object
    if kind == "pandas":
        source = pandas.DataFrame({name: table().column(name).to_pylist() for name in HEAD})
    elif kind == "polars":
        source = polars.from_arrow(table())
    elif kind == "duckdb":
        source = duckdb.connect().from_arrow(table())
    elif kind == "parquet":
        source = tmp_path / "customers.parquet"
        duckdb.connect().from_arrow(table()).write_parquet(str(source))
    elif kind == "csv":
        source = tmp_path / "客户.csv"
        lines = [
            ",".join(HEAD),
            *(
                ",".join(
                    "" if v is None else {True: "是", False: "否"}.get(v, str(v)) if isinstance(v, bool) else str(v)
                    for v in row
                )
                for row in ROWS
            ),
        ]
        source.write_text("\n".join(lines), encoding="utf-8")
    else:
        import openpyxl

        book = openpyxl.Workbook()
        book.active.append(
            [
                "客户编号",
                "名称",
                "年销售额（元）",
                "资产负债率",
                "合作态度",
                "印象分",
                "最长逾期(天)",
                "上市公司",
                "提供虚假资料",
            ]
        )
        for row in ROWS:
            book.active.append([{True: "是", False: "否"}[v] if isinstance(v, bool) else v for v in row])
        source = tmp_path / "客户.xlsx"
        book.save(source)
    again = creditpolicy.rate(read_policy(POLICY), source, as_of=DAY)
    assert [(c.customer_id, c.total, c.grade, c.limit) for c in again] == [
        (c.customer_id, c.total, c.grade, c.limit) for c in result
    ]


def test_binary_floats_come_in_as_the_decimals_they_show() -> None:
    rows = table().set_column(3, "debt", pa.array([0.3, 0.4, 0.7, 0.1 + 0.2, 0.39], pa.float64()))
    result = creditpolicy.rate(read_policy(POLICY), rows, as_of=DAY)
    assert [customer.items[1].band for customer in result] == [
        "< 40%",
        "≥ 40% 且 < 70%",
        "≥ 70% 且 ≤ 500%",
        "< 40%",
        "< 40%",
    ]


def test_the_grade_table_counts_every_row_once(result: creditpolicy.Result) -> None:
    lines = {line.grade: (line.count, line.limit, line.amount) for line in result.grade_table}
    assert lines == {
        "A": (1, Decimal("1000000.00"), Decimal("10000000.00")),
        "B": (0, None, None),
        "C": (3, Decimal("0.00"), Decimal("15000001.54")),
        None: (1, None, Decimal("100.00")),
    }
    assert sum(line.share for line in result.grade_table) == 1
    assert len(result) == 5


def test_what_cost_most_is_told_on_average(result: creditpolicy.Result) -> None:
    assert next((cost.id, cost.mean_lost) for cost in result.costs) == ("sales", Decimal("15.00"))
    assert result.veto_counts == {"cheating": 1}


def test_json_has_the_fixed_keys_and_keeps_every_digit(result: creditpolicy.Result, tmp_path: Path) -> None:
    rows = json.loads(result.write(tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(rows[0]) == [
        "customer_id",
        "total",
        "grade",
        "grade_label",
        "vetoes",
        "items",
        "limit",
        "terms_days",
        "problems",
        "policy",
    ]
    assert rows[0]["total"] == "105.00"
    assert rows[0]["limit"] == "1000000.00"
    assert list(rows[0]["items"][0]) == ["id", "value", "points", "max", "band", "clause", "reason"]
    assert rows[0]["policy"]["id"] == "small"
    assert len(rows[0]["policy"]["sha256"]) == 64
    assert rows[4]["grade"] is None
    assert rows[4]["problems"]


def test_csv_and_parquet_hold_one_row_per_customer(result: creditpolicy.Result, tmp_path: Path) -> None:
    parquet = duckdb.connect().read_parquet(str(result.write(tmp_path / "out.parquet"))).fetchall()
    assert len(parquet) == 5
    text = result.write(tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(text) == 6
    assert text[1].startswith('"001","甲公司",105.00,"A"')


def test_an_ending_that_is_not_known_is_refused_and_leaves_nothing(result: creditpolicy.Result, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="不会写"):
        result.write(tmp_path / "out.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_the_key_cannot_be_used() -> None:
    with pytest.raises(Refusal, match="客户编号"):
        creditpolicy.rate(read_policy(POLICY), table().drop_columns(["customer_id"]), as_of=DAY)


def test_columns_may_be_named_by_label_or_mapped(result: creditpolicy.Result) -> None:
    renamed = table().rename_columns(["客户编号", "名称", "去年卖了多少", *HEAD[3:]])
    again = creditpolicy.rate(read_policy(POLICY), renamed, mapping={"去年卖了多少": "sales"}, as_of=DAY)
    assert [c.total for c in again] == [c.total for c in result]


def test_a_customer_who_is_not_there_is_refused(result: creditpolicy.Result) -> None:
    with pytest.raises(Refusal, match="没有客户“999”"):
        result.explain("999")


def test_a_notebook_shows_the_result_as_a_table_with_text_escaped() -> None:
    rows = (("<b>1</b>", "<script>", *ROWS[0][2:]),)
    shown = creditpolicy.rate(read_policy(POLICY), table(rows), as_of=DAY)._repr_html_()
    assert "<table" in shown
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_large_parquet_file_is_streamed_and_gives_the_same(
    result: creditpolicy.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditpolicy.customers.reading.IN_MEMORY", 2)
    source = tmp_path / "customers.parquet"
    duckdb.connect().from_arrow(table()).write_parquet(str(source))
    streamed = creditpolicy.rate(read_policy(POLICY), source, as_of=DAY)
    assert streamed.run.rated is None
    assert [(c.customer_id, c.total, c.grade, c.limit) for c in streamed] == [
        (c.customer_id, c.total, c.grade, c.limit) for c in result
    ]
    out = duckdb.connect().read_parquet(str(streamed.write(tmp_path / "out.parquet")))
    assert sorted(out.project("customer_id, total, grade").fetchall(), key=str) == sorted(
        [(c.customer_id, c.total, c.grade) for c in result], key=str
    )
