"""What an expression may not say: refused with its reason, where it is, and in little time."""

from __future__ import annotations

import time

import duckdb
import pytest

from expressions_read import faults_of
from two_readings import engine

NOT_ALLOWED = "算式里不能用"
INVISIBLE = "看不见的字符"
SIGN = "不允许的符号"
UNREADABLE = "算式读不懂"
UNDECLARED = "没有在 facts 里声明"
NO_FUNCTION = "没有“"
TOO_DEEP = "嵌套太深"

HOSTILE: dict[str, tuple[str, str]] = {
    # statements
    "a statement behind": ("sales; drop table customers", SIGN),
    "a statement instead": ("drop table customers", NOT_ALLOWED),
    "quote and statement": ("'; drop table customers; --", SIGN),
    "closing quote": ("kind = 'x' or '1'='1'; --'", SIGN),
    "select": ("select 1", NOT_ALLOWED),
    "subquery": ("(select max(sales) from customers)", NOT_ALLOWED),
    "in subquery": ("sales in (select sales from customers)", NOT_ALLOWED),
    "exists": ("exists (select 1)", NOT_ALLOWED),
    "from first": ("from customers", NOT_ALLOWED),
    "values": ("(values (1))", NOT_ALLOWED),
    "with": ("with t as (select 1) select * from t", NOT_ALLOWED),
    "union": ("sales union select 1", NOT_ALLOWED),
    "create": ("create table t (a int)", NOT_ALLOWED),
    "insert": ("insert into customers values (1)", NOT_ALLOWED),
    "copy": ("copy customers to 'out.csv'", NOT_ALLOWED),
    "attach": ("attach 'other.db'", NOT_ALLOWED),
    "pragma": ("pragma database_list", NOT_ALLOWED),
    "set": ("set threads = 1", NOT_ALLOWED),
    "install": ("install httpfs", NOT_ALLOWED),
    "load": ("load 'x.so'", NOT_ALLOWED),
    "call": ("call pragma_version()", NOT_ALLOWED),
    "export": ("export database 'd'", NOT_ALLOWED),
    "explain": ("explain select 1", NOT_ALLOWED),
    "vacuum": ("vacuum", NOT_ALLOWED),
    "two expressions": ("sales, debts", UNREADABLE),
    "alias": ("sales as total", NOT_ALLOWED),
    "alias without as": ("sales total", UNREADABLE),
    # comments
    "line comment": ("sales -- all of it", SIGN),
    "block comment": ("sales /* all */ + 1", SIGN),
    "hint": ("/*+ broadcast */ sales", SIGN),
    "unfinished comment": ("sales /* ", SIGN),
    # files, environment, randomness
    "read_csv": ("read_csv('/etc/passwd')", NOT_ALLOWED),
    "read_parquet": ("read_parquet('x.parquet')", NOT_ALLOWED),
    "read_text": ("read_text('/etc/hosts')", NO_FUNCTION),
    "glob": ("glob('/*')", NOT_ALLOWED),
    "getenv": ("getenv('HOME')", NO_FUNCTION),
    "current_setting": ("current_setting('home_directory')", NO_FUNCTION),
    "version": ("version()", NOT_ALLOWED),
    "random": ("random()", NOT_ALLOWED),
    "rand": ("rand()", NOT_ALLOWED),
    "uuid": ("uuid()", NOT_ALLOWED),
    "now": ("now()", NO_FUNCTION),
    "today": ("today()", NOT_ALLOWED),
    "current_date": ("current_date", NOT_ALLOWED),
    "current_timestamp": ("current_timestamp", NOT_ALLOWED),
    "current_user": ("current_user", NOT_ALLOWED),
    "localtime": ("localtime", NOT_ALLOWED),
    "nextval": ("nextval('s')", NO_FUNCTION),
    "sleep": ("sleep_ms(100000)", NO_FUNCTION),
    "range": ("range(1000000000)", NOT_ALLOWED),
    "repeat": ("repeat('a', 1000000000)", NOT_ALLOWED),
    # functions that are not ours
    "sum": ("sum(sales)", NOT_ALLOWED),
    "count star": ("count(*)", NOT_ALLOWED),
    "aggregate filter": ("max(sales) filter (where listed)", NOT_ALLOWED),
    "window": ("percentile(sales) over ()", NOT_ALLOWED),
    "row_number": ("row_number() over (order by sales)", NOT_ALLOWED),
    "least over": ("least(sales, 1) over (partition by kind)", NOT_ALLOWED),
    "distinct": ("abs(distinct sales)", NOT_ALLOWED),
    "unnest": ("unnest([1, 2])", NOT_ALLOWED),
    "sqrt": ("sqrt(sales)", NOT_ALLOWED),
    "ln": ("ln(sales)", NOT_ALLOWED),
    "pow": ("pow(sales, 99)", NOT_ALLOWED),
    "power sign": ("sales ** 99", NOT_ALLOWED),
    "caret": ("sales ^ 99", NOT_ALLOWED),
    "modulo": ("sales % 7", NOT_ALLOWED),
    "whole division": ("sales // 7", NOT_ALLOWED),
    "if": ("if(listed, 1, 2)", NOT_ALLOWED),
    "nullif": ("nullif(sales, 0)", NOT_ALLOWED),
    "concat": ("kind || 'x' = '甲'", NOT_ALLOWED),
    "two texts": ("kind = '甲' '乙'", NOT_ALLOWED),
    "like": ("kind like '%'", NOT_ALLOWED),
    "regexp": ("kind ~ '.*'", NOT_ALLOWED),
    "upper": ("upper(kind) = 'A'", NOT_ALLOWED),
    "eval": ("eval('1')", NO_FUNCTION),
    "query function": ("query('select 1')", NO_FUNCTION),
    # casts, structures, lambdas, parameters
    "double colon": ("sales::double", NOT_ALLOWED),
    "cast": ("cast(sales as double)", NOT_ALLOWED),
    "try_cast": ("try_cast(sales as double)", NOT_ALLOWED),
    "typed literal": ("timestamp '2026-01-01' > since", NOT_ALLOWED),
    "interval": ("since + interval 1 day", NOT_ALLOWED),
    "to a type": ("double '1e5'", NOT_ALLOWED),
    "struct": ("{'a': 1}", NOT_ALLOWED),
    "list": ("[1, 2][1]", NOT_ALLOWED),
    "index": ("sales[1]", NOT_ALLOWED),
    "struct access": ("customers.sales", NOT_ALLOWED),
    "deep access": ("main.customers.sales", NOT_ALLOWED),
    "star": ("*", NOT_ALLOWED),
    "table star": ("customers.*", NOT_ALLOWED),
    "columns": ("columns(*)", NOT_ALLOWED),
    "lambda": ("list_transform([1], x -> x)", NOT_ALLOWED),
    "lambda in Python's way": ("list_filter([1], lambda x : x > 0)", NOT_ALLOWED),
    "json arrow": ("kind -> '$.a'", NOT_ALLOWED),
    "parameter": ("sales > ?", NOT_ALLOWED),
    "named parameter": ("sales > :x", NOT_ALLOWED),
    "dollar parameter": ("sales > $1", SIGN),
    "dollar quotes": ("kind = $$甲$$", SIGN),
    "positional": ("#1", NOT_ALLOWED),
    "variable": ("@x + 1", NOT_ALLOWED),
    "escape text": (r"kind = e'\x41'", NOT_ALLOWED),
    "unicode text": ("kind = U&'0041'", NOT_ALLOWED),
    "hex text": ("kind = x'41'", UNREADABLE),
    "row value": ("(1, 2) = (1, 2)", NOT_ALLOWED),
    "between symmetric": ("sales between symmetric 9 and 1", UNDECLARED),
    "is true": ("listed is true", "is 后面只能写 null"),
    "is distinct from": ("sales is distinct from debts", NOT_ALLOWED),
    "collate": ("kind collate nocase = 'a'", NOT_ALLOWED),
    "at time zone": ("since at time zone 'UTC' > since", NOT_ALLOWED),
    # names
    "undeclared": ("profit + 1", UNDECLARED),
    "other case": ("Sales + 1", UNDECLARED),
    "table of the query": ("customers", UNDECLARED),
    "column of the query": ("row + 1", NOT_ALLOWED),
    "total where there is none": ("total + 1", UNDECLARED),
    "rowid": ("rowid", UNDECLARED),
    "quoted name that escapes": ('"sales"") from customers; drop table x; ("', SIGN),
    "quoted name with a quote": ('"sales"" + ""debts"', UNDECLARED),
    "quoted name with a bracket": ('"sales) or (true"', UNDECLARED),
    "quoted blank": ('" "', UNDECLARED),
    "backquotes": ("`sales`", NOT_ALLOWED),
    "square quotes": ("[sales]", NOT_ALLOWED),
    "Cyrillic letter": ("s\u0430les + 1", UNDECLARED),
    "full-width letters": ("ｓａｌｅｓ + 1", UNDECLARED),
    "combining mark": ("sales\u0301 + 1", UNDECLARED),
    "variation selector": ("销售额\ufe0f + 1", UNDECLARED),
    # characters
    "zero-width space": ("sales\u200b + 1", INVISIBLE),
    "zero-width joiner": ("sa\u200dles", INVISIBLE),
    "byte order mark": ("\ufeffsales", INVISIBLE),
    "right to left": ("\u202esales", INVISIBLE),
    "isolate": ("\u2066sales\u2069", INVISIBLE),
    "soft hyphen": ("sa\u00adles", INVISIBLE),
    "word joiner": ("sales\u2060", INVISIBLE),
    "language tag": ("sales\U000e0041", INVISIBLE),
    "private use": ("sales\ue000", INVISIBLE),
    "lone surrogate": ("sales\ud800", INVISIBLE),
    "NUL": ("sales\x00", INVISIBLE),
    "bell": ("sales\x07 + 1", INVISIBLE),
    "escape": ("\x1b[31msales", INVISIBLE),
    "carriage return": ("sales\r; + 1", INVISIBLE),
    "invisible in a text": ("kind = '甲\u200b'", INVISIBLE),
    "backslash": ("sales \\ 2", SIGN),
    "full-width bracket": ("（sales + 1）", "全角符号"),
    "full-width comma": ("least(sales，1)", "全角符号"),
    "full-width greater": ("sales＞1", "全角符号"),
    "curly quotes": ("kind = ‘甲’", "全角符号"),
    "multiplication sign": ("sales × 2", "全角符号"),
    "division sign": ("sales ÷ 2", "全角符号"),
    "at least": ("sales ≥ 2", "全角符号"),
    "percent": ("sales > 5%", NOT_ALLOWED),
    "emoji": ("sales + 💰", UNDECLARED),
    # numbers
    "scientific": ("1e999", "过长或写法不对"),
    "small scientific": ("1e-400", "过长或写法不对"),
    "nineteen digits": ("9999999999999999999", "过长或写法不对"),
    "thousand digits": ("9" * 999, "过长或写法不对"),
    "thirteen decimals": ("0.1234567890123", "过长或写法不对"),
    "hex": ("0xFF", UNREADABLE),
    "octal": ("0o17", UNREADABLE),
    "full-width digits": ("sales > １２", UNDECLARED),
    "Arabic digits": ("sales > ١٢", UNDECLARED),
    "Chinese number": ("sales > 五十万", UNDECLARED),
    "infinity": ("infinity", UNDECLARED),
    "nan": ("nan", UNDECLARED),
    "null": ("null", NOT_ALLOWED),
    "compare with null": ("sales = null", NOT_ALLOWED),
    "two points": ("1.2.3", NOT_ALLOWED),
    "point and space": ("1 .5", NOT_ALLOWED),
    "a point at the end": ("1.", "过长或写法不对"),
    "zero divisor": ("sales / 0", "总是零"),
    "zero in disguise": ("sales / (1 - 1.0)", "总是零"),
    "zero rounded": ("sales / round(0.2)", "总是零"),
    "overflowing power": ("wide * wide * wide", "37 位"),
    "overflow below a rounding": ("round(wide * sales * sales * 0.000000000001, 2)", "37 位"),
    "overflow in a comparison": ("wide * sales > 0.000000000001 * debts / (fine * fine)", "37 位"),
    # shape
    "nothing": ("", UNREADABLE),
    "blanks": ("   ", UNREADABLE),
    "empty brackets": ("()", NOT_ALLOWED),
    "open bracket": ("(sales", UNREADABLE),
    "closed bracket": ("sales)", UNREADABLE),
    "brackets the wrong way": ("sales) + (debts", UNREADABLE),
    "open quote": ("kind = '甲", UNREADABLE),
    "open double quote": ('"sales', UNREADABLE),
    "hanging operator": ("sales +", UNREADABLE),
    "two operators": ("sales * / debts", UNREADABLE),
    "too long": ("sales + " * 200 + "1", "超过 1000 个"),
    "brackets without end": ("(" * 31 + "sales" + ")" * 31, TOO_DEEP),
    "thousand brackets": ("(" * 499 + "1" + ")" * 499, TOO_DEEP),
    "thousand nots": ("not " * 240 + "listed", TOO_DEEP),
    "thousand minuses": ("- " * 490 + "sales", TOO_DEEP),
    "cases within cases": ("case when listed then " * 31 + "1" + " end" * 31, TOO_DEEP),
    "a sum without end": ("+".join(["sales"] * 160), TOO_DEEP),
    "floor of floor of floor": ("floor(" * 12 + "sales / 3" + ")" * 12, "太复杂"),
    "least of many quotients": ("least(" + ", ".join(["sales / debts"] * 12) + ")", "太复杂"),
    "case of one value": ("case kind when '甲' then 1 else 2 end", "case 后面直接写 when"),
    # types
    "text in a sum": ("kind + 1", "是文字, 这里要数字"),
    "condition in a sum": ("listed + 1", "是是否成立的条件, 这里要数字"),
    "date in a sum": ("since + 1", "是日期, 这里要数字"),
    "number as condition": ("sales and listed", "是数字, 这里要是否成立的条件"),
    "number compared with text": ("sales = '5'", "两边不是同一类"),
    "flag compared with number": ("listed = 1", "两边不是同一类"),
    "text put in order": ("kind > '甲'", "只能用 = 或 <> 比较"),
    "no such choice": ("kind = '丁'", "不在可选值里"),
    "no such choice among several": ("kind in ('甲', '丁')", "不在可选值里"),
    "no such day": ("since > '2026-02-30'", "不是日期"),
    "a day in another order": ("since > '01/02/2026'", "不是日期"),
    "values of two kinds": ("case when listed then 1 else '甲' end", "不是同一类"),
    "rounded to nothing": ("round(sales, -2)", "位数要写成 0 到 9"),
    "rounded to a fact": ("round(sales, count)", "位数要写成 0 到 9"),
    "days of a number": ("days_between(sales, since)", "是数字, 这里要日期"),
    "percentile of a sum": ("percentile(sales + 1)", "只能写一个数字型事实名"),
    "portfolio of a text": ("portfolio_max(kind)", "是文字, 这里要数字"),
    "one of one": ("least(sales)", "至少要两个值"),
    "wrong count": ("days_between(since)", "参数个数不对"),
    "abs of two": ("abs(sales, 2)", UNREADABLE),
    "in without values": ("sales in ()", "in 后面要括号里的几个值"),
    "in a fact": ("sales in debts", NOT_ALLOWED),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("wanted", ["number", "truth"])
def test_what_is_not_on_the_list_is_refused_with_its_reason(text: str, reason: str, wanted: str) -> None:
    found = faults_of(text, wanted)
    assert any(reason in fault.what for fault in found), found
    assert all(fault.fix for fault in found), "a fault says what to do"
    assert all(fault.offset is None or 0 <= fault.offset < max(len(text), 1) for fault in found)


def test_refusing_is_told_to_the_caller_alone(caplog: pytest.LogCaptureFixture) -> None:
    for text in ["if / 2", "show", "describe sales", *(text for text, _reason in HOSTILE.values())]:
        faults_of(text)
    assert not caplog.records


def test_every_fault_of_an_expression_is_told_at_once() -> None:
    assert [fault.what for fault in faults_of("profit + sum(sales) * (listed + 1)")] == [
        "“profit”没有在 facts 里声明。",
        "算式里不能用“SUM(sales)”。",
        "“listed”是是否成立的条件, 这里要数字。",
    ]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("sales + profit", 8),
        ("sales +\n  profit", 10),
        ("sales + select", 8),
        ("sales\u200b", 5),
        ("least(sales, sum(debts))", 13),
        ("sales; debts", 5),
        ("(sales + debts", 9),
        ("call / 2", 0),
    ],
)
def test_a_fault_says_where_it_is(text: str, offset: int) -> None:
    assert [fault.offset for fault in faults_of(text)] == [offset]


def test_a_near_name_is_offered() -> None:
    assert "“sales”" in faults_of("sale + 1")[0].fix


def test_reading_takes_little_time_whatever_the_text() -> None:
    texts = [text for text, _reason in HOSTILE.values()] + [
        "least(" * 25 + "sales" + ", 1)" * 25,
        "(sales / debts)" * 60,
    ]
    start = time.process_time()
    for text in texts:
        faults_of(text)
    assert time.process_time() - start < 10


# An engine that would be let through anyway ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hosts')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '/nowhere/x.csv'",
        "ATTACH '/nowhere/x.db'",
        "INSTALL httpfs",
        "LOAD '/nowhere/x.so'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET threads = 8",
        "EXPORT DATABASE '/nowhere/d'",
    ],
)
def test_the_engine_reaches_nothing_outside_even_if_asked(statement: str) -> None:
    with pytest.raises(duckdb.Error, match=r"disabled|locked|not allowed|Cannot"):
        engine().execute(statement)
