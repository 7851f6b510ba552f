"""`app:` — customers and policies of the application, wherever a verb takes a file of them.

`app:` as customers is everybody on file, `app:grade=C,department=sales1` a part of them; `app:main` as a policy is the
main one in force, `app:leasing` one by its key, `app:leasing@2.0` a certain version, a draft too.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditpolicy.language import _, listed
from creditpolicy.problems import Refusal
from xinheng.command import options
from xinheng.command.starting import initialised

if TYPE_CHECKING:
    from creditpolicy.prepared import Prepared
    from creditpolicy.rating import Result
    from xinheng.policies.models import Version

PREFIX = "app:"
MAIN = "main"
WORDS = ("kind", "nature", "size", "grade", "department", "due_by", "unrated")


def is_named(thing: str | Path) -> bool:
    """Say whether a word names something of the application."""
    return str(thing).startswith(PREFIX)


def day(as_of: str | None, *things: str | Path) -> datetime.date | None:
    """Read a day; where something of the application is named, today is the company's."""
    said = options.day(as_of)
    if said is not None or not any(map(is_named, things)):
        return said
    initialised()
    from django.utils import timezone

    return timezone.localdate()


def policy(name: str, on: datetime.date | None) -> str | Prepared:
    """Give a policy as a verb takes it: a version of the library ready to rate, else the word as it is."""
    if not is_named(name):
        return name
    version = _version(name, on)
    from xinheng.policies.queries import prepared

    return prepared(version)


def rated(policies: str, customers: Path, *, on: datetime.date | None, **how: Any) -> Result:
    """Rate by a policy, either of which may be the application's."""
    from creditpolicy.rating import rate

    if not is_named(customers):
        return rate(policy(policies, on), options.existing(customers), as_of=on, **how)
    _nothing_else(how)
    assert on is not None
    initialised()
    from xinheng.connect.commanding import facts_of_customers
    from xinheng.policies.queries import prepared

    version = _version(policies, on) if is_named(policies) else _outside(policies)
    progress = how["progress"]
    progress(_("从应用里取客户"))
    table, pool = facts_of_customers(version, _segment(str(customers)), on=on)
    return rate(prepared(version), table, portfolio=pool, as_of=on, progress=progress)


def versions() -> list[tuple[str, ...]]:
    """List the versions of the library: key, title, number, state, from and until when in force."""
    initialised()
    from xinheng.policies.models import Stage, Version

    rows = Version.objects.exclude(stage=Stage.DISCARDED).select_related("policy").defer("text")
    return [
        (
            f"{row.policy.key}@{row.number}", row.policy.title + (f" ({_('主制度')})" if row.policy.is_main else ""),
            str(row.get_stage_display()), str(row.in_force_from or ""), str(row.in_force_until or ""),
        )
        for row in rows
    ]  # fmt: skip


def _version(name: str, on: datetime.date | None) -> Version:
    initialised()
    from django.utils import timezone

    from xinheng.policies.models import Stage, Version
    from xinheng.policies.queries import main_version, version_in_force

    key, _at, number = name.removeprefix(PREFIX).partition("@")
    asked = on or timezone.localdate()
    if number:
        rows = Version.objects.filter(policy__key=key, number=number).exclude(stage=Stage.DISCARDED)
        found = rows.select_related("policy").first()
    else:
        found = main_version(asked) if key == MAIN else version_in_force(key, asked)
    if found is None:
        raise Refusal(
            _("制度库里 {day} 没有“{name}”。看 xinheng policies --library 列出的制度。").format(day=asked, name=name)
        )
    return found


def _outside(name: str) -> Version:
    """Give a shipped policy or a file as a version that is not stored, to be tried on the application's customers."""
    from creditpolicy.prepared import prepare
    from xinheng.policies.models import Policy, Version

    reading = prepare(name).reading
    assert reading.policy is not None
    key = reading.policy.policy
    known = Policy.objects.filter(key=key).first() or Policy(key=key, title=str(reading.policy.title))
    return Version(policy=known, number=reading.policy.version, text=reading.text, sha256=reading.sha256)


def _segment(name: str) -> dict[str, Any]:
    """Read `app:grade=C,department=sales1` as a segment."""
    from xinheng.org.models import Department

    segment: dict[str, Any] = {}
    for part in filter(None, name.removeprefix(PREFIX).split(",")):
        word, _sign, value = part.partition("=")
        if word not in WORDS or (not value and word != "unrated"):
            raise Refusal(
                _("看不懂“{part}”。客户写 app: 或 app:条件=值, 条件可用 {words}。").format(
                    part=part, words=listed(WORDS)
                )
            )
        if word in {"due_by", "unrated"}:
            segment[word] = str(options.day(value)) if word == "due_by" else True
            continue
        chosen: Any = value
        if word == "department":
            chosen = Department.objects.filter(code=value).values_list("pk", flat=True).first()
            if chosen is None:
                raise Refusal(_("没有编号为“{code}”的部门。").format(code=value))
        segment.setdefault(word, []).append(chosen)
    return segment


def _nothing_else(how: dict[str, Any]) -> None:
    """Refuse options that say how a file is to be read: nothing of the application needs them."""
    said = [name for name, value in how.items() if value is not None and name != "progress"]
    if said:
        names = {"mapping": "--map", "invoice_mapping": "--invoices-map", "day_first": "--day-first"}
        raise Refusal(
            _("客户取自应用时不用 {options}: 资料和往来都在应用里。").format(
                options=listed(names.get(name, f"--{name}") for name in said)
            )
        )
