"""Migrations of the room `ratings`."""
