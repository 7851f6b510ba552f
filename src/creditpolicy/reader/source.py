"""From a file's bytes to a text that can be parsed and quoted: encoding, size, and characters that must not be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from creditpolicy.language import _
from creditpolicy.problems import Place, Problem

MAX_BYTES = 1024 * 1024
MAX_LINES = 50_000
MAX_QUOTE = 160
_REPEATS = 20
"""Problems of one kind that are listed one by one; the rest are only counted."""

_BREAK = re.compile(r"\r\n|\r|\n")
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = (
    "\u00ad\u180e\u200b-\u200d\u2028\u2029\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f"
)
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
UNWANTED = re.compile(f"[{_CONTROL}{_BIDI}{_UNSEEN}]")
"""Characters that no policy needs and that can hide what a policy says."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a policy file as it is parsed, and its lines as they may be shown: nothing unseen in them."""

    file: str
    text: str
    lines: tuple[str, ...]

    def place(self, line: int, column: int | None = None) -> Place:
        """Give the place of a line and column, both from 1, with the line quoted."""
        line = max(1, min(line, len(self.lines)))
        return Place(file=self.file, line=line, column=column, quote=_window(self.lines[line - 1], column or 1))


def source_of(data: bytes, file: str) -> tuple[Source, list[Problem], bool]:
    """Decode `data`; give the source, its problems, and whether it makes sense to parse it."""
    if len(data) > MAX_BYTES:
        return Source(file, "", ("",)), [_too_large(file)], False
    text, problem = _decoded(data, file)
    if text is None:
        return Source(file, "", ("",)), [problem] if problem else [], False
    lines = _BREAK.split(text, MAX_LINES)
    if len(lines) > MAX_LINES:
        return Source(file, "", ("",)), [_too_long(file)], False
    source = Source(file, UNWANTED.sub("", text), tuple(visible(line.rstrip()) for line in lines))
    if not any(line.strip() and not line.lstrip().startswith("#") for line in lines):
        return source, [_empty(source)], False
    problems = [*_unwanted(lines, source), *_tabs(lines, source)]
    if any(re.match(r" *\t", line) and line.strip() for line in lines):
        return source, problems, False
    return Source(file, source.text.replace("\t", " "), source.lines), problems, True


def visible(text: str) -> str:
    """Show unseen characters as ‹U+202E›, so that a quoted line cannot mislead the reader or his terminal."""
    return UNWANTED.sub(lambda found: f"‹U+{ord(found[0]):04X}›", text).replace("\t", "→   ")


def shortened(text: str, most: int = 60) -> str:
    """Cut a long text in the middle, so that a message stays readable."""
    text = " ".join(visible(text).split())
    return text if len(text) <= most else f"{text[: most * 2 // 3]}…{text[-most // 4 :]}"


def _window(line: str, column: int) -> str:
    if len(line) <= MAX_QUOTE:
        return line
    start = max(0, min(column - MAX_QUOTE // 2, len(line) - MAX_QUOTE))
    return ("…" if start else "") + line[start : start + MAX_QUOTE] + ("…" if start + MAX_QUOTE < len(line) else "")


def _decoded(data: bytes, file: str) -> tuple[str | None, Problem | None]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        what = _("这是工作簿或压缩包, 不是制度文件。")
        return None, Problem("not-text", what, fix=_("选 policy.yaml 那样的文本文件。"), where=Place(file=file))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, _encoding(file, "UTF-16", 1)
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), None
    except UnicodeDecodeError as error:
        line = len(_BREAK.split(data[: error.start].decode("utf-8", "replace")))
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None, _encoding(file, "", line)
    quote = visible(_BREAK.split(text)[line - 1]) if re.search("[\u4e00-\u9fff]", text) else ""
    return None, _encoding(file, "GB18030 (GBK, ANSI)" if quote else "", line, quote)


def _encoding(file: str, name: str, line: int, quote: str = "") -> Problem:
    if name:
        what = _("文件的编码是 {name}, 制度文件只用 UTF-8。").format(name=name)
        fix = _("在记事本或编辑器里“另存为”, 编码选 UTF-8。")
    else:
        what = _("从这一行起有不是 UTF-8 的字节, 读不出文字。")
        fix = _("确认这是文本文件, 用 UTF-8 编码重新保存。")
    why = _("猜错编码会把汉字读成别的字, 所以不猜。")
    return Problem("encoding", what, why, fix, Place(file=file, line=line, quote=_window(quote, 1)))


def _too_large(file: str) -> Problem:
    return Problem(
        "too-large",
        _("文件大于 1 MiB。"),
        _("一份制度通常不到 100 KB, 这样大的文件多半不是制度, 或带进了数据。"),
        _("只保留制度本身; 客户数据另存工作簿。"),
        Place(file=file),
    )


def _too_long(file: str) -> Problem:
    return Problem(
        "too-large",
        _("文件多于 {most} 行。").format(most=f"{MAX_LINES:,}"),
        _("一份制度通常不到 100 KB, 这样大的文件多半不是制度, 或带进了数据。"),
        _("只保留制度本身; 客户数据另存工作簿。"),
        Place(file=file),
    )


def _empty(source: Source) -> Problem:
    return Problem(
        "empty-file",
        _("文件里没有内容。"),
        _("没有规则就无法评级。"),
        _(
            "从随附的制度复制一份再改, 或至少写出 policy、version、title、document、effective_from、facts、scorecard、grades。"
        ),
        source.place(1),
    )


def _unwanted(lines: list[str], source: Source) -> Iterator[Problem]:
    found = [(number, match) for number, line in enumerate(lines, 1) if (match := UNWANTED.search(line))]
    for number, match in found[:_REPEATS]:
        name = f"U+{ord(match[0]):04X}"
        if re.match(f"[{_BIDI}]", match[0]):
            what = _("这一行有改变文字方向的字符 {name}。").format(name=name)
            why = _("它能让屏幕上看到的规则与程序读到的规则不同。")
        elif re.match(f"[{_CONTROL}]", match[0]):
            what = _("这一行有控制字符 {name}。").format(name=name)
            why = _("控制字符看不见, 不属于任何规则, 多半是复制时带进来的。")
        else:
            what = _("这一行有看不见的字符 {name}。").format(name=name)
            why = _("两个看上去相同的名称会因此不同。")
        where = source.place(number, match.start() + 1)
        yield Problem("unseen-character", what, why, _("删去这个字符, 或把这一行重新输入一遍。"), where)
    if len(found) > _REPEATS:
        what = _("还有 {count} 行有看不见的字符, 没有一一列出。").format(count=len(found) - _REPEATS)
        yield Problem(
            "unseen-character", what, fix=_("确认这是文本文件, 再整份清理。"), where=source.place(found[_REPEATS][0])
        )


def _tabs(lines: list[str], source: Source) -> Iterator[Problem]:
    found = [number for number, line in enumerate(lines, 1) if "\t" in line]
    if found:
        what = _("这一行有制表符 (Tab)。")
        if len(found) > 1:
            what = _("这一行有制表符 (Tab), 全文共 {count} 行有。").format(count=len(found))
        yield Problem(
            "tab",
            what,
            _("制表符的宽度各编辑器不同, 缩进会因此读成另一层。"),
            _("把制表符都换成空格, 每层缩进两个空格。"),
            source.place(found[0], lines[found[0] - 1].index("\t") + 1),
        )
