"""Home, and the pages for what goes wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Show what matters to this person today."""
    return render(request, "desk/home.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return render(request, "desk/wrong.html", {"code": 400}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the page is not for this person's role."""
    return render(request, "desk/wrong.html", {"code": 403}, status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return render(request, "desk/wrong.html", {"code": 404}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong here, and that nothing was stored."""
    return render(request, "desk/wrong.html", {"code": 500}, status=500)
