"""A model with encrypted columns that the tests of the vault share; its tables are made by the fixture `card`."""

from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords

from xinheng.vault.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField, SealedRow


def last_four(value: str) -> str:
    return value[-4:]


class Card(SealedRow):
    """A card with a number and a phone that nobody may read in the database."""

    holder = models.CharField(max_length=50, default="")
    number = EncryptedTextField()
    phone = EncryptedTextField(null=True, bound_to=("uid", "holder"))
    traits = EncryptedJSONField(null=True)
    number_index = BlindIndexField(of="number", purpose="cards.number", unique=True)
    tail_index = BlindIndexField(of="number", purpose="cards.tail", part=last_four)
    history = HistoricalRecords(app="vault_tests", user_db_constraint=False)

    class Meta:
        app_label = "vault_tests"
