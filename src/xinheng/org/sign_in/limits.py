"""How often one may try to sign in: by a name, from an address, with a code; counted for all processes together."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from xinheng.org.models import Allowance

TRIES_BY_NAME = "name"
TRIES_FROM_ADDRESS = "address"
TRIES_WITH_CODE = "code"


def take(kind: str, of: str, *, at: datetime) -> bool:
    """Take one try of those allowed in the span of `settings.SIGN_IN_LIMITS[kind]`; False where none is left.

    One guarded UPDATE takes it, so that any number of tries at once take no more than are there.
    """
    amount, seconds = settings.SIGN_IN_LIMITS[kind]
    row = Allowance.objects.filter(key=_key(kind, of))
    begin = at - timedelta(seconds=seconds)
    for _time in range(3):
        if row.filter(began_at__gt=begin, taken__lt=amount).update(taken=F("taken") + 1):
            return True
        if row.filter(began_at__lte=begin).update(began_at=at, taken=1):
            return True
        if row.filter(began_at__gt=begin, taken__gte=amount).exists():
            return False
        try:
            with transaction.atomic():
                Allowance.objects.create(key=_key(kind, of), began_at=at, taken=1)
        except IntegrityError:
            continue  # another process began at the same instant: take from its row
        return True
    return False


def give_back(kind: str, of: str) -> None:
    """Give back a try that was right: only wrong ones count."""
    Allowance.objects.filter(key=_key(kind, of), taken__gt=0).update(taken=F("taken") - 1)


def forget_old(*, at: datetime) -> int:
    """Delete the counts of spans that are long over; for the daily run."""
    longest = max(seconds for _amount, seconds in settings.SIGN_IN_LIMITS.values())
    return Allowance.objects.filter(began_at__lt=at - timedelta(seconds=2 * longest)).delete()[0]


def _key(kind: str, of: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}\0{of.lower()}".encode(), hashlib.sha256).hexdigest()
