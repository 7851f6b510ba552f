"""The verbs that rate: `rate`, `explain` and `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditpolicy.language import _
from creditpolicy.problems import Refusal
from xinheng.command import library, options
from xinheng.command.screen import SHOWN_PROBLEMS, Cell, heading, percent, problems, progress, say, table
from xinheng.command.words import later

if TYPE_CHECKING:
    from creditpolicy.compare import Comparison, Mover
    from creditpolicy.explain import CustomerRating
    from creditpolicy.prepared import Prepared
    from creditpolicy.rating import Result
    from creditpolicy.ways import Way, WaysUp

SOME_REFUSED = 1
ENDINGS = (".xlsx", ".csv", ".json", ".parquet")
MOVERS_ENDINGS = (".csv", ".parquet")
SHOWN_MOVERS = 20
SHOWN_COSTS = 3
SHOWN_CAUSES = 5


def rate(
    customers: options.Customers,
    policy: options.ByPolicy,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar=later("文件"), help=later("结果写到哪里: .xlsx .csv .json .parquet")),
    ] = None,
    invoices: options.Invoices = None,
    as_of: options.AsOf = None,
    portfolio: options.Portfolio = None,
    maps: options.Maps = None,
    invoice_maps: options.InvoiceMaps = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    day_first: options.DayFirst = None,
) -> int:
    """Rate every customer, write the result, and show the grades, what cost most and what could not be rated."""
    target = None if out is None else options.output(out, ENDINGS, [customers, invoices, portfolio, policy])
    on = library.day(as_of, policy, customers)
    how = _how(invoices, portfolio, maps, invoice_maps, sheet, encoding, day_first)
    with progress() as tell:
        result = library.rated(policy, customers, on=on, progress=tell, **how)
        if target is not None:
            tell(_("写结果"))
            result.write(target)
    show_result(result, target)
    return SOME_REFUSED if any(line.grade is None for line in result.grade_table) else 0


def explain(
    customers: options.Customers,
    policy: options.ByPolicy,
    customer: Annotated[str, typer.Option("--customer", "-c", metavar=later("编号"), help=later("要说明的客户的编号"))],
    invoices: options.Invoices = None,
    as_of: options.AsOf = None,
    portfolio: options.Portfolio = None,
    maps: options.Maps = None,
    invoice_maps: options.InvoiceMaps = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    day_first: options.DayFirst = None,
) -> int:
    """Show one customer's rating: every item, what cost most, and the shortest ways to the next grade."""
    on = library.day(as_of, policy, customers)
    how = _how(invoices, portfolio, maps, invoice_maps, sheet, encoding, day_first)
    with progress() as tell:
        result = library.rated(policy, customers, on=on, progress=tell, **how)
    found = result.explain(customer)
    show_customer(result, found, result.ways_up(customer))
    return SOME_REFUSED if found.grade is None else 0


def compare(
    old: Annotated[str, typer.Argument(metavar=later("旧制度"), help=later("现在的制度: 编号或文件"))],
    new: Annotated[str, typer.Argument(metavar=later("新制度"), help=later("要比的制度: 编号或文件"))],
    customers: options.Customers,
    amount: Annotated[
        str | None, typer.Option("--amount", metavar=later("事实"), help=later("另按哪个金额汇总, 写事实编号"))
    ] = None,
    invoices: options.Invoices = None,
    as_of: options.AsOf = None,
    portfolio: options.Portfolio = None,
    maps: options.Maps = None,
    invoice_maps: options.InvoiceMaps = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    day_first: options.DayFirst = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar=later("文件"), help=later("全部变动的客户写到哪里: .csv .parquet")),
    ] = None,
) -> int:
    """Rate the same customers by two policies, and show who moves from grade to grade and why."""
    from creditpolicy.compare import write_movers

    inputs = [customers, invoices, portfolio, old, new]
    target = None if out is None else options.output(out, MOVERS_ENDINGS, inputs)
    on = library.day(as_of, old, new, customers)
    how = _how(invoices, portfolio, maps, invoice_maps, sheet, encoding, day_first)
    with progress() as tell:
        both = _compared(old, new, customers, amount=amount, on=on, progress=tell, **how)
    if target is not None:
        write_movers(both, target)
    show_comparison(both, target)
    refused = any(grade is None for pair in both.counts for grade in pair)
    return SOME_REFUSED if refused else 0


def _how(
    invoices: Path | None,
    portfolio: Path | None,
    maps: list[str] | None,
    invoice_maps: list[str] | None,
    sheet: str | None,
    encoding: str | None,
    day_first: bool | None,
) -> dict[str, Any]:
    """Read the options that say how customers are to be rated, as arguments of `creditpolicy.rate`."""
    return {
        "portfolio": options.optional(portfolio),
        "invoices": options.optional(invoices),
        "mapping": options.mapping(maps),
        "invoice_mapping": options.mapping(invoice_maps),
        "sheet": sheet,
        "encoding": encoding,
        "day_first": day_first,
    }


def _compared(
    old: str, new: str, customers: Path, *, amount: str | None, on: date | None, **how: Any
) -> Comparison:  # fmt: skip
    """Rate by both; the application's customers each with the facts that the policy asks for."""
    from creditpolicy.compare import compare as by_one_table
    from creditpolicy.compare import compared, shared_amount

    if not library.is_named(customers):
        policies = library.policy(old, on), library.policy(new, on)
        return by_one_table(*policies, options.existing(customers), amount=amount, as_of=on, **how)
    before, after = (library.rated(name, customers, on=on, **how) for name in (old, new))
    if amount is not None and not any(amount in result.program.fact for result in (before, after)):
        raise Refusal(_("没有“{amount}”这个金额。看 xinheng show 列出的事实编号。").format(amount=amount))
    return compared(before, after, amount or shared_amount(before, after))


# rate ----------------------------------------------------------------------------------------------------------------


def show_result(result: Result, target: Path | None) -> None:
    """Show what a rating gave: the grade table, what cost most, vetoes, problems, and where it was written."""
    policy = result.policy
    say(
        _("{title} {version}  (文件 {document})").format(
            title=policy.title, version=policy.version, document=policy.document.name
        )
    )
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
        _show_refused(result, target)
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


def assumed_count(prepared: Prepared) -> int:
    """Count the rules of a policy that its document does not state."""
    from creditpolicy.pages import assumptions

    return len(assumptions(prepared.program))


def _show_grades(result: Result) -> None:
    amount = result.program.fact[result.amount_fact].fact.label if result.amount_fact else None
    heads = [_("等级"), _("名称"), _("客户数"), _("占比"), _("额度合计 (元)")]
    rows: list[list[Cell]] = []
    for line in result.grade_table:
        row: list[Cell] = [line.grade or "-", line.label, line.count, percent(line.share), line.limit]
        rows.append([*row, line.amount] if amount is not None else row)
    if amount is not None:
        heads.append(_("{label}合计").format(label=amount))
    table(heads, rows, right=range(2, len(heads)))


def _show_notes(result: Result) -> None:
    if result.notes:
        heading(_("读表时的提醒"))
        problems(result.notes)


def _show_refused(result: Result, target: Path | None) -> None:
    """Show the first problems; where there are many, how many rows each cause refused before that."""
    heading(_("未评的客户"))
    if len(result.problems) > SHOWN_PROBLEMS:
        table([_("原因"), _("客户数")], result.problem_counts.most_common(SHOWN_CAUSES), right=[1])
        say()
    problems(result.problems, more=_(", 都在结果文件里") if target is not None else _(", 用 -o 写出结果文件可看到全部"))


# explain -------------------------------------------------------------------------------------------------------------


def show_customer(result: Result, customer: CustomerRating, ways: WaysUp | None) -> None:
    """Show one customer's rating with every reason and clause, and the shortest ways to the next grade."""
    policy = result.policy
    say(f"{customer.customer_id}  {customer.name or ''}".rstrip())
    say(_("{title} {version}  评级日 {day}").format(title=policy.title, version=policy.version, day=result.as_of))
    if customer.grade is None:
        heading(_("未评"))
        problems(customer.problems)
        return
    say()
    say(_("总分 {total}   等级 {grade} ({label})").format(
        total=f"{customer.total:f}", grade=customer.grade, label=customer.grade_label
    ))  # fmt: skip
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
        for item in customer.most_costly[:SHOWN_COSTS]:
            say(
                _("{label}: 失 {lost} 分  [{clause}]").format(
                    label=item.label, lost=f"{item.lost:f}", clause=item.clause
                )
            )
    if customer.problems:
        heading(_("提醒"))
        problems(customer.problems)
    if ways is not None:
        show_ways(result, ways)


def _show_terms(result: Result, customer: CustomerRating) -> None:
    from creditpolicy.pages import other_terms
    from creditpolicy.wording import source_words

    rule = next((rule for rule in result.program.terms if rule and rule.terms.grade == customer.grade), None)
    if rule is None:
        return
    parts = [_("额度 {limit} 元").format(limit=f"{customer.limit:,f}")] if customer.limit is not None else []
    if customer.terms_days is not None:
        parts.append(_("账期 {days} 天").format(days=customer.terms_days))
    clause = source_words(result.program, rule.terms)
    say("   ".join([*parts, *other_terms(rule.terms), *([f"[{clause}]"] if clause else [])]))


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
    rows = []
    for number, way in enumerate(ways, 1):
        for index, change in enumerate(way.changes):
            first = index == 0
            rows.append(
                (
                    f"{number}" if first else "",
                    change.fact_label,
                    f"{change.before} → {change.after}",
                    f"+{change.gain:f}",
                    f"{way.total:f}" if first else "",
                    change.clause,
                )
            )
    table(["", _("项目"), _("怎样变"), _("得分"), _("总分"), _("条款")], rows, right=[0, 3, 4])


# compare -------------------------------------------------------------------------------------------------------------


def show_comparison(both: Comparison, target: Path | None) -> None:
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
    _matrix(both, both.counts)
    if both.amount_fact is not None:
        label = both.new.program.fact.get(both.amount_fact) or both.old.program.fact[both.amount_fact]
        heading(_("按{label}").format(label=label.fact.label))
        _matrix(both, both.amounts)
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
            say(_("还有 {count} 个, 用 -o 写出全部。").format(count=len(both.movers) - SHOWN_MOVERS))
    if target is not None:
        say()
        say(_("变动的客户已写到 {path}").format(path=target))


def _matrix(
    both: Comparison, cells: dict[tuple[str | None, str | None], int] | dict[tuple[str | None, str | None], Decimal]
) -> None:
    heads = ["", *(grade or _("未评") for grade in both.grades_after)]
    rows = [
        [before or _("未评"), *(cells.get((before, after)) for after in both.grades_after)]
        for before in both.grades_before
    ]
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
    if not (mover.items or mover.vetoes_gained or mover.vetoes_lost):
        say(_("    各项得分没有变, 变的是等级线"))
    if mover.limit_before != mover.limit_after:
        limits = [f"{limit:,f}" if limit is not None else "-" for limit in (mover.limit_before, mover.limit_after)]
        say(_("    额度 {before} → {after} 元").format(before=limits[0], after=limits[1]))
