"""From YAML text to plain data with the place of every node; whatever YAML can do beyond keys, lists and texts is refused.

It reads PyYAML's stream of events rather than its composed nodes: an alias bomb or a thousand brackets end at the event
that goes too far, before anything is built. Scalars stay text; typing them is the model's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from creditpolicy.language import _
from creditpolicy.problems import Problem, faults
from creditpolicy.reader.source import UNWANTED, Source, shortened
from creditpolicy.reader.syntax import colon_slip, syntax_problem

MAX_DEPTH = 12
MAX_NODES = 20_000
MAX_SCALAR = 4_000
_ABSENT = {"", "~", "null", "Null", "NULL"}
_WIDE_BLANKS = "\u3000\u00a0"

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a node stands: line and column from 1, and its slice of the text. `style` is that of a scalar, else empty."""

    line: int
    column: int
    start: int
    end: int
    style: str = ""


@dataclass(slots=True)
class Tree:
    """The data of a policy file (dict, list, str, None) and where each piece of it stands."""

    data: Any = None
    values: dict[Path, Spot] = field(default_factory=dict)
    keys: dict[Path, Spot] = field(default_factory=dict)
    empty: set[Path] = field(default_factory=set)
    """Keys after which nothing is written."""
    reported: set[Path] = field(default_factory=set)
    """Places whose fault is already told: nothing more is said about them."""

    def spot(self, path: Path) -> Spot | None:
        """Give where `path` stands, or its nearest ancestor that is there: of a scalar the value, of a section its key."""
        while path:
            value = self.values.get(path)
            if value is not None and value.style and path not in self.empty:
                return value
            found = self.keys.get(path) or value
            if found is not None:
                return found
            path = path[:-1]
        return self.values.get(())

    def at(self, path: Path) -> Any:
        """Give the data at `path`, or None."""
        node = self.data
        for step in path:
            if isinstance(node, dict):
                node = node.get(step)
            elif isinstance(node, list) and isinstance(step, int) and -1 < step < len(node):
                node = node[step]
            else:
                return None
        return node


class _Enough(Exception):
    """Reading on makes no sense: too deep, too many nodes, or the text is no YAML from here on."""


def tree_of(source: Source) -> tuple[Tree, list[Problem]]:
    """Read the text into a tree; the tree's data is None where the text cannot be read to its end."""
    walker = _Walker(source)
    try:
        walker.document()
    except yaml.MarkedYAMLError as error:
        problem = walker.open_quote() or syntax_problem(error, source)
        if problem.where.line not in {told.where.line for told in faults(walker.problems)}:
            walker.problems.append(problem)
        walker.tree.data = None
    except _Enough:
        walker.tree.data = None
    return walker.tree, walker.problems


class _Walker:
    """Builds the tree event by event, noting what must not be there."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tree = Tree()
        self.problems: list[Problem] = []
        self.nodes = 0
        self.aliases: set[str] = set()
        self.last: Any = None
        self.events = self.noted(yaml.parse(source.text, Loader=yaml.BaseLoader))

    def noted(self, events: Iterator[Any]) -> Iterator[Any]:
        """Pass the events on, remembering the last one: where the text ends to be YAML, it tells why."""
        for event in events:
            self.last = event
            yield event

    def open_quote(self) -> Problem | None:
        """Tell of a quotation that ran over several lines right before the text ceased to be YAML."""
        event = self.last
        quoted = isinstance(event, yaml.ScalarEvent) and event.style in {"'", '"'}
        first, last = event.start_mark.line, event.end_mark.line
        if not quoted or first == last:
            return None
        place = self.source.place(first + 1, event.start_mark.column + 1)
        what = _("从这里开始的引号到第 {line} 行才收尾, 多半是漏了收尾的引号。").format(line=last + 1)
        return Problem("yaml", what, _("中间的几行都成了一段文字。"), _("在这一行的末尾补上引号。"), place)

    def document(self) -> None:
        """Read the one document that a policy file is."""
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            self.refuse("empty-file", start, _("文件里没有内容。"), "", _("写出制度, 或从随附的制度复制一份再改。"))
            return
        self.directives(start)
        self.tree.data = self.node(next(self.events), (), 1)
        next(self.events)
        after = next(self.events)
        if isinstance(after, yaml.DocumentStartEvent):
            self.refuse(
                "several-documents",
                after,
                _("从这一行起是第二份文档。"),
                _("一个文件只能是一份制度, 第二份会被丢开。"),
                _("删去这一行的“---”, 或把第二份另存为一个文件。"),
            )
            raise _Enough
        if not isinstance(self.tree.data, dict):
            if () not in self.tree.reported:
                self.not_a_mapping()
            self.tree.data = None

    def directives(self, event: Any) -> None:
        if event.version or event.tags or re.search(r"^%", self.source.text[: event.end_mark.index], re.MULTILINE):
            fix = _("删去以“%”开头的行。")
            self.refuse(
                "directive", event, _("制度文件里不用“%”开头的 YAML 指令。"), _("指令会改变后面文字的含义。"), fix
            )

    def not_a_mapping(self) -> None:
        spot = self.tree.values[()]
        what = _("制度的最外层是一个列表, 应当是一组“键: 值”。")
        if self.tree.data is None:
            what = _("文件里没有内容。")
        if isinstance(self.tree.data, str):
            what = _("整个文件读成了一段文字, 应当是一组“键: 值”。")
        why = _("冒号后没有空格, 或用了全角冒号“：”, 都会这样。")
        fix = _("每行写成“键: 值”, 用半角冒号加一个空格, 如 policy: leasing。")
        self.problems.append(Problem("not-a-mapping", what, why, fix, self.source.place(spot.line, spot.column)))

    def node(self, event: Any, path: Path, depth: int) -> Any:
        """Read one value: text, None where nothing is written, dict or list."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            what = _("到这一行已有 {count} 个值, 太多了。").format(count=MAX_NODES)
            self.refuse("too-many", event, what, _("一份制度不会这样大。"), _("删去不属于制度的内容。"))
            raise _Enough
        if depth > MAX_DEPTH:
            what = _("到这里嵌套了 {depth} 层以上。").format(depth=MAX_DEPTH)
            self.refuse(
                "too-deep", event, what, _("制度最多用到七层, 更深的必是写错了。"), _("检查方括号、花括号与缩进。")
            )
            raise _Enough
        if isinstance(event, yaml.AliasEvent):
            self.tree.reported.add(path)
            if event.anchor in self.aliases:
                return None
            self.aliases.add(event.anchor or "")
            self.refuse(
                "alias",
                event,
                _("“*{name}”引用别处的内容, 制度文件里不用引用。").format(name=shortened(event.anchor or "")),
                _("每条规则都要在原处看得见; 引用还能让小文件胀成极大。"),
                _("把内容写全; 值本来以“*”开头的, 放进引号。"),
            )
            return None
        self.decorations(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, path, depth)
        return self.scalar(event, path)

    def decorations(self, event: Any) -> None:
        if event.anchor is not None:
            what = _("“&{name}”给内容起了引用名, 制度文件里不用引用。").format(name=shortened(event.anchor or ""))
            why = _("每条规则都要在原处看得见。")
            self.refuse("anchor", event, what, why, _("删去它; 值本来以“&”开头的, 放进引号。"))
        if event.tag is not None:
            what = _("“{tag}”是 YAML 标签, 制度文件里不用标签。").format(tag=shortened(event.tag))
            why = _("标签能改变值的类型, 甚至让程序造出别的东西; 这里的值一律先读成文字, 再按键的类型解释。")
            self.refuse("tag", event, what, why, _("删去标签; 值本来以“!”开头的, 放进引号。"))

    def scalar(self, event: Any, path: Path) -> str | None:
        self.tree.values[path] = _spot(event, event.style or "plain")
        text: str = event.value
        if event.style is None and text in _ABSENT:
            return None
        if self.swallowed(event):
            self.tree.reported.add(path)
            return None
        if len(text) > MAX_SCALAR:
            what = _("这个值有 {count} 个字, 太长了。").format(count=len(text))
            self.refuse("too-long", event, what, "", _("最多 {most} 个字; 检查引号是否配对。").format(most=MAX_SCALAR))
            self.tree.reported.add(path)
            return None
        if UNWANTED.search(text):
            what = _("引号里的转义写出了看不见的字符: “{text}”。").format(text=shortened(text))
            why = _("屏幕上看到的会与程序读到的不同。")
            self.refuse("unseen-character", event, what, why, _("删去这个转义。"))
            text = UNWANTED.sub("", text)
        if event.style is None and text.strip(_WIDE_BLANKS) != text:
            why = _("它不是 YAML 的空格, 会成为值的一部分。")
            self.refuse("wide-blank", event, _("值的前后有全角空格或不换行空格。"), why, _("改成半角空格, 或删去。"))
            text = text.strip(_WIDE_BLANKS)
        return text

    def swallowed(self, event: Any) -> bool:
        """Tell of lines that were meant as keys or entries but went into the value before them, and whether there were."""
        told = len(self.problems)
        first, last = event.start_mark.line, event.end_mark.line
        if event.style in ("|", ">") and not event.value.strip():
            what = _("值以“{sign}”开头, 被当作多行文字的开始, 于是成了空的。").format(sign=event.style)
            self.refuse("yaml", event, what, "", _("把事实名写在前面, 或把整个值放进引号, 如 '逾期天数 > 30'。"))
        if event.style is not None or first == last:
            return len(self.problems) > told
        for number, line in enumerate(
            self.source.text[event.start_mark.index : event.end_mark.index].splitlines(), first + 1
        ):
            slip = colon_slip(line) if number > first + 1 else None
            if number > first + 1 and line.lstrip().startswith("- "):
                slip = _("这一行的“- ”没有成为列表的一条。"), _("与上下文对齐; 列表的键后面不写值。")
            if slip:
                why = _("它被当作上一行的续写, 并进了前一个值。")
                fix = slip[1] + _("若本是续写的文字, 把整段放进引号, 或用“|”另起。")
                self.problems.append(Problem("swallowed-line", slip[0], why, fix, self.source.place(number)))
        return len(self.problems) > told

    def sequence(self, start: Any, path: Path, depth: int) -> list[Any]:
        self.tree.values[path] = _spot(start)
        entries: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            entries.append(self.node(event, (*path, len(entries)), depth + 1))
        return entries

    def mapping(self, start: Any, path: Path, depth: int) -> dict[str, Any]:
        self.tree.values[path] = _spot(start)
        entries: dict[str, Any] = {}
        seen: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, path, depth)
            if key is None or key in seen:
                if key is not None:
                    self.duplicate(event, key, seen[key])
                self.skip(depth)
                continue
            here = (*path, key)
            seen[key] = event.start_mark.line + 1
            self.tree.keys[here] = _spot(event, "key")
            value_event = next(self.events)
            value = self.node(value_event, here, depth + 1)
            if value is not None:
                entries[key] = value
            elif here not in self.tree.reported and not value_event.value:
                self.nothing_after(event, key, here)
        return entries

    def key(self, event: Any, path: Path, depth: int) -> str | None:
        """Read a key; None where it can be no key of a policy, which is then told."""
        if not isinstance(event, yaml.ScalarEvent):
            self.refuse(
                "key-not-text",
                event,
                _("键要是一个词, 这里是一组值或引用。"),
                "",
                _("写成“键: 值”; 花括号与方括号只用在值上。"),
            )
            self.node(event, (*path, "?"), depth + 1)
            return None
        self.nodes += 1
        self.decorations(event)
        text: str = event.value
        if text == "<<" and event.style is None:
            why = _("合并进来的规则在原处看不见。")
            self.refuse("merge-key", event, _("“<<”合并别处的内容, 制度文件里不用合并。"), why, _("把内容写全。"))
            return None
        if event.style is None and (slip := colon_slip(text)):
            self.refuse(
                "colon",
                event,
                slip[0],
                _("没有半角冒号加空格, 整个“{text}”成了键。").format(text=shortened(text)),
                slip[1],
            )
            return None
        if not text:
            self.refuse("empty-key", event, _("冒号前没有写键。"), "", _("写出键, 或删去这个冒号。"))
            return None
        narrow = "".join(" " if letter in _WIDE_BLANKS else letter for letter in UNWANTED.sub("", text)).strip()
        if narrow != text:
            what = _("键“{key}”的前面或里面有全角空格。").format(key=shortened(text))
            why = _("它不是 YAML 的空格, 不能用来缩进, 会成为键的一部分。")
            self.refuse("wide-blank", event, what, why, _("改成半角空格。"))
        return narrow or None

    def duplicate(self, event: Any, key: str, line: int) -> None:
        self.refuse(
            "duplicate-key",
            event,
            _("“{key}”写了两遍, 前一遍在第 {line} 行。").format(key=shortened(key), line=line),
            _("两遍只能算一遍, 另一遍会被悄悄覆盖。"),
            _("删去其中一遍。"),
        )

    def nothing_after(self, event: Any, key: str, path: Path) -> None:
        self.tree.empty.add(path)
        line = self.source.place(event.start_mark.line + 1).quote
        fix = _("写上值, 或删去这个键。")
        if "#" in line[event.end_mark.column :]:
            fix = _("空格后的“#”起是注释, 不算值; 值里有“#”的, 放进引号。")
        what = _("“{key}”后面没有写值, 按没有写处理。").format(key=shortened(key))
        place = self.source.place(event.start_mark.line + 1, event.start_mark.column + 1)
        self.problems.append(Problem("empty-value", what, fix=fix, where=place, severity="warning"))

    def skip(self, depth: int) -> None:
        """Pass over a value that is not kept, still holding it to the limits; its key's problem is told already."""
        kept, told = self.tree, len(self.problems)
        self.tree = Tree()
        self.node(next(self.events), (), depth + 1)
        self.tree = kept
        del self.problems[told:]

    def refuse(self, code: str, event: Any, what: str, why: str, fix: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(code, what, why, fix, self.source.place(mark.line + 1, mark.column + 1)))


def _spot(event: Any, style: str = "") -> Spot:
    start, end = event.start_mark, event.end_mark
    return Spot(start.line + 1, start.column + 1, start.index, end.index, style)
