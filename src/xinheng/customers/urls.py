"""The addresses of customers' files."""

from __future__ import annotations

from xinheng.customers.lists.urls import urlpatterns as list_pages
from xinheng.customers.views import card, fields, files, identities, past, people, statements
from xinheng.org.access import page

_OF_ONE = (
    ("", files.customer, "customer", "see"),
    ("edit/", files.edit, "edit", "edit"),
    ("submit/", files.submit, "submit", "edit"),
    ("assign/", files.assign, "assign", "assign"),
    ("parent/", files.parent, "parent", "edit"),
    ("alias/", files.alias, "alias", "edit"),
    ("alias/<int:alias_pk>/", files.alias_drop, "alias_drop", "edit"),
    ("close/", files.close, "close", "close"),
    ("reopen/", files.reopen, "reopen", "close"),
    ("merge/", files.merge, "merge", "merge"),
    # The archive card
    ("card/", card.card, "card", "see_file"),
    ("card/<str:code>/", card.field, "field", "see_file"),
    ("card/<str:code>/new/", card.bring, "value", "enter_value"),
    ("values/<int:value_pk>/withdraw/", card.take_back, "value_withdraw", "enter_value"),
    ("values/<int:value_pk>/settle/", card.settle, "settle", "settle"),
    # Identity
    ("identity/", identities.identity, "identity", "see_file"),
    ("identity/new/", identities.enter, "identity_new", "edit"),
    ("identity/<int:identity_pk>/verify/", identities.verify, "identity_verify", "verify"),
    ("identity/<int:identity_pk>/show/", identities.show, "identity_show", "see_identity"),
    ("identity/<int:identity_pk>/withdraw/", identities.withdraw, "identity_withdraw", "edit"),
    # People, accounts, guarantees
    ("people/", people.people, "people", "see"),
    ("accounts/", people.accounts, "accounts", "see_file"),
    ("guarantees/", people.guarantees, "guarantees", "see_file"),
    ("people/<int:row_pk>/phone/", people.contact_show, "contact_show", "see_contact"),
    ("accounts/<int:row_pk>/show/", people.account_show, "account_show", "see_account"),
    ("<slug:sort>/new/", people.keep, "held_new", "edit_contact"),
    ("<slug:sort>/<int:row_pk>/edit/", people.keep, "held_edit", "edit_contact"),
    ("<slug:sort>/<int:row_pk>/end/", people.end, "held_end", "edit_contact"),
    # Financial statements
    ("statements/", statements.statements, "statements", "see_file"),
    ("statements/sheet/", statements.sheet, "sheet", "enter_statement"),
    ("statements/<int:statement_pk>/", statements.statement, "statement", "see_file"),
    ("statements/<int:statement_pk>/sheet/", statements.sheet, "statement_edit", "enter_statement"),
    ("statements/<int:statement_pk>/submit/", statements.submit, "statement_submit", "enter_statement"),
    ("statements/<int:statement_pk>/approve/", statements.approve, "statement_approve", "approve_statement"),
    ("statements/<int:statement_pk>/return/", statements.give_back, "statement_return", "approve_statement"),
    ("statements/<int:statement_pk>/withdraw/", statements.withdraw, "statement_withdraw", "enter_statement"),
    # What was
    ("timeline/", past.timeline, "timeline", "see_file"),
    ("history/", past.history, "history", "see_file"),
)  # fmt: skip
"""The pages below a customer's own address: the rest of the address, the view, its name, and who may open it."""

urlpatterns = [
    *list_pages,
    page("customers/new/", files.choose_kind, name="customers.new", needs="customers.register"),
    page("customers/new/<slug:kind>/", files.new, name="customers.new_of_kind", needs="customers.register"),
    page("customers/similar/", files.similar, name="customers.similar", needs="customers.register"),
    page("customers/to-verify/", identities.to_verify, name="customers.to_verify", needs="customers.verify"),
    page("customers/fields/", fields.fields, name="customers.fields", needs="customers.fields"),
    page("customers/fields/<int:field_pk>/", fields.retire, name="customers.field_retire", needs="customers.fields"),
    *(
        page(f"customers/<int:pk>/{rest}", view, name=f"customers.{name}", needs=f"customers.{needs}")
        for rest, view, name, needs in _OF_ONE
    ),
]
