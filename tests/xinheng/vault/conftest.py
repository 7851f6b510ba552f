"""The tables of the tests' own model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection


@pytest.fixture(scope="session")
def sealed_tables(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the tables of vault_tests.Card for the session."""
    from vault_tests.models import Card

    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Card)
        editor.create_model(Card.history.model)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(Card.history.model)
        editor.delete_model(Card)


@pytest.fixture
def card(sealed_tables: None, db: None) -> type[Any]:
    """The model, empty."""
    from vault_tests.models import Card

    return Card
