"""The list of customers: its columns and filters, search in it, the whole of it as a workbook, and hits for the finder."""
