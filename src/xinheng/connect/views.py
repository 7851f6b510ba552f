"""The page of tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.connect import actions
from xinheng.connect.forms import TokenForm
from xinheng.connect.models import SCOPES, Token
from xinheng.org.access import may, person_of


def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens, the good ones and those that are over."""
    rows = Token.objects.select_related("person", "created_by")
    told = {
        "tokens": rows, "today": timezone.localdate(), "scopes": SCOPES,
        "may_manage": may(person_of(request), "connect.manage"),
    }  # fmt: skip
    return render(request, "connect/tokens.html", told)


def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token, and show its secret this once."""
    form = TokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, secret = actions.issue_token(**form.cleaned_data, by=person_of(request), on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return render(request, "connect/secret.html", {"token": token, "secret": secret})
    return render(request, "connect/new_token.html", {"form": form})


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a token back."""
    token = get_object_or_404(Token, pk=pk)
    try:
        actions.revoke_token(token, by=person_of(request), why=request.POST.get("why", ""))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已停用令牌 {token}。用它的系统从现在起进不来。").format(token=token))
    return redirect("connect.tokens")
