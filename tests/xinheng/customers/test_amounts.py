"""Amounts are read as people type and paste them; what could be read in two ways is asked again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from xinheng.customers.amounts import AmountField

FIELD = AmountField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("120000", "120000"), ("120,000.50", "120000.50"), ("１２３４．５", "1234.5"), ("１２，３４５", "12345"),
        (" ￥1,234,567.89 元 ", "1234567.89"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_typed(typed: str, amount: str) -> None:
    assert FIELD.clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["", "0", "-1", "1e30", "NaN", "1.2万", "1,5", "12,34", "1,2345", "0.001", "九百", "1 2"]
)
def test_what_is_no_amount_or_could_be_two_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        FIELD.clean(typed)
