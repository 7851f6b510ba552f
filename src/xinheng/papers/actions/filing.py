"""Putting papers into a file, newer versions beside older ones, looking into them, taking them out again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.papers.contents import clean_name, examine
from xinheng.papers.levels import Level
from xinheng.papers.models import HELD, Paper, PaperKind, PaperVersion, State
from xinheng.vault import files
from xinheng.workflow.actions import settle_items

SHORTEST_REASON = 4
"""How many characters a reason for a look has at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is written down of a paper besides its content."""

    title: str
    number: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    level: int = Level.INTERNAL
    has_copy: bool = False
    room: str = ""
    cabinet: str = ""
    box: str = ""
    folder: str = ""
    pages: int | None = None


PLACE = ("has_copy", "room", "cabinet", "box", "folder", "pages")


@act
def file_paper(
    customer: Customer,
    kind: PaperKind,
    details: Details,
    *,
    by: Person,
    on: date,
    content: bytes | None = None,
    file_name: str = "",
    filed_for: Actor | None = None,
) -> Paper:
    """Put a paper into the customer's file, with its content, its paper copy's place, or both.

    `filed_for` is who really sent it (the customer on his own page), where `by` only accepted it.
    """
    demand(by, "papers.file", customer)
    _check(kind, details)
    if content is None and not details.has_copy:
        raise Refusal(_("既没有电子文件, 也没有纸质件。请上传文件, 或填写纸质件的位置。"))
    paper = Paper(customer=customer, kind=kind, filed_by=by, filed_on=on, **asdict(details))
    paper.save()
    record(
        "papers.file", paper, by=by, about=customer, after=_told(paper),
        why=_("由{who}提交").format(who=filed_for.actor_name) if filed_for else "",
    )  # fmt: skip
    if content is not None:
        _store(paper, content, file_name, by=by)
    return paper


@act
def add_version(
    paper: Paper, content: bytes, file_name: str, *, by: Person, on: date, remark: str = ""
) -> PaperVersion:
    """Put a newer file beside the older ones of a paper."""
    demand(by, "papers.file", paper)
    paper = _locked(paper)
    _kept(paper)
    return _store(paper, content, file_name, by=by, remark=remark)


@act
def change_paper(paper: Paper, details: Details, *, by: Person, on: date, why: str = "") -> Paper:
    """Change what is written down of a paper; a lower level needs a reason."""
    demand(by, "papers.change", paper)
    demand(by, "papers.read", paper)
    paper = _locked(paper)
    _kept(paper)
    _check(paper.kind, details)
    if details.level < paper.level and not why.strip():
        raise Refusal(_("降低密级须写明理由。"))
    before = _told(paper)
    changed = [name for name, value in asdict(details).items() if getattr(paper, name) != value]
    if not changed:
        raise Refusal(_("没有改动。"))
    for name in changed:
        setattr(paper, name, getattr(details, name))
    if paper.state == State.MISSING and set(changed) & set(PLACE):
        paper.state = State.KEPT
    paper.save()
    if "valid_until" in changed:
        settle_items(paper, act="renew", by=by, on=on, remarks=_("有效期已更新。"))
    record(
        "papers.change", paper, by=by, why=why, about=paper.customer, before=before,
        after=_told(paper) | {"changed": changed},
    )  # fmt: skip
    return paper


@act
def withdraw_paper(paper: Paper, *, by: Person, on: date, why: str) -> Paper:
    """Take a paper out of use; its content stays, for those who may look."""
    demand(by, "papers.withdraw", paper)
    paper = _locked(paper)
    _kept(paper)
    if not why.strip():
        raise Refusal(_("请写明撤下的理由。"))
    if paper.loans.filter(state__in=HELD).exists():
        raise Refusal(_("纸质件还借在外面, 归还后才能撤下。"))
    before = paper.state
    paper.state = State.WITHDRAWN
    paper.save(update_fields=["state"])
    record("papers.withdraw", paper, by=by, why=why, about=paper.customer, before={"state": before},
           after={"state": paper.state})  # fmt: skip
    return paper


@act
def open_version(
    version: PaperVersion, *, by: Person, on: date, why: str = "", how: str = "download"
) -> Iterator[bytes]:
    """Give the content of a version; leaves a line for the look. From 秘密 on it needs a reason."""
    paper = version.paper
    demand(by, "papers.read", paper)
    if version.stored_as is None:
        raise Refusal(_("这个文件的内容已经删除。"))
    if paper.asks_reason and len(why.strip()) < SHORTEST_REASON:
        raise Refusal(_("这份档案是{level}, 请写明查阅的用途。").format(level=paper.get_level_display()))
    record(
        "papers.look", paper, by=by, why=why.strip(), about=paper.customer, look=True,
        after={"version": version.number, "how": how, "level": paper.level},
    )  # fmt: skip
    return files.read(version.stored_as, place=version.place_in_store)


@act
def keep_kind(kind: PaperKind, *, by: Person, on: date) -> PaperKind:
    """Add a kind of paper, or change one."""
    demand(by, "papers.keep")
    before = PaperKind.objects.filter(pk=kind.pk).values("name", "least_level", "keep_years", "is_closed").first()
    kind.save()
    after = {
        "name": kind.name,
        "least_level": kind.least_level,
        "keep_years": kind.keep_years,
        "is_closed": kind.is_closed,
    }
    record("papers.keep_kind", kind, by=by, before=before, after=after)
    return kind


def erase_content(paper: Paper) -> int:
    """Overwrite what a paper says and remove its files for good; gives how many files. For the erasure of a person only.

    The caller writes the line and holds the transaction; the files go once it is kept.
    """
    count = 0
    for version in paper.versions.select_for_update():
        name = version.stored_as
        if name is not None:
            transaction.on_commit(partial(files.remove, name))
            count += 1
        version.file_name, version.stored_as, version.sha256 = "", None, ""
        version.remark, version.erased_at = "", version.erased_at or timezone.now()
        version.save()
    paper.title, paper.number, paper.state = "", "", State.ERASED
    paper.issued_on = paper.valid_until = None
    paper.save()
    paper.loans.update(reason="", decision="", condition="")
    return count


def _store(paper: Paper, content: bytes, file_name: str, *, by: Person, remark: str = "") -> PaperVersion:
    """Examine a file, close it in the store, and note it; nothing stays in the store if the note cannot be written."""
    name = clean_name(file_name)
    found = examine(name, content)
    latest = paper.versions.first()
    if paper.versions.filter(sha256=hashlib.sha256(content).hexdigest()).exists():
        raise Refusal(_("这个文件和已有的一版完全相同, 不必再传。"))
    version = PaperVersion(
        paper=paper, number=latest.number + 1 if latest else 1, file_name=name, file_type=found.code,
        size=len(content), remark=remark[:200], added_by=by, sha256="",
    )  # fmt: skip
    kept = files.store([content], place=version.place_in_store)
    try:
        version.stored_as, version.sha256 = kept.name, kept.sha256
        version.save()
        record(
            "papers.add_version", paper, by=by, about=paper.customer,
            after={"version": version.number, "type": found.code, "size": version.size, "sha256": version.sha256},
        )  # fmt: skip
    except BaseException:
        files.remove(kept.name)
        raise
    return version


def _check(kind: PaperKind, details: Details) -> None:
    if not details.title.strip():
        raise Refusal(_("请填写标题。"))
    if details.level < kind.least_level:
        raise Refusal(
            _("“{kind}”至少是{level}。请选更高的密级。").format(kind=kind, level=Level(kind.least_level).label)
        )
    if details.issued_on and details.valid_until and details.valid_until < details.issued_on:
        raise Refusal(_("有效期早于签发日期。请改正其中一个。"))
    if details.has_copy and not details.room.strip():
        raise Refusal(_("有纸质件时请填写库房, 别人才找得到它。"))


def _kept(paper: Paper) -> None:
    if paper.state in (State.WITHDRAWN, State.ERASED):
        raise Refusal(_("这份档案{state}, 不能再改。").format(state=paper.get_state_display()))


def _locked(paper: Paper) -> Paper:
    return Paper.objects.select_for_update(of=("self",)).get(pk=paper.pk)


def _told(paper: Paper) -> dict[str, Any]:
    """Give what may stand in the record: nothing of what the paper says."""
    return {
        "kind": paper.kind.code,
        "level": paper.level,
        "issued_on": str(paper.issued_on or ""),
        "valid_until": str(paper.valid_until or ""),
        "place": paper.place if paper.has_copy else "",
        "pages": paper.pages,
    }
