"""Who may import: whoever may import into one of the rooms; and whose imports he sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from xinheng.intake.targets import TARGETS, Target
from xinheng.org.access import is_one_of, may, permit, predicate
from xinheng.org.roles import BUSINESS, Role

if TYPE_CHECKING:
    from xinheng.intake.models import Imports
    from xinheng.org.models import Person


def targets_for(person: Person) -> list[Target]:
    """Give the targets that the person may import into."""
    return [target for target in TARGETS.values() if may(person, target.permission)]


@predicate
def _has_a_target(person: Any) -> bool:
    return bool(targets_for(person))


def visible(imports: Imports, person: Person) -> Imports:
    """Give the imports that the person may see: his own, and to archivists all that they could have done themselves."""
    open_to_him = imports.filter(target__in=[target.key for target in targets_for(person)])
    return open_to_him if person.is_one_of(Role.ARCHIVIST) else open_to_him.filter(by=person)


permit("intake.see", is_one_of(*BUSINESS) & _has_a_target, label=_("查看、发起导入"))
