"""The addresses of the desk."""

from __future__ import annotations

from xinheng.desk import views
from xinheng.org.access import SIGNED_IN, page

urlpatterns = [page("", views.home, name="home", needs=SIGNED_IN)]
