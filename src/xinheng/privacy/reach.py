"""Everything that is stored of one customer, in whatever room: found by following the references of all models.

A model belongs to the customer where it refers to him by `customer`, or to a row that does. History tables count too.
So a room that is added later is exported and erased without anybody thinking of it; what must be treated otherwise
stands in `TREATMENT`, and a test asks for a word on every model that the walk reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models

from xinheng.customers.models import Customer

Treatment = Literal["delete", "blank", "keep"]
TREATMENT: Mapping[str, Treatment] = {
    "customers.customer": "blank",
    "papers.paper": "blank",
    "papers.paperversion": "blank",
    "papers.loan": "blank",
    "papers.stocktakingline": "blank",
    "privacy.consent": "blank",
    "privacy.sharing": "blank",
    "privacy.subjectrequest": "blank",
    "privacy.hold": "keep",
    "privacy.erasure": "keep",
    "ledger.contract": "keep",
    "ledger.leaseditem": "keep",
    "ledger.order": "keep",
    "ledger.orderline": "keep",
    "ledger.delivery": "keep",
    "ledger.fulfilment": "keep",
    "ledger.instalment": "keep",
    "ledger.dispute": "blank",
    "ledger.refund": "keep",
    "ledger.accountstatement": "keep",
    "ledger.invoice": "keep",
    "ledger.receipt": "keep",
    "ledger.allocation": "keep",
    "ledger.incident": "blank",
    "ratings.assessment": "blank",
    "ratings.rating": "blank",
    "ratings.standing": "blank",
    "ratings.waiting": "blank",
    "ratings.override": "blank",
    "ratings.objection": "blank",
    "ratings.happening": "blank",
    "ratings.position": "keep",
    "credit.account": "keep",
    "credit.grant": "keep",
    "credit.hold": "keep",
    "credit.movement": "keep",
    "credit.ordercheck": "keep",
    "credit.deliverystop": "keep",
    "credit.application": "blank",
    "credit.guarantee": "blank",
    "credit.pool": "keep",
    "credit.pool_members": "keep",
    "credit.slot": "keep",
    "workflow.item": "blank",
    "workflow.round": "blank",
    "workflow.notice": "blank",
    "workflow.meeting": "blank",
    "workflow.attendance": "blank",
}
"""What erasure does with the rows: blank their texts, keep them (accounts that the law wants kept; numbers only). What
is not listed is deleted."""
_SIDE_REFERENCES = {"parent", "merged_into", "guarantor", "other", "partner"}
"""References to a customer that are about somebody else."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A model whose rows belong to a customer, and how: by the lookup `path` on him."""

    model: type[models.Model]
    path: str

    @property
    def label(self) -> str:
        """The model's name."""
        return str(self.model._meta.label_lower)

    @property
    def is_history(self) -> bool:
        """Say whether it holds earlier states of another model."""
        return hasattr(self.model, "history_type") or "history_id" in {f.name for f in self.model._meta.fields}

    @property
    def treatment(self) -> Treatment:
        """What erasure does with the rows."""
        return "delete" if self.is_history else TREATMENT.get(self.label, "delete")

    def rows(self, customer: Customer) -> models.QuerySet[Any]:
        """Give the customer's rows."""
        return self.model._default_manager.filter(**{self.path: customer.pk})


def reached() -> list[Reached]:
    """Give every model that belongs to a customer, the customer first, then what refers to him, then what to that."""
    found: dict[type[models.Model], str] = {Customer: "pk"}
    todo: list[type[models.Model]] = [Customer]
    while todo:
        above = todo.pop(0)
        for model, name in _referring_to(above):
            if model not in found:
                found[model] = name if above is Customer else f"{name}__{found[above]}"
                todo.append(model)
    history = Customer.history.model
    found[history] = "id"
    return [Reached(model, path) for model, path in found.items()]


def _referring_to(above: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.app_config.name.startswith("xinheng.") or model is above:
            continue
        for field in model._meta.get_fields():
            if (
                isinstance(field, models.ForeignKey)
                and field.related_model is above
                and field.name not in _SIDE_REFERENCES
                and not field.name.startswith("history")
            ):
                yield model, field.name
                break


@dataclass(frozen=True, slots=True)
class Named(Reached):
    """A model that names customers by type and number (tasks, rounds)."""

    def rows(self, customer: Customer) -> models.QuerySet[Any]:
        """Give the rows about the customer himself, or about anything of his."""
        type_ = ContentType.objects.get_for_model(Customer)
        own = models.Q(about_type=type_, about_id=str(customer.pk)) | models.Q(
            subject_type=type_, subject_id=str(customer.pk)
        )
        if self.label in HANGING:
            above, field = HANGING[self.label]
            rows = Named(apps.get_model("workflow", above), "").rows(customer)
            return self.model._default_manager.filter(**{f"{field}__in": rows})
        return self.model._default_manager.filter(own)


HANGING = {"workflow.notice": ("Item", "item"), "workflow.attendance": ("Meeting", "meeting")}
"""Models that hang on one that names customers: which one, and by which field."""
NAMED = ("Item", "Round", "Notice", "Meeting", "Attendance")


def named() -> list[Reached]:
    """Give the models that name customers by type and number."""
    return [Named(apps.get_model("workflow", name), "about_id") for name in NAMED]
