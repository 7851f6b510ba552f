"""The addresses of the auditor's pages."""

from __future__ import annotations

from xinheng.auditor import views
from xinheng.org.access import page

urlpatterns = [
    page("audit/", views.entries, name="audit.entries", needs="audit.see"),
    page("audit/export/", views.export, name="audit.export", needs="audit.export"),
    page("audit/<int:pk>/", views.entry, name="audit.entry", needs="audit.see"),
    page("audit/customers/<int:pk>/", views.looks, name="audit.looks", needs="audit.see"),
    page("audit/breach/", views.breach, name="audit.breach", needs="audit.breach"),
    page("audit/breach/export/", views.export_breach, name="audit.export_breach", needs="audit.breach"),
]
