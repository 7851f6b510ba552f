"""Changing the table of duties apart."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from creditpolicy.language import listed
from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.org.access import demand
from xinheng.org.duties import who_holds_both
from xinheng.org.models import DutiesApart, Person
from xinheng.org.roles import ADMINISTRATORS, Role


@act
def keep_apart(role: str, other: str, *, why: str, clause: str, by: Person, on: date) -> DutiesApart:
    """Say that two roles may not meet in one hand; refused while somebody holds both."""
    demand(by, "org.duties")
    one, two = sorted((Role(role), Role(other)))
    if one == two:
        raise Refusal(_("请选两个不同的角色。"))
    if {one, two} & ADMINISTRATORS:
        raise Refusal(_("管理员与其他角色不相容是系统固定的规则, 不用另列。"))
    if DutiesApart.objects.filter(role=one, other=two).exists():
        raise Refusal(_("{one}与{two}已在表中。").format(one=one.label, two=two.label))
    both = who_holds_both(one, two, on=on)
    if both:
        raise Refusal(
            _("{people}现在兼任{one}与{two}。请先免去其中一个角色, 再列入此表。").format(
                people=listed(both), one=one.label, two=two.label
            )
        )
    apart = DutiesApart.objects.create(role=one, other=two, why=why, clause=clause)
    record("org.keep_apart", apart, by=by, why=why, clause=clause, after={"角色": one, "另一角色": two})
    return apart


@act
def let_together(apart: DutiesApart, *, why: str, by: Person) -> None:
    """Take two roles out of the table; the reason stays in the record."""
    demand(by, "org.duties", apart)
    before = {"角色": apart.role, "另一角色": apart.other, "原因": apart.why}
    record("org.let_together", apart, by=by, why=why, clause=apart.clause, before=before)
    apart.delete()
