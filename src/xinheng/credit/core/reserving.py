"""The statements that reserve for an order: the guarded decision, then its hold and its movement.

PostgreSQL has them as one function, called in one round trip with its plans kept; SQLite is given them one after another.
The text is the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

RESERVE = """
UPDATE credit_account SET reserved = reserved + %(amount)s, granted = granted + %(single)s
WHERE id = %(account)s
  AND (NOT is_frozen OR %(even_frozen)s)
  AND (valid_until IS NULL OR valid_until > %(on)s)
  AND (granted IS NULL OR %(unbounded)s
       OR used + reserved + %(amount)s <= granted + %(single)s + granted * %(tolerance)s / 10000 + %(over)s
       OR open_orders + reserved + %(amount)s <= prepayment)
RETURNING granted, used, reserved, is_pooled, CASE
  WHEN %(unbounded)s OR open_orders + reserved <= prepayment THEN NULL
  ELSE granted + (granted - %(single)s) * %(tolerance)s / 10000 + %(over)s END
"""
"""The decision: it takes the amount only where it fits at this instant, whoever else comes.

Money that came in for orders pays for them first: an order for which it suffices, with all that is on order and
reserved, fits whatever else is owed. Told last is the most that might be taken; NULL where nothing bounds it.
"""
HOLD = """
INSERT INTO credit_hold (account_id, document, amount, used, released, returned, until_day, state, at)
VALUES (%(account)s, %(document)s, %(amount)s, 0, 0, 0, %(until)s, 'open', %(at)s)
RETURNING id
"""
MOVEMENT = """
INSERT INTO credit_movement (account_id, kind, amount, granted, used, reserved, ceiling, hold_id, part, document, "on",
  by_id, by_name, clause, why, at)
VALUES (%(account)s, 'reserve', %(amount)s, %(granted)s, %(used)s, %(reserved)s, %(ceiling)s, %(hold)s, '', %(document)s,
  %(on)s, %(by)s, %(name)s, %(clause)s, '', %(at)s)
"""
ASKED = {
    "account": "bigint", "amount": "bigint", "single": "bigint", "tolerance": "bigint", "over": "bigint",
    "unbounded": "boolean", "even_frozen": "boolean", "on": "date", "document": "text", "until": "date", "by": "bigint",
    "name": "text", "clause": "text", "at": "timestamptz",
}  # fmt: skip
"""What the statements are given, and its type."""
TOLD = {
    "granted": "bigint", "used": "bigint", "reserved": "bigint", "pooled": "boolean", "ceiling": "bigint",
    "hold": "bigint",
}  # fmt: skip
CALL = f"SELECT * FROM credit_reserve({', '.join(f'%({name})s' for name in ASKED)})"


@dataclass(frozen=True, slots=True)
class Taken:
    """What an account came to when an amount was taken from it; `hold` is the new hold's key."""

    granted: int | None
    used: int
    reserved: int
    is_pooled: bool
    ceiling: int | None
    hold: int | None = None


def take(asked: Mapping[str, Any]) -> Taken | None:
    """Take an amount and nothing else; None where it does not fit."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, asked)
        row = cursor.fetchone()
    return Taken(row[0], row[1], row[2], bool(row[3]), row[4]) if row else None


def take_for_hold(asked: Mapping[str, Any]) -> Taken | None:
    """Take an amount for a new hold, and write it and its movement; None where it does not fit."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(CALL, asked)
            row = cursor.fetchone()
            return Taken(*row) if row[-1] is not None else None
        cursor.execute(RESERVE, asked)
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(HOLD, asked)
        row = (*row, *cursor.fetchone())
        cursor.execute(MOVEMENT, {**asked, **dict(zip(TOLD, row, strict=True))})
    granted, used, reserved, pooled, ceiling, hold = row
    return Taken(granted, used, reserved, bool(pooled), ceiling, hold)


def function() -> str:
    """Write the statements as the function that PostgreSQL keeps."""
    arguments = [f"_{name} {kind}" for name, kind in ASKED.items()] + [
        f"OUT _{name} {kind}" for name, kind in TOLD.items()
    ]
    *balances, hold = (f"_{name}" for name in TOLD)
    body = f"""
BEGIN
{RESERVE} INTO {", ".join(balances)};
IF FOUND THEN
{HOLD} INTO {hold};
{MOVEMENT};
END IF;
END"""
    return (
        f"CREATE OR REPLACE FUNCTION credit_reserve({', '.join(arguments)}) LANGUAGE plpgsql AS $$"
        + re.sub(r"%\((\w+)\)s", r"_\1", body)
        + " $$"
    )
