"""The addresses of the customer's own pages (`my/`), and of those who invite and decide."""

from __future__ import annotations

from xinheng.org.access import OPEN, page
from xinheng.portal import rating_views, rights, staff, statement_views, views

urlpatterns = [
    # Open to the staff's gate: the customer's own gate (link, code, cookie) stands in the views.
    page("my/", views.home, name="portal.home", needs=OPEN),
    page("my/form/", views.data_form, name="portal.form", needs=OPEN),
    page("my/paper/", views.paper, name="portal.paper", needs=OPEN),
    page("my/complaint/", views.complaint, name="portal.complaint", needs=OPEN),
    page("my/held/", rights.held, name="portal.held", needs=OPEN),
    page("my/consents/", rights.consents, name="portal.consents", needs=OPEN),
    page("my/consents/<int:pk>/withdraw/", rights.withdraw, name="portal.withdraw_consent", needs=OPEN),
    page("my/ask/", rights.ask, name="portal.ask", needs=OPEN),
    page("my/rating/", rating_views.rating, name="portal.rating", needs=OPEN),
    page("my/rating/criteria/", rating_views.criteria, name="portal.criteria", needs=OPEN),
    page("my/rating/apply/", rating_views.apply, name="portal.apply", needs=OPEN),
    page("my/rating/objection/", rating_views.objection, name="portal.objection", needs=OPEN),
    page("my/rating/objection/<int:pk>/withdraw/", rating_views.withdraw, name="portal.withdraw_objection", needs=OPEN),
    page("my/statements/", statement_views.statements, name="portal.statements", needs=OPEN),
    page("my/statements/<int:pk>/", statement_views.statement, name="portal.statement", needs=OPEN),
    page("my/statements/<int:pk>/pdf/", statement_views.printed, name="portal.print_statement", needs=OPEN),
    page("my/leave/", views.leave, name="portal.leave", needs=OPEN),
    page("my/in/<str:link>/", views.enter, name="portal.enter", needs=OPEN),
    page("customers/<int:pk>/portal/", staff.tab, name="portal.tab", needs="portal.see"),
    page("customers/<int:pk>/portal/invite/", staff.invite, name="portal.invite", needs="portal.invite"),
    page("customers/<int:pk>/portal/letter/", staff.letter, name="portal.letter", needs="portal.letter"),
    page("invitations/<int:pk>/code/", staff.renew, name="portal.renew_code", needs="portal.invite"),
    page("invitations/<int:pk>/end/", staff.end, name="portal.end_invitation", needs="portal.invite"),
    page("submissions/", staff.submissions, name="portal.submissions", needs="portal.see"),
    page("submissions/<int:pk>/", staff.submission, name="portal.submission", needs="portal.see"),
    page("submissions/<int:pk>/file/", staff.file, name="portal.file", needs="portal.decide"),
]
