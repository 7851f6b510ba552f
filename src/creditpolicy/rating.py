"""Rates customers by a policy: `rate` takes any table and gives a result that shows, explains and writes itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from creditpolicy.customers import Customers, Table, for_comparing, read_customers
from creditpolicy.dealings import with_dealings
from creditpolicy.language import _
from creditpolicy.outputs import result_table, write_result
from creditpolicy.prepared import Prepared, day_of, prepare
from creditpolicy.ratings import Ratings
from creditpolicy.reader import Reading
from creditpolicy.run import Run

Mapped = Mapping[str, str] | str | Path | None


class Result(Ratings):
    """The ratings of many customers, with every way to hand them on."""

    def write(self, path: str | Path) -> Path:
        """Write the result by the ending of `path`: .xlsx, .csv, .json or .parquet; give the path back."""
        return write_result(self, Path(path))

    def to_arrow(self) -> pa.Table:
        """Give one row per customer: id, name, total, grade, label, limit, terms, vetoes, points and band of each item, problems."""
        return result_table(self)

    def to_pandas(self) -> Any:
        """Give the same as a pandas frame."""
        return self.to_arrow().to_pandas()


def rate(
    policy: str | Path | Reading | Prepared,
    table: Table,
    *,
    portfolio: Table | None = None,
    invoices: Table | None = None,
    as_of: datetime.date | None = None,
    mapping: Mapped = None,
    invoice_mapping: Mapped = None,
    sheet: str | None = None,
    encoding: str | None = None,
    day_first: bool | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Rate every customer of `table` by `policy`.

    `policy` is a shipped id ("leasing") or a file. `table` is a path (xlsx, xls, ods, csv, parquet), an Arrow table, a
    pandas or Polars frame or a DuckDB relation. `portfolio` is where portfolio-relative points take their figures from
    (default: `table` itself); `invoices` are dealings from which derived facts come; `as_of` is the day of the rating
    (default: today). `mapping` names the user's headers (header → fact id), `invoice_mapping` those of the invoices;
    `sheet` is the customers' sheet; `encoding` and `day_first` settle the characters of text files and days such as
    1/5/2024 where the files do not. Raises Refusal where nothing can be rated; single customers that cannot be are in
    the result, with their problems.
    """
    tell = progress or (lambda _text: None)
    prepared = prepare(policy)
    day = day_of(as_of)
    texts: dict[str, Any] = {"encoding": encoding, "day_first": day_first}

    def read(source: Table, **rest: Any) -> Customers:
        customers = read_customers(prepared.program, source, mapping=mapping, **texts, **rest)
        if invoices is None:
            return customers
        tell(_("由往来算出事实"))
        return with_dealings(prepared.program, customers, invoices, as_of=day, mapping=invoice_mapping, **texts)

    tell(_("读取客户"))
    customers = read(table, sheet=sheet)
    pool = None
    if portfolio is not None:
        tell(_("读取客户群"))
        pool = for_comparing(prepared.program, read(portfolio, check_duplicates=False))
    tell(_("评分"))
    return Result(prepared, Run(prepared.program, customers, pool, day))
