"""The addresses of grades that move: reviews that come due, overrides, objections, revoking and thawing."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.ratings.views_changing import due, grades, objections, overrides

urlpatterns = [
    page("ratings/due/", due.due, name="ratings.due", needs="ratings.see_due"),
    page("ratings/overrides/", overrides.overrides, name="ratings.overrides", needs="ratings.see_overrides"),
    page("ratings/overrides/<int:pk>/", overrides.one, name="ratings.override", needs="ratings.see_overrides"),
    page("ratings/overrides/<int:pk>/end/", overrides.end, name="ratings.end_override", needs="ratings.see_overrides"),
    page("customers/<int:pk>/rating/override/", overrides.ask, name="ratings.ask_override", needs="ratings.override"),
    page("ratings/objections/", objections.objections, name="ratings.objections", needs="ratings.see_objections"),
    page("ratings/objections/<int:pk>/", objections.one, name="ratings.objection", needs="ratings.see_objections"),
    page(
        "ratings/objections/<int:pk>/<slug:verb>/", objections.handle, name="ratings.handle_objection",
        needs="ratings.see_objections",
    ),
    page("customers/<int:pk>/rating/object/", objections.receive, name="ratings.object", needs="ratings.object"),
    page("customers/<int:pk>/rating/changes/", grades.changes, name="ratings.changes", needs="ratings.see_grade"),
    page("customers/<int:pk>/rating/revoke/", grades.revoke, name="ratings.revoke", needs="ratings.revoke"),
    page("customers/<int:pk>/rating/thaw/", grades.thaw, name="ratings.thaw", needs="ratings.thaw"),
]  # fmt: skip
