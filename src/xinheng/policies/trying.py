"""The work of a trial's job: everybody rated by the version, and by the one in force, and set side by side.

Nothing is written but the trial: its rows and figures in one transaction at the end, if it is still this job's. So a job
killed at any instant leaves nothing half, and another begins again.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from creditpolicy.compare import amount_of, compared, label_of, mover_of, shared_amount
from creditpolicy.explain import CustomerRating
from creditpolicy.language import language_in_use, use_language
from creditpolicy.problems import Refusal
from creditpolicy.rating import Result, rate
from creditpolicy.ratings import Outcome
from xinheng.audit.origin import coming_from
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer, Customers, Status
from xinheng.org.access import may
from xinheng.policies.actions.trying import AT_WORK, LEASE
from xinheng.policies.facts import provider
from xinheng.policies.models import Trial, TrialRow, Version
from xinheng.policies.queries import prepared

EVERY = 500
"""Rows between two signs of life."""
AT_A_TIME = 1_000


class NoLongerMine(Exception):
    """Another job has taken the trial over, or it is gone."""


def run(pk: int) -> None:
    """Do a trial from its beginning to its end."""
    mark = _claim(pk)
    if mark is None:
        return
    trial = Trial.objects.select_related("version__policy", "against__policy", "by").get(pk=pk)
    with _at_work(trial, mark):
        if not trial.by.is_active or not may(trial.by, "policies.try"):
            raise Refusal(_("{person}已经不能办理试算, 没有继续。").format(person=trial.by))
        if not trial.is_of_this_text:
            raise Refusal(_("草案在试算之前改过, 请另做一次试算。"))
        everyone = customers_of(trial)
        numbers = dict(everyone.values_list("number", "pk"))
        _sign(trial, mark, total=len(numbers), done=0)
        rows, summary = Trying(trial, numbers, lambda done: _sign(trial, mark, done=done)).outcome(everyone)
        finish(trial, mark, rows, summary)


def customers_of(trial: Trial) -> Customers:
    """Give the customers that the trial is about: everybody on file on its day, or those of some kinds."""
    kinds = trial.segment.get("kinds")
    found = on_file(trial.as_of)
    return found.filter(kind__in=kinds) if kinds else found


def on_file(on: date) -> Customers:
    """Give everybody whose file is verified and open, and was so on a day."""
    filed = Q(filed_on__isnull=True) | Q(filed_on__lte=on)
    found: Customers = Customer.objects.filter(filed, status=Status.FILED).order_by("pk")
    return found


def result_of(version: Version, customers: Customers, *, on: date, is_part: bool) -> Result:
    """Rate customers by a version, as of a day; where they are a part, in comparison with everybody all the same."""
    program = prepared(version)
    pool = provider().table_of(on_file(on), version, on=on) if is_part and program.program.portfolio_figures else None
    return rate(program, provider().table_of(customers, version, on=on), portfolio=pool, as_of=on)


class Trying:
    """One trial: gathers the rows worth showing, and the figures."""

    def __init__(self, trial: Trial, numbers: Mapping[str, int], sign: Callable[[int], None]) -> None:
        self.trial = trial
        self.numbers = numbers
        self.sign = sign
        self.rows: list[TrialRow] = []
        self.seen = 0
        self.missing: Counter[str] = Counter()
        self.ups = self.downs = 0
        self.limit_before = self.limit_after = Decimal(0)
        self.order: dict[str, int] = {}
        self.order_before: dict[str, int] = {}
        self.lines: dict[str, tuple[str, str]] = {}
        self.lines_before: dict[str, tuple[str, str]] = {}
        self.fact: str | None = None

    def outcome(self, everyone: Customers) -> tuple[list[TrialRow], dict[str, Any]]:
        """Rate everybody, by both versions where there are two; give rows and figures."""
        new = self._result(self.trial.version, everyone)
        self.order = {grade.grade: index for index, grade in enumerate(new.policy.grades)}
        self.lines = lines_of(new)
        self.sign(0)
        if self.trial.against is None:
            return self.rows, self._alone(new)
        old = self._result(self.trial.against, everyone)
        self.order_before = {grade.grade: index for index, grade in enumerate(old.policy.grades)}
        self.lines_before = lines_of(old)
        self.sign(0)
        self.fact = shared_amount(old, new)
        both = compared(old, new, self.fact, passing=self._passes, each=self._each)
        cells = [
            [before or "", after or "", count, str(both.amounts.get((before, after), Decimal(0)))]
            for (before, after), count in both.counts.items()
        ]
        figures = self._figures(cells, new)
        figures["grades_before"] = [[grade or "", label_of(old.program, grade)] for grade in both.grades_before]
        figures["grades_after"] = [[grade or "", label_of(new.program, grade)] for grade in both.grades_after]
        figures |= {
            "movers": len(both.movers), "raised": str(both.limit_raised), "lowered": str(both.limit_lowered),
            "limit_before": str(self.limit_before),
        }  # fmt: skip
        return self.rows, figures

    def _result(self, version: Version, everyone: Customers) -> Result:
        return result_of(version, everyone, on=self.trial.as_of, is_part=bool(self.trial.segment))

    def _alone(self, new: Result) -> dict[str, Any]:
        self.fact = new.amount_fact
        counts: Counter[str | None] = Counter()
        amounts: dict[str | None, Decimal] = {}
        wanting: list[int] = []
        for after in new.outcomes(self.fact):
            counts[after.grade] += 1
            amounts[after.grade] = amounts.get(after.grade, Decimal(0)) + (after.amount or Decimal(0))
            self._count(after)
            if after.grade is None:
                wanting.append(after.row)
        for said in new.explained(wanting) if wanting else ():
            self._note_missing(said)
            self.rows.append(self._row(None, said))
        cells = [["", grade or "", count, str(amounts[grade])] for grade, count in counts.items()]
        figures = self._figures(cells, new)
        grades: list[str | None] = [grade.grade for grade in new.policy.grades]
        grades += [None] if None in counts else []
        figures["grades_after"] = [[grade or "", label_of(new.program, grade)] for grade in grades]
        return figures | {"movers": 0, "grades_before": []}

    def _figures(self, cells: list[list[Any]], new: Result) -> dict[str, Any]:
        amount = new.program.fact.get(self.fact) if self.fact else None
        return {
            "cells": cells,
            "customers": self.seen,
            "refused": sum(cell[2] for cell in cells if not cell[1]),
            "up": self.ups,
            "down": self.downs,
            "limit_after": str(self.limit_after),
            "amount": str(amount.fact.label) if amount is not None else "",
            "missing": self.missing.most_common(20),
        }

    def _passes(self, before: Outcome, after: Outcome) -> bool:
        """Count a customer; ask for more of whoever gets another limit, and of whoever cannot be rated."""
        self._count(after)
        self.limit_before += before.limit or Decimal(0)
        return before.limit != after.limit or after.grade is None

    def _each(self, before: CustomerRating, after: CustomerRating) -> None:
        self._note_missing(after)
        self.rows.append(self._row(before, after))
        if len(self.rows) % EVERY == 0:
            self.sign(self.seen)

    def _count(self, after: Outcome) -> None:
        self.seen += 1
        self.limit_after += after.limit or Decimal(0)
        if self.seen % AT_A_TIME == 0:
            self.sign(self.seen)

    def _note_missing(self, after: CustomerRating) -> None:
        if after.grade is None:
            self.missing.update(dict.fromkeys((problem.what for problem in after.problems), 1))

    def _row(self, before: CustomerRating | None, after: CustomerRating) -> TrialRow:
        notches = self._notches(before, after)
        self.ups += notches is not None and notches > 0
        self.downs += notches is not None and notches < 0
        change = None
        if before is not None and before.limit is not None and after.limit is not None:
            change = after.limit - before.limit
        told: Any = told_of(before, after) | {"lines": self._lines(before, after)}
        return TrialRow(
            trial=self.trial, customer_id=self.numbers[after.customer_id],
            before=(before.grade if before is not None else None) or "", after=after.grade or "", notches=notches,
            total_before=before.total if before is not None else None, total_after=after.total,
            limit_before=before.limit if before is not None else None, limit_after=after.limit, limit_change=change,
            amount=amount_of(self.fact, before or after, after),
            told=told,
        )  # fmt: skip

    def _lines(self, before: CustomerRating | None, after: CustomerRating) -> list[list[str]]:
        """Give the grades that he left or came to whose lines are not the same: label, line before, line after."""
        if before is None or before.grade == after.grade:
            return []
        found = []
        for grade in (before.grade, after.grade):
            was, now = self.lines_before.get(grade or ""), self.lines.get(grade or "")
            if was is not None and now is not None and was[1] != now[1]:
                found.append([now[0], was[1], now[1]])
        return found

    def _notches(self, before: CustomerRating | None, after: CustomerRating) -> int | None:
        """Give how many grades up (or down, negative), on the new scale; None where they cannot be set side by side."""
        if before is None or before.grade is None or after.grade is None:
            return None
        if before.grade in self.order:
            return self.order[before.grade] - self.order[after.grade]
        if after.grade in self.order_before:
            return self.order_before[before.grade] - self.order_before[after.grade]
        return None


def lines_of(result: Result) -> dict[str, tuple[str, str]]:
    """Give for each grade its label and its line as text; grades without a line are left out."""
    found = {}
    for grade in result.policy.grades:
        line = grade.from_ if grade.from_ is not None else grade.above
        if line is not None:
            found[grade.grade] = label_of(result.program, grade.grade), f"{line.normalize():f}"
    return found


def told_of(before: CustomerRating | None, after: CustomerRating) -> dict[str, Any]:
    """Give in plain values what moved a customer, and what was missing."""
    told: dict[str, Any] = {"problems": [_problem(problem.what, problem.fix) for problem in after.problems]}
    if before is not None:
        mover = mover_of(before, after, None)
        told["items"] = [
            {
                "label": item.label, "before": _text(item.before), "after": _text(item.after),
                "change": str(item.change), "was": item.reason_before, "now": item.reason_after,
            }
            for item in mover.items
        ]  # fmt: skip
        gained = set(mover.vetoes_gained)
        told["vetoes_gained"] = [
            reason for veto, reason in zip(after.vetoes, after.veto_reasons, strict=True) if veto in gained
        ]
        lost = set(mover.vetoes_lost)
        told["vetoes_lost"] = [
            reason for veto, reason in zip(before.vetoes, before.veto_reasons, strict=True) if veto in lost
        ]
    return told


def _problem(what: str, fix: str) -> list[str]:
    return [what, fix]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


@act
def finish(trial: Trial, mark: uuid.UUID, rows: Iterable[TrialRow], summary: dict[str, Any]) -> None:
    """Write down what came of a trial, if it is still this job's."""
    held = Trial.objects.select_for_update(of=("self",)).select_related("by").get(pk=trial.pk)
    if held.runner != mark or held.state != Trial.State.RUNNING:
        raise NoLongerMine
    held.rows.all().delete()
    TrialRow.objects.bulk_create(rows, batch_size=AT_A_TIME)
    held.summary, held.state, held.runner = summary, Trial.State.DONE, None
    held.done, held.finished_at = held.total, timezone.now()
    held.save()
    record(
        "policies.finish_trial", held, by=held.by,
        after={"customers": summary["customers"], "movers": summary["movers"], "refused": summary["refused"]},
    )  # fmt: skip


def _claim(pk: int) -> uuid.UUID | None:
    """Take a trial for this job; None where another has it, or nothing is to be done."""
    now, mark = timezone.now(), uuid.uuid4()
    free = Q(runner__isnull=True) | Q(beat_at__isnull=True) | Q(beat_at__lt=now - LEASE)
    taken = Trial.objects.filter(free, pk=pk, state__in=AT_WORK).update(
        state=Trial.State.RUNNING, runner=mark, beat_at=now
    )
    return mark if taken else None


def _sign(trial: Trial, mark: uuid.UUID, **values: int) -> None:
    if not Trial.objects.filter(pk=trial.pk, runner=mark).update(beat_at=timezone.now(), **values):
        raise NoLongerMine


@contextmanager
def _at_work(trial: Trial, mark: uuid.UUID) -> Iterator[None]:
    """Work in the asker's language, as a job; what goes wrong is written into the trial."""
    before = language_in_use()
    with coming_from("job"), translation.override(trial.by.language):
        use_language(trial.by.language)
        try:
            yield
        except NoLongerMine:
            return
        except Refusal as refused:
            _stopped(trial, mark, str(refused))
        except Exception:
            _stopped(trial, mark, _("程序出了错, 已停下。请再试一次, 仍不行就告诉系统管理员。"))
            raise
        finally:
            use_language(before)


def _stopped(trial: Trial, mark: uuid.UUID, problem: str) -> None:
    with transaction.atomic():
        Trial.objects.filter(pk=trial.pk, runner=mark).update(
            state=Trial.State.FAILED, problem=problem, finished_at=timezone.now(), runner=None
        )
