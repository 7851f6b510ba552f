"""The query of a policy, in stages: facts → portfolio → points → totals → grades → consequences."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from creditpolicy.compiler.exact import (
    Exact,
    cases,
    condition,
    decimal,
    exact,
    figure_name,
    missing,
    quoted,
    rounded,
    scaled,
    text,
)
from creditpolicy.expressions import TRUTH, Compare, Constant, Name, Node, OfPortfolio, number
from creditpolicy.expressions import types as typing_rules
from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.program import LIMIT_DIGITS, FactRule, ItemRule, Program, Step

CUSTOMERS = "customers"
PORTFOLIO = "portfolio_customers"
ROW = "row"


@dataclass(frozen=True, slots=True)
class Stage:
    """One named step of the query."""

    name: str
    comment: str
    sql: str


def points_column(item: str) -> str:
    """Name the column of an item's points (whole number of the policy's smallest step, before its sign)."""
    return f"points_{item}"


def band_column(item: str) -> str:
    """Name the column of the step of the item that applied, counted from 0; NULL where its facts were missing."""
    return f"band_{item}"


def veto_column(veto: str) -> str:
    """Name the column that says whether a veto holds."""
    return f"veto_{veto}"


def fact_column_type(rule: FactRule) -> str:
    """Give the DuckDB type that the query expects of a fact."""
    if rule.fact.type.is_number:
        return f"DECIMAL({18 if rule.type.whole < 10**18 else 38}, {rule.fact.scale})"
    return {Kind.FLAG: "BOOLEAN", Kind.DATE: "DATE"}.get(rule.fact.type, "VARCHAR")


def stages(program: Program, *, as_of: datetime.date, items: bool, separate_portfolio: bool) -> list[Stage]:
    """Make the stages. `items`: keep each item's points and band; `separate_portfolio`: it has a table of its own."""
    made = [_facts(program, as_of)]
    made.extend(_computed(program))
    if program.portfolio_figures:
        made.extend(_portfolio(program, as_of, made[-1].name, separate=separate_portfolio))
    made.append(_points(program, made[-1].name, bands=items))
    if any(item.missing.kind == "reweigh" for item in program.items):
        made.append(_reweighed(program))
    made.append(_totals(program, made[-1].name))
    made.append(_grades(program))
    made.append(_consequences(program))
    return made


# Facts and portfolio -------------------------------------------------------------------------------------------------


def _columns(program: Program) -> list[str]:
    used = [quoted(rule.id) for rule in program.inputs if rule.id in program.used]
    return [quoted(ROW), *([quoted(program.key)] if program.key not in program.used else []), *used]


def _facts(program: Program, as_of: datetime.date) -> Stage:
    columns = _columns(program)
    if program.uses_as_of:
        columns.append(f"DATE '{as_of.isoformat()}' AS {quoted('as_of')}")
    return Stage("facts", _("每个客户的事实"), f"SELECT {_listed(columns)}\nFROM {CUSTOMERS}")


def _computed(program: Program) -> Iterator[Stage]:
    """Give a stage for each level of computed facts: a formula may use those of the levels before."""
    source = "facts"
    for level, rule in enumerate((rule for rule in program.computed if rule.id in program.used), start=1):
        name = f"computed_{level}"
        yield Stage(
            name,
            _("由公式算出: {label}").format(label=rule.fact.label),
            f"SELECT *,\n  {_formula(rule)} AS {quoted(rule.id)}\nFROM {source}",
        )
        source = name


def _formula(rule: FactRule) -> str:
    node = rule.formula
    if node is None:
        raise TypeError("a fact without formula is not computed")
    if rule.fact.type is Kind.FLAG:
        return condition(node)
    whole = rounded(exact(node), rule.fact.scale)
    # Whole numbers times a literal with the fact's digits is an exact decimal on every engine, unlike a division.
    step = decimal(Decimal(1).scaleb(-rule.fact.scale))
    value = f"CAST(CAST({whole} AS DECIMAL(38, 0)) * {step} AS {fact_column_type(rule)})"
    if rule.fact.range is None:
        return value
    low, high = rule.fact.bounds
    return f"CASE WHEN {value} BETWEEN {decimal(low)} AND {decimal(high)} THEN {value} END"


def _portfolio(program: Program, as_of: datetime.date, source: str, *, separate: bool) -> Iterator[Stage]:
    figures = program.portfolio_figures
    whole = [figure for figure in figures if figure.figure != "percentile"]
    ranked = [figure for figure in figures if figure.figure == "percentile"]
    pool = source
    if separate:
        pool = "portfolio_facts"
        inner = _separate_pool(program, as_of)
        yield Stage(pool, _("客户群的事实 (另表)"), inner)
    if whole:
        columns = [column for figure in whole for column in _figure_columns(figure)]
        yield Stage("portfolio", _("客户群的整体数字"), f"SELECT {_listed(columns)}\nFROM {pool}")
        yield Stage("placed", _("每个客户配上客户群数字"), f"SELECT *\nFROM {source} CROSS JOIN portfolio")
        source = "placed"
    for level, figure in enumerate(ranked, start=1):
        name = f"ranked_{level}"
        yield Stage(name, _("客户群中的位次: {fact}").format(fact=figure.fact.id), _ranked(figure, source, pool))
        source = name


def _separate_pool(program: Program, as_of: datetime.date) -> str:
    """Compute the facts of the portfolio's own table, formulas included, as one nested query."""
    day = [f"DATE '{as_of.isoformat()}' AS {quoted('as_of')}"] if program.uses_as_of else []
    inner = f"SELECT {', '.join(_columns(program) + day)} FROM {PORTFOLIO}"
    for level, rule in enumerate((rule for rule in program.computed if rule.id in program.used), start=1):
        inner = f"SELECT *, {_formula(rule)} AS {quoted(rule.id)} FROM ({inner}) AS pool_{level}"
    return inner


def _figure_columns(figure: OfPortfolio) -> list[str]:
    name, column = figure_name(figure), quoted(figure.fact.id)
    if figure.figure == "avg":
        total = f"CAST(SUM({scaled(figure.fact.id, figure.fact.type)}) AS HUGEINT)"
        return [f"{total} AS {quoted(name)}", f"NULLIF(COUNT({column}), 0) AS {quoted(name + '_of')}"]
    kind = figure.fact.type
    width = "BIGINT" if kind.whole < 2**62 else "HUGEINT"
    aggregate = f"{figure.figure.upper()}({column})"
    value = f"CAST({aggregate} AS DECIMAL(38, {kind.scale})) * {10**kind.scale}" if kind.scale else aggregate
    return [f"CAST({value} AS {width}) AS {quoted(name)}"]


def _ranked(figure: OfPortfolio, source: str, pool: str) -> str:
    """Count how many of the portfolio are at or below each customer's value, exactly."""
    name, column = figure_name(figure), quoted(figure.fact.id)
    counted = f"SELECT {column} AS value, COUNT(*) AS at_value FROM {pool} WHERE {column} IS NOT NULL GROUP BY {column}"
    wanted = f"SELECT DISTINCT {column} AS value FROM {source} WHERE {column} IS NOT NULL"
    merged = f"SELECT value, 0 AS at_value FROM ({wanted}) AS wanted UNION ALL SELECT value, at_value FROM ({counted}) AS counted"
    running = (
        "SELECT value, SUM(at_value) OVER (ORDER BY value RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at_or_below, "
        f"SUM(at_value) OVER () AS of_all FROM ({merged}) AS merged"
    )
    final = f"SELECT value, MAX(CAST(at_or_below AS BIGINT)) AS at_or_below, MAX(CAST(of_all AS BIGINT)) AS of_all FROM ({running}) AS running GROUP BY value"
    return (
        f"SELECT {source}.*,\n  places.at_or_below AS {quoted(name)},\n  NULLIF(places.of_all, 0) AS {quoted(name + '_of')}\n"
        f"FROM {source} LEFT JOIN ({final}) AS places ON {source}.{column} = places.value"
    )


# Points --------------------------------------------------------------------------------------------------------------


def _points(program: Program, source: str, *, bands: bool) -> Stage:
    columns: list[str] = []
    for item in program.items:
        note = f"{item.item.label or _label(program, item)} {item.item.clause or _('假定')}"
        columns.append(f"/* {_safe(note)} */ {item_points(program, item)} AS {quoted(points_column(item.id))}")
        if bands:
            columns.append(f"{item_band(item)} AS {quoted(band_column(item.id))}")
    for veto in program.vetoes:
        note = f"{veto.veto.label} {veto.veto.clause or _('假定')}"
        columns.append(f"/* {_safe(note)} */ {_veto(veto.when, veto.veto.missing)} AS {quoted(veto_column(veto.id))}")
    keep = "*"
    return Stage(
        "points",
        _("各项得分 (单位 {step} 分) 与一票否决").format(step=_step(program)),
        f"SELECT {keep},\n  " + ",\n  ".join(columns) + f"\nFROM {source}",
    )


def _label(program: Program, item: ItemRule) -> str:
    rule = program.fact.get(item.id)
    return str(rule.fact.label) if rule is not None else item.id


def _step(program: Program) -> str:
    return decimal(Decimal(1).scaleb(-program.digits))


def _safe(comment: str) -> str:
    return comment.replace("*/", "* /").replace("/*", "/ *").replace("\n", " ")


def _veto(when: Node, missing: str) -> str:
    inner = condition(when)
    return inner if missing == "refuse" else f"COALESCE({inner}, {'TRUE' if missing == 'apply' else 'FALSE'})"


def item_points(program: Program, item: ItemRule) -> str:
    """Write the points of an item, missing facts handled by its rule (NULL where that is to refuse or reweigh)."""
    value = _cased(item, [_step_points(program, item, step) for step in item.steps], "\n    ")
    if item.missing.kind in {"worst", "points"}:
        return f"COALESCE({value}, {_whole(item.missing.points, program.digits)})"
    return value


def item_band(item: ItemRule) -> str:
    """Write which step of an item applied, from 0."""
    bands = []
    for index, step in enumerate(item.steps):
        unknown = missing(step.points)
        bands.append(str(index) if unknown is None else f"CASE WHEN NOT {unknown} THEN {index} END")
    return f"CAST({_cased(item, bands, ' ')} AS TINYINT)"


def _whole(value: Decimal, digits: int) -> str:
    """Round a constant half up to the policy's digits, as a whole number."""
    scaled_value = Fraction(value) * 10**digits
    sign = -1 if scaled_value < 0 else 1
    return str(sign * ((2 * abs(scaled_value.numerator) + scaled_value.denominator) // (2 * scaled_value.denominator)))


def _step_points(program: Program, item: ItemRule, step: Step) -> str:
    node = step.points
    low = _whole(item.low, program.digits)
    high = _whole(item.high, program.digits) if item.high is not None else None
    if isinstance(node, Constant) and isinstance(node.value, Decimal):
        value = max(int(_whole(node.value, program.digits)), int(low))
        return str(value if high is None else min(value, int(high)))
    result = rounded(exact(node), program.digits)
    bounds = typing_rules.rounded(node.type, program.digits)
    kept = result
    if bounds.low < Fraction(item.low):
        kept = f"GREATEST({kept}, {low})"
    if high is not None and item.high is not None and bounds.high > Fraction(item.high):
        kept = f"LEAST({kept}, {high})"
    unknown = missing(node)
    if kept == result or unknown is None:
        return kept
    return f"CASE WHEN NOT {unknown} THEN {kept} END"


def _cased(item: ItemRule, results: Sequence[str], between: str) -> str:
    """Write the steps of an item as one CASE: bands that join end to end as a line of upper ends, others one by one."""
    if item.item.bands is not None:
        ordered = _joined_bands(item)
        if ordered is not None:
            return _band_line(item, ordered, results, between)
    if item.item.choices is not None and isinstance(item.value, Name):
        options = [
            f"WHEN {text(step.option or '')} THEN {result}" for step, result in zip(item.steps, results, strict=True)
        ]
        return between.join([f"CASE {quoted(item.value.id)}", *options, "END"])
    if len(item.steps) == 1 and item.steps[0].when is None:
        return results[0]
    branches = [(step.when, result) for step, result in zip(item.steps, results, strict=True) if step.when is not None]
    last = [result for step, result in zip(item.steps, results, strict=True) if step.when is None]
    return cases(branches, last[0] if last else None, between)


def _joined_bands(item: ItemRule) -> list[int] | None:
    """Order bands from the lowest where each begins exactly where the one before ends; None where they do not."""
    steps = item.steps
    if any(step.interval is None for step in steps):
        return None
    order = sorted(range(len(steps)), key=lambda index: _low_key(steps[index]))
    for before, after in zip(order, order[1:], strict=False):
        high = steps[before].interval.high  # type: ignore[union-attr]
        low = steps[after].interval.low  # type: ignore[union-attr]
        if high is None or low is None or high[0] != low[0] or high[1] == low[1]:
            return None
    return order


def _low_key(step: Step) -> tuple[int, Decimal, int]:
    low = step.interval.low if step.interval is not None else None
    return (0, Decimal(0), 0) if low is None else (1, low[0], 0 if low[1] else 1)


def _band_line(item: ItemRule, order: list[int], results: Sequence[str], between: str) -> str:
    if item.value is None:
        raise TypeError("bands look at a value")
    first = item.steps[order[0]].interval
    last = item.steps[order[-1]].interval
    parts = []
    if first is not None and first.low is not None:
        parts.append(f"WHEN {_bound(item.value, '<' if first.low[1] else '<=', first.low[0])} THEN NULL")
    for index in order[:-1]:
        interval = item.steps[index].interval
        if interval is None or interval.high is None:
            raise TypeError("joined bands have upper ends")
        parts.append(
            f"WHEN {_bound(item.value, '<=' if interval.high[1] else '<', interval.high[0])} THEN {results[index]}"
        )
    end = results[order[-1]]
    if last is not None and last.high is not None:
        parts.append(f"WHEN {_bound(item.value, '<=' if last.high[1] else '<', last.high[0])} THEN {end}")
    else:
        unknown = missing(item.value)
        parts.append(f"WHEN NOT {unknown} THEN {end}" if unknown is not None else f"ELSE {end}")
    return between.join(["CASE", *parts, "END"])


def _bound(value: Node, op: str, bound: Decimal) -> str:
    scale = max(-int(bound.as_tuple().exponent), 0)
    return condition(Compare(TRUTH, op, value, Constant(number(scale, bound, bound), bound)))  # type: ignore[arg-type]


def _reweighed(program: Program) -> Stage:
    """Spread the weight of missing items over the base items that are there."""
    base = [item for item in program.items if item.part == "base" and item.high is not None]
    whole = sum(int(_whole(item.high or Decimal(0), program.digits)) for item in base)
    there = [
        f"CASE WHEN {quoted(points_column(item.id))} IS NULL THEN 0 ELSE {_whole(item.high or Decimal(0), program.digits)} END"
        if item.missing.kind == "reweigh"
        else _whole(item.high or Decimal(0), program.digits)
        for item in base
    ]
    replaced = []
    for item in base:
        column = quoted(points_column(item.id))
        half = f"CASE WHEN {column} < 0 THEN -weight ELSE weight END" if item.low < 0 else "weight"
        replaced.append(
            f"CASE WHEN weight = {whole} THEN {column} ELSE (2 * {column} * {whole} + {half}) // NULLIF(2 * weight, 0) END AS {column}"
        )
    others = f"SELECT *,\n  {' + '.join(there)} AS weight\nFROM points"
    return Stage(
        "reweighed",
        _("缺失项目的分值按比例分给其他基本项"),
        f"SELECT * REPLACE (\n  {_listed(replaced)}\n)\nFROM ({others}) AS weighed",
    )


# Totals, grades, consequences ----------------------------------------------------------------------------------------


def _totals(program: Program, source: str) -> Stage:
    terms = []
    for item in program.items:
        column = quoted(points_column(item.id))
        value = f"COALESCE({column}, 0)" if item.missing.kind == "reweigh" else column
        terms.append(("- " if item.sign < 0 else "+ ") + value)
    total = " ".join(terms).removeprefix("+ ") or "0"
    if source == "reweighed":
        total = f"CASE WHEN weight > 0 THEN {total} END"
    return Stage("totals", _("合计"), f"SELECT *,\n  {total} AS total\nFROM {source}")


def _grades(program: Program) -> Stage:
    """Take the worse of the grade by points and the grades that vetoes force; anything unknown leaves no grade."""
    unknown = ["total IS NULL"] + [
        f"{quoted(veto_column(veto.id))} IS NULL" for veto in program.vetoes if veto.veto.missing == "refuse"
    ]
    parts = [f"WHEN {' OR '.join(unknown)} THEN NULL"]
    grades = program.policy.grades
    last = grades[-1].line
    if last is not None:
        parts.append(f"WHEN {_below(last, program.digits)} THEN NULL")
    for index in range(len(grades) - 1, 0, -1):
        line = grades[index - 1].line
        reasons = [quoted(veto_column(veto.id)) for veto in program.vetoes if veto.forces == index]
        if line is not None:
            reasons.insert(0, _below(line, program.digits))
        if reasons:
            parts.append(f"WHEN {' OR '.join(reasons)} THEN {index}")
    named = "; ".join(f"{index} = {grade.grade}" for index, grade in enumerate(grades))
    return Stage(
        "grades",
        _("等级: {grades}").format(grades=_safe(named)),
        f"SELECT *,\n  CASE {' '.join(parts)} ELSE 0 END AS grade\nFROM totals",
    )


def _below(line: tuple[Decimal, bool], digits: int) -> str:
    """Write that the total does not reach a line, which may have more digits than the points."""
    bound = Fraction(line[0]) * 10**digits
    if bound.denominator == 1:
        return f"total {'<' if line[1] else '<='} {bound.numerator}"
    return f"total < {bound.numerator // bound.denominator + 1}"


def _consequences(program: Program) -> Stage:
    limits = []
    for index, rule in enumerate(program.terms):
        if rule is not None and rule.limit is not None:
            limits.append(f"WHEN {index} THEN {limit_sql(program, rule.limit)}")
    limit = f"CASE grade {' '.join(limits)} END" if limits else "CAST(NULL AS BIGINT)"
    unit = decimal(Decimal(1).scaleb(-LIMIT_DIGITS))
    return Stage(
        "consequences",
        _("授信额度 (单位 {step} 元)").format(step=unit),
        f'SELECT *,\n  {limit} AS "limit"\nFROM grades',
    )


def limit_sql(program: Program, node: Node) -> str:
    """Write a limit in hundredths: rounded as the policy says, never below zero nor above its most."""
    credit = program.policy.credit
    rounding = credit.rounding if credit is not None else None
    value = exact(node)
    if rounding is None:
        amount = rounded(value, LIMIT_DIGITS)
    else:
        step = Fraction(rounding.to)
        steps = _in_steps(value, step)
        how = {"down": "floor", "up": "ceil", "half_up": "round"}[rounding.how]
        amount = f"({rounded(steps, 0, how)}) * {int(step * 10**LIMIT_DIGITS)}"
    kept = f"GREATEST({amount}, 0)" if node.type.low < 0 else amount
    most = credit.most if credit is not None else None
    if most is not None and node.type.high > most:
        kept = f"LEAST({kept}, {_whole(most, LIMIT_DIGITS)})"
    unknown = missing(node)
    return kept if kept == amount or unknown is None else f"CASE WHEN NOT {unknown} THEN {kept} END"


def _in_steps(value: Exact, step: Fraction) -> Exact:
    """Divide by the step that limits are rounded to."""
    divisor = str(step.numerator) if value.divisor is None else f"({value.divisor} * {step.numerator})"
    whole = value.whole if step.denominator == 1 else f"({value.whole} * {step.denominator})"
    return Exact(whole, divisor, typing_rules.divided(value.type, number(0, step.numerator, step.numerator)))


def _listed(columns: Sequence[str]) -> str:
    return ",\n  ".join(columns)
