"""A real browser before the real application: windows of a person in a role, and what must never happen in any of them.

`window(role, …)` opens one. Each window gathers what a page must not do: errors in the console, scripts that fail,
anything that the content security policy stops, requests to elsewhere, answers of 500. At the end of the test there
must be none. `shot` writes a picture to build/screenshots, to be looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from browser import browser as browser_path

REPO = Path(__file__).resolve().parents[2]
AXE = (Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js").read_text(encoding="utf-8")
SHOTS = REPO / "build/screenshots"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
WIDTHS = {1440: 900, 390: 844}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
BLOCKED = """
window.blockedByPolicy = [];
document.addEventListener("securitypolicyviolation", e => window.blockedByPolicy.push(e.violatedDirective + " " + e.blockedURI));
"""


@dataclass
class Window:
    """One window of the browser, and what went wrong in it."""

    page: Page
    server: str
    wrong: list[str] = field(default_factory=list)
    expected: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.page.add_init_script(BLOCKED)
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("response", self._answered)
        self.page.on("request", lambda request: self._asked(request.url))

    def _told(self, message: ConsoleMessage) -> None:
        is_answer = "Failed to load resource" in message.text  # a 4xx, which `_answered` judges
        if message.type == "error" and not is_answer:
            self.wrong.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.wrong.append(f"{response.status}: {response.url}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server, "data:", "blob:", "about:")):
            self.wrong.append(f"asked elsewhere: {url}")

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a page and wait until it is quiet."""
        self.expected = (status,) if status >= 400 else ()
        answer = self.page.goto(self.server + path, wait_until="load")
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        self.page.wait_for_load_state("networkidle")
        return self.page

    def check(self, where: str = "") -> None:
        """Hold what is true of every page: nothing wrong, nothing stopped by the policy, no sideways scrolling."""
        blocked = self.page.evaluate("window.blockedByPolicy")
        assert not self.wrong, f"{where}: {self.wrong}"
        assert not blocked, f"{where}: stopped by the policy: {blocked}"
        wide, room = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= room, f"{where}: {wide} px wide in a window of {room}"

    def accessible(self, where: str = "") -> None:
        """Hold WCAG 2.1 AA as far as axe sees it."""
        assert not self.unfit(), f"{where}: {self.unfit()}"

    def unfit(self) -> list[str]:
        """Give what axe finds, each with its place."""
        if not self.page.evaluate("typeof window.axe !== 'undefined'"):
            self.page.evaluate(AXE)
        # Colours still fading in have no contrast worth measuring.
        self.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0)))")
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", list(RULES))["violations"]
        return [
            f"{one['id']}: {node['html'][:160]} {_contrast(node)}" for one in found for node in one["nodes"]
        ]  # fmt: skip

    def shot(self, name: str) -> None:
        """Write a picture of the whole page."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def _contrast(node: dict[str, Any]) -> str:
    told = re.search(r"contrast of ([\d.]+) \(([^)]*)\)", node["failureSummary"])
    return f"({told[1]}; {told[2]})" if told else ""


Open = Callable[..., Window]


@pytest.fixture(scope="session")
def chromium(django_db_setup: None, django_db_blocker: Any) -> Iterator[Browser]:
    """The browser, one for all tests of a worker."""
    rows = getattr(connection, "_test_serialized_contents", "")
    # Playwright's own loop makes Django think that this thread is asynchronous; it is not.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        # Beside the loop Django has a connection of its own, which must know what the migrations stored.
        connection._test_serialized_contents = rows  # type: ignore[attr-defined]
        started = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def window(chromium: Browser, live_server: Any) -> Iterator[Open]:
    """Open windows; each is checked once more at the end of the test."""
    opened: list[Window] = []

    def open_window(
        person: Any = None, *, width: int = 1440, theme: str = "light", language: str = "zh-hans"
    ) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS.get(width, 900)}, color_scheme=theme, locale="zh-CN",
            reduced_motion="reduce", accept_downloads=True,
        )  # fmt: skip
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if person is not None:
            person.language = language
            person.save(update_fields=["language"])
            client = Client()
            client.force_login(person)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": key, "value": value, "url": live_server.url} for key, value in cookies.items()])
        context.set_default_timeout(30_000)
        opened.append(Window(context.new_page(), live_server.url))
        return opened[-1]

    yield open_window
    for one in opened:
        wrong, blocked = one.wrong, [] if one.page.is_closed() else one.page.evaluate("window.blockedByPolicy || []")
        one.page.context.close()
        assert not wrong
        assert not blocked


@pytest.fixture
def company(chromium: Browser, transactional_db: None, django_db_serialized_rollback: None) -> Any:
    """The small company of tests/company.py, stored for the server's threads to see."""
    from company import found_company

    return found_company()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder: it needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("needs_browser")
