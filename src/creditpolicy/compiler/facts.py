"""The first stages: the facts that come with a customer, those computed by formulas, the figures of the portfolio."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from fractions import Fraction

from creditpolicy.compiler.exact import condition, exact, figure_column, figure_divisor, rounded, scaled
from creditpolicy.compiler.stage import CUSTOMERS, PORTFOLIO, ROW, Stage, fact_column_type, listed, smallest
from creditpolicy.compiler.text import quoted
from creditpolicy.compiler.whole import column_width, type_of
from creditpolicy.expressions import OfPortfolio
from creditpolicy.language import _
from creditpolicy.model import Kind
from creditpolicy.program import FactRule, Program


def fact_stages(program: Program, as_of: datetime.date) -> Iterator[Stage]:
    """Give the stage of the facts, then one for each formula: it may use those before it."""
    source = "facts"
    yield Stage(source, _("每个客户的事实"), f"SELECT {listed(_columns(program, as_of))}\nFROM {CUSTOMERS}")
    for level, rule in enumerate(_computed(program), start=1):
        name = f"computed_{level}"
        formula = f"{_formula(rule)} AS {quoted(rule.id)}"
        yield Stage(
            name, _("由公式算出: {label}").format(label=rule.fact.label), f"SELECT *,\n  {formula}\nFROM {source}"
        )
        source = name


def portfolio_stages(program: Program, as_of: datetime.date, source: str, *, separate: bool) -> Iterator[Stage]:
    """Give the stages that put the figures of the whole portfolio beside each customer of `source`."""
    figures = program.portfolio_figures
    whole = [figure for figure in figures if figure.figure != "percentile"]
    ranked = [figure for figure in figures if figure.figure == "percentile"]
    pool = source
    if separate:
        pool = "portfolio_facts"
        yield Stage(pool, _("客户群的事实 (另表)"), _separate_pool(program, as_of))
    if whole:
        columns = [column for figure in whole for column in _figure_columns(figure)]
        yield Stage("portfolio", _("客户群的整体数字"), f"SELECT {listed(columns)}\nFROM {pool}")
        yield Stage("placed", _("每个客户配上客户群数字"), f"SELECT *\nFROM {source} CROSS JOIN portfolio")
        source = "placed"
    for level, figure in enumerate(ranked, start=1):
        name = f"ranked_{level}"
        yield Stage(name, _("客户群中的位次: {fact}").format(fact=figure.fact.id), _ranked(figure, source, pool))
        source = name


def _columns(program: Program, as_of: datetime.date) -> list[str]:
    names = [ROW, program.key, *(rule.id for rule in program.inputs if rule.id in program.used)]
    day = [f"DATE '{as_of.isoformat()}' AS {quoted('as_of')}"] if program.uses_as_of else []
    return [quoted(name) for name in dict.fromkeys(names)] + day


def _computed(program: Program) -> list[FactRule]:
    return [rule for rule in program.computed if rule.id in program.used]


def _formula(rule: FactRule) -> str:
    """Write a computed fact as the column that an entered fact would be; out of its declared range it is missing."""
    if rule.formula is None:
        raise TypeError("a fact without formula is not computed")
    if rule.fact.type is Kind.FLAG:
        return condition(rule.formula)
    whole = rounded(exact(rule.formula), rule.fact.scale).sql
    # A whole number times a literal with the fact's digits is an exact decimal on every engine, unlike a division.
    value = f"CAST(CAST({whole} AS DECIMAL(38, 0)) * {smallest(rule.fact.scale)} AS {fact_column_type(rule)})"
    if rule.fact.range is None:
        return value
    low, high = (Fraction(bound) * 10**rule.fact.scale for bound in rule.fact.bounds)
    return f"CASE WHEN {whole} BETWEEN {math.ceil(low)} AND {math.floor(high)} THEN {value} END"


def _separate_pool(program: Program, as_of: datetime.date) -> str:
    """Compute the facts of the portfolio's own table, formulas included, as one nested query."""
    inner = f"SELECT {', '.join(_columns(program, as_of))} FROM {PORTFOLIO}"
    for level, rule in enumerate(_computed(program), start=1):
        inner = f"SELECT *, {_formula(rule)} AS {quoted(rule.id)} FROM ({inner}) AS pool_{level}"
    return inner


def _figure_columns(figure: OfPortfolio) -> list[str]:
    fact, name = figure.fact, quoted(figure_column(figure))
    column = quoted(fact.id)
    if figure.figure == "avg":
        total = f"CAST(SUM({scaled(fact.id, fact.type).sql}) AS HUGEINT)"
        return [f"{total} AS {name}", f"NULLIF(COUNT({column}), 0) AS {quoted(figure_divisor(figure))}"]
    value = f"{figure.figure.upper()}({column})"
    if fact.type.scale:
        value = f"CAST({value} AS DECIMAL(38, {fact.type.scale})) * {10**fact.type.scale}"
    return [f"CAST({value} AS {type_of(column_width(fact.type.whole))}) AS {name}"]


def _ranked(figure: OfPortfolio, source: str, pool: str) -> str:
    """Count how many of the portfolio are at or below each customer's value, exactly."""
    column = quoted(figure.fact.id)
    counted = f"SELECT {column} AS value, COUNT(*) AS at_value FROM {pool} WHERE {column} IS NOT NULL GROUP BY {column}"
    wanted = f"SELECT DISTINCT {column} AS value, 0 AS at_value FROM {source} WHERE {column} IS NOT NULL"
    up_to = "OVER (ORDER BY value RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    running = (
        f"SELECT value, SUM(at_value) {up_to} AS at_or_below, SUM(at_value) OVER () AS of_all\n"
        f"  FROM ({wanted} UNION ALL {counted}) AS merged"
    )
    places = (
        "SELECT value, CAST(MAX(at_or_below) AS BIGINT) AS at_or_below, CAST(MAX(of_all) AS BIGINT) AS of_all\n"
        f"  FROM ({running}) AS running GROUP BY value"
    )
    return (
        f"SELECT {source}.*,\n"
        f"  places.at_or_below AS {quoted(figure_column(figure))},\n"
        f"  NULLIF(places.of_all, 0) AS {quoted(figure_divisor(figure))}\n"
        f"FROM {source} LEFT JOIN (\n  {places}\n) AS places ON {source}.{column} = places.value"
    )
