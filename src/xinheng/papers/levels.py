"""Levels of confidentiality, and who may read which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from xinheng.org.roles import BUSINESS, FIELD, Role

if TYPE_CHECKING:
    from xinheng.org.models import Person


class Level(models.IntegerChoices):
    """How confidential a paper is; a higher number is more."""

    OPEN = 0, _("公开")
    INTERNAL = 1, _("内部")
    SECRET = 2, _("秘密")
    TOP_SECRET = 3, _("机密")


READERS: Mapping[Level, frozenset[str]] = {
    Level.OPEN: BUSINESS,
    Level.INTERNAL: BUSINESS - {Role.CUSTOMER_SERVICE},
    Level.SECRET: BUSINESS - FIELD,
    Level.TOP_SECRET: frozenset(
        {
            Role.FINANCE, Role.RISK, Role.CREDIT_GROUP, Role.DEPUTY_GM, Role.GENERAL_MANAGER, Role.ARCHIVIST,
            Role.LEGAL, Role.INTERNAL_AUDIT,
        }
    ),
}  # fmt: skip
"""Who may read papers of each level, among the customers that he sees."""
ASKS_REASON = Level.SECRET
"""From this level on a look needs a reason."""
LENDERS: Mapping[Level, frozenset[str]] = {
    level: frozenset({Role.CREDIT_GROUP, Role.DEPUTY_GM}) if level == Level.TOP_SECRET else frozenset({Role.ARCHIVIST})
    for level in Level
}
"""Who decides about lending the paper copy."""


def highest_level(person: Person) -> int:
    """Give the highest level that the person may read; -1 where none."""
    held = person.roles() if person.is_active else frozenset()
    return max((level for level, roles in READERS.items() if held & roles), default=-1)
