"""Consents, agreements, sharings: both in force, or nothing leaves."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from creditpolicy.problems import Refusal
from opening_zips import opened
from xinheng.audit.models import Entry
from xinheng.customers.models import Customer, Kind
from xinheng.papers import actions as papers
from xinheng.papers.models import PaperKind
from xinheng.privacy import actions
from xinheng.privacy.models import Agreement, Consent, Sharing

ON = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PASSWORD = "very-long-secret"


def partner_of(company) -> Customer:
    return Customer.objects.create(
        number="P0001",
        name="合作物流公司",
        kind=Kind.ENTERPRISE,
        department=company.departments["head"],
        is_partner=True,
    )


@pytest.fixture
def partner(company) -> Customer:
    return partner_of(company)


def consent_to(company, partner, **told) -> Consent:
    values = {
        "purpose": "sharing",
        "scope": ["basics", "contact"],
        "how": "electronic",
        "since": ON,
        "partner": partner,
    }
    return actions.give_consent(company.ours, by=company.sales, on=ON, **(values | told))


def agreement_with(company, partner, **told) -> Agreement:
    return actions.agree(partner, by=company.legal, on=ON, **({"number": "BM-1", "since": ON} | told))


def share(company, partner, fields=("name", "contacts"), **told):
    values = {"by": company.legal, "on": ON, "at": AT, "fields": fields, "reason": "送货上门", "password": PASSWORD}
    return actions.share(company.ours, partner, **(values | told))


def test_with_both_in_force_the_named_fields_leave_under_a_password(company, partner):
    consent, agreement = consent_to(company, partner), agreement_with(company, partner)
    shared = share(company, partner)
    assert company.ours.name.encode() not in shared.content
    files = opened(shared.content, PASSWORD)
    assert list(files) == ["C0001.xlsx"]
    import io

    import openpyxl

    rows = list(openpyxl.load_workbook(io.BytesIO(files["C0001.xlsx"])).active.values)
    assert rows[0] == ("名称", "联系人与电话")
    assert rows[1][0] == company.ours.name
    sharing = Sharing.objects.get()
    assert (sharing.consent, sharing.agreement, sharing.fields) == (consent, agreement, ["name", "contacts"])
    line = Entry.objects.get(act="privacy.share")
    assert line.is_look
    assert line.after["fields"] == ["name", "contacts"]
    assert line.after["customers"] == [company.ours.pk]


def test_without_consent_or_without_agreement_nothing_leaves(company, partner):
    with pytest.raises(Refusal, match="没有同意"):
        share(company, partner)
    consent_to(company, partner)
    with pytest.raises(Refusal, match="保密协议"):
        share(company, partner)
    Consent.objects.all().delete()
    agreement_with(company, partner)
    with pytest.raises(Refusal, match="没有同意"):
        share(company, partner)
    assert not Sharing.objects.exists()
    assert not Entry.objects.filter(act="privacy.share").exists()


@pytest.mark.parametrize(
    ("since", "until", "allowed"),
    [
        (ON, None, True), (ON, ON, True), (date(2026, 3, 3), None, False), (date(2026, 1, 1), date(2026, 3, 1), False),
        (date(2026, 1, 1), date(2026, 3, 2), True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("which", ["consent", "agreement"])
def test_both_ends_of_a_term_count(company, partner, since, until, allowed, which):
    consent_to(company, partner, **({"since": since, "until": until} if which == "consent" else {}))
    agreement_with(company, partner, **({"since": since, "until": until} if which == "agreement" else {}))
    if allowed:
        assert share(company, partner).content
    else:
        with pytest.raises(Refusal):
            share(company, partner)


def test_a_withdrawal_stops_at_once(company, partner):
    consent = consent_to(company, partner)
    agreement_with(company, partner)
    share(company, partner)
    actions.withdraw_consent(consent, by=company.customer_service, on=ON, how="oral")
    with pytest.raises(Refusal, match="撤回"):
        share(company, partner)
    with pytest.raises(Refusal, match="已经撤回"):
        actions.withdraw_consent(consent, by=company.sales, on=ON, how="oral")


def test_an_agreement_that_is_ended_stops_at_once(company, partner):
    consent_to(company, partner)
    agreement = agreement_with(company, partner)
    actions.end_agreement(agreement, by=company.legal, on=ON, why="对方违约")
    with pytest.raises(Refusal, match="保密协议"):
        share(company, partner)


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_sixteen_sharings_at_once_leave_none_after_it():
    from company import found_company

    company = found_company()
    partner = partner_of(company)
    consent = consent_to(company, partner)
    agreement_with(company, partner)
    gate = threading.Barrier(9)
    shared: list[datetime] = []

    def work(number: int) -> None:
        gate.wait()
        try:
            if number == 4:
                actions.withdraw_consent(consent, by=company.sales, on=ON, how="oral")
            else:
                for _ in range(2):
                    share(company, partner, fields=("name",))
                    shared.append(datetime.now(UTC))
        except Refusal:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(9)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    consent.refresh_from_db()
    lines = list(Entry.objects.filter(act__in=["privacy.share", "privacy.withdraw_consent"]).order_by("id"))
    assert lines[-1].act == "privacy.withdraw_consent" or lines[-1].at < consent.ended_at
    assert Sharing.objects.count() == len(shared)


def test_a_consent_for_another_purpose_or_another_partner_does_not_count(company, partner):
    agreement_with(company, partner)
    other = Customer.objects.create(
        number="P2", name="别家", kind=Kind.ENTERPRISE, department=company.departments["head"], is_partner=True
    )
    consent_to(company, other)
    actions.give_consent(
        company.ours, by=company.sales, on=ON, purpose="marketing", scope=["basics", "contact"], how="oral", since=ON
    )
    with pytest.raises(Refusal, match="没有同意"):
        share(company, partner)


@pytest.mark.parametrize(
    ("field", "named"), [("identity", "身份证件"), ("accounts", "银行账户"), ("card:founded_on", "档案卡内容")]
)
def test_what_the_consent_does_not_cover_is_refused_by_name(company, partner, field, named):
    consent_to(company, partner)
    agreement_with(company, partner)
    with pytest.raises(Refusal, match=named):
        share(company, partner, fields=("name", field))


def test_a_field_that_is_not_known_is_refused(company, partner):
    consent_to(company, partner)
    agreement_with(company, partner)
    for fields in ((), ("password",), ("name", "__class__")):
        with pytest.raises(Refusal, match="请选择"):
            share(company, partner, fields=fields)


@pytest.mark.parametrize("password", ["", "short", "1234567890123", "aaaaaaaaaaaa"])
def test_a_weak_password_is_refused(company, partner, password):
    consent_to(company, partner)
    agreement_with(company, partner)
    with pytest.raises(Refusal, match="密码"):
        share(company, partner, password=password)


def test_who_may_not_share_is_refused(company, partner):
    consent_to(company, partner)
    agreement_with(company, partner)
    for person in (company.sales, company.finance, company.stranger, company.system_admin, company.general_manager):
        with pytest.raises(Refusal):
            share(company, partner, by=person)


def test_a_consent_to_share_names_its_partner(company, partner):
    with pytest.raises(Refusal, match="哪一家"):
        consent_to(company, None)
    with pytest.raises(Refusal, match="哪一家"):
        consent_to(company, company.theirs)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(customer=company.ours, purpose="sharing", how="oral", since=ON)


def test_a_written_consent_has_its_paper_in_the_file_of_the_same_customer(company, partner):
    with pytest.raises(Refusal, match="同意书"):
        consent_to(company, partner, how="written")
    details = papers.Details(title="同意书", has_copy=True, room="一号库")
    kind = PaperKind.objects.get(code="consent")
    wrong = papers.file_paper(company.theirs, kind, details, by=company.archivist, on=ON)
    with pytest.raises(Refusal, match="不属于"):
        consent_to(company, partner, how="written", evidence=wrong)
    right = papers.file_paper(company.ours, kind, details, by=company.archivist, on=ON)
    assert consent_to(company, partner, how="written", evidence=right).evidence == right


def test_a_stranger_records_nothing_for_somebody_elses_customer(company, partner):
    with pytest.raises(Refusal):
        actions.give_consent(
            company.ours, by=company.stranger, on=ON, purpose="service", scope=["basics"], how="oral", since=ON
        )
