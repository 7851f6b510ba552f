"""All that happened to a customer's grade; taking it back for false information, and lifting a freeze."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from creditpolicy.problems import Refusal
from xinheng.customers.views.shown import asked, found, page_of
from xinheng.lists.asking import ROWS
from xinheng.org.access import person_of
from xinheng.ratings import actions, queries
from xinheng.ratings.forms_changing import RevokeForm, WhyForm
from xinheng.ratings.models import Happening


@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything that happened to a grade with what came of it, what was passed over too, the latest first."""
    customer, policy = found(request, pk), queries.main_policy()
    rows = Happening.objects.filter(customer=customer, policy=policy).select_related("by", "incident", "version")
    page: Any = Paginator(rows.order_by("-pk"), ROWS).get_page(request.GET.get("page"))
    for row in page:
        row.scale_step = queries.scale_of(row.version)[row.grade] if row.grade else None
    return page_of(request, customer, "rating", "ratings/changing/changes.html", {"page": page, "policy": policy})


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a customer's grade."""
    customer, person = found(request, pk), person_of(request)
    form = RevokeForm(request.POST or None, customer=customer)
    if form.has_nothing_to_rest_on:
        return page_of(request, customer, "rating", "ratings/changing/not_possible.html", {
            "title": _("撤销等级"), "back": reverse("ratings.of_customer", args=[pk]),
            "refused": Refusal(_("撤销等级要有依据, 而这位客户没有登记过“资料不实”事件。请另一人先在“往来”里登记。")),
            "next_url": reverse("ledger.dealings", args=[pk]), "next_label": _("去往来"),
        })  # fmt: skip
    return asked(
        request, customer, form,
        lambda told: actions.revoke(customer, told["incident"], by=person, on=timezone.localdate(), why=told["why"]),
        tab="rating", title=_("撤销等级"), button=_("撤销等级"), danger=True,
        back=reverse("ratings.of_customer", args=[pk]), done=_("等级已撤销, 业务员已收到通知。"),
        text=_("撤销当日生效: 重新评级之前没有等级, 额度为 0; 重新评级从最低一级起。"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def thaw(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a freeze."""
    customer, person = found(request, pk), person_of(request)
    return asked(
        request, customer, WhyForm(request.POST or None),
        lambda told: actions.thaw(customer, by=person, on=timezone.localdate(), why=told["why"]),
        tab="rating", title=_("解除冻结"), button=_("解除冻结"), back=reverse("ratings.of_customer", args=[pk]),
        done=_("已解除冻结。"), text=_("写明查清了什么。解除后恢复按等级授信; 期间保持的较好结果随即计入。"),
    )  # fmt: skip
