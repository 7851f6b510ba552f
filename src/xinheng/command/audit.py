"""The verb `audit`: verify the record, and write the end of its chain down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command.screen import heading, say
from xinheng.command.starting import initialised
from xinheng.command.words import later

if TYPE_CHECKING:
    from xinheng.audit.verify import Report

TAMPERED = 1
SHOWN = 50


def audit(
    what: Annotated[str, typer.Argument(metavar="verify|anchor", help=later("verify 核验留痕; anchor 写下一个锚点"))],
    known: Annotated[
        list[str] | None,
        typer.Option("--known", metavar=later("封:哈希"), help=later("自己另处记下的锚点, 如 120:9f2c…; 可写多次")),
    ] = None,
    restored: Annotated[
        str | None,
        typer.Option("--restored", metavar=later("原因"), help=later("刚从备份恢复, 链比锚点短: 写明原因后续写锚点")),
    ] = None,
) -> int:
    """Verify the record (0 sound, 1 tampered with), or write an anchor."""
    if what not in {"verify", "anchor"}:
        raise Refusal(_("要写 xinheng audit verify 或 xinheng audit anchor, 没有“{word}”。").format(word=what))
    wanted = dict(_known(word) for word in known or ())
    initialised()
    return _verify(wanted) if what == "verify" else _anchor(restored or "")


def _known(word: str) -> tuple[int, str]:
    number, colon, digest = word.replace("：", ":").partition(":")
    if not colon or not number.isdecimal() or len(digest) != 64:
        raise Refusal(_("--known 要写成 封:哈希, 哈希有 64 个字符; “{word}”不是。").format(word=word))
    return int(number), digest.lower()


def _verify(known: dict[int, str]) -> int:
    from django.db import connection
    from django.utils import timezone

    from xinheng.audit import triggers
    from xinheng.audit.verify import verify

    report = verify(at=timezone.now(), known=known)
    _show(report)
    missing = triggers.missing(connection)
    if missing:
        say(_("数据库里防改动的触发器缺 {count} 个: {names}。运行 xinheng init 会补上。").format(
            count=len(missing), names=", ".join(missing)))  # fmt: skip
    return 0 if report.sound and not missing else TAMPERED


def _show(report: Report) -> None:
    say(_("核验了 {lines} 行留痕、{seals} 封、{anchors} 个锚点; {waiting} 行待封存。").format(
        lines=f"{report.lines:,}", seals=f"{report.seals:,}", anchors=f"{report.anchors:,}", waiting=report.waiting
    ))  # fmt: skip
    if not report.signatures:
        say(_("没有密钥文件, 各行的签名没有核验; 链和锚点照常核验。"))
    if not report.anchors:
        say(_("还没有锚点: 整条链被重造或末尾被截去, 这次看不出来。"))
    for notice in report.notices:
        say(notice)
    if report.sound:
        say(_("没有发现改动。"))
        return
    heading(_("发现 {count} 处").format(count=f"{report.found:,}"))
    for finding in report.findings[:SHOWN]:
        say(finding)
    if report.found > SHOWN:
        say(_("还有 {count} 处。").format(count=f"{report.found - SHOWN:,}"))


def _anchor(restored: str) -> int:
    from django.utils import timezone

    from xinheng.audit.anchors import anchor_file, anchor_now
    from xinheng.audit.jobs import seal
    from xinheng.audit.models import Seal

    if not restored:
        seal()
    anchor_now(timezone.now(), restart=restored)
    end = Seal.objects.order_by("-number").first()
    if end is None:
        say(_("还没有留痕, 没有可写的锚点。"))
        return 0
    say(_("链到第 {number} 封, 共 {total} 行。").format(number=end.number, total=f"{end.total:,}"))
    say(f"{end.number}:{end.hash}")
    say(_("已在 {path}。把上面这一行抄在库外, 以后用 xinheng audit verify --known 核对。").format(path=anchor_file()))
    return 0
