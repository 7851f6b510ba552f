"""Migrations of the room `ledger`."""
