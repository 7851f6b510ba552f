"""What a person does with a page: fills in, chooses, presses, and what every page he comes by must hold."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

expect.set_options(timeout=20_000)  # a busy machine is slow; what never comes fails all the same
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
BLANK = """() => {
  const root = document.documentElement, foot = document.querySelector("footer");
  if (!foot || root.scrollHeight <= window.innerHeight) return 0;
  return Math.round(root.scrollHeight - window.scrollY - foot.getBoundingClientRect().bottom);
}"""
MOST_BLANK = 60


def looked_at(seen: Any, name: str) -> Page:
    """Hold what is true of every page (see `Window.check`), let axe look at it, and write its picture."""
    seen.page.wait_for_load_state("networkidle")
    seen.shot(name)
    seen.check(name)
    seen.accessible(name)
    blank = seen.page.evaluate(BLANK)
    assert blank <= MOST_BLANK, f"{name}: {blank} px of nothing below the page"
    return seen.page


def field(page: Page, name: str) -> Locator:
    """Give the field of the page's own form with this name; the finder and the menus have others."""
    return page.locator(f"main [name={name!r}]:not([type=hidden])").first


def fill_in(page: Page, **told: str) -> None:
    """Type into each named field; what is a list is chosen from by its value, and a tick is set."""
    for name, value in told.items():
        box = field(page, name)
        kind = box.evaluate("e => e.tagName === 'SELECT' ? (e.tomselect ? 'search' : 'select') : e.type")
        if kind == "search":
            choose(page, box, value)
        elif kind == "select":
            box.select_option(value)
        elif kind == "checkbox":
            box.set_checked(value == "on")
        elif kind == "radio":
            page.locator(f"main [name={name!r}][value={value!r}]").first.check()
        else:
            box.fill(value)


def choose(page: Page, box: Locator, value: str) -> None:
    """Choose in a list that is searched: click it, type what the line says, take it with Enter."""
    label = box.evaluate("(e, value) => e.tomselect.options[value].text.trim()", value)
    around = page.locator(f"#{box.get_attribute('id')} + .ts-wrapper")
    around.locator(".ts-control").click()
    typed = around.locator("input:visible").or_(page.locator(".ts-dropdown:visible input")).first
    expect(typed).to_be_focused()  # what is typed before the list has opened goes nowhere
    expect(page.locator(".ts-dropdown:visible .option").first).to_be_visible()
    typed.press_sequentially(label)
    expect(page.locator(".ts-dropdown:visible .option.active")).to_have_text(label)
    page.keyboard.press("Enter")
    assert box.input_value() == value


def press(page: Page, locator: str, *, sure: bool = False) -> None:
    """Click what leads on; `sure` answers the question that comes first. Waits until the next page is quiet."""
    first = page.locator(locator).first
    if sure:
        first.click()
        expect(page.locator("dialog#confirm[open]")).to_be_visible()
        first = page.locator("[data-confirm-yes]")
    with page.expect_navigation(wait_until="load"):
        first.click()
    page.wait_for_load_state("networkidle")


def goes_to(page: Page, address: str) -> str:
    """Give the selector of the link or form in the content that leads to an address (its end)."""
    return f"main a[href$={address!r}], main form[action$={address!r}] button[type=submit]"


def send(page: Page, *, within: str = "main") -> None:
    """Press the main button of the page's form."""
    press(page, f"{within} form[method=post] button.btn-primary:visible")
