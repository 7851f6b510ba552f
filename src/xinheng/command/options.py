"""Arguments and options that several verbs share, and how their words become values."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from creditpolicy.language import _, listed
from creditpolicy.problems import Refusal
from xinheng.command.words import later

Customers = Annotated[
    Path,
    typer.Argument(
        metavar=later("客户表"), help=later("客户的表格文件: xlsx、xls、ods、csv 或 parquet; app: 为应用里的客户")
    ),
]
PolicyName = Annotated[
    str, typer.Argument(metavar=later("制度"), help=later("随附制度的编号 (如 leasing), 制度文件, 或 app:main"))
]
ByPolicy = Annotated[
    str,
    typer.Option(
        "--policy", "-p", metavar=later("制度"), help=later("随附制度的编号 (如 leasing), 制度文件, 或 app:main")
    ),
]
Invoices = Annotated[
    Path | None, typer.Option("--invoices", metavar=later("文件"), help=later("发票表, 由它算出往来事实"))
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar=later("日期"), help=later("算到哪一天, 如 2026-06-30; 默认今天"))
]
Portfolio = Annotated[
    Path | None,
    typer.Option(
        "--portfolio",
        metavar=later("文件"),
        help=later("客户群表: 与全体客户比较的项目以它为准; 默认就是客户表"),
    ),
]
Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar=later("对照"), help=later("表头=事实, 可写多次; 或一个对照文件")),
]
InvoiceMaps = Annotated[
    list[str] | None,
    typer.Option("--invoices-map", metavar=later("对照"), help=later("发票表的对照, 写法同 --map")),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", metavar=later("编码"), help=later("文本文件的编码, 如 gb18030; 默认自动辨认")),
]
DayFirst = Annotated[
    bool | None,
    typer.Option(
        "--day-first/--month-first", help=later("1/5/2024 先写日还是先写月; 默认从整列推断"), show_default=False
    ),
]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar=later("名称"), help=later("客户在哪张工作表"))]


def day(text: str | None) -> datetime.date | None:
    """Read a day given as 2026-11-21."""
    if text is None:
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        raise Refusal(_("“{text}”不是日期, 要写成 2026-11-21 的样子。").format(text=text)) from None


def mapping(words: Sequence[str] | None) -> Mapping[str, str] | Path | None:
    """Read `--map`: one file, or pairs 表头=事实."""
    if not words:
        return None
    if len(words) == 1 and ("=" not in words[0] or Path(words[0]).is_file()):
        return existing(Path(words[0]))
    pairs = [word.rpartition("=") for word in words]
    wrong = [word for word, (head, _sign, fact) in zip(words, pairs, strict=True) if not head or not fact]
    if wrong:
        raise Refusal(_("--map 要写成 表头=事实, 或只给一个对照文件; 看不懂: {words}。").format(words=listed(wrong)))
    return {head: fact for head, _sign, fact in pairs}


def one_of(word: str, known: Sequence[str], name: str) -> str:
    """Give a word that must be one of those known."""
    if word not in known:
        raise Refusal(_("{name} 没有“{word}”, 可用 {known}。").format(name=name, word=word, known=listed(known)))
    return word


def existing(path: Path) -> Path:
    """Give a file that must be there."""
    if not path.exists():
        raise Refusal(_("找不到文件 {path}。").format(path=path))
    if path.is_dir():
        raise Refusal(_("{path} 是文件夹, 这里要一个文件。").format(path=path))
    return path


def optional(path: Path | None) -> Path | None:
    """Give a file that must be there where one was named."""
    return None if path is None else existing(path)


def output(path: Path, endings: Sequence[str], inputs: Sequence[Path | str | None]) -> Path:
    """Check where a result is to go before any work is done: a known ending, a place, and never on top of an input."""
    if path.suffix.lower() not in endings:
        raise Refusal(_("输出文件 {path} 要以 {endings} 结尾。").format(path=path, endings=" ".join(endings)))
    if path.is_dir():
        raise Refusal(_("{path} 是文件夹, 这里要一个文件名。").format(path=path))
    for given in inputs:
        if given is not None and path.exists() and Path(given).exists() and path.samefile(given):
            raise Refusal(_("输出会盖掉输入文件 {path}, 请换一个名字。").format(path=path))
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise Refusal(_("不能写到文件夹 {folder} 里, 请换一个位置。").format(folder=folder))
    return path
