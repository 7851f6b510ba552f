"""One customer at once, from Python: prepare a policy, then rate facts as they come, without a table or a database."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from creditpolicy.customers import Table, exact_facts, for_comparing, read_customers
from creditpolicy.explain import CustomerRating, customer_rating
from creditpolicy.plain import PlainReading, Portfolio, Rated, portfolio_of
from creditpolicy.prepared import Prepared, day_of, prepare
from creditpolicy.reader import Reading
from creditpolicy.ways import WaysUp, ways_up


class Rater:
    """A policy ready to rate single customers; make it once and keep it.

    `portfolio` (a table or file) supplies the figures of portfolio-relative items, so that one customer gets what he
    gets among all. Facts are given by id, as Decimal, int, str, bool or date; None or absent is missing.
    """

    def __init__(
        self,
        policy: str | Path | Reading | Prepared,
        *,
        portfolio: Table | None = None,
        as_of: datetime.date | None = None,
    ) -> None:
        self.prepared = prepare(policy)
        self.as_of = day_of(as_of)
        program = self.prepared.program
        figures = Portfolio({})
        if portfolio is not None and program.portfolio_figures:
            table = for_comparing(program, read_customers(program, portfolio, check_duplicates=False))
            figures = portfolio_of(program, table.rows(), as_of=self.as_of)
        self.reading = PlainReading(program, as_of=self.as_of, portfolio=figures)

    def rate(self, facts: Mapping[str, Any]) -> CustomerRating:
        """Rate one customer, with reasons; raise Refusal where a fact is of the wrong type or out of its range."""
        return customer_rating(self.reading, self.score(facts))

    def score(self, facts: Mapping[str, Any]) -> Rated:
        """Rate one customer, in whole numbers only: for programs that rate many one by one."""
        return self.reading.rate(exact_facts(self.prepared.program, facts))

    def ways_up(self, facts: Mapping[str, Any]) -> WaysUp | None:
        """Give the shortest ways of this customer to the next grade."""
        return ways_up(self.prepared.program, self.reading, self.score(facts))


def rate_one(
    policy: str | Path | Reading | Prepared,
    facts: Mapping[str, Any],
    *,
    portfolio: Table | None = None,
    as_of: datetime.date | None = None,
) -> CustomerRating:
    """Rate one customer from his facts by id."""
    return Rater(policy, portfolio=portfolio, as_of=as_of).rate(facts)
