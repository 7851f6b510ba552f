"""What can be done with a customer's file: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.customers.actions.card import add_value, look_at_card, settle_conflict, withdraw_value
from xinheng.customers.actions.files import (
    add_alias,
    change_owner,
    close_customer,
    drop_alias,
    edit_customer,
    register_customer,
    reopen_customer,
    set_parent,
    submit_customer,
)
from xinheng.customers.actions.identities import add_identity, show_identity, verify_identity, withdraw_identity
from xinheng.customers.actions.merging import merge_customers
from xinheng.customers.actions.people import (
    end_held,
    keep_account,
    keep_address,
    keep_contact,
    keep_guarantor,
    keep_related,
    show_account,
    show_contact,
)
from xinheng.customers.actions.statements import (
    approve_statement,
    return_statement,
    save_statement,
    submit_statement,
    withdraw_statement,
)

__all__ = [
    "add_alias",
    "add_identity",
    "add_value",
    "approve_statement",
    "change_owner",
    "close_customer",
    "drop_alias",
    "edit_customer",
    "end_held",
    "keep_account",
    "keep_address",
    "keep_contact",
    "keep_guarantor",
    "keep_related",
    "look_at_card",
    "merge_customers",
    "register_customer",
    "reopen_customer",
    "return_statement",
    "save_statement",
    "set_parent",
    "settle_conflict",
    "show_account",
    "show_contact",
    "show_identity",
    "submit_customer",
    "submit_statement",
    "verify_identity",
    "withdraw_identity",
    "withdraw_statement",
    "withdraw_value",
]
