"""A natural person with something in every drawer, whose traces the tests look for in raw bytes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

import samples_of_papers as samples
from xinheng.customers.actions.card import add_value
from xinheng.customers.actions.files import register_customer
from xinheng.customers.actions.identities import add_identity
from xinheng.customers.actions.people import keep_account, keep_address, keep_contact, keep_guarantor, keep_related
from xinheng.papers import actions as papers
from xinheng.papers.levels import Level
from xinheng.papers.models import PaperKind

ON = date(2026, 3, 2)
NAME, MOTHER = "欧阳无踪", "慕容无痕"
PHONE, EMAIL, ADDRESS = "13911112222", "vanish@example.com", "无踪巷七号院"
RESIDENT_ID = "11010519491231002X"
ACCOUNT = "6222021234567890128"
REMARK = "喜欢钓鱼的老主顾"
CONTENT = samples.PDF.replace(b"Catalog", b"Catalog%whatthepapersays")
TRACES = (
    NAME,
    MOTHER,
    PHONE,
    EMAIL,
    ADDRESS,
    RESIDENT_ID,
    ACCOUNT,
    REMARK,
    "whatthepapersays",
    "无踪的合同",
    "wuzong",
    "oywz",
)


def person_with_everything(company: Any) -> Any:
    """Store the person by the same acts that people use."""
    from xinheng.customers.models import Customer

    by = company.archivist
    customer = register_customer(
        by=by, on=ON, name=NAME, kind="person", department=company.departments["sales1"], owner=company.sales,
        remarks=REMARK,
    )  # fmt: skip
    add_identity(customer, by=by, on=ON, kind="resident_id", number=RESIDENT_ID)
    keep_contact(customer, by=by, on=ON, name=MOTHER, phone=PHONE, email=EMAIL, birthday=date(1950, 1, 2), is_main=True)
    keep_account(customer, by=company.archivist, on=ON, bank="无踪支行", holder=NAME, number=ACCOUNT)
    keep_address(customer, by=by, on=ON, what="home", text=ADDRESS)
    details = papers.Details(title="无踪的合同", number="WZ-1", level=Level.INTERNAL, has_copy=True, room="一号库")
    paper = papers.file_paper(
        customer,
        PaperKind.objects.get(code="contract"),
        details,
        by=by,
        on=ON,
        content=CONTENT,
        file_name=f"{NAME}.pdf",
    )
    loan = papers.ask_loan(paper, by=company.sales, on=ON, reason=f"给{NAME}看原件", days=2)
    papers.cancel_loan(loan, by=company.sales, on=ON)
    for code, value in (("employer", "无踪制造厂"), ("family", "已婚无踪")):
        add_value(customer, by=by, on=ON, field=code, value=value, source="visit", as_of=ON)
    found = Customer.objects.get(pk=customer.pk)
    assert found.name == NAME
    return found


def tokens(customer: Any) -> list[str]:
    """Give the ciphertexts and blind indexes that lie in the database for the person: they must go too."""
    from xinheng.customers.models import Contact, Identity
    from xinheng.papers.models import Paper, PaperVersion

    found = []
    for row, fields in (
        (Identity.objects.get(customer=customer), ("number",)),
        (Contact.objects.get(customer=customer), ("phone", "email")),
        (Paper.objects.get(customer=customer), ("title", "number")),
        (PaperVersion.objects.get(paper__customer=customer), ("file_name",)),
    ):
        found += [row.__dict__[field].token for field in fields]
    return [*found, str(Identity.objects.get(customer=customer).number_index)]


DUTY, NOTE, OLD_NAME, OLD_PHONE = "采购部无踪主管", "爱喝无踪茶", "端木旧名", "13922223333"
CONTACT_TRACES = (MOTHER, PHONE, EMAIL, DUTY, NOTE, OLD_NAME, OLD_PHONE, "1950-01-02")


def contact_with_everything(company: Any) -> Any:
    """Store a contact of an enterprise by the same acts that people use: with an earlier state, an invitation and a list."""
    from xinheng.customers.models import Contact
    from xinheng.portal.actions import invite

    told = {"by": company.archivist, "on": ON, "email": EMAIL, "birthday": date(1950, 1, 2), "is_main": True}
    contact = keep_contact(company.ours, name=OLD_NAME, phone=OLD_PHONE, **told)
    keep_contact(company.ours, contact=contact, name=MOTHER, phone=PHONE, duty=DUTY, note=NOTE, **told)
    invite(company.ours, to_name=MOTHER, days=7, by=company.sales, now=timezone.now(), message=f"请{MOTHER}填写")
    return Contact.objects.get(pk=contact.pk)


def contact_erased(contact: Any, *, by: Any, legal: Any, leader: Any) -> Any:
    """Let the contact ask to be erased, legal propose it and a leader approve it."""
    from xinheng.privacy import actions

    request = actions.receive_request(
        contact.customer, by=by, on=ON, kind="erasure", asker=contact, details=f"{MOTHER}: 我已离职, 请删除 {PHONE}",
        proven_by=f"{MOTHER}本人来电, 回拨{PHONE}核对",
    )  # fmt: skip
    actions.propose_erasure(request, by=legal, on=ON, why=f"{MOTHER}已离职")
    return actions.approve_erasure(request, by=leader, on=ON)


def tokens_of_contact(contact: Any) -> list[str]:
    """Give the ciphertexts and blind indexes that lie in the database for a contact, earlier ones too."""
    rows = [contact, *contact.history.all()]
    found = [row.__dict__[name].token for row in rows for name in ("phone", "email")]
    return [*found, str(contact.phone_index), str(contact.phone_tail_index)]


SURETY, OLD_SURETY, KIN, OLD_KIN = "独孤无影", "独孤旧名", "令狐无声", "令狐旧名"
PLEDGE, ABOUT_SURETY, ABOUT_KIN = "无影保字第一号", "无影住在河边", "无声爱听戏"
NAMED_TRACES = (SURETY, OLD_SURETY, KIN, OLD_KIN, PLEDGE, ABOUT_SURETY, ABOUT_KIN)


def people_named_in_a_file(company: Any) -> tuple[Any, Any]:
    """Store a guarantor, whose guarantee is over, and a relative in an enterprise's file, each with an earlier state."""
    told = {"by": company.archivist, "on": ON}
    usual = told | {
        "what": "surety",
        "amount_yuan": Decimal(80000),
        "since": date(2025, 1, 1),
        "until": date(2026, 1, 31),
    }
    surety = keep_guarantor(company.ours, name=OLD_SURETY, **usual)
    surety = keep_guarantor(company.ours, guarantee=surety, name=SURETY, contract=PLEDGE, note=ABOUT_SURETY, **usual)
    kin = keep_related(company.ours, name=OLD_KIN, what="family", **told)
    return surety, keep_related(company.ours, related=kin, name=KIN, what="family", note=ABOUT_KIN, **told)


def named_erased(row: Any, *, by: Any, legal: Any, leader: Any) -> Any:
    """Let somebody named in a file ask to be erased, legal propose it and a leader approve it."""
    from xinheng.privacy import actions

    request = actions.receive_request(
        row.customer, by=by, on=ON, kind="erasure", asker=row, details=f"{row.name}: 请删除我的信息",
        proven_by=f"{row.name}持身份证到场",
    )  # fmt: skip
    actions.propose_erasure(request, by=legal, on=ON, why=f"{row.name}已无业务关系")
    return actions.approve_erasure(request, by=leader, on=ON)
