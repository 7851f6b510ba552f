"""One line for each request, with nothing secret in it: no query, no token of a link, no name of a customer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

LOG = logging.getLogger("xinheng.access")
QUIET = ("/static/", "/favicon.ico")


class AccessLogMiddleware:
    """Log method, route, status, time taken, the account's number and the address from which the request came.

    The route as it stands in the list of addresses (`customers/<int:pk>/`), with numbers filled in and texts left out:
    a text in an address may be a token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then log."""
        began = time.perf_counter()
        response = self.get_response(request)
        if not request.path.startswith(QUIET):
            spent = (time.perf_counter() - began) * 1000
            person = getattr(getattr(request, "user", None), "pk", None) or "-"
            LOG.info(
                "%s %s %s %s %.1fms user=%s",
                request.META.get("REMOTE_ADDR", "-"), request.method, written_route(request), response.status_code,
                spent, person,
            )  # fmt: skip
        return response


def written_route(request: HttpRequest) -> str:
    """Give the route with its numbers; where no page is at the address, only that."""
    match = request.resolver_match
    if match is None:
        return "(no such page)"
    route = "/" + match.route
    for name, value in match.kwargs.items():
        if isinstance(value, int):
            route = route.replace(f"<int:{name}>", str(value))
    return route
