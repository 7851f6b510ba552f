"""The addresses of the list of customers, for the room's own."""

from __future__ import annotations

from xinheng.customers.lists import views
from xinheng.org.access import page

urlpatterns = [
    page("customers/", views.customers, name="customers.list", needs="customers.see"),
    page("customers/export/", views.export, name="customers.export", needs="customers.export"),
    page("customers/find/", views.hits, name="customers.find", needs="customers.see"),
]
