"""The pages of webhooks: who is told of what, and how that goes."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.connect.models import Delivery, Subscription
from xinheng.connect.webhooks import actions, sending
from xinheng.connect.webhooks.forms import ChangeForm, SubscriptionForm
from xinheng.org.access import person_of

ON_A_PAGE = 50


def webhooks(request: HttpRequest) -> HttpResponse:
    """List the systems that are told of events."""
    rows = Subscription.objects.select_related("person").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING)),
        failed=Count("deliveries", filter=Q(deliveries__state=Delivery.State.FAILED)),
    )
    return render(request, "connect/webhooks.html", {"subscriptions": rows.order_by("state", "-pk")})


def new_webhook(request: HttpRequest) -> HttpResponse:
    """Have another system told, and show the secret this once."""
    form = SubscriptionForm(request.POST or None)
    if form.is_valid():
        try:
            made, secret = actions.subscribe(**form.cleaned_data, by=person_of(request), on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _secret(request, made, secret)
    return render(request, "connect/new_webhook.html", {"form": form})


def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one system that is told: its deliveries and how each try went; take changes."""
    subscription = get_object_or_404(Subscription.objects.select_related("person", "created_by"), pk=pk)
    form = ChangeForm(request.POST or None, subscription=subscription)
    if form.is_valid():
        try:
            actions.edit_subscription(subscription, **form.cleaned_data, by=person_of(request))
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect(subscription)
    rows = subscription.deliveries.prefetch_related("attempts")
    state = request.GET.get("state", "")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    told = {
        "subscription": subscription, "form": form, "states": Delivery.State.choices, "state": state,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "connect/webhook.html", told)


@require_POST
def handle(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Test, pause, resume or end it, or make another secret."""
    subscription = get_object_or_404(Subscription, pk=pk)
    try:
        if verb == "secret":
            return _secret(request, subscription, actions.renew_secret(subscription, by=person_of(request)))
        said = _VERBS[verb](request, subscription)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect(subscription)


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send something again."""
    delivery = get_object_or_404(Delivery.objects.select_related("subscription"), pk=pk)
    try:
        actions.resend(delivery, by=person_of(request))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已排队重发, 编号不变。"))
    return redirect(delivery.subscription)


def _test(request: HttpRequest, subscription: Subscription) -> str:
    delivery = actions.queue_test(subscription, by=person_of(request))
    answer = sending.send(delivery)
    if answer.is_taken:
        return _("对方收下了测试消息 (应答 {status}, {ms} 毫秒)。").format(status=answer.status, ms=answer.milliseconds)
    raise Refusal(
        _("对方没有收下测试消息: {why}").format(why=answer.problem or _("应答 {status}").format(status=answer.status))
    )


def _pause(request: HttpRequest, subscription: Subscription) -> str:
    actions.pause(subscription, by=person_of(request))
    return _("已暂停。期间的事件会留着, 恢复后补发。")


def _resume(request: HttpRequest, subscription: Subscription) -> str:
    actions.resume(subscription, by=person_of(request), on=timezone.localdate())
    return _("已恢复, 积压的消息陆续发出。")


def _end(request: HttpRequest, subscription: Subscription) -> str:
    why = request.POST.get("why", "")
    actions.end_subscription(subscription, by=person_of(request), on=timezone.localdate(), why=why)
    return _("已停用, 从现在起不再通知。")


_VERBS: dict[str, Callable[[HttpRequest, Subscription], str]] = {
    "test": _test, "pause": _pause, "resume": _resume, "end": _end,
}  # fmt: skip
VERBS = (*_VERBS, "secret")


def _secret(request: HttpRequest, subscription: Subscription, secret: str) -> HttpResponse:
    return render(request, "connect/webhook_secret.html", {"subscription": subscription, "secret": secret})
