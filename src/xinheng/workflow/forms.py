"""What people fill in: a decision, to whom a task goes on, what the list is narrowed to."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.org.models import Person
from xinheng.org.queries import people_in_role
from xinheng.org.roles import BUSINESS, Role
from xinheng.workflow import acts
from xinheng.workflow.actions.handling import return_targets
from xinheng.workflow.acts import OUTCOMES, Kind, Outcome, State
from xinheng.workflow.models import Attendance, DayOff, Item, Items, Meeting, RoleMapping


class DecisionForm(forms.Form):
    """How a task is handled."""

    outcome = forms.ChoiceField(label=gettext_lazy("结果"), widget=forms.RadioSelect)
    return_to = forms.ChoiceField(label=gettext_lazy("退回到"), required=False)
    remarks = forms.CharField(
        label=gettext_lazy("意见"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("退回或不同意时必填, 对方要凭它改正。"),
    )  # fmt: skip

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        targets = return_targets(item)
        can = [one for one in OUTCOMES[item.kind] if one != Outcome.RETURN or targets]
        outcome, return_to = self.fields["outcome"], self.fields["return_to"]
        assert isinstance(outcome, forms.ChoiceField)
        assert isinstance(return_to, forms.ChoiceField)
        outcome.choices = [(one, Outcome(one).label) for one in can]
        self.initial.setdefault("outcome", can[0])
        return_to.choices = targets
        if not targets:
            del self.fields["return_to"]
            if item.kind == Kind.DO:
                self.fields["remarks"].help_text = ""


class PassForm(forms.Form):
    """To whom a task goes, and why."""

    person = forms.ModelChoiceField(label=gettext_lazy("人员"), queryset=Person.objects.none())
    why = forms.CharField(label=gettext_lazy("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = cast("forms.ModelChoiceField[Person]", self.fields["person"])
        person.queryset = people
        person.label_from_instance = _person_label  # type: ignore[method-assign, assignment]


class CosignForm(PassForm):
    """Who signs too, before or after."""

    position = forms.ChoiceField(
        label=gettext_lazy("方式"),
        choices=[
            ("before", gettext_lazy("前加签: 先征求他的意见, 再由我决定")),
            ("after", gettext_lazy("后加签: 我同意后, 他也同意才算通过")),
        ],
        initial="before",
        widget=forms.RadioSelect,
    )
    field_order = ("person", "position", "why")


class CopyForm(forms.Form):
    """Who is to read it too."""

    people = forms.ModelMultipleChoiceField(label=gettext_lazy("抄送给"), queryset=Person.objects.none())
    why = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = cast("forms.ModelMultipleChoiceField[Person]", self.fields["people"])
        chosen.queryset = people
        chosen.label_from_instance = _person_label  # type: ignore[method-assign, assignment]


def _person_label(person: Person) -> str:
    return f"{person.full_name} · {person.department}" if person.department else person.full_name


def colleagues(person: Person, on: date) -> QuerySet[Person]:
    """Give everybody in business but the person himself."""
    held = Q(appointments__role__in=BUSINESS, appointments__since__lte=on)
    open_ = Q(appointments__until__isnull=True) | Q(appointments__until__gte=on)
    found = Person.objects.filter(held & open_, is_active=True).exclude(pk=person.pk)
    return found.select_related("department").distinct().order_by("full_name")


def takers(item: Item, person: Person, on: date) -> QuerySet[Person]:
    """Give those who stand in the task's role and could take it over."""
    if not item.role:
        return colleagues(person, on)
    return people_in_role(item.role, on=on).exclude(pk=person.pk).select_related("department").order_by("full_name")


class FilterForm(forms.Form):
    """What a list of tasks is narrowed to."""

    q = forms.CharField(label=gettext_lazy("标题、客户"), required=False, max_length=60)
    act = forms.ChoiceField(label=gettext_lazy("事项"), required=False, widget=forms.Select(attrs={"data-plain": ""}))
    due = forms.ChoiceField(label=gettext_lazy("期限"), required=False)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        act, due = self.fields["act"], self.fields["due"]
        assert isinstance(act, forms.ChoiceField)
        assert isinstance(due, forms.ChoiceField)
        act.choices = [("", _("全部"))] + [(name, acts.label(name)) for name in acts.ACTS if name != "read"]
        due.choices = [("", _("全部")), ("late", _("已逾期")), ("today", _("今天到期")), ("week", _("七天内到期"))]

    def narrow(self, items: Items) -> Items:
        """Give those of `items` that are asked for; all where the form is wrong or empty."""
        if not self.is_valid():
            return items
        asked = self.cleaned_data
        if asked["q"]:
            items = items.filter(
                Q(title__icontains=asked["q"])
                | Q(round__title__icontains=asked["q"])
                | Q(about_label__icontains=asked["q"])
                | Q(subject_label__icontains=asked["q"])
            )
        if asked["act"]:
            items = items.filter(act=asked["act"])
        if asked["due"] == "late":
            items = items.filter(due_on__lt=self.on, state=State.OPEN)
        elif asked["due"]:
            ahead = 0 if asked["due"] == "today" else 7
            items = items.filter(due_on__gte=self.on, due_on__lte=date.fromordinal(self.on.toordinal() + ahead))
        return items


class DayOffForm(forms.ModelForm[DayOff]):
    """A day on which the company differs from the public calendar."""

    class Meta:
        model = DayOff
        fields = ("day", "is_working", "name")
        help_texts: ClassVar[dict[str, Any]] = {"is_working": gettext_lazy("勾选: 这天上班; 不勾: 这天放假。")}

    def clean_day(self) -> date:
        """Refuse a day that is set already, in words."""
        day: date = self.cleaned_data["day"]
        if DayOff.objects.filter(day=day).exists():
            raise forms.ValidationError(_("这一天已经设过。请先删去原来的一条。"))
        return day


class MappingForm(forms.Form):
    """Who fills a role of a policy."""

    policy = forms.CharField(
        label=gettext_lazy("制度编号"), required=False, max_length=60, help_text=gettext_lazy("留空: 对所有制度。")
    )
    policy_role = forms.CharField(label=gettext_lazy("制度中的角色"), max_length=60)
    role = forms.ChoiceField(label=gettext_lazy("公司的角色"), required=False)
    person = forms.ModelChoiceField(label=gettext_lazy("或指定人员"), required=False, queryset=Person.objects.none())

    def __init__(self, *args: Any, person: Person, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [("", "—")] + [(one.value, one.label) for one in Role if one in BUSINESS]
        chosen = cast("forms.ModelChoiceField[Person]", self.fields["person"])
        chosen.empty_label = "—"
        chosen.queryset = colleagues(person, on)

    def clean(self) -> dict[str, Any]:
        """Want exactly one of role and person."""
        told = super().clean() or {}
        if bool(told.get("role")) == bool(told.get("person")):
            raise forms.ValidationError(_("请在“公司的角色”与“指定人员”里选一个, 且只选一个。"))
        same = RoleMapping.objects.filter(policy=told.get("policy", ""), policy_role=told.get("policy_role", ""))
        if same.exists():
            raise forms.ValidationError(_("这个角色已经对照过。请先删去原来的一条。"))
        return told


class MeetingForm(forms.Form):
    """When and where a meeting is held, about what, and who comes."""

    title = forms.CharField(label=gettext_lazy("议题"), max_length=200)
    held_on = forms.DateField(
        label=gettext_lazy("会议日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(label=gettext_lazy("地点"), max_length=100, required=False)
    people = forms.ModelMultipleChoiceField(label=gettext_lazy("参会人"), queryset=Person.objects.none())

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = cast("forms.ModelMultipleChoiceField[Person]", self.fields["people"])
        chosen.queryset = people
        chosen.label_from_instance = _person_label  # type: ignore[method-assign, assignment]


class MinutesForm(forms.Form):
    """What was said at a meeting, and who came."""

    present = forms.ModelMultipleChoiceField(
        label=gettext_lazy("到会的人"), queryset=Person.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    minutes = forms.CharField(
        label=gettext_lazy("会议记录"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = cast("forms.ModelMultipleChoiceField[Person]", self.fields["present"])
        present.queryset = Person.objects.filter(attendances__meeting=meeting).select_related("department")
        present.label_from_instance = _person_label  # type: ignore[method-assign, assignment]


class VoteForm(forms.Form):
    """One's own vote."""

    vote = forms.ChoiceField(label=gettext_lazy("表决"), choices=Attendance.Vote.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("理由"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("不同意或弃权时必填, 批准的人会看到。"),
    )  # fmt: skip


class ConclusionForm(forms.Form):
    """What the meeting came to."""

    conclusion = forms.CharField(
        label=gettext_lazy("会议结论"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
