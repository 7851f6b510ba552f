"""From pydantic's errors to problems in our own words, each at the line where the writer can mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from creditpolicy.language import _, listed
from creditpolicy.model import Words as LanguageWords
from creditpolicy.model.duties import PERIOD
from creditpolicy.model.facts import MISSING
from creditpolicy.problems import Place, Problem
from creditpolicy.reader.shape import expects_list, homes_of, keys_of, nearest, part_at
from creditpolicy.reader.source import Source, shortened
from creditpolicy.reader.syntax import colon_slip
from creditpolicy.reader.tree import Path, Tree

Words = tuple[str, str, str]
"""What, why, fix."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One of pydantic's errors, with the data it stumbled on."""

    kind: str
    path: Path
    value: Any
    context: dict[str, Any]

    @property
    def key(self) -> str:
        """The last name of the path: what the reader calls this value."""
        return next((step for step in reversed(self.path) if isinstance(step, str)), "")

    @property
    def shown(self) -> str:
        """The value as a message may show it."""
        return shortened(str(self.value)) if isinstance(self.value, (str, int)) else ""


def problems_of(errors: Iterable[Any], tree: Tree, source: Source) -> list[Problem]:
    """Turn pydantic's errors into problems: one for each fault, none where the reader has told it already."""
    problems: dict[tuple[Path, str], Problem] = {}
    absent: dict[Path, list[str]] = {}
    for trouble in _one_for_each_fault(_troubles(errors, tree), tree):
        if trouble.kind == "missing" and isinstance(trouble.path[-1], str) and trouble.path not in tree.empty:
            absent.setdefault(trouble.path[:-1], []).append(trouble.key)
            continue
        what, why, fix = _narrowed(trouble, _WORDS.get(trouble.kind, _other)(trouble))
        problem = Problem(_code(trouble.kind), what, why, fix, _where(trouble, tree, source))
        problems.setdefault((trouble.path, problem.code), problem)
    return [*problems.values(), *(_absent(path, keys, tree, source) for path, keys in absent.items())]


def unknown_without_value(tree: Tree, source: Source) -> list[Problem]:
    """Find keys that no section knows and that have no value: pydantic never sees them.

    They are slips, or the second half of a value that a comma between braces cut in two.
    """
    problems = []
    for path in sorted(tree.empty, key=lambda path: tree.keys[path].start):
        part, key = part_at(path[:-1]), str(path[-1])
        if part is None or key in keys_of(part):
            continue
        what, why, fix = _unknown_key(Trouble("extra_forbidden", path, None, {}))
        section = tree.values.get(path[:-1])
        if section is not None and source.text[section.start : section.start + 1] == "{":
            what = _("“{key}”在花括号里成了一个没有值的键。").format(key=shortened(key))
            why = _("花括号里逗号隔开各键: 前一个值里若有逗号, 就从那里断开了。")
            fix = _("把有逗号的值整个放进引号; 或不用花括号, 每键一行。")
        spot = tree.keys[path]
        problems.append(Problem("unknown-key", what, why, fix, source.place(spot.line, spot.column)))
    return problems


def _absent(path: Path, keys: list[str], tree: Tree, source: Source) -> Problem:
    """Tell of all the keys that one section lacks."""
    part = part_at(path)
    meanings = keys_of(part) if part else {}
    told = listed(_("“{key}” ({meaning})").format(key=key, meaning=meanings.get(key, "")) for key in keys)
    fix = _("补上 {keys}。").format(keys=", ".join(f"{key}: …" for key in keys))
    spot = tree.spot(path)
    where = source.place(spot.line, spot.column) if spot else source.place(1)
    return Problem("missing-key", _("缺少 {keys}。").format(keys=told), "", fix, where)


def _troubles(errors: Iterable[Any], tree: Tree) -> list[Trouble]:
    troubles = []
    for error in errors:
        path = _path_in_file(error, tree)
        if path is None or any(path[:end] in tree.reported for end in range(1, len(path) + 1)):
            continue
        value = path[-1] if error["loc"][-1] == "[key]" else tree.at(path)
        troubles.append(Trouble(error["type"], path, value, dict(error.get("ctx", {}))))
    return troubles


def _one_for_each_fault(troubles: list[Trouble], tree: Tree) -> list[Trouble]:
    """Leave out a missing key that stands there misspelt, and a missing end of a range whose comma is full-width."""
    misspelt = {
        (*trouble.path[:-1], nearest(trouble.key, keys_of(part)))
        for trouble in troubles
        if trouble.kind == "extra_forbidden" and (part := part_at(trouble.path[:-1]))
    }
    kept = []
    for trouble in troubles:
        siblings = tree.at(trouble.path[:-1])
        joined = isinstance(siblings, list) and any(
            isinstance(entry, str) and re.search("[，、]", entry) for entry in siblings
        )
        if trouble.kind != "missing" or not (trouble.path in misspelt or joined):
            kept.append(trouble)
    return kept


def _path_in_file(error: Any, tree: Tree) -> Path | None:
    """Give the error's place as a path of the file; None for an error of that branch of a union which was not meant.

    Where a value may be of two kinds (`points`: an expression, or a list of cases) pydantic tries both, and puts the
    name of each try into its path. The kind of the node itself says which one was meant.
    """
    path: list[str | int] = []
    node = tree.data
    steps = error["loc"]
    for number, step in enumerate(steps):
        if (isinstance(node, dict) and step in node) or (
            isinstance(node, list) and isinstance(step, int) and -1 < step < len(node)
        ):
            node = node[step]
            path.append(step)
        elif number == len(steps) - 1 and error["type"] == "missing":
            path.append(step)
        elif isinstance(step, str) and step != "[key]" and step.startswith("tuple[") != isinstance(node, list):
            return None
    return tuple(path)


def _where(trouble: Trouble, tree: Tree, source: Source) -> Place:
    spot = tree.spot(trouble.path)
    if trouble.kind in ("extra_forbidden", "missing") or trouble.value == trouble.key:
        spot = tree.keys.get(trouble.path) or spot
    return source.place(spot.line, spot.column) if spot else source.place(1)


def _code(kind: str) -> str:
    return _CODES.get(kind, kind.replace("_", "-"))


_CODES = {
    "extra_forbidden": "unknown-key",
    "missing": "missing-key",
    "value_error": "contradiction",
    "string_pattern_mismatch": "form",
    "literal_error": "not-offered",
    "enum": "not-offered",
    "greater_than": "out-of-bounds",
    "greater_than_equal": "out-of-bounds",
    "less_than": "out-of-bounds",
    "less_than_equal": "out-of-bounds",
    "model_type": "shape",
    "model_attributes_type": "shape",
    "tuple_type": "shape",
    "dict_type": "shape",
    "string_type": "shape",
    "too_short": "too-few",
    "too_long": "too-many",
    "string_too_short": "too-few",
    "string_too_long": "too-long",
}
"""Our names for the kinds of pydantic's errors; `number`, `whole`, `flag`, `day` and `expression` are ours already."""


def _missing(trouble: Trouble) -> Words:
    if isinstance(trouble.path[-1], int):
        return _pair(trouble)
    what = _("“{key}”后面没有写值。").format(key=trouble.key)
    return what, "", _("写成 {key}: …").format(key=trouble.key)


def _pair(trouble: Trouble) -> Words:
    what = _("“{key}”要恰好两个值: [下限, 上限]。").format(key=trouble.key)
    return what, "", _("写成 [0, 100]; 一端不限的写 null, 如 [0, null]。")


def _unknown_key(trouble: Trouble) -> Words:
    part = part_at(trouble.path[:-1])
    keys = keys_of(part) if part else {}
    what = _("这里没有“{key}”这个键。").format(key=shortened(trouble.key))
    why = _("认不得的键不会生效; 悄悄略过, 规则就少了一条。")
    meant = nearest(trouble.key, keys)
    told = ", ".join(key if meant or not meaning else f"{key} ({meaning})" for key, meaning in keys.items())
    allowed = _("这里可用的键: {keys}。").format(keys=told)
    homes = homes_of(trouble.key)
    if meant:
        return what, why, _("是否要写“{meant}”? {allowed}").format(meant=meant, allowed=allowed)
    if homes:
        place = ", ".join(home or _("最外层") for home in homes[:3])
        return (
            what,
            why,
            _("“{key}”写在这里: {place}; 检查缩进。{allowed}").format(key=trouble.key, place=place, allowed=allowed),
        )
    return what, why, _("删去, 或换成可用的键。{allowed}").format(allowed=allowed)


def _custom(trouble: Trouble) -> Words:
    message = str(trouble.context.get("message", ""))
    if isinstance(trouble.value, (dict, list)):
        message = _("“{key}”这里要一个值, 却写成了{kind}。").format(key=trouble.key, kind=_kind(trouble.value))
    elif isinstance(trouble.value, str):
        message = message.replace(trouble.value, trouble.shown)
    return message, "", str(trouble.context.get("fix", ""))


def _model_rule(trouble: Trouble) -> Words:
    message = str(trouble.context.get("error", ""))
    return message, "", _("按上面所说改写这一条。")


def _section(trouble: Trouble) -> Words:
    part = part_at(trouble.path)
    keys = ", ".join(keys_of(part)) if part else ""
    if part is LanguageWords and trouble.value is not None:
        return _text(trouble)
    if trouble.value is None:
        return _("这一条是空的。"), "", _("写上内容, 或删去这一条。可用的键: {keys}。").format(keys=keys)
    what = _("“{key}”这里要一组“键: 值”, 却写成了{kind}。").format(key=trouble.key, kind=_kind(trouble.value))
    slip = colon_slip(trouble.value) if isinstance(trouble.value, str) else None
    if slip:
        return slip[0], _("于是这一行成了一段文字。"), slip[1]
    return what, "", _("写成“键: 值”。可用的键: {keys}。").format(keys=keys)


def _list(trouble: Trouble) -> Words:
    what = _("“{key}”这里要一个列表, 却写成了{kind}。").format(key=trouble.key, kind=_kind(trouble.value))
    return what, "", _("每条另起一行, 以“- ”开头; 或写成 [甲, 乙]。只有一条也要写成列表。")


def _mapping(trouble: Trouble) -> Words:
    what = _("“{key}”这里要一组“名称: 内容”, 却写成了{kind}。").format(key=trouble.key, kind=_kind(trouble.value))
    return what, "", _("每个名称另起一行, 不以“- ”开头, 冒号后写它的内容。")


def _text(trouble: Trouble) -> Words:
    if trouble.value is None:
        return _("这一条是空的。"), "", _("写上内容, 或删去这一条。")
    what = _("“{key}”这里要一段文字, 却写成了{kind}。").format(key=trouble.key, kind=_kind(trouble.value))
    return what, "", _("写在冒号后同一行; 值里有花括号或方括号的, 放进引号。")


def _pattern(trouble: Trouble) -> Words:
    what = _("“{value}”不能作“{key}”的值。").format(value=trouble.shown, key=trouble.key)
    pattern = trouble.context.get("pattern", "")
    if pattern == MISSING:
        fix = _("写 refuse (不评)、worst (按最差)、reweigh (其他项目放大) 或 points 5 (记 5 分)。")
    elif pattern == PERIOD or trouble.key == "every":
        fix = _("写成数字加单位, 如 3 months; 单位是 days、weeks、months、years。")
    elif trouble.path == ("policy",):
        fix = _("用小写英文字母、数字和短横线, 以字母开头, 如 sales-credit。")
    elif trouble.path == ("version",):
        fix = _('写成 "1.0" 的样子: 数字与点。')
    elif trouble.key == "currency":
        fix = _("写三个大写字母的币种代码, 如 CNY。")
    elif trouble.key == "color":
        fix = _('写成带引号的 "#2e7d32"。')
    else:
        what = _("“{value}”不能作编号。").format(value=trouble.shown)
        fix = _("编号只用汉字、英文字母、数字和下划线, 不以数字开头, 最长 63 个字; 说明文字写在 label 里。")
    return what, "", fix


def _one_of(trouble: Trouble) -> Words:
    allowed = re.findall(r"'([^']*)'", str(trouble.context.get("expected", "")))
    if not isinstance(trouble.value, str):
        what = _("“{key}”这里要一个词, 却写成了{kind}。").format(key=trouble.key, kind=_kind(trouble.value))
    else:
        what = _("“{key}”不能是“{value}”。").format(key=trouble.key, value=trouble.shown)
    fix = _("可用的值: {values}。").format(values=listed(allowed))
    meant = nearest(trouble.value, dict.fromkeys(allowed, "")) if isinstance(trouble.value, str) else None
    if meant:
        fix = _("是否要写“{meant}”? {allowed}").format(meant=meant, allowed=fix)
    return what, "", fix


def _bound(trouble: Trouble) -> Words:
    context = trouble.context
    sign, bound = next(((sign, context[name]) for name, sign in _SIGNS.items() if name in context), ("", ""))
    what = _("“{key}”是 {value}, 应当 {sign} {bound}。").format(
        key=trouble.key, value=trouble.shown, sign=sign, bound=bound
    )
    return what, "", _("改成范围之内的数。")


_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _too_few(trouble: Trouble) -> Words:
    least = trouble.context.get("min_length", 1)
    if expects_list(trouble.path):
        return _("“{key}”至少要有 {least} 条。").format(key=trouble.key, least=least), "", _("补上, 或删去整个键。")
    return _("“{key}”是空的。").format(key=trouble.key), "", _("写上内容, 或删去这个键。")


def _too_many(trouble: Trouble) -> Words:
    most = trouble.context.get("max_length", "")
    if expects_list(trouble.path):
        if most == 2:
            return _pair(trouble)
        return _("“{key}”最多 {most} 条。").format(key=trouble.key, most=most), "", _("删去多的。")
    return (
        _("“{key}”最长 {most} 个字。").format(key=trouble.key, most=most),
        "",
        _("写短些; 说明文字写在 label 或 guidance 里。"),
    )


def _other(trouble: Trouble) -> Words:
    what = _("“{key}”不能是“{value}”。").format(key=trouble.key, value=trouble.shown or _kind(trouble.value))
    return what, "", _("对照参考手册里“{key}”的写法改写。").format(key=trouble.key)


def _narrowed(trouble: Trouble, words: Words) -> Words:
    """Point at full-width signs where they are what spoilt a value."""
    value = trouble.value
    if trouble.kind in ("extra_forbidden", "missing", "value_error") or not isinstance(value, str):
        return words
    half = unicodedata.normalize("NFKC", value.translate(_QUOTES))
    if half == value or trouble.kind == "model_type":
        return words
    what, why, _fix = words
    return what, why or _("里面有全角字符, 不当作数字与符号。"), _("改成半角: {half}").format(half=shortened(half))


_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "。": ".", "、": ","})


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return _("一组“键: 值”")
    if isinstance(value, list):
        return _("列表")
    return _("空值") if value is None else _("“{value}”").format(value=shortened(str(value)))


_WORDS: dict[str, Callable[[Trouble], Words]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "number": _custom,
    "whole": _custom,
    "flag": _custom,
    "day": _custom,
    "expression": _custom,
    "value_error": _model_rule,
    "model_type": _section,
    "model_attributes_type": _section,
    "tuple_type": _list,
    "dict_type": _mapping,
    "string_type": _text,
    "string_pattern_mismatch": _pattern,
    "string_too_short": _too_few,
    "string_too_long": _too_many,
    "too_short": _too_few,
    "too_long": _too_many,
    "literal_error": _one_of,
    "enum": _one_of,
    "greater_than": _bound,
    "greater_than_equal": _bound,
    "less_than": _bound,
    "less_than_equal": _bound,
}
