"""The query: golden texts, exact types in every stage, names that clash with nothing, comments that end nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import sqlglot
from sqlglot import expressions as sql

from boundaries import customers
from creditpolicy.compiler import CUSTOMERS, PORTFOLIO, Query, compile_policy, to_dialect
from creditpolicy.compiler import exact as exact_module
from creditpolicy.compiler import points as points_module
from creditpolicy.compiler.whole import Whole, constant, plus, quotient, times
from creditpolicy.model import Band
from creditpolicy.program import Program, build
from creditpolicy.reader import read_policy
from shared_programs import FEATURES, GOLDEN, PACKS, program
from two_readings import DAY, assert_agreed, by_query, engine, table_of

READ_AS_A_DIFF = ["leasing", "sales-tiering", "credit-standing"]


def compiled(name: str, *, separate: bool = False) -> Query:
    return compile_policy(program(name), as_of=DAY, separate_portfolio=separate)


# Golden texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FEATURES, *READ_AS_A_DIFF])
def test_the_query_is_as_it_was_last_read(name: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{name}.sql", compiled(name).text())


def test_the_query_over_a_separate_portfolio_is_as_it_was_last_read(golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / "portfolio_separate.sql", compiled("portfolio", separate=True).text())


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_a_policy_compiles_to_the_same_query_every_time(name: str) -> None:
    assert compiled(name).text() == compiled(name).text()


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_totals_grades_and_limits_are_the_same_without_the_items(name: str) -> None:
    rows = customers(program(name), Random(3), 30)
    short, full = by_query(program(name), rows, detail="grades"), by_query(program(name), rows)
    assert short == [{column: row[column] for column in short[0]} for row in full]


@pytest.mark.parametrize("dialect", ["spark", "postgres"])
@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_other_engines_get_a_query_that_reads_as_their_own(name: str, dialect: str) -> None:
    text = to_dialect(compiled(name), dialect)  # type: ignore[arg-type]
    assert sqlglot.parse_one(text, dialect=dialect).find(sql.Select)
    assert "INT128" not in text
    assert "HUGEINT" not in text
    assert "NOT MATERIALIZED" not in text


# No binary floating point --------------------------------------------------------------------------------------------


def assert_exact(query: Query, made: Program) -> None:
    """Find no binary floating point: no `/`, no such type in any column of any stage nor in any expression within one."""
    rows = customers(made, Random(5), 20)
    connection = engine()
    connection.register(CUSTOMERS, table_of(made.inputs, rows, made.key))
    connection.register(PORTFOLIO, table_of(made.inputs, rows, made.key))
    assert not re.search(r"\b(DOUBLE|FLOAT|REAL)\b|\d[eE][+-]?\d", query.text())
    before = ""
    for stage in query.stages:
        tree = sqlglot.parse_one(stage.sql, dialect="duckdb")
        assert not list(tree.find_all(sql.Div)), f"{stage.name} divides"
        for probe in probes(tree):
            (types,) = connection.sql(f"{before and 'WITH ' + before} {probe}").fetchall() or [()]
            assert not {kind for kind in types if kind in {"DOUBLE", "FLOAT"}}, f"{stage.name}: {probe}"
        before = f"{before}{', ' if before else ''}{stage.name} AS ({stage.sql})"
    described = connection.sql(f"DESCRIBE WITH {before} SELECT * FROM {query.stages[-1].name}").fetchall()
    assert described
    assert not {kind for _name, kind, *_rest in described if "DOUBLE" in kind or "FLOAT" in kind}


def probes(tree: sql.Expr) -> Iterator[str]:
    """Give for each SELECT queries for the types of all expressions in it, those of aggregates with their groups."""
    for select in tree.find_all(sql.Select):
        found = [node for node in select.find_all(sql.Condition) if node.parent_select is select]
        whole = [
            node for node in found if isinstance(node, (sql.AggFunc, sql.Window)) and not node.find_ancestor(sql.Window)
        ]
        plain = [node for node in found if not node.find(sql.AggFunc, sql.Star) and not isinstance(node, sql.Window)]
        for nodes, grouped in ((plain, False), (whole, True)):
            if nodes:
                probe = select.copy()
                if not grouped:
                    probe.set("group", None)
                types = [f"typeof({node.sql('duckdb')})" for node in nodes]
                yield probe.select(*types, append=False, dialect="duckdb").limit(1).sql("duckdb")


@pytest.mark.parametrize("name", [*FEATURES, *PACKS])
def test_no_binary_floating_point_is_anywhere_in_a_query(name: str) -> None:
    assert_exact(compiled(name), program(name))
    if program(name).portfolio_figures:
        assert_exact(compiled(name, separate=True), program(name))


def _by_the_engine(whole: Whole, divisor: Whole, **_how: bool) -> Whole:
    return Whole(f"CAST(ROUND({whole.sql} / {divisor.sql}) AS BIGINT)", whole.most, 64)


def _through_a_root(whole: Whole, divisor: Whole, **_how: bool) -> Whole:
    return Whole(f"CAST(SQRT({whole.sql} * {whole.sql}) AS BIGINT)", whole.most, 64)


@pytest.mark.parametrize("rounding", [_by_the_engine, _through_a_root])
def test_a_double_put_into_the_query_is_found(rounding: Callable[..., Whole], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_module, "half_up", rounding)
    with pytest.raises(AssertionError):
        assert_exact(compiled("scoring"), program("scoring"))


# Names and comments --------------------------------------------------------------------------------------------------

HEAD = 'policy: names\nversion: "1.0"\ntitle: 名字\ndocument: {name: T}\neffective_from: 2026-01-01\n'


def names_policy(names: list[str]) -> Program | list[str]:
    """Make a policy with numeric facts of the given names, each also an item and looked at by a veto; or its flaws."""
    facts = "".join(f'  "{name}": {{label: "{name}", type: score, range: [-5, 5]}}\n' for name in names)
    items = "".join(f'    - {{item: "{name}", max: 5, min: -5, points: {name} / 2}}\n' for name in names)
    vetoes = "".join(f'    - {{veto: "{name}", label: 否, when: {name} > 4.5, grade: B}}\n' for name in names)
    card = f"scorecard:\n  base:\n{items}  vetoes:\n{vetoes}grades:\n  - {{grade: A, from: 2}}\n  - {{grade: B}}\n"
    return built(f"{HEAD}facts:\n{facts}{card}")


def built(text: str) -> Program | list[str]:
    """Give the program of a policy's text, or what is wrong with it."""
    reading = read_policy(text)
    assert reading.policy is not None, reading.problems
    made, flaws = build(reading.policy)
    return made if made is not None else [flaw.fault.what for flaw in flaws]


CLASHING = [
    "weight", "points_a", "band_a", "veto_a", "portfolio_max_a", "a", "facts", "customers", "points", "totals", "grades",
    "placed", "portfolio", "value", "consequences", "customer_id", "portfolio_customers", "wanted", "places", "unweighed",
]  # fmt: skip
SQL_WORDS = [
    "select", "from", "where", "order", "group", "by", "table", "user", "date", "time", "timestamp", "interval", "cast", "left",
    "right", "join", "union", "all", "any", "some", "exists", "distinct", "filter", "over", "window", "values", "index", "key",
    "primary", "desc", "asc", "with", "as", "on", "using", "if", "like", "array", "map", "struct", "list", "row_number", "count",
    "sum", "max", "min", "current_date", "current_user", "session_user", "natural", "pivot", "qualify", "sample", "summarize",
    "describe", "show", "set", "call", "copy", "attach", "pragma", "load", "install", "vacuum", "begin", "commit", "交易", "_",
]  # fmt: skip


@pytest.mark.parametrize("names", [CLASHING, SQL_WORDS], ids=["names of the query", "words of SQL"])
def test_facts_may_have_the_names_of_columns_tables_and_keywords(names: list[str]) -> None:
    made = names_policy(names)
    assert isinstance(made, Program), made
    assert_agreed(made, customers(made, Random(7), 40))


@pytest.mark.parametrize(
    "name", ["row", "Row", "total", "GRADE", "limit", "as_of", "and", "Case", "null", "between", "true", "end"]
)
def test_a_fact_with_a_reserved_name_is_refused(name: str) -> None:
    assert names_policy([name, "other"])[0] == f"“{name}”是保留的名字。"  # type: ignore[index]


def test_names_that_differ_only_in_case_are_refused() -> None:
    flaws = names_policy(["Sales", "sales"])
    assert "只差大小写" in flaws[0]  # type: ignore[index]
    assert "只差大小写" in names_policy(["Customer_ID"])[0]  # type: ignore[index]
    assert flaws[1:] == ["“sales”用了两次。"] * 2  # type: ignore[index]


@pytest.mark.parametrize(
    "label",
    [
        "二行\n; DROP TABLE customers",
        "*/ DROP TABLE customers; /*",
        "--",
        "\r尾",
        "'引'号\"",
        "/**//*/",
        "\u2028段\u0085",
    ],
)
def test_a_label_cannot_leave_its_comment(label: str) -> None:
    made = program("scoring")
    policy = made.policy
    facts = {
        name: fact.model_copy(update={"label": fact.label.model_copy(update={"zh_hans": label})})
        for name, fact in policy.facts.items()
    }
    changed, flaws = build(policy.model_copy(update={"facts": facts}))
    assert changed is not None, flaws
    rows = customers(made, Random(11), 10)
    assert by_query(changed, rows) == by_query(made, rows)


# Whole numbers -------------------------------------------------------------------------------------------------------


def test_whole_numbers_are_widened_before_a_result_needs_it() -> None:
    small = Whole("x", 50_000, 32)
    assert times(small, small).sql == "(CAST(x AS BIGINT) * x)"
    assert times(Whole("y", 10**18, 64), constant(100)).sql == "(CAST(y AS HUGEINT) * 100)"
    assert plus(small, constant(-7)).sql == "(x + (-7))"
    assert plus(small, constant(-7)).width == 32


def test_a_number_of_the_policy_is_taken_digit_by_digit() -> None:
    digits = "123456789012345678.123456789012"
    assert Band.model_validate({"points": digits}).points == Decimal(digits)
    assert Band.model_validate({"points": digits + "亿"}).points == Decimal("12345678901234567812345678.9012")


def test_constants_are_reckoned_while_compiling() -> None:
    assert quotient(constant(-7), constant(2)).known == -3, "towards zero, as engines divide"
    assert times(constant(10**20), constant(10**15)).sql == str(10**35)


def test_a_number_that_no_engine_holds_is_never_written() -> None:
    with pytest.raises(OverflowError):
        times(Whole("x", 10**20, 128), constant(10**18))


def test_an_item_of_many_bands_numbers_them_all() -> None:
    bands = "".join(f"        - {{from: {n}, below: {n + 1}, points: {n % 7}}}\n" for n in range(300))
    facts = "facts:\n  a: {label: 甲, type: count}\n"
    card = f"scorecard:\n  base:\n    - item: a\n      bands:\n{bands}grades:\n  - {{grade: A}}\n"
    made = built(HEAD + facts + card)
    assert isinstance(made, Program)
    rows = assert_agreed(made, [{"a": n} for n in (0, 127, 128, 299, 300, None)])
    assert [row["band.a"] for row in rows] == [1, 128, 129, 300, 0, 0]
    assert points_module.WEIGHT not in compile_policy(made, as_of=DAY).text()
