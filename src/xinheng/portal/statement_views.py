"""The customer's pages about his account: the statements laid before him, and his answer to each."""

from __future__ import annotations

import io

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creditpolicy.problems import Refusal
from xinheng.ledger.actions import answer_statement
from xinheng.ledger.models import AccountStatement
from xinheng.ledger.printing import items_of, lines_of, print_statement
from xinheng.portal.entering import for_the_customer
from xinheng.portal.models import Invitation

State = AccountStatement.State
SHOWN = (State.SENT, State.AGREED, State.DIFFERS, State.SETTLED)


class AnswerForm(forms.Form):
    """Whether he agrees, and what differs."""

    agrees = forms.ChoiceField(
        label=gettext_lazy("核对结果"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("数据无误")), ("no", gettext_lazy("有不符之处"))],
    )  # fmt: skip
    remarks = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("不符时请写明哪一笔、差多少、您的账是多少。"),
    )  # fmt: skip


def _own(invitation: Invitation) -> QuerySet[AccountStatement]:
    """Give the statements that were laid before him; what is being made, or was taken back, is not his to read."""
    rows: QuerySet[AccountStatement] = AccountStatement.objects.filter(customer=invitation.customer, state__in=SHOWN)
    return rows.select_related("company", "customer", "made_by")


@for_the_customer
def statements(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """List the statements laid before him."""
    return render(request, "portal/statements.html", {"invitation": invitation, "rows": _own(invitation)})


@for_the_customer
def statement(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Show a statement, and take his answer."""
    one = get_object_or_404(_own(invitation), pk=pk)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            answer_statement(
                one, agrees=told["agrees"] == "yes", remarks=told["remarks"], by=invitation, on=timezone.localdate()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已收到您的答复。"))
            return redirect("portal.statements")
    told = {
        "invitation": invitation, "statement": one, "lines": lines_of(one), "items": items_of(one),
        "form": form if one.state == State.SENT else None,
    }  # fmt: skip
    return render(request, "portal/statement.html", told)


@for_the_customer
def printed(_request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponseBase:
    """Give a statement as a PDF, to be stamped and sent back."""
    one = get_object_or_404(_own(invitation), pk=pk)
    content = io.BytesIO(print_statement(one, by=invitation, at=timezone.now()))
    return FileResponse(content, filename=f"{one}.pdf", content_type="application/pdf")
