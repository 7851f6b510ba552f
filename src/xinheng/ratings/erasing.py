"""What ratings keep of a person outside the tables: the report of a case, removed with him when he is erased."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from xinheng.customers.models import Customer
from xinheng.ratings.models import Assessment
from xinheng.vault import files


def erase_reports(customer: Customer) -> int:
    """Remove the kept reports of a customer's cases once the erasure is kept; gives how many."""
    names = list(Assessment.objects.filter(customer=customer).exclude(report="").values_list("report", flat=True))
    for name in names:
        transaction.on_commit(partial(files.remove, name))
    return len(names)
