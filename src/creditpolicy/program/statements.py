"""The names by which a policy says when statements are worse: every ratio of statements, and the same of the one before."""

from __future__ import annotations

from functools import lru_cache

from creditpolicy.expressions import Type, number
from creditpolicy.facts import CATALOGUE
from creditpolicy.facts.derived import LARGEST
from creditpolicy.language import _

EVENT = "worse_statements"
BEFORE = "before_"
"""What stands before the name of a ratio of the statement before."""


@lru_cache(maxsize=1)
def statement_names() -> dict[str, Type]:
    """Give the names that such a condition may use: every ratio of statements, and the same of the statement before."""
    kinds = {
        name: number(fact.scale, -LARGEST[fact.type], LARGEST[fact.type])
        for name, fact in CATALOGUE.items()
        if fact.sources == ("statements",) and fact.type in LARGEST
    }
    return kinds | {f"{BEFORE}{name}": kind for name, kind in kinds.items()}


def statement_label(name: str) -> str:
    """Give what a name of such a condition is called."""
    ratio = name.removeprefix(BEFORE)
    if ratio not in CATALOGUE:
        return name
    label = str(CATALOGUE[ratio].label)
    return _("上期{label}").format(label=label) if name.startswith(BEFORE) else label
