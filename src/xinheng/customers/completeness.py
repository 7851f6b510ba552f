"""What a file still lacks before it can be handed in to be filed."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from creditpolicy.problems import Problem
from xinheng.customers.models import Address, Customer, Kind
from xinheng.customers.values import card_of


def lacking(customer: Customer) -> list[Problem]:
    """Give everything that a file of this kind needs and has not; empty where it is complete."""
    return [Problem("lacking", what, "", fix) for what, fix in _lacking(customer)]


def _lacking(customer: Customer) -> Iterator[tuple[str, str]]:
    if not customer.identities.filter(withdrawn_at__isnull=True).exists():
        paper = _("居民身份证等证件") if customer.kind == Kind.PERSON else _("统一社会信用代码")
        yield _("没有登记{paper}。").format(paper=paper), _("在“身份”里登记。")
    if not customer.contacts.filter(ended_on__isnull=True, phone_index__isnull=False).exists():
        yield _("没有带电话的联系人。"), _("在“联系人”里添加。")
    if not customer.addresses.filter(ended_on__isnull=True).exists():
        wanted = Address.What.HOME if customer.kind == Kind.PERSON else Address.What.REGISTERED
        yield _("没有{address}。").format(address=wanted.label), _("在“联系人”里添加地址。")
    if customer.owner_id is None:
        yield _("没有业务员。"), _("请营销经理或信用管理小组指定。")
    for line in card_of(customer):
        if line.field.required and line.current is None:
            yield _("档案卡没有填“{label}”。").format(label=line.field.label), _("在“档案卡”里补填。")
        if line.is_contested:
            yield (
                _("档案卡的“{label}”有互相矛盾的内容。").format(label=line.field.label),
                _("核对后选定采用哪一条。"),
            )
