"""Facts from dealings: invoices, receipts, orders, events and statements become columns of a customer, as of any day."""

from creditpolicy.facts.canonical import TABLES, CanonicalColumn, CanonicalTable
from creditpolicy.facts.catalogue import CATALOGUE, catalogue_markdown
from creditpolicy.facts.derived import Derived, Said
from creditpolicy.facts.deriving import Derivation, derive
from creditpolicy.facts.query import Given, facts_query
from creditpolicy.facts.reading import Dealings, read_dealings

__all__ = [
    "CATALOGUE",
    "TABLES",
    "CanonicalColumn",
    "CanonicalTable",
    "Dealings",
    "Derivation",
    "Derived",
    "Given",
    "Said",
    "catalogue_markdown",
    "derive",
    "facts_query",
    "read_dealings",
]
