"""The addresses of customers' files."""

from __future__ import annotations

from xinheng.customers.lists.urls import urlpatterns as list_pages
from xinheng.customers.views import card, fields, files, identities, past, people, statements
from xinheng.org.access import page

_ONE = "customers/<int:pk>/"

urlpatterns = [
    *list_pages,
    page("customers/new/", files.choose_kind, name="customers.new", needs="customers.register"),
    page("customers/new/<slug:kind>/", files.new, name="customers.new_of_kind", needs="customers.register"),
    page("customers/similar/", files.similar, name="customers.similar", needs="customers.register"),
    page("customers/to-verify/", identities.to_verify, name="customers.to_verify", needs="customers.verify"),
    page("customers/fields/", fields.fields, name="customers.fields", needs="customers.fields"),
    page("customers/fields/<int:field_pk>/", fields.retire, name="customers.field_retire", needs="customers.fields"),
    page(_ONE, files.customer, name="customers.customer", needs="customers.see"),
    page(f"{_ONE}edit/", files.edit, name="customers.edit", needs="customers.edit"),
    page(f"{_ONE}submit/", files.submit, name="customers.submit", needs="customers.edit"),
    page(f"{_ONE}assign/", files.assign, name="customers.assign", needs="customers.assign"),
    page(f"{_ONE}parent/", files.parent, name="customers.parent", needs="customers.edit"),
    page(f"{_ONE}alias/", files.alias, name="customers.alias", needs="customers.edit"),
    page(f"{_ONE}alias/<int:alias_pk>/", files.alias_drop, name="customers.alias_drop", needs="customers.edit"),
    page(f"{_ONE}close/", files.close, name="customers.close", needs="customers.close"),
    page(f"{_ONE}reopen/", files.reopen, name="customers.reopen", needs="customers.close"),
    page(f"{_ONE}merge/", files.merge, name="customers.merge", needs="customers.merge"),
    # The archive card
    page(f"{_ONE}card/", card.card, name="customers.card", needs="customers.see_file"),
    page(f"{_ONE}card/<str:code>/", card.field, name="customers.field", needs="customers.see_file"),
    page(f"{_ONE}card/<str:code>/new/", card.bring, name="customers.value", needs="customers.enter_value"),
    page(
        f"{_ONE}values/<int:value_pk>/withdraw/", card.take_back,
        name="customers.value_withdraw", needs="customers.enter_value",
    ),
    page(f"{_ONE}values/<int:value_pk>/settle/", card.settle, name="customers.settle", needs="customers.settle"),
    # Identity
    page(f"{_ONE}identity/", identities.identity, name="customers.identity", needs="customers.see_file"),
    page(f"{_ONE}identity/new/", identities.enter, name="customers.identity_new", needs="customers.edit"),
    page(
        f"{_ONE}identity/<int:identity_pk>/verify/", identities.verify,
        name="customers.identity_verify", needs="customers.verify",
    ),
    page(
        f"{_ONE}identity/<int:identity_pk>/show/", identities.show,
        name="customers.identity_show", needs="customers.see_identity",
    ),
    page(
        f"{_ONE}identity/<int:identity_pk>/withdraw/", identities.withdraw,
        name="customers.identity_withdraw", needs="customers.edit",
    ),
    # People, accounts, guarantees
    page(f"{_ONE}people/", people.people, name="customers.people", needs="customers.see"),
    page(f"{_ONE}accounts/", people.accounts, name="customers.accounts", needs="customers.see_file"),
    page(f"{_ONE}guarantees/", people.guarantees, name="customers.guarantees", needs="customers.see_file"),
    page(
        f"{_ONE}people/<int:row_pk>/phone/", people.contact_show,
        name="customers.contact_show", needs="customers.see_contact",
    ),
    page(
        f"{_ONE}accounts/<int:row_pk>/show/", people.account_show,
        name="customers.account_show", needs="customers.see_account",
    ),
    page(f"{_ONE}<slug:sort>/new/", people.keep, name="customers.held_new", needs="customers.edit_contact"),
    page(f"{_ONE}<slug:sort>/<int:row_pk>/edit/", people.keep, name="customers.held_edit", needs="customers.edit_contact"),
    page(f"{_ONE}<slug:sort>/<int:row_pk>/end/", people.end, name="customers.held_end", needs="customers.edit_contact"),
    # Financial statements
    page(f"{_ONE}statements/", statements.statements, name="customers.statements", needs="customers.see_file"),
    page(f"{_ONE}statements/sheet/", statements.sheet, name="customers.sheet", needs="customers.enter_statement"),
    page(
        f"{_ONE}statements/<int:statement_pk>/", statements.statement,
        name="customers.statement", needs="customers.see_file",
    ),
    page(
        f"{_ONE}statements/<int:statement_pk>/sheet/", statements.sheet,
        name="customers.statement_edit", needs="customers.enter_statement",
    ),
    page(
        f"{_ONE}statements/<int:statement_pk>/submit/", statements.submit,
        name="customers.statement_submit", needs="customers.enter_statement",
    ),
    page(
        f"{_ONE}statements/<int:statement_pk>/approve/", statements.approve,
        name="customers.statement_approve", needs="customers.approve_statement",
    ),
    page(
        f"{_ONE}statements/<int:statement_pk>/return/", statements.give_back,
        name="customers.statement_return", needs="customers.approve_statement",
    ),
    page(
        f"{_ONE}statements/<int:statement_pk>/withdraw/", statements.withdraw,
        name="customers.statement_withdraw", needs="customers.enter_statement",
    ),
    # What was
    page(f"{_ONE}timeline/", past.timeline, name="customers.timeline", needs="customers.see_file"),
    page(f"{_ONE}history/", past.history, name="customers.history", needs="customers.see_file"),
]  # fmt: skip
