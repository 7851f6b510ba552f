"""往来: orders, invoices, receipts and incidents of the customers; nothing deleted, only reversed."""
