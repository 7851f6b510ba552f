"""The columns of the list of customers. What is confidential is masked, on the page and in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinheng.customers.lists.extending import using
from xinheng.customers.models import Contact, Customer, Identity
from xinheng.customers.numbers import mask_of
from xinheng.customers.queries import Standing, standing_of
from xinheng.lists.columns import ListColumn
from xinheng.vault.masking import masked

PAGE = "customers.list"


def _url(customer: Customer) -> str:
    return customer.get_absolute_url()


def _label(name: str) -> Callable[[Customer], str]:
    """Give what tells a choice in words; Django's own way builds all the words anew for each customer."""
    words = dict(Customer._meta.get_field(name).flatchoices)  # type: ignore[union-attr]

    def told(customer: Customer) -> str:
        value = getattr(customer, name)
        return str(words.get(value, value) or "")

    return told


def _paper(customer: Customer) -> str:
    """Give the number of the first paper, masked."""
    return next((masked(str(each.number), mask_of(each.kind)) for each in customer.listed_identities), "")  # type: ignore[attr-defined]


def _contact(customer: Customer) -> Contact | None:
    held: list[Contact] = customer.listed_contacts  # type: ignore[attr-defined]
    return next((each for each in held if each.is_main), held[0] if held else None)


def _standings(customer: Customer) -> list[Standing]:
    """Give how his papers stand today; three columns ask, and it is worked out once for a row."""
    kept: list[Standing] | None = getattr(customer, "listed_standings", None)
    if kept is None:
        kept = standing_of(customer.listed_identities, timezone.localdate())  # type: ignore[attr-defined]
        customer.listed_standings = kept  # type: ignore[attr-defined]
    return kept


def _verified(customer: Customer) -> str:
    standings = _standings(customer)
    if not standings:
        return gettext("没有证件")
    if any(each.good for each in standings):
        return gettext("已核实")
    return gettext("已到期") if any(each.due_on is not None for each in standings) else gettext("未核实")


def _verified_state(customer: Customer) -> str:
    standings = _standings(customer)
    if any(each.good for each in standings):
        return "verified"
    return "expired" if any(each.due_on is not None for each in standings) else "unverified"


def _due(customer: Customer) -> date | None:
    return min((each.due_on for each in _standings(customer) if each.due_on is not None), default=None)


COLUMNS: Sequence[ListColumn] = (
    ListColumn("number", _("客户编号"), lambda each: each.number, ("number",), fixed=True),
    ListColumn("name", _("名称"), lambda each: each.name, ("name", "number"), fixed=True, link=_url),
    ListColumn("kind", _("类别"), _label("kind"), ("kind", "number")),
    ListColumn(
        "status", _("状态"), _label("status"), ("status", "number"), "badge",
        state=lambda each: str(each.status),
    ),
    ListColumn("department", _("归属部门"), lambda each: each.department.name, ("department__path", "number")),
    ListColumn("owner", _("业务员"), lambda each: each.owner.full_name if each.owner else "", ("owner__full_name", "number")),
    ListColumn("nature", _("性质"), _label("nature"), ("nature", "number")),
    ListColumn("size", _("企业规模"), _label("size"), ("size", "number"), chosen=False),
    ListColumn("time", _("时间阶段"), _label("phase_time"), ("phase_time", "number"), chosen=False),
    ListColumn("deal", _("交易阶段"), _label("phase_deal"), ("phase_deal", "number")),
    ListColumn("class", _("客户地位"), _label("size_class"), ("size_class", "number")),
    ListColumn("partner", _("合作伙伴"), lambda each: gettext("是") if each.is_partner else "", ("is_partner", "number"), chosen=False),
    ListColumn("industry", _("行业"), _label("industry"), ("industry", "number"), chosen=False),
    ListColumn("paper", _("证件号码"), _paper, chosen=False),
    ListColumn("verified", _("身份核实"), _verified, (), "badge", state=_verified_state),
    ListColumn("due", _("核实到期"), _due, (), "day", chosen=False),
    ListColumn("contact", _("联系人"), lambda each: held.name if (held := _contact(each)) else "", chosen=False),
    ListColumn(
        "phone", _("联系电话"), lambda each: masked(held.phone, "phone") if (held := _contact(each)) else "", chosen=False
    ),
    ListColumn("staff", _("从业人员"), lambda each: each.staff, ("staff", "number"), "number", chosen=False),
    ListColumn("turnover", _("营业收入 (元)"), lambda each: each.turnover_yuan, ("turnover_yuan", "number"), "money", chosen=False),
    ListColumn("filed", _("建档日期"), lambda each: each.filed_on, ("filed_on", "number"), "day", chosen=False),
    ListColumn("created", _("登记时间"), lambda each: each.created_at, ("created_at", "number"), "day", chosen=False),
)  # fmt: skip


def with_what_is_shown(customers: QuerySet[Customer], columns: Sequence[ListColumn]) -> QuerySet[Customer]:
    """Fetch along what these columns show, in a number of queries that does not grow with the rows."""
    wanted: set[Any] = {column.key for column in columns}
    customers = customers.select_related("department", "owner").defer("search_text")
    if wanted & {"paper", "verified", "due"}:
        papers = Identity.objects.filter(withdrawn_at__isnull=True).prefetch_related("verifications")
        customers = customers.prefetch_related(Prefetch("identities", papers, to_attr="listed_identities"))
    if wanted & {"contact", "phone"}:
        contacts = Contact.objects.filter(ended_on__isnull=True)
        customers = customers.prefetch_related(Prefetch("contacts", contacts, to_attr="listed_contacts"))
    for extension in using(columns):
        customers = extension.fetched(customers)
    return customers
