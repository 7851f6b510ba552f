"""The harness of crash points finds what is kept by half, and finds nothing where an act is whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from crash_points import NotSwept, acts_in_source, crash_everywhere
from xinheng.audit.models import Entry
from xinheng.audit.record import SYSTEM, act, record
from xinheng.org.actions.departments import open_department
from xinheng.org.models import Department

TODAY = date(2026, 11, 22)


def test_an_act_is_whole_at_every_point(company: Any):
    points = crash_everywhere(lambda: open_department(code="N1", name="新部", parent=None, by=company.security_admin))
    assert points >= 4, "insert, path, line and commit"
    assert not Department.objects.filter(code="N1").exists()


def test_a_control_that_is_not_one_transaction_is_found(company: Any):
    def torn() -> None:
        Department.objects.create(code="T1", name="一")
        Department.objects.create(code="T2", name="二")

    with pytest.raises(AssertionError, match="kept half of it in org_department"):
        crash_everywhere(torn)


def test_a_control_of_two_transactions_one_after_the_other_is_found(company: Any):
    @act
    def first() -> None:
        record("test.first", Department.objects.create(code="T1", name="一"), by=SYSTEM)

    def two() -> None:
        first()
        with transaction.atomic():
            Department.objects.create(code="T2", name="二")

    with pytest.raises(AssertionError, match="kept half"):
        crash_everywhere(two)


def test_an_act_whose_line_fails_leaves_nothing(company: Any):
    lines = Entry.objects.count()

    @act
    def silent() -> None:
        Department.objects.create(code="T1", name="一")

    with pytest.raises(NotSwept, match="left no line"):
        crash_everywhere(silent)
    assert Entry.objects.count() == lines
    assert not Department.objects.filter(code="T1").exists()


def test_the_acts_of_the_source_are_found():
    found = acts_in_source()
    assert "xinheng.org.actions.departments.open_department" in found
    assert len(found) > 100
