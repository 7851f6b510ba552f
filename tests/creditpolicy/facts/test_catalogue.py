"""The catalogue: every name that the issue fixed, both languages, and pages that are as it says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from creditpolicy.facts import CATALOGUE, TABLES, catalogue_markdown
from creditpolicy.facts.catalogue import FIGURES, SOURCES, needed_columns

FROM_INVOICES = [
    "invoice_count",
    "void_count",
    "invoiced_total",
    "returns_total",
    "void_ratio",
    "counterparties",
    "first_invoiced_on",
    "months_active",
    "sales_12m",
    "growth_12m",
    "monthly_variation",
    "outstanding",
    "overdue_amount",
    "overdue_days_max",
    "late_ratio",
    "on_time_amount_ratio",
    "days_late_mean",
    "days_late_max",
    "disputed_ratio",
    "days_sales_outstanding",
]
FROM_STATEMENTS = [
    "asset_liability_ratio",
    "current_ratio",
    "quick_ratio",
    "gross_margin",
    "operating_margin",
    "net_margin",
    "return_on_assets",
    "cash_flow_coverage",
    "interest_coverage",
    "asset_turnover",
    "receivables_turnover",
    "inventory_turnover",
]


def test_the_fixed_names_are_there_with_their_sources():
    for name in FROM_INVOICES:
        assert CATALOGUE[name].sources == ("invoices",)
    for name in FROM_STATEMENTS:
        assert CATALOGUE[name].sources == ("statements",)


@pytest.mark.parametrize("fact", CATALOGUE.values(), ids=lambda fact: fact.id)
def test_each_fact_is_documented_in_both_languages(fact):
    for said in (fact.label, fact.definition, fact.edges):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in said.zh)
        assert said.en
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in said.en)
    assert set(fact.sources) <= set(TABLES)
    assert needed_columns(fact)


def test_no_name_means_two_things():
    totals = [name for source in SOURCES.values() for name in source.totals]
    totals += [name for source in SOURCES.values() for extra in source.extra.values() for name in extra.totals]
    names = [*totals, *FIGURES]
    assert len(names) == len(set(names))
    for source in SOURCES.values():
        columns = set(TABLES[source.table].by_id)
        assert not columns & set(source.row)
        assert not columns & {*source.totals, *FIGURES}


def test_a_payment_fact_needs_the_days_of_payment():
    assert set(needed_columns(CATALOGUE["late_ratio"])["invoices"]) == {"due_on", "amount", "settled_on"}
    assert needed_columns(CATALOGUE["counterparties"])["invoices"] == ("counterparty",)


@pytest.mark.parametrize(("language", "page"), [("en", "docs/derived-facts.md"), ("zh", "docs/zh/derived-facts.md")])
def test_the_pages_are_as_the_catalogue_says(repo, language, page):
    written = (repo / page).read_text(encoding="utf-8")
    assert written == catalogue_markdown(language), f"python -m creditpolicy.facts --language {language} > {page}"


def test_the_command_prints_the_page():
    command = [sys.executable, "-m", "creditpolicy.facts", "--language", "en"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode() == catalogue_markdown("en")
