"""What can be done with dealings: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.ledger.actions.incidents import report_incident
from xinheng.ledger.actions.invoices import dispute_invoice, end_dispute, enter_invoice, reverse_invoice
from xinheng.ledger.actions.orders import enter_delivery, enter_order, give_up, reverse_delivery, reverse_order
from xinheng.ledger.actions.receipts import enter_receipt, reverse_receipt, set_off, undo_allocation, use_prepayment

__all__ = [
    "dispute_invoice",
    "end_dispute",
    "enter_delivery",
    "enter_invoice",
    "enter_order",
    "enter_receipt",
    "give_up",
    "report_incident",
    "reverse_delivery",
    "reverse_invoice",
    "reverse_order",
    "reverse_receipt",
    "set_off",
    "undo_allocation",
    "use_prepayment",
]
