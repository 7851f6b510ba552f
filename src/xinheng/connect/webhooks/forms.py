"""The forms for webhooks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.connect.models import Event, Subscription
from xinheng.org.models import Person

EVENTS = [(event.value, event.label) for event in Event if event != Event.TEST]


class SubscriptionForm(forms.Form):
    """Which system is told of what."""

    name = forms.CharField(label=_("系统名称"), max_length=60, help_text=_("通知哪个系统, 如 ERP。"))
    url = forms.CharField(label=_("地址"), max_length=500, help_text=_("https 地址; 不能是内部地址。"))
    events = forms.MultipleChoiceField(label=_("事件"), choices=EVENTS, widget=forms.CheckboxSelectMultiple)
    person = forms.ModelChoiceField(
        label=_("以谁的身份"), queryset=Person.objects.none(),
        help_text=_("只通知这个人员能看到的客户和等级。请用专门为系统建立的人员。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = Person.objects.filter(is_active=True)


class ChangeForm(forms.Form):
    """Another address, or other events."""

    url = forms.CharField(
        label=_("新地址"), max_length=500, required=False, help_text=_("不改就空着; 现在的路径为保密不显示。")
    )
    events = forms.MultipleChoiceField(label=_("事件"), choices=EVENTS, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, subscription: Subscription, **kwargs: Any) -> None:
        kwargs["initial"] = {"events": subscription.events}
        super().__init__(*args, **kwargs)
