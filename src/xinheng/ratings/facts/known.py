"""What is known of one fact of one customer, and how it came to be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from xinheng.customers.models import Source

DERIVED = frozenset({"dealings", "no_dealings", "statements"})
"""Facts that the books tell, and nobody types over."""
BY_HAND = frozenset({"form", "case"})
"""Facts that somebody entered in a case: in this one, or in an earlier one from which they are carried over."""


class Told(NamedTuple):
    """Where a value comes from, in the short form that a rating's record keeps: `card|2026-03-01|visit`.

    `origin` is dealings, no_dealings (true of whoever has none), statements, card, file (the customer's own file),
    identity, form (entered in the case named by `ref`) or case (carried over from it).
    """

    origin: str
    day: date | None = None
    ref: str = ""

    @property
    def code(self) -> str:
        """The short form."""
        return f"{self.origin}|{self.day or ''}|{self.ref}"

    @classmethod
    def of(cls, code: str) -> Told:
        """Read the short form."""
        origin, day, ref = code.split("|", 2)
        return cls(origin, date.fromisoformat(day) if day else None, ref)


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that is known: its value, where it comes from in words, of which day, and whether dealings or statements say it.

    What is `derived` cannot be typed over. `url` leads to where it stands; `told` is the short form of the source.
    """

    fact: str
    value: Any
    source: str
    day: date | None
    derived: bool
    url: str
    told: Told

    @property
    def by_hand(self) -> bool:
        """Whether somebody entered it in a case."""
        return self.told.origin in BY_HAND

    @property
    def is_carried_over(self) -> bool:
        """Whether it was entered in an earlier case."""
        return self.told.origin == "case"


def entered(fact: str, value: Any, *, case: str, who: str, on: date) -> Known:
    """Give a fact as somebody enters it in a case: its number, who (role and name), and the day."""
    told = Told("form", on, f"{case} {who}".strip())
    return Known(fact, value, told_words(told), on, derived=False, url="", told=told)


def told_words(told: Told) -> str:
    """Say in words where a value comes from."""
    words = {
        "dealings": _("往来 (截至 {day})"),
        "no_dealings": _("没有往来 (截至 {day})"),
        "statements": _("财务报表 {day}"),
        "card": _("档案卡 · {ref} {day}"),
        "file": _("客户档案"),
        "identity": _("身份核实"),
        "form": _("本次评估填写 · {ref} {day}"),
        "case": _("沿用评估 {ref} ({day})"),
    }
    ref = str(Source(told.ref).label) if told.origin == "card" and told.ref in Source.values else told.ref
    return words.get(told.origin, "{ref}").format(day=told.day or "", ref=ref).strip()
