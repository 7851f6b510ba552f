"""A customer is invited, fills in the form with one mistake, sends a file, complains, agrees; he reads what became of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from walking import PDF, fill_in, goes_to, looked_at, press, send
from xinheng.customers.values import card_of
from xinheng.papers.models import Paper
from xinheng.portal.models import Submission
from xinheng.privacy.models import Consent

WHY_NOT = "The site belongs to a reseller. Please give the company's own."
SORRY = "We have told the driver to ring before he comes."


def test_a_customer_tells_and_is_answered(company, window):
    link, code = _invited(window(company.sales_engineer, language="en"), company.ours)
    his = window(language="en")
    _entered(his, link, code)
    _filled_in(his)
    _sent_and_complained(his)
    _decided(window(company.archivist, language="en"), company.ours)
    _answered(window(company.customer_service, language="en"), company.ours)
    _read(his)
    _agreed_and_took_back(his, company.ours)
    ended = dict(Submission.objects.filter(customer=company.ours).values_list("what", "state"))
    assert ended == {"form": "partly", "paper": "accepted", "complaint": "answered"}
    assert not Consent.objects.filter(customer=company.ours, ended_at=None).exists()


def _invited(seen, customer) -> tuple[str, str]:
    page = seen.open(customer.get_absolute_url())
    press(page, f".nav-tabs a[href$='/customers/{customer.pk}/portal/']")
    looked_at(seen, "journey-customer-01-tab")
    press(page, goes_to(page, "/portal/invite/"))
    fill_in(page, to_name="Zhou Ling", email="zhou@example.com", days="7", message="Please tell us your website.")
    looked_at(seen, "journey-customer-02-invite")
    send(page)
    looked_at(seen, "journey-customer-03-invited")
    return urlsplit(page.input_value("#link")).path, page.input_value("#code")


def _entered(his, link: str, code: str) -> None:
    page = his.open(link)
    looked_at(his, "journey-customer-04-code")
    fill_in(page, code="000000" if code != "000000" else "111111")
    send(page)
    expect(page.locator(".invalid-feedback, .alert-danger").first).to_be_visible()
    fill_in(page, code=code)
    send(page)
    expect(page.locator("main")).to_contain_text("Please tell us your website.")
    looked_at(his, "journey-customer-05-home")


def _filled_in(his) -> None:
    page = his.page
    press(page, "main a[href='/my/form/']")
    fill_in(
        page, legal_representative="Zhou Ling", registered_capital="a lot", website="reseller.example", ownership="民营"
    )
    looked_at(his, "journey-customer-06-form")
    send(page)
    wrong = page.locator("[name=registered_capital]")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=legal_representative]")).to_have_value("Zhou Ling")
    told = page.locator("#" + wrong.get_attribute("aria-describedby").split()[-1]).inner_text()
    assert told
    looked_at(his, "journey-customer-07-one-wrong")
    assert not Submission.objects.exists()
    fill_in(page, registered_capital="5,000")
    send(page)
    expect(page).to_have_url(f"{his.server}/my/")


def _sent_and_complained(his) -> None:
    page = his.page
    press(page, "main a[href='/my/paper/']")
    licence = page.locator("[name=kind] option").nth(1).get_attribute("value")
    fill_in(page, kind=licence, title="Business licence")
    page.set_input_files("[name=file]", {"name": "licence.pdf", "mimeType": "application/pdf", "buffer": PDF})
    looked_at(his, "journey-customer-08-paper")
    send(page)
    press(page, "main a[href='/my/complaint/']")
    fill_in(page, text="Your driver came without ringing.")
    looked_at(his, "journey-customer-09-complaint")
    send(page)
    looked_at(his, "journey-customer-10-sent")
    assert page.locator("main tbody tr").count() == 3


def _decided(seen, customer) -> None:
    form, paper = (Submission.objects.get(what=what) for what in (Submission.What.FORM, Submission.What.PAPER))
    assert not any(line.field.code == "website" and line.current for line in card_of(customer))
    page = seen.open("/submissions/")
    looked_at(seen, "journey-customer-11-submissions")
    press(page, f"main a[href$='/submissions/{form.pk}/']")
    page.uncheck("[name=accept][value=website]")
    looked_at(seen, "journey-customer-12-deciding")
    press(page, "main form[method=post] button.btn-primary", sure=True)
    form.refresh_from_db()
    assert form.state == Submission.State.WAITING, "a refused value needs a reason"
    page.uncheck("[name=accept][value=website]")
    fill_in(page, answer=WHY_NOT)
    press(page, "main form[method=post] button.btn-primary", sure=True)
    looked_at(seen, "journey-customer-13-decided")
    seen.open(f"/submissions/{paper.pk}/")
    looked_at(seen, "journey-customer-14-deciding-paper")
    send(page)
    held = {line.field.code: line.current.text for line in card_of(customer) if line.current}
    assert held["legal_representative"] == "Zhou Ling"
    assert "website" not in held
    assert Paper.objects.get(customer=customer).title == "Business licence"


def _answered(seen, customer) -> None:
    complaint = Submission.objects.get(customer=customer, what=Submission.What.COMPLAINT)
    page = seen.open(f"/submissions/{complaint.pk}/")
    expect(page.locator("blockquote")).to_contain_text("without ringing")
    fill_in(page, answer=SORRY)
    looked_at(seen, "journey-customer-15-complaint")
    send(page)


def _read(his) -> None:
    page = his.open("/my/")
    expect(page.locator("main table")).to_contain_text(WHY_NOT)
    expect(page.locator("main table")).to_contain_text(SORRY)
    looked_at(his, "journey-customer-16-answers")
    press(page, "main a[href='/my/held/']")
    expect(page.locator("main")).to_contain_text("Zhou Ling")
    looked_at(his, "journey-customer-17-held")


def _agreed_and_took_back(his, customer) -> None:
    page = his.open("/my/consents/")
    page.locator("[name=scope]").first.check()
    send(page)
    consent = Consent.objects.get(customer=customer)
    assert consent.ended_at is None
    looked_at(his, "journey-customer-18-agreed")
    press(page, f"form[action$='/consents/{consent.pk}/withdraw/'] button", sure=True)
    looked_at(his, "journey-customer-19-taken-back")
    consent.refresh_from_db()
    assert consent.ended_at is not None
    his.page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/my/", "/my/form/", "/my/consents/"):
        his.open(address)
        looked_at(his, f"journey-customer-390{address.replace('/', '-')}")
    press(page, "form[action$='/my/leave/'] button")
    his.open("/my/form/", status=403)
