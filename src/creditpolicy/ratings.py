"""The ratings of many customers: counted by grade, explained one by one, with what cost most and what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from creditpolicy.compiler import ROW, band_column, points_column, veto_column
from creditpolicy.customers import Customers
from creditpolicy.explain import CustomerRating, customer_rating, points_of
from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.plain import PlainReading, Rated, portfolio_of
from creditpolicy.prepared import Prepared
from creditpolicy.problems import Problem, Refusal
from creditpolicy.program import LIMIT_DIGITS
from creditpolicy.run import Run
from creditpolicy.showing import html_table
from creditpolicy.ways import WaysUp, ways_up
from creditpolicy.wording import grade_label, item_label

SHOWN = 20
"""So many customers a notebook shows."""


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A line of the grade table: how many customers have a grade, their limits and the amount that is looked at.

    `grade` None counts those refused. `share` is of all rows, `limit` and `amount` are sums in yuan.
    """

    grade: str | None
    label: str
    count: int
    share: Decimal
    limit: Decimal | None
    amount: Decimal | None


class Outcome(NamedTuple):
    """What came out for one customer, without a word of why: his row, grade (None refused), limit, and the amount asked for."""

    row: int
    grade: str | None
    limit: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What an item cost on average: the mean of points short of its maximum, over the customers rated."""

    id: str
    label: str
    mean_lost: Decimal
    customers: int


class Ratings:
    """The ratings of many customers under one policy on one day. Points and money are exact decimals."""

    def __init__(self, prepared: Prepared, run: Run) -> None:
        self.prepared = prepared
        self.program = prepared.program
        self.policy = prepared.policy
        self.run = run
        self.as_of = run.as_of

    # One customer ------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[CustomerRating]:
        """Give every customer, in the order of the file."""
        for row in self.run.rows():
            yield self._customer(row)

    def outcomes(self, amount: str | None = None) -> Iterator[Outcome]:
        """Give what came out for every customer, in the order of the file; a small part of what explaining him costs.

        `amount` names an amount among the facts, to be given with it.
        """
        rule = self.program.fact.get(amount) if amount is not None else None
        computed = self._computed(rule.id) if rule is not None and rule.formula is not None else None
        grades = [grade.grade for grade in self.policy.grades]
        for row, place, limit, value in self.run.outcomes(rule.id if rule is not None and computed is None else None):
            known = next(computed) if computed is not None else value
            yield Outcome(
                row,
                None if place is None else grades[place],
                None if place is None or limit is None else points_of(int(limit), LIMIT_DIGITS),
                known if isinstance(known, Decimal) else None,
            )

    def _computed(self, fact: str) -> Iterator[Any]:
        """Give a fact that is calculated from others, of every customer."""
        for row in self.run.rows():
            yield self._plain.with_computed({rule.id: row.get(rule.id) for rule in self.program.inputs}).get(fact)

    def explained(self, rows: Sequence[int]) -> Iterator[CustomerRating]:
        """Explain the customers with these row numbers, in the order of the file."""
        for row in self.run.rows(only=rows):
            yield self._customer(row)

    def __len__(self) -> int:
        """Count the customers, refused ones too."""
        return sum(line.count for line in self.grade_table)

    def explain(self, customer_id: str) -> CustomerRating:
        """Give one customer's rating with its reasons; raise Refusal where there is no such customer."""
        rows = list(self.run.rows(f'WHERE customers."{self.program.key}" = ?', [str(customer_id)]))
        if not rows:
            raise Refusal(
                _("没有客户“{customer}”。").format(customer=customer_id),
                [Problem("no-customer", _("表里没有这个客户编号。"), "", _("核对编号; 数字编号前面的 0 也要写上。"))],
            )
        return self._customer(rows[0])

    def ways_up(self, customer_id: str) -> WaysUp | None:
        """Give the shortest ways of a customer to the next grade, by one item and by two; None where there is no next."""
        customer = self.explain(customer_id)
        if customer.grade is None:
            return None
        return ways_up(self.program, self._with_portfolio, self._with_portfolio.rate(customer.facts))

    @cached_property
    def _with_portfolio(self) -> PlainReading:
        """The plain reading that knows the portfolio's figures."""
        pool = self.run.portfolio or self.customers
        names = sorted({figure.fact.id for figure in self.program.portfolio_figures})
        if not names:
            return self._plain
        rows = self.run.facts_of(pool, self.program.entered_behind(tuple(names)))
        return PlainReading(
            self.program, as_of=self.as_of, portfolio=portfolio_of(self.program, rows, as_of=self.as_of)
        )

    def _customer(self, row: dict[str, Any]) -> CustomerRating:
        number, key = row[ROW], row.get(self.program.key)
        rated = self._rated(row)
        place, problems = self.customers.place(number), self.customers.refused.get(number, ())
        if not self.customers.file and key is not None:
            place = replace(place, customer=str(key))
            problems = tuple(_about(problem, str(key)) for problem in problems)
        return customer_rating(self._plain, rated, row=number, problems=problems, place=place)

    def _rated(self, row: Mapping[str, Any]) -> Rated:
        """Read a row of facts and query results as what the plain reading gives too."""
        program = self.program
        facts = {rule.id: row.get(rule.id) for rule in program.inputs}
        return Rated(
            tuple(_whole(row[points_column(item.id)]) for item in program.items),
            tuple(row[band_column(item.id)] - 1 if row[band_column(item.id)] else None for item in program.items),
            tuple(row[veto_column(veto.id)] for veto in program.vetoes),
            _whole(row["total"]),
            row["grade"],
            _whole(row["limit"]),
            self._plain.with_computed(facts),
        )

    @cached_property
    def _plain(self) -> PlainReading:
        return PlainReading(self.program, as_of=self.as_of)

    # The whole ---------------------------------------------------------------------------------------------------

    @property
    def customers(self) -> Customers:
        """The customers as they were read."""
        return self.run.customers

    @property
    def notes(self) -> tuple[Problem, ...]:
        """Problems and remarks about the files as a whole."""
        pool = self.run.portfolio
        return (*self.customers.notes, *(pool.notes if pool is not None else ()))

    @cached_property
    def amount_fact(self) -> str | None:
        """The amount that is summed by grade: the first one that the scorecard uses and the table has."""
        used = [
            rule for rule in self.program.inputs if rule.fact.type is Kind.AMOUNT and rule.id in self.customers.present
        ]
        used.sort(key=lambda rule: rule.id not in self.program.used)
        return used[0].id if used else None

    @cached_property
    def grade_table(self) -> tuple[GradeLine, ...]:
        """Give a line for each grade, best first, and one for the refused rows where there are any."""
        amount = f'SUM(customers."{self.amount_fact}")' if self.amount_fact else "NULL"
        join = f'JOIN customers ON customers."{ROW}" = rated."{ROW}"' if self.amount_fact else ""
        with self.run.connected() as connection:
            rows = connection.execute(
                f'SELECT grade, COUNT(*), SUM("limit"), {amount} FROM rated {join} GROUP BY grade'
            ).fetchall()
        found = {grade: (count, limit, total) for grade, count, limit, total in rows}
        whole = sum(count for count, _limit, _total in found.values()) or 1
        lines = []
        for index, grade in [*enumerate(self.policy.grades), (None, None)]:
            count, limit, total = found.get(index, (0, None, None))
            if grade is None and not count:
                continue
            lines.append(
                GradeLine(
                    grade.grade if grade is not None else None,
                    grade_label(grade) if grade is not None else _("未评"),
                    count,
                    Decimal(count) / Decimal(whole),
                    None if limit is None else Decimal(int(limit)).scaleb(-LIMIT_DIGITS),
                    total,
                )
            )
        return tuple(lines)

    @cached_property
    def costs(self) -> tuple[Cost, ...]:
        """Give what each base item and deduction cost on average, the most first."""
        step = Decimal(1).scaleb(-self.program.digits)
        best = self._best_points(step)
        sums = []
        for item in self.program.items:
            column = f'"{points_column(item.id)}"'
            if item.part == "base" and item.id in best:
                lost = f"CASE WHEN {column} IS NOT NULL THEN {best[item.id]} - {column} END"
                sums.append((item, f"SUM({lost}), COUNT({column})"))
            elif item.part == "deduction":
                sums.append((item, f"SUM({column}), COUNT({column})"))
        if not sums:
            return ()
        with self.run.connected() as connection:
            row = (
                connection.execute(
                    f"SELECT {', '.join(sql for _item, sql in sums)} FROM rated WHERE grade IS NOT NULL"
                ).fetchone()
                or ()
            )
        costs = []
        for index, (item, _sql) in enumerate(sums):
            lost, count = row[2 * index], row[2 * index + 1]
            if lost and count:
                mean = (Decimal(int(lost)) * step / Decimal(int(count))).quantize(Decimal("0.01"))
                costs.append(Cost(item.id, item_label(self.program, item), mean, int(count)))
        return tuple(sorted(costs, key=lambda cost: -cost.mean_lost))

    def _best_points(self, step: Decimal) -> dict[str, str]:
        """Write the most that each base item can give, in SQL: more where it carries the weight of what is missing."""
        base = [item for item in self.program.items if item.part == "base"]
        most = {item.id: int(item.high / step) for item in base if item.high is not None}
        if not any(item.missing.kind == "reweigh" for item in base):
            return {name: str(points) for name, points in most.items()}
        weights = [
            f'CASE WHEN "{points_column(name)}" IS NULL THEN 0 ELSE {points} END' for name, points in most.items()
        ]
        return {name: f"{points * sum(most.values())} // ({' + '.join(weights)})" for name, points in most.items()}

    @cached_property
    def veto_counts(self) -> dict[str, int]:
        """Count the customers that each veto hit, by veto id."""
        if not self.program.vetoes:
            return {}
        sums = ", ".join(f'COUNT_IF("{veto_column(veto.id)}" AND NOT refused)' for veto in self.program.vetoes)
        with self.run.connected() as connection:
            row = connection.execute(f"SELECT {sums} FROM rated").fetchone() or ()
        return {veto.id: int(count or 0) for veto, count in zip(self.program.vetoes, row, strict=True)}

    @cached_property
    def refused(self) -> tuple[CustomerRating, ...]:
        """Give the customers that could not be rated, with their problems."""
        return tuple(self._customer(row) for row in self.run.rows("WHERE rated.grade IS NULL"))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Give the problems of all refused rows."""
        return tuple(problem for customer in self.refused for problem in customer.problems)

    @property
    def problem_counts(self) -> Counter[str]:
        """Count refused rows by what was wrong, in words."""
        return Counter(customer.problems[0].what for customer in self.refused if customer.problems)

    # Shown -------------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Show policy, day and the grade table."""
        head = f"{self.policy.title} {self.policy.version}, {self.as_of}"
        return "\n".join([head, *(f"{line.label}: {line.count}" for line in self.grade_table)])

    def _repr_html_(self) -> str:
        """Show the first customers as a table, in a notebook."""
        heads = [_("客户编号"), _("名称"), _("总分"), _("等级"), _("额度"), _("账期 (天)"), _("问题")]
        rows = [
            [
                customer.customer_id, customer.name, customer.total, customer.grade_label, customer.limit,
                customer.terms_days, "; ".join(problem.what for problem in customer.problems),
            ]
            for customer in islice(self, SHOWN)
        ]  # fmt: skip
        title = f"{self.policy.title} {self.policy.version} · {self.as_of} · "
        title += ", ".join(f"{line.label} {line.count}" for line in self.grade_table)
        if len(self) > SHOWN:
            title += " · " + _("前 {shown} 户").format(shown=SHOWN)
        return html_table(title, heads, rows)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _about(problem: Problem, customer: str) -> Problem:
    """Name the customer whom a problem is about, where it stands in no file."""
    return problem if problem.where.file else replace(problem, where=replace(problem.where, customer=customer))
