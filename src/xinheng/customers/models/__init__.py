"""What is stored of a customer: the file itself, its identity, the card, the people and accounts, the statements."""

from xinheng.customers.models.card import CardField, CardValue, Level, Settlement, Source, Trust, ValueKind
from xinheng.customers.models.customer import Alias, Customer, Customers, Kind, Nature, NumberSeries, Size, Status
from xinheng.customers.models.identity import Identity, IdentityKind, Method, Outcome, Verification
from xinheng.customers.models.people import Address, BankAccount, Contact, Guarantor, RelatedParty
from xinheng.customers.models.statement import Figure, PeriodKind, Statement, StatementState

__all__ = [
    "Address",
    "Alias",
    "BankAccount",
    "CardField",
    "CardValue",
    "Contact",
    "Customer",
    "Customers",
    "Figure",
    "Guarantor",
    "Identity",
    "IdentityKind",
    "Kind",
    "Level",
    "Method",
    "Nature",
    "NumberSeries",
    "Outcome",
    "PeriodKind",
    "RelatedParty",
    "Settlement",
    "Size",
    "Source",
    "Statement",
    "StatementState",
    "Status",
    "Trust",
    "ValueKind",
    "Verification",
]
