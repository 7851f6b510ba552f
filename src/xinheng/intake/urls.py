"""The addresses of imports."""

from __future__ import annotations

from xinheng.intake import views
from xinheng.org.access import page

urlpatterns = [
    page("imports/", views.imports, name="intake.imports", needs="intake.see"),
    page("imports/new/", views.start, name="intake.start", needs="intake.see"),
    page("imports/template/<slug:key>/", views.template, name="intake.template", needs="intake.see"),
    page("imports/<int:pk>/", views.shown, name="intake.import", needs="intake.see"),
    page("imports/<int:pk>/sheet/", views.sheet, name="intake.sheet", needs="intake.see"),
    page("imports/<int:pk>/columns/", views.columns, name="intake.columns", needs="intake.see"),
    page("imports/<int:pk>/confirm/", views.confirm, name="intake.confirm", needs="intake.see"),
    page("imports/<int:pk>/cancel/", views.cancel, name="intake.cancel", needs="intake.see"),
    page("imports/<int:pk>/go-on/", views.go_on, name="intake.go_on", needs="intake.see"),
    page("imports/<int:pk>/progress/", views.progress, name="intake.progress", needs="intake.see"),
    page("imports/<int:pk>/failed/", views.failed_rows, name="intake.failed_rows", needs="intake.see"),
]
