"""The customers that a policy compares one another with: everybody on file, by the facts that it compares."""

from __future__ import annotations

import time
from datetime import date
from functools import reduce
from operator import or_
from threading import Lock
from typing import Any

import pyarrow as pa
from django.db.models import Max, Q, QuerySet

from creditpolicy.compiler import ROW
from creditpolicy.customers import Customers as Table
from creditpolicy.customers import arrow_type
from creditpolicy.plain import Portfolio, portfolio_of
from creditpolicy.program import Program
from xinheng.audit.models import Entry
from xinheng.customers.models import CardValue, Customer, Status
from xinheng.ledger.models import Invoice
from xinheng.policies.models import Version
from xinheng.policies.queries import prepared
from xinheng.ratings.facts.gathering import arrow, columns_of, gather, parts_of
from xinheng.ratings.models import Rating

STILL_GOOD = 60.0
"""Seconds for which the figures of the portfolio are good enough for points shown while somebody types."""
_kept: dict[tuple[str, int, date], tuple[tuple[Any, ...], float, Portfolio]] = {}
_lock = Lock()


def on_file(on: date) -> QuerySet[Customer]:
    """Give everybody who is rated: customers on file."""
    return Customer.objects.filter(Q(filed_on__isnull=True) | Q(filed_on__lte=on), status=Status.FILED).order_by("pk")


def compared(program: Program) -> tuple[str, ...]:
    """Give the facts, entered or derived, behind the figures of the portfolio."""
    return program.entered_behind(tuple(sorted({figure.fact.id for figure in program.portfolio_figures})))


def portfolio(version: Version, *, on: date, roughly: bool = False) -> Portfolio:
    """Give the portfolio as of a day; `roughly` takes one that is a minute old."""
    program = prepared(version).program
    if not program.portfolio_figures:
        return Portfolio({})
    key, stamp = (version.sha256, version.policy_id, on), _stamp()
    with _lock:
        known = _kept.get(key)
    if known is not None and (known[0] == stamp or (roughly and time.monotonic() - known[1] < STILL_GOOD)):
        return known[2]
    found = portfolio_of(program, pool(version, on=on).rows(), as_of=on)
    with _lock:
        if len(_kept) > 50:
            _kept.clear()
        _kept[key] = stamp, time.monotonic(), found
    return found


_ELSEWHERE = ("ratings.", "workflow.", "policies.", "audit.", "org.")
"""Acts of these rooms change nothing of what customers are compared by, but that a case ends in a rating."""


def _stamp() -> tuple[Any, ...]:
    """Say how far everything is that could change the portfolio: every act leaves a line in the record."""
    elsewhere = reduce(or_, (Q(act__startswith=room) for room in _ELSEWHERE))
    line = Entry.objects.exclude(elsewhere).order_by("-pk").values_list("pk", flat=True).first()
    rated = Rating.objects.filter(assessment__isnull=False).aggregate(last=Max("pk"))["last"]
    newest = (model._base_manager.aggregate(last=Max("pk"))["last"] for model in (Invoice, CardValue, Customer))
    return (line, rated, *newest)


def pool(version: Version, *, on: date) -> Table:
    """Give the portfolio as the library's table: only what is compared is filled in."""
    program = prepared(version).program
    wanted = compared(program)
    columns: dict[str, list[Any]] = {name: [] for name in wanted}
    count = 0
    for part in parts_of(on_file(on)):
        count += len(part)
        for name, values in columns_of(program, gather(part, version, on=on, only=wanted)).items():
            if name in columns:
                columns[name] += values
    arrays: dict[str, Any] = {ROW: pa.array(range(1, count + 1), pa.int64())}
    for rule in program.inputs:
        known = columns.get(rule.id)
        arrays[rule.id] = pa.nulls(count, arrow_type(rule)) if known is None else arrow(rule, known)
    return Table(table=pa.table(arrays), present=frozenset(wanted))
