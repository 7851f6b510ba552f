"""Drafts: made from a shipped policy, a file or a copy; edited by several without overwriting each other; given up."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from importlib.resources import files

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Problem, Refusal, faults
from creditpolicy.reader import Reading, read_policy, shipped
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import UNDER_WAY, Policy, Stage, Version
from xinheng.workflow.actions import cancel_round
from xinheng.workflow.queries import rounds_of

_NUMBER = re.compile(r"\d+(\.\d+){0,3}")
_LONGEST_NUMBER = 20
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@act
def create_draft_from_pack(key: str, *, by: Person, on: date, change_note: str = "") -> Version:
    """Make a draft from a policy that is shipped."""
    demand(by, "policies.draft")
    if key not in shipped():
        raise Refusal(_("没有随附的制度“{key}”。").format(key=key))
    text = _decoded((files("creditpolicy") / "packs" / key / "policy.yaml").read_bytes())
    return _made(text, Version.Origin.PACK, by=by, change_note=change_note)


@act
def create_draft_from_text(
    text: str | bytes, *, by: Person, on: date, file: str = "", change_note: str = ""
) -> Version:
    """Make a draft from a policy file; Refusal with every problem where it cannot be told whose and which version it is.

    Other faults do not matter yet: they are shown beside their lines, and must be gone before it is handed in.
    """
    demand(by, "policies.draft")
    return _made(_decoded(text), Version.Origin.FILE, by=by, file=file, change_note=change_note)


@act
def create_draft_from_version(version: Version, *, by: Person, on: date, change_note: str = "") -> Version:
    """Make a draft as a copy of a version, under the next free number; nothing else in the text differs."""
    demand(by, "policies.draft")
    policy = _held(version.policy)
    number = next_number(policy, version.number)
    text = numbered(version.text, number)
    return _made(text, Version.Origin.COPY, by=by, change_note=change_note, copied_from=version)


@act
def edit_text(
    version: Version, text: str, *, edition: int, by: Person, on: date, change_note: str | None = None
) -> Version:
    """Save the text of a draft. `edition` is the one that was opened; Refusal naming who saved another meanwhile.

    Ends of lines follow the text as it stands, whatever a browser made of them. A text with faults may be saved.
    """
    demand(by, "policies.draft")
    held = locked(version)
    if held.stage != Stage.DRAFT:
        raise Refusal(
            _("版本 {number} 现在是“{stage}”, 不能修改。要改就从它起草一个新版本。").format(
                number=held.number, stage=held.get_stage_display()
            )
        )
    if held.edition != edition:
        raise Refusal(
            _("您打开之后, {person}在 {time} 存过一次, 您的修改没有保存。请对照两份内容后再存。").format(
                person=held.edited_by or "", time=timezone.localtime(held.edited_at).strftime("%m-%d %H:%M")
            )
        )
    text = with_line_ends_of(held.text, _decoded(text))
    reading = read_policy(text.encode())
    key, number = _told(reading, held)
    if key != held.policy.key:
        raise Refusal(
            _("制度编号不能由“{before}”改成“{after}”。要建另一份制度, 请上传为新的制度。").format(
                before=held.policy.key, after=key
            )
        )
    before = {"edition": held.edition, "number": held.number, "sha256": held.sha256}
    held.text, held.sha256, held.number = text, digest(text), number
    held.edition, held.edited_by, held.edited_at = edition + 1, by, timezone.now()
    if change_note is not None:
        held.change_note = change_note
    _save(held)
    after = {"edition": held.edition, "number": held.number, "sha256": held.sha256}
    record("policies.edit", held, by=by, before=before, after=after)
    return held


@act
def discard_draft(version: Version, *, by: Person, on: date, why: str) -> Version:
    """Give up a draft, or what was approved but is not published; the row and its text stay."""
    demand(by, "policies.draft")
    held = locked(version)
    if held.stage not in (Stage.DRAFT, Stage.APPROVED):
        raise Refusal(
            _("版本 {number} 现在是“{stage}”, 不能放弃。").format(number=held.number, stage=held.get_stage_display())
        )
    if held.stage == Stage.APPROVED:
        demand(by, "policies.publish")
    if not why.strip():
        raise Refusal(_("请写明为什么放弃。"))
    before = {"stage": held.stage}
    held.stage = Stage.DISCARDED
    held.save(update_fields=["stage"])
    for round in rounds_of(held).filter(state="open"):
        cancel_round(round, by=by, on=on, why=why)
    record("policies.discard", held, by=by, why=why, before=before, after={"stage": held.stage})
    return held


def locked(version: Version) -> Version:
    """Give the version as it is now, held until the transaction ends."""
    return Version.objects.select_for_update(of=("self",)).select_related("policy", "edited_by").get(pk=version.pk)


def digest(text: str) -> str:
    """Give the sum of a text, the same as that of its file."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_line_ends_of(before: str, text: str) -> str:
    """Give `text` with the ends of lines that `before` has: a form sends every line with two characters at its end."""
    plain = text.replace("\r\n", "\n")
    return plain.replace("\n", "\r\n") if "\r\n" in before else plain


def next_number(policy: Policy, number: str) -> str:
    """Give the next number that no version of the policy has: 1.0 → 1.1."""
    taken = set(policy.versions.exclude(stage=Stage.DISCARDED).values_list("number", flat=True))
    parts = [int(part) for part in number.split(".")]
    if len(parts) == 1:
        parts.append(0)
    while ".".join(map(str, parts)) in taken or ".".join(map(str, parts)) == number:
        parts[-1] += 1
    return ".".join(map(str, parts))


def numbered(text: str, number: str) -> str:
    """Give the text with another version number; nothing else changes."""
    spot = read_policy(text.encode()).tree.values.get(("version",))
    if spot is None:
        raise Refusal(_("这份制度没有写版本号 (version)。"))
    lines = text.splitlines(keepends=True)
    line = lines[spot.line - 1]
    body = line.rstrip("\r\n")
    lines[spot.line - 1] = (
        f'{body[: spot.column - 1]}"{number}"{_after_scalar(body[spot.column - 1 :])}{line[len(body) :]}'
    )
    return "".join(lines)


def _after_scalar(rest: str) -> str:
    """Give what stands on a line after a number or a quoted text."""
    found = re.match(r"""("[^"]*"|'[^']*'|[^\s#]+)""", rest)
    return rest[found.end() :] if found else ""


def _decoded(text: str | bytes) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            raise Refusal(_("文件不是 UTF-8 编码, 读不了。请在编辑器里另存为 UTF-8 再上传。")) from None
    if "\0" in text:
        raise Refusal(_("文件里有不能出现的字符 (NUL), 不是文本。"))
    return text


def _made(
    text: str,
    origin: Version.Origin,
    *,
    by: Person,
    change_note: str,
    file: str = "",
    copied_from: Version | None = None,
) -> Version:
    reading = read_policy(text.encode(), file=file)
    key, number = _told(reading, None)
    policy = _policy(key, reading)
    there = policy.versions.filter(stage__in=UNDER_WAY).first()
    if there is not None:
        raise Refusal(
            _("“{policy}”已有版本 {number} ({stage}) 在办理中。请先办完或放弃它, 再起草另一个。").format(
                policy=policy.title, number=there.number, stage=there.get_stage_display()
            )
        )
    version = Version(
        policy=policy, number=number, text=text, sha256=digest(text), origin=origin, copied_from=copied_from,
        change_note=change_note, created_by=by, edited_by=by,
    )  # fmt: skip
    _save(version)
    record(
        "policies.draft", version, by=by, why=change_note,
        after={"origin": origin, "number": number, "sha256": version.sha256, "copied_from": str(copied_from or "")},
    )  # fmt: skip
    return version


def _save(version: Version) -> None:
    """Save; Refusal where another version bears the number already, or somebody was quicker."""
    others = version.policy.versions.exclude(pk=version.pk).exclude(stage=Stage.DISCARDED)
    if others.filter(number=version.number).exists():
        raise Refusal(
            _("“{policy}”已有版本 {number}。请把文件里的 version 改成没有用过的版本号, 如 {other}。").format(
                policy=version.policy.title, number=version.number, other=next_number(version.policy, version.number)
            )
        )
    try:
        with transaction.atomic():
            version.save()
    except IntegrityError:
        raise Refusal(_("刚才有人也起草了这份制度。请刷新后在那份草案上修改。")) from None


def _policy(key: str, reading: Reading) -> Policy:
    title, subject = key, "customer"
    if reading.policy is not None:
        title, subject = _chinese(reading.policy.title), reading.policy.subject
    policy, _new = Policy.objects.get_or_create(key=key, defaults={"title": title[:200], "subject": subject})
    return _held(policy)


def _chinese(words: object) -> str:
    return str(words.in_language("zh-hans")) if hasattr(words, "in_language") else str(words)


def _held(policy: Policy) -> Policy:
    """Give the policy, held: two drafts cannot be made of it at once."""
    return Policy.objects.select_for_update().get(pk=policy.pk)


def _told(reading: Reading, held: Version | None) -> tuple[str, str]:
    """Give the policy's id and the version's number as the text says them; where it cannot be read, those it had."""
    told = reading.tree.data if isinstance(reading.tree.data, dict) else {}
    key, number = told.get("policy"), told.get("version")
    wrong: list[Problem] = []
    if not (isinstance(key, str) and _KEY.fullmatch(key)) and held is not None:
        key = held.policy.key
    if not (isinstance(number, str) and _fits(number)) and held is not None:
        number = held.number
    if not (isinstance(key, str) and _KEY.fullmatch(key) and isinstance(number, str) and _fits(number)):
        wrong = faults(reading.problems)
        raise Refusal(_("看不出这是哪一份制度的哪一个版本: 文件开头要有 policy 和 version。"), wrong)
    return key, number


def _fits(number: str) -> bool:
    return bool(_NUMBER.fullmatch(number)) and len(number) <= _LONGEST_NUMBER
