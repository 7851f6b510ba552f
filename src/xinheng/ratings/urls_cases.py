"""The addresses of cases."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.ratings.views_cases import case, documents, form, lists

urlpatterns = [
    page("assessments/", lists.assessments, name="ratings.assessments", needs="ratings.see_cases"),
    page("assessments/export/", lists.export, name="ratings.export_assessments", needs="ratings.export"),
    page("customers/<int:pk>/assess/", case.new, name="ratings.new_assessment", needs="ratings.open"),
    page("assessments/<int:pk>/", case.assessment, name="ratings.assessment", needs="ratings.see_cases"),
    page("assessments/<int:pk>/form/", form.form, name="ratings.form", needs="ratings.score"),
    page("assessments/<int:pk>/live/", form.show_live, name="ratings.live", needs="ratings.score"),
    page("assessments/<int:pk>/withdraw/", case.withdraw, name="ratings.withdraw_assessment", needs="ratings.score"),
    page("assessments/<int:pk>/cancel/", case.cancel, name="ratings.cancel_assessment", needs="ratings.cancel"),
    page("assessments/<int:pk>/special/", case.mark_special, name="ratings.mark_special", needs="ratings.score"),
    page("assessments/<int:pk>/attach/", case.attach, name="ratings.attach", needs="ratings.score"),
    page("assessments/<int:pk>/print/", documents.printed, name="ratings.print", needs="ratings.see_file"),
    page("assessments/evidence/<int:pk>/detach/", case.detach, name="ratings.detach", needs="ratings.score"),
]
