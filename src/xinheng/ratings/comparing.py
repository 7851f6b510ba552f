"""A rating item by item: its points beside those of the rating before it, and of the class's median."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditpolicy.explain import ItemResult
from creditpolicy.program import ItemRule, Program
from creditpolicy.wording import item_label, source_words
from xinheng.policies.queries import prepared
from xinheng.ratings.charts import Radar, bar, radar
from xinheng.ratings.medians import OfClass
from xinheng.ratings.models import Rating


@dataclass(frozen=True, slots=True)
class Bars:
    """The lengths of the bars of an item, in hundredths; empty where there is nothing to draw."""

    now: str
    last: str
    median: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item: points now, at the last rating and in the middle of the class; `said` is the item in words."""

    id: str
    label: str
    part: str
    points: Decimal | None
    max: Decimal | None
    last: Decimal | None
    median: Decimal | None
    clause: str
    bars: Bars
    said: ItemResult | None = None

    @property
    def change(self) -> Decimal | None:
        """By how many points it is more (+) or less than at the last rating."""
        return None if self.points is None or self.last is None else self.points - self.last


@dataclass(frozen=True, slots=True)
class Compared:
    """All items of a rating, and the radar of its base items where there are enough of them."""

    lines: tuple[Line, ...]
    radar: Radar | None


def compared(
    rating: Rating, last: Rating | None, of_class: OfClass | None, said: Mapping[str, ItemResult] | None
) -> Compared:
    """Put a rating beside the one before it and the class; `said` are the items in words, for those who may read them."""
    program = prepared(rating.version).program
    lines = tuple(_line(program, item, rating, last, of_class, said or {}) for item in program.items)
    base = [line for line in lines if line.part == "base" and line.max]
    shapes = [
        ("median", [_share(line.median, line.max) for line in base]),
        ("last", [_share(line.last, line.max) for line in base]),
        ("now", [_share(line.points, line.max) for line in base]),
    ]
    return Compared(lines, radar([line.label for line in base], shapes))


def _line(
    program: Program, item: ItemRule, rating: Rating, last: Rating | None, of_class: OfClass | None,
    said: Mapping[str, ItemResult],
) -> Line:  # fmt: skip
    points = _points(rating.points, item.id)
    before = _points(last.points, item.id) if last is not None else None
    middle = of_class.points.get(item.id) if of_class is not None else None
    words = said.get(item.id)
    most = words.max if words is not None else item.high
    longest = most or max((abs(each) for each in (points, before, middle) if each is not None), default=None)
    return Line(
        item.id, item_label(program, item), item.part, points, most, before, middle,
        words.clause if words is not None else source_words(program, item.item),
        Bars(*(bar(abs(each), longest) if each is not None else "" for each in (points, before, middle))), words,
    )  # fmt: skip


def _points(points: Mapping[str, str | None], item: str) -> Decimal | None:
    given = points.get(item)
    return None if given is None else Decimal(given)


def _share(points: Decimal | None, most: Decimal | None) -> Decimal | None:
    return None if points is None or not most else points / most
