"""What one row would do: whom it means, what would change, and every reason why it cannot be taken in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.tables.cells import Exact
from xinheng.audit.record import stopped
from xinheng.customers.card import Field as CardField
from xinheng.customers.importing.fields import BASICS, words
from xinheng.customers.importing.holdings import plan_holdings
from xinheng.customers.importing.standing import Standing, paper_index
from xinheng.customers.models import (
    Customer,
    Kind,
    Nature,
    Size,
    Status,
)
from xinheng.intake.targets import Asked, Difference, Planned, Reason, Row
from xinheng.org.access import may
from xinheng.org.models import Department, Person
from xinheng.org.roles import FIELD

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./-]{0,29}")


@dataclass
class Intention:
    """What is to be done for a row, in the words of the room's acts; `customer` None: registered anew."""

    customer: Customer | None = None
    number: str = ""
    basics: dict[str, Any] = field(default_factory=dict)
    identity: tuple[str, str] | None = None
    department: Department | None = None
    owner: Person | None = None
    contact: dict[str, Any] | None = None
    address: dict[str, Any] | None = None
    account: dict[str, Any] | None = None
    values: dict[str, str] = field(default_factory=dict)
    as_of: date | None = None


class RowPlan:
    """The planning of one row: gathers reasons, differences and the intention."""

    def __init__(self, row: Row, asked: Asked, standing: Standing, card: dict[str, CardField]) -> None:
        self.row, self.asked, self.standing, self.card = row, asked, standing, card
        self.reasons: list[Reason] = []
        self.differences: list[Difference] = []
        self.to_do = Intention()

    def made(self) -> Planned:
        """Plan the row."""
        name = self.text("name")
        known = self.known(name)
        self.to_do.customer = known
        if not self.reasons:
            kind = self._kind(known)
            self._basics(known, kind)
            self._belongs(known)
            plan_holdings(self, known, kind, name)
            self._may_be_done(known)
        label = name or (known.name if known else self.text("number"))
        if self.reasons:
            return Planned(self.row, "failed", label, reasons=tuple(self.reasons))
        verdict = "new" if known is None else "changed" if self.differences else "unchanged"
        shown_differences = () if known is None else tuple(self.differences)
        return Planned(self.row, verdict, label, shown_differences, payload=self.to_do)  # type: ignore[arg-type]

    def _may_be_done(self, known: Customer | None) -> None:
        """Ask those who may stop every act (a legal hold), before anything of the file is shown beside the row."""
        if known is not None and self.differences:
            refused = stopped("customers.edit", known, self.asked.by)
            if refused is not None:
                self.fail(refused.message)

    # Reading -----------------------------------------------------------------------------------------------------

    def value(self, key: str) -> Exact | None:
        """Give the value of a column; None where it is blank or not in the file."""
        return self.row.values.get(key)

    def text(self, key: str) -> str:
        """Give the text of a column, empty where there is none."""
        value = self.value(key)
        return str(value).strip() if value is not None else ""

    def fail(self, text: str, key: str = "") -> None:
        """Note why the row cannot be taken in."""
        self.reasons.append(Reason(text, key))

    def differs(self, label: str, before: str, after: str) -> None:
        """Note a difference to be shown."""
        self.differences.append(Difference(str(label), before, after))

    # Whom the row means ------------------------------------------------------------------------------------------

    def known(self, name: str) -> Customer | None:
        """Find the file that the row means: by number, then by papers, then by name, where the importer decides."""
        by_number = self._by_number()
        holders = self.standing.by_index.get(paper_index(self.row) or "", [])
        by_paper = holders[0].customer if holders else None
        if by_number is not None and by_paper is not None and by_number.pk != by_paper.pk:
            self.fail(
                _("证件号码登记在另一份档案“{other}”名下, 与编号不是同一家。").format(other=self.told(by_paper)),
                "identity",
            )
        found = by_number or by_paper
        if found is None:
            found = self._by_name(name)
        if found is None:
            if not name:
                self.fail(_("新客户要有名称。"), "name")
            if not may(self.asked.by, "customers.register"):
                self.fail(_("您的角色不能登记新客户。"))
            return None
        if found.pk not in self.standing.seen:
            self.fail(_("这家客户的档案您无权查看, 请联系档案管理员。"))
        elif found.status == Status.CLOSED:
            self.fail(_("“{name}”已停用, 不能再改。").format(name=found.name))
        elif by_number is None and self.text("number") and found.number != self.text("number"):
            self.fail(
                _("这家客户已建档, 编号是 {number}, 与表里的不同。请改成这个编号。").format(number=found.number),
                "number",
            )
        return found

    def _by_number(self) -> Customer | None:
        number = self.text("number")
        if not number:
            return None
        if not _NUMBER.fullmatch(number):
            self.fail(_("客户编号只能用字母、数字和 _ . / -, 最多 30 个字符。"), "number")
            return None
        merged = self.standing.merged.get(number)
        if merged is not None:
            self.fail(
                _("编号 {number} 已并入“{other}”, 请改用那一份的编号。").format(number=number, other=self.told(merged)),
                "number",
            )
            return None
        found = self.standing.by_number.get(number)
        if found is None:
            self.to_do.number = number
        return found

    def _by_name(self, name: str) -> Customer | None:
        same = self.standing.by_name.get(name, [])
        if not same or self.asked.options.get("same_name") == "new":
            return None
        if self.asked.options.get("same_name") == "same" and len(same) == 1:
            return same[0]
        told = listed(self.told(each) for each in same[:3])
        self.fail(
            _("已有同名客户{told}。是同一家就在表里填上它的编号; 不是就改选“同名也新建”。").format(told=told), "name"
        )
        return None

    def told(self, customer: Customer) -> str:
        """Name a file to whom may see it."""
        if customer.pk in self.standing.seen:
            return _("“{name}” ({number})").format(name=customer.name, number=customer.number)
        return _("一份您无权查看的档案")

    # What would change -------------------------------------------------------------------------------------------

    def _kind(self, known: Customer | None) -> str:
        told = self.text("kind")
        kind = words(Kind).get(told, "")
        if known is None and not kind:
            self.fail(_("新客户要有类别。"), "kind")
        if known is not None and kind and kind != known.kind and known.status != Status.DRAFT:
            self.fail(_("已建档客户的类别不能改。"), "kind")
        return kind or (known.kind if known else "")

    def _basics(self, known: Customer | None, kind: str) -> None:
        given: dict[str, Any] = {}
        for name in BASICS:
            value: Any = self.value(name)
            if value is None or value == "":
                continue
            if name == "kind":
                value = kind
            elif name in {"nature", "size"}:
                value = words(Nature if name == "nature" else Size).get(str(value), "")
            elif name == "staff":
                value = int(value) if isinstance(value, Decimal) else value
            given[name] = value.strip() if isinstance(value, str) else value
        self._check_basics(given, kind)
        if known is None:
            self.to_do.basics = given
            return
        for name, value in given.items():
            before = getattr(known, name)
            if before != value and not (name == "size" and known.size_by_rule):
                self.to_do.basics[name] = value
                self.differs(self._label(name), _plain(known, name), _said(name, value, str(self.value(name))))

    def _check_basics(self, given: dict[str, Any], kind: str) -> None:
        if "name" in given and not 2 <= len(given["name"]) <= 120:
            self.fail(_("名称要有 2 至 120 个字。"), "name")
        if given.get("size") and kind != Kind.ENTERPRISE:
            self.fail(_("只有企业才分大、中、小、微型。"), "size")
        for name in ("staff", "turnover_yuan", "assets_yuan"):
            if given.get(name) is not None and given[name] < 0:
                self.fail(_("“{label}”不能是负数。").format(label=self._label(name)), name)

    def _label(self, name: str) -> str:
        return str(Customer._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    def _belongs(self, known: Customer | None) -> None:
        department = self._department()
        owner = self._owner()
        if self.reasons:
            return
        if known is None:
            self.to_do.department = department or (owner.department if owner else None) or self.asked.by.department
            self.to_do.owner = owner
            return
        moves = department is not None and department.pk != known.department_id
        changes = owner is not None and owner.pk != known.owner_id
        if not moves and not changes:
            return
        if not may(self.asked.by, "customers.assign"):
            key = "department" if moves else "owner"
            self.fail(_("归属与档案不同 (现归{department}), 您的角色不能变更归属: 请留空, 或请营销经理办理。").format(
                department=known.department), key)  # fmt: skip
            return
        self.to_do.department, self.to_do.owner = department or known.department, owner or known.owner
        if moves:
            self.differs(_("归属部门"), str(known.department), str(department))
        if changes:
            self.differs(_("业务员"), str(known.owner or ""), str(owner))

    def _department(self) -> Department | None:
        word = self.text("department")
        if not word:
            return None
        found = self.standing.departments.get(word.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            self.fail(
                _("叫“{name}”的部门有 {count} 个, 请填部门编号。").format(name=word, count=len(found)), "department"
            )
        else:
            self.fail(_("没有叫“{name}”的部门, 也没有这个编号。").format(name=word), "department")
        return None

    def _owner(self) -> Person | None:
        word = self.text("owner")
        if not word:
            return None
        found = self.standing.people.get(word.casefold(), [])
        if len(found) > 1:
            self.fail(_("叫“{name}”的有 {count} 人, 请填登录名。").format(name=word, count=len(found)), "owner")
        elif not found:
            self.fail(_("没有叫“{name}”的在用人员。").format(name=word), "owner")
        elif not found[0].is_one_of(*FIELD):
            self.fail(_("{owner} 不是在岗的业务人员, 不能作为业务员。").format(owner=found[0]), "owner")
        else:
            return found[0]
        return None


def _plain(known: Customer, name: str) -> str:
    display = getattr(known, f"get_{name}_display", None)
    return str(display()) if display else _said(name, getattr(known, name), "")


def _said(name: str, value: Any, written_as: str) -> str:
    if name in {"kind", "nature", "size"}:
        return written_as
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
