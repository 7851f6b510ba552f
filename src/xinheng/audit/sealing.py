"""Sealing: lines are written freely, and a moment later put into the hash chain, many at once.

A seal names its lines one by one. On PostgreSQL numbers are given before the commit, so a line may appear below others
that are sealed already: every sealing looks into the gaps of the last hour, the daily one into all gaps. No line is ever
taken to be sealed because its number is low.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q

from xinheng.audit import spans
from xinheng.audit.digest import SIGNED, line_hash, prints
from xinheng.audit.models import Entry, Seal
from xinheng.audit.spans import Span

BATCH = 1000
BATCHES = 50
"""How many at once, so that anchors are written while much is caught up on."""
LATE_WITHIN = timedelta(hours=1)
"""How long a transaction may stay open before its lines wait for the daily sealing."""
SPANS_AT_ONCE = 200
START = "0" * 64
LOCK = 0x5EA1


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is hashed: its number, signature and signed columns."""

    number: int
    signature: str
    values: dict[str, Any]

    def hash(self) -> bytes:
        """Give the SHA-256 of the line."""
        return line_hash(self.number, self.values, self.signature)


@dataclass(slots=True)
class Chain:
    """Where the chain ends."""

    number: int = 0
    hash: str = START
    total: int = 0
    top: int = 0


def seal_waiting(*, at: datetime, thorough: bool = False, batches: int = BATCHES) -> int:
    """Seal the lines that wait, some batches at most; give how many. Where another seals just now, nothing is done.

    `thorough` looks for late lines in the whole record, not in the last hour's part of it only.
    """
    sealed, late_left = 0, True
    for _batch in range(batches):
        # Lines never change, so they are read and hashed before anybody is kept waiting.
        chain, since = _end_of_chain(), None if thorough else at - LATE_WITHIN
        found = _late_lines(chain, since) if late_left else []
        late_left = len(found) == BATCH
        found += lines_of(Entry.objects.filter(pk__gt=chain.top).order_by("pk")[: BATCH - len(found)])
        if not found or not _hung_on(_seal(found, chain, at)):
            break
        sealed += len(found)
        if len(found) < BATCH:
            break
    return sealed


def lines_of(entries: models.QuerySet[Entry]) -> Iterator[Line]:
    """Read lines for hashing, a part at a time."""
    for row in entries.values_list("pk", "signature", *SIGNED).iterator(chunk_size=BATCH):
        yield Line(row[0], row[1], dict(zip(SIGNED, row[2:], strict=True)))


def lines_in(wanted: Iterable[Span]) -> Iterator[Line]:
    """Read the lines of these runs, in order of their numbers; some hundred runs at a time."""
    for some in batched(list(wanted), SPANS_AT_ONCE):
        yield from lines_of(Entry.objects.filter(within(some)).order_by("pk"))


def within(some: Iterable[Span]) -> Q:
    """Make the condition that a number lies in one of the runs."""
    condition = Q(pk__in=[])
    for first, last in some:
        condition |= Q(pk=first) if first == last else Q(pk__gte=first, pk__lte=last)
    return condition


def batched(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut a list into parts of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def seal_hash(seal: Seal) -> str:
    """Compute the hash of a seal from its columns; it holds the hash of the seal before."""
    made_at = seal.made_at.astimezone(UTC).isoformat(timespec="microseconds")
    told = (
        seal.number, seal.previous, made_at, seal.count, seal.total, seal.top, seal.members, seal.prints, seal.digest
    )  # fmt: skip
    return hashlib.sha256("\n".join(str(one) for one in told).encode()).hexdigest()


def digest_of(hashes: Iterable[bytes]) -> str:
    """Give the digest of the hashes of a seal's lines, in their order."""
    return hashlib.sha256(b"".join(hashes)).hexdigest()


def _alone() -> bool:
    """Let one seal at a time: on SQLite the transaction is alone anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _end_of_chain() -> Chain:
    last = Seal.objects.order_by("-number").first()
    return Chain() if last is None else Chain(last.number, last.hash, last.total, last.top)


def _late_lines(chain: Chain, since: datetime | None) -> list[Line]:
    """Find a batch of lines below the highest sealed number that no seal names, where the seals since then reach."""
    seals = Seal.objects.order_by("number")
    floor = 0
    if since is not None:
        floor = seals.filter(made_at__lt=since).order_by("-number").values_list("top", flat=True).first() or 0
        seals = seals.filter(made_at__gte=since)
    named = [span for text in seals.values_list("members", flat=True).iterator() for span in spans.read(text)]
    return list(islice(lines_in(spans.gaps(named, floor + 1, chain.top)), BATCH))


def _hung_on(seal: Seal) -> bool:
    """Store a seal, unless another is sealing or has sealed since the end of the chain was read."""
    with transaction.atomic():
        if not _alone() or _end_of_chain().number != seal.number - 1:
            return False
        seal.save(force_insert=True)
    return True


def _seal(lines: list[Line], chain: Chain, at: datetime) -> Seal:
    lines.sort(key=lambda line: line.number)
    hashes = [line.hash() for line in lines]
    seal = Seal(
        number=chain.number + 1,
        made_at=at,
        count=len(lines),
        total=chain.total + len(lines),
        top=max(chain.top, lines[-1].number),
        members=spans.written(spans.spans_of(line.number for line in lines)),
        prints=prints(hashes),
        digest=digest_of(hashes),
        previous=chain.hash,
    )
    seal.hash = seal_hash(seal)
    return seal
