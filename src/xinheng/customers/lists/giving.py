"""A whole list, or a report, handed out as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from creditpolicy.problems import Refusal
from xinheng.intake.filing import workplace

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(request: HttpRequest, name: str, write: Callable[[Path], object], *, back: str) -> HttpResponseBase:
    """Give the workbook that `write` makes, under a name without its ending; what is refused is told on the page `back`."""
    with workplace() as folder:
        path = folder / "list.xlsx"
        try:
            write(path)
        except Refusal as refused:
            messages.error(request, str(refused))
            return redirect(back)
        content = io.BytesIO(path.read_bytes())
    return FileResponse(content, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
