"""The addresses for keeping columns and filters."""

from __future__ import annotations

from xinheng.lists import views
from xinheng.org.access import SIGNED_IN, page

urlpatterns = [
    page("lists/columns/", views.columns, name="lists.columns", needs=SIGNED_IN),
    page("lists/views/", views.save, name="lists.save", needs=SIGNED_IN),
    page("lists/views/<int:pk>/remove/", views.remove, name="lists.remove", needs=SIGNED_IN),
]
