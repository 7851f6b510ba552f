"""Sets of line numbers as runs, "1-100,103": how a seal names its members, and what lies between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

Span = tuple[int, int]
"""First and last, both included."""


def spans_of(numbers: Iterable[int]) -> list[Span]:
    """Join ascending numbers into runs."""
    found: list[Span] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def written(spans: Iterable[Span]) -> str:
    """Write runs as a text."""
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans)


def read(text: str) -> list[Span]:
    """Read runs; raises ValueError where the text is spoilt."""
    found: list[Span] = []
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        span = (int(first), int(last) if dash else int(first))
        if span[0] > span[1] or (found and span[0] <= found[-1][1]):
            raise ValueError(part)
        found.append(span)
    return found


def numbers(spans: Iterable[Span]) -> Iterator[int]:
    """Give every number of the runs."""
    for first, last in spans:
        yield from range(first, last + 1)


def many(keys: Iterable[int]) -> str:
    """Write primary keys as runs, however many: how a line names the customers of a whole list."""
    return written(spans_of(sorted(set(keys))))


def keys_in(told: object) -> Iterator[int]:
    """Give the primary keys that a line names, as a list or as runs; nothing where it is neither (a spoilt line)."""
    if isinstance(told, str):
        with suppress(ValueError):
            yield from numbers(read(told))
    elif isinstance(told, list):
        yield from told


def size(spans: Iterable[Span]) -> int:
    """Say how many numbers there are."""
    return sum(last - first + 1 for first, last in spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Put runs in order and join those that touch."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def gaps(spans: Iterable[Span], first: int, last: int) -> list[Span]:
    """Give what lies between `first` and `last` and in none of the runs."""
    found: list[Span] = []
    at = first
    for begin, end in joined(spans):
        if begin > last:
            break
        if begin > at:
            found.append((at, begin - 1))
        at = max(at, end + 1)
    if at <= last:
        found.append((at, last))
    return found
