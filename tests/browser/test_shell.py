"""The shell around every page, seen in a browser: in each language, light and dark, wide and on a phone."""

from __future__ import annotations

import itertools

import pytest

from company import PEOPLE
from xinheng.org.roles import Role

LANGUAGES = ("zh-hans", "zh-hant", "en")
LOOKS = tuple(itertools.product((1440, 390), ("light", "dark")))


@pytest.mark.parametrize(("width", "theme"), LOOKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_page_is_fit_for_everybody(company, window, width, theme, language):
    seen = window(width=width, theme=theme, language=language)
    page = seen.open("/accounts/login/")
    seen.shot(f"sign-in-{width}-{theme}-{language}")
    assert page.locator("html").get_attribute("lang").lower() == language
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    seen.check()
    seen.accessible()


@pytest.mark.parametrize(("width", "theme"), LOOKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_of_sales_is_fit_in_every_language(company, window, width, theme, language):
    seen = window(company.sales, width=width, theme=theme, language=language)
    seen.open("/")
    seen.shot(f"home-sales-{width}-{theme}-{language}")
    seen.check()
    seen.accessible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_home_of_each_role_is_fit(company, window, width):
    for role in PEOPLE:
        seen = window(company.people[role], width=width)
        seen.open("/")
        seen.shot(f"home-{role}-{width}")
        seen.check(str(role))
        seen.accessible(str(role))
        seen.page.context.close()


def test_somebody_who_signs_in_comes_home(company, window):
    seen = window()
    page = seen.open("/")
    page.fill("[name=login]", "SALES")
    page.fill("[name=password]", "correct horse battery")
    page.click("main button[type=submit]")
    page.wait_for_url("**/")
    assert "杨销售" in page.locator(".topbar").inner_text()


def test_a_slash_puts_the_cursor_into_the_finder_and_arrows_choose(company, window):
    from xinheng.customers.search import text_of

    company.ours.search_text = text_of([company.ours.number], [company.ours.name])
    company.ours.save()
    seen = window(company.sales)
    page = seen.open("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "finder"
    page.keyboard.type("甬江")
    page.wait_for_selector("#finder-hits a")
    seen.accessible("hits")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#finder", "aria-activedescendant") == "finder-hit-0"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{company.ours.get_absolute_url()}**")


def test_the_choice_of_language_and_look_stays_with_the_person(company, window):
    seen = window(company.sales)
    page = seen.open("/")
    page.click(".topbar .person-button")
    seen.accessible("menu")
    page.click(".topbar button[name=theme][value=dark]")
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.click(".topbar .person-button")
    page.click(".topbar button[name=language][value=en]")
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == "en"
    company.sales.refresh_from_db()
    assert (company.sales.theme, company.sales.language) == ("dark", "en")


def test_on_a_phone_the_menu_is_folded_and_opens(company, window):
    seen = window(company.sales, width=390)
    page = seen.open("/")
    assert not page.locator("#sidebar").is_visible()
    page.click(".navbar-toggler")
    page.wait_for_selector("#sidebar.show")
    assert page.locator("#sidebar a[aria-current=page]").is_visible()
    seen.accessible("menu open")


def test_a_form_is_sent_only_after_yes(company, window, settings):
    settings.DEBUG = True
    seen = window(company.sales)
    page = seen.open("/desk/styleguide/")
    sent = []
    page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    page.click("form[data-confirm] button")
    assert page.locator("dialog#confirm[open]").is_visible()
    assert "2026-03-12 到期" in page.inner_text("#confirm-text")
    seen.accessible("dialog")
    page.keyboard.press("Escape")
    assert not page.locator("dialog#confirm[open]").is_visible()
    assert sent == []
    page.click("form[data-confirm] button")
    page.click("[data-confirm-yes]")
    page.wait_for_load_state("networkidle")
    assert sent == ["POST"]


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_every_part_is_fit(company, window, settings, width, theme):
    settings.DEBUG = True
    seen = window(company.sales, width=width, theme=theme)
    page = seen.open("/desk/styleguide/")
    assert page.locator("main .card").count() > 5
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
    seen.shot(f"styleguide-{width}-{theme}")
    seen.check()
    seen.accessible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_that_is_not_there_says_what_to_do(company, window, theme):
    seen = window(company.sales, theme=theme)
    page = seen.open("/no/such/page/", status=404)
    assert page.locator("h1").inner_text().strip()
    seen.accessible()
    page.click("main .btn-primary")
    page.wait_for_url("**/")
    assert page.locator("#sidebar a").count() > 5


def test_without_script_the_menu_of_a_role_is_all_there(company, window):
    seen = window(company.people[Role.ARCHIVIST])
    seen.page.context.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page = seen.open("/")
    assert page.locator("#sidebar a").count() > 5


@pytest.mark.parametrize("again", [1, 2])
def test_what_the_migrations_store_is_there_for_every_test(company, again):
    from xinheng.org.models import DutiesApart

    assert DutiesApart.objects.exists()
