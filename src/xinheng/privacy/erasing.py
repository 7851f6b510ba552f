"""Erasing a person: every row about him deleted or blanked, his files removed, earlier states too.

What is left are numbers: the customer's number, amounts that the law wants kept in the books, and the lines of the
record, which name him by number only. `storage.clean` then takes the old bytes out of the database's files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from xinheng.customers.models import Contact, Customer, Guarantor, RelatedParty
from xinheng.intake.jobs import clear_finished
from xinheng.intake.models import ImportRow
from xinheng.papers.actions import erase_content
from xinheng.papers.models import Paper
from xinheng.privacy.reach import Reached, named, reached
from xinheng.vault.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from xinheng.workflow.models import Item, Notice
from xinheng.workflow.queries import items_of

if TYPE_CHECKING:
    from xinheng.privacy.models import Named

ERASERS: list[Callable[[Customer], int]] = []
"""Rooms that keep files or other things which no row tells of: each removes a customer's and gives how many."""


@dataclass
class Erased:
    """How much was erased, and which tables it touched."""

    rows: int = 0
    files: int = 0
    tables: set[str] = field(default_factory=set)

    def note(self, model: type[models.Model], count: int) -> None:
        """Count rows of a table."""
        self.rows += count
        if count:
            self.tables.add(model._meta.db_table)

    def take(self, other: Erased) -> None:
        """Count what another room erased."""
        self.rows += other.rows
        self.files += other.files
        self.tables |= other.tables


CONTACT_ERASERS: list[Callable[[Contact], Erased]] = []
"""Rooms that know of a contact by other ways than a reference: each erases what it has of him."""


def erase(customer: Customer) -> Erased:
    """Erase everything about a person but what `reach.TREATMENT` keeps; within the caller's transaction."""
    done = Erased()
    for eraser in ERASERS:
        done.files += eraser(customer)
    for paper in Paper.objects.select_for_update(of=("self",)).filter(customer=customer):
        done.files += erase_content(paper)
    everything = [*reached(), *named()]
    _delete([one for one in everything if one.treatment == "delete" and not one.is_history], customer, done)
    for one in everything:
        if one.treatment == "blank":
            _blank(one, customer, done)
    done.note(ImportRow, clear_finished("customers"))
    # Last, for deleting and blanking leaves a last earlier state behind.
    _delete([one for one in everything if one.is_history], customer, done)
    return done


def erase_named(row: Named, *, on: date) -> Erased:
    """Erase one person from a customer's file: who he is, how he is reached, how it was before, and what he asked.

    The row stays, ended and without a name, so that the file tells that there was somebody; of a guarantee what it was,
    its amount and its days stay too.
    """
    from xinheng.privacy.models import SubjectRequest

    done = Erased()
    if isinstance(row, Contact):
        for eraser in CONTACT_ERASERS:
            done.take(eraser(row))
        row.duty, row.phone, row.email, row.birthday, row.is_main = "", None, None, None, False
    if isinstance(row, Guarantor):
        row.contract = ""
    row.name, row.note, row.ended_on = _("(已删除)"), "", row.ended_on or on
    _save_without_history(row)
    done.note(type(row), 1)
    field = {Contact: "contact", Guarantor: "guarantor", RelatedParty: "related"}[type(row)]
    asked = list(SubjectRequest.objects.filter(**{field: row}))
    for request in asked:
        done.note(SubjectRequest, _blank_rows([request]))
    about = [item for request in asked for item in items_of(request)]
    for item in about:
        item.note = item.remarks = ""
        item.save(update_fields=["note", "remarks"])
    done.note(Item, len(about))
    done.note(Notice, _blank_rows(Notice.objects.filter(item__in=about)))
    history = type(row).history.model
    done.note(history, history.objects.filter(id=row.pk).delete()[0])
    done.note(ImportRow, clear_finished("customers"))
    return done


def _save_without_history(row: models.Model) -> None:
    row.skip_history_when_saving = True  # type: ignore[attr-defined]
    try:
        row.save()
    finally:
        del row.skip_history_when_saving  # type: ignore[attr-defined]


def _delete(models_: list[Reached], customer: Customer, done: Erased) -> None:
    """Delete the rows, those first that nothing else refers to."""
    left = list(models_)
    while left:
        again: list[Reached] = []
        for one in left:
            try:
                with transaction.atomic():
                    count, _per_model = one.rows(customer).delete()
            except ProtectedError:
                again.append(one)
                continue
            done.note(one.model, count)
        if len(again) == len(left):
            raise AssertionError(f"these refer to each other: {[one.label for one in again]}")
        left = again


def _blank(one: Reached, customer: Customer, done: Erased) -> None:
    done.note(one.model, _blank_rows(one.rows(customer)))


def _blank_rows(rows: Iterable[models.Model]) -> int:
    """Overwrite every text of the rows; what has choices, numbers and days of their own stay."""
    count = 0
    for row in rows:
        columns = row._meta.concrete_fields
        texts = [column for column in columns if _is_text(column) or (isinstance(row, Customer) and _is_figure(column))]
        for column in texts:
            setattr(row, column.attname, _empty(column, row))
        row.save(update_fields=[column.name for column in texts])
        count += 1
    return count


def _is_text(column: models.Field[object, object]) -> bool:
    if column.choices or column.is_relation or column.primary_key:
        return False
    if isinstance(column, EncryptedTextField | BlindIndexField):
        return not isinstance(column, BlindIndexField)
    return isinstance(column, models.TextField | models.CharField | models.JSONField) and column.name not in KEPT_TEXTS


def _is_figure(column: models.Field[object, object]) -> bool:
    return column.null and isinstance(column, models.DecimalField | models.IntegerField | models.DateField)


KEPT_TEXTS = frozenset(
    {
        "uid", "number", "link_digest", "code_digest", "stored_as", "sha256", "scope", "fields", "act", "step", "procedure",
        "subject_id", "about_id", "plan", "digest", "sort", "file_type", "currency",
    }
)  # fmt: skip
"""Texts of our own making that say nothing of the person: numbers, codes, digests."""


NEVER_EMPTY = frozenset({"reason", "minutes", "conclusion"})
"""Texts that the database keeps from being empty."""


def _empty(column: models.Field[object, object], row: models.Model) -> object:
    if column.name == "name" and isinstance(row, Customer):
        return _("已删除的个人")
    if column.name in NEVER_EMPTY:
        return _("(已删除)")
    if column.name == "search_text":
        return getattr(row, "number", "")
    if isinstance(column, EncryptedJSONField | models.JSONField):
        return {}
    return None if column.null else ""
