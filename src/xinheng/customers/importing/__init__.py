"""Customers from a workbook: the columns, whom each row means, what it would change, and changing it by the acts."""
