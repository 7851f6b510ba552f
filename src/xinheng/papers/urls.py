"""The addresses of papers."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.papers.views import card, loans, papers, shelves

urlpatterns = [
    page("customers/<int:pk>/papers/", papers.of_customer, name="papers.of_customer", needs="papers.see"),
    page("customers/<int:pk>/papers/file/", papers.file, name="papers.file", needs="papers.file"),
    page("customers/<int:pk>/print/", card.card, name="papers.card", needs="customers.see_file"),
    page("papers/<int:pk>/", papers.paper, name="papers.paper", needs="papers.see"),
    page("papers/<int:pk>/change/", papers.change, name="papers.change", needs="papers.change"),
    page("papers/<int:pk>/versions/", papers.add_version, name="papers.add_version", needs="papers.file"),
    page("papers/<int:pk>/withdraw/", papers.withdraw, name="papers.withdraw", needs="papers.withdraw"),
    page("papers/<int:pk>/borrow/", loans.ask, name="papers.borrow", needs="papers.borrow"),
    page("papers/versions/<int:pk>/", papers.look, name="papers.look", needs="papers.read"),
    page("papers/expiring/", papers.expiring, name="papers.expiring", needs="papers.see"),
    page("papers/loans/", loans.every, name="papers.loans", needs="papers.see_loans"),
    page("papers/loans/mine/", loans.mine, name="papers.my_loans", needs="papers.borrow"),
    page("papers/loans/<int:pk>/", loans.loan, name="papers.loan", needs="papers.borrow"),
    page("papers/loans/<int:pk>/<slug:verb>/", loans.handle, name="papers.handle_loan", needs="papers.borrow"),
    page("papers/shelves/", shelves.shelves, name="papers.shelves", needs="papers.see_shelves"),
    page("papers/stocktakings/begin/", shelves.begin, name="papers.begin_stocktaking", needs="papers.keep"),
    page("papers/stocktakings/<int:pk>/", shelves.stocktaking, name="papers.stocktaking", needs="papers.see_shelves"),
    page("papers/stocktakings/<int:pk>/close/", shelves.close, name="papers.close_stocktaking", needs="papers.keep"),
    page("papers/stocktakings/lines/<int:pk>/", shelves.mark, name="papers.mark_line", needs="papers.keep"),
    page("papers/kinds/", shelves.kinds, name="papers.kinds", needs="papers.keep"),
]
