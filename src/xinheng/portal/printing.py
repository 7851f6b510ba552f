"""The notice of a grade on paper (信用评级结果通知书), for customers who have no page and no address."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.portal.letters import of_grade, speaking
from xinheng.portal.seeing import Seen, seen_by
from xinheng.printing import Printed, pdf, word
from xinheng.ratings.actions.printing import FOLDER, FORMATS

TITLE = gettext_lazy("信用评级结果通知书")


def needed(seen: Seen) -> list[str]:
    """Give what a person must be allowed to read himself before he prints it for the customer."""
    opened = {
        "ratings.see_grade": True, "ratings.see_score": seen.opens_score, "ratings.see_reasons": seen.opens_reasons,
    }  # fmt: skip
    return [name for name, is_open in opened.items() if is_open]


@act
def print_letter(customer: Customer, *, format: str, language: str, by: Person, on: date, at: datetime) -> bytes:
    """Print the notice of the grade in force, with as much as the policy opens to the customer."""
    demand(by, "portal.letter", customer)
    if format not in FORMATS or language not in dict(settings.LANGUAGES):
        raise Refusal(_("请选择格式和语言。"))
    for name in needed(seen_by(customer, on)):
        demand(by, name, customer)
    with speaking(language):
        told: dict[str, Any] = {
            "title": str(TITLE), "number": _("{number} · 打印日 {day}").format(number=customer.number, day=on),
            "parts": of_grade(customer, on), "note": "", "boxes": [_("公司盖章"), _("客户签收")],
            "day": _("年    月    日"),
        }  # fmt: skip
        record("portal.print_letter", customer, by=by, look=True, after={"format": format, "customers": [customer.pk]})
        if format == "pdf":
            return pdf(FOLDER / "case.typ", told, Printed(by=by.full_name, at=at))
        here = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
        line = _("{person} 于 {at} 打印").format(person=by.full_name, at=here)
        return word(FOLDER / "case.docx", told | {"company": settings.COMPANY, "level": "", "line": line})
