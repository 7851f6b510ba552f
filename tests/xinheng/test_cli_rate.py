"""`rate`, `explain`, `compare` and `facts`: what they print, what they write, and what they leave."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from calling import PACKS, Call, process
from xinheng.command.columns import width

DAY = ("--as-of", "2026-06-30")


def test_a_table_in_which_all_are_rated_leaves_0(call: Call, leasing: Path):
    called = call("rate", leasing, "-p", "leasing", *DAY)
    assert (called.code, called.err) == (0, "")
    assert "读入 32 个客户, 评出 32 个, 未评 0 个" in called.out
    assert "还有" not in called.out


def test_a_table_with_rows_that_cannot_be_rated_leaves_1_and_the_good_rows_are_written(
    call: Call, problems: Path, tmp_path: Path
):
    target = tmp_path / "结果.json"
    called = call("rate", problems, "-p", "leasing", *DAY, "-o", target)
    assert called.code == 1
    assert "读入 13 个客户, 评出 4 个, 未评 9 个" in called.out
    assert f"结果已写到 {target}" in called.out
    rated = json.loads(target.read_text(encoding="utf-8"))
    assert sum(customer["grade"] is not None for customer in rated) == 4
    assert all(customer["problems"] for customer in rated if customer["grade"] is None)


def test_of_many_problems_the_causes_are_counted_the_first_shown_and_the_rest_found_in_the_result(
    call: Call, leasing: Path, tmp_path: Path
):
    head, *rows = leasing.read_text(encoding="utf-8-sig").splitlines()
    place = head.split(",").index("实力")
    without = [",".join("" if index == place else cell for index, cell in enumerate(row.split(","))) for row in rows]
    own = tmp_path / "客户.csv"
    own.write_text("\n".join([head, *without, ""]), encoding="utf-8-sig")
    target = tmp_path / "结果.json"
    called = call("rate", own, "-p", "leasing", *DAY, "-o", target)
    assert called.code == 1
    assert "缺少: 实力。       32\n" in called.out
    assert "还有 22 处, 都在结果文件里。" in called.out
    assert call("rate", own, "-p", "leasing", *DAY).out.count("用 -o 写出结果文件可看到全部") == 1


def test_each_form_of_result_holds_every_customer(call: Call, leasing: Path, tmp_path: Path):
    targets = {ending: tmp_path / f"结果{ending}" for ending in (".xlsx", ".csv", ".json", ".parquet")}
    for target in targets.values():
        assert call("rate", leasing, "-p", "leasing", *DAY, "-o", target).code == 0
    book = load_workbook(targets[".xlsx"], read_only=True)
    assert book.sheetnames[:5] == ["结果", "明细", "理由", "问题行", "制度"]
    with targets[".csv"].open(encoding="utf-8-sig", newline="") as opened:
        assert len(list(csv.DictReader(opened))) == 32
    assert len(json.loads(targets[".json"].read_text(encoding="utf-8"))) == 32
    assert pq.read_table(targets[".parquet"]).num_rows == 32
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in targets.values())


def test_chinese_names_and_blanks_in_files_and_folders_are_no_matter(call: Call, leasing: Path, tmp_path: Path):
    source = tmp_path / "二季度 客户" / "租赁 客户 (新).csv"
    source.parent.mkdir()
    shutil.copy(leasing, source)
    target = tmp_path / "还没有的 文件夹" / "评级 结果.xlsx"
    assert call("rate", source, "-p", "leasing", *DAY, "-o", target).code == 0
    assert target.is_file()


def test_a_result_takes_the_place_of_an_older_one(call: Call, leasing: Path, tmp_path: Path):
    target = tmp_path / "结果.csv"
    target.write_text("old", encoding="utf-8")
    assert call("rate", leasing, "-p", "leasing", *DAY, "-o", target).code == 0
    assert b"old" not in target.read_bytes()


def test_headings_are_mapped_one_by_one_or_by_a_file(call: Call, leasing: Path, tmp_path: Path):
    own = tmp_path / "客户.csv"
    own.write_text(leasing.read_text(encoding="utf-8-sig").replace("付款情况", "回款", 1), encoding="utf-8")
    listed = tmp_path / "对照.yaml"
    listed.write_text("回款: payment\n", encoding="utf-8")
    plain = call("rate", leasing, "-p", "leasing", *DAY)
    assert call("rate", own, "-p", "leasing", *DAY).code == 1
    assert call("rate", own, "-p", "leasing", *DAY, "--map", "回款=payment").out == plain.out
    assert call("rate", own, "-p", "leasing", *DAY, "--map", listed).out == plain.out


def test_a_sheet_is_chosen_by_name(call: Call, tmp_path: Path):
    target = tmp_path / "客户.xlsx"
    assert call("template", "leasing", "-o", target).code == 0
    assert call("rate", target, "-p", "leasing", *DAY, "--sheet", "客户").code == 0
    refused = call("rate", target, "-p", "leasing", *DAY, "--sheet", "客户表")
    assert refused.code == 2
    assert "客户表" in refused.err


def test_one_customer_alone_gets_with_the_portfolio_what_he_gets_among_all(call: Call, leasing: Path, tmp_path: Path):
    lines = leasing.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    alone = tmp_path / "一户.csv"
    alone.write_text(lines[0] + next(line for line in lines if line.startswith("ZL0004,")), encoding="utf-8")
    asked = ("-p", "leasing", *DAY, "-c", "ZL0004")
    among_all = call("explain", leasing, *asked)
    assert call("explain", alone, *asked).out != among_all.out
    assert call("explain", alone, *asked, "--portfolio", leasing).out == among_all.out


def test_an_explanation_gives_items_clauses_costs_and_ways_up(call: Call, leasing: Path):
    called = call("explain", leasing, "-p", "leasing", *DAY, "-c", "ZL0004")
    assert called.code == 0
    assert "总分 83.47   等级 B" in called.out
    for words in ("逐项", "失分最多", "升到 A 级", "还差 6.53 分", "同时改善两项", "四.2 说明1", "账期 30 天"):
        assert words in called.out


def test_the_explanation_of_a_refused_customer_leaves_1_and_says_what_is_missing(call: Call, problems: Path):
    called = call("explain", problems, "-p", "leasing", *DAY, "-c", "ZL0105")
    assert called.code == 1
    assert "缺少: 付款情况" in called.out


def test_a_policy_compared_with_itself_moves_nobody(call: Call, leasing: Path):
    called = call("compare", "leasing", "leasing", leasing, *DAY)
    assert called.code == 0
    assert "32 个客户, 0 个等级变了" in called.out


def test_a_stricter_line_shows_who_moves_and_the_sums(call: Call, leasing: Path, tmp_path: Path):
    stricter = tmp_path / "新制度.yaml"
    text = (PACKS / "leasing" / "policy.yaml").read_text(encoding="utf-8")
    stricter.write_text(text.replace("from: 90", "from: 95"), encoding="utf-8")
    movers = tmp_path / "变动.csv"
    called = call("compare", "leasing", stricter, leasing, *DAY, "--amount", "cumulative_rent", "-o", movers)
    assert called.code == 0
    assert "A → B" in called.out
    assert "按累计租赁额" in called.out
    assert "变的是等级线" in called.out
    with movers.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert f"{len(rows)} 个等级变了" in called.out
    assert {(row["grade_before"], row["grade_after"]) for row in rows} == {("A", "B")}


def test_facts_are_derived_from_real_invoices(call: Call, shared: Path, tmp_path: Path):
    for ending in (".csv", ".json", ".parquet", ".xlsx"):
        target = tmp_path / f"事实{ending}"
        called = call("facts", "--invoices", shared / "receivables_ibm.csv", "--as-of", "2013-12-31", "-o", target)
        assert called.code == 0
        assert "2,466 张发票, 100 个客户" in called.out
        assert target.stat().st_size > 1000
    assert load_workbook(tmp_path / "事实.xlsx", read_only=True).sheetnames == ["事实", "定义"]


def test_invoices_that_cannot_be_used_are_told_all_in_the_workbook_and_leave_1(call: Call, tmp_path: Path):
    invoices = tmp_path / "发票.csv"
    rows = "".join(f"K{number},{number},2026-01-05,2026-02-04,一千元左右\n" for number in range(15))
    invoices.write_text(
        f"客户编号,发票号码,开票日期,到期日,金额\nK1,99,2026-01-05,2026-02-04,1000\n{rows}", encoding="utf-8"
    )
    target = tmp_path / "事实.xlsx"
    called = call("facts", "--invoices", invoices, *DAY, "-o", target)
    assert called.code == 1
    assert "都在结果文件里" in called.out
    sheet = load_workbook(target)["问题"]
    assert sheet.max_row >= 16
    assert "一千元左右" in str(sheet["B3"].value)


@pytest.mark.parametrize("sample", ["sample.csv", "sample_problems.csv"])
def test_no_table_is_wider_than_a_hundred_columns_in_a_pipe(call: Call, sample: str):
    table = PACKS / "leasing" / sample
    for called in (call("rate", table, "-p", "leasing"), call("explain", table, "-p", "leasing", "-c", "ZL0004")):
        rows = [line for line in called.out.splitlines() if "   " in line]
        assert max(map(width, rows), default=0) <= 100
        assert not any(line.endswith(" ") for line in called.out.splitlines())
        assert "\033" not in called.out


def test_as_a_process_it_prints_results_on_stdout_and_nothing_on_stderr(leasing: Path):
    done = process("rate", leasing, "-p", "leasing", *DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "A 级 优质客户" in done.stdout


def test_as_a_process_a_refusal_leaves_2_and_stdout_empty(leasing: Path):
    done = process("rate", leasing, "-p", "leasin")
    assert (done.returncode, done.stdout) == (2, "")
    assert "leasing" in done.stderr


def test_a_reader_who_has_seen_enough_is_no_error(leasing: Path):
    done = process("sql", "leasing", shell="head -n 1")
    assert done.stdout == "WITH\n"
    assert done.stderr == ""


def test_the_language_follows_the_locale(leasing: Path):
    chinese = process("rate", leasing, "-p", "leasing", lang="", LC_ALL="zh_CN.UTF-8")
    assert "评级日" in chinese.stdout
    english = process("rate", leasing, "-p", "leasing", lang="", LC_ALL="en_US.UTF-8")
    assert "Credit grades of leasing customers" in english.stdout
    assert "A, excellent" in english.stdout
