"""Customer-credit policies as files that run: read, check, rate, explain, compare. No server, no Django.

    import creditpolicy
    result = creditpolicy.rate("leasing", "customers.xlsx")
    result.explain("C001")
    result.write("result.xlsx")

Names are imported when first used, so that a command that only prints its help starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Comparison": "compare",
    "CustomerRating": "explain",
    "Policy": "model",
    "Problem": "problems",
    "Rater": "single",
    "Refusal": "problems",
    "Result": "rating",
    "check_policy": "checks",
    "compare": "compare",
    "load_policy": "reader",
    "prepare": "prepared",
    "rate": "rating",
    "rate_one": "single",
    "read_policy": "reader",
    "run_cases": "cases",
    "schema": "reader",
    "shipped": "reader",
}

__all__ = [
    "Comparison",
    "CustomerRating",
    "Policy",
    "Problem",
    "Rater",
    "Refusal",
    "Result",
    "check_policy",
    "compare",
    "load_policy",
    "prepare",
    "rate",
    "rate_one",
    "read_policy",
    "run_cases",
    "schema",
    "shipped",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
