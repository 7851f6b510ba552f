"""How forms are drawn: `{{ form }}` gives labels, required marks, help and errors in the house look.

Django's own rendering with templates of ours (`FORM_RENDERER`); a form needs no classes of its own.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

DASHES = "---------"
"""What Django writes where nothing is chosen."""
MANY = 12
"""A list of more choices than this gets a box to search in."""


class HouseField(BoundField):
    """A field with the classes that the style sheet wants."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        widget = field.widget
        if isinstance(field, forms.ModelChoiceField) and field.empty_label == DASHES:
            field.empty_label = "—"
        if type(widget) in {forms.DateInput, forms.DateTimeInput} and widget.input_type == "text":
            # The browser's own calendar: it knows the reader's language, and works by keyboard and on a phone.
            is_day = isinstance(widget, forms.DateInput)
            widget.input_type = "date" if is_day else "datetime-local"
            widget.format = "%Y-%m-%d" if is_day else "%Y-%m-%dT%H:%M"

    @property
    def layout(self) -> str:
        """`check` beside its label, `choices` in a group, else `box` under its label."""
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        return "check" if isinstance(widget, forms.CheckboxInput) else "box"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the classes to what Django says of the widget."""
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        told = str(widget.attrs.get("class", ""))
        wrong = "is-invalid" if self.errors else ""
        attrs["class"] = " ".join(word for word in (told, _css(widget), wrong) if word)
        if isinstance(widget, forms.Select) and not isinstance(widget, forms.RadioSelect):
            many = isinstance(widget, forms.SelectMultiple)
            if "data-plain" not in widget.attrs and (many or _more_than(widget.choices, MANY)):
                attrs["data-search"] = ""
        if isinstance(self.field, forms.DecimalField):
            attrs.setdefault("inputmode", "decimal")
        return attrs


def _css(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "" if widget.is_hidden else "form-control"


def _more_than(choices: Any, count: int) -> bool:
    try:
        return len(choices) > count
    except TypeError:
        return sum(1 for _choice in choices) > count


class HouseRenderer(TemplatesSetting):
    """Draws every form of the application."""

    form_template_name = "desk/forms/form.html"
    field_template_name = "desk/forms/field.html"
    bound_field_class = HouseField
