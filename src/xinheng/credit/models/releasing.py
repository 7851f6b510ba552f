"""What a special approval is asked for: an order, or goods of one."""

from __future__ import annotations

from typing import Any, ClassVar

from xinheng.credit.models.accounts import Account
from xinheng.customers.models import Customer
from xinheng.org.models import Person
from xinheng.workflow.acts import Kind


class Releasable:
    """A subject of a special approval, on an account, which waits while its state is one of `WAITING`."""

    WAITING: ClassVar[tuple[str, ...]] = ("held", "blocked")
    not_by_manager: Any
    """What the customer's own manager is told."""
    account: Any
    state: Any
    found: Any

    @property
    def customer(self) -> Customer:
        """Whose it is."""
        found: Account = self.account
        return found.customer

    @property
    def is_waiting(self) -> bool:
        """Whether it neither passed nor was dropped."""
        return self.state in self.WAITING

    @property
    def stopping(self) -> list[dict[str, Any]]:
        """What was found that stops it, without reminders."""
        return [one for one in self.found if one["strength"] != "remind"]

    @property
    def clauses(self) -> str:
        """The clauses of what was found, for the record."""
        return "; ".join(dict.fromkeys(one["clause"] for one in self.found if one["clause"]))

    def forbidden_handlers(self, item: Any) -> dict[int, str]:
        """Keep the customer's own manager away from deciding."""
        owner = self.customer.owner_id
        return {owner: str(self.not_by_manager)} if item.kind == Kind.DECIDE and owner is not None else {}

    def may_handle(self, person: Person) -> bool:
        """Say whether the person may see the customer at all."""
        return Customer.objects.visible_to(person).filter(pk=self.account.customer_id).exists()
