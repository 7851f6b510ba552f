"""What the auditor asks with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.audit.acts import declared
from xinheng.auditor.queries import Search, people_named

CHANNELS = (
    ("", gettext_lazy("全部途径")),
    ("page", gettext_lazy("页面")),
    ("api", gettext_lazy("接口")),
    ("portal", gettext_lazy("客户自助")),
    ("command", gettext_lazy("命令")),
    ("job", gettext_lazy("后台")),
)
KINDS = (("", gettext_lazy("办理和查阅")), ("acts", gettext_lazy("只看办理")), ("looks", gettext_lazy("只看查阅")))


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _moment(label: Any, *, required: bool) -> forms.DateTimeField:
    shown = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, widget=shown)


class SearchForm(forms.Form):
    """The filters above the record."""

    who = forms.CharField(label=gettext_lazy("谁"), required=False, max_length=60)
    act = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    customer = forms.CharField(label=gettext_lazy("客户 (编号或名称)"), required=False, max_length=60)
    subject = forms.CharField(label=gettext_lazy("对象"), required=False, max_length=60)
    since = _day(gettext_lazy("从"))
    until = _day(gettext_lazy("到"))
    kind = forms.ChoiceField(label=gettext_lazy("类别"), required=False, choices=KINDS)
    channel = forms.ChoiceField(label=gettext_lazy("途径"), required=False, choices=CHANNELS)
    session = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        acts = sorted(((name, str(label)) for name, label in declared().items()), key=lambda one: one[1])
        self.fields["act"] = forms.ChoiceField(
            label=gettext_lazy("事项"), required=False, choices=[("", _("全部事项")), *acts]
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        told = super().clean() or {}
        since, until = told.get("since"), told.get("until")
        if since and until and until < since:
            self.add_error("until", _("“到”早于“从”, 请改其中一个。"))
        return told

    def search(self) -> Search:
        """Give what is looked for."""
        return Search(**{name: value for name, value in self.cleaned_data.items() if value})


class BreachForm(forms.Form):
    """Whose hands, or which signing-in, and when."""

    who = forms.CharField(label=gettext_lazy("谁的账号"), required=False, max_length=60)
    session = forms.CharField(label=gettext_lazy("哪次登录"), required=False, max_length=16)
    since = _moment(gettext_lazy("从"), required=True)
    until = _moment(gettext_lazy("到"), required=False)
    looks_only = forms.BooleanField(label=gettext_lazy("只算查阅和导出"), required=False)

    def clean(self) -> dict[str, Any]:
        """Find the people meant; a period without an end goes on until now."""
        told = super().clean() or {}
        told["until"] = told.get("until") or timezone.now()
        if told.get("since") and told["until"] <= told["since"]:
            self.add_error("until", _("“到”早于“从”, 请改其中一个。"))
        told["people"] = people_named(told["who"]) if told.get("who") else []
        if told.get("who") and not told["people"]:
            self.add_error("who", _("没有叫“{name}”的账号。请写登录名或姓名。").format(name=told["who"]))
        if len(told["people"]) > 1:
            names = ", ".join(person.actor_name for person in told["people"][:10])
            self.add_error("who", _("不止一人: {names}。请写登录名。").format(names=names))
        return told

    def asked(self) -> dict[str, Any]:
        """Give what `customers_seen` takes."""
        return {name: self.cleaned_data[name] for name in ("people", "session", "since", "until", "looks_only")}
