"""Migrations of the room `policies`."""
