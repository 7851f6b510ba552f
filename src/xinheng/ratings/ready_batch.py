"""What ratings bring to other rooms: the facts that a version of a policy is tried on, and what goes when one is erased."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from creditpolicy.plain import Portfolio
from xinheng.customers.models import Customers
from xinheng.policies.facts import set_provider
from xinheng.policies.models import Version


class _Provider:
    """Gives the facts to the room below that tries versions."""

    def table_of(self, customers: Customers, version: Version, *, on: date) -> pa.Table:
        """Give a row for each customer, in their order."""
        from xinheng.ratings.facts import table_of

        return table_of(customers, version, on=on)

    def portfolio(self, version: Version, *, on: date) -> Portfolio:
        """Give the figures of everybody on file, as good as a minute ago."""
        from xinheng.ratings.portfolio import portfolio

        return portfolio(version, on=on, roughly=True)


def ready() -> None:
    """Say where the facts for a trial come from, and how the reports of an erased person are removed."""
    from xinheng.privacy.erasing import ERASERS
    from xinheng.ratings.erasing import erase_reports

    set_provider(_Provider())
    if erase_reports not in ERASERS:
        ERASERS.append(erase_reports)
