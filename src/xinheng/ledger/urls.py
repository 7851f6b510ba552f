"""The addresses of the ledger."""

from __future__ import annotations

from xinheng.ledger.views import customer, documents, overdue, receivables, setting_up, statements
from xinheng.org.access import page

OF_CUSTOMER = "customers/<int:pk>/dealings/"

urlpatterns = [
    page(OF_CUSTOMER, customer.dealings, name="ledger.dealings", needs="ledger.see"),
    page(f"{OF_CUSTOMER}contract/", customer.enter_contract, name="ledger.enter_contract", needs="ledger.contract"),
    page(f"{OF_CUSTOMER}order/", customer.enter_order, name="ledger.enter_order", needs="ledger.order"),
    page(f"{OF_CUSTOMER}invoice/", customer.enter_invoice, name="ledger.enter_invoice", needs="ledger.enter"),
    page(f"{OF_CUSTOMER}receipt/", customer.enter_receipt, name="ledger.enter_receipt", needs="ledger.enter"),
    page(f"{OF_CUSTOMER}lease/", customer.lease_out, name="ledger.lease_out", needs="ledger.deliver"),
    page(
        f"{OF_CUSTOMER}incident/", customer.report_incident, name="ledger.report_incident",
        needs="ledger.report_incident",
    ),
    page(
        "incidents/<int:pk>/withdraw/", customer.withdraw_incident, name="ledger.withdraw_incident",
        needs="ledger.withdraw_incident",
    ),
    page(f"{OF_CUSTOMER}statement/", statements.make, name="ledger.make_statement", needs="ledger.enter"),
    page("account-statements/<int:pk>/", statements.statement, name="ledger.statement", needs="ledger.see"),
    page("account-statements/<int:pk>/send/", statements.send, name="ledger.send_statement", needs="ledger.enter"),
    page("account-statements/<int:pk>/withdraw/", statements.withdraw, name="ledger.withdraw_statement", needs="ledger.enter"),
    page("account-statements/<int:pk>/clear/", statements.clear, name="ledger.clear_statement", needs="ledger.enter"),
    page("account-statements/<int:pk>/<str:form>/", statements.printed, name="ledger.print_statement", needs="ledger.see"),
    page("orders/<int:pk>/", documents.order, name="ledger.order", needs="ledger.see"),
    page("orders/<int:pk>/delivery/", documents.enter_delivery, name="ledger.enter_delivery", needs="ledger.deliver"),
    page("orders/<int:pk>/extend/", documents.extend_order, name="ledger.extend_order", needs="ledger.order"),
    page("orders/<int:pk>/give-up/", documents.give_up, name="ledger.give_up", needs="ledger.order"),
    page("invoices/<int:pk>/", documents.invoice, name="ledger.invoice", needs="ledger.see"),
    page("invoices/<int:pk>/dispute/", documents.dispute, name="ledger.dispute", needs="ledger.dispute"),
    page("invoices/<int:pk>/set-off/", documents.set_off, name="ledger.set_off", needs="ledger.enter"),
    page("disputes/<int:pk>/end/", documents.end_dispute, name="ledger.end_dispute", needs="ledger.enter"),
    page("allocations/<int:pk>/undo/", documents.undo_allocation, name="ledger.undo_allocation", needs="ledger.enter"),
    page("receipts/<int:pk>/", documents.receipt, name="ledger.receipt", needs="ledger.see"),
    page("receipts/<int:pk>/use/", documents.use_prepayment, name="ledger.use_prepayment", needs="ledger.enter"),
    page("receipts/<int:pk>/refund/", documents.ask_refund, name="ledger.ask_refund", needs="ledger.enter"),
    page("refunds/<int:pk>/reverse/", documents.reverse_refund, name="ledger.reverse_refund", needs="ledger.enter"),
    page("leased/<int:pk>/back/", documents.take_back, name="ledger.take_back", needs="ledger.deliver"),
    page("contracts/<int:pk>/end/", documents.end_contract, name="ledger.end_contract", needs="ledger.contract"),
    *(
        page(f"{place}/<int:pk>/reverse/", documents.reversal(kind), name=f"ledger.reverse_{kind}", needs=needs)
        for kind, place, needs in (
            ("order", "orders", "ledger.order"), ("delivery", "deliveries", "ledger.deliver"),
            ("invoice", "invoices", "ledger.enter"), ("receipt", "receipts", "ledger.enter"),
            ("contract", "contracts", "ledger.contract"), ("leased", "leased", "ledger.deliver"),
        )
    ),
    page("group-companies/", setting_up.companies, name="ledger.companies", needs="ledger.set_up"),
    page("group-companies/add/", setting_up.add_company, name="ledger.add_company", needs="ledger.set_up"),
    page("group-companies/<int:pk>/name/", setting_up.rename_company, name="ledger.rename_company", needs="ledger.set_up"),
    page("group-companies/<int:pk>/end/", setting_up.end_company, name="ledger.end_company", needs="ledger.set_up"),
    page("rates/add/", setting_up.set_rate, name="ledger.set_rate", needs="ledger.set_up"),
    page("rates/<int:pk>/reverse/", setting_up.reverse_rate, name="ledger.reverse_rate", needs="ledger.set_up"),
    page("receivables/", receivables.report, name="ledger.receivables", needs="ledger.see"),
    page("receivables/items/", receivables.items, name="ledger.receivables_items", needs="ledger.see"),
    page("receivables/export/", receivables.export, name="ledger.export_receivables", needs="ledger.see"),
    page("overdue/", overdue.overdue, name="ledger.overdue", needs="ledger.see"),
    page("overdue/export/", overdue.export, name="ledger.export_overdue", needs="ledger.see"),
]  # fmt: skip
