"""Where a text is no YAML: the slip that people really make there, in our own words, at the line where they made it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from creditpolicy.language import _
from creditpolicy.problems import Problem
from creditpolicy.reader.source import Source, shortened

_WORD = r"[\"'“]?([A-Za-z0-9_\u4e00-\u9fff-]{1,40})[\"'”]?"
_WIDE_COLON = re.compile(rf"^[\s\u3000]*(?:- +)*{_WORD}\s*：")
_NO_BLANK = re.compile(rf"^[\s\u3000]*(?:- +)*{_WORD}:([^ :\t\r\n])")
_WIDE_INDENT = re.compile(r"^ *[\u3000\u00a0]")
_OPENED = re.compile(r"[\[{]")


def syntax_problem(error: yaml.MarkedYAMLError, source: Source) -> Problem:
    """Turn PyYAML's error into a problem that names the likely slip, its line and what to do."""
    mark, context = error.problem_mark, error.context_mark
    lines = source.text.splitlines() or [""]
    at = mark or context
    assert at is not None, "PyYAML marks each of its scanner and parser errors"
    slip = _slip_near(lines, context.line if context else at.line, at.line)
    if slip:
        number, (what, fix) = slip
        why = _("YAML 只认半角冒号加一个空格; 别的写法会把这一行当成一段文字。")
        return Problem("colon", what, why, fix, source.place(number + 1))
    told = f"{error.context or ''} | {error.problem or ''}"
    for pattern, at_context, explain in _EXPLANATIONS:
        if re.search(pattern, told):
            spot = context if at_context and context else at
            sign = _found(error.problem)
            what, fix = (_block_text if sign in {">", "|"} else explain)(sign)
            return Problem("yaml", what, _why(), fix, source.place(spot.line + 1, spot.column + 1))
    what = _("从这里起读不懂。")
    return Problem(
        "yaml",
        what,
        _why(),
        _("检查这一行与上一行的缩进、冒号、引号和括号。"),
        source.place(at.line + 1, at.column + 1),
    )


def colon_slip(line: str) -> tuple[str, str] | None:
    """Say what is wrong with the colon of a line (what, fix), where its key is followed by no proper one."""
    if found := _WIDE_COLON.match(line):
        key = shortened(found[1])
        return _("“{key}”后面是全角冒号“：”。").format(key=key), _("改成半角冒号加一个空格: {key}: …").format(key=key)
    if found := _NO_BLANK.match(line):
        key = shortened(found[1])
        if found[2].isspace():
            return _("“{key}”的冒号后是全角空格。").format(key=key), _("改成一个半角空格: {key}: …").format(key=key)
        return _("“{key}”的冒号后没有空格。").format(key=key), _("在冒号后加一个半角空格: {key}: …").format(key=key)
    return None


def _slip_near(lines: list[str], first: int, last: int) -> tuple[int, tuple[str, str]] | None:
    """Look for a slip on the lines that the error spans, and on the written line before them."""
    last = min(last, len(lines) - 1)
    before = next((n for n in range(last - 1, -1, -1) if lines[n].strip()), 0)
    near = [n for n in {first, before, last, *range(max(first, last - 3), last + 1)} if 0 <= n < len(lines)]
    for number in sorted(near):
        line = lines[number]
        if slip := colon_slip(line):
            return number, slip
        if _WIDE_INDENT.match(line):
            return number, (_("这一行用全角空格缩进。"), _("把行首的全角空格换成半角空格, 每层两个。"))
        opened = _OPENED.search(line)
        if opened and (wide := re.search("[，：｛｝［］]", line[opened.start() :])):
            what = _("括号里用了全角的“{sign}”。").format(sign=wide[0])
            return number, (
                what,
                _("改成半角, 逗号与冒号后加一个空格, 如 {example}。").format(example="{from: 0, below: 20}"),
            )
    return None


def _found(problem: str | None) -> str:
    match = re.search(r"'(.)'", problem or "")
    return match[1] if match else ""


def _why() -> str:
    return _("从这一行起缩进或符号不成结构, 后面的规则无从读起。")


def _no_colon(_sign: str) -> tuple[str, str]:
    return _("这一行没有冒号, 不成“键: 值”。"), _("写成“键: 值”; 若是上一行的续写, 把整段放进引号, 或用“|”另起。")


def _stray_colon(_sign: str) -> tuple[str, str]:
    return (
        _("此处不该有冒号: 要么缩进与上一行不合, 要么值里有冒号。"),
        _("同一层的键对齐到同一列; 值里有“: ”的, 把整个值放进引号。"),
    )


def _bad_first(sign: str) -> tuple[str, str]:
    return _("值不能以“{sign}”开头。").format(sign=sign), _("把整个值放进引号, 如 'x'。")


def _block_text(_sign: str) -> tuple[str, str]:
    return (
        _("值以“>”或“|”开头, 会被当作一段多行文字的开始。"),
        _("把事实名写在前面, 或把整个值放进引号, 如 '逾期天数 > 30'。"),
    )


def _quote(_sign: str) -> tuple[str, str]:
    return _("从这里开始的引号没有收尾。"), _("补上收尾的引号; 两头用同一种半角引号。")


def _bracket(_sign: str) -> tuple[str, str]:
    return _("从这里开始的括号没有配对, 或中间漏了逗号。"), _("补上收尾的括号, 各项之间用半角逗号加空格隔开。")


def _escape(sign: str) -> tuple[str, str]:
    return _("双引号里的“\\{sign}”不是能用的转义。").format(sign=sign), _("改用单引号, 或写成“\\\\”。")


def _indentation(_sign: str) -> tuple[str, str]:
    return (
        _("这里与上文接不上: 多半是缩进没有对齐, 或引号、括号后还有文字。"),
        _("同一层对齐到同一列, 列表的每条以“- ”开头; 值里有引号的, 整个值换另一种引号。"),
    )


def _surplus(sign: str) -> tuple[str, str]:
    return _("这里多了一个“{sign}”。").format(sign=sign), _("删去它; 本是值的一部分的, 把整个值放进引号。")


def _dash(_sign: str) -> tuple[str, str]:
    return _("此处不能开始列表。"), _("列表从键的下一行写起, 每条以“- ”开头; 或写成 [甲, 乙]。")


def _after_end(_sign: str) -> tuple[str, str]:
    return _("文档到上一行已经结束。"), _("删去“...”, 或把缩进对齐到最外层。")


def _reference(_sign: str) -> tuple[str, str]:
    return _("值不能以“*”“&”“!”开头: YAML 会当作引用或标签。"), _("把整个值放进引号。")


def _directive(_sign: str) -> tuple[str, str]:
    return _("制度文件里不用“%”开头的 YAML 指令。"), _("删去这一行。")


_EXPLANATIONS: tuple[tuple[str, bool, Any], ...] = (
    ("simple key", True, _no_colon),
    ("mapping values are not allowed", False, _stray_colon),
    (r"block scalar", True, _block_text),
    ("found unknown escape|expected escape sequence", False, _escape),
    ("quoted scalar", True, _quote),
    ("directive|incompatible YAML", False, _directive),
    ("alias|anchor|tag", True, _reference),
    ("cannot start any token|expected the node content", False, _bad_first),
    ("flow mapping|flow sequence", True, _bracket),
    ("sequence entries are not allowed", False, _dash),
    ("document start", False, _after_end),
    (r"block end>, but found '[\]},]'", False, _surplus),
    ("block end|mapping keys are not allowed", False, _indentation),
)
"""What PyYAML says (pattern), whether its context is the place of the slip, and our words."""
