"""What people are told in the application; the jobs send the same outside where the company has set that up."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Person
from xinheng.workflow.models import Item, Notice

SORTS = {
    "due": _("明天到期"),
    "late": _("已经逾期"),
    "transfer": _("转办给您"),
    "cosign": _("请您加签"),
    "copy": _("抄送给您"),
    "remind": _("催办"),
}


def tell(person: Person, item: Item, sort: str, *, on: date) -> bool:
    """Tell a person about a task; False where he was told the same today already."""
    text = f"{SORTS[sort]}: {item.round.title if item.round else item.title} · {item.title}"
    _notice, new = Notice.objects.get_or_create(
        person=person, item=item, sort=sort, day=on, defaults={"text": text[:300]}
    )
    return new
