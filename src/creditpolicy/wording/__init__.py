"""A policy in words: its expressions, its facts and rules, and what it assumes. Pages and workbooks show them."""

from creditpolicy.wording.assumptions import Assumption, assumptions
from creditpolicy.wording.formulas import formula_words, node_words, number_words
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

__all__ = [
    "Assumption",
    "assumptions",
    "clause_words",
    "formula_words",
    "heading",
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
    "source_of_fact",
    "step_points",
    "unit_words",
    "value_words",
]
