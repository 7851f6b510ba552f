"""Who fills the roles that policies name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.org.access import person_of
from xinheng.workflow.actions import keeping
from xinheng.workflow.forms import MappingForm
from xinheng.workflow.models import RoleMapping


def roles(request: HttpRequest) -> HttpResponse:
    """List the table, and let a line be added."""
    person, on = person_of(request), timezone.localdate()
    form = MappingForm(request.POST or None, person=person, on=on)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            keeping.map_role(
                told["policy_role"], by=person, on=on, policy=told["policy"], role=told["role"], person=told["person"]
            )
        except Refusal as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已对照。以后发起的流程按它分派, 办理中的不变。"))
            return redirect("workflow.roles")
    return render(request, "workflow/roles.html", {"form": form, "rows": RoleMapping.objects.select_related("person")})


@require_POST
def unmap(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line away."""
    keeping.unmap_role(get_object_or_404(RoleMapping, pk=pk), by=person_of(request))
    messages.success(request, _("已删去这条对照。"))
    return redirect("workflow.roles")
