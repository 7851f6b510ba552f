"""The addresses of the ledger."""

from __future__ import annotations

from xinheng.ledger.views import customer, overdue
from xinheng.org.access import page

urlpatterns = [
    page("customers/<int:pk>/dealings/", customer.dealings, name="ledger.dealings", needs="ledger.see"),
    page("customers/<int:pk>/dealings/order/", customer.enter_order, name="ledger.enter_order", needs="ledger.order"),
    page("customers/<int:pk>/dealings/invoice/", customer.enter_invoice, name="ledger.enter_invoice", needs="ledger.enter"),
    page("customers/<int:pk>/dealings/receipt/", customer.enter_receipt, name="ledger.enter_receipt", needs="ledger.enter"),
    page(
        "customers/<int:pk>/dealings/incident/", customer.report_incident, name="ledger.report_incident",
        needs="ledger.report_incident",
    ),
    page("overdue/", overdue.overdue, name="ledger.overdue", needs="ledger.see"),
    page("overdue/export/", overdue.export, name="ledger.export_overdue", needs="ledger.see"),
    page("invoices/<int:pk>/reverse/", customer.reverse_invoice, name="ledger.reverse_invoice", needs="ledger.enter"),
    page("receipts/<int:pk>/reverse/", customer.reverse_receipt, name="ledger.reverse_receipt", needs="ledger.enter"),
]  # fmt: skip
