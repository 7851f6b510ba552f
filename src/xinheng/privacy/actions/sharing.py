"""Data leave the house: to a partner under a consent and an agreement, or to the person himself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.privacy.exporting import as_workbook, export_files
from xinheng.privacy.fields import Shareable, shareable
from xinheng.privacy.holds import held, open_hold
from xinheng.privacy.models import Agreement, Consent, DataClass, Purpose, Sharing
from xinheng.privacy.sealed_zip import check_password, sealed_zip

CLAUSE = "004 信息使用与共享"


@dataclass(frozen=True, slots=True)
class Shared:
    """A sharing and its file, which is given out this once and not kept."""

    sharing: Sharing
    name: str
    content: bytes


@act
def share(
    customer: Customer,
    partner: Customer,
    *,
    by: Person,
    on: date,
    at: datetime,
    fields: Sequence[str],
    reason: str,
    password: str,
) -> Shared:
    """Give a partner the named fields of a customer, in a file under a password.

    Needs a consent in force that names this partner and covers the class of every field, and an agreement in force with
    the partner. Both are locked while the file is made: a withdrawal waits, or comes first and stops it.
    """
    demand(by, "privacy.share", customer)
    if (hold := open_hold(customer)) is not None:
        raise held(hold)
    chosen = _chosen(customer, fields)
    if not reason.strip():
        raise Refusal(_("请写明对方用来做什么。"))
    check_password(password)
    consent = _consent(customer, partner, {one.of for one in chosen}, on)
    agreement = _agreement(partner, on)
    row = {str(one.label): one.read(customer) for one in chosen}
    content = sealed_zip({f"{customer.number}.xlsx": as_workbook({_("客户资料"): [row]})}, password, at=at)
    sharing = Sharing(
        customer=customer, partner=partner, consent=consent, agreement=agreement, fields=[one.code for one in chosen],
        reason=reason.strip()[:300], shared_by=by, shared_on=on, sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    sharing.save()
    record(
        "privacy.share", sharing, by=by, why=reason.strip(), clause=CLAUSE, about=customer, look=True,
        after={
            "partner": partner.pk, "fields": sharing.fields, "consent": consent.pk, "agreement": agreement.pk,
            "sha256": sharing.sha256, "customers": [customer.pk],
        },
    )  # fmt: skip
    return Shared(sharing, f"{customer.number}-{sharing.pk}.zip", content)


@act
def export_person(
    customer: Customer, *, by: Person, on: date, at: datetime, why: str, password: str, with_papers: bool = False
) -> bytes:
    """Give everything that is held of one customer, in a file under a password."""
    demand(by, "privacy.export", customer)
    if not why.strip():
        raise Refusal(_("请写明导出的用途, 例如哪一件查阅请求。"))
    check_password(password)
    files = export_files(customer, with_papers=with_papers, at=at)
    content = sealed_zip(files, password, at=at)
    record(
        "privacy.export", customer, by=by, why=why.strip(), about=customer, look=True,
        after={"files": len(files), "papers": with_papers, "customers": [customer.pk],
               "sha256": hashlib.sha256(content).hexdigest()},
    )  # fmt: skip
    return content


def _chosen(customer: Customer, fields: Sequence[str]) -> list[Shareable]:
    known = shareable(customer)
    wrong = [code for code in fields if code not in known]
    if not fields or wrong:
        raise Refusal(_("请选择要提供的内容。"))
    return [known[code] for code in dict.fromkeys(fields)]


def _consent(customer: Customer, partner: Customer, classes: set[DataClass], on: date) -> Consent:
    given = Consent.objects.in_force(on).select_for_update(of=("self",))
    consents: list[Consent] = list(given.filter(customer=customer, purpose=Purpose.SHARING, partner=partner))
    if not consents:
        raise Refusal(
            _("客户没有同意把资料提供给“{partner}”, 或同意已到期、已撤回。请先取得同意并登记。").format(
                partner=partner.name
            )
        )
    for consent in consents:
        if classes <= set(consent.scope):
            return consent
    widest: Consent = max(consents, key=lambda one: len(classes & set(one.scope)))
    lacking = ", ".join(str(one.label) for one in sorted(classes - set(widest.scope)))
    raise Refusal(_("客户的同意不包括: {classes}。请去掉这些内容, 或重新取得同意。").format(classes=lacking))


def _agreement(partner: Customer, on: date) -> Agreement:
    agreement: Agreement | None = (
        Agreement.objects.in_force(on)
        .select_for_update(of=("self",))
        .filter(partner=partner)
        .order_by("-since")
        .first()
    )
    if agreement is None:
        raise Refusal(_("与“{partner}”没有有效的保密协议, 不能提供。请先签订并登记。").format(partner=partner.name))
    return agreement
