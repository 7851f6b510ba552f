"""Tables that are in memory already: Arrow, pandas, Polars, DuckDB; read by the same rules as a user's own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.tables.bulk import Typed, read_column
from creditpolicy.tables.cells import Bad
from creditpolicy.tables.columns import Column
from creditpolicy.tables.headings import Names
from creditpolicy.tables.mapping import read_mapping
from creditpolicy.tables.reading import TableReading
from creditpolicy.tables.telling import rounded_note


def match_headers(
    headers: Sequence[str], columns: Sequence[Column], mapping: Mapping[str, str] | Path | str | None = None
) -> dict[str, str]:
    """Give column id → header, the surest for each; two equally sure ones raise `Refusal`."""
    matches = Names(columns, read_mapping(mapping, columns)).matches(list(headers))
    found: dict[str, str] = {}
    for column in columns:
        own = [match for match in matches if match.column.id == column.id]
        surest = max((match.level for match in own), default=0)
        leaders = [match.text for match in own if match.level == surest]
        if len(leaders) > 1:
            raise Refusal(
                _("“{label}”有两列: {headers}。").format(label=column.label, headers=listed(leaders)),
                [
                    Problem(
                        "two-headings", _("看不出用哪一列。"), "", _("去掉一列, 或用对照表指明。"), facts=(column.id,)
                    )
                ],
            )
        if leaders:
            found[column.id] = leaders[0]
    return found


def read_frame(
    frame: pa.Table,
    columns: Sequence[Column],
    *,
    key: str = "customer_id",
    mapping: Mapping[str, str] | Path | str | None = None,
    file: str = "",
) -> TableReading:
    """Read an Arrow table into exact typed columns; rows are numbered from 1. Raises `Refusal` without a key column."""
    matched = match_headers(frame.column_names, columns, mapping)
    place = Place(file=file)
    if key not in matched:
        label = next((column.label for column in columns if column.id == key), key)
        raise Refusal(
            _("表里没有“{label}”这一列。").format(label=label),
            [
                Problem(
                    "no-key",
                    _("找到的列: {headers}。").format(headers=listed(frame.column_names[:20])),
                    "",
                    _("加上这一列, 或用对照表指明。"),
                    place,
                )
            ],
        )
    arrays: dict[str, pa.Array] = {}
    bad: dict[int, tuple[Problem, ...]] = {}
    rounded: dict[str, int] = {}
    for column in columns:
        header = matched.get(column.id)
        if header is None:
            arrays[column.id] = pa.nulls(frame.num_rows, column.arrow_type)
            continue
        typed = _typed(frame.column(header), column)
        arrays[column.id], rounded[column.id] = typed.array, typed.rounded
        faults = dict(typed.bad)
        if column.id == key:
            faults |= {
                index: _no_key(column)
                for index, there in enumerate(typed.array.is_valid().to_pylist())
                if not there and index not in faults
            }
        for index, fault in faults.items():
            where = Place(file=file, row=index + 1)
            problem = Problem(fault.code, fault.what, fault.why, fault.fix, where, facts=(column.id,))
            bad[index + 1] = (*bad.get(index + 1, ()), problem)
    unmatched = tuple(name for name in frame.column_names if name not in matched.values())
    notes = tuple(rounded_note(columns, rounded, place))
    rows = list(range(1, frame.num_rows + 1))
    table = pa.table(arrays, schema=pa.schema([(column.id, column.arrow_type) for column in columns]))
    return TableReading(table, rows, "", matched, unmatched, bad, notes, file)


def _typed(values: pa.ChunkedArray, column: Column) -> Typed:
    if values.type == column.arrow_type and _plainly_fine(values, column):
        return Typed(values.combine_chunks(), {})
    return read_column(values.to_pylist(), column)


def _plainly_fine(values: pa.ChunkedArray, column: Column) -> bool:
    """Tell of a column of the exact type whether every value may be used as it is."""
    if not column.kind.is_number:
        return bool(pa.types.is_boolean(values.type) or pa.types.is_date(values.type))
    ends = pc.min_max(values).as_py()
    low, high = column.bounds
    return bool(ends["min"] is None or (ends["min"] >= low and ends["max"] <= high))


def _no_key(column: Column) -> Bad:
    return Bad(
        "missing-key",
        _("这一行没有“{label}”。").format(label=column.label),
        _("不知道是哪一家, 不能用。"),
        _("补上“{label}”; 不是数据的行就删去。").format(label=column.label),
    )
