"""The papers of a case, downloaded."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import person_of
from xinheng.ratings.actions.printing import FORMATS, print_document
from xinheng.ratings.documents import FORMS
from xinheng.ratings.views_cases.form import visible


@require_POST
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a paper of the case as PDF or Word."""
    case = visible(request, pk)
    form, format = request.POST.get("form", ""), request.POST.get("format", "pdf")
    try:
        content = print_document(
            case, form=form, format=format, by=person_of(request), on=timezone.localdate(), at=timezone.now()
        )
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect(case)
    answer = HttpResponse(content, content_type=FORMATS[format])
    name = quote(f"{case.number} {FORMS[form]}.{format}")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
