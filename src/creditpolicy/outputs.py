"""Writes a result: JSON for programs, CSV and Parquet as one row per customer, and the workbook for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import ROW, band_column, points_column, veto_column
from creditpolicy.explain import CustomerRating, ItemResult
from creditpolicy.language import _
from creditpolicy.problems import Problem, Refusal
from creditpolicy.program import LIMIT_DIGITS
from creditpolicy.ratings import Ratings
from creditpolicy.tables.exports import whole_file, write_csv
from creditpolicy.wording import band_words, grade_label


def write_result(result: Ratings, path: Path) -> Path:
    """Write by the ending of the file's name."""
    writers: dict[str, Callable[[Ratings, Path], None]] = {
        ".json": write_json,
        ".csv": lambda result, path: write_csv(path, result_table(result)),
        ".parquet": write_parquet,
        ".xlsx": _write_workbook,
    }
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise Refusal(
            _("不会写 {ending} 文件。").format(ending=path.suffix or path.name),
            [Problem("unknown-ending", _("输出文件名要以 .xlsx、.csv、.json 或 .parquet 结尾。"))],
        )
    _refuse_source(result, path)
    with whole_file(path) as part:
        try:
            writer(result, part)
        except duckdb.IOException as error:
            raise OSError(str(error).splitlines()[0]) from error
    return path


def _refuse_source(result: Ratings, path: Path) -> None:
    """Raise Refusal where a result would replace a file that it came from."""
    pool = result.run.portfolio
    sources = result.customers.sources | (pool.sources if pool is not None else frozenset())
    if path.resolve() in sources:
        raise Refusal(
            _("写不了 {file}。").format(file=path),
            [Problem("own-source", _("它是评级所用的表, 写下去原来的数据就没有了。"), "", _("换一个文件名。"))],
        )


def _write_workbook(result: Ratings, path: Path) -> None:
    from creditpolicy.workbooks import write_workbook  # only now: the workbook library takes a quarter of a second

    write_workbook(result, path)


# JSON ----------------------------------------------------------------------------------------------------------------


def write_json(result: Ratings, path: Path) -> None:
    """Write a list of customers, one by one, so that any number fits."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("[")
        for number, customer in enumerate(result):
            out.write(",\n" if number else "\n")
            out.write(json.dumps(as_json(customer, result.prepared.identity), ensure_ascii=False))
        out.write("\n]\n")


def as_json(customer: CustomerRating, policy: dict[str, str]) -> dict[str, Any]:
    """Give a customer as JSON; numbers are strings so that no digit is lost. The keys are fixed."""
    return {
        "customer_id": customer.customer_id,
        "total": _written(customer.total),
        "grade": customer.grade,
        "grade_label": customer.grade_label,
        "vetoes": list(customer.vetoes),
        "items": [_item_json(item) for item in customer.items],
        "limit": _written(customer.limit),
        "terms_days": customer.terms_days,
        "problems": [_problem_json(problem) for problem in customer.problems],
        "policy": policy,
    }


def _item_json(item: ItemResult) -> dict[str, Any]:
    return {
        "id": item.id,
        "value": item.value,
        "points": _written(item.points),
        "max": _written(item.max),
        "band": item.band,
        "clause": item.clause,
        "reason": item.reason,
    }


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "what": problem.what,
        "why": problem.why,
        "fix": problem.fix,
        "where": str(problem.where),
        "severity": problem.severity,
        "facts": list(problem.facts),
    }


def _written(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


# One row per customer ------------------------------------------------------------------------------------------------


def write_parquet(result: Ratings, path: Path) -> None:
    """Write Parquet straight from the query, streaming where the customers do not fit in memory."""
    with result.run.connected(writing=path, extra={"problem_words": _problem_words(result)}) as connection:
        target = str(path).replace("'", "''")
        connection.execute(f"COPY ({_result_sql(result)}) TO '{target}' (FORMAT PARQUET)")


def result_table(result: Ratings) -> pa.Table:
    """Give the result as an Arrow table, one row per customer in the order of the file."""
    with result.run.connected(extra={"problem_words": _problem_words(result)}) as connection:
        return connection.sql(f'{_result_sql(result)} ORDER BY rated."{ROW}"').to_arrow_table()


def _problem_words(result: Ratings) -> pa.Table:
    rows = [(customer.row, "; ".join(problem.what for problem in customer.problems)) for customer in result.refused]
    return pa.table(
        {
            "problem_row": pa.array([row for row, _words in rows], pa.int64()),
            "problems": pa.array([words for _row, words in rows], pa.string()),
        }
    )


def _result_sql(result: Ratings) -> str:
    program = result.program
    columns = [f'customers."{program.key}" AS customer_id']
    if program.name is not None and program.name in result.customers.present:
        columns.append(f'customers."{program.name}" AS name')
    columns += [
        f"{_decimal('total', program.digits)} AS total",
        f"{_by_grade([grade.grade for grade in program.policy.grades])} AS grade",
        f"{_by_grade([grade_label(grade) for grade in program.policy.grades])} AS grade_label",
        f'{_decimal("limit", LIMIT_DIGITS)} AS "limit"',
        f"CAST({_by_grade(list(_terms_days(result)))} AS INTEGER) AS terms_days",
        f"{_vetoes(result)} AS vetoes",
    ]
    for item in program.items:
        sign = "-" if item.sign < 0 else ""
        columns.append(f'{sign}{_decimal(points_column(item.id), program.digits)} AS "{item.id}_points"')
        bands = [band_words(program, item, step) for step in item.steps]
        columns.append(f'{_cases(f"rated.{_quoted(band_column(item.id))}", [None, *bands])} AS "{item.id}_band"')
    columns.append("problem_words.problems")
    return (
        f'SELECT {", ".join(columns)} FROM rated JOIN customers ON customers."{ROW}" = rated."{ROW}" '
        f'LEFT JOIN problem_words ON rated."{ROW}" = problem_words.problem_row'
    )


def _decimal(column: str, digits: int) -> str:
    step = f"{Decimal(1).scaleb(-digits):f}"
    return f"(CAST(rated.{_quoted(column)} AS DECIMAL(18, 0)) * {step})"


def _by_grade(values: list[str | int | None]) -> str:
    return _cases("rated.grade", values)


def _cases(column: str, values: list[Any]) -> str:
    arms = [f"WHEN {index} THEN {_literal(value)}" for index, value in enumerate(values) if value is not None]
    return f"CASE {column} {' '.join(arms)} END" if arms else "NULL"


def _terms_days(result: Ratings) -> Iterator[int | None]:
    for rule in result.program.terms:
        yield rule.terms.terms_days if rule is not None else None


def _vetoes(result: Ratings) -> str:
    held = [
        f"CASE WHEN rated.{_quoted(veto_column(veto.id))} THEN {_literal(veto.id)} END"
        for veto in result.program.vetoes
    ]
    return f"NULLIF(CONCAT_WS(';', {', '.join(held)}), '')" if held else "CAST(NULL AS VARCHAR)"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
