"""The last stages: the total, the grade, and the limit that follows from it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from creditpolicy.compiler.exact import Exact, divided, exact, known, rounded
from creditpolicy.compiler.points import WEIGHT, is_narrow
from creditpolicy.compiler.stage import Stage, points_column, smallest, veto_column
from creditpolicy.compiler.text import quoted
from creditpolicy.compiler.whole import Whole, constant, times, width_of
from creditpolicy.expressions import Node
from creditpolicy.language import _
from creditpolicy.model import Rounding
from creditpolicy.program import LIMIT_DIGITS, ItemRule, Program, in_steps, limit_range


def total_stage(program: Program, source: str) -> Stage:
    """Sum the points; a deduction is taken away. One missing item leaves no total, unless it was reweighed.

    Columns of 16 bits come first, so that they are added up in 16 bits, and of these last those that may be NULL, after
    which adding is slower; the total itself has at least 32 bits.
    """
    items = sorted(program.items, key=lambda item: (not is_narrow(program, item), item.missing.kind == "refuse"))
    terms = [("- " if item.sign < 0 else "+ ") + _counted(item) for item in items]
    total = " ".join([*_wide_zero(program), *terms]).removeprefix("+ ") or "0"
    if items and is_narrow(program, items[-1]):
        total = f"CAST({total} AS INTEGER)"
    if program.reweighed:
        total = f"CASE WHEN {quoted(WEIGHT)} > 0 THEN {total} END"
    return Stage("totals", _("合计"), f"SELECT *,\n  {total} AS total\nFROM {source}")


def _wide_zero(program: Program) -> list[str]:
    """Begin a sum that 32 bits may not hold with a zero of 64: every partial sum then has them too."""
    most = sum(max(map(abs, item.span)) for item in program.items)
    return ["CAST(0 AS BIGINT)"] if width_of(most) > 32 else []


def _counted(item: ItemRule) -> str:
    column = quoted(points_column(item.id))
    return f"COALESCE({column}, 0)" if item.missing.kind == "reweigh" else column


def grade_stage(program: Program) -> Stage:
    """Take the worse of the grade by points and the grades that vetoes force; anything unknown leaves no grade."""
    unknown = ["total IS NULL"] + [
        f"{quoted(veto_column(veto.id))} IS NULL" for veto in program.vetoes if veto.veto.missing == "refuse"
    ]
    arms = [f"WHEN {' OR '.join(unknown)} THEN NULL"]
    grades = program.policy.grades
    last = grades[-1].line
    if last is not None:
        arms.append(f"WHEN {_below(last, program.digits)} THEN NULL")
    for index in range(len(grades) - 1, 0, -1):
        line = grades[index - 1].line
        reasons = [_below(line, program.digits)] if line is not None else []
        reasons += [quoted(veto_column(veto.id)) for veto in program.vetoes if veto.forces == index]
        if reasons:
            arms.append(f"WHEN {' OR '.join(reasons)} THEN {index}")
    named = "; ".join(f"{index} = {grade.grade}" for index, grade in enumerate(grades))
    grade = f"CASE {' '.join(arms)} ELSE 0 END"
    return Stage("grades", _("等级: {grades}").format(grades=named), f"SELECT *,\n  {grade} AS grade\nFROM totals")


def _below(line: tuple[Decimal, bool], digits: int) -> str:
    """Write that the total does not reach a line, which may have more digits than the points."""
    bound = Fraction(line[0]) * 10**digits
    if bound.denominator == 1:
        return f"total {'<' if line[1] else '<='} {bound.numerator}"
    return f"total <= {bound.numerator // bound.denominator}"


def limit_stage(program: Program) -> Stage:
    """Give the limit of the grade that was found."""
    arms = [
        f"WHEN {index} THEN {limit_sql(program, rule.limit)}"
        for index, rule in enumerate(program.terms)
        if rule is not None and rule.limit is not None
    ]
    limit = f"CASE grade {' '.join(arms)} END" if arms else "NULL"
    comment = _("授信额度 (单位 {step} 元)").format(step=smallest(LIMIT_DIGITS))
    return Stage("consequences", comment, f'SELECT *,\n  CAST({limit} AS BIGINT) AS "limit"\nFROM grades')


def limit_sql(program: Program, node: Node) -> str:
    """Write a limit in hundredths: rounded as the policy says, never below zero nor above its most."""
    credit = program.policy.credit
    rounding = credit.rounding if credit is not None else None
    most = credit.most if credit is not None else None
    amount = _in_hundredths(exact(node), rounding)
    low, high = limit_range(node.type, credit)
    kept = amount.sql
    if low < 0:
        kept = f"GREATEST({kept}, 0)"
    if most is not None and high > most:
        kept = f"LEAST({kept}, {in_steps(most, LIMIT_DIGITS)})"
    there = known(node)
    return kept if kept == amount.sql or there is None else f"CASE WHEN {there} THEN {kept} END"


def _in_hundredths(value: Exact, rounding: Rounding | None) -> Whole:
    """Round to hundredths, or to a multiple of the policy's step; what is below zero will not be kept."""
    if rounding is None:
        return rounded(value, LIMIT_DIGITS, below_zero=False)
    how = {"down": "floor", "up": "ceil", "half_up": "round"}[rounding.how]
    steps = rounded(divided(value, rounding.to), 0, how, below_zero=False)
    return times(steps, constant(in_steps(rounding.to, LIMIT_DIGITS)))
