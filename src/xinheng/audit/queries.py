"""What can be asked of the record."""

from __future__ import annotations

from django.db import models

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
