"""Questions whose SQL is written once: they give what their querysets give, whatever the values."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from itertools import product
from pkgutil import walk_packages
from typing import Any, get_type_hints

import pytest
from django.db import connection
from django.db.models import QuerySet

import xinheng
from lending import DAY, leased
from xinheng.customers.models import Customer
from xinheng.customers.permissions import sees, visible
from xinheng.org.models import Person
from xinheng.upkeep.prepared import Prepared, prepared


def every_prepared() -> list[Prepared[Any]]:
    """Find all there are."""
    rooms = [each.name for each in walk_packages(xinheng.__path__, "xinheng.") if ".migrations" not in each.name]
    found = [each for name in rooms for each in vars(import_module(name)).values() if isinstance(each, Prepared)]
    return list(dict.fromkeys(found))


def told(rows: Any) -> list[Any]:
    """Give models by what they hold, so that two readings can be compared."""
    return [row if isinstance(row, tuple) else (type(row), row.__dict__ | {"_state": None}) for row in rows]


def values(kind: type, company: Any) -> list[Any]:
    """Give values that something goes by, and one that nothing does."""
    if kind is int:
        return [company.ours.pk, company.sales.pk, 1]
    return ["customer", "CNY", company.ours.number] if kind is str else [DAY, DAY - timedelta(days=400)]


def test_each_gives_what_its_queryset_gives(company: Any):
    leased(company)
    questions, found = every_prepared(), 0
    assert len(questions) >= 12
    for ask in questions:
        kinds = [kind for name, kind in get_type_hints(ask.__wrapped__).items() if name != "return"]
        for chosen in product(*(values(kind, company) for kind in kinds)):
            for _turn in range(3):  # the last time by the plan that the database keeps
                rows = told(ask(*chosen))
            assert rows == told(ask.__wrapped__(*chosen)), ask.__qualname__
            found += len(rows)
    assert found >= 5


def test_a_value_that_is_worked_with_is_refused(company: Any):
    @prepared
    def derived(on: date) -> QuerySet[Any]:
        return Person.objects.filter(appointments__since__lte=on + timedelta(days=1))

    @prepared
    def cut(name: str) -> QuerySet[Any]:
        return Person.objects.filter(full_name__startswith=name)

    for ask, value in ((derived, DAY), (cut, "杨")):
        with pytest.raises(TypeError, match="makes"):
            ask(value)


def test_statements_are_told_where_they_are_logged(company: Any, django_assert_num_queries: Any):
    with django_assert_num_queries(1) as asked:
        company.sales._roles_on(DAY)
    assert "org_appointment" in asked.captured_queries[0]["sql"]


def test_plans_are_kept_on_postgresql(company: Any):
    if connection.vendor != "postgresql":
        return
    for _turn in range(4):
        company.sales._roles_on(DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%org_appointment%'")
        assert cursor.fetchone()[0] >= 1


def test_one_customer_is_seen_by_whom_all_his_customers_show(company: Any):
    """The rule stands twice, as a condition on rows and as a question about one; they agree for everybody."""
    for person in [*company.people.values(), Person.objects.create_user(username="nobody", full_name="无部门")]:
        among = set(visible(Customer.objects.all(), person))
        assert {one for one in Customer.objects.all() if sees(person, one)} == among, person
