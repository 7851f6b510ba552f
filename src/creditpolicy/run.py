"""Runs a compiled policy over customers in DuckDB, locked so that a query can reach nothing but its own tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from creditpolicy.compiler import CUSTOMERS, PORTFOLIO, ROW, band_column, compile_policy, points_column
from creditpolicy.customers import Customers
from creditpolicy.language import _
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import Program


@dataclass
class Run:
    """Customers under a program on a day. `rated` holds the query's rows in memory, or None where they are streamed."""

    program: Program
    customers: Customers
    portfolio: Customers | None
    as_of: datetime.date
    rated: pa.Table | None = field(default=None)

    def __post_init__(self) -> None:
        """Run the query at once where everything is in memory."""
        if self.customers.table is not None:
            with self._connected([], None) as connection:
                found = connection.sql(f'SELECT * FROM ({self._query()}) AS rated ORDER BY "{ROW}"').to_arrow_table()
            self.rated = found

    def _query(self, *, detail: str = "items") -> str:
        query = compile_policy(
            self.program,
            as_of=self.as_of,
            detail="grades" if detail == "grades" else "items",
            separate_portfolio=self.portfolio is not None,
            pack=self.customers.table is None,  # streamed: too many to hold
        )
        return query.text()

    @contextmanager
    def connected(
        self, *, writing: Path | None = None, extra: dict[str, pa.Table] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a locked connection with `customers`, `rated` (rows refused at reading have no grade) and the `extra` tables."""
        paths = [writing] if writing is not None else []
        with self._connected(paths, extra) as connection:
            yield connection

    @contextmanager
    def _connected(self, paths: list[Path], extra: dict[str, pa.Table] | None) -> Iterator[duckdb.DuckDBPyConnection]:
        for customers in (self.customers, self.portfolio):
            if customers is not None and customers.stamp is not None and not customers.stamp.holds():
                raise _changed(customers.stamp.path)
        connection = duckdb.connect()
        try:
            for name, customers in ((CUSTOMERS, self.customers), (PORTFOLIO, self.portfolio)):
                if customers is None:
                    continue
                if customers.table is not None:
                    connection.register(name, customers.table)
                elif customers.parquet is not None:
                    paths = [*paths, customers.parquet]
            connection.execute("SET allowed_paths = " + _listed(paths))
            connection.execute("SET enable_external_access = false")
            connection.execute("SET preserve_insertion_order = false")
            for name, customers in ((CUSTOMERS, self.customers), (PORTFOLIO, self.portfolio)):
                if customers is not None and customers.parquet is not None:
                    connection.execute(f"CREATE VIEW {name} AS {customers.select}")
            for name, table in (extra or {}).items():
                connection.register(name, table)
            self._view_rated(connection)
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()

    def _view_rated(self, connection: duckdb.DuckDBPyConnection) -> None:
        if self.rated is None and self.customers.table is not None:
            return
        if self.rated is not None:
            connection.register("query_rows", self.rated)
        else:
            connection.execute(f"CREATE VIEW query_rows AS {self._query()}")
        refused = sorted(self.customers.refused)
        if not refused:
            connection.execute("CREATE VIEW rated AS SELECT *, FALSE AS refused FROM query_rows")
            return
        connection.register("refused_rows", pa.table({"refused_row": pa.array(refused, pa.int64())}))
        # A row that was refused as it was read gets no points either: some would come from facts that are not known.
        blanked = ["grade", "total", "limit"]
        blanked += [column(item.id) for item in self.program.items for column in (points_column, band_column)]
        columns = ", ".join(f'CASE WHEN refused_row IS NULL THEN "{name}" END AS "{name}"' for name in blanked)
        connection.execute(
            f"CREATE VIEW rated AS SELECT query_rows.* REPLACE ({columns}), refused_row IS NOT NULL AS refused "
            f'FROM query_rows LEFT JOIN refused_rows ON query_rows."{ROW}" = refused_row'
        )

    def facts_of(self, pool: Customers, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Give some facts of all customers of a table (the customers themselves, or the portfolio)."""
        table = PORTFOLIO if pool is self.portfolio else CUSTOMERS
        with self.connected() as connection:
            chosen = ", ".join(f'"{name}"' for name in names)
            for part in connection.sql(f"SELECT {chosen} FROM {table}").to_arrow_reader(100_000):
                yield from part.to_pylist()

    def rows(
        self,
        where: str = "",
        parameters: list[Any] | None = None,
        *,
        only: Sequence[int] | None = None,
        batch: int = 20_000,
    ) -> Iterator[dict[str, Any]]:
        """Give facts and query results of each customer, in the order of the file; `only` those with these row numbers."""
        extra = None
        if only is not None:
            extra = {"asked_rows": pa.table({"asked_row": pa.array(only, pa.int64())})}
            where = f'JOIN asked_rows ON asked_row = customers."{ROW}" {where}'
        with self.connected(extra=extra) as connection:
            reader = connection.sql(
                f'SELECT customers.*, rated.* EXCLUDE ("{ROW}", "{self.program.key}") FROM customers '
                f'JOIN rated ON customers."{ROW}" = rated."{ROW}" {where} ORDER BY customers."{ROW}"',
                params=parameters or [],
            ).to_arrow_reader(batch)
            for part in reader:
                yield from part.to_pylist()

    def outcomes(self, fact: str | None, *, batch: int = 100_000) -> Iterator[tuple[int, Any, Any, Any]]:
        """Give number, grade (its place), limit and one entered fact of each customer, in the order of the file."""
        value = f'customers."{fact}"' if fact is not None else "NULL"
        with self.connected() as connection:
            reader = connection.sql(
                f'SELECT rated."{ROW}" AS number, rated.grade AS grade, rated."limit" AS "limit", {value} AS fact '
                f'FROM rated JOIN customers ON customers."{ROW}" = rated."{ROW}" ORDER BY rated."{ROW}"'
            ).to_arrow_reader(batch)
            for part in reader:
                yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _changed(path: Path) -> Refusal:
    return Refusal(
        _("这个文件不能用: {file}").format(file=path),
        [
            Problem(
                "file-changed",
                _("核对之后, 文件被移走或改动了。"),
                _("结果不再与它相符。"),
                _("重新评级, 到写完结果为止不要动这个文件。"),
                Place(file=str(path)),
            )
        ],
    )


def _listed(paths: list[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
