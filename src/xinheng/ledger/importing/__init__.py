"""Dealings from workbooks: contracts, orders, deliveries, invoices, receipts; the same file twice does nothing twice."""
