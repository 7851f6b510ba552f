"""The mapping file: which heading of the user's sheet means which fact, where the names alone do not tell."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from creditpolicy.language import _
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.tables.characters import folded
from creditpolicy.tables.columns import Column
from creditpolicy.tables.headings import heading

LARGEST = 1 << 18
Pair = tuple[str, str, int]
"""Heading, what it is said to mean, line."""


def read_mapping(mapping: Mapping[str, str] | Path | str | None, columns: Sequence[Column]) -> dict[str, str]:
    """Give heading → column id. A file may be YAML, JSON or CSV (two columns). Raises `Refusal` with every fault in it.

    What a heading is said to mean may be a fact's id or one of its labels.
    """
    if mapping is None:
        return {}
    if isinstance(mapping, Mapping):
        pairs: list[Pair] = [(source, target, 0) for source, target in mapping.items()]
        file = ""
    else:
        file = str(mapping)
        pairs = _pairs(Path(mapping))
    known = {name: column.id for column in columns for name in _names(column)}
    problems = list(_faults(pairs, known, file))
    if problems:
        raise Refusal(_("对照表不能用。"), problems)
    return {source: known[folded(target)] for source, target, _line in pairs}


def _names(column: Column) -> Iterable[str]:
    return (folded(column.id), *(folded(label) for label in column.labels))


def _faults(pairs: Iterable[Pair], known: Mapping[str, str], file: str) -> Iterable[Problem]:
    sources: dict[str, str] = {}
    targets: dict[str, str] = {}
    for source, target, line in pairs:
        place = Place(file=file, line=line or None)
        column = known.get(folded(target))
        if column is None:
            near = difflib.get_close_matches(folded(target), known, 1, 0.5)
            yield Problem(
                "unknown-fact",
                _("对照表把表头“{source}”对到“{target}”, 制度里没有这一项。").format(source=source, target=target),
                fix=_("改成“{near}”?").format(near=known[near[0]]) if near else _("写制度里的名称或标识。"),
                where=place,
            )
        elif targets.setdefault(column, source) != source:
            yield Problem(
                "two-headings",
                _("对照表把“{first}”和“{source}”都对到“{target}”。").format(
                    first=targets[column], source=source, target=target
                ),
                fix=_("只留一个。"),
                where=place,
                facts=(column,),
            )
        name = heading(source).whole
        if sources.setdefault(name, target) != target:
            yield Problem(
                "doubled-heading",
                _("对照表里“{source}”出现两次, 意思不同。").format(source=source),
                fix=_("只留一个。"),
                where=place,
            )


def _pairs(path: Path) -> list[Pair]:
    try:
        if path.stat().st_size > LARGEST:
            raise _unusable(path, _("对照表太大。"))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _unusable(path, _("对照表打不开: {error}").format(error=error.strerror or "")) from error
    except UnicodeDecodeError:
        text = _as_gb(path)
    match path.suffix.lower():
        case ".json":
            return _of_json(path, text)
        case ".csv" | ".tsv" | ".txt":
            return _of_csv(text)
        case _:
            return _of_yaml(path, text)


def _as_gb(path: Path) -> str:
    try:
        return path.read_bytes().decode("gb18030")
    except UnicodeDecodeError as error:
        raise _unusable(path, _("对照表不是 UTF-8 编码。")) from error


def _of_yaml(path: Path, text: str) -> list[Pair]:
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise _unusable(path, _("对照表写得不对, 读不出来。"), mark.line + 1 if mark else None) from error
    if not isinstance(node, yaml.MappingNode):
        raise _unusable(path, _("对照表应当每行写“表头: 名称”。"))
    pairs = []
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            raise _unusable(path, _("对照表应当每行写“表头: 名称”。"), key.start_mark.line + 1)
        pairs.append((key.value, value.value, key.start_mark.line + 1))
    return pairs


def _of_json(path: Path, text: str) -> list[Pair]:
    try:
        found = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise _unusable(path, _("对照表写得不对, 读不出来。"), getattr(error, "lineno", None)) from error
    if not isinstance(found, list) or not all(isinstance(pair, tuple) and isinstance(pair[1], str) for pair in found):
        raise _unusable(path, _("对照表应当是一层的对象: 表头对名称。"))
    return [(source, target, 0) for source, target in found]


def _of_csv(text: str) -> list[Pair]:
    delimiter = "\t" if "\t" in text else ","
    rows = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1)
    return [(row[0], row[1], number) for number, row in rows if len(row) >= 2 and row[0].strip() and row[1].strip()]


def _unusable(path: Path, what: str, line: int | None = None) -> Refusal:
    fix = _("写成 YAML (每行“表头: 名称”)、JSON 或两列的 CSV, 用 UTF-8 编码。")
    return Refusal(_("对照表不能用。"), [Problem("mapping", what, fix=fix, where=Place(file=str(path), line=line))])
