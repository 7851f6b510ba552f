"""授信: limits as a ledger of accounts, and the order check that cannot be beaten."""
