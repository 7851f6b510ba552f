"""What is stored of how people look at lists: their columns, and filters under a name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person
from xinheng.org.roles import Role


class ChosenColumns(models.Model):
    """The columns that a person wants in a list, in his order."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="chosen_columns")
    page = models.CharField(max_length=60)
    columns = models.JSONField(default=list)

    class Meta:
        verbose_name = _("选定的列")
        verbose_name_plural = _("选定的列")
        constraints = (models.UniqueConstraint(fields=["person", "page"], name="lists_columns_once"),)

    def __str__(self) -> str:
        return f"{self.page} {self.person}"


class SavedViews(models.QuerySet["SavedView"]):
    """Saved filters, and which of them a person is offered."""

    def offered_to(self, person: Person, page: str) -> SavedViews:
        """Give his own, and those that colleagues share with a role he holds."""
        return self.filter(page=page).filter(Q(person=person) | Q(shared_with__in=person.roles()))


class SavedView(models.Model):
    """A list's filters, order and columns under a name; shared with a role, or the person's own."""

    person = models.ForeignKey(Person, verbose_name=_("建立人"), on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(_("名称"), max_length=40)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    shared_with = models.CharField(_("共享给"), max_length=30, choices=Role, blank=True)

    objects: ClassVar[Any] = SavedViews.as_manager()

    class Meta:
        verbose_name = _("保存的筛选")
        verbose_name_plural = _("保存的筛选")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["person", "page", "name"], name="lists_view_once"),)

    def __str__(self) -> str:
        return self.name
