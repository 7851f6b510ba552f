"""Verifying the record: every line against its signature and its seal, every seal against the one before and the anchors.

Reads the record once, a batch at a time, while others write; memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min

from creditpolicy.problems import Refusal
from xinheng.audit import findings as say
from xinheng.audit import spans
from xinheng.audit.anchors import EVERY_SEALS, Anchor, Spoilt, anchors
from xinheng.audit.digest import PRINT_BYTES, is_genuine, prints_of
from xinheng.audit.findings import Finding
from xinheng.audit.models import Entry, Seal
from xinheng.audit.sealing import START, Line, digest_of, lines_in, seal_hash
from xinheng.audit.spans import Span
from xinheng.vault.keys import keys

KEPT_FINDINGS = 1000
UNSEALED_FOR = timedelta(minutes=15)
"""How long a line may wait for its seal before it is told."""
OUT_OF_TIME = timedelta(minutes=5)
"""How far a line's time may lie from those beside it; clocks and long transactions differ by less."""


@dataclass(slots=True)
class Report:
    """What was verified and what was found; the first thousand findings are kept, all are counted."""

    lines: int = 0
    seals: int = 0
    anchors: int = 0
    waiting: int = 0
    signatures: bool = True
    found: int = 0
    findings: list[Finding] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.found += 1
        if len(self.findings) < KEPT_FINDINGS:
            self.findings.append(finding)


@dataclass(slots=True)
class _End:
    """The last seal that was followed."""

    number: int = 0
    hash: str = START
    total: int = 0
    top: int = 0
    made_at: datetime | None = None


def verify(*, at: datetime, known: Mapping[int, str] | None = None) -> Report:
    """Verify the whole record; `known` are ends of the chain that somebody kept by himself: number of seal → hash."""
    report = Report(signatures=_have_keys())
    last = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    marks = _marks(report, known or {})
    named: list[Span] = []
    end = _End()
    for seal in Seal.objects.filter(number__lte=last).order_by("number").iterator(chunk_size=20):
        _follow(report, seal, end, marks)
        members = _members(report, seal)
        named = _named(report, named, members, seal)
        _lines(report, seal, members)
        report.seals += 1
    _cut_off(report, end, marks)
    _outside(report, named, end, last, at)
    _twice(report)
    return report


def _have_keys() -> bool:
    try:
        return bool(keys())
    except Refusal:
        return False


# The chain ------------------------------------------------------------------------------------------------------------


def _follow(report: Report, seal: Seal, end: _End, marks: Mapping[int, str]) -> None:
    if seal.number != end.number + 1:
        report.add(say.seals_missing(end.number + 1, seal.number - 1))
    elif seal.previous != end.hash:
        report.add(say.link_broken(seal.number))
    own = seal_hash(seal)
    if own != seal.hash:
        report.add(say.seal_changed(seal.number))
    if marks.get(seal.number, own) != own:
        report.add(say.chain_rewritten(seal.number))
    if end.made_at is not None and seal.made_at < end.made_at - OUT_OF_TIME:
        report.notices.append(say.seal_out_of_time(seal.number))
    end.number, end.hash, end.total, end.top, end.made_at = seal.number, seal.hash, seal.total, seal.top, seal.made_at


def _marks(report: Report, known: Mapping[int, str]) -> dict[int, str]:
    """Gather what the chain must still hold: the anchors, and what somebody kept by himself."""
    marks: dict[int, str] = {}
    try:
        written = anchors()
    except Spoilt as spoilt:
        report.add(say.anchors_spoilt(spoilt.line))
        written = []
    for anchor in written:
        if anchor.restart:
            marks = {number: kept for number, kept in marks.items() if number <= anchor.seal}
            report.notices.append(say.restarted(anchor.at, anchor.seal, anchor.restart))
        marks[anchor.seal] = anchor.hash
    report.anchors = len(written)
    _lost_anchors(report, written)
    return marks | dict(known)


def _lost_anchors(report: Report, written: list[Anchor]) -> None:
    """Tell that anchors are missing which must have been written by now."""
    last = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if not report.found and last - (written[-1].seal if written else 0) > 2 * EVERY_SEALS:
        report.add(say.anchors_missing(written[-1].seal if written else 0, last))


def _cut_off(report: Report, end: _End, marks: Mapping[int, str]) -> None:
    beyond = [number for number in marks if number > end.number]
    if beyond:
        report.add(say.cut_off(end.number, max(beyond)))


# The lines ------------------------------------------------------------------------------------------------------------


def _members(report: Report, seal: Seal) -> list[Span]:
    try:
        members = spans.read(seal.members)
    except ValueError:
        report.add(say.seal_changed(seal.number))
        return []
    if spans.size(members) != seal.count:
        report.add(say.seal_changed(seal.number))
        return []
    return members


def _named(report: Report, named: list[Span], members: list[Span], seal: Seal) -> list[Span]:
    """Join the members to those named before; a line belongs to one seal only."""
    if members and (not named or members[0][0] > named[-1][1]):
        if named and members[0][0] == named[-1][1] + 1:
            members = [(named.pop()[0], members[0][1]), *members[1:]]
        named += members
        return named
    both = spans.joined([*named, *members])
    if spans.size(both) != spans.size(named) + spans.size(members):
        report.add(say.sealed_twice(seal.number))
    return both


def _lines(report: Report, seal: Seal, members: list[Span]) -> None:
    prints = prints_of(seal.prints)
    if len(prints) != spans.size(members):
        report.add(say.seal_changed(seal.number))
        prints = []
    kept = dict(zip(spans.numbers(members), prints, strict=False))
    hashes, there, before = [], [], None
    faults = report.found
    for line in lines_in(members):
        own = line.hash()
        hashes.append(own)
        there.append(line.number)
        genuine = not report.signatures or is_genuine(line.values, line.signature)
        if kept and kept[line.number] != own[:PRINT_BYTES]:
            report.add(_changed(line, genuine and report.signatures, seal, before))
        elif not genuine:
            report.add(say.never_genuine(line))
        before = line
    report.lines += len(there)
    gone = spans.gaps(spans.spans_of(there), members[0][0], members[-1][1]) if members else []
    for span in _both(gone, members):
        report.add(say.removed(span, seal.number))
    if report.found == faults and digest_of(hashes) != seal.digest:
        report.add(say.seal_changed(seal.number))


def _both(some: Iterable[Span], others: list[Span]) -> Iterator[Span]:
    """Give what lies in both sets of runs."""
    for first, last in some:
        for begin, end in others:
            if begin <= last and end >= first:
                yield max(first, begin), min(last, end)


def _changed(line: Line, genuine: bool, seal: Seal, before: Line | None) -> Finding:
    at: datetime = line.values["at"]
    if genuine:
        return say.moved_here(line, seal.number)
    early = before is not None and at < before.values["at"] - OUT_OF_TIME
    if early or at > seal.made_at + OUT_OF_TIME:
        return say.out_of_time(line, seal.number)
    return say.altered(line, seal.number)


def _outside(report: Report, named: list[Span], end: _End, last: int, at: datetime) -> None:
    """Look at the lines that no seal names: they wait for one, were late, or were put in."""
    highest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    waiting: list[Span] = []
    for line in lines_in(spans.gaps(named, 1, highest)):
        report.lines += 1
        if report.signatures and not is_genuine(line.values, line.signature):
            written_at: datetime = line.values["at"]
            late = end.made_at is not None and written_at < end.made_at - UNSEALED_FOR
            report.add(say.put_in(line, back_dated=late))
        elif line.values["at"] < at - UNSEALED_FOR:
            waiting = _one_more(waiting, line.number)
        else:
            report.waiting += 1
    if waiting:
        for span in _both(spans.gaps(_named_since(last), 1, highest), waiting):
            report.add(say.long_unsealed(span))


def _one_more(some: list[Span], number: int) -> list[Span]:
    """Add a number that is higher than all before."""
    if some and some[-1][1] == number - 1:
        some[-1] = (some[-1][0], number)
    else:
        some.append((number, number))
    return some


def _named_since(last: int) -> list[Span]:
    """Give what was sealed while we read."""
    later = Seal.objects.filter(number__gt=last).values_list("members", flat=True)
    return [span for text in later for span in spans.read(text)]


def _twice(report: Report) -> None:
    """Find genuine lines that were written in once more: the signature of each line is the only one of its kind."""
    again = (
        Entry.objects.order_by().values("signature").annotate(times=Count("pk"), first=Min("pk")).filter(times__gt=1)
    )
    for row in again.iterator():
        copies = Entry.objects.filter(signature=row["signature"]).exclude(pk=row["first"])
        for number in copies.order_by("pk").values_list("pk", flat=True):
            report.add(say.repeated(number, row["first"]))
