"""Facts derived from a file of invoices as a table of its own, and how it is written."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from creditpolicy.customers import Table
from creditpolicy.facts import derive, read_dealings
from creditpolicy.language import _
from creditpolicy.prepared import today
from creditpolicy.problems import Problem
from creditpolicy.tables.exports import whole_file, write_csv


@dataclass(frozen=True, slots=True)
class FactTable:
    """Facts by customer as of a day: `table` has `customer_id` and a column for each of `names`.

    `rows` counts the dealings used, `left_out` those that could not be; `problems` tell of these and of the whole.
    """

    table: pa.Table
    as_of: datetime.date
    names: tuple[str, ...]
    rows: int
    left_out: int
    problems: tuple[Problem, ...]


def facts_from_invoices(
    invoices: Table,
    *,
    as_of: datetime.date | None = None,
    mapping: Mapping[str, str] | str | Path | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
    progress: Callable[[str], None] | None = None,
) -> FactTable:
    """Derive every fact that invoices can answer, as of a day (default: today); raise Refusal where they cannot be used."""
    tell = progress or (lambda _text: None)
    day = as_of or today()
    tell(_("读取发票"))
    dealings = read_dealings(invoices, "invoices", mapping, sheet=sheet, encoding=encoding, day_first=day_first)
    tell(_("算出事实"))
    derivation = derive(invoices=dealings.table, as_of=day)
    names = tuple(name for name in derivation.table.column_names if name != "customer_id")
    problems = (*dealings.problems, *derivation.problems)
    return FactTable(derivation.table, day, names, dealings.rows, dealings.left_out, problems)


def write_facts(facts: FactTable, path: Path) -> Path:
    """Write the facts by the ending of `path`: .csv, .parquet, .json, or .xlsx with their definitions and all problems."""
    writers: dict[str, Callable[[FactTable, Path], None]] = {
        ".csv": lambda facts, part: write_csv(part, facts.table),
        ".parquet": lambda facts, part: pq.write_table(facts.table, part),
        ".json": _write_json,
        ".xlsx": _write_workbook,
    }
    with whole_file(path) as part:
        writers[path.suffix.lower()](facts, part)
    return path


def _write_json(facts: FactTable, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("[")
        for number, row in enumerate(facts.table.to_pylist()):
            out.write(",\n" if number else "\n")
            out.write(json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False))
        out.write("\n]\n")


def _plain(value: Any) -> Any:
    """Give a decimal or a day as text, so that no digit is lost; the rest as it is."""
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _write_workbook(facts: FactTable, path: Path) -> None:
    from creditpolicy.workbooks.facts_workbook import write_facts_workbook

    write_facts_workbook(facts.table, path, as_of=facts.as_of, problems=facts.problems)
