"""What acts are called in words. Each room declares its own in its `labels.py`, which is found by itself.

For instance `declare("papers.lend", _("借出档案"))`, with `_` from `gettext_lazy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

_labels: dict[str, str | Promise] = {}


def declare(name: str, label: str | Promise) -> None:
    """Say what an act ("papers.lend") is called, in a text that is translated when it is shown."""
    _labels[name] = label


def label_of(name: str) -> str:
    """Give what an act is called; its bare name where nobody declared it."""
    return str(_labels.get(name, name))


def declared() -> Mapping[str, str | Promise]:
    """Give all acts that are declared, with what they are called."""
    return dict(_labels)
