"""The editor of a policy's text in a real browser: by keyboard, with help, and two people at once."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from policies import published
from walking import looked_at
from xinheng.policies import actions
from xinheng.policies.models import Version

TODAY = timezone.localdate()
LINE = "(e => e.value.slice(0, e.selectionStart).split('\\n').length)(document.getElementById('policy-text'))"
WORD = """old => { const e = document.getElementById('policy-text'), at = e.value.indexOf(old);
  e.focus(); e.setSelectionRange(at, at + old.length); }"""


def test_a_fault_is_found_mended_by_keyboard_and_saved_beside_somebody_else(company, window):
    first = published(company, "leasing", on=TODAY - timedelta(days=3))
    draft = actions.create_draft_from_version(first, by=company.risk, on=TODAY)
    wrong = draft.text.replace("    from: 90\n", "    form: 88\n")
    actions.edit_text(draft, wrong, edition=1, by=company.risk, on=TODAY)
    line = wrong.splitlines().index("    form: 88") + 1
    seen = window(company.risk)
    page = seen.open(f"/policies/versions/{draft.pk}/text/")

    expect(page.locator(".gutter .fault")).to_have_text(str(line))
    page.locator("#editor-problems [data-line]").first.click()
    assert page.evaluate(LINE) == line
    looked_at(seen, "policy-editor-fault")

    page.evaluate(WORD, "form: 88")
    page.keyboard.type("fr")
    expect(page.locator("#editor-choices li")).to_have_count(1)
    page.keyboard.press("Control+Space")
    page.keyboard.press("Enter")
    page.keyboard.type("88")
    expect(page.locator("#editor-meaning")).to_contain_text("from: 分数线")
    expect(page.locator(".gutter .fault")).to_have_count(0)
    expect(page.locator("#editor-said")).to_have_text("没有发现问题。")

    actions.edit_text(draft, wrong.replace("from: 80", "from: 79"), edition=2, by=company.finance, on=TODAY)
    seen.expected = (409,)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Control+s")
    expect(page.locator("main")).to_contain_text("有人先保存了")
    expect(page.locator(".policy-difference")).to_contain_text("-    from: 79")
    looked_at(seen, "policy-editor-two-people")
    seen.expected = ()
    page.evaluate(WORD, "from: 80")
    page.keyboard.type("from: 79")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Control+s")
    saved = Version.objects.get(pk=draft.pk)
    assert saved.edition == 4
    assert saved.text == draft.text.replace("from: 90", "from: 88").replace("from: 80", "from: 79")

    for path in ("clauses", "differences", "upload"):
        for width in (1440, 390):
            other = window(company.risk, width=width, theme="dark" if width == 390 else "light")
            other.open(f"/policies/versions/{draft.pk}/{path}/")
            looked_at(other, f"policy-{path}-{width}")


def test_without_scripts_it_is_a_text_box_and_a_button_that_checks(company, chromium, live_server, window):
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=TODAY)
    cookies = window(company.risk).page.context.cookies()
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{live_server.url}/policies/versions/{draft.pk}/text/")
    page.locator("#policy-text").fill(draft.text.replace("    from: 90\n", "    form: 90\n"))
    page.locator("button[name=check]").click()
    assert "这里没有“form”这个键" in page.locator("#editor-problems").inner_text()
    assert "form: 90" in page.locator("#policy-text").input_value()
    page.locator("#policy-text").fill(draft.text.replace("    from: 90\n", "    from: 89\n"))
    page.locator("button[data-save]").click()
    context.close()
    draft.refresh_from_db()
    assert "    from: 89\n" in draft.text
