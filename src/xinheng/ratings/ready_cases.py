"""What cases bring to other rooms: the button that opens one on a customer's tab, and the list as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from xinheng.customers.models import Customer
    from xinheng.org.models import Person
    from xinheng.ratings.buttons import Button


def ready() -> None:
    """Bring it."""
    from xinheng.lists.pages import is_a_list
    from xinheng.ratings.buttons import BUTTONS

    BUTTONS.append(buttons)
    is_a_list("ratings.assessments", needs="ratings.see_cases")


def buttons(customer: Customer, person: Person) -> Iterator[Button]:
    """Give the button that opens a case, or leads to the one that is under way."""
    from django.urls import reverse

    from xinheng.customers.models import Status
    from xinheng.org.access import may
    from xinheng.ratings.actions.opening import UNDER_WAY
    from xinheng.ratings.buttons import Button
    from xinheng.ratings.models import Assessment

    running = Assessment.objects.filter(customer=customer, state__in=UNDER_WAY).order_by("-pk").first()
    if running is not None:
        yield Button(_("打开评估"), "clipboard-list", reverse("ratings.assessment", args=[running.pk]), is_strong=True)
    elif customer.status == Status.FILED and may(person, "ratings.open"):
        yield Button(_("发起评估"), "plus", reverse("ratings.new_assessment", args=[customer.pk]), is_strong=True)
