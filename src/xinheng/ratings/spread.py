"""How the grades are spread over the customers on a day, and how they moved between two days; in few questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, FilteredRelation, Prefetch, Q, Sum, When
from django.db.models.functions import TruncMonth

from xinheng.customers.models import Customer, Status
from xinheng.ledger.models import Invoice
from xinheng.ledger.queries import invoices_on
from xinheng.org.models import Appointment, Person
from xinheng.policies.models import Policy
from xinheng.ratings.models import Override, Standing
from xinheng.ratings.queries import Scale, Step, on_day, on_scale

MONEY: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=2)
ZERO = Decimal(0)
UP, DOWN, SAME, NEW, GONE = "up", "down", "same", "new", "gone"
"""How a customer moved between two days: better, worse, not, first graded, or his grade revoked."""


def graded(person: Person, on: date, policy: Policy, *, scale: Scale, since: date | None = None) -> Any:
    """Give the customers that the person sees, each with the grade in force on a day; with `since`, the one on that day too.

    Those count that are filed, and others only where they have a grade. Annotated: `grade` (None: never rated; empty:
    revoked), `place`, and with `since` `before`, `place_before`. `now` and `then` are the standings, for further columns:
    annotate these before filtering by them, or the database joins them once more.
    """
    seen = Customer.objects.visible_to(person).filter(merged_into__isnull=True)
    rows = _with(seen, "now", on, policy).annotate(grade=F("now__grade"), place=scale.place("now__grade"))
    there = Q(status=Status.FILED) | Q(grade__isnull=False)
    if since is not None:
        rows = _with(rows, "then", since, policy)
        rows = rows.annotate(before=F("then__grade"), place_before=scale.place("then__grade"))
        there |= Q(before__isnull=False)
    return rows.filter(there)


def _with(rows: Any, name: str, on: date, policy: Policy) -> Any:
    condition = Q(standings__policy=policy) & on_day(on, "standings__")
    return rows.annotate(**{name: FilteredRelation("standings", condition=condition)})


def with_standings(rows: Any, on: date, policy: Policy) -> Any:
    """Fetch along, for the rows that are shown, the standings up to a day, for `began` to look through."""
    upto = Standing.objects.filter(policy=policy, from_day__lte=on).order_by("from_day", "id")
    upto = upto.select_related("rating", "version").defer("rating__record", "rating__points", "version__text")
    return rows.prefetch_related(Prefetch("standings", upto, to_attr="standings_until"))


def held(customer: Any) -> Standing | None:
    """Give the standing in force on the day, of those fetched along; without a question of its own, as a join would be."""
    if getattr(customer, "grade", None) is None:
        return None
    lasting = [each for each in customer.standings_until if each.until_day is None or each.until_day > each.from_day]
    return lasting[-1] if lasting else None


def began(customer: Any) -> Standing | None:
    """Give the standing with which a customer's grade of the day began; ratings since then may have confirmed it."""
    if getattr(customer, "grade", None) is None:
        return None
    return start_of(customer.standings_until)


def start_of(standings: Sequence[Standing]) -> Standing | None:
    """Give the first of the last standings that have the same grade, of all in the order of their days."""
    held = [each for each in standings if each.until_day is None or each.until_day > each.from_day]
    first = held[-1] if held else None
    for each in reversed(held):
        if first is not None and each.grade != first.grade:
            break
        first = each
    return first


def moved(move: str) -> Q:
    """Give the condition of rows of `graded` with `since` to have moved so."""
    both = Q(before__gt="")
    return {
        UP: both & Q(grade__gt="") & Q(place__lt=F("place_before")),
        DOWN: both & Q(place__gt=F("place_before")),
        SAME: both & Q(place=F("place_before")),
        NEW: Q(grade__gt="") & (Q(before__isnull=True) | Q(before="")),
        GONE: both & (Q(grade="") | Q(grade__isnull=True)),
    }[move]


# On a day ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One grade of the distribution; `step` None counts customers without a grade. `owed` is what they owe on that day."""

    step: Step | None
    count: int
    limit: Decimal
    owed: Decimal | None
    share: Decimal


@dataclass(frozen=True, slots=True)
class Spread:
    """Everybody whom a person sees by the grade of an earlier day, that of a day, and whether he is on file; in one question."""

    found: dict[tuple[str, str, bool], tuple[int, Decimal]]

    @classmethod
    def of(cls, person: Person, since: date, on: date, policy: Policy, *, scale: Scale) -> Spread:
        """Count everybody and sum the limits of the day."""
        rows = graded(person, on, policy, scale=scale, since=since).order_by().values("before", "grade", "status")
        found: dict[tuple[str, str, bool], tuple[int, Decimal]] = {}
        for row in rows.annotate(count=Count("pk"), limit=_sum("now__limit")):
            counts = row["status"] == Status.FILED or row["grade"] is not None
            key = row["before"] or "", row["grade"] or "", counts
            count, limit = found.get(key, (0, ZERO))
            found[key] = count + row["count"], limit + (row["limit"] or ZERO)
        return cls(found)


def distribution(
    person: Person, on: date, policy: Policy, spread: Spread, *, scale: Scale, with_owed: bool, today: date
) -> tuple[Line, ...]:
    """Give the customers by grade, best first, those without one last; `with_owed` adds what they owe."""
    found: dict[str, list[Any]] = {}
    for (_before, grade, counts), (count, limit) in spread.found.items():
        if counts:
            line = found.setdefault(grade, [0, ZERO])
            line[0] += count
            line[1] += limit
    owed = _owed(person, on, policy, today) if with_owed else {}
    whole = sum(count for count, _limit in found.values()) or 1
    steps: Iterable[Step | None] = (*on_scale(scale, list(found)), *((None,) if "" in found else ()))
    return tuple(
        Line(
            step, count, limit, (owed.get(key, ZERO) if with_owed else None), Decimal(count) / whole,
        )
        for step in steps
        for key in [step.grade if step is not None else ""]
        for count, limit in [found.get(key, (0, ZERO))]
    )  # fmt: skip


def _sum(field: str) -> Sum:
    return Sum(field, output_field=MONEY)


def _owed(person: Person, on: date, policy: Policy, today: date) -> dict[str, Decimal]:
    """Give what is owed on a day by the grade of that day; for today, from the sums kept with each invoice."""
    if on >= today:
        rows: Any = Invoice.objects.filter(reversed_on__isnull=True, invoiced_on__lte=on, settled__lt=F("amount"))
        rows = rows.annotate(open_on=F("amount") - F("settled"))
    else:
        rows = invoices_on(on)
    condition = Q(customer__standings__policy=policy) & on_day(on, "customer__standings__")
    signed = Case(When(kind=Invoice.Kind.INVOICE, then=F("open_on")), default=-F("open_on"), output_field=MONEY)
    seen = Customer.objects.visible_to(person)
    if seen.query.where or seen.query.is_empty():
        rows = rows.filter(customer__in=seen)
    told = (
        rows.filter(customer__merged_into__isnull=True, currency="CNY")
        .annotate(now=FilteredRelation("customer__standings", condition=condition))
        .order_by()
        .values("now__grade")
        .annotate(owed=Sum(signed, output_field=MONEY))
    )
    found: dict[str, Decimal] = {}
    for row in told:
        key = row["now__grade"] or ""
        found[key] = found.get(key, ZERO) + (row["owed"] or ZERO)
    return found


# Between two days ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """Customers that went from one grade to another; None is without a grade. `move` says how (see `moved`)."""

    before: Step | None
    after: Step | None
    count: int
    move: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Old grades by new ones; `rows` in the order of the scale, each with its cells in the order of `heads`."""

    heads: tuple[Step | None, ...]
    rows: tuple[tuple[Step | None, tuple[Cell, ...], int], ...]
    counts: dict[str, int]


def migration(spread: Spread, *, scale: Scale) -> Matrix:
    """Give how customers went from the grades of the earlier day to those of the other."""
    found: dict[tuple[str, str], int] = {}
    for (earlier, later, _counts), (count, _limit) in spread.found.items():
        found[earlier, later] = found.get((earlier, later), 0) + count
    named = on_scale(scale, [grade for pair in found for grade in pair])
    heads: tuple[Step | None, ...] = (*named, None)
    counts = dict.fromkeys((UP, DOWN, SAME, NEW, GONE), 0)
    lines = []
    for before in heads:
        cells = tuple(
            Cell(before, after, found.get((_key(before), _key(after)), 0), _move(before, after)) for after in heads
        )
        for cell in cells:
            if cell.move:
                counts[cell.move] += cell.count
        lines.append((before, cells, sum(cell.count for cell in cells)))
    counts[DOWN] += counts[GONE]
    return Matrix(heads, tuple(lines), counts)


def first_moved(
    person: Person, since: date, on: date, policy: Policy, matrix: Matrix, move: str, count: int, *, scale: Scale
) -> list[Any]:
    """Give the first few who moved up or down, the best grades first: of a fall those fallen from, of a rise those risen to.

    Asked grade by grade, and only of pairs of grades that somebody moved between.
    """
    wanted = (DOWN, GONE) if move == DOWN else (move,)
    pairs = [cell for _before, cells, _sum in matrix.rows for cell in cells if cell.count and cell.move in wanted]
    by_best: dict[str, list[str]] = {}
    for cell in pairs:
        best, other = (cell.before, cell.after) if move == DOWN else (cell.after, cell.before)
        by_best.setdefault(_key(best), []).append(_key(other))
    best_field, other_field = ("before", "grade") if move == DOWN else ("grade", "before")
    rows = graded(person, on, policy, scale=scale, since=since)
    found: list[Any] = []
    for step in (*matrix.heads, None):
        others = by_best.pop(_key(step), [])
        if not others or len(found) == count:
            continue
        among = Q(**{f"{other_field}__in": others})
        if "" in others:
            among |= Q(**{f"{other_field}__isnull": True})
        asked = rows.filter(among, **{best_field: _key(step)}).order_by("number")
        found += with_standings(asked, on, policy).only("number", "name")[: count - len(found)]
    return found


def _key(step: Step | None) -> str:
    return step.grade if step is not None else ""


def _move(before: Step | None, after: Step | None) -> str:
    if before is None:
        return NEW if after is not None else ""
    if after is None:
        return GONE
    if after.place == before.place:
        return SAME
    return UP if after.place < before.place else DOWN


# Overrides -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """Overrides of a month, or asked for by a role: how many, what came of them, and their share of what came into force.

    `key` is what the list of overrides is asked by: the month, or the role.
    """

    label: Any
    asked: int
    approved: int
    refused: int
    pierced: int
    moved: int | None = None
    key: str = ""

    @property
    def share(self) -> Decimal | None:
        """Of all grades that came into force in the month, how many were set by people."""
        return Decimal(self.approved) / self.moved if self.moved else None


_APPROVED = Q(from_day__isnull=False)


def override_months(person: Person, since: date, on: date, policy: Policy) -> tuple[Rate, ...]:
    """Give the overrides by the month in which they were asked for, with their share of the grades that took force."""
    asked = _counted(_overrides(person, since, on, policy).annotate(month=TruncMonth("asked_on")), "month")
    standings = Standing.objects.visible_to(person).filter(policy=policy, from_day__gte=since, from_day__lte=on)
    moves: Counter[date] = Counter()
    for row in standings.exclude(grade="").order_by().values("from_day").annotate(count=Count("pk")):
        moves[row["from_day"].replace(day=1)] += row["count"]  # a month is cut from few days, not from every row
    return tuple(
        Rate(month, *asked.get(month, (0, 0, 0, 0)), moved=moves[month], key=f"{month:%Y-%m}")
        for month in sorted({*asked, *moves})
    )


def override_roles(person: Person, since: date, on: date, policy: Policy) -> tuple[Rate, ...]:
    """Give the overrides by the role of whoever asked for them; who held two roles then counts in both."""
    rows = _overrides(person, since, on, policy).annotate(role=F("asked_by__appointments__role"))
    labels = dict(Appointment._meta.get_field("role").flatchoices)
    found = _counted(rows.filter(_HELD), "role")
    return tuple(Rate(labels.get(role, role), *counts, key=role) for role, counts in sorted(found.items()))


_HELD = Q(
    Q(asked_by__appointments__until__isnull=True) | Q(asked_by__appointments__until__gte=F("asked_on")),
    asked_by__appointments__is_revoked=False, asked_by__appointments__since__lte=F("asked_on"),
)  # fmt: skip
"""Whoever asked held the role on that day."""


def asked_in_role(rows: Any, role: str) -> Any:
    """Give those overrides that somebody asked for while he held a role."""
    held = Override.objects.filter(_HELD, asked_by__appointments__role=role)
    return rows.filter(pk__in=held.values("pk"))


def _overrides(person: Person, since: date, on: date, policy: Policy) -> Any:
    return Override.objects.visible_to(person).filter(policy=policy, asked_on__gte=since, asked_on__lte=on)


def _counted(rows: Any, by: str) -> dict[Any, tuple[int, int, int, int]]:
    told = (
        rows.order_by()
        .values(by)
        .annotate(
            asked=Count("pk", distinct=True), approved=Count("pk", filter=_APPROVED, distinct=True),
            refused=Count("pk", filter=Q(state=Override.State.REFUSED), distinct=True),
            pierced=Count("pk", filter=Q(state=Override.State.PIERCED), distinct=True),
        )
    )  # fmt: skip
    return {row[by]: (row["asked"], row["approved"], row["refused"], row["pierced"]) for row in told}
