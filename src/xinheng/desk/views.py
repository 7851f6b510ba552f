"""Home, the choice of language and look, and the pages for what goes wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xinheng.desk.shell import THEMES
from xinheng.desk.state import signs
from xinheng.desk.tiles import figures
from xinheng.org.access import may, person_of
from xinheng.workflow.queries import items_for

YEAR = 365 * 86400
NEXT_ITEMS = 8


def home(request: HttpRequest) -> HttpResponse:
    """Show what matters to this person today: figures that open their lists, his next tasks, how the system fares."""
    person, now = person_of(request), timezone.now()
    on = timezone.localdate(now)
    context = {
        "figures": figures(person, on),
        "items": items_for(person, on)[:NEXT_ITEMS],
        "on": on,
        "signs": signs(now) if may(person, "desk.see_state") else None,
    }
    return render(request, "desk/home.html", context)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every part that pages are made of; where somebody works on the application or looks round only."""
    from xinheng.desk.styleguide import samples

    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "desk/styleguide.html", samples())


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language from now on; kept on the person where one has signed in."""
    chosen = request.POST.get("language", "")
    back = _back(request)
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
        _keep(back, settings.LANGUAGE_COOKIE_NAME, chosen)
    return back


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Show pages light, dark, or as the system says; kept on the person where one has signed in."""
    chosen = request.POST.get("theme", "")
    back = _back(request)
    if chosen in THEMES:
        if request.user.is_authenticated:
            request.user.theme = chosen
            request.user.save(update_fields=["theme"])
        _keep(back, "theme", chosen)
    return back


def _back(request: HttpRequest) -> HttpResponseRedirect:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if is_ours else "/")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return wrong(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the page is not for this person's role."""
    return wrong(request, 403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return wrong(request, 404)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open too long, or the form came from elsewhere (Django's check against forged forms)."""
    return wrong(request, 403, "desk/stale.html")


def wrong(request: HttpRequest, code: int, template: str = "desk/wrong.html") -> HttpResponse:
    """Say what happened, that nothing was stored, and where to go; asks nothing of the database."""
    return HttpResponse(render_to_string(template, {"code": code, "path": request.path}), status=code)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong here, and that nothing was stored."""
    return wrong(request, 500)
