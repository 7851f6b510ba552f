"""Migrations of the room `portal`."""
