"""What is stored of dealings: contracts, orders, deliveries, invoices, receipts and what they settle, incidents."""

from xinheng.ledger.models.companies import BASE, Company, Rate, default_company
from xinheng.ledger.models.contracts import Contract, LeasedItem
from xinheng.ledger.models.documents import CENT, ZERO, Document
from xinheng.ledger.models.incidents import Incident
from xinheng.ledger.models.invoices import Dispute, Instalment, Invoice
from xinheng.ledger.models.orders import Delivery, Fulfilment, Order, OrderLine
from xinheng.ledger.models.receipts import Allocation, Receipt, Refund
from xinheng.ledger.models.statements import AccountStatement

__all__ = [
    "BASE",
    "CENT",
    "ZERO",
    "AccountStatement",
    "Allocation",
    "Company",
    "Contract",
    "Delivery",
    "Dispute",
    "Document",
    "Fulfilment",
    "Incident",
    "Instalment",
    "Invoice",
    "LeasedItem",
    "Order",
    "OrderLine",
    "Rate",
    "Receipt",
    "Refund",
    "default_company",
]
