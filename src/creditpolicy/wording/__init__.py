"""A policy in words: its expressions, its facts and rules, and what it assumes. Pages and workbooks show them."""

from creditpolicy.wording.assumptions import Assumption, assumptions, described
from creditpolicy.wording.formulas import formula_words, node_words, number_words
from creditpolicy.wording.items import band_words, grade_label, item_label, source_words
from creditpolicy.wording.rules import (
    clause_words,
    heading,
    kind_words,
    limit_words,
    line_words,
    missing_words,
    must_fill,
    other_terms,
    period_words,
    range_words,
    role_words,
    source_of_fact,
    step_points,
    unit_words,
    value_words,
)
from creditpolicy.wording.values import fact_words, interval_words, share_words, short, shown
from creditpolicy.wording.whole import PolicyWords, Rule, rules_of

__all__ = [
    "Assumption",
    "PolicyWords",
    "Rule",
    "assumptions",
    "band_words",
    "clause_words",
    "described",
    "fact_words",
    "formula_words",
    "grade_label",
    "heading",
    "interval_words",
    "item_label",
    "kind_words",
    "limit_words",
    "line_words",
    "missing_words",
    "must_fill",
    "node_words",
    "number_words",
    "other_terms",
    "period_words",
    "range_words",
    "role_words",
    "rules_of",
    "share_words",
    "short",
    "shown",
    "source_of_fact",
    "source_words",
    "step_points",
    "unit_words",
    "value_words",
]
