"""The addresses of the policy library; the pages on which texts are edited bring their own."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern

from xinheng.org.access import page
from xinheng.policies.views import library, trials, versions


def _editing() -> list[URLPattern]:
    name = "xinheng.policies.editing_urls"
    return list(import_module(name).urlpatterns) if find_spec(name) else []


urlpatterns = [
    page("policies/", library.library, name="policies.library", needs="policies.see"),
    page("policies/new/", library.new, name="policies.new", needs="policies.draft"),
    page("policies/<int:pk>/", library.policy, name="policies.policy", needs="policies.see"),
    page("policies/<int:pk>/main/", library.main, name="policies.make_main", needs="policies.publish"),
    page("policies/versions/<int:pk>/", versions.version, name="policies.version", needs="policies.see"),
    page("policies/versions/<int:pk>/copy/", versions.copy, name="policies.copy", needs="policies.draft"),
    page("policies/versions/<int:pk>/findings/", versions.findings, name="policies.findings", needs="policies.see"),
    page("policies/versions/<int:pk>/comments/", versions.comments, name="policies.comments", needs="policies.see"),
    page("policies/comments/<int:pk>/answer/", versions.answer, name="policies.answer", needs="policies.draft"),
    page("policies/versions/<int:pk>/meeting/", versions.meeting, name="policies.meeting", needs="policies.draft"),
    page("policies/versions/<int:pk>/submit/", versions.submit, name="policies.submit", needs="policies.draft"),
    page("policies/versions/<int:pk>/discard/", versions.discard, name="policies.discard", needs="policies.draft"),
    page("policies/versions/<int:pk>/publish/", versions.publish, name="policies.publish", needs="policies.publish"),
    page("policies/versions/<int:pk>/readers/", versions.readers, name="policies.readers", needs="policies.see"),
    page("policies/versions/<int:pk>/remind/", versions.remind, name="policies.remind", needs="policies.publish"),
    page("policies/versions/<int:pk>/trials/", trials.trials, name="policies.trials", needs="policies.see_trial"),
    page("policies/trials/<int:pk>/", trials.trial, name="policies.trial", needs="policies.see_trial"),
    page(
        "policies/trials/<int:pk>/progress/",
        trials.progress,
        name="policies.trial_progress",
        needs="policies.see_trial",
    ),
    page("policies/trials/<int:pk>/again/", trials.again, name="policies.trial_again", needs="policies.try"),
    page("policies/trials/<int:pk>/customers/", trials.rows, name="policies.trial_rows", needs="policies.see_trial"),
    page("policies/trials/<int:pk>/export/", trials.export, name="policies.trial_export", needs="policies.see_trial"),
    *_editing(),
]
