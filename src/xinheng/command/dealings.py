"""The verb `facts`: what the dealings say of each customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creditpolicy.language import _
from xinheng.command import options
from xinheng.command.screen import heading, problems, progress, say
from xinheng.command.words import later

SOME_LEFT_OUT = 1
ENDINGS = (".xlsx", ".csv", ".json", ".parquet")


def facts(
    invoices: Annotated[
        Path, typer.Option("--invoices", metavar=later("文件"), help=later("发票表: xlsx、xls、ods、csv 或 parquet"))
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar=later("文件"), help=later("写到哪里: .xlsx .csv .json .parquet"))
    ],
    as_of: options.AsOf = None,
    maps: options.Maps = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    day_first: options.DayFirst = None,
) -> int:
    """Derive the facts of every customer from invoices and write them, one row each."""
    from creditpolicy.fact_tables import facts_from_invoices, write_facts

    target = options.output(out, ENDINGS, [invoices])
    with progress() as tell:
        derived = facts_from_invoices(
            options.existing(invoices),
            as_of=options.day(as_of),
            mapping=options.mapping(maps),
            sheet=sheet,
            encoding=encoding,
            day_first=day_first,
            progress=tell,
        )
        tell(_("写结果"))
        write_facts(derived, target)
    say(
        _("截至 {day}: {rows} 张发票, {customers} 个客户, {facts} 个事实").format(
            day=derived.as_of,
            rows=f"{derived.rows:,}",
            customers=f"{derived.table.num_rows:,}",
            facts=len(derived.names),
        )
    )
    if derived.problems:
        heading(_("问题和提醒"))
        told = _(", 都在结果文件里") if target.suffix.lower() == ".xlsx" else _(", 写成 .xlsx 可看到全部")
        problems(derived.problems, more=told)
    say()
    say(_("事实已写到 {path}").format(path=target))
    return SOME_LEFT_OUT if derived.left_out else 0
