"""`xinheng serve` answers over HTTP, does the background work, and leaves no process behind."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from processes import Place, free_port, processes_of, wait_until_served


@pytest.fixture
def served(place: Place, tmp_path: Path):
    """The place served: its address, the process, and the log."""
    port, log = free_port(), tmp_path / "serve.log"
    process = place.start("serve", "--port", str(port), "--workers", "1", log=log)
    wait_until_served(f"http://127.0.0.1:{port}/accounts/login/", process, log)
    yield f"http://127.0.0.1:{port}", process, log
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


class Browser:
    """A browser that keeps cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, **form: str) -> tuple[str, str]:
        """Open a page (or send a form) and give where it led and the page."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self.base + path, data, {"Referer": self.base + path})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.url, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.url, refused.read().decode()

    def sign_in(self, username: str, password: str) -> str:
        """Sign in, and give the address to which that leads."""
        _url, page = self.open("/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        return self.open("/accounts/login/", csrfmiddlewaretoken=token[1], login=username, password=password)[0]


def test_the_first_administrator_signs_in_and_the_worker_works(
    served: tuple[str, object, Path], set_up_once: tuple[Place, str], place: Place
):
    base, _process, log = served
    password = re.search(r"一次性密码 (\S+)", set_up_once[1])
    assert password
    assert "/accounts/login/" in Browser(base).sign_in("anquan", "something else entirely")
    led = Browser(base).sign_in("anquan", password[1])
    assert "/accounts/login/" not in led, led
    deadline = time.monotonic() + 40
    while "后台进程在运行" not in (told := place.run("doctor", wanted=None)):
        assert time.monotonic() < deadline, told
    assert "今天的每日任务都做过了" in told or "每日任务" in told
    written = log.read_text(encoding="utf-8")
    assert " POST /accounts/login/ " in written
    assert password[1] not in written


def test_a_signal_ends_everything_within_seconds(served: tuple[str, object, Path], place: Place):
    _base, process, _log = served
    assert len(processes_of(place.home)) >= 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    assert processes_of(place.home) == []


def test_a_fallen_worker_is_started_again_and_none_outlives_a_killed_parent(
    served: tuple[str, object, Path], place: Place
):
    _base, process, log = served
    worker = next(number for number in processes_of(place.home) if b"work" in _call(number).split(b"\0"))
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not any(b"work" in _call(one).split(b"\0") for one in processes_of(place.home) if one != worker):
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    assert "后台进程停了" in log.read_text(encoding="utf-8")
    process.kill()
    process.wait()
    deadline = time.monotonic() + 40
    while processes_of(place.home):
        assert time.monotonic() < deadline, [_call(number) for number in processes_of(place.home)]
        time.sleep(0.2)


def test_a_port_that_is_taken_is_told(served: tuple[str, object, Path], place: Place):
    base, _process, _log = served
    assert "换一个端口" in place.run("serve", "--port", base.rpartition(":")[2], wanted=2)


def _call(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""
