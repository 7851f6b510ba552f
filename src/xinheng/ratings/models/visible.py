"""Rows that hang on a customer, and who may see them."""

from __future__ import annotations

from typing import Any

from django.db import models

from xinheng.customers.models import Customer
from xinheng.org.models import Person


class Visible(models.QuerySet[Any]):
    """Rows that hang on a customer (by `customer`), and which of them a person may see."""

    def visible_to(self, person: Person) -> Visible:
        """Give those of customers whom the person may see."""
        seen = Customer.objects.visible_to(person)
        return self.filter(customer__in=seen) if seen.query.where or seen.query.is_empty() else self
