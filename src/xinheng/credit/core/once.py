"""A request with a key of its client's making takes effect once: its answer is stored with its effect, and given again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.credit.models import Answer
from xinheng.upkeep.prepared import prepared
from xinheng.upkeep.rows import insert_one


def once(client: str, key: str, content: Mapping[str, str], do: Callable[[], str], *, is_new: bool = False) -> str:
    """Give the answer to a request: done now, or the first one, byte for byte, where the key has been here before.

    Refusal where the key came with other content. Of requests at the same moment one is done; the others, whose
    effects are undone, are given its answer. `is_new` says that the key was looked for and not found a moment ago.
    """
    first = None if is_new else _first(client, key)
    if first is None:
        try:
            with transaction.atomic():
                answer = do()
                insert_one(Answer(client=client, key=key, content=dict(content), answer=answer))
                return answer
        except (IntegrityError, Refusal):  # refused, too, where the same request was carried out just before
            first = _first(client, key)
            if first is None:
                raise
    for name in sorted({*content, *first.content}):
        if content.get(name) != first.content.get(name):
            raise Refusal(
                _("请求编号 {key} 已经用过, 但 {field} 不同: 上次是 {before}, 这次是 {now}。请换一个编号。").format(
                    key=key, field=name, before=first.content.get(name, ""), now=content.get(name, "")
                )
            )
    return first.answer


def _first(client: str, key: str) -> Answer | None:
    return _answered.first(client, key)


@prepared
def _answered(client: str, key: str) -> QuerySet[Answer]:
    return Answer.objects.filter(client=client, key=key)
