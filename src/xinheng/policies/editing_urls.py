"""The addresses of the pages on which the text of a version is read, edited, compared and taken out."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.policies import editing_tabs  # noqa: F401 - the tabs come with the pages
from xinheng.policies.views import editing_files, editing_reading, editing_text

AT = "policies/versions/<int:pk>/"
urlpatterns = [
    page(f"{AT}text/", editing_text.text, name="policies.text", needs="policies.see"),
    page(f"{AT}text/check/", editing_text.check, name="policies.check_text", needs="policies.draft"),
    page(f"{AT}text/help/", editing_text.help_here, name="policies.text_help", needs="policies.draft"),
    page(f"{AT}upload/", editing_files.upload, name="policies.upload", needs="policies.draft"),
    page(f"{AT}file/", editing_files.file, name="policies.file", needs="policies.see"),
    page(f"{AT}scorecard/", editing_files.scorecard, name="policies.scorecard", needs="policies.see"),
    page(f"{AT}printed/<str:form>/", editing_files.printed, name="policies.printed", needs="policies.see"),
    page(f"{AT}clauses/", editing_reading.clauses, name="policies.clauses", needs="policies.see"),
    page(f"{AT}differences/", editing_reading.differences, name="policies.differences", needs="policies.see"),
]
