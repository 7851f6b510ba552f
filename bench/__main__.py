"""Runs every measurement and prints the table: `python -m bench`, or smaller with `--customers 1000000`."""

from __future__ import annotations

import argparse
import importlib.util
import sys

from bench.measuring import Figure, machine


def main() -> int:
    """Measure, print, and leave 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000_000, help="customers to rate (10,000,000)")
    parser.add_argument("--invoices", type=int, default=10_000_000, help="invoices to derive facts from (10,000,000)")
    parser.add_argument("--parity", type=int, default=1_000_000, help="customers to compare with Spark (1,000,000)")
    parser.add_argument("--found", type=int, default=100_000, help="customers to search among (100,000)")
    parser.add_argument("--demo", type=int, default=300, help="customers of the company whose pages are opened (300)")
    parser.add_argument("--accounts", type=int, default=20_000, help="accounts that orders are checked on (20,000)")
    parser.add_argument("--imported", type=int, default=1_000_000, help="invoices to take in and to age (1,000,000)")
    parser.add_argument("--runs", type=int, default=7, help="rounds of which the median counts (7)")
    parser.add_argument(
        "--only",
        choices=["rating", "facts", "spark", "search", "pages", "batch", "grades", "credit", "dealings"],
        help="measure one part",
    )
    asked = parser.parse_args()
    print(machine(), flush=True)
    missed = 0
    sizes = {
        "rating": asked.customers, "facts": asked.invoices, "spark": asked.parity, "search": asked.found,
        "pages": asked.demo, "batch": asked.found, "grades": asked.found, "credit": asked.accounts,
        "dealings": asked.imported,
    }  # fmt: skip
    for part, size in sizes.items():
        if asked.only in {None, part}:
            missed += _measured(part, size, asked.runs)
    return 1 if missed else 0


def _measured(part: str, size: int, runs: int) -> int:
    """Measure one part and print its figures; give how many missed their target."""
    if importlib.util.find_spec(f"bench.{part}") is None:
        return 0
    print(f"\n{part}: {size:,}", flush=True)
    figures: list[Figure] = importlib.import_module(f"bench.{part}").measure(size, runs)
    for figure in figures:
        print(figure.line(), flush=True)
    return sum(not figure.met for figure in figures)


if __name__ == "__main__":
    sys.exit(main())
