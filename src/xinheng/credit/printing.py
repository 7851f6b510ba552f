"""An application for a limit on paper (客户信用额度申请表): to sign as PDF, to go on in as Word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.credit.core.money import yuan
from xinheng.credit.models import Application
from xinheng.credit.queries import at_a_glance, net_exposure
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.papers.levels import Level
from xinheng.printing import Printed, pdf, word
from xinheng.ratings.actions.printing import FOLDER, FORMATS
from xinheng.ratings.documents import FORMS, Part, capital, money, opinions_of, part
from xinheng.ratings.queries import grade_in_force
from xinheng.workflow.queries import rounds_of


@act
def print_application(asked: Application, *, format: str, by: Person, on: date, at: datetime) -> bytes:
    """Print an application with what the account comes to on a day, and what was decided by then."""
    demand(by, "credit.see", asked.customer)
    if format not in FORMATS:
        raise Refusal(_("请选择要打印的文件和格式。"))
    record(
        "credit.print_application", asked, by=by, about=asked.customer, look=True,
        after={"format": format, "customers": [asked.customer.pk]},
    )  # fmt: skip
    told = paper(asked, on=on)
    level = str(Level.SECRET.label)
    if format == "pdf":
        return pdf(FOLDER / "case.typ", told, Printed(by=by.full_name, at=at, level=level))
    here = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    line = _("{person} 于 {at} 打印").format(person=by.full_name, at=here)
    return word(FOLDER / "case.docx", told | {"company": settings.COMPANY, "level": level, "line": line})


def paper(asked: Application, *, on: date) -> dict[str, Any]:
    """Give what stands in the paper."""
    deciders = [Role(item.role).label for item in _steps(asked) if item.role]
    return {
        "title": str(FORMS["limit"]),
        "number": _("{number} · 打印日 {day}").format(number=f"{asked.customer.number}-{asked.pk}", day=on),
        "parts": list(_parts(asked, on)),
        "note": _("依据条款 {clause}").format(clause=asked.clause) if asked.clause else "",
        "boxes": [str(label) for label in dict.fromkeys([_("申请人"), *deciders])][:6],
        "day": _("年    月    日"),
    }  # fmt: skip


def _steps(asked: Application) -> Any:
    round = rounds_of(asked).first()
    return round.items.order_by("pk") if round is not None else ()


def _parts(asked: Application, on: date) -> Iterator[Part]:
    customer, standing = asked.customer, grade_in_force(asked.customer, asked.asked_on)
    yield part(_("客户"), rows=[
        (_("客户编号"), customer.number), (_("客户名称"), customer.name), (_("归属部门"), customer.department),
        (_("业务员"), customer.owner), (_("申请时的等级"), standing.grade if standing is not None else ""),
    ])  # fmt: skip
    yield part(_("申请"), text=asked.reason, rows=[
        (_("类别"), asked.get_kind_display()), (_("申请金额"), _amount(asked, asked.amount)),
        (_("大写"), capital(yuan(asked.amount)) if asked.is_in_base else ""),
        (_("批准后合计"), _amount(asked, asked.whole)), (_("生效日"), asked.from_day), (_("失效日"), asked.until_day),
        (_("申请人"), asked.asked_by), (_("申请日期"), asked.asked_on),
        (_("附件"), "; ".join(map(str, asked.papers.all()))),
    ])  # fmt: skip
    now, net = at_a_glance(asked.account, on=on), net_exposure(asked.account, on=on)
    yield part(_("授信情况, 截至 {day}").format(day=on), rows=[
        (_("申请时的额度"), _amount(asked, asked.before)), (_("现在的额度"), _told(asked, now.limit)),
        (_("已用"), _told(asked, now.used)), (_("已预占"), _told(asked, now.reserved)),
        (_("还可用"), _told(asked, now.free)), (_("敞口净额"), _told(asked, net.net)),
    ])  # fmt: skip
    decided = opinions_of(asked)
    if decided is not None:
        yield decided
    if asked.decided_on is not None:
        yield part(_("结果"), rows=[
            (_("状态"), asked.get_state_display()), (_("批准人"), asked.decided_by), (_("决定日期"), asked.decided_on)
        ])  # fmt: skip


def _amount(asked: Application, cents: int | None) -> str:
    return _told(asked, yuan(cents))


def _told(asked: Application, amount: Any) -> str:
    """Write an amount in the account's currency; a dash where there is none."""
    if amount is None:
        return "—"
    return money(amount) if asked.is_in_base else f"{amount:,.2f} {asked.account.currency}"
