"""What stands around every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the templates what the shell needs."""
    return {"company": settings.COMPANY, "is_demo": settings.DEMO}
