"""What the customers' files ask of the dealings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from xinheng.customers.dealings import Dealings
from xinheng.ledger.queries import summaries


class Ledger:
    """The ledger as the customers' files see it: in the company's own currency, as of any day."""

    def dealings_of(self, customers: Collection[int], on: date) -> Mapping[int, Dealings]:
        """Give the dealings of each of the customers (by key) as of a day."""
        return {
            key: Dealings(
                first_on=found.first_dealing_on, last_on=found.last_dealing_on, sales_12m=found.sales_12m,
                deals_12m=found.deals_12m, owed=found.owed, overdue=found.overdue, open_orders=found.open_orders,
            )
            for key, found in summaries(list(customers), on=on).items()
        }  # fmt: skip
