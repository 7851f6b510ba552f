"""Runs of numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.audit import spans

NUMBERS = st.sets(st.integers(1, 60))


@given(NUMBERS)
def test_runs_written_and_read_are_the_same_numbers(some):
    runs = spans.spans_of(sorted(some))
    assert set(spans.numbers(spans.read(spans.written(runs)))) == some
    assert spans.size(runs) == len(some)


@given(st.lists(st.integers(1, 60)))
def test_the_keys_of_a_long_list_are_named_in_a_short_text_and_read_again(some):
    assert list(spans.keys_in(spans.many(some))) == sorted(set(some))
    assert list(spans.keys_in(some)) == some


def test_a_hundred_thousand_keys_in_a_row_are_one_run():
    assert spans.many(range(1, 100_001)) == "1-100000"


@pytest.mark.parametrize("told", [None, "", "‹7›", "3-1", "x", {"1": 1}, 7])
def test_a_spoilt_line_names_nobody(told):
    assert list(spans.keys_in(told)) == []


@given(NUMBERS, st.integers(1, 60), st.integers(1, 60))
def test_gaps_are_what_is_missing_between(some, first, last):
    wanted = set(range(first, last + 1)) - some
    assert set(spans.numbers(spans.gaps(spans.spans_of(sorted(some)), first, last))) == wanted


@given(st.lists(NUMBERS, max_size=4))
def test_joined_runs_hold_all_numbers_and_do_not_touch(sets):
    runs = spans.joined(run for some in sets for run in spans.spans_of(sorted(some)))
    assert set(spans.numbers(runs)) == set().union(*sets)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(runs))


@pytest.mark.parametrize("spoilt", ["a", "3-1", "1,1", "5,2", "1-3,3-4", "-", ","])
def test_spoilt_runs_are_an_error(spoilt):
    with pytest.raises(ValueError):  # noqa: PT011
        spans.read(spoilt)
