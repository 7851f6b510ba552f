"""What is asked for, of people, departments, roles and delegations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from xinheng.org.models import Department, Person
from xinheng.org.roles import ADMINISTRATORS, Role

THEMES = (("auto", _("随系统")), ("light", _("浅色")), ("dark", _("深色")))
STATES = (
    ("active", _("在用")),
    ("no_second_factor", _("在用, 没有动态码")),
    ("closed", _("已停用")),
    ("all", _("全部")),
)
_NAME = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("登录名只用字母、数字、点、横线和下划线, 以字母或数字开头。"))


class DepartmentChoice(forms.ModelChoiceField[Department]):
    """A department, shown with its depth in the tree."""

    def label_from_instance(self, obj: Any) -> str:
        """Give the name, moved right by its depth."""
        depth: int = obj.path.count("/") - 2
        return "　" * depth + str(obj.name)


class PersonChoice(forms.ModelChoiceField[Person]):
    """A person, shown with department and job."""

    def label_from_instance(self, obj: Any) -> str:
        """Give name, department and job."""
        return str(obj.label)


def _departments() -> Any:
    return Department.objects.filter(is_closed=False)


def _people() -> Any:
    return Person.objects.filter(is_active=True).select_related("department")


def _business() -> list[tuple[str, Any]]:
    return [("", _("请选择")), *((role.value, role.label) for role in Role if role not in ADMINISTRATORS)]


class PeopleFilter(forms.Form):
    """Which people to list."""

    q = forms.CharField(label=_("姓名、登录名、职务"), required=False)
    department = DepartmentChoice(label=_("部门"), queryset=None, required=False, empty_label=_("全部"))
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices])
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        self.fields["department"].queryset = _departments()  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """What is known of a person."""

    full_name = forms.CharField(label=_("姓名"), max_length=60)
    department = DepartmentChoice(label=_("部门"), queryset=None)
    job_title = forms.CharField(label=_("职务"), max_length=60, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False, help_text=_("找回密码和企业登录靠它认人"))
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        self.fields["department"].queryset = _departments()  # type: ignore[attr-defined]


class EngageForm(PersonForm):
    """A new account."""

    username = forms.CharField(
        label=_("登录名"), max_length=60, validators=[_NAME], help_text=_("不分大小写, 以后不能改"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    field_order = ("username", "full_name", "department", "job_title", "email", "phone")


class WhyForm(forms.Form):
    """The reason for an act."""

    why = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class AppointForm(forms.Form):
    """A role for somebody."""

    role = forms.ChoiceField(label=_("角色"), choices=[("", _("请选择")), *Role.choices])
    since = forms.DateField(label=_("自"), widget=forms.DateInput)
    until = forms.DateField(
        label=_("至"), required=False, widget=forms.DateInput, help_text=_("不填则一直任到免去为止")
    )
    reason = forms.CharField(label=_("说明"), max_length=200, required=False, help_text=_("例如任命文件的编号"))


class EndAppointmentForm(WhyForm):
    """The end of an appointment."""

    from_day = forms.DateField(label=_("自哪天起不再担任"), widget=forms.DateInput, help_text=_("填今天即刻生效"))
    field_order = ("from_day", "why")


class DelegateForm(forms.Form):
    """A role lent for some days."""

    role = forms.ChoiceField(label=_("委托的角色"))
    to_person = PersonChoice(label=_("受托人"), queryset=None)
    since = forms.DateField(label=_("自"), widget=forms.DateInput)
    until = forms.DateField(label=_("至"), widget=forms.DateInput, help_text=_("含这一天"))
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("例如出差、休假"))

    def __init__(self, *args: Any, lender: Person, on: date, **told: Any) -> None:
        super().__init__(*args, **told)
        own = sorted(set(lender.appointments.in_force(on).values_list("role", flat=True)))
        self.fields["role"].choices = [(role, Role(role).label) for role in own]  # type: ignore[attr-defined]
        self.fields["to_person"].queryset = _people().exclude(pk=lender.pk)  # type: ignore[attr-defined]


class DepartmentForm(forms.Form):
    """A department."""

    code = forms.CharField(label=_("编号"), max_length=20)
    name = forms.CharField(label=_("名称"), max_length=60)
    parent = DepartmentChoice(label=_("上级部门"), queryset=None, required=False, empty_label=_("无 (最上一级)"))
    head = PersonChoice(label=_("负责人"), queryset=None, required=False, empty_label=_("未定"))

    def __init__(self, *args: Any, **told: Any) -> None:
        super().__init__(*args, **told)
        self.fields["parent"].queryset = _departments()  # type: ignore[attr-defined]
        self.fields["head"].queryset = _people()  # type: ignore[attr-defined]


class DutiesForm(forms.Form):
    """Two roles to keep apart."""

    role = forms.ChoiceField(label=_("角色"), choices=_business)
    other = forms.ChoiceField(label=_("另一角色"), choices=_business)
    why = forms.CharField(label=_("原因"), max_length=200)
    clause = forms.CharField(
        label=_("条款"), max_length=100, required=False, help_text=_("文件与条款, 例如 002-03 第三条")
    )


class LookForm(forms.Form):
    """The language and the look one likes."""

    language = forms.ChoiceField(label=_("界面语言"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(label=_("外观"), choices=THEMES)
