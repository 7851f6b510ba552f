"""An amount as people type and paste it: `120000`, `120,000.50`, `１２００００`, `￥120,000 元`."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


class AmountField(forms.DecimalField):
    """A decimal that takes full-width figures, separators of thousands and the unit yuan; nothing else is guessed."""

    widget = forms.TextInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("请写数字, 例如 120000 或 120,000.50。"),
        "max_digits": _("金额太大, 请核对。"),
        "max_whole_digits": _("金额太大, 请核对。"),
        "max_decimal_places": _("最多两位小数。"),
        "min_value": _("金额不能小于 %(limit_value)s。"),
    }

    def to_python(self, value: Any) -> Any:
        """Read what was typed."""
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().removeprefix("¥").removesuffix("元").strip()
            if _GROUPED.fullmatch(value):
                value = value.replace(",", "")
        return super().to_python(value)
