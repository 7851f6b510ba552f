"""The customer's rights over his data: what is held about him, what he agrees to, and what he asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.models import Customer, ValueKind
from xinheng.customers.values import Line, card_of
from xinheng.papers.queries import of_customer
from xinheng.portal.actions import JUDGED
from xinheng.portal.entering import for_the_customer
from xinheng.portal.models import Invitation
from xinheng.privacy import actions
from xinheng.privacy.models import Consent, DataClass, How, Purpose, RequestKind
from xinheng.vault.masking import KINDS, masked


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is held: its heading, and lines of a name and a value."""

    label: str
    lines: list[tuple[str, str]] = field(default_factory=list)


class ConsentForm(forms.Form):
    """What he agrees to."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("用于"), choices=[one for one in Purpose.choices if one[0] != Purpose.SHARING]
    )
    scope = forms.MultipleChoiceField(
        label=gettext_lazy("哪些信息"), choices=DataClass.choices, widget=forms.CheckboxSelectMultiple
    )
    until = forms.DateField(label=gettext_lazy("到哪天为止 (空着为直到撤回)"), required=False)


class RequestForm(forms.Form):
    """What he asks about his data."""

    kind = forms.ChoiceField(label=gettext_lazy("请求"), choices=RequestKind.choices)
    details = forms.CharField(
        label=gettext_lazy("内容"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("写明要查阅、更正、删除的是什么。"),
    )  # fmt: skip


def _kept_back(line: Line) -> str:
    """Say why a value is not shown; empty where it is.

    What we judge of him, and what a policy has our people find out, is shown where the policy opens it, not here.
    """
    if line.field.code in JUDGED or line.field.origin or line.field.kind == ValueKind.SCORE:
        return _("已评价, 不在这里公布; 可以提交查阅请求")
    return _("已登记, 为保密不显示") if line.field.is_confidential else ""


def what_is_held(customer: Customer) -> list[Part]:
    """Give what the company holds about a customer, as he may see it: numbers masked, no word on who of us did what."""
    held = {"ended_on__isnull": True}
    parts = [
        Part(_("基本资料"), [(_("名称"), customer.name), (_("编号"), customer.number), (_("类别"), customer.get_kind_display())]),
        Part(_("档案卡"), [
            (str(line.field.label), _kept_back(line) or line.text)
            for line in card_of(customer) if line.current is not None
        ]),
        Part(_("证件"), [
            (one.get_kind_display(), masked(one.number, one.kind if one.kind in KINDS else "text"))
            for one in customer.identities.filter(withdrawn_at__isnull=True)
        ]),
        Part(_("联系人"), [
            (one.name, masked(one.phone, "phone")) for one in customer.contacts.filter(**held)
        ]),
        Part(_("银行账户"), [
            (one.bank, masked(one.number, "bank_account")) for one in customer.bank_accounts.filter(**held)
        ]),
        Part(_("地址"), [(one.get_what_display(), one.text) for one in customer.addresses.filter(**held)]),
        Part(_("档案文件"), [(str(one.kind), one.file_number) for one in of_customer(customer)]),
        Part(_("提供给过"), [
            (str(one.shared_on), one.partner.name) for one in customer.sharings.select_related("partner")
        ]),
    ]  # fmt: skip
    return [part for part in parts if part.lines]


@act
def _note_look(invitation: Invitation) -> None:
    record("portal.see_held", invitation, by=invitation, about=invitation.customer, look=True)


@for_the_customer
def held(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what is held about him."""
    _note_look(invitation)
    told = {"invitation": invitation, "parts": what_is_held(invitation.customer), "today": timezone.localdate()}
    return render(request, "portal/held.html", told)


@for_the_customer
def consents(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what he agreed to, and let him agree to more."""
    form, today = ConsentForm(request.POST or None), timezone.localdate()
    if form.is_valid():
        try:
            actions.give_consent(
                invitation.customer, by=invitation, on=today, since=today, how=How.PORTAL, **form.cleaned_data
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已记录您的同意, 随时可以撤回。"))
            return redirect("portal.consents")
    rows = Consent.objects.filter(customer=invitation.customer).select_related("partner")
    return render(request, "portal/consents.html", {"invitation": invitation, "form": form, "consents": rows})


@require_POST
@for_the_customer
def withdraw(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Take a consent back, at once."""
    consent = get_object_or_404(Consent, pk=pk, customer=invitation.customer)
    try:
        actions.withdraw_consent(consent, by=invitation, on=timezone.localdate(), how=How.PORTAL)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("已撤回, 从现在起不再据此使用您的信息。"))
    return redirect("portal.consents")


@for_the_customer
def ask(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let him ask to see, correct or erase his data."""
    form = RequestForm(request.POST or None)
    if form.is_valid():
        try:
            asked = actions.receive_request(
                invitation.customer, by=invitation, on=timezone.localdate(), **form.cleaned_data,
                proven_by=_("凭邀请链接和验证码进入自助页面"),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("已收到, 将在 {day} 前答复。").format(day=asked.due_on))
            return redirect("portal.ask")
    rows = invitation.customer.subject_requests.all()
    return render(request, "portal/ask.html", {"invitation": invitation, "form": form, "requests": rows})
