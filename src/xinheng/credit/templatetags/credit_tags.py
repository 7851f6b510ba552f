"""Amounts and colours of credit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from xinheng.credit.core.money import yuan as in_yuan
from xinheng.credit.listing import TEN_THOUSAND
from xinheng.credit.models import Account, Movement

register = template.Library()
GUARANTEES = {"asked": "azure", "valid": "green", "refused": "red", "withdrawn": "secondary", "released": "secondary"}
APPLICATIONS = {"asked": "azure", "granted": "green", "refused": "red", "withdrawn": "secondary"}
COLOURS = {"passed": "green", "reminded": "azure", "held": "orange", "blocked": "red", "dropped": "secondary"}
COLOURS |= {"released": "azure", "freed": "green", "done": "green"}


@register.filter
def yuan(amount: int | None) -> Decimal | None:
    """Give an amount in cents as yuan."""
    return in_yuan(amount)


@register.filter
def effect(moved: Movement) -> Decimal | None:
    """Give a movement as it moves the balances: what is paid in beforehand or deposited takes away."""
    takes = moved.kind == Movement.Kind.EXPOSURE and moved.part in Account.TAKEN_AWAY
    return in_yuan(-moved.amount if takes else moved.amount)


@register.filter
def part_label(moved: Movement) -> object:
    """Give what part of the exposure moved, in words."""
    parts: dict[str, Any] = {name: Account._meta.get_field(name) for name in (*Account.PARTS, "taken")}
    return parts[moved.part].verbose_name if moved.part in parts else ""


@register.filter
def colour(state: str) -> str:
    """Give the colour of how an order came out."""
    return COLOURS.get(state, "secondary")


@register.filter
def colour_of_guarantee(state: str) -> str:
    """Give the colour of where a guarantee stands."""
    return GUARANTEES.get(state, "secondary")


@register.filter
def colour_of_application(state: str) -> str:
    """Give the colour of where an application stands."""
    return APPLICATIONS.get(state, "secondary")


@register.filter
def credit_unit(amount: Decimal, form: Any) -> str:
    """Write a total in the unit that the list is asked in."""
    if form.cleaned_data.get("unit") == TEN_THOUSAND:
        return _("{amount} 万元").format(amount=f"{amount / 10_000:,.2f}")
    return _("{amount} 元").format(amount=f"{amount:,.2f}")
