"""The application as a WSGI callable, for granian or any other server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.settings")
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


def _behind_proxies() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Take the caller's address and scheme from the proxies we trust; from anybody else nothing of the kind is heard."""
    inner = get_wsgi_application()
    from django.conf import settings

    trusted = [ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES]
    wrapped = wrap_wsgi_with_proxy_headers(inner, list(settings.TRUSTED_PROXIES))

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if not _is_among(environ.get("REMOTE_ADDR", ""), trusted):
            for name in FORWARDED:
                environ.pop(name, None)
        return wrapped(environ, start)  # type: ignore[no-any-return]

    return answer


def _is_among(address: str, trusted: list[IPv4Network | IPv6Network]) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in network for network in trusted)


application = _behind_proxies()
