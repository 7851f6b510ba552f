"""Writing the record: `record` one line; `act` makes a function a business act, which cannot happen without its line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import models, transaction
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.audit.digest import plain, signed, text
from xinheng.audit.in_part import in_part
from xinheng.audit.models import Entry
from xinheng.audit.origin import origin

P = ParamSpec("P")
R = TypeVar("R")


class Actor(Protocol):
    """Whoever acts: a person of the company, the customer on his own page, or the application by itself."""

    @property
    def actor_id(self) -> int | None:
        """The number of the person's account; None where it is nobody's."""

    @property
    def actor_name(self) -> str:
        """The name as it stands in the record."""


class System:
    """The application acting by itself: a job, an import going on, a deadline passed."""

    actor_id: int | None = None
    actor_name = "系统"


SYSTEM = System()

Guard = Callable[[str, "models.Model | None", Actor, bool], None]
GUARDS: list[Guard] = []
"""Asked before each line with the act's name, whose file it is in, who acts, and whether it is a look; may raise Refusal.

A room above that must be able to stop acts of every room (a legal hold) appends to it when it is made ready.
"""


def stopped(name: str, about: models.Model | None, by: Actor, *, look: bool = False) -> Refusal | None:
    """Say why an act may not be done in a file at all, before it is tried; None where nothing stands against it."""
    try:
        for guard in GUARDS:
            guard(name, about, by, look)
    except Refusal as refused:
        return refused
    return None


Among = Callable[[str, Collection[int], Actor], Mapping[int, str]]
AMONG: list[Among] = []
"""Asked instead of the guards before an act on many files at once: gives the keys of those it may not touch, and why."""


def stopped_among(name: str, files: Collection[int], by: Actor) -> dict[int, str]:
    """Say in which of many customers' files (by key) an act may not be done, and why, in few queries."""
    found: dict[int, str] = {}
    for among in AMONG:
        found |= among(name, files, by)
    return found


_lines: ContextVar[list[int] | None] = ContextVar("lines", default=None)


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` one business act: one transaction, which is undone unless it wrote at least one line."""

    @wraps(function)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        lines: list[int] = []
        token = _lines.set(lines)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                if not lines:
                    raise AssertionError(f"{function.__qualname__} left no line in the record")
        finally:
            _lines.reset(token)
        above = _lines.get()
        if above is not None:
            above += lines
        return result

    return done


def _as_it_is(value: Any) -> Any:
    return value


def record(
    name: str,
    subject: models.Model | None,
    *,
    by: Actor,
    why: str = "",
    clause: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    about: models.Model | None = None,
    look: bool = False,
    on_behalf_of: str = "",
) -> Entry:
    """Write one line: `by` did `name` ("customers.register") to `subject`.

    `about` is the customer (or other file) that the subject belongs to, by which the file's own record is found; left
    out, it is the subject itself. An act on nothing that is stored (keys changed, the record searched) has no subject.
    `before` and `after` hold what changed, as text and numbers (decimals and days become
    text, a float is refused); nothing secret goes in (give `masked` values). A look at, or an export of, the data of many
    customers names them in `after["customers"]`, the list of their primary keys or, for long lists, `spans.many` of them,
    so that a leak can be traced.
    A subject whose name is a person's says by `record_label` what may stand here for ever: lines are never erased. In
    the file of a natural person, and of a person within any file (`tells_record_in_part`), texts in `before` and `after`
    are told by their length alone.
    """
    owner = about if about is not None else subject
    for guard in GUARDS:
        guard(name, owner, by, look)
    come = origin()
    concerned = (owner, subject)
    told = in_part if any(getattr(one, "tells_record_in_part", False) for one in concerned) else _as_it_is
    label = text(getattr(subject, "record_label", None) or str(subject), 200) if subject is not None else ""
    for one in concerned:
        why, label = (getattr(one, "record_words", str)(words) for words in (why, label))
    values = {
        "at": timezone.now(),
        "actor_id": by.actor_id,
        "actor_name": text(by.actor_name, 100),
        "on_behalf_of": text(on_behalf_of, 100),
        "act": name,
        "is_look": look,
        "subject_type": subject._meta.label_lower if subject is not None else "",
        "subject_id": str(subject.pk) if subject is not None else "",
        "subject_label": label,
        "about_type": owner._meta.label_lower if owner is not None else "",
        "about_id": str(owner.pk) if owner is not None else "",
        "why": text(why),
        "clause": text(clause, 200),
        "before": told(plain(before)),
        "after": told(plain(after)),
        "channel": come.channel,
        "address": text(come.address, 45),
        "session": come.session,
    }
    entry = Entry.objects.create(**values, signature=signed(values))
    lines = _lines.get()
    if lines is not None:
        lines.append(entry.pk)
    return entry
