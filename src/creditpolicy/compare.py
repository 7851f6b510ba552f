"""Two policies on the same customers: who moves from grade to grade, by count and by amount, and which items moved him."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from creditpolicy.customers import Table
from creditpolicy.explain import CustomerRating
from creditpolicy.language import _
from creditpolicy.prepared import Prepared, day_of
from creditpolicy.problems import Problem, Refusal
from creditpolicy.program import Program
from creditpolicy.rating import Result, rate
from creditpolicy.ratings import Outcome
from creditpolicy.reader import Reading
from creditpolicy.tables.exports import whole_file, write_csv
from creditpolicy.wording import grade_label

MONEY = pa.decimal128(38, 2)


@dataclass(frozen=True, slots=True)
class Moved:
    """One item under both policies: points before and after (None where a policy has no such item or does not count it)."""

    item: str
    label: str
    before: Decimal | None
    after: Decimal | None
    reason_before: str
    reason_after: str

    @property
    def change(self) -> Decimal:
        """Points gained."""
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer whose grade is not the same under both: grades (None refused), totals, limits, the amount, and what moved him."""

    customer_id: str
    name: str | None
    before: str | None
    after: str | None
    total_before: Decimal | None
    total_after: Decimal | None
    limit_before: Decimal | None
    limit_after: Decimal | None
    amount: Decimal | None
    items: tuple[Moved, ...]
    vetoes_gained: tuple[str, ...]
    vetoes_lost: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Old by new. `counts` and `amounts` are keyed by (grade before, grade after), None for refused.

    `limit_raised` and `limit_lowered` are the sums by which limits rise and fall, in yuan.
    """

    old: Result
    new: Result
    amount_fact: str | None
    counts: dict[tuple[str | None, str | None], int]
    amounts: dict[tuple[str | None, str | None], Decimal]
    movers: tuple[Mover, ...]
    limit_raised: Decimal
    limit_lowered: Decimal

    @property
    def grades_before(self) -> tuple[str | None, ...]:
        """The old policy's grades, best first, and None where some were refused."""
        return _grades(self.old, {before for before, _after in self.counts})

    @property
    def grades_after(self) -> tuple[str | None, ...]:
        """The new policy's grades, best first, and None where some were refused."""
        return _grades(self.new, {after for _before, after in self.counts})

    @property
    def customers(self) -> int:
        """How many customers were compared."""
        return sum(self.counts.values())


def compare(
    old: str | Path | Reading | Prepared,
    new: str | Path | Reading | Prepared,
    table: Table,
    *,
    amount: str | None = None,
    as_of: datetime.date | None = None,
    **how: Any,
) -> Comparison:
    """Rate the same table by two policies and set the results side by side; nothing is changed.

    `amount` is the fact whose sums are shown beside the counts (default: the first amount that the policies share);
    the other arguments are those of `rate`.
    """
    day = day_of(as_of)
    before, after = (rate(policy, table, as_of=day, **how) for policy in (old, new))
    fact = amount or shared_amount(before, after)
    if amount is not None and not any(amount in result.program.fact for result in (before, after)):
        raise Refusal(
            _("没有“{amount}”这个金额。").format(amount=amount),
            [Problem("no-amount", _("--amount 要写制度里的一个金额事实。"), "", _("看 xinheng show 列出的事实编号。"))],
        )
    return compared(before, after, fact)


def shared_amount(before: Result, after: Result) -> str | None:
    """Give the amount that is summed beside the counts: the first that the old policy uses, else the new one's."""
    return before.amount_fact or after.amount_fact


def compared(
    old: Result,
    new: Result,
    fact: str | None,
    *,
    passing: Callable[[Outcome, Outcome], bool] | None = None,
    each: Callable[[CustomerRating, CustomerRating], None] | None = None,
) -> Comparison:
    """Set two results side by side that rated the same customers in the same order, each from a table of its own.

    `fact` is the amount that is summed. `passing` is given what came out for every customer under both, as they come, and
    says of whom it asks for more; `each` is then given these, and all whose grade moved, explained. Nobody else is.
    """
    counts: dict[tuple[str | None, str | None], int] = defaultdict(int)
    amounts: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    asked: list[int] = []
    raised = lowered = Decimal("0.00")
    for before, after in _pairs(old.outcomes(_known(old, fact)), new.outcomes(_known(new, fact))):
        key = before.grade, after.grade
        counts[key] += 1
        value = after.amount if before.amount is None else before.amount
        if value is not None:
            amounts[key] += value
        if before.limit != after.limit and before.limit is not None and after.limit is not None:
            raised += max(after.limit - before.limit, Decimal(0))
            lowered += max(before.limit - after.limit, Decimal(0))
        if (passing is not None and passing(before, after)) or before.grade != after.grade:
            asked.append(after.row)
    movers: list[Mover] = []
    for was, now in _pairs(old.explained(asked), new.explained(asked)) if asked else ():
        if each is not None:
            each(was, now)
        if was.grade != now.grade:
            movers.append(mover_of(was, now, amount_of(fact, was, now)))
    return Comparison(old, new, fact, dict(counts), dict(amounts), tuple(movers), raised, lowered)


def _known(result: Result, fact: str | None) -> str | None:
    return fact if fact in result.program.fact else None


_Row = TypeVar("_Row", Outcome, CustomerRating)


def _pairs(old: Iterable[_Row], new: Iterable[_Row]) -> Iterator[tuple[_Row, _Row]]:
    """Both results come in the order of the same file."""
    for before, after in zip_longest(old, new):
        if before is None or after is None or before.row != after.row:
            raise Refusal(_("两份制度读到的客户不是同一批。"))
        yield before, after


def amount_of(fact: str | None, before: CustomerRating, after: CustomerRating) -> Decimal | None:
    """Give a customer's amount; nothing where it is not known."""
    if fact is None:
        return None
    value = before.facts.get(fact)
    value = after.facts.get(fact) if value is None else value
    return value if isinstance(value, Decimal) else None


def mover_of(before: CustomerRating, after: CustomerRating, amount: Decimal | None) -> Mover:
    """Give what differs for one customer."""
    return Mover(
        after.customer_id,
        after.name or before.name,
        before.grade,
        after.grade,
        before.total,
        after.total,
        before.limit,
        after.limit,
        amount,
        _moved(before, after),
        tuple(veto for veto in after.vetoes if veto not in before.vetoes),
        tuple(veto for veto in before.vetoes if veto not in after.vetoes),
    )


def _moved(before: CustomerRating, after: CustomerRating) -> tuple[Moved, ...]:
    """Give the items whose points differ, the largest change first."""
    old = {item.id: item for item in before.items}
    new = {item.id: item for item in after.items}
    moved = []
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if (was.points if was else None) == (now.points if now else None):
            continue
        moved.append(
            Moved(
                name,
                now.label if now else was.label if was else name,
                was.points if was else None,
                now.points if now else None,
                was.reason if was else _("旧制度没有这一项"),
                now.reason if now else _("新制度没有这一项"),
            )
        )
    return tuple(sorted(moved, key=lambda item: -abs(item.change)))


def _grades(result: Result, seen: set[str | None]) -> tuple[str | None, ...]:
    known: list[str | None] = [grade.grade for grade in result.policy.grades]
    return tuple([*known, None] if None in seen else known)


def label_of(program: Program, grade: str | None) -> str:
    """Give the label of a grade id; refused is 未评."""
    return next((grade_label(found) for found in program.policy.grades if found.grade == grade), _("未评"))


def movers_table(both: Comparison) -> pa.Table:
    """Give a row for each customer who moves: grades, totals, limits and the amount before and after, and what moved him."""
    points = pa.decimal128(18, max(both.old.program.digits, both.new.program.digits))
    columns: tuple[tuple[str, pa.DataType, Callable[[Mover], Any]], ...] = (
        ("customer_id", pa.string(), lambda mover: mover.customer_id),
        ("name", pa.string(), lambda mover: mover.name),
        ("grade_before", pa.string(), lambda mover: mover.before),
        ("grade_after", pa.string(), lambda mover: mover.after),
        ("total_before", points, lambda mover: mover.total_before),
        ("total_after", points, lambda mover: mover.total_after),
        ("limit_before", MONEY, lambda mover: mover.limit_before),
        ("limit_after", MONEY, lambda mover: mover.limit_after),
        ("amount", MONEY, lambda mover: mover.amount),
        ("items", pa.string(), lambda mover: "; ".join(f"{item.label} {item.change:+f}" for item in mover.items)),
        ("vetoes_gained", pa.string(), lambda mover: ";".join(mover.vetoes_gained)),
        ("vetoes_lost", pa.string(), lambda mover: ";".join(mover.vetoes_lost)),
    )
    return pa.table({name: pa.array([value(mover) for mover in both.movers], kind) for name, kind, value in columns})


def write_movers(both: Comparison, path: Path) -> Path:
    """Write every customer who moves, as .csv or .parquet."""
    table = movers_table(both)
    with whole_file(path) as part:
        if path.suffix.lower() == ".parquet":
            pq.write_table(table, part)
        else:
            write_csv(part, table)
    return path
