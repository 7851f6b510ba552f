"""The customers that are to be rated: what a policy wants of a table, and how any table is read into it."""

from creditpolicy.customers.portfolio import for_comparing
from creditpolicy.customers.reading import absent_columns, exact_facts, read_customers
from creditpolicy.customers.wanted import Customers, Table, arrow_type, wanted_columns

__all__ = [
    "Customers",
    "Table",
    "absent_columns",
    "arrow_type",
    "exact_facts",
    "for_comparing",
    "read_customers",
    "wanted_columns",
]
