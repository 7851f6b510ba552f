"""Files that a customer sent and nobody has decided about yet: removed with him when he is erased."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from xinheng.customers.models import Customer
from xinheng.portal.models import Submission
from xinheng.vault import files


def erase_sent(customer: Customer) -> int:
    """Remove the stored files of a customer's submissions once the erasure is kept; gives how many."""
    sent = Submission.objects.filter(customer=customer, what=Submission.What.PAPER)
    names = [name for one in sent if isinstance(one.content, dict) and (name := one.content.get("stored_as"))]
    for name in names:
        transaction.on_commit(partial(files.remove, name))
    return len(names)
