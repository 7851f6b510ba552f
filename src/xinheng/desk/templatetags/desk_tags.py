"""What templates of every room write with: icons, money, days, states, rows of form fields."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from xinheng.desk.badges import COLOURS

register = template.Library()
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
NOTHING = "—"


@cache
def icons() -> frozenset[str]:
    """Give the names of the icons that there are; `scripts/vendor.json` lists them."""
    found = finders.find(SPRITE)
    return frozenset(re.findall(r'id="([^"]+)"', Path(str(found)).read_text(encoding="utf-8")))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon, which a screen reader passes over: write words beside it."""
    if name not in icons():
        raise template.TemplateSyntaxError(f"no icon {name!r}: add it to scripts/vendor.json and run scripts/vendor.py")
    return format_html(
        '<svg class="icon {}" fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round" '
        'aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static(SPRITE),
        name,
    )


@register.simple_tag
def html_lang() -> str:
    """Give the language of the page as HTML writes it: `zh-Hans`, `zh-Hant`, `en`."""
    return to_locale(get_language() or "zh-hans").replace("_", "-")


@register.filter
def money(amount: Any, unit: str = "") -> SafeString | str:
    """Write an amount with thousands separators and two digits, and its unit where one is given; nothing is a dash."""
    if amount is None or amount == "":
        return NOTHING
    try:
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    figure = f"{exact:,.2f}"
    if unit:
        said = _("元") if unit == "CNY" else unit
        return format_html('<span class="tabular">{}</span> <span class="unit">{}</span>', figure, said)
    return format_html('<span class="tabular">{}</span>', figure)


@register.filter
def number(count: Any) -> SafeString | str:
    """Write a count with thousands separators; nothing is a dash."""
    if count is None or count == "":
        return NOTHING
    return format_html('<span class="tabular">{}</span>', f"{count:,}")


@register.filter
def percent(share: Any, digits: int = 1) -> SafeString | str:
    """Write a share (0.153) as a percentage (15.3%); nothing is a dash."""
    if share is None or share == "":
        return NOTHING
    return format_html('<span class="tabular">{}%</span>', f"{Decimal(str(share)) * 100:.{int(digits)}f}")


@register.filter
def days(count: Any) -> str:
    """Write a number of days; nothing is a dash."""
    if count is None or count == "":
        return NOTHING
    return _("{count} 天").format(count=f"{count:,}")


@register.filter
def day(when: Any) -> SafeString | str:
    """Write a day (of a moment: the day here) as 2026-03-01, never broken over two lines; nothing is a dash."""
    if not when:
        return NOTHING
    if isinstance(when, datetime):
        when = timezone.localtime(when).date() if timezone.is_aware(when) else when.date()
    return format_html('<time class="tabular" datetime="{}">{}</time>', when.isoformat(), when.isoformat())


@register.filter
def moment(when: Any) -> SafeString | str:
    """Write a moment as 2026-03-01 14:05; nothing is a dash."""
    if not when:
        return NOTHING
    here = timezone.localtime(when) if timezone.is_aware(when) else when
    return format_html('<time class="tabular" datetime="{}">{}</time>', here.isoformat(), f"{here:%Y-%m-%d %H:%M}")


@register.filter
def as_of(when: date | None) -> SafeString | str:
    """Say up to which day a figure counts."""
    if not when:
        return ""
    return format_html('<span class="as-of">{}</span>', _("截至 {day}").format(day=when.isoformat()))


@register.filter
def masked(shown: Any) -> SafeString | str:
    """Write a value that is shown in part only, with a lock to say so; the value comes masked already."""
    if not shown:
        return NOTHING
    return format_html(
        '<span class="tabular masked" title="{}">{}</span>{}', _("部分隐去"), shown, icon("lock", "icon-inline ms-1")
    )


@register.filter
def dash(value: Any) -> Any:
    """Write a dash where there is nothing."""
    return value if value not in {None, ""} else NOTHING


@register.simple_tag
def badge(label: Any, state: Any = "", colour: str = "") -> SafeString:
    """Write a state as a badge; the colour comes from `badges.COLOURS`, or is said: green, red, orange, blue, gray …."""
    return format_html(
        '<span class="badge bg-{}-lt">{}</span>', colour or COLOURS.get(str(state).lower(), "secondary"), label
    )


ASSUMED = frozenset({"假定", "Assumed"})
"""What stands where a rule has no clause, in the words of whoever wrote it down."""


@register.simple_tag
def clause(text: str) -> SafeString:
    """Write the clause of a rule small; where it says that the rule is assumed, a badge that says what that means."""
    if text in ASSUMED:
        return format_html(
            '<span class="badge bg-orange-lt" title="{}">{}</span>',
            _("来源文件没有写这一条, 由编制人拟定, 待公司确认。"), _("假定"),
        )  # fmt: skip
    return format_html('<span class="text-secondary small">{}</span>', text) if text else SafeString()


@register.filter
def alert_colour(tags: str) -> str:
    """Give Bootstrap's word for the level of a message."""
    return next((colour for level, colour in ALERTS.items() if level in tags), "info")


ALERTS = {"error": "danger", "warning": "warning", "success": "success"}


@register.inclusion_tag("desk/forms/fields.html")
def fields(form: BaseForm, *names: str, columns: int = 2) -> dict[str, Any]:
    """Write some fields of a form side by side: `{% fields form "name" "kind" %}`; without names, all of them.

    The whole of a form also is `{{ form }}`; its problems and hidden fields alone, `{% form_head form %}`.
    """
    chosen = [form[name] for name in names] if names else form.visible_fields()
    return {"fields": chosen, "width": 12 // columns}


@register.inclusion_tag("desk/forms/head.html")
def form_head(form: BaseForm) -> dict[str, Any]:
    """Write what belongs to no field: the hidden fields, and the problems of the form as a whole."""
    return {"form": form, "errors": form.non_field_errors(), "hidden": form.hidden_fields()}


@register.simple_tag
def layout_of(field: BoundField) -> str:
    """Say how a field's box is laid out: `check` beside its label, `choices` in a group, else `box` under its label."""
    return getattr(field, "layout", "box")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changed: Any) -> str:
    """Give the address's query with some of it changed: `{% query page=2 %}`; None takes a key away."""
    asked = context["request"].GET.copy()
    for key, value in changed.items():
        if value is None:
            asked.pop(key, None)
        else:
            asked[key] = value
    return f"?{asked.urlencode()}"
