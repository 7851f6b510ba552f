"""Calls outside never reach inside: checked on the address that is really connected to."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import Any

import apprise
import pytest

from creditpolicy.problems import Refusal
from xinheng.workflow import outgoing

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise loads it
INSIDE = (
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:0001::", "2002:c0a8:0101::1", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "not an address", "",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "8.8.8.8", "223.5.5.5", "2400:3200::1", "2606:4700:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_known_in_every_form(address):
    assert not outgoing.is_outside(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_may_be_reached(address):
    assert outgoing.is_outside(address)


class _Server:
    """A server on this machine that counts who reached it, and answers with a redirect where it is told one."""

    def __init__(self) -> None:
        server = self
        self.reached: list[str] = []
        self.redirect = ""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.reached.append(self.path)
                self.send_response(302 if server.redirect else 200)
                if server.redirect:
                    self.send_header("Location", server.redirect)
                self.end_headers()
                self.wfile.write(b"x" * 100_000)

            def log_message(self, *_told: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def inside() -> Iterator[_Server]:
    """A server inside."""
    server = _Server()
    yield server
    server.server.shutdown()
    server.server.server_close()


FORMS = (
    "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "0", "127.0.0.2",
)  # fmt: skip


@pytest.mark.parametrize("host", FORMS)
def test_however_the_host_is_written_the_connection_is_refused(inside, host):
    with pytest.raises(outgoing.Inside, match="内部地址"):
        outgoing.post(f"http://{host}:{inside.port}/hook", b"{}", timeout=3)
    assert inside.reached == []


def test_the_control_without_the_guard_gets_through(inside):
    with socket.create_connection(("127.0.0.1", inside.port), timeout=3) as reached:
        reached.sendall(b"POST /control HTTP/1.0\r\n\r\n")
        assert reached.recv(12)
    assert inside.reached == ["/control"]


def test_a_name_whose_answer_changes_is_held_to_the_address_connected_to(inside, monkeypatch):
    """The first answer is public, as a check beforehand would see; the next, at the connection, is inside."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    real = socket.getaddrinfo

    def changing(host: str, port: Any, *told: Any, **more: Any) -> Any:
        return real(next(answers) if host == "rebind.example.com" else host, port, *told, **more)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    assert outgoing.resolves_outside("rebind.example.com")
    with pytest.raises(outgoing.Inside):
        outgoing.post(f"http://rebind.example.com:{inside.port}/hook", b"{}", timeout=3)
    assert inside.reached == []


def test_a_redirect_is_not_followed(inside):
    inside.redirect = f"http://127.0.0.1:{inside.port}/secret"
    answer = outgoing.post(f"http://127.0.0.1:{inside.port}/hook", b"{}", allowed={f"127.0.0.1:{inside.port}"})
    assert answer.status == 302
    assert inside.reached == ["/hook"]
    assert len(answer.body) == outgoing.ANSWER


def test_only_the_address_and_port_that_are_allowed_are(inside):
    other = _Server()
    with pytest.raises(outgoing.Inside):
        outgoing.post(f"http://127.0.0.1:{other.port}/", b"", allowed={f"127.0.0.1:{inside.port}"})
    other.server.shutdown()
    other.server.server_close()


def test_a_library_that_makes_calls_of_its_own_is_held_to_it_too(inside):
    sender = apprise.Apprise()
    sender.add(f"json://127.0.0.1:{inside.port}/hook")
    with outgoing.guarded():
        try:
            went = sender.notify(title="x", body="y")
        except outgoing.Inside:
            went = False
    assert not went
    assert inside.reached == []
    with outgoing.guarded({f"127.0.0.1:{inside.port}"}):
        assert sender.notify(title="x", body="y")
    assert inside.reached == ["/hook"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "https://user:pw@example.com/",
        "example.com",
        "gopher://x",
    ],
)
def test_what_is_no_address_of_the_web_is_refused_in_words(url):
    with pytest.raises(Refusal, match="不能用"):
        outgoing.post(url, b"")


def test_outside_the_guard_nothing_changes(inside):
    with pytest.raises(outgoing.Inside):
        outgoing.post(f"http://127.0.0.1:{inside.port}/", b"")
    with socket.create_connection(("127.0.0.1", inside.port), timeout=3):
        pass
    left, right = socket.socketpair()
    left.close()
    right.close()
