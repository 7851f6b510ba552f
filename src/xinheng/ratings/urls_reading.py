"""The addresses of pages that read."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.ratings.views_reading import customer, grades, overview, rating

urlpatterns = [
    page("ratings/", overview.overview, name="ratings.overview", needs="ratings.see_overview"),
    page("ratings/grades/", grades.grades, name="ratings.grades", needs="ratings.see_grade"),
    page("ratings/grades/export/", grades.export, name="ratings.export_grades", needs="ratings.export"),
    page("ratings/<int:pk>/", rating.rating, name="ratings.rating", needs="ratings.see_grade"),
    page("ratings/<int:pk>/check/", rating.check, name="ratings.check", needs="ratings.replay"),
    page("customers/<int:pk>/rating/", customer.of_customer, name="ratings.of_customer", needs="ratings.see_grade"),
    page("customers/<int:pk>/rating/history/", customer.history, name="ratings.history", needs="ratings.see_grade"),
]
