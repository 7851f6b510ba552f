"""The verb `ratings`: calculate stored ratings again and say whether anything was changed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command.screen import heading, say
from xinheng.command.starting import initialised
from xinheng.command.words import later

if TYPE_CHECKING:
    from xinheng.ratings.replaying import Report

DIFFERS = 1


def ratings(
    what: Annotated[str, typer.Argument(metavar="replay", help=later("replay 把存下的评级重算一遍, 逐字节核对"))],
    since: Annotated[
        str | None, typer.Option("--since", metavar=later("日期"), help=later("只核对这一天起做的评级, 如 2026-06-30"))
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar=later("编号"), help=later("只核对一个客户的评级"))
    ] = None,
) -> int:
    """Calculate stored ratings again (0 all the same, 1 some differ)."""
    if what != "replay":
        raise Refusal(_("要写 xinheng ratings replay, 没有“{word}”。").format(word=what))
    day = _day(since)
    initialised()
    from xinheng.ratings.replaying import replay_all

    report = replay_all(since=day, customer=customer, progress=_progress)
    _show(report)
    return 0 if report.sound else DIFFERS


def _day(text: str | None) -> datetime.date | None:
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Refusal(_("--since 要写成 2026-06-30 这样的日期; “{text}”不是。").format(text=text)) from None


def _progress(count: int) -> None:
    import sys

    if sys.stderr.isatty():
        print(f"\r{count:,}", end="", file=sys.stderr, flush=True)


def _show(report: Report) -> None:
    say(_("重算了 {count} 次评级。").format(count=f"{report.count:,}"))
    if report.erased:
        say(_("其中 {count} 次的内容已按本人要求删除, 没有可重算的。").format(count=f"{report.erased:,}"))
    if report.sound:
        say(_("与存下的逐字节相同。"))
        return
    heading(_("发现 {count} 次不同").format(count=f"{report.found:,}"))
    for one in report.differences:
        say(
            _("客户 {customer}, 评级日 {day}, 评级 {rating}: {field}").format(
                customer=one.customer, day=one.as_of, rating=one.rating, field=one.field
            )
        )
    if report.found > len(report.differences):
        say(_("还有 {count} 次。").format(count=f"{report.found - len(report.differences):,}"))
