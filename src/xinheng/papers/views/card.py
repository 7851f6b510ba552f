"""The page that prints a customer's archive card."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from creditpolicy.problems import Refusal
from xinheng.customers.views.shown import found, page_of
from xinheng.org.access import may, person_of
from xinheng.papers.card_form import FORMS, print_card
from xinheng.papers.forms import CardForm


def card(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask in which form and how much, then give the file."""
    customer, person = found(request, pk), person_of(request)
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = print_card(customer, by=person, on=timezone.localdate(), at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            chosen = form.cleaned_data["form"]
            answer = HttpResponse(made, content_type=FORMS[chosen])
            answer["Content-Disposition"] = f'attachment; filename="{customer.number}.{chosen}"'
            answer["X-Content-Type-Options"] = "nosniff"
            return answer
    may_in_full = may(person, "customers.see_identity", customer) and may(
        person, "customers.see_confidential", customer
    )
    return page_of(request, customer, "card", "papers/card.html", {"form": form, "may_in_full": may_in_full})
