"""What verifying may find, each in a sentence that an auditor understands and can act on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.audit.sealing import Line
from xinheng.audit.spans import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: its kind, and the sentence."""

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text


def _who(line: Line) -> str:
    at = timezone.localtime(line.values["at"])
    return f"{at:%Y-%m-%d %H:%M:%S} {line.values['actor_name']} {line.values['act']}"


def altered(line: Line, seal: int) -> Finding:
    """Tell of a sealed line that is not as it was sealed."""
    return Finding("altered", _("第 {number} 行被改动过, 与第 {seal} 封的指纹不符。现在写的是: {line}").format(
        number=line.number, seal=seal, line=_who(line)))  # fmt: skip


def out_of_time(line: Line, seal: int) -> Finding:
    """Tell of a sealed line that was changed, with a time that does not fit among the others."""
    return Finding("back_dated", _("第 {number} 行被改动过, 时间与前后各行对不上, 像是倒签 (第 {seal} 封)。现在写的是: {line}").format(
        number=line.number, seal=seal, line=_who(line)))  # fmt: skip


def moved_here(line: Line, seal: int) -> Finding:
    """Tell of a genuine line at a number that was another's."""
    return Finding("reordered", _("第 {number} 行的内容是真的, 但不是这一行的: 行的次序被换过 (第 {seal} 封)。现在写的是: {line}").format(
        number=line.number, seal=seal, line=_who(line)))  # fmt: skip


def never_genuine(line: Line) -> Finding:
    """Tell of a line that was sealed as it stands, but that the application never wrote so."""
    return Finding("forged", _("第 {number} 行不是系统写的, 或在封存之前已被改动 (签名不符): {line}").format(
        number=line.number, line=_who(line)))  # fmt: skip


def put_in(line: Line, *, back_dated: bool) -> Finding:
    """Tell of an unsealed line that the application did not write."""
    said = (
        _("第 {number} 行是从外面写进去的, 时间是倒签的: {line}")
        if back_dated
        else _("第 {number} 行是从外面写进去的, 或写入后被改动, 尚未封存 (签名不符): {line}")
    )
    return Finding("inserted", said.format(number=line.number, line=_who(line)))


def removed(span: Span, seal: int) -> Finding:
    """Tell of sealed lines that are gone."""
    first, last = span
    if first == last:
        return Finding("removed", _("第 {number} 行被删除 (第 {seal} 封里有它)。").format(number=first, seal=seal))
    return Finding("removed", _("第 {first} 到 {last} 行共 {count} 行被删除 (第 {seal} 封里有它们)。").format(
        first=first, last=last, count=last - first + 1, seal=seal))  # fmt: skip


def long_unsealed(span: Span) -> Finding:
    """Tell of lines that no seal names though they are old."""
    return Finding("unsealed", _(
        "第 {first} 到 {last} 行早已写入却不在任何封存之中: 封存停了, 或有封存被删。请看后台是否在运行 (xinheng doctor)。"
    ).format(first=span[0], last=span[1]))  # fmt: skip


def repeated(number: int, first: int) -> Finding:
    """Tell of a genuine line that stands there twice."""
    return Finding(
        "repeated", _("第 {number} 行是第 {first} 行的复制, 系统没有写过两遍。").format(number=number, first=first)
    )


def seal_changed(number: int) -> Finding:
    """Tell of a seal whose hash does not fit its columns or its lines."""
    return Finding("seal_changed", _("第 {number} 封被改动过, 它的哈希与内容不符。").format(number=number))


def link_broken(number: int) -> Finding:
    """Tell of a seal that does not follow from the one before."""
    return Finding("link_broken", _("第 {number} 封与前一封接不上: 其中一封被改动或换过。").format(number=number))


def seals_missing(first: int, last: int) -> Finding:
    """Tell of seals that are gone from the middle."""
    if first > last:
        return Finding("link_broken", _("封存的序号乱了: 第 {number} 封重复。").format(number=last))
    return Finding("seals_missing", _("第 {first} 到 {last} 封被删除。").format(first=first, last=last))


def sealed_twice(number: int) -> Finding:
    """Tell of a seal that names lines which another named."""
    return Finding("sealed_twice", _("第 {number} 封里有别的封存已有的行。").format(number=number))


def chain_rewritten(number: int) -> Finding:
    """Tell of a chain that is whole, but not the one that was anchored."""
    return Finding("rewritten", _("第 {number} 封与库外的锚点不符: 到这里为止的链被重新造过。").format(number=number))


def cut_off(number: int, known: int) -> Finding:
    """Tell of a chain that ends before what was anchored."""
    return Finding("cut_off", _(
        "末尾被截去: 库外的锚点记到第 {known} 封, 数据库里只到第 {number} 封。刚从备份恢复的, "
        "查明后运行 xinheng audit anchor --restored \"原因\"。"
    ).format(known=known, number=number))  # fmt: skip


def anchors_spoilt(line: int) -> Finding:
    """Tell of a file of anchors that was changed."""
    return Finding(
        "anchors_spoilt", _("锚点文件第 {line} 行被改动、删去或插入过。请与另处保存的锚点核对。").format(line=line)
    )


def anchors_missing(number: int, last: int) -> Finding:
    """Tell of anchors that must have been written, and are not there."""
    return Finding("anchors_missing", _(
        "锚点只记到第 {number} 封, 链已到第 {last} 封: 锚点文件的末尾被截去, 或写不进去。"
    ).format(number=number, last=last))  # fmt: skip


def restarted(at: str, number: int, why: str) -> str:
    """Tell of a restore that somebody declared."""
    return _("{at} 声明过从备份恢复, 链从第 {number} 封续起: {why}").format(at=at, number=number, why=why)


def seal_out_of_time(number: int) -> str:
    """Tell of a seal that says it was made before the one before it: no tampering, for the chain holds."""
    return _("第 {number} 封的时间早于前一封: 服务器的时钟被往回拨过。").format(number=number)
