"""What the tests of customers' files share: numbers that can be right, and a file that is complete."""

from __future__ import annotations

from datetime import date
from typing import Any

from xinheng.customers import actions
from xinheng.customers.models import Address, Customer, IdentityKind, Kind, Source

ON = date(2026, 11, 22)
USCC = "91110000600037341L"
OTHER_USCC = "91310115MA1K3BTP2B"
RESIDENT_ID = "360426199101010071"


def register(company: Any, *, by: Any = None, name: str = "合肥庐阳机电有限公司", **told: Any) -> Customer:
    """Take an enterprise in, by the sales person unless another is named."""
    return actions.register_customer(by=by or company.sales, on=ON, name=name, **{"kind": Kind.ENTERPRISE, **told})


def complete(company: Any, *, by: Any = None, uscc: str = USCC, **told: Any) -> Customer:
    """Take an enterprise in with everything that its file needs."""
    by = by or company.sales
    customer = register(company, by=by, identity=(IdentityKind.USCC, uscc), owner=company.sales, **told)
    actions.keep_contact(customer, by=by, on=ON, name="张三", phone="13812345678", is_main=True)
    actions.keep_address(customer, by=by, on=ON, what=Address.What.REGISTERED, text="合肥市庐阳区长江路一号")
    for field, value in (("legal_representative", "张三"), ("founded_on", "2008-03-01"), ("main_business", "机电")):
        actions.add_value(customer, by=by, on=ON, field=field, value=value, source=Source.VISIT, as_of=ON)
    return customer
