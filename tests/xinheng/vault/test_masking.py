"""Numbers shown in part."""

from __future__ import annotations

import pytest

from xinheng.vault.masking import KINDS, masked


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("uscc", "91330212MA2AXX1X5K", "9133**********1X5K"),
        ("resident_id", "330212199001011234", "330*************34"),
        ("phone", "13800001234", "138****1234"),
        ("phone", "12345", "1**45"),
        ("bank_account", "6222021234567890123", "***************0123"),
        ("name", "欧阳修", "欧**"),
        ("text", "ab", "*b"),
        ("email", "zhang.san@example.com", "z*******n@example.com"),
        ("uscc", "", ""),
        ("uscc", None, ""),
    ],
)
def test_a_number_is_shown_in_part(kind, value, shown):
    assert masked(value, kind) == shown


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("length", range(1, 30))
def test_at_least_a_third_stays_hidden_whatever_the_length(kind, length):
    assert masked("7" * length, kind).count("*") >= length / 3
