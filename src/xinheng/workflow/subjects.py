"""What a thing that is worked on may tell the workflow. Everything is optional: what a subject does not say has a default.

A room makes its own model a subject by giving it those of the members of `Subject` that it needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from django.urls import NoReverseMatch
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor
from xinheng.org.models import Department, Person


class Subject(Protocol):
    """The members that the workflow asks a subject for; all may be left out."""

    workflow_template: str
    """A template that shows the subject on the task's page; it is given `subject` and `item`."""

    @property
    def workflow_department(self) -> Department | None:
        """Give the department whose people take the steps of field roles; left out, that of `about`."""

    @property
    def last_edited_by(self) -> Person | None:
        """Give who edited last: he may not decide."""

    def forbidden_handlers(self, item: Any) -> Mapping[int, str]:
        """Give the numbers of persons who may not take this task, each with the reason in words."""

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the subject at all."""

    def frozen_digest(self) -> str:
        """Give what the content comes to: where it differs from the day of handing in, nobody may agree."""

    def holds(self, expression: str) -> bool:
        """Judge a condition of the procedure."""

    def condition_in_words(self, expression: str) -> str:
        """Write a condition of the procedure for people."""

    def on_step(self, item: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told that a step of a round was handled."""

    def on_returned(self, case: Any, *, by: Actor, on: date) -> None:
        """Be told that a round goes back to whoever started it, to be corrected and handed in again."""

    def on_decided(self, case: Any, outcome: str, *, by: Actor, on: date) -> None:
        """Be told the end: of a round (agreed, refused, withdrawn, cancelled), or of a single task (its outcome)."""

    def get_absolute_url(self) -> str:
        """Give the address of its page."""


def department_of(subject: Any, about: Any) -> Department | None:
    """Give the department to which the subject belongs: its own word, else that of the customer it is about."""
    own = getattr(subject, "workflow_department", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    for thing in (subject, about):
        department = getattr(thing, "department", None)
        if isinstance(department, Department):
            return department
    return None


def last_editor(subject: Any) -> Person | None:
    """Give who edited the subject last, where it says so."""
    return getattr(subject, "last_edited_by", None)


def forbidden(subject: Any, item: Any) -> Mapping[int, str]:
    """Give the persons whom the subject itself keeps away from a task, with the reason."""
    asked = getattr(subject, "forbidden_handlers", None)
    if asked is None:
        return {}
    told: Mapping[int, str] | Iterable[int] = asked(item)
    return told if isinstance(told, Mapping) else dict.fromkeys(told, _("此人与这件事有关, 须回避。请由他人办理。"))


def digest_of(subject: Any) -> str:
    """Give the digest of the subject's content, empty where it has none."""
    asked = getattr(subject, "frozen_digest", None)
    return hashlib.sha256(str(asked()).encode()).hexdigest() if asked is not None else ""


def may_see(subject: Any, person: Person) -> bool:
    """Say whether the person may see the subject, by its own word."""
    asked = getattr(subject, "may_handle", None)
    return True if asked is None else bool(asked(person))


def holds(subject: Any, expression: str) -> bool:
    """Let the subject judge a condition; Refusal where it cannot."""
    asked = getattr(subject, "holds", None)
    if asked is None:
        raise Refusal(
            _("流程里有条件“{expression}”, 而“{subject}”不能判断。").format(expression=expression, subject=subject)
        )
    return bool(asked(expression))


def in_words(subject: Any, expression: str) -> str:
    """Give a condition as the subject says it to people, else as it stands in the procedure."""
    asked = getattr(subject, "condition_in_words", None)
    return expression if asked is None else str(asked(expression))


def address_of(thing: Any, person: Person) -> str:
    """Give the address of a thing's page; empty where it has none, or none that this person may open."""
    asked = getattr(thing, "get_absolute_url", None)
    if asked is None:
        return ""
    among = getattr(getattr(type(thing), "objects", None), "visible_to", None)
    if among is not None and not among(person).filter(pk=thing.pk).exists():
        return ""
    try:
        return str(asked())
    except NoReverseMatch:  # a room that is not there
        return ""
