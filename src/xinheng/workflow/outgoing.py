"""Calls to the world outside: never to an address inside, whatever name, redirect or changing answer leads there.

The check is made where a connection is really opened: an audit hook of the interpreter sees the address of every
`socket.connect`, after names were resolved and redirects followed, and refuses while `guarded` is in force. Whatever
library makes the call is held to it.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
ANSWER = 64 * 1024
"""How much of an answer is read."""
_EMBEDDING = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))

_allowed: ContextVar[frozenset[str] | None] = ContextVar("allowed", default=None)


class Inside(Refusal, PermissionError):
    """The call would have reached an address inside; an OSError too, so that libraries close what they had opened."""


def is_outside(address: str) -> bool:
    """Say whether an IP address is one of the public network, in whatever form it is written."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return all(_public(one) for one in ((mapped,) if mapped is not None else (found, *_embedded(found))))


def _public(address: Address) -> bool:
    site = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified or site)


def _embedded(address: Address) -> Iterator[Address]:
    """Give the IPv4 addresses that an IPv6 address carries within."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    for one in (address.sixtofour, *(address.teredo or ())):
        if one is not None:
            yield one
    if any(address in network for network in _EMBEDDING):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


@cache
def _watch() -> None:
    """Put the hook in place, once in the life of the process."""
    sys.addaudithook(_hook)


def _hook(event: str, told: tuple[Any, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    allowed = _allowed.get()
    if allowed is None:
        return
    address = told[1]
    if not isinstance(address, tuple):
        raise Inside(_("对外的调用不能连到本机的套接字。"))
    host, port = str(address[0]), address[1]
    if f"{host}:{port}" not in allowed and not is_outside(host):
        raise Inside(
            _("不能连接 {host}: 这是内部地址。如确是公司的邮件服务器, 请写进设置 outgoing_allowed。").format(host=host)
        )


@contextmanager
def guarded(allowed: Collection[str] = ()) -> Iterator[None]:
    """Let what runs inside connect to public addresses only, and to those of `allowed` ("10.1.2.3:25")."""
    _watch()
    token = _allowed.set(frozenset(allowed))
    try:
        yield
    finally:
        _allowed.reset(token)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10,
    allowed: Collection[str] = (),
) -> Answer:
    """Send `body` to `url`; redirects are not followed, and what is answered beyond 64 KiB is not read.

    Refusal where the address is not one of http or https, or leads inside; OSError where nobody answers in time.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Refusal(
            _("回调地址“{url}”不能用。请写成 https://主机/路径, 不带用户名与密码。").format(
                url=parts._replace(query="").geturl()
            )
        )
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with guarded(allowed):
        try:
            connection.request("POST", target, body=body, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(ANSWER))
        except (http.client.HTTPException, UnicodeError) as wrong:
            raise OSError(str(wrong) or type(wrong).__name__) from wrong
        finally:
            connection.close()


def resolves_outside(host: str) -> bool:
    """Say whether every address that a name has now is outside; to warn early, never instead of the guard."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(is_outside(str(one[4][0])) for one in found)
