"""Letters and forms as Word files, from templates that a user may edit (docxtpl).

A template of the company's own, laid into the folder `templates` of the data folder under the same name, comes before
the one that is shipped. Templates run in a sandbox: they reach what they are given and nothing else.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.conf import settings
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What may not stand in XML."""


def word(template: Path, data: Mapping[str, Any]) -> bytes:
    """Fill in a Word template and give the file; raises Refusal where the company's own template is at fault."""
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    path = chosen_template(template)
    try:
        document = DocxTemplate(path)
        document.render(_clean(dict(data)), SandboxedEnvironment(undefined=StrictUndefined), autoescape=True)
    except (TemplateError, BadZipFile, KeyError, OverflowError, TypeError, ValueError) as wrong:
        raise Refusal(
            _("Word 模板 {name} 填不出来: {wrong}。请在 Word 中改正模板, 或把它移走, 改用自带的模板。").format(
                name=path.name, wrong=wrong
            )
        ) from wrong
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def chosen_template(shipped: Path) -> Path:
    """Give the company's own template of that name, or else the one that is shipped."""
    own = Path(settings.HOME) / "templates" / shipped.name
    return own if own.is_file() else shipped


def _clean(value: Any) -> Any:
    """Give the data without characters that may not stand in XML."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
