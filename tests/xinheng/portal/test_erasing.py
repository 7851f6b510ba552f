"""What a customer sent goes with him."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

import samples_of_papers as samples
from xinheng.customers.models import Customer, Kind
from xinheng.papers.models import PaperKind
from xinheng.portal.actions import invite, send_paper
from xinheng.portal.models import Invitation, Submission
from xinheng.privacy import actions as privacy
from xinheng.vault import files

ON = date(2026, 3, 2)


@pytest.mark.django_db(transaction=True)
def test_what_a_person_sent_is_erased_with_him_and_his_link_opens_no_more():
    from company import found_company

    company = found_company()
    person = Customer.objects.create(
        number="R1", name="欧阳无踪", kind=Kind.PERSON, department=company.departments["sales1"], owner=company.sales
    )
    invited = invite(person, to_name="欧阳无踪", days=3, by=company.sales, now=timezone.now())
    kind = PaperKind.objects.get(code="identity_copy")
    sent = send_paper(invited.invitation, kind=kind, title="身份证", content=samples.PDF, file_name="身份证.pdf", on=ON)
    stored = sent.content["stored_as"]
    assert files.path_of(stored).exists()
    request = privacy.receive_request(
        person, by=company.sales, on=ON, kind="erasure", details="请删除", proven_by="本人到场"
    )
    privacy.propose_erasure(request, by=company.legal, on=ON, why="已结清")
    privacy.approve_erasure(request, by=company.deputy_gm, on=ON)
    assert not files.path_of(stored).exists()
    assert not Submission.objects.exists()
    assert not Invitation.objects.exists()
