"""The customer's own pages: in by link and code only, and nothing changes a file before somebody accepts it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.audit.models import Entry
from xinheng.customers.models import CardValue, Source
from xinheng.customers.values import values_in_use
from xinheng.papers.actions.filing import Details
from xinheng.papers.models import Paper, PaperKind
from xinheng.portal import actions
from xinheng.portal.models import Invitation, Submission
from xinheng.vault import files
from xinheng.workflow.models import Item

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture
def invited(company) -> actions.Invited:
    return actions.invite(
        company.ours, to_name="王经理", days=7, by=company.sales, now=timezone.now(), message="请补联系人"
    )


def let_in(invited: actions.Invited) -> Client:
    client = Client()
    answer = client.post(reverse("portal.enter", args=[invited.link]), {"code": invited.code})
    assert answer.status_code == 302, answer.content.decode()
    return client


def today():
    return timezone.localdate()


def test_link_and_code_let_in_and_neither_does_alone(company, invited):
    assert Client().get("/my/").status_code == 403
    client = Client()
    assert client.get(reverse("portal.enter", args=[invited.link])).status_code == 200
    assert client.get("/my/").status_code == 403
    with pytest.raises(Refusal, match="失效"):
        actions.enter("another", invited.code, now=timezone.now())
    assert "王经理" in let_in(invited).get("/my/").content.decode()


def test_secrets_are_not_stored(company, invited):
    row = Invitation.objects.values().get()
    assert invited.link not in str(row)
    assert invited.code not in (row["code_digest"], row["link_digest"])


def test_five_wrong_codes_lock_the_link_and_each_is_noted(company, invited):
    wrong = f"{(int(invited.code) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Refusal, match=f"还可以试 {left} 次"):
            actions.enter(invited.link, wrong, now=timezone.now())
    with pytest.raises(Refusal, match="失效"):
        actions.enter(invited.link, invited.code, now=timezone.now())
    assert Entry.objects.filter(act="portal.wrong_code").count() == 5
    again = actions.renew_code(invited.invitation, by=company.sales)
    actions.enter(invited.link, again.code, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_many_wrong_codes_at_once_no_more_than_five_are_judged(company, invited):
    def attempt(number: int) -> str:
        try:
            actions.enter(invited.link, f"{(int(invited.code) + 1 + number) % 10**6:06d}", now=timezone.now())
        except Refusal as refusal:
            return refusal.message
        finally:
            connections.close_all()
        return "in"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(24)))
    assert sum("验证码不对" in one for one in said) == 5
    assert "in" not in said


@pytest.mark.parametrize("ended", ["expired", "ended"])
def test_whoever_is_in_is_out_when_the_invitation_ends(company, invited, ended):
    client = let_in(invited)
    if ended == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        actions.end_invitation(invited.invitation, by=company.sales, why="填完了")
    assert client.get("/my/").status_code == 403


def test_the_customers_cookie_opens_nothing_of_the_staffs_and_the_staffs_nothing_of_his(company, invited):
    assert let_in(invited).get("/").status_code == 302
    client = Client()
    client.force_login(company.sales)
    assert client.get("/my/").status_code == 403


def test_what_he_fills_in_changes_nothing_until_it_is_accepted(company, invited):
    client = let_in(invited)
    fields = [
        field for field in actions.asked_fields(company.ours) if field.kind == "text" and not field.is_confidential
    ]
    one, two = fields[:2]
    answer = client.post(reverse("portal.form"), {one.code: "甲", two.code: "乙"})
    assert answer.status_code == 302, answer.content.decode()
    assert not CardValue.objects.exists()
    sent = Submission.objects.get()
    assert sent.content == {one.code: "甲", two.code: "乙"}
    assert Item.objects.get(act="follow_up").state == "open"
    with pytest.raises(Refusal, match="写明原因"):
        actions.decide_form(sent, [one.code], by=company.archivist, on=today())
    actions.decide_form(sent, [one.code], by=company.archivist, on=today(), answer="第二项与执照不符")
    assert values_in_use([company.ours.pk], [one.code, two.code])[company.ours.pk] == {one.code: "甲"}
    assert CardValue.objects.get().source == Source.FORM
    assert Item.objects.get(act="follow_up").state == "done"
    assert "第二项与执照不符" in client.get("/my/").content.decode()
    with pytest.raises(Refusal, match="已由"):
        actions.decide_form(sent, [two.code], by=company.archivist, on=today())


def test_all_that_is_wrong_in_a_form_is_said_at_once_and_nothing_is_kept(company, invited):
    client = let_in(invited)
    figures = [field for field in actions.asked_fields(company.ours) if field.kind in ("amount", "count", "date")]
    answer = client.post(reverse("portal.form"), {field.code: "不知道" for field in figures})
    assert answer.status_code == 200
    assert answer.content.decode().count('class="invalid-feedback') == len(figures) > 1
    assert not Submission.objects.exists()


def test_a_file_is_filed_only_when_accepted_and_gone_when_refused(company, invited, settings, tmp_path):
    kind = PaperKind.objects.get(code="business_licence")
    first, second = (
        actions.send_paper(
            invited.invitation, kind=kind, title="执照", content=PDF + bytes([n]) * 3, file_name="执照.pdf", on=today()
        )
        if n == 0
        else actions.send_paper(
            invited.invitation, kind=kind, title="执照", content=PDF, file_name="执照2.pdf", on=today()
        )
        for n in (0, 1)
    )
    assert not Paper.objects.exists()
    assert PDF not in b"".join(
        path.read_bytes() for path in files.path_of(first.content["stored_as"]).parent.rglob("*") if path.is_file()
    )
    actions.accept_paper(first, Details(title="营业执照"), kind=kind, by=company.archivist, on=today())
    assert Paper.objects.get().customer == company.ours
    actions.refuse_paper(second, by=company.archivist, on=today(), answer="看不清")
    assert Paper.objects.count() == 1


def test_a_file_that_could_act_is_refused(company, invited):
    kind = PaperKind.objects.get(code="other")
    for name, content in (("a.pdf", b"MZ\x90\x00" + b"\x00" * 64), ("a.html", b"<script>1</script>"), ("a.pdf", b"")):
        with pytest.raises(Refusal):
            actions.send_paper(invited.invitation, kind=kind, title="", content=content, file_name=name, on=today())
    assert not Submission.objects.exists()


def test_a_complaint_goes_to_customer_service_and_its_answer_back(company, invited):
    client = let_in(invited)
    client.post(reverse("portal.complaint"), {"text": "上次的对账单一直没有给我"})
    sent = Submission.objects.get()
    assert Item.objects.get(act="answer").role == "customer_service"
    with pytest.raises(Refusal):
        actions.answer_complaint(sent, by=company.archivist, on=today(), answer="已补寄")
    actions.answer_complaint(sent, by=company.customer_service, on=today(), answer="今天已补寄")
    assert "今天已补寄" in client.get("/my/").content.decode()


def test_nobody_invites_or_decides_for_a_customer_he_does_not_see(company):
    with pytest.raises(Refusal):
        actions.invite(company.theirs, to_name="某", days=7, by=company.sales, now=timezone.now())
    for person in (company.finance, company.system_admin, company.general_manager):
        with pytest.raises(Refusal):
            actions.invite(company.ours, to_name="某", days=7, by=person, now=timezone.now())


def test_a_stranger_of_the_staff_finds_no_submission(company, invited):
    sent = actions.complain(invited.invitation, "对服务不满意", on=today())
    client = Client()
    client.force_login(company.stranger)
    assert client.get(f"/submissions/{sent.pk}/").status_code == 404
    client.force_login(company.customer_service)
    assert client.get(f"/submissions/{sent.pk}/").status_code == 200


def test_the_link_leads_to_the_public_address(company, client, settings):
    settings.PUBLIC_URL = "https://xinheng.example.com"
    client.force_login(company.sales)
    page = client.post(f"/customers/{company.ours.pk}/portal/invite/", {"to_name": "王", "days": 3}).content.decode()
    link = page.split('id="link"')[1].split('value="')[1].split('"')[0]
    assert urlsplit(link).hostname == "xinheng.example.com"
    code = page.split('id="code"')[1].split('value="')[1].split('"')[0]
    assert Client().post(urlsplit(link).path, {"code": code}).status_code == 302


def test_he_sees_what_is_held_with_numbers_masked_and_the_look_is_noted(company, invited):
    from xinheng.customers.models import Contact

    Contact.objects.create(customer=company.ours, name="李四", phone="13812345678")
    page = let_in(invited).get("/my/held/").content.decode()
    assert "李四" in page
    assert "13812345678" not in page
    assert Entry.objects.filter(act="portal.see_held", is_look=True, actor_id=None).count() == 1


def test_points_that_we_gave_him_are_neither_shown_nor_asked_of_himself(company, invited):
    from xinheng.customers.actions.card import add_value
    from xinheng.customers.models import CardField

    CardField.objects.create(code="leasing.strength", label="实力评分", section="traits", kind="score")
    add_value(
        company.ours, by=company.archivist, on=today(), field="leasing.strength", value="9.37", source="visit",
        as_of=today(),
    )  # fmt: skip
    CardField.objects.create(
        code="leasing.verified", label="资料已核实", section="business", kind="flag", origin="leasing 1.0"
    )
    CardField.objects.create(code="own.warehouse", label="自有仓库", section="business", kind="text")
    CardField.objects.create(
        code="leasing.cooperation", label="合作态度", section="business", kind="text", origin="leasing 1.0"
    )
    add_value(
        company.ours, by=company.archivist, on=today(), field="leasing.cooperation", value="爱拖延", source="visit",
        as_of=today(),
    )  # fmt: skip
    add_value(
        company.ours, by=company.archivist, on=today(), field="management", value="家族经营不善", source="visit",
        as_of=today(),
    )  # fmt: skip
    client = let_in(invited)
    held, asked = (client.get(path).content.decode() for path in ("/my/held/", "/my/form/"))
    assert "不在这里公布" in held
    assert "9.37" not in held + asked
    assert "家族经营不善" not in held + asked
    assert "爱拖延" not in held + asked
    assert [label in asked for label in ("实力评分", "资料已核实", "自有仓库")] == [False, False, True]


def test_consent_is_given_and_taken_back_at_once_by_himself(company, invited):
    from xinheng.privacy.models import Consent

    client = let_in(invited)
    assert client.post("/my/consents/", {"purpose": "marketing", "scope": ["contact"]}).status_code == 302
    given = Consent.objects.get()
    assert (given.recorded_by, given.how) == (None, "portal")
    assert client.post(f"/my/consents/{given.pk}/withdraw/").status_code == 302
    assert not Consent.objects.in_force(today()).exists()
    theirs = Consent.objects.create(
        customer=company.theirs, purpose="marketing", scope=["contact"], how="portal", since=today()
    )
    assert client.post(f"/my/consents/{theirs.pk}/withdraw/").status_code == 404


def test_what_he_asks_about_his_data_goes_to_legal_with_a_day(company, invited):
    let_in(invited).post("/my/ask/", {"kind": "erasure", "details": "请删除我的资料"})
    asked = company.ours.subject_requests.get()
    assert asked.kind == "erasure"
    assert Item.objects.get(act="answer", role="legal").due_on == asked.due_on
