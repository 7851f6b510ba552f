"""What can be done with dealings: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.ledger.actions.companies import add_company, end_company, rename_company, reverse_rate, set_rate
from xinheng.ledger.actions.contracts import (
    end_contract,
    enter_contract,
    lease_out,
    reverse_contract,
    reverse_lease,
    take_back,
)
from xinheng.ledger.actions.incidents import report_incident, withdraw_incident
from xinheng.ledger.actions.invoices import dispute_invoice, end_dispute, enter_invoice, reverse_invoice
from xinheng.ledger.actions.orders import (
    confirm_order,
    enter_delivery,
    enter_order,
    extend_order,
    give_up,
    reverse_delivery,
    reverse_order,
)
from xinheng.ledger.actions.receipts import enter_receipt, reverse_receipt, set_off, undo_allocation, use_prepayment
from xinheng.ledger.actions.refunds import ask_refund, ask_refund_reversal, book_refund
from xinheng.ledger.actions.statements import (
    answer_statement,
    clear_difference,
    make_statement,
    send_statement,
    withdraw_statement,
)

__all__ = [
    "add_company",
    "answer_statement",
    "ask_refund",
    "ask_refund_reversal",
    "book_refund",
    "clear_difference",
    "confirm_order",
    "dispute_invoice",
    "end_company",
    "end_contract",
    "end_dispute",
    "enter_contract",
    "enter_delivery",
    "enter_invoice",
    "enter_order",
    "enter_receipt",
    "extend_order",
    "give_up",
    "lease_out",
    "make_statement",
    "rename_company",
    "report_incident",
    "reverse_contract",
    "reverse_delivery",
    "reverse_invoice",
    "reverse_lease",
    "reverse_order",
    "reverse_rate",
    "reverse_receipt",
    "send_statement",
    "set_off",
    "set_rate",
    "take_back",
    "undo_allocation",
    "use_prepayment",
    "withdraw_incident",
    "withdraw_statement",
]
