"""The archive card of a customer on paper (客户档案卡): as PDF to sign and keep, as Word to go on writing in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.card import Field, Section, shown
from xinheng.customers.models import Customer, Kind
from xinheng.customers.numbers import mask_of
from xinheng.customers.values import Line, card_of
from xinheng.org.access import demand, may
from xinheng.org.models import Person
from xinheng.papers.levels import Level
from xinheng.printing import Printed, pdf, word
from xinheng.vault.masking import masked

FOLDER = Path(__file__).parent / "printed"
FORMS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SHORTEST_REASON = 4
ABOUT_A_PERSON = frozenset({"character", "hobbies"})
"""Fields that tell of one natural person; on an organisation's card that is whoever leads it, and it stays off paper."""


@act
def print_card(
    customer: Customer, *, by: Person, on: date, at: datetime, form: str, in_full: bool = False, why: str = ""
) -> bytes:
    """Print a customer's card; numbers are masked and confidential values left out unless `in_full`, which needs a reason.

    In full prints what the person may see in full one by one: each of the permissions is asked.
    """
    demand(by, "customers.see_file", customer)
    if form not in FORMS:
        raise Refusal(_("请选择 PDF 或 Word。"))
    if in_full:
        demand(by, "customers.see_identity", customer)
        demand(by, "customers.see_confidential", customer)
        if len(why.strip()) < SHORTEST_REASON:
            raise Refusal(_("打印完整号码须写明用途。"))
    record(
        "papers.print_card", customer, by=by, why=why.strip(), about=customer, look=True,
        after={"form": form, "in_full": in_full, "customers": [customer.pk]},
    )  # fmt: skip
    level = str(Level.SECRET.label if in_full else Level.INTERNAL.label)
    told = card_data(
        customer, in_full=in_full, accounts_in_full=in_full and may(by, "customers.see_account", customer), on=on
    )
    printed = Printed(by=by.full_name, at=at, level=level)
    if form == "pdf":
        return pdf(FOLDER / "card.typ", told, printed)
    here = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    around = {
        "company": settings.COMPANY, "level": level,
        "line": _("{person} 于 {at} 打印").format(person=by.full_name, at=here),
    }  # fmt: skip
    return word(FOLDER / "card.docx", told | around)


def card_data(customer: Customer, *, in_full: bool, accounts_in_full: bool, on: date) -> dict[str, Any]:
    """Give what stands on the card, every word of it, labels included."""
    hide: Callable[[str | None, str], str] = (lambda value, kind: value or "") if in_full else masked
    hide_account = (lambda value, _kind: value) if accounts_in_full else masked
    lines = _printed_lines(customer)
    parts = [
        {"label": str(_("客户")), "rows": list(_basics(customer, hide)), "table": None},
        *_card_parts(lines, in_full=in_full),
        *_lists(customer, hide, hide_account),
    ]
    return {
        "title": str(_("客户档案卡")),
        "number": str(_("客户编号 {number}, 资料截至 {day}").format(number=customer.number, day=on)),
        "parts": parts,
        "note": _note(lines, in_full=in_full),
        "boxes": [str(_("填写人")), str(_("核实人")), str(_("档案管理员"))],
        "day": str(_("年    月    日")),
    }


def _note(lines: list[Line], *, in_full: bool) -> str:
    contested = sum(line.is_contested for line in lines)
    said = [] if in_full else [_("号码部分隐去, 保密内容未打印。")]
    if contested:
        said.append(_("有 {count} 项内容互相矛盾, 核实后请在档案卡上选定采用哪一条。").format(count=contested))
    return " ".join(said)


def _basics(customer: Customer, hide: Callable[[str | None, str], str]) -> Iterator[dict[str, str]]:
    def row(label: str, value: object) -> dict[str, str]:
        return {"label": label, "value": str(value or "")}

    yield row(_("名称"), customer.name)
    yield row(_("类别"), customer.get_kind_display())
    yield row(_("性质"), customer.get_nature_display())
    yield row(_("企业规模"), customer.get_size_display())
    yield row(_("归属部门"), customer.department)
    yield row(_("业务员"), customer.owner)
    yield row(_("状态"), customer.get_status_display())
    yield row(_("建档日期"), customer.filed_on)
    for one in customer.identities.filter(withdrawn_at__isnull=True):
        yield row(one.get_kind_display(), hide(one.number, mask_of(one.kind)))
    for address in customer.addresses.filter(ended_on__isnull=True):
        yield row(address.get_what_display(), f"{address.region} {hide(address.text, 'text')}".strip())


def _printed_lines(customer: Customer) -> list[Line]:
    left_out = frozenset() if customer.kind == Kind.PERSON else ABOUT_A_PERSON
    return [line for line in card_of(customer) if line.field.code not in left_out]


def _card_parts(lines: list[Line], *, in_full: bool) -> Iterator[dict[str, Any]]:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.field.section, []).append(line)
    for section, held in grouped.items():
        rows = [{"label": str(line.field.label), "value": _value(line, in_full=in_full)} for line in held]
        yield {"label": str(Section(section).label), "rows": rows, "table": None}


def _value(line: Line, *, in_full: bool) -> str:
    if line.current is None:
        return ""
    if line.field.is_confidential and not in_full:
        return str(_("(保密, 有矛盾)") if line.is_contested else _("(保密)"))
    if not line.is_contested:
        return _with_unit(line.field, line.text)
    told = listed(
        _("{value} ({source}, {day})").format(
            value=_with_unit(line.field, shown(line.field, one.text)), source=one.get_source_display(), day=one.as_of
        )
        for one in line.against
    )
    return _("{value} (有矛盾, 另有: {others})").format(value=_with_unit(line.field, line.text), others=told)


def _with_unit(field: Field, text: str) -> str:
    return f"{text} {field.unit}" if field.unit and field.unit not in text else text


def _lists(
    customer: Customer, hide: Callable[[str | None, str], str], hide_account: Callable[[str, str], str]
) -> Iterator[dict[str, Any]]:
    contacts = [
        [one.name, one.duty, hide(one.phone, "phone"), hide(one.email, "email")]
        for one in customer.contacts.filter(ended_on__isnull=True)
    ]
    yield from _table(_("联系人"), [_("姓名"), _("职务"), _("电话"), _("邮箱")], contacts, [2, 2, 3, 4])
    accounts = [
        [one.bank, one.holder, hide_account(one.number, "bank_account")]
        for one in customer.bank_accounts.filter(ended_on__isnull=True)
    ]
    yield from _table(_("银行账户"), [_("开户行"), _("户名"), _("账号")], accounts, [3, 3, 4])
    guarantors = [
        [one.who, one.get_what_display(), f"{one.amount_yuan:,.2f}" if one.amount_yuan else "", str(one.until or "")]
        for one in customer.guarantors.filter(ended_on__isnull=True).select_related("guarantor")
    ]
    yield from _table(_("担保"), [_("担保人"), _("方式"), _("金额 (元)"), _("至")], guarantors, [4, 2, 3, 2])


def _table(label: str, head: list[str], rows: list[list[str]], widths: list[int]) -> Iterator[dict[str, Any]]:
    if rows:
        yield {"label": label, "rows": [], "table": {"head": head, "rows": rows, "widths": widths}}
