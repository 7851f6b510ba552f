"""Files that a customer sent and nobody has decided about yet: removed with him when he is erased."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from xinheng.customers.models import Contact, Customer
from xinheng.portal.models import Invitation, Submission
from xinheng.privacy.erasing import Erased
from xinheng.vault import files


def erase_sent(customer: Customer) -> int:
    """Remove the stored files of a customer's submissions once the erasure is kept; gives how many."""
    sent = Submission.objects.filter(customer=customer, what=Submission.What.PAPER)
    names = [name for one in sent if isinstance(one.content, dict) and (name := one.content.get("stored_as"))]
    for name in names:
        transaction.on_commit(partial(files.remove, name))
    return len(names)


def erase_invited(contact: Contact) -> Erased:
    """End the invitations that went to a contact, by his name or his address, and take both out of them."""
    done = Erased()
    for invitation in Invitation.objects.filter(customer=contact.customer):
        if invitation.to_name != contact.name and (not contact.email or invitation.email != contact.email):
            continue
        invitation.to_name, invitation.email, invitation.message = "", None, ""
        invitation.ended_at = invitation.ended_at or timezone.now()
        invitation.save()
        done.note(Invitation, 1)
    return done
