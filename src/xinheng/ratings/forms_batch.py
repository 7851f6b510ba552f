"""The forms of batches: whom to rate, and which of their customers to look at."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.customers.models import Kind, Nature, Size
from xinheng.org.models import Department
from xinheng.policies.models import Version
from xinheng.policies.queries import in_force, policy_of


def _several(label: Any, choices: Any, **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **more
    )


class BatchForm(forms.Form):
    """By which policy, as of which day, whom, why."""

    version = forms.ModelChoiceField(label=_("制度"), queryset=Version.objects.none(), empty_label=None)
    as_of = forms.DateField(
        label=_("评级日"), help_text=_("按这一天的往来、报表和档案评级。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    kind = _several(_("类别"), Kind.choices)
    nature = _several(_("性质"), Nature.choices)
    size = _several(_("企业规模"), Size.choices)
    grade = _several(_("在用等级"), ())
    department = forms.ModelMultipleChoiceField(
        label=_("归属部门"), queryset=Department.objects.none(), required=False,
        help_text=_("连同下级部门。不选就是全部。"),
    )  # fmt: skip
    due_by = forms.DateField(
        label=_("应复评于此日之前"), required=False, help_text=_("含还没有等级的客户。不填就是全部。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    why = forms.CharField(label=_("事由"), max_length=200, required=False)

    def __init__(self, *args: Any, on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        versions = in_force(on).order_by("-policy__is_main", "policy__key")
        fields: dict[str, Any] = self.fields
        fields["version"].queryset = versions
        fields["department"].queryset = Department.objects.all()
        grades: dict[str, str] = {}
        for version in versions:
            for grade in policy_of(version).grades:
                grades.setdefault(grade.grade, str(grade.label or grade.grade))
        fields["grade"].choices = list(grades.items())

    def segment(self) -> dict[str, Any]:
        """Give whom to rate."""
        told = self.cleaned_data
        found = {name: told[name] for name in ("kind", "nature", "size", "grade") if told.get(name)}
        if told.get("department"):
            found["department"] = [department.pk for department in told["department"]]
        if told.get("due_by"):
            found["due_by"] = told["due_by"].isoformat()
        return found


class MoversForm(forms.Form):
    """Which customers of a batch are shown."""

    SHOWS = (
        ("moved", _("等级有变的")), ("up", _("升级的")), ("down", _("降级的")), ("first", _("首次有等级的")),
        ("vetoed", _("被一票否决的")), ("raised", _("额度提高的")), ("lowered", _("额度降低的")), ("all", _("全部")),
    )  # fmt: skip
    show = forms.ChoiceField(label=_("显示"), choices=SHOWS, required=False)
    q = forms.CharField(label=_("编号或名称"), required=False, max_length=60)
    before = forms.ChoiceField(label=_("原等级"), required=False)
    after = forms.ChoiceField(label=_("新等级"), required=False)

    def __init__(self, *args: Any, grades: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        fields: dict[str, Any] = self.fields
        fields["before"].choices = [("", _("全部")), *grades, ("-", _("没有等级"))]
        fields["after"].choices = [("", _("全部")), *grades]


class ReasonForm(forms.Form):
    """A reason."""

    why = forms.CharField(label=_("理由"), max_length=200, required=False)
