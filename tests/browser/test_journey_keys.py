"""Work without a mouse: the queue by its keys, search, the way past the menu; and on a phone, by the thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from taking_in import ON, OTHER_USCC, USCC, complete
from walking import looked_at, press
from xinheng.customers.actions import submit_customer
from xinheng.customers.models import Customer, Status
from xinheng.customers.search import text_of
from xinheng.workflow.acts import State
from xinheng.workflow.models import Item

NAMES = {"合肥庐阳机电有限公司": USCC, "上海浦江仪表有限公司": OTHER_USCC, "宁波北仑铸造有限公司": "91330206MA2CHR7X4X"}


@pytest.fixture
def queue(company) -> list[Customer]:
    """Three files that wait for the archivist."""
    made = [complete(company, uscc=uscc, name=name) for name, uscc in NAMES.items()]
    for customer in made:
        submit_customer(customer, by=company.sales, on=ON)
        customer.search_text = text_of([customer.number], [customer.name])
        customer.save()
    return made


def test_the_queue_is_worked_off_by_keys(company, window, queue):
    seen = window(company.archivist)
    page = seen.open("/inbox/")
    keys = page.keyboard
    keys.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    looked_at(seen, "journey-keys-01-help")
    keys.press("Escape")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        keys.press(key)
        expect(page.locator("[data-queue] tbody tr").nth(place)).to_have_attribute("aria-selected", "true")
    looked_at(seen, "journey-keys-02-second-line")
    keys.press("Enter")
    page.wait_for_url("**/tasks/*/")
    page.wait_for_load_state("networkidle")
    second = page.url
    looked_at(seen, "journey-keys-03-task")
    keys.press("n")
    page.wait_for_url(lambda url: "/tasks/" in url and url != second)
    page.wait_for_load_state("networkidle")
    third = page.url
    page.locator("form[data-decision] textarea").focus()
    keys.type("执照原件看过, j k n 都只是字")
    keys.press("Control+Enter")
    page.wait_for_url(lambda url: url != third)
    page.wait_for_load_state("networkidle")
    assert "/tasks/" in page.url, "the next one comes up"
    expect(page.locator("main .alert-success")).to_be_visible()
    looked_at(seen, "journey-keys-04-next")
    keys.press("i")
    page.wait_for_url("**/inbox/")
    expect(page.locator("[data-queue] tbody tr")).to_have_count(2)
    done = Item.objects.get(state=State.DONE)
    assert (done.outcome, done.remarks) == ("agree", "执照原件看过, j k n 都只是字")
    assert Customer.objects.filter(pk__in=[one.pk for one in queue], status=Status.FILED).count() == 1


def test_a_customer_is_found_and_the_menu_passed_by_keys(company, window, queue):
    seen = window(company.sales)
    page = seen.open("/customers/")
    keys = page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("skip-link")
    looked_at(seen, "journey-keys-05-skip")
    keys.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    keys.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    keys.press("/")
    keys.type("PJYB")
    page.wait_for_selector("#finder-hits a")
    keys.press("ArrowDown")
    looked_at(seen, "journey-keys-06-found")
    keys.press("Enter")
    page.wait_for_url(f"**{queue[1].get_absolute_url()}**")


def test_on_a_phone_a_task_is_decided(company, window, queue):
    seen = window(company.archivist, width=390)
    page = seen.open("/")
    looked_at(seen, "journey-phone-01-home")
    page.click(".navbar-toggler")
    page.wait_for_selector("#sidebar.show")
    looked_at(seen, "journey-phone-02-menu")
    press(page, "#sidebar a[href='/inbox/']")
    looked_at(seen, "journey-phone-03-inbox")
    press(page, "[data-queue] tbody tr a")
    looked_at(seen, "journey-phone-04-task")
    page.check("form[data-decision] [name=outcome][value=return]")
    page.fill("form[data-decision] [name=remarks]", "缺公章, 请补盖")
    press(page, "form[data-decision] button[type=submit]")
    expect(page.locator("main .alert-success")).to_be_visible()
    looked_at(seen, "journey-phone-05-decided")
    assert Item.objects.get(outcome="return").remarks == "缺公章, 请补盖"


def test_language_and_look_stay_after_signing_out_and_in(company, window):
    seen = window()
    page = _signed_in(seen)
    seen.open("/me/")
    page.select_option("main [name=language]", "zh-hant")
    page.select_option("main [name=theme]", "dark")
    press(page, "main form[method=post]:has([name=theme]) button[type=submit]")
    assert page.locator("html").get_attribute("lang").lower() == "zh-hant"
    looked_at(seen, "journey-look-01-dark")
    page.click(".topbar .person-button")
    press(page, ".topbar form[action$='/logout/'] button")
    page.context.clear_cookies()
    page = _signed_in(seen)
    assert page.locator("html").get_attribute("lang").lower() == "zh-hant"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    company.sales.refresh_from_db()
    assert (company.sales.language, company.sales.theme) == ("zh-hant", "dark")
    seen.open(company.ours.get_absolute_url())
    looked_at(seen, "journey-look-02-customer-dark")
    page.emulate_media(media="print")
    for gone in ("aside.navbar", "header.topbar", ".page-header .btn"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator("main h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for printed in (".datagrid-content", ".datagrid-title", ".page-subtitle", ".badge"):
        ink = page.locator(f"main {printed}").first.evaluate("e => getComputedStyle(e).color")
        assert ink in {"rgb(0, 0, 0)", "rgb(34, 34, 34)"}, f"{printed}: {ink}"
    seen.shot("journey-look-03-print")


def _signed_in(seen):
    page = seen.open("/accounts/login/")
    page.fill("[name=login]", "sales")
    page.fill("[name=password]", "correct horse battery")
    press(page, "main button[type=submit]")
    page.wait_for_url(f"{seen.server}/")
    return page
