"""May the goods of an order go out? Which rules keep them back, what would free them, and the special approval."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinheng.credit import actions
from xinheng.credit.actions.deliveries import STATES, against, left_to_deliver, stop_of
from xinheng.credit.core.money import cents, yuan
from xinheng.credit.forms import WhyForm
from xinheng.credit.rules.delivering import going
from xinheng.credit.rules.examining import verdict_of
from xinheng.customers.models import Customer
from xinheng.customers.views.shown import done_or_told
from xinheng.ledger.models import Order
from xinheng.org.access import may, person_of
from xinheng.workflow.queries import items_of


@require_GET
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether what is left of an order may go out today, and what became of goods that were kept back."""
    order, person, on = _order(request, pk), person_of(request), timezone.localdate()
    stop, left = stop_of(order), left_to_deliver(order)
    found = against(order, left, on=on, stop=stop) if left else ()
    task = items_of(stop).filter(state="open", act="approve").first() if stop is not None else None
    is_kept = verdict_of(found) in STATES
    version = going(order, cents(left), on=on).version
    return render(request, "credit/delivery.html", {
        "order": order, "customer": order.customer, "left": left, "found": found, "stop": stop, "task": task,
        "is_kept": is_kept, "policy": version, "stopped_goods": yuan(stop.goods) if stop is not None else None,
        "may_ask": is_kept and task is None and may(person, "credit.check", order.customer),
        "form": WhyForm(), "on": on, "is_valid": stop is not None and stop.approved_until is not None and on < stop.approved_until,
    })  # fmt: skip


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that the goods may go out."""
    order, person, on = _order(request, pk), person_of(request), timezone.localdate()
    return done_or_told(
        request, lambda: actions.ask_to_deliver(order, reason=request.POST.get("why", ""), by=person, on=on),
        back=reverse("credit.delivery", args=[pk]), done=_("已提交特批。"),
    )  # fmt: skip


def _order(request: HttpRequest, pk: int) -> Order:
    rows = Order.objects.filter(customer__in=Customer.objects.visible_to(person_of(request)).values("pk"))
    found: Order = get_object_or_404(rows.select_related("customer__owner", "company", "contract"), pk=pk)
    return found
