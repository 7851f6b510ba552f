"""Erasing a person: every row about him deleted or blanked, his files removed, earlier states too.

What is left are numbers: the customer's number, amounts that the law wants kept in the books, and the lines of the
record, which name him by number only. `storage.clean` then takes the old bytes out of the database's files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from xinheng.customers.models import Customer
from xinheng.papers.actions import erase_content
from xinheng.papers.models import Paper
from xinheng.privacy.reach import Reached, named, reached
from xinheng.vault.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField

ERASERS: list[Callable[[Customer], int]] = []
"""Rooms that keep files or other things which no row tells of: each removes a customer's and gives how many."""


@dataclass
class Erased:
    """How much was erased, and which tables it touched."""

    rows: int = 0
    files: int = 0
    tables: set[str] = field(default_factory=set)


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
    # Last, for deleting and blanking leaves a last earlier state behind.
    _delete([one for one in everything if one.is_history], customer, done)
    return done


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
            _note(done, one, count)
        if len(again) == len(left):
            raise AssertionError(f"these refer to each other: {[one.label for one in again]}")
        left = again


def _blank(one: Reached, customer: Customer, done: Erased) -> None:
    """Overwrite every text of the rows; what has choices, numbers and days of their own stay."""
    texts = [f for f in one.model._meta.concrete_fields if _is_text(f) or (one.model is Customer and _is_figure(f))]
    count = 0
    for row in one.rows(customer):
        for column in texts:
            setattr(row, column.attname, _empty(column, row))
        row.save(update_fields=[column.name for column in texts])
        count += 1
    _note(done, one, count)


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


def _empty(column: models.Field[object, object], row: models.Model) -> object:
    if column.name == "name" and isinstance(row, Customer):
        return _("已删除的个人")
    if column.name == "search_text":
        return getattr(row, "number", "")
    if isinstance(column, EncryptedJSONField | models.JSONField):
        return {}
    return None if column.null else ""


def _note(done: Erased, one: Reached, count: int) -> None:
    done.rows += count
    if count:
        done.tables.add(one.model._meta.db_table)
