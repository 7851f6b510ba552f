"""The verbs about policies themselves: `policies`, `show`, `template`, `scorecard`, `check`, `test`, `sql` and `schema`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from creditpolicy.language import _
from xinheng.command import library, options
from xinheng.command.page import show_outlines, show_page
from xinheng.command.screen import say, table
from xinheng.command.words import later

if TYPE_CHECKING:
    from creditpolicy.compiler.query import Dialect

SOME_FAULTS = 1


DIALECTS = ("duckdb", "spark", "postgres")


def policies(
    from_library: Annotated[
        bool, typer.Option("--library", help=later("列出应用制度库里的制度和版本"), show_default=False)
    ] = False,
) -> None:
    """List the shipped policies, or those of the application's library."""
    if from_library:
        heads = [_("制度"), _("名称"), _("状态"), _("生效日"), _("失效日")]
        rows = library.versions()
        say(_("制度库里还没有制度。")) if not rows else table(heads, rows)
        return
    from creditpolicy.pages import outline
    from creditpolicy.prepared import prepare
    from creditpolicy.reader import shipped

    show_outlines([outline(prepare(name)) for name in shipped()])


def show(policy: options.PolicyName) -> None:
    """Show a policy as a page."""
    from creditpolicy.pages import policy_page
    from creditpolicy.prepared import prepare

    show_page(policy_page(prepare(library.policy(policy, None))))


def template(
    policy: options.PolicyName,
    out: Annotated[Path, typer.Option("--out", "-o", metavar=later("文件"), help=later("写到哪里, 以 .xlsx 结尾"))],
) -> None:
    """Write the workbook in which customers are entered."""
    from creditpolicy.prepared import prepare
    from creditpolicy.tables.exports import whole_file
    from creditpolicy.workbooks import write_template

    target = options.output(out, (".xlsx",), [policy])
    prepared = prepare(policy)
    with whole_file(target) as part:
        write_template(prepared, part)
    say(_("模板已写到 {path}").format(path=target))
    say(_("填好后: xinheng rate {path} --policy {policy} -o 结果.xlsx").format(path=target, policy=policy))


def scorecard(
    policy: options.PolicyName,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar=later("文件"), help=later("写到哪里: 评分表以 .xlsx 结尾, 改好的制度以 .yaml 结尾")
        ),
    ],
    edited: Annotated[
        Path | None,
        typer.Option("--from", metavar=later("文件"), help=later("在 Excel 里改好的评分表: 按它改制度")),
    ] = None,
) -> None:
    """Write a policy's scorecard as a workbook to be edited, or the policy as an edited workbook has it."""
    from creditpolicy.editing import apply_workbook, scorecard_workbook
    from creditpolicy.prepared import prepare
    from creditpolicy.tables.exports import whole_file

    reading = prepare(library.policy(policy, None)).reading
    if edited is None:
        target = options.output(out, (".xlsx",), [policy])
        with whole_file(target) as part:
            scorecard_workbook(reading, part)
        say(_("评分表已写到 {path}").format(path=target))
        say(_("改好后: xinheng scorecard {policy} --from {path} -o 新制度.yaml").format(path=target, policy=policy))
        return
    target = options.output(out, (".yaml", ".yml"), [policy, edited])
    text = apply_workbook(reading.text, edited)
    with whole_file(target) as part:
        part.write_bytes(text.encode())
    say(
        _("评分表没有改动, 制度原样写到 {path}").format(path=target)
        if text == reading.text
        else _("改好的制度已写到 {path}; 先检查: xinheng check {path}").format(path=target)
    )


def check(policy: options.PolicyName) -> int:
    """Examine a policy: faults first, then warnings, then how many of each."""
    from creditpolicy.checks import check_policy
    from creditpolicy.reader import open_policy

    reading = open_policy(policy)
    found = check_policy(reading)
    faults = [problem for problem in found if problem.severity == "fault"]
    warnings = [problem for problem in found if problem.severity != "fault"]
    for problem in (*faults, *warnings):
        say(problem)
        say()
    counts = {"file": reading.file, "faults": len(faults), "warnings": len(warnings)}
    say(
        _("{file}: {faults} 处问题, {warnings} 处提醒").format(**counts)
        if found
        else _("{file}: 没有问题").format(**counts)
    )
    return SOME_FAULTS if faults else 0


def test(
    policy: options.PolicyName,
    cases: Annotated[
        Path | None, typer.Option("--cases", metavar=later("文件"), help=later("算例文件; 默认是制度旁边的 cases.yaml"))
    ] = None,
) -> int:
    """Run the worked examples beside a policy, and list those that come out otherwise."""
    from creditpolicy.cases import run_cases

    outcomes = run_cases(policy, options.optional(cases))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        say(_("不符: {case}").format(case=outcome.case))
        for difference in outcome.differences:
            say(f"  {difference}")
        say()
    say(_("{count} 个算例, {passed} 个相符, {failed} 个不符").format(
        count=len(outcomes), passed=len(outcomes) - len(failed), failed=len(failed)
    ))  # fmt: skip
    return SOME_FAULTS if failed else 0


def sql(
    policy: options.PolicyName,
    dialect: Annotated[
        str,
        typer.Option("--dialect", metavar="duckdb|spark|postgres", help=later("写成哪种数据库的 SQL; 默认 duckdb")),
    ] = "duckdb",
    as_of: options.AsOf = None,
) -> None:
    """Show the query that a policy is compiled to."""
    from creditpolicy.compiler import compile_policy, to_dialect
    from creditpolicy.prepared import prepare, today

    chosen = cast("Dialect", options.one_of(dialect, DIALECTS, "--dialect"))
    query = compile_policy(prepare(policy).program, as_of=options.day(as_of) or today())
    print(to_dialect(query, chosen), end="")


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar=later("文件"), help=later("写到文件; 默认显示出来"))
    ] = None,
) -> None:
    """Give the JSON Schema of the policy file."""
    import json

    from creditpolicy.reader import schema as policy_schema
    from creditpolicy.tables.exports import whole_file

    text = json.dumps(policy_schema(), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        print(text, end="")
        return
    target = options.output(out, (".json",), [])
    with whole_file(target) as part:
        part.write_text(text, encoding="utf-8")
    say(_("JSON Schema 已写到 {path}").format(path=target))
