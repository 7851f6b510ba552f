"""Acts on what the card asks for: taking fields from a policy, putting one out of use."""

from __future__ import annotations

from django.utils.translation import gettext as _

from creditpolicy.model import Policy
from creditpolicy.problems import Refusal
from xinheng.audit.record import act, record
from xinheng.customers.card import fields_from_policy
from xinheng.customers.models import CardField
from xinheng.org.access import demand
from xinheng.org.models import Person


@act
def take_fields(policy: Policy, *, by: Person) -> list[CardField]:
    """Put every fact that a policy asks people to enter on the card."""
    demand(by, "customers.fields")
    taken = fields_from_policy(policy)
    if not taken:
        raise Refusal(_("这份制度没有需要人工填写、而档案卡还没有的项目。"))
    codes = [row.code for row in taken]
    record("customers.take_fields", taken[0], by=by, after={"policy": policy.policy, "fields": codes})
    return taken


@act
def retire_field(row: CardField, *, by: Person, in_use: bool) -> CardField:
    """Put an added field out of use, or into use again; values that were brought stay."""
    demand(by, "customers.fields")
    row.is_in_use = in_use
    row.save(update_fields=["is_in_use"])
    record("customers.retire_field", row, by=by, after={"in_use": in_use})
    return row
