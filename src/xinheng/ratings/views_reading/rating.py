"""One rating with everything: facts and where they came from, bands, vetoes, terms, its sum, and calculating it again."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from creditpolicy.problems import Refusal
from creditpolicy.program import Program
from creditpolicy.wording import fact_words, heading
from xinheng.org.access import may, person_of
from xinheng.policies.queries import prepared
from xinheng.ratings.actions.reading import check_rating, look_at_rating
from xinheng.ratings.comparing import compared
from xinheng.ratings.facts.known import told_words
from xinheng.ratings.models import Rating
from xinheng.ratings.queries import scale_of
from xinheng.ratings.rating import explained, facts_in, opened, sources_of, ways_up
from xinheng.ratings.views_reading.shown import address, sees

TERMS = {
    "terms_days": gettext_lazy("账期 (天)"),
    "cash_only": gettext_lazy("只限现款"),
    "deposit_percent": gettext_lazy("押金 (%)"),
    "down_payment_percent": gettext_lazy("首付 (%)"),
    "rate_percent": gettext_lazy("利率 (%)"),
    "discount_percent": gettext_lazy("折扣 (%)"),
}


def _figure(program: Program, name: str, value: str | None) -> tuple[str, str]:
    """Name a figure of the whole portfolio, `max(fact)`, in words, with its value in two digits."""
    figure, fact = name.rstrip(")").split("(", 1)
    label = str(program.fact[fact].fact.label) if fact in program.fact else fact
    exact = (
        f"{Decimal(part.numerator) / Decimal(part.denominator):,.2f}" if value and (part := Fraction(value)) else value
    )
    words = {"max": _("最大值"), "min": _("最小值"), "avg": _("平均值"), "percentile": _("百分位")}
    title = _("全部客户的“{fact}” ({figure})").format(fact=label, figure=words.get(figure, figure))
    unit = str(program.fact[fact].fact.unit or "") if fact in program.fact else ""
    return title, f"{exact} {unit}".strip() if exact else "—"


def _said(value: Any) -> Any:
    """Give a term in words: yes and no, else as it is."""
    if value in (True, "true", False, "false"):
        return _("是") if value in (True, "true") else _("否")
    return value


def _found(request: HttpRequest, pk: int) -> Rating:
    rows = Rating.objects.visible_to(person_of(request))
    rows = rows.select_related("customer", "version__policy", "policy", "assessment", "batch")
    rating: Rating = get_object_or_404(rows, pk=pk)
    return rating


@require_GET
def rating(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a rating; what it was calculated from only to those who may read reasons, which leaves a line."""
    person, one = person_of(request), _found(request, pk)
    can = sees(person, one)
    earlier = Rating.objects.filter(customer=one.customer, policy=one.policy, as_of__lt=one.as_of).defer("record")
    told: dict[str, Any] = {
        "rating": one, "customer": one.customer, "sees": can, "step": scale_of(one.version)[one.grade],
        "by_points": scale_of(one.version)[one.grade_by_points] if one.grade_by_points else None,
        "standings": one.standings.order_by("-from_day"), "tab_url": address("ratings.of_customer", one.customer_id),
        "last": earlier.order_by("-as_of", "-id").first() if can["score"] else None,
        "may_check": may(person, "ratings.replay", one), "version_url": address("policies.version", one.version_id),
    }  # fmt: skip
    if can["reasons"] and can["grade"]:
        told |= _within(one, request)
    if can["score"]:
        items = {item.id: item for item in told["said"].items} if told.get("said") else None
        told["compared"] = compared(one, told["last"], None, items)
    return render(request, "ratings/reading/rating.html", told)


def _within(one: Rating, request: HttpRequest) -> dict[str, Any]:
    """Give the facts, reasons and ways up out of the record; where it was erased, that it was."""
    try:
        record = opened(one)
    except Refusal as refused:
        return {"erased": refused.message}
    look_at_rating(one, by=person_of(request))
    program, sources, values = prepared(one.version).program, sources_of(one), facts_in(one)
    facts = []
    for rule in program.facts:
        if rule.id in values:
            source = sources.get(rule.id)
            facts.append(
                {
                    "label": heading(rule), "value": fact_words(rule, values[rule.id]),
                    "source": told_words(source) if source is not None else "", "day": source.day if source else None,
                }
            )  # fmt: skip
    return {
        "said": explained(one), "ways": ways_up(one), "facts": facts, "engine": record["engine"],
        "terms": [(TERMS[name], _said(value)) for name, value in record["terms"].items() if name in TERMS],
        "portfolio": [_figure(program, name, value) for name, value in record["portfolio"].items()],
    }  # fmt: skip


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Calculate a stored rating again, and say whether the same bytes came out."""
    one = _found(request, pk)
    try:
        differs = check_rating(one, by=person_of(request), on=timezone.localdate())
    except Refusal as refused:
        messages.error(request, refused.message)
        return redirect(one)
    if differs:
        messages.error(request, _("重算的结果与存档不一致, 首处不同: {field}。请报告内部审计。").format(field=differs))
    else:
        messages.success(request, _("重算的结果与存档逐字节一致。"))
    return redirect(one)
