"""From where an act comes: page, API, command or job, with the address; kept for the time of one request or job."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase


@dataclass(frozen=True, slots=True)
class Origin:
    """`channel` is page, api, portal, command or job; `address` the network address, empty where there is none.

    `session` tells one signing-in from another without saying its key.
    """

    channel: str
    address: str = ""
    session: str = ""


COMMAND = Origin("command")
_origin: ContextVar[Origin] = ContextVar("origin", default=COMMAND)


def origin() -> Origin:
    """Give from where the act now running comes."""
    return _origin.get()


@contextmanager
def coming_from(channel: str, address: str = "", session: str = "") -> Iterator[None]:
    """Let the acts inside come from `channel` at `address`."""
    token = _origin.set(Origin(channel, address, session))
    try:
        yield
    finally:
        _origin.reset(token)


class OriginMiddleware:
    """Say of every act in a request that it came from a page, at the address of the caller."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with its origin set."""
        channel = "api" if request.path.startswith("/api/") else "page"
        with coming_from(channel, request.META.get("REMOTE_ADDR", ""), _session(request)):
            return self.get_response(request)


def _session(request: HttpRequest) -> str:
    """Give a short digest of the session's key: enough to tell sessions apart, useless to enter one."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    return hashlib.sha256(f"session {key}".encode()).hexdigest()[:16] if key else ""
