"""What people keep of a list: their columns, and filters under a name. Preferences, not business acts: no line is written."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.lists.models import ChosenColumns, SavedView
from xinheng.org.models import Person

MOST_VIEWS = 50


def choose_columns(page: str, columns: Sequence[str] | None, *, by: Person) -> None:
    """Remember the columns a person wants, in their order; None goes back to those of everybody."""
    if columns is None:
        ChosenColumns.objects.filter(person=by, page=page).delete()
        return
    ChosenColumns.objects.update_or_create(
        person=by, page=page, defaults={"columns": list(dict.fromkeys(columns))[:60]}
    )


@transaction.atomic
def save_view(
    page: str, name: str, *, query: str, columns: Sequence[str], shared_with: str = "", by: Person
) -> SavedView:
    """Keep filters, order and columns under a name; the same name again replaces what was kept."""
    name = name.strip()[:40]
    if not name:
        raise Refusal(_("请给这个筛选起个名称。"))
    if shared_with and shared_with not in by.roles():
        raise Refusal(_("只能共享给自己担任的角色。"))
    mine = SavedView.objects.filter(person=by, page=page)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise Refusal(_("已保存 {count} 个筛选, 请先删去不用的。").format(count=MOST_VIEWS))
    kept, _made = mine.update_or_create(
        person=by,
        page=page,
        name=name,
        defaults={"query": query[:4000], "columns": list(columns), "shared_with": shared_with},
    )
    return kept


def remove_view(view: SavedView, *, by: Person) -> None:
    """Forget a saved filter; only whoever saved it may."""
    if view.person_id != by.pk:
        raise Refusal(_("这个筛选是{person}保存的, 请由本人删除。").format(person=view.person))
    view.delete()
