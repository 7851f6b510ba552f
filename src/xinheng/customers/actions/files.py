"""Acts on the file itself: taking in, editing, handing in, whose it is, closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers import numbering
from xinheng.customers.actions.keeping import (
    difference,
    keep,
    locked,
    must_be_open,
    snapshot,
    told,
    touched,
)
from xinheng.customers.completeness import lacking
from xinheng.customers.filing import FILING
from xinheng.customers.models import Alias, Customer, Kind, Nature, Status
from xinheng.customers.moving import tell_moved
from xinheng.customers.queries import is_below, unfinished
from xinheng.customers.search import search_text
from xinheng.customers.sizes import size_by_rule
from xinheng.org.access import demand
from xinheng.org.models import Department, Person
from xinheng.org.roles import FIELD
from xinheng.workflow.actions import start
from xinheng.workflow.models import Round

EDITABLE = (
    "name", "kind", "nature", "is_partner", "industry", "staff", "turnover_yuan", "assets_yuan", "size", "remarks",
)  # fmt: skip
"""What `edit_customer` may change."""
NATURES: Mapping[str, str] = {Kind.PERSON: Nature.PERSON, Kind.GOVERNMENT: Nature.GOVERNMENT}
"""The nature that follows from the kind where nobody says another."""


@act
def register_customer(
    *,
    by: Person,
    on: date,
    name: str,
    kind: str,
    number: str = "",
    department: Department | None = None,
    owner: Person | None = None,
    identity: tuple[str, str] | None = None,
    source: str = "",
    **basics: Any,
) -> Customer:
    """Take a customer in as a draft; `identity` is (kind of paper, number), `basics` any of EDITABLE.

    Field staff take in for their own branch only. `source` says by what way it came ("import").
    """
    demand(by, "customers.register")
    department = department or by.department
    if department is None:
        raise Refusal(_("请选择归属部门。"))
    owner = owner or (by if by.is_one_of(*FIELD) else None)
    _in_branch(by, department)
    _check(name, kind, basics)
    chosen = numbering.checked(number) if number.strip() else numbering.next_number(on)
    customer = Customer(
        number=chosen, name=name.strip(), kind=kind, department=department, owner=owner, registered_by=by,
        last_edited_by=by, **{"nature": NATURES.get(kind, Nature.ORDINARY), **basics},
    )  # fmt: skip
    _sized(customer)
    customer.search_text = search_text(customer)
    try:
        with transaction.atomic():
            keep(customer, by)
    except IntegrityError:
        raise Refusal(_("客户编号 {number} 刚刚被用掉, 请换一个。").format(number=chosen)) from None
    record("customers.register", customer, by=by, why=source, after=snapshot(customer, ("number", *EDITABLE)))
    if identity is not None:
        from xinheng.customers.actions.identities import add_identity

        add_identity(customer, by=by, on=on, kind=identity[0], number=identity[1])
    return customer


def _in_branch(by: Person, department: Department) -> None:
    only_field = by.roles() <= FIELD
    own = by.department.path if by.department else None
    if department.is_closed or (only_field and (own is None or not department.path.startswith(own))):
        raise Refusal(_("不能登记在“{department}”名下: 请选择您所在部门或其下级。").format(department=department))


def _check(name: str, kind: str, basics: Mapping[str, Any]) -> None:
    unknown = set(basics) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    if len(name.strip()) < 2:
        raise Refusal(_("请填写客户的全称, 至少两个字。"))
    if len(name.strip()) > 120:
        raise Refusal(_("名称最多 120 个字, 现有 {count} 个。").format(count=len(name.strip())))
    if kind not in Kind.values:
        raise Refusal(_("请选择客户类别。"))
    for label, value in ((_("营业收入"), basics.get("turnover_yuan")), (_("资产总额"), basics.get("assets_yuan"))):
        if isinstance(value, Decimal) and value < 0:
            raise Refusal(_("{label}不能是负数。").format(label=label))
    if kind != Kind.ENTERPRISE and basics.get("size"):
        raise Refusal(_("只有企业才分大、中、小、微型。"))


def _sized(customer: Customer) -> None:
    """Let the size follow from the figures where they suffice; else keep what was entered."""
    found = ""
    if customer.kind == Kind.ENTERPRISE:
        found = size_by_rule(customer.industry, customer.staff, customer.turnover_yuan, customer.assets_yuan)
    else:
        customer.size = ""
    customer.size_by_rule = bool(found)
    customer.size = found or customer.size
    if customer.nature == Nature.PARTNER:
        customer.is_partner = True


@act
def edit_customer(
    customer: Customer, *, by: Person, on: date, seen: int | None = None, why: str = "", **changes: Any
) -> Customer:
    """Change basics of the file; `seen` is the version the person had before him (`queries.version`).

    A former name stays as an alias. The kind of a filed customer does not change.
    """
    demand(by, "customers.edit", customer)
    locked(customer)
    must_be_open(customer)
    from xinheng.customers.queries import version

    if seen is not None and seen != version(customer):
        raise Refusal(_("您打开之后, 别人已改过这份档案。请刷新后看清现在的内容再改。"))
    now = snapshot(customer, EDITABLE)
    former = customer.name
    _check(changes.get("name", customer.name), changes.get("kind", customer.kind), changes)
    if changes.get("kind", customer.kind) != customer.kind and customer.status != Status.DRAFT:
        raise Refusal(_("已建档客户的类别不能改。类别确实错了, 请停用后重新登记。"))
    for name, value in changes.items():
        setattr(customer, name, value.strip() if isinstance(value, str) else value)
    _sized(customer)
    before, after = difference(now, snapshot(customer, EDITABLE))
    if not after:
        raise Refusal(_("没有改动任何内容。"))
    customer.last_edited_by = by
    if customer.name != former:
        Alias.objects.get_or_create(customer=customer, what=Alias.What.FORMER, text=former, defaults={"until": on})
    customer.search_text = search_text(customer)
    keep(customer, by)
    record("customers.edit", customer, by=by, why=why, before=before, after=after)
    return customer


@act
def submit_customer(customer: Customer, *, by: Person, on: date) -> Round:
    """Hand a draft in to be filed; refused while something is lacking, which is then listed."""
    demand(by, "customers.edit", customer)
    locked(customer)
    if customer.status != Status.DRAFT:
        raise Refusal(
            _("“{name}”现在是“{status}”, 只有待核实的档案可以提交建档。").format(
                name=customer.name, status=customer.get_status_display()
            )
        )
    problems = lacking(customer)
    if problems:
        listed = " ".join(problem.what for problem in problems)
        raise Refusal(_("资料还不齐, 不能提交: {listed}").format(listed=listed), problems)
    record("customers.submit", customer, by=by)
    return start(
        customer, FILING, by=by, on=on, about=customer, clause=FILING.steps[0].clause,
        title=_("建档: {name}").format(name=customer.name),
    )  # fmt: skip


@act
def change_owner(
    customer: Customer, *, by: Person, on: date, why: str, owner: Person | None, department: Department | None = None
) -> Customer:
    """Give the customer to another person, and to his department unless another is named."""
    demand(by, "customers.assign", customer)
    locked(customer)
    must_be_open(customer)
    if not why.strip():
        raise Refusal(_("请写明变更归属的原因。"))
    department = department or (owner.department if owner else None) or customer.department
    if department.is_closed:
        raise Refusal(_("部门“{department}”已撤销, 请另选。").format(department=department))
    if owner is not None and (not owner.is_active or not owner.is_one_of(*FIELD)):
        raise Refusal(_("{owner} 不是在岗的业务人员, 不能作为业务员。").format(owner=owner))
    before = snapshot(customer, ("owner", "department"))
    customer.owner, customer.department, customer.last_edited_by = owner, department, by
    before, after = difference(before, snapshot(customer, ("owner", "department")))
    if not after:
        raise Refusal(_("归属没有变化。"))
    keep(customer, by)
    record("customers.assign", customer, by=by, why=why, before=before, after=after)
    if "department" in after:
        tell_moved(customer, by=by, on=on)
    return customer


@act
def set_parent(customer: Customer, *, by: Person, on: date, parent: Customer | None, why: str = "") -> Customer:
    """Put the customer below another of its group, or out of it; refused where that would close a circle."""
    demand(by, "customers.edit", customer)
    # One lock for all changes of groups: two that each see no circle could close one together.
    numbers = sorted([customer.pk, *([parent.pk] if parent else [])])
    list(Customer.objects.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk"))
    locked(customer)
    must_be_open(customer)
    if parent is not None:
        demand(by, "customers.see", parent)
        if parent.pk == customer.pk or is_below(parent, customer):
            raise Refusal(
                _("“{parent}”就是本客户或在它之下, 互为上级讲不通: 请核对两者谁控制谁。").format(parent=parent.name)
            )
        if not parent.is_organisation:
            raise Refusal(_("上级单位不能是个人。实际控制人请登记在关联方里。"))
    before = snapshot(customer, ("parent",))
    customer.parent, customer.last_edited_by = parent, by
    keep(customer, by)
    record("customers.set_parent", customer, by=by, why=why, before=before, after=snapshot(customer, ("parent",)))
    tell_moved(customer, by=by, on=on)
    return customer


@act
def add_alias(customer: Customer, *, by: Person, on: date, what: str, text: str, until: date | None = None) -> Alias:
    """Note a further name by which the customer is found."""
    demand(by, "customers.edit", customer)
    must_be_open(locked(customer))
    if not text.strip():
        raise Refusal(_("请填写名称。"))
    alias, new = Alias.objects.get_or_create(customer=customer, what=what, text=text.strip(), defaults={"until": until})
    if not new:
        raise Refusal(_("“{text}”已经登记过。").format(text=alias.text))
    touched(customer, by)
    record("customers.add_alias", alias, by=by, about=customer, after=snapshot(alias, ("what", "text", "until")))
    return alias


@act
def drop_alias(alias: Alias, *, by: Person, on: date, why: str) -> None:
    """Take away a further name that was wrong; a number of a file put into this one stays."""
    customer = alias.customer
    demand(by, "customers.edit", customer)
    must_be_open(locked(customer))
    if alias.what == Alias.What.NUMBER:
        raise Refusal(_("原编号要留着供查找, 不能删除。"))
    record("customers.drop_alias", alias, by=by, about=customer, why=why, before=snapshot(alias, ("what", "text")))
    alias.delete()
    touched(customer, by)


@act
def close_customer(customer: Customer, *, by: Person, on: date, why: str) -> Customer:
    """Close the file: it stays, and nothing more is entered; refused while somebody still has to do something about it."""
    demand(by, "customers.close", customer)
    locked(customer)
    must_be_open(customer)
    if not why.strip():
        raise Refusal(_("请写明停用的原因。"))
    open_ = unfinished(customer)
    if open_:
        raise Refusal(_("还有 {count} 件未办结的事, 办完或撤回后再停用。").format(count=open_))
    return _stand(customer, Status.CLOSED, "customers.close", by, why)


@act
def reopen_customer(customer: Customer, *, by: Person, on: date, why: str) -> Customer:
    """Open a closed file again: filed where it once was, else a draft."""
    demand(by, "customers.close", customer)
    locked(customer)
    if customer.status != Status.CLOSED:
        raise Refusal(_("这份档案没有停用, 不用恢复。"))
    if customer.merged_into is not None:
        raise Refusal(_("这份档案已并入{other}, 不能恢复。").format(other=told(customer.merged_into, by, on)))
    if not why.strip():
        raise Refusal(_("请写明恢复的原因。"))
    return _stand(customer, Status.FILED if customer.filed_on else Status.DRAFT, "customers.reopen", by, why)


def _stand(customer: Customer, status: str, name: str, by: Person, why: str) -> Customer:
    before = snapshot(customer, ("status",))
    customer.status = status
    keep(customer, by)
    record(name, customer, by=by, why=why, before=before, after=snapshot(customer, ("status",)))
    return customer
