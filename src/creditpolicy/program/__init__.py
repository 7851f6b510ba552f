"""A policy made ready to run: expressions parsed and typed, every way of scoring brought to one form, steps in order."""

from creditpolicy.program.building import build
from creditpolicy.program.facts import fact_type
from creditpolicy.program.rules import (
    LIMIT_DIGITS,
    PARTS,
    FactRule,
    Flaw,
    ItemRule,
    MissingRule,
    Part,
    Path,
    Program,
    Step,
    TermsRule,
    VetoRule,
    in_steps,
    limit_range,
)

__all__ = [
    "LIMIT_DIGITS",
    "PARTS",
    "FactRule",
    "Flaw",
    "ItemRule",
    "MissingRule",
    "Part",
    "Path",
    "Program",
    "Step",
    "TermsRule",
    "VetoRule",
    "build",
    "fact_type",
    "in_steps",
    "limit_range",
]
