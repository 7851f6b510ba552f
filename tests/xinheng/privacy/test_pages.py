"""The pages of people's rights over their data."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from opening_zips import opened
from xinheng.customers.models import Customer, Kind
from xinheng.org.roles import BUSINESS, Role
from xinheng.privacy import actions
from xinheng.privacy.models import Agreement, Consent, Erasure, Hold, SubjectRequest

ON = date(2026, 3, 2)
PASSWORD = "very-long-secret"
REGISTERS = {Role.LEGAL, Role.ARCHIVIST, Role.INTERNAL_AUDIT, Role.DEPUTY_GM, Role.GENERAL_MANAGER}


@pytest.fixture
def enter(client: Client):
    """Sign somebody in."""

    def entering(person) -> Client:
        client.force_login(person)
        return client

    return entering


@pytest.fixture
def human(company) -> Customer:
    return Customer.objects.create(
        number="R1", name="欧阳无踪", kind=Kind.PERSON, department=company.departments["sales1"], owner=company.sales
    )


@pytest.fixture
def partner(company) -> Customer:
    return Customer.objects.create(
        number="P1", name="合作物流", kind=Kind.ENTERPRISE, department=company.departments["head"], is_partner=True
    )


def test_from_consent_to_sharing_to_withdrawal(enter, company, human, partner):
    told = {"purpose": "sharing", "scope": ["basics"], "partner": partner.pk, "how": "oral", "since": "2026-01-01"}
    enter(company.sales).post(reverse("privacy.give_consent", args=[human.pk]), told)
    client = enter(company.legal)
    client.post(reverse("privacy.agreements"), {"partner": partner.pk, "number": "BM-1", "since": "2026-01-01"})
    assert Agreement.objects.count() == 1
    told = {"partner": partner.pk, "fields_": ["name"], "reason": "送货", "password": PASSWORD}
    answer = client.post(reverse("privacy.share", args=[human.pk]), told)
    assert answer["Content-Disposition"].startswith("attachment")
    assert list(opened(answer.content, PASSWORD)) == ["R1.xlsx"]
    assert "合作物流" in client.get(reverse("privacy.sharings")).content.decode()
    enter(company.sales).post(reverse("privacy.withdraw", args=[Consent.objects.get().pk]), {"how": "oral"})
    page = enter(company.legal).post(reverse("privacy.share", args=[human.pk]), told)
    assert "没有同意" in page.content.decode()
    assert "送货" in page.content.decode()


def test_an_export_is_a_file_under_the_given_password(enter, company, human):
    told = {"why": "本人查阅", "password": PASSWORD}
    answer = enter(company.legal).post(reverse("privacy.export", args=[human.pk]), told)
    assert "欧阳无踪" in opened(answer.content, PASSWORD)["个人信息.json"].decode()
    page = enter(company.legal).post(reverse("privacy.export", args=[human.pk]), {"why": "x", "password": "1234567890"})
    assert "密码" in page.content.decode()


def test_an_erasure_by_pages(enter, company, human):
    told = {"kind": "erasure", "details": "请删除", "proven_by": "本人到场", "received_on": "2026-03-02"}
    page = enter(company.sales).post(reverse("privacy.receive", args=[human.pk]), told, follow=True)
    asked = SubjectRequest.objects.get()
    assert "请删除" in page.content.decode()
    enter(company.legal).post(reverse("privacy.handle", args=[asked.pk, "propose"]), {"propose-why": "已结清"})
    page = enter(company.legal).post(reverse("privacy.handle", args=[asked.pk, "approve"]), follow=True)
    assert not Erasure.objects.exists()
    enter(company.deputy_gm).post(reverse("privacy.handle", args=[asked.pk, "approve"]))
    assert Erasure.objects.count() == 1
    page = enter(company.legal).get(reverse("privacy.request", args=[asked.pk]))
    assert "删除了" in page.content.decode()
    assert enter(company.legal).get(reverse("privacy.handle", args=[asked.pk, "approve"])).status_code == 405
    assert enter(company.legal).post(reverse("privacy.handle", args=[asked.pk, "burn"])).status_code == 404


def test_a_hold_by_pages(enter, company, human):
    client = enter(company.legal)
    client.post(reverse("privacy.hold", args=[human.pk]), {"reason": "诉讼保全", "reference": "1号"})
    hold = Hold.objects.get()
    assert "诉讼保全" in client.get(reverse("privacy.holds")).content.decode()
    client.post(reverse("privacy.release", args=[hold.pk]), {"why": ""})
    hold.refresh_from_db()
    assert hold.released_on is None
    client.post(reverse("privacy.release", args=[hold.pk]), {"why": "结案"})
    hold.refresh_from_db()
    assert hold.released_on is not None


@pytest.mark.parametrize("role", [*Role, "stranger"])
def test_every_page_is_open_to_its_roles_and_missing_to_strangers(enter, company, human, role):
    asked = actions.receive_request(human, by=company.legal, on=ON, kind="access", details="要一份", proven_by="本人")
    sees, front = role in BUSINESS, {
        Role.SALES, Role.SALES_ENGINEER, Role.CUSTOMER_SERVICE, Role.COMMERCE_SPECIALIST, Role.ARCHIVIST, Role.LEGAL
    }  # fmt: skip
    heads = front | {Role.DEPUTY_GM, Role.GENERAL_MANAGER, Role.INTERNAL_AUDIT}
    pages = {
        reverse("privacy.of_customer", args=[human.pk]): sees,
        reverse("privacy.give_consent", args=[human.pk]): role in front,
        reverse("privacy.receive", args=[human.pk]): role in front,
        reverse("privacy.share", args=[human.pk]): role in {Role.LEGAL, Role.ARCHIVIST, Role.COMMERCE_SPECIALIST},
        reverse("privacy.export", args=[human.pk]): role == Role.LEGAL,
        reverse("privacy.request", args=[asked.pk]): sees,
        reverse("privacy.requests"): role in heads or role == "stranger",
        reverse("privacy.sharings"): role in REGISTERS,
        reverse("privacy.holds"): role in REGISTERS,
        reverse("privacy.agreements"): role in REGISTERS,
        reverse("privacy.retention"): role in REGISTERS,
    }
    client = enter(company.people[role])
    for address, open_ in pages.items():
        status = client.get(address).status_code
        assert (status == 200) == open_, (address, status)
        assert open_ or status in (403, 404)
    if role == "stranger":
        assert human.name not in client.get(reverse("privacy.requests") + "?show=all").content.decode()
