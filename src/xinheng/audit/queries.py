"""What can be asked of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Max, Min, Q

from xinheng.audit import spans
from xinheng.audit.models import Entry


def history_of(subject: models.Model) -> models.QuerySet[Entry]:
    """Give the lines on this very object, newest first."""
    return Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))


def timeline(about: models.Model) -> models.QuerySet[Entry]:
    """Give what was done in a file (a customer's), newest first, without the looks."""
    return _of_file(about).filter(is_look=False)


def looks_at(about: models.Model) -> models.QuerySet[Entry]:
    """Give who looked into a file, newest first."""
    return _of_file(about).filter(is_look=True)


def _of_file(about: models.Model) -> models.QuerySet[Entry]:
    return Entry.objects.filter(about_type=about._meta.label_lower, about_id=str(about.pk))


@dataclass(frozen=True, slots=True)
class Seen:
    """How often a file was looked at and worked on, and from when to when."""

    looks: int
    acts: int
    first: datetime
    last: datetime


def files_seen(
    about_type: str,
    *,
    since: datetime,
    until: datetime,
    actors: Sequence[int] = (),
    session: str = "",
    looks_only: bool = False,
) -> dict[str, Seen]:
    """Give the files of a type that somebody saw in a period: looked at, worked on, or taken out in a list.

    `actors` and `session` narrow it down to these people, to one signing-in. An act that showed many files at once names
    them in `after["customers"]`. The auditor's own questions show nothing of a file, and do not count; what he takes out
    in a workbook does.
    """
    lines = Entry.objects.filter(at__gte=since, at__lt=until).order_by()
    if actors:
        lines = lines.filter(actor_id__in=actors)
    if session:
        lines = lines.filter(session=session)
    if looks_only:
        lines = lines.filter(is_look=True)
    told = lines.filter(about_type=about_type).exclude(act__startswith="audit.").values("about_id").annotate(
        looks=Count("pk", filter=Q(is_look=True)),
        acts=Count("pk", filter=Q(is_look=False)),
        first=Min("at"),
        last=Max("at"),
    )  # fmt: skip
    seen = {row["about_id"]: Seen(row["looks"], row["acts"], row["first"], row["last"]) for row in told.iterator()}
    for at, after in lines.filter(after__has_key="customers").values_list("at", "after").iterator():
        for key in spans.keys_in((after or {}).get("customers")):
            seen[str(key)] = _once_more(seen.get(str(key)), at)
    return seen


def _once_more(before: Seen | None, at: datetime) -> Seen:
    if before is None:
        return Seen(1, 0, at, at)
    return Seen(before.looks + 1, before.acts, min(before.first, at), max(before.last, at))
