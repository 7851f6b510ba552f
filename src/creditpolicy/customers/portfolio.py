"""The customers that others are compared with: only what is compared matters of them, but that must be there."""

from __future__ import annotations

from dataclasses import replace

from creditpolicy.customers.wanted import Customers
from creditpolicy.language import _, listed
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.program import Program


def for_comparing(program: Program, pool: Customers) -> Customers:
    """Keep the remarks that concern what a policy compares; raise Refusal where the table has no such column."""
    place = Place(file=pool.file, sheet=pool.sheet)
    compared = tuple(dict.fromkeys(figure.fact.id for figure in program.portfolio_figures))
    if not compared:
        what = _("这份制度没有与客户群相比的项目, 客户群表没有用上。")
        return replace(pool, notes=(Problem("unused-portfolio", what, where=place, severity="warning"),))
    needed = program.entered_behind(compared)
    absent = [program.fact[name].fact.label for name in needed if name not in pool.present]
    if absent:
        names = listed(absent)
        raise Refusal(
            _("客户群表不能用。"),
            [
                Problem(
                    "portfolio-column",
                    _("表里没有“{names}”这一列。").format(names=names),
                    _("有的项目要与客户群相比, 没有它就谁也评不了。"),
                    _("补上这一列; 表里有而名字不同, 用对照表指明。"),
                    place,
                    facts=tuple(name for name in needed if name not in pool.present),
                )
            ],
        )
    left = [note for note in pool.notes if note.code not in {"absent-columns", "unused-columns"}]
    unread = [problem for found in pool.refused.values() for problem in found if set(needed) & set(problem.facts)]
    if unread:
        first = unread[0]
        what = _("客户群表里有 {count} 格读不出来, 没有算进客户群。第一格: {what}")
        left.append(replace(first, what=what.format(count=len(unread), what=first.what), severity="warning"))
    return replace(pool, notes=tuple(left))
