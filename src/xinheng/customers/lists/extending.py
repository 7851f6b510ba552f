"""What rooms above bring to the list of customers: columns and filters of their own, for those who may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import django_filters as filters
from django.db.models import QuerySet

from xinheng.lists.columns import ListColumn
from xinheng.org.access import may

if TYPE_CHECKING:
    from xinheng.customers.models import Customer
    from xinheng.org.models import Person


class Extension(Protocol):
    """Columns and filters of a room above; `needs` is the permission without which they are not there."""

    needs: str
    columns: Sequence[ListColumn]

    def fetched(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """Fetch along what the columns show, in a number of queries that does not grow with the rows."""

    def sortable(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """Annotate what the columns' `order` names."""

    def filters(self) -> Mapping[str, filters.Filter]:
        """Give the filters by name, made anew for each list."""


EXTENSIONS: list[Extension] = []
"""Appended to when a room above is made ready."""


def extensions_for(person: Person) -> list[Extension]:
    """Give those whose columns and filters the person may use."""
    return [each for each in EXTENSIONS if may(person, each.needs)]


def columns_of(own: Sequence[ListColumn], person: Person) -> list[ListColumn]:
    """Give all columns that the person may choose from: the room's own, then those of rooms above."""
    return [*own, *(column for each in extensions_for(person) for column in each.columns)]


def using(columns: Sequence[ListColumn]) -> list[Extension]:
    """Give the extensions that brought some of these columns."""
    keys = {column.key for column in columns}
    return [each for each in EXTENSIONS if keys & {column.key for column in each.columns}]


def add_filters(to: Any, person: Person) -> None:
    """Give a set of filters those of rooms above, too."""
    for each in extensions_for(person):
        for name, made in each.filters().items():
            made.model, made.parent = to.queryset.model, to
            made.field_name = made.field_name or name
            to.filters[name] = made
