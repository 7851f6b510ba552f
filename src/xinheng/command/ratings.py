"""The verbs that rate: `rate`, `explain` and `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditpolicy.language import _
from xinheng.command import options
from xinheng.command.screen import SHOWN_PROBLEMS, heading, percent, problems, progress, say, table

if TYPE_CHECKING:
    from creditpolicy.compare import Comparison, Mover
    from creditpolicy.explain import CustomerRating
    from creditpolicy.rating import Result
    from creditpolicy.ways import Way, WaysUp

SOME_REFUSED = 1
RESULT_ENDINGS = (".xlsx", ".csv", ".json", ".parquet")
SHOWN_MOVERS = 20


def add_verbs(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    customers_help = _("客户表: xlsx、xls、ods、csv 或 parquet")
    policy_help = _("制度: 随附制度的编号, 或制度文件")
    invoices_help = _("发票表, 由它算出往来事实")
    day_help = _("评级日, 如 2026-11-21 (默认今天)")
    portfolio_help = _("客户群表: 与全体客户比较的项目以它为准 (默认就是客户表)")
    map_help = _("对照文件, 或 表头=事实 (可写多次)")
    sheet_help = _("工作表名")

    @app.command("rate", help=_("给表里的每个客户评级"), epilog=_("例: xinheng rate 客户.xlsx --policy leasing -o 结果.xlsx"))
    def rate_verb(
        customers: Annotated[Path, typer.Argument(help=customers_help)],
        policy: Annotated[str, typer.Option("--policy", "-p", help=policy_help)],
        out: Annotated[Path | None, typer.Option("--out", "-o", help=_("结果文件: .xlsx .csv .json .parquet"))] = None,
        invoices: Annotated[Path | None, typer.Option("--invoices", help=invoices_help)] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", help=day_help)] = None,
        portfolio: Annotated[Path | None, typer.Option("--portfolio", help=portfolio_help)] = None,
        maps: Annotated[list[str] | None, typer.Option("--map", help=map_help)] = None,
        sheet: Annotated[str | None, typer.Option("--sheet", help=sheet_help)] = None,
    ) -> int:
        target = options.output(out, RESULT_ENDINGS, [customers, invoices, portfolio])
        with progress() as tell:
            result = _rated(customers, policy, invoices, as_of, portfolio, maps, sheet, tell)
            if target is not None:
                tell(_("写结果"))  # type: ignore[operator]
                result.write(target)
        show_result(result, target)
        return SOME_REFUSED if any(line.grade is None for line in result.grade_table) else 0

    @app.command(
        "explain",
        help=_("说明一个客户的评级: 每项得分、条款、失分最多的项目、升级的捷径"),
        epilog=_("例: xinheng explain 客户.xlsx --policy leasing --customer ZL0004"),
    )
    def explain_verb(
        customers: Annotated[Path, typer.Argument(help=customers_help)],
        policy: Annotated[str, typer.Option("--policy", "-p", help=policy_help)],
        customer: Annotated[str, typer.Option("--customer", "-c", help=_("客户编号"))],
        invoices: Annotated[Path | None, typer.Option("--invoices", help=invoices_help)] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", help=day_help)] = None,
        portfolio: Annotated[Path | None, typer.Option("--portfolio", help=portfolio_help)] = None,
        maps: Annotated[list[str] | None, typer.Option("--map", help=map_help)] = None,
        sheet: Annotated[str | None, typer.Option("--sheet", help=sheet_help)] = None,
    ) -> int:
        with progress() as tell:
            result = _rated(customers, policy, invoices, as_of, portfolio, maps, sheet, tell)
        found = result.explain(customer)
        show_customer(result, found, result.ways_up(customer))
        return SOME_REFUSED if found.grade is None else 0

    @app.command(
        "compare",
        help=_("同一批客户按两份制度评级: 谁升谁降, 因为哪几项"),
        epilog=_("例: xinheng compare leasing 新制度.yaml 客户.xlsx --amount cumulative_rent"),
    )
    def compare_verb(
        old: Annotated[str, typer.Argument(help=_("旧制度"))],
        new: Annotated[str, typer.Argument(help=_("新制度"))],
        customers: Annotated[Path, typer.Argument(help=customers_help)],
        amount: Annotated[str | None, typer.Option("--amount", help=_("按哪个金额汇总 (事实编号)"))] = None,
        invoices: Annotated[Path | None, typer.Option("--invoices", help=invoices_help)] = None,
        as_of: Annotated[str | None, typer.Option("--as-of", help=day_help)] = None,
        portfolio: Annotated[Path | None, typer.Option("--portfolio", help=portfolio_help)] = None,
        maps: Annotated[list[str] | None, typer.Option("--map", help=map_help)] = None,
        sheet: Annotated[str | None, typer.Option("--sheet", help=sheet_help)] = None,
    ) -> int:
        from creditpolicy.compare import compare

        with progress() as tell:
            both = compare(
                old,
                new,
                options.existing(customers),
                amount=amount,
                portfolio=_there(portfolio),
                invoices=_there(invoices),
                as_of=options.day(as_of),
                mapping=options.mapping(maps or []),
                sheet=sheet,
                progress=tell,  # type: ignore[arg-type]
            )
        show_comparison(both)
        refused = any(grade is None for pair in both.counts for grade in pair)
        return SOME_REFUSED if refused else 0


def _there(path: Path | None) -> Path | None:
    return None if path is None else options.existing(path)


def _rated(  # noqa: PLR0913 (the options of the two verbs that rate)
    customers: Path,
    policy: str,
    invoices: Path | None,
    as_of: str | None,
    portfolio: Path | None,
    maps: list[str] | None,
    sheet: str | None,
    tell: object,
) -> Result:
    from creditpolicy.rating import rate

    return rate(
        policy,
        options.existing(customers),
        portfolio=_there(portfolio),
        invoices=_there(invoices),
        as_of=options.day(as_of),
        mapping=options.mapping(maps or []),
        sheet=sheet,
        progress=tell,  # type: ignore[arg-type]
    )


# rate ----------------------------------------------------------------------------------------------------------------


def show_result(result: Result, target: Path | None) -> None:
    """Show what a rating gave: the grade table, what cost most, vetoes, problems, and where it was written."""
    policy = result.policy
    say(_("{title} {version}  (文件 {document})").format(title=policy.title, version=policy.version, document=policy.document.name))
    refused = sum(line.count for line in result.grade_table if line.grade is None)
    say(
        _("评级日 {day}  读入 {count} 个客户, 评出 {rated} 个, 未评 {refused} 个").format(
            day=result.as_of, count=len(result), rated=len(result) - refused, refused=refused
        )
    )
    heading(_("等级"))
    _show_grades(result)
    if result.costs:
        heading(_("失分最多的项目 (平均每个客户)"))
        table([_("项目"), _("失分")], [(cost.label, cost.mean_lost) for cost in result.costs[:5]], right=[1])
    hit = [(veto, count) for veto, count in result.veto_counts.items() if count]
    if hit:
        labels = {veto.id: str(veto.veto.label) for veto in result.program.vetoes}
        heading(_("一票否决"))
        table([_("事由"), _("客户数")], [(labels[veto], count) for veto, count in hit], right=[1])
    _show_notes(result)
    if refused:
        heading(_("未评的客户"))
        problems(result.problems, more=_(", 都在结果文件里") if target is not None else _(", 用 -o 写出结果文件可看到全部"))
    assumed = assumed_count(result.prepared)
    if assumed:
        say()
        say(
            _("制度里有 {count} 处是假定的, 请公司确认: xinheng show {policy}").format(
                count=assumed, policy=policy.policy
            )
        )
    if target is not None:
        say()
        say(_("结果已写到 {path}").format(path=target))


def assumed_count(prepared: object) -> int:
    """Count the rules of a policy that its document does not state."""
    from xinheng.command.page import assumptions

    return len(assumptions(prepared.policy))  # type: ignore[attr-defined]


def _show_grades(result: Result) -> None:
    amount = result.program.fact[result.amount_fact].fact.label if result.amount_fact else None
    heads = [_("等级"), _("名称"), _("客户数"), _("占比"), _("额度合计 (元)")]
    rows: list[list[object]] = []
    for line in result.grade_table:
        row: list[object] = [line.grade or "-", line.label, line.count, percent(line.share), line.limit]
        rows.append([*row, line.amount] if amount is not None else row)
    if amount is not None:
        heads.append(_("{label}合计").format(label=amount))
    table(heads, rows, right=range(2, len(heads)))


def _show_notes(result: Result) -> None:
    if result.notes:
        heading(_("读表时的提醒"))
        for note in result.notes[:SHOWN_PROBLEMS]:
            say(note)


# explain -------------------------------------------------------------------------------------------------------------


def show_customer(result: Result, customer: CustomerRating, ways: WaysUp | None) -> None:
    """Show one customer's rating with every reason and clause, and the shortest ways to the next grade."""
    policy = result.policy
    say(f"{customer.customer_id}  {customer.name or ''}".rstrip())
    say(
        _("{title} {version}  评级日 {day}").format(title=policy.title, version=policy.version, day=result.as_of)
    )
    if customer.grade is None:
        heading(_("未评"))
        problems(customer.problems)
        return
    say()
    say(_("总分 {total}   等级 {grade} {label}").format(total=f"{customer.total:f}", grade=customer.grade, label=customer.grade_label))
    for reason in customer.veto_reasons:
        say(reason)
    _show_terms(result, customer)
    heading(_("逐项"))
    table(
        [_("项目"), _("得分"), _("满分"), _("理由"), _("条款")],
        [(item.label, item.points, item.max, item.reason, item.clause) for item in customer.items],
        right=[1, 2],
    )
    if customer.most_costly:
        heading(_("失分最多"))
        for item in customer.most_costly[:3]:
            say(_("{label}: 失 {lost} 分  {clause}").format(label=item.label, lost=f"{item.lost:f}", clause=item.clause))
    problems(customer.problems)
    if ways is not None:
        show_ways(result, ways)


def _show_terms(result: Result, customer: CustomerRating) -> None:
    from creditpolicy.explain import source_words

    rule = next((rule for rule in result.program.terms if rule is not None and rule.terms.grade == customer.grade), None)
    if rule is None:
        return
    from xinheng.command.page import terms_words

    clause = source_words(result.program, rule.terms)
    limit = _("额度 {limit} 元").format(limit=f"{customer.limit:,f}") if customer.limit is not None else ""
    say("   ".join(part for part in [limit, *terms_words(rule.terms), f"[{clause}]" if clause else ""] if part))


def show_ways(result: Result, ways: WaysUp) -> None:
    """Show the ways to the next grade, by one item and by two."""
    from creditpolicy.ways import veto_words

    heading(_("升到 {grade} 级").format(grade=ways.grade))
    if ways.short_by is not None:
        say(_("还差 {points} 分").format(points=f"{ways.short_by:f}"))
    for veto in ways.vetoes:
        say(veto_words(result.program, veto))
    _show_way_list(_("改善一项:"), ways.single)
    _show_way_list(_("同时改善两项:"), ways.double)
    if ways.short_by is not None and not ways.single and not ways.double:
        say(_("一项或两项的改善都不够。"))


def _show_way_list(title: str, ways: Sequence[Way]) -> None:
    if not ways:
        return
    say(title)
    for way in ways:
        say("  " + " + ".join(str(change) for change in way.changes) + _("  → 总分 {total}").format(total=f"{way.total:f}"))


# compare -------------------------------------------------------------------------------------------------------------


def show_comparison(both: Comparison) -> None:
    """Show who moves from grade to grade, by count and by amount, and each mover with what moved him."""
    say(
        _("旧: {old} {old_version}   新: {new} {new_version}   评级日 {day}").format(
            old=both.old.policy.title,
            old_version=both.old.policy.version,
            new=both.new.policy.title,
            new_version=both.new.policy.version,
            day=both.old.as_of,
        )
    )
    say(_("{count} 个客户, {movers} 个等级变了").format(count=both.customers, movers=len(both.movers)))
    heading(_("按客户数 (行为旧等级, 列为新等级)"))
    _matrix(both, {key: count for key, count in both.counts.items()})
    if both.amount_fact is not None:
        label = both.new.program.fact.get(both.amount_fact) or both.old.program.fact[both.amount_fact]
        heading(_("按{label}").format(label=label.fact.label))
        _matrix(both, {key: amount for key, amount in both.amounts.items()})
    say()
    say(
        _("额度增加合计 {raised} 元, 减少合计 {lowered} 元").format(
            raised=f"{both.limit_raised:,f}", lowered=f"{both.limit_lowered:,f}"
        )
    )
    if both.movers:
        heading(_("变动的客户"))
        for mover in both.movers[:SHOWN_MOVERS]:
            _show_mover(mover)
        if len(both.movers) > SHOWN_MOVERS:
            say(_("还有 {count} 个。").format(count=len(both.movers) - SHOWN_MOVERS))


def _matrix(both: Comparison, cells: dict[tuple[str | None, str | None], int] | dict[tuple[str | None, str | None], Decimal]) -> None:
    heads = ["", *(grade or _("未评") for grade in both.grades_after)]
    rows = [[before or _("未评"), *(cells.get((before, after)) for after in both.grades_after)] for before in both.grades_before]
    table(heads, rows, right=range(1, len(heads)))


def _show_mover(mover: Mover) -> None:
    totals = [f"{total:f}" if total is not None else "-" for total in (mover.total_before, mover.total_after)]
    say(
        f"{mover.customer_id} {mover.name or ''}  {mover.before or _('未评')} → {mover.after or _('未评')}  ({totals[0]} → {totals[1]})"
    )
    for item in mover.items[:3]:
        say(f"    {item.label} {item.change:+f}: {item.reason_before} → {item.reason_after}")
    for veto in mover.vetoes_gained:
        say(_("    新触发一票否决 {veto}").format(veto=veto))
    for veto in mover.vetoes_lost:
        say(_("    不再一票否决 {veto}").format(veto=veto))
