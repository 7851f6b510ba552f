"""Customers as a target of imports: planned by rows and batches, done by the room's own acts, each with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers import actions
from xinheng.customers.actions.keeping import keep, locked
from xinheng.customers.card import all_fields
from xinheng.customers.importing.fields import fields
from xinheng.customers.importing.planning import Intention, RowPlan
from xinheng.customers.importing.standing import paper_index, standing_for
from xinheng.customers.models import Customer, Source, Status
from xinheng.intake.targets import Asked, Field, Option, Planned, Reason, Row
from xinheng.org.access import demand, may
from xinheng.org.models import Person


class CustomersTarget:
    """Customers, by number, by papers, or by name where the importer says so."""

    key = "customers"
    permission = "customers.import"
    batch_size = 50
    list_url = "customers.list"

    @property
    def label(self) -> str:
        """What the rows are."""
        return _("客户")

    def fields(self) -> Sequence[Field]:
        """Give the columns of the template."""
        return fields()

    def options(self, by: Person) -> Sequence[Option]:
        """Give what is to be chosen before the run."""
        found = [
            Option(
                "same_name", _("名称相同而没有编号和证件号码的"),
                (("ask", _("不导入, 列为失败")), ("same", _("当作同一家")), ("new", _("同名也新建"))),
            ),
            Option(
                "source", _("档案卡各项的来源"),
                tuple((value, str(label)) for value, label in (
                    (Source.OTHER, Source.OTHER.label), (Source.FORM, Source.FORM.label), (Source.VISIT, Source.VISIT.label),
                    (Source.AGENCY, Source.AGENCY.label), (Source.PUBLIC_RECORD, Source.PUBLIC_RECORD.label),
                )),
            ),
        ]  # fmt: skip
        if may(by, "customers.file_imported"):
            states = (("draft", _("待核实")), ("filed", _("已建档")))
            found.append(
                Option("status", _("新客户导入后"), states, _("原来已经建档的老客户可以选“已建档”; 身份仍须核实。"))
            )
        return found

    def anchor(self, columns: Sequence[str]) -> str:
        """Know a row by its name, or by its number where there is no name."""
        if "name" in columns:
            return "name"
        raise Refusal(_("要有“名称”这一列。"))

    def keys(self, row: Row) -> Sequence[tuple[str, str]]:
        """Hold numbers and papers apart, and names where a row has neither."""
        number, paper, name = row.values.get("number"), paper_index(row), row.values.get("name")
        found = [("number", str(number))] if number else []
        if paper:
            found.append(("identity", paper))
        return found or [("name", str(name).strip())]

    def plan(self, rows: Sequence[Row], asked: Asked) -> Sequence[Planned]:
        """Say what each row would do."""
        if not rows:
            return []
        standing, card = standing_for(rows, asked.by), all_fields()
        return [RowPlan(row, asked, standing, card).made() for row in rows]

    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        """Do each row by itself: what one is refused undoes that row only."""
        return [self._apply(plan, asked) for plan in planned]

    def _apply(self, plan: Planned, asked: Asked) -> Planned:
        try:
            with transaction.atomic():
                take_in(plan.payload, asked)
        except Refusal as refused:
            return replace(plan, verdict="failed", differences=(), reasons=(Reason(refused.message),))
        return plan


def take_in(to_do: Intention, asked: Asked) -> Customer:
    """Do for one row what was planned, by the acts of the room."""
    by, on = asked.by, asked.on
    customer = to_do.customer
    if customer is None:
        basics = dict(to_do.basics)
        customer = actions.register_customer(
            by=by, on=on, name=basics.pop("name"), kind=basics.pop("kind"), number=to_do.number, owner=to_do.owner,
            department=to_do.department, identity=to_do.identity, source=_("导入"), **basics,
        )  # fmt: skip
    else:
        if to_do.basics:
            actions.edit_customer(customer, by=by, on=on, why=_("导入"), **to_do.basics)
        if to_do.department is not None:
            actions.change_owner(customer, by=by, on=on, why=_("导入"), owner=to_do.owner, department=to_do.department)
        if to_do.identity is not None:
            actions.add_identity(customer, by=by, on=on, kind=to_do.identity[0], number=to_do.identity[1])
    _belongings(customer, to_do, asked)
    if to_do.customer is None and asked.options.get("status") == "filed":
        file_imported(customer, by=by, on=on)
    return customer


def _belongings(customer: Customer, to_do: Intention, asked: Asked) -> None:
    by, on = asked.by, asked.on
    if to_do.contact is not None:
        held = to_do.contact["contact"]
        first = held is None and not customer.contacts.filter(is_main=True, ended_on__isnull=True).exists()
        kept = {"birthday": held.birthday, "note": held.note} if held is not None else {}
        actions.keep_contact(
            customer, by=by, on=on, is_main=held.is_main if held is not None else first, **kept, **to_do.contact
        )
    if to_do.address is not None:
        actions.keep_address(customer, by=by, on=on, **to_do.address)
    if to_do.account is not None:
        actions.keep_account(customer, by=by, on=on, **to_do.account)
    for code, text in to_do.values.items():
        actions.add_value(
            customer, by=by, on=on, field=code, value=text, source=asked.options.get("source", Source.OTHER),
            as_of=to_do.as_of or on, source_detail=_("导入"),
        )  # fmt: skip


@act
def file_imported(customer: Customer, *, by: Person, on: date) -> Customer:
    """File a customer whose file existed before this application did; who he is remains to be verified."""
    demand(by, "customers.file_imported", customer)
    locked(customer)
    if customer.status != Status.DRAFT:
        raise Refusal(_("“{name}”不是待核实的档案。").format(name=customer.name))
    customer.status, customer.filed_on = Status.FILED, on
    keep(customer, by)
    record(
        "customers.file_imported", customer, by=by, why=_("导入: 原有档案"),
        before={"status": Status.DRAFT.value}, after={"status": Status.FILED.value},
    )  # fmt: skip
    return customer
