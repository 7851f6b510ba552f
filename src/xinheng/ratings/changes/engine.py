"""Moving many customers' grades at once: everything is read, folded by the library, and written in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from creditpolicy import moving
from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Version
from xinheng.ratings.changes.stored import happening_of, rules_of, where
from xinheng.ratings.changes.terms import NO_GRADE, Terms, terms_at
from xinheng.ratings.listeners import Moved, tell_standings
from xinheng.ratings.models import Happening, Override, Position, Rating, Standing, Waiting
from xinheng.ratings.queries import in_parts
from xinheng.upkeep.rows import insert, update

OF_RATING = ("pk", "customer", "policy", "version", "grade", "limit", "terms_days", "as_of")
"""What is asked of a rating; its record stays closed until a limit has to be worked out from it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer to be moved: by a happening that is not stored yet, or (None) by time alone."""

    customer: int
    happening: Happening | None = None
    rating: Rating | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an entry: the standing now in force (None: there is none), the one before, and every step."""

    customer: int
    standing: Standing | None
    before: Standing | None
    steps: tuple[moving.Step, ...]
    position: moving.Position

    @property
    def is_moved(self) -> bool:
        """Whether another grade is in force than before, or it was frozen or thawed."""
        was, now = self.before, self.standing
        if now is None:
            return False
        return was is None or (was.grade, was.is_frozen) != (now.grade, now.is_frozen)

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return "\n".join(step.sentence for step in self.steps)

    @property
    def clause(self) -> str:
        """The first clause that applied."""
        return next((step.clause for step in self.steps if step.clause), "")


@dataclass
class _Rows:
    """What is to be written."""

    standings: list[Standing] = field(default_factory=list)
    closed: dict[date, list[int]] = field(default_factory=lambda: defaultdict(list))
    reviewed: list[tuple[int, date | None]] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    waited: dict[tuple[str, date], list[int]] = field(default_factory=lambda: defaultdict(list))
    overrides: dict[tuple[str, date, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    happenings: list[Happening] = field(default_factory=list)


class _Move:
    """One call of `move`: what was found, and what is to be written."""

    def __init__(self, policy: Policy, version: Version, by: Actor, on: date, why: str) -> None:
        self.policy, self.version, self.by, self.on, self.why = policy, version, by, on, why
        self.rules = rules_of(version)
        self.person = by if isinstance(by, Person) else None
        self.rows = _Rows()
        self.ratings: dict[int, Rating] = {}
        self.reviews: dict[tuple[str | None, date], date | None] = {}

    def find(self, entries: Sequence[Entry]) -> None:
        """Read positions (held until the transaction ends), open standings and what waits."""
        keys = [entry.customer for entry in entries]
        self._place(keys)
        self.positions: dict[int, Position] = {}
        self.standing: dict[int, Standing] = {}
        self.waiting: dict[int, Waiting] = {}
        for part in in_parts(keys):
            mine = {"customer__in": part, "policy": self.policy}
            held = Position.objects.select_for_update().filter(**mine).order_by("customer_id")
            self.positions |= {row.customer_id: row for row in held}
            rows = Standing.objects.filter(**mine, until_day__isnull=True)
            self.standing |= {row.customer_id: row for row in rows}
            waiting = Waiting.objects.filter(**mine, state=Waiting.State.WAITING)
            self.waiting |= {row.customer_id: row for row in waiting}
        self.ratings |= {entry.rating.pk: entry.rating for entry in entries if entry.rating is not None}
        behind = {int(state["rating"]) for row in self.positions.values() if (state := row.state).get("rating")}
        behind |= {row.rating_id for row in self.standing.values() if row.rating_id}
        for part in in_parts(sorted(behind - self.ratings.keys())):
            self.ratings |= Rating.objects.only(*OF_RATING).in_bulk(part)

    def _place(self, keys: Sequence[int]) -> None:
        """Store a position for those who have none, so that there is a row to hold."""
        known: set[int] = set()
        for part in in_parts(keys):
            mine = Position.objects.filter(customer__in=part, policy=self.policy)
            known |= set(mine.values_list("customer", flat=True))
        made = [Position(customer_id=key, policy=self.policy, version=self.version) for key in keys if key not in known]
        insert(Position, made, known_too=True)

    def one(self, entry: Entry) -> Result:
        """Fold one entry, and note what is to be written."""
        row = self.positions[entry.customer]
        before = where(row, self.rules)
        if entry.happening is None:
            after, steps = moving.settle(self.rules, before, self.on)
        else:
            after, steps = moving.advance(self.rules, before, happening_of(entry.happening))
        if entry.happening is not None and entry.happening.kind == Happening.Kind.RATED:
            row.rated_on = entry.happening.on
        was = self.standing.get(entry.customer)
        now = self._standings(entry.customer, row, was, after, steps)
        self._waiting(entry.customer, after, steps)
        self._overrides(row, after, steps, entry.happening)
        row.version, row.state, row.next_on = self.version, after.as_json(), moving.next_change(self.rules, after)
        self.rows.positions.append(row)
        result = Result(entry.customer, now, was, steps, after)
        if entry.happening is not None:
            entry.happening.said = result.sentence
            self.rows.happenings.append(entry.happening)
        return result

    def _standings(
        self, customer: int, row: Position, was: Standing | None, after: moving.Position, steps: Iterable[moving.Step]
    ) -> Standing | None:
        now = was
        for step in steps:
            if not isinstance(step, moving.Standing):
                continue
            if now is not None and now.pk is not None:
                self.rows.closed[step.since].append(now.pk)
            elif now is not None:
                now.until_day = step.since
            now = self._standing(customer, step, now)
            self.rows.standings.append(now)
        if now is not None:
            grade = moving.in_force(self.rules, after)
            day = self._review(grade, row.rated_on or now.from_day)
            if now is not was:
                now.next_review_on = day
            elif now.next_review_on != day:
                now.next_review_on = day
                self.rows.reviewed.append((now.pk, day))
        return now

    def _review(self, grade: str | None, since: date) -> date | None:
        """Give when who has a grade since a day is rated again; the same for all who have it since then."""
        key = grade, since
        if key not in self.reviews:
            due = moving.next_review(self.rules.policy, grade, since)
            self.reviews[key] = due.on if due is not None else None
        return self.reviews[key]

    def _standing(self, customer: int, step: moving.Standing, was: Standing | None) -> Standing:
        rating = self.ratings.get(int(step.rating)) if step.rating else None
        limit, days = self._terms(step, rating, was)
        return Standing(
            customer_id=customer, policy=self.policy, version=self.version, rating=rating, grade=step.grade or "",
            limit=limit, terms_days=days, is_frozen=step.frozen, from_day=step.since, cause=step.cause,
            why="\n".join(part for part in (step.sentence, self.why) if part), clause=step.clause[:200], by=self.person,
        )  # fmt: skip

    def _terms(self, step: moving.Standing, rating: Rating | None, was: Standing | None) -> Terms:
        if step.grade is None:
            return NO_GRADE
        if was is not None and was.grade == step.grade and was.rating_id == (rating.pk if rating else None):
            return was.limit, was.terms_days
        return terms_at(rating, self.version, step.grade)

    def _waiting(self, customer: int, after: moving.Position, steps: tuple[moving.Step, ...]) -> None:
        was, now = self.waiting.get(customer), moving.waiting(self.rules, after)
        rating = self.ratings.get(int(after.rating)) if after.rating else None
        if was is not None and now is not None and rating is not None:
            same = (was.grade, was.since, was.effective_on, was.rating_id) == (now.grade, now.since, now.on, rating.pk)
            if same:
                return
        if was is not None:
            taken = [step.since for step in steps if isinstance(step, moving.Standing) and step.cause == "waited"]
            state = Waiting.State.TAKEN if taken else Waiting.State.OVERTAKEN
            self.rows.waited[state, taken[0] if taken else self.on].append(was.pk)
        if now is not None and rating is not None:
            self.rows.waiting.append(
                Waiting(customer_id=customer, policy=self.policy, rating=rating, grade=now.grade, since=now.since,
                        effective_on=now.on, why=now.sentence)
            )  # fmt: skip

    def _overrides(
        self,
        row: Position,
        after: moving.Position,
        steps: tuple[moving.Step, ...],
        happening: Happening | None,
    ) -> None:
        """Note what became of the override that was in force."""
        held = moving.Position.from_json(row.state).override if row.state.get("override") else None
        if held is None or held == after.override:
            return
        ended = [step for step in steps if isinstance(step, moving.Standing) and step.cause == "override_ended"]
        on = ended[0].since if ended else self.on
        if on > held.until:
            state = Override.State.EXPIRED
        elif happening is not None and happening.kind in (Happening.Kind.EVENT, Happening.Kind.REVOKED):
            state = Override.State.PIERCED
        else:
            state = Override.State.ENDED
        why = ended[0].sentence if ended else _("等级撤销、制度换版或由新的人工调整取代。")
        self.rows.overrides[state, on, why[:200]].append(int(held.reference))

    def write(self) -> None:
        """Write everything: closed before opened, so that one standing is in force at any time."""
        rows = self.rows
        for day, keys in rows.closed.items():
            for part in in_parts(keys):
                Standing.objects.filter(pk__in=part).update(until_day=day)
        insert(Standing, rows.standings)
        self._name(rows.standings)
        for due, keys in _grouped(rows.reviewed).items():
            for part in in_parts(keys):
                Standing.objects.filter(pk__in=part).update(next_review_on=due)
        for (state, day), keys in rows.waited.items():
            for part in in_parts(keys):
                Waiting.objects.filter(pk__in=part).update(state=state, ended_on=day)
        Waiting.objects.bulk_create(rows.waiting)
        for (state, day, why), keys in rows.overrides.items():
            Override.objects.filter(pk__in=keys).update(state=state, ended_on=day, ended_why=why)
        update(Position, rows.positions, "version", "state", "rated_on", "next_on")
        insert(Happening, rows.happenings)

    def _name(self, standings: Sequence[Standing]) -> None:
        """Give the standings that are in force from now their keys, where the database did not tell them."""
        unnamed = {row.customer_id: row for row in standings if row._state.adding and row.until_day is None}
        for part in in_parts(list(unnamed)):
            open_ = Standing.objects.filter(customer__in=part, policy=self.policy, until_day__isnull=True)
            for customer, key in open_.values_list("customer_id", "pk"):
                unnamed[customer].pk = key
                unnamed[customer]._state.adding = False


def move(
    policy: Policy,
    entries: Sequence[Entry],
    *,
    version: Version,
    by: Actor,
    on: date,
    why: str = "",
    skipping: dict[int, Refusal] | None = None,
) -> list[Result]:
    """Move customers' grades by what happened to each, or by time alone, and tell everybody who listens.

    To be called in the act that says why. One entry for each customer. Refusal where a happening cannot be (older than
    what is already counted in, an override too far away); with `skipping`, such customers are left as they are, and the
    refusals put in there by the customer's key.
    """
    task = _Move(policy, version, by, on, why)
    task.find(entries)
    results = []
    for entry in entries:
        try:
            results.append(task.one(entry))
        except Refusal as refusal:
            if skipping is None:
                raise
            skipping[entry.customer] = refusal
    task.write()
    moved = [
        Moved(result.standing, result.before)
        for result in results
        if result.standing is not None and result.standing is not result.before
    ]
    if moved:
        tell_standings(moved, by=by, on=on)
    return results


def _grouped(pairs: Iterable[tuple[int, date | None]]) -> dict[date | None, list[int]]:
    found: dict[date | None, list[int]] = defaultdict(list)
    for key, day in pairs:
        found[day].append(key)
    return found


__all__ = ["Entry", "Result", "move"]
