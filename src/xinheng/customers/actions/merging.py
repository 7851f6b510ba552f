"""Putting two files of one customer together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.actions.keeping import keep, locked, must_be_open, touched
from xinheng.customers.models import Alias, BankAccount, Contact, Customer, Statement, StatementState, Status
from xinheng.customers.moving import tell_moved
from xinheng.customers.queries import is_below, unfinished
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def merge_customers(into: Customer, duplicate: Customer, *, by: Person, on: date, why: str) -> Customer:
    """Put the file `duplicate` into `into`: all that hangs on it moves, its number and name stay as further names.

    The duplicate is closed and points at the other; both histories stay. Refused while tasks about it are open, and
    where the two hold different papers of one kind, which are two customers.
    """
    demand(by, "customers.merge", into)
    demand(by, "customers.merge", duplicate)
    list(Customer.objects.select_for_update(of=("self",)).filter(pk__in=[into.pk, duplicate.pk]).order_by("pk"))
    locked(into)
    locked(duplicate)
    _check(into, duplicate, why)
    moved = {}
    try:
        with transaction.atomic():
            _make_way(into, duplicate, by, on)
            for relation in _relations():
                count = _move(relation, into, duplicate, by)
                if count:
                    moved[relation.related_model._meta.label_lower] = count
            _stay_as_names(into, duplicate)
    except IntegrityError as wrong:
        raise Refusal(_("两份档案里有不能并存的内容, 没有合并。请先核对各自的证件、账户、报表和档案。")) from wrong
    duplicate.status, duplicate.merged_into, duplicate.last_edited_by = Status.CLOSED, into, by
    keep(duplicate, by)
    touched(into, by)
    record("customers.merge", into, by=by, why=why, before={"duplicate": str(duplicate)}, after={"moved": moved})
    tell_moved(into, by=by, on=on)
    record("customers.merged_away", duplicate, by=by, why=why, after={"into": str(into)})
    return into


def _check(into: Customer, duplicate: Customer, why: str) -> None:
    if into.pk == duplicate.pk:
        raise Refusal(_("请选择两份不同的档案。"))
    if not why.strip():
        raise Refusal(_("请写明凭什么认定是同一客户。"))
    must_be_open(into)
    must_be_open(duplicate)
    if (into.kind, duplicate.kind).count(into.kind) != 2:
        raise Refusal(_("两份档案的客户类别不同, 不会是同一客户。请先核对类别。"))
    open_ = unfinished(duplicate)
    if open_:
        raise Refusal(_("“{name}”还有 {count} 件未办结的事, 办完或撤回后再合并。").format(name=duplicate, count=open_))
    papers = {one.kind: one.number_index for one in into.identities.filter(withdrawn_at__isnull=True).order_by("pk")}
    for other in duplicate.identities.filter(withdrawn_at__isnull=True):
        if papers.get(other.kind, other.number_index) != other.number_index:
            raise Refusal(
                _("两份档案的{kind}号码不同, 不会是同一客户。录错了的, 请先作废那一份证件。").format(
                    kind=other.get_kind_display()
                )
            )
    between = into.guarantors.filter(guarantor=duplicate) | duplicate.guarantors.filter(guarantor=into)
    if between.filter(ended_on__isnull=True).exists():
        raise Refusal(_("两份档案互为担保, 合并后就成了自己担保自己。请先停用这条担保。"))


def _relations() -> Iterator[Any]:
    """Give everything that points at a customer, in this room and those above; what is history stays where it was."""
    for relation in Customer._meta.related_objects:
        if relation.related_model.__name__.startswith("Historical") or relation.field.name == "merged_into":
            continue
        if relation.one_to_many or relation.one_to_one:
            yield relation


def _move(relation: Any, into: Customer, duplicate: Customer, by: Person) -> int:
    """Move the rows of one relation; those with a history one by one, so that it tells of the move."""
    model, name = relation.related_model, relation.field.name
    rows = model._base_manager.filter(**{name: duplicate})
    if model is Customer:
        rows = rows.exclude(pk=into.pk)
    bound = any(relation.field.attname in getattr(field, "bound_to", ()) for field in model._meta.fields)
    if not hasattr(model, "history") and not bound:
        return int(rows.update(**{name: into}))
    moved = list(rows)
    for row in moved:
        for field in model._meta.fields:
            getattr(row, field.attname)  # what is closed for the old place is opened before the place changes
        setattr(row, name, into)
        keep(row, by)
    return len(moved)


def _make_way(into: Customer, duplicate: Customer, by: Person, on: date) -> None:
    """Take away what the database would refuse to have twice on one customer."""
    if into.parent_id == duplicate.pk or is_below(into, duplicate):
        into.parent = duplicate.parent if into.parent_id == duplicate.pk else into.parent
        if into.parent_id is not None and is_below(duplicate, into):
            into.parent = None
        keep(into, by)
    for model in (Contact, BankAccount):
        main: models.QuerySet[Any] = model._default_manager.filter(customer=duplicate, is_main=True, ended_on=None)
        for row in main:
            row.is_main = not model._default_manager.filter(customer=into, is_main=True, ended_on=None).exists()
            keep(row, by)
    same = into.bank_accounts.filter(ended_on__isnull=True).values("number_index")
    for account in duplicate.bank_accounts.filter(ended_on__isnull=True, number_index__in=same):
        account.ended_on = on
        keep(account, by)
    for related in duplicate.related_parties.filter(other=into) | into.related_parties.filter(other=duplicate):
        related.delete()
    for guarantee in duplicate.guarantors.filter(guarantor=into) | into.guarantors.filter(guarantor=duplicate):
        guarantee.delete()
    taken = into.aliases.values("text")
    duplicate.aliases.filter(text__in=taken).delete()
    _statements(into, duplicate)


def _statements(into: Customer, duplicate: Customer) -> None:
    standing = Statement.objects.exclude(state=StatementState.WITHDRAWN)
    own = set(standing.filter(customer=into).values_list("period_kind", "period_end", "is_consolidated"))
    for statement in standing.filter(customer=duplicate):
        if (statement.period_kind, statement.period_end, statement.is_consolidated) in own:
            raise Refusal(
                _("两份档案都有{statement}的报表。请核对后作废其中一份, 再合并。").format(statement=statement)
            )


def _stay_as_names(into: Customer, duplicate: Customer) -> None:
    Alias.objects.get_or_create(customer=into, what=Alias.What.NUMBER, text=duplicate.number)
    if duplicate.name != into.name:
        Alias.objects.get_or_create(customer=into, what=Alias.What.FORMER, text=duplicate.name)
