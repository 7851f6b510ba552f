"""What DuckDB itself may make of a column of a Parquet file: a value, and when that is surely what the reader of cells gives.

Everything not sure (`1.2万`, ` 否`, `2024年1月5日`, infinity) is read by the reader of cells, so that a customer gets the same
points however large the file that he stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from creditpolicy.model import Kind
from creditpolicy.tables import Column
from creditpolicy.tables.literals import NOTHING

ALWAYS, NEVER = "TRUE", "FALSE"

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"} | {
    f"U{name}" for name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
}
_PLAIN_NUMBER = r"-?[0-9]{1,15}(\.[0-9]{1,15})?"
_PLAIN_WHOLE = r"-?[0-9]{1,15}"
_PLAIN_ID = r"[A-Za-z0-9\p{Han}]([!-~\p{Han}]*[A-Za-z0-9\p{Han}_])?"
_CHANGED_ID = r"(?i)[0-9]+(\.[0-9]+)?E\+[0-9]{1,3}|[0-9]{1,15}\.0+|Err:[0-9]{3}"
_PLAIN_TEXT = r"[A-Za-z0-9\p{Han}]([^\p{C}]*[A-Za-z0-9\p{Han})）.])?"
_DAY = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Native:
    """A column read in SQL: `value` is right wherever `sure` holds; a blank is NULL there. The rest is not known."""

    value: str
    sure: str


def native(raw: str, given: str, column: Column, wanted: str) -> Native:
    """Say how to read the column `raw` of DuckDB's type `given` for `column`, to be kept as `wanted`."""
    if column.kind.is_number:
        return _number(raw, given, column, wanted)
    readers = {Kind.ID: _id, Kind.TEXT: _text, Kind.DATE: _date}
    if column.kind in readers:
        return readers[column.kind](raw, given)
    if column.kind is Kind.CHOICE and given == "VARCHAR" and column.choices:
        return Native(raw, f"{raw} IN ({', '.join(map(_literal, column.choices))})")
    return Native(raw, ALWAYS) if given == wanted == "BOOLEAN" else Native("NULL", NEVER)


def by_digits(raw: str) -> str:
    """Write a short float as a double of the few digits that it shows: 0.145, not 0.14499999582767487."""
    return f"CAST(CAST({raw} AS VARCHAR) AS DOUBLE)"


def is_nested(given: str) -> bool:
    """Tell of a type that holds no single value, or no readable one."""
    return given.endswith("]") or given.startswith(("STRUCT", "MAP", "UNION", "BLOB", "VARIANT"))


def _number(raw: str, given: str, column: Column, wanted: str) -> Native:
    low, high = column.bounds
    whole = column.kind in {Kind.COUNT, Kind.DAYS}
    value, sure = f"TRY_CAST({raw} AS {wanted})", ALWAYS
    if given == "DOUBLE":
        value, sure = _of_double(raw, column.scale, wanted), f"isfinite({raw})"
    elif given == "VARCHAR":
        sure = f"regexp_full_match({raw}, {_literal(_PLAIN_WHOLE if whole else _PLAIN_NUMBER)})"
    elif not given.startswith("DECIMAL") and given not in _WHOLE:
        return Native("NULL", NEVER)
    inside = f"{sure} AND {value} BETWEEN {low:f} AND {high:f}"
    if whole and given not in _WHOLE | {"VARCHAR"}:
        inside += f" AND {raw} = {value}"
    if given == "DOUBLE":
        return Native(f"CASE WHEN NOT isnan({raw}) THEN {value} END", f"(isnan({raw}) OR ({inside}))")
    return Native(value, f"({inside})")


def _of_double(raw: str, scale: int, wanted: str) -> str:
    """Write the decimal that a binary number stands for, by its 15 significant digits, rounded half up.

    Where few digits stand behind the point, a whole number of the last digit is found and checked by dividing back:
    that is exact (see `tables.bulk`) and much faster than writing the number out.
    """
    step = Decimal(1).scaleb(-scale)
    steps = f"round({raw} * 1e{scale})"
    exact = f"abs({steps}) < 1e15 AND {steps} / 1e{scale} = {raw}"
    quick = f"CAST(TRY_CAST({steps} AS BIGINT) AS DECIMAL(38, 0)) * {step:f}"
    return f"CASE WHEN {exact} THEN TRY_CAST({quick} AS {wanted}) ELSE TRY_CAST(format('{{:.15g}}', {raw}) AS {wanted}) END"


def _id(raw: str, given: str) -> Native:
    if given == "VARCHAR":
        nothing = ", ".join(_literal(word) for word in sorted(NOTHING) if word.isascii())
        plain = f"regexp_full_match({raw}, {_literal(_PLAIN_ID)})"
        changed = f"regexp_full_match({raw}, {_literal(_CHANGED_ID)})"
        return Native(raw, f"({plain} AND NOT {changed} AND lower({raw}) NOT IN ({nothing}))")
    if given in _WHOLE:
        return Native(f"CAST({raw} AS VARCHAR)", f"({raw} BETWEEN -999999999999999 AND 999999999999999)")
    if given == "DOUBLE":
        value = f"CASE WHEN NOT isnan({raw}) THEN CAST(TRY_CAST({raw} AS BIGINT) AS VARCHAR) END"
        return Native(value, f"(isnan({raw}) OR (isfinite({raw}) AND abs({raw}) < 1e15 AND trunc({raw}) = {raw}))")
    return Native("NULL", NEVER)


def _text(raw: str, given: str) -> Native:
    if given == "VARCHAR":
        return Native(raw, f"(regexp_full_match({raw}, {_literal(_PLAIN_TEXT)}) AND lower({raw}) <> 'n/a' "
                           f"AND NOT starts_with({raw}, 'Err:'))")  # fmt: skip
    return Native(f"CAST({raw} AS VARCHAR)", ALWAYS) if given in _WHOLE else Native("NULL", NEVER)


def _date(raw: str, given: str) -> Native:
    value = f"TRY_CAST({raw} AS DATE)"
    inside = f"{value} BETWEEN DATE '1900-01-01' AND DATE '2200-12-31'"
    if given == "VARCHAR":
        return Native(value, f"(regexp_full_match({raw}, {_literal(_DAY)}) AND {inside})")
    return Native(value, f"({inside})") if given in {"DATE", "TIMESTAMP"} else Native("NULL", NEVER)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
