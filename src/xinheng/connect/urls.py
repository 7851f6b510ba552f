"""The addresses of the API, and of the pages of tokens and webhooks."""

from __future__ import annotations

from functools import partial

from django.urls import URLPattern, URLResolver, path

from xinheng.connect import views
from xinheng.connect.assessments import router as assessments
from xinheng.connect.credit import router as credit
from xinheng.connect.customers import router as customers
from xinheng.connect.dealings import router as dealings
from xinheng.connect.facts import router as facts
from xinheng.connect.gate import api
from xinheng.connect.grades import router as grades
from xinheng.connect.many_checks import router as many_checks
from xinheng.connect.papers import router as papers
from xinheng.connect.policies import router as policies
from xinheng.connect.reservations import router as reservations
from xinheng.connect.tasks import router as tasks
from xinheng.connect.webhooks import views as webhooks
from xinheng.org.access import OPEN, page

api.add_router("/customers", customers)
api.add_router("", papers)
api.add_router("/tasks", tasks)
api.add_router("", grades)
api.add_router("", facts)
api.add_router("/policies", policies)
api.add_router("/assessments", assessments)
api.add_router("/credit", credit)
api.add_router("/dealings", dealings)
api.add_router("/credit", many_checks)
api.add_router("/credit", reservations)


def _api() -> URLResolver:
    """Give the API's addresses; its own gate asks for a token, so that the pages' one lets them pass."""
    patterns, application, namespace = api.urls
    for pattern in patterns:
        assert pattern.callback is not None
        pattern.callback.needs = OPEN  # type: ignore[attr-defined]
    return path("api/v1/", (patterns, application, namespace))


urlpatterns: list[URLPattern | URLResolver] = [
    _api(),
    page("tokens/", views.tokens, name="connect.tokens", needs="connect.see"),
    page("tokens/new/", views.new_token, name="connect.new_token", needs="connect.manage"),
    page("tokens/<int:pk>/revoke/", views.revoke, name="connect.revoke_token", needs="connect.manage"),
    page("webhooks/", webhooks.webhooks, name="connect.webhooks", needs="connect.webhooks"),
    page("webhooks/new/", webhooks.new_webhook, name="connect.new_webhook", needs="connect.webhooks"),
    page("webhooks/<int:pk>/", webhooks.webhook, name="connect.webhook", needs="connect.webhooks"),
    *(
        page(
            f"webhooks/<int:pk>/{verb}/",
            partial(webhooks.handle, verb=verb),
            name=f"connect.webhook_{verb}",
            needs="connect.webhooks",
        )
        for verb in webhooks.VERBS
    ),
    page("deliveries/<int:pk>/resend/", webhooks.resend, name="connect.resend", needs="connect.webhooks"),
]
