"""The application's customers for the command: their facts as a table, and whom they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from xinheng.audit import spans
from xinheng.audit.record import SYSTEM, act, record
from xinheng.policies.models import Version
from xinheng.ratings.facts import table_of
from xinheng.ratings.portfolio import on_file
from xinheng.ratings.segments import customers_in


@act
def facts_of_customers(
    version: Version, segment: Mapping[str, Any], *, on: date
) -> tuple[pa.Table, pa.Table | None]:  # fmt: skip
    """Give the facts of a segment, and of everybody on file where that is more; whom the command read is written down."""
    chosen = customers_in(segment, version, on=on)
    keys = list(chosen.values_list("pk", flat=True))
    table = table_of(chosen, version, on=on)
    pool = table_of(on_file(on), version, on=on) if len(keys) < on_file(on).count() else None
    record(
        "connect.read_by_command", None, by=SYSTEM, look=True,
        after={"customers": spans.many(keys), "policy": version.policy.key, "version": version.number, "on": on},
    )  # fmt: skip
    return table, pool
