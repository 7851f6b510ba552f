"""A request: the smallest thing that says everything the workflow may ask of a subject."""

from __future__ import annotations

from typing import Any

from django.db import models

from xinheng.org.models import Department, Person


class Request(models.Model):
    """Something asked for; `heard` keeps what the workflow told it."""

    title = models.CharField(max_length=60)
    amount = models.IntegerField(default=0)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, db_constraint=False)
    last_edited_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    kept_away = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    hidden_from = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    heard = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.title

    def frozen_digest(self) -> str:
        """Give the content that must stay as it was handed in."""
        return f"{self.title}|{self.amount}"

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep one person away."""
        return {self.kept_away_id: "此人是客户的亲属, 须回避。"} if self.kept_away_id else {}

    def may_handle(self, person: Person) -> bool:
        """Hide from one person."""
        return person.pk != self.hidden_from_id

    def holds(self, expression: str) -> bool:
        """Judge `large` and `small`."""
        return {"large": self.amount > 100, "small": self.amount < 10, "never": False}[expression]

    def on_step(self, item: Any, outcome: str, *, by: Any, on: Any) -> None:
        """Note a step."""
        self.heard = [*self.heard, f"{item.step}:{outcome}"]
        self.save(update_fields=["heard"])

    def on_decided(self, case: Any, outcome: str, *, by: Any, on: Any) -> None:
        """Note the end."""
        self.heard = [*self.heard, f"{type(case).__name__}:{outcome}"]
        self.save(update_fields=["heard"])
