"""The addresses of the desk."""

from __future__ import annotations

from xinheng.desk import views
from xinheng.org.access import OPEN, SIGNED_IN, page

urlpatterns = [
    page("", views.home, name="home", needs=SIGNED_IN),
    page("desk/language/", views.language, name="desk.language", needs=OPEN),
    page("desk/theme/", views.theme, name="desk.theme", needs=OPEN),
    page("desk/styleguide/", views.styleguide, name="desk.styleguide", needs=SIGNED_IN),
]
