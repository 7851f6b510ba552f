"""What can be asked of dealings, as of any day: what is open, ageing, a summary, and the tables that facts come from."""

from xinheng.ledger.models import BASE
from xinheng.ledger.queries.ageing import BUCKETS, Aged, ageing
from xinheng.ledger.queries.claims import Claim, claims_in_base, claims_of
from xinheng.ledger.queries.exposure import Parts, exposure_documents, exposure_parts, lines_on, orders_on, receipts_on
from xinheng.ledger.queries.rates import Stated, rate_on, stated
from xinheng.ledger.queries.standing import MONEY, contracts_on, disputes_on, invoices_on, open_invoices, standing
from xinheng.ledger.queries.summary import Summary, summaries
from xinheng.ledger.queries.tables import dealing_tables

__all__ = [
    "BASE",
    "BUCKETS",
    "MONEY",
    "Aged",
    "Claim",
    "Parts",
    "Stated",
    "Summary",
    "ageing",
    "claims_in_base",
    "claims_of",
    "contracts_on",
    "dealing_tables",
    "disputes_on",
    "exposure_documents",
    "exposure_parts",
    "invoices_on",
    "lines_on",
    "open_invoices",
    "orders_on",
    "rate_on",
    "receipts_on",
    "standing",
    "stated",
    "summaries",
]
