"""Where the facts for a trial come from: a room above knows the customers' facts, and brings itself here."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal

if TYPE_CHECKING:
    import pyarrow as pa

    from creditpolicy.plain import Portfolio
    from xinheng.customers.models import Customers
    from xinheng.policies.models import Version


class FactsProvider(Protocol):
    """Gives the facts that a version asks for, of many customers at once."""

    def table_of(self, customers: Customers, version: Version, *, on: date) -> pa.Table:
        """Give a row for each customer, in the order of `customers`, with a column for each fact of the version.

        The column of the customer's own id holds his number (`Customer.number`).
        """

    def portfolio(self, version: Version, *, on: date) -> Portfolio:
        """Give the figures of everybody on file with whom the version compares a customer; may be a minute old."""


_provider: list[FactsProvider] = []


def set_provider(provider: FactsProvider | None) -> None:
    """Say who gives the facts; done when the room that knows them is made ready."""
    _provider[:] = [] if provider is None else [provider]


def provider() -> FactsProvider:
    """Give who gives the facts; Refusal where nobody does."""
    if not _provider:
        raise Refusal(_("没有可以取得客户资料的地方, 不能试算。请联系系统管理员。"))
    return _provider[0]
