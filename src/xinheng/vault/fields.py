"""Model fields: text closed in its column, opened on access; and its blind index.

A ciphertext is bound to table, column and row. The row is known by a column that is there before the first save, so a
model with such fields has `uid = models.UUIDField(default=uuid4, unique=True, editable=False)`: derive it from
`SealedRow`. `bound_to=("uid", "customer_id")` binds to the owner as well, so that a row cannot be hung on another
customer. Values are written by `save`, `create` and `bulk_create`; `update(...)` and `filter(field=…)` on the field are
refused, for there is no row to bind to and nothing to compare: look by the blind index.

django-simple-history copies the fields with the model: its table holds ciphertexts of its own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from xinheng.vault.crypto import Unreadable, decrypt, encrypt, head_of, key_id_of
from xinheng.vault.index import blind
from xinheng.vault.keys import keys

if TYPE_CHECKING:
    TextField = models.TextField[Any, Any]
    CharField = models.CharField[Any, Any]
else:  # Django's fields take no types at run time
    TextField, CharField = models.TextField, models.CharField


class Sealed:
    """A ciphertext as it lies in the database; it opens only with the place it was closed for."""

    __slots__ = ("opened_for", "plain", "token")

    def __init__(self, token: str, *, plain: str | None = None, opened_for: str = "") -> None:
        self.token = token
        self.plain = plain
        self.opened_for = opened_for

    def __str__(self) -> str:
        return "‹closed›"

    __repr__ = __str__

    def __reduce__(self) -> tuple[Any, ...]:
        return Sealed, (self.token,)

    @property
    def key_id(self) -> str:
        """The name of the key that closed it."""
        return key_id_of(_bytes(self.token))

    def open(self, place: str) -> str:
        """Give the plain text, if it was closed for this place; raises Unreadable."""
        if self.plain is None or self.opened_for != place:
            self.plain = decrypt(_bytes(self.token), place).decode()
            self.opened_for = place
        return self.plain


def seal(plain: str, place: str) -> Sealed:
    """Close a text for a place."""
    token = base64.urlsafe_b64encode(encrypt(plain.encode(), place)).decode()
    return Sealed(token, plain=plain, opened_for=place)


def _bytes(token: str) -> bytes:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        raise Unreadable("这不是加密的内容。") from None


class _Opening(DeferredAttribute):
    """Opens the ciphertext when the attribute is read."""

    field: EncryptedTextField

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, owner)
        if isinstance(value, Sealed):
            return self.field.understood(value.open(self.field.place(instance)))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(TextField):
    """Text that lies closed in the database. None stays NULL; an empty text is closed like any other.

    `known_as` keeps the name a column had when its values were closed, where table or field is renamed later.
    """

    descriptor_class = _Opening

    def __init__(
        self, *args: Any, bound_to: Sequence[str] = ("uid",), known_as: str | None = None, **options: Any
    ) -> None:
        self.bound_to = tuple(bound_to)
        self.known_as = known_as
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        """Say in migrations what it is bound to."""
        name, path, args, options = super().deconstruct()
        if self.bound_to != ("uid",):
            options["bound_to"] = self.bound_to
        if self.known_as is not None:
            options["known_as"] = self.known_as
        return name, path, args, options

    def check(self, **options: Any) -> list[checks.CheckMessage]:
        """Find models without the columns that a ciphertext is bound to."""
        found = super().check(**options)
        for name in self.bound_to:
            try:
                self.model._meta.get_field(name.removesuffix("_id"))
            except FieldDoesNotExist:
                found.append(
                    checks.Error(f"{self} is bound to {name}, which the model has not", obj=self, id="vault.E001")
                )
        return found

    def place(self, instance: models.Model) -> str:
        """Say where the value of this row lies: table, column, and the columns it is bound to."""
        row = "/".join(str(getattr(instance, name)) for name in self.bound_to)
        return f"{self.known_as or f'{self.model._meta.db_table}.{self.attname}'}/{row}"

    def written(self, value: Any) -> str:
        """Give the text that is closed."""
        if not isinstance(value, str):
            raise TypeError(f"{self}: text is wanted, not {type(value).__name__}")
        return value

    def understood(self, text: str) -> Any:
        """Give the value that the opened text stands for."""
        return text

    def from_db_value(self, value: str | None, *_rest: Any) -> Sealed | None:
        """Keep what the database gives closed."""
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """Close the value for its row; what was closed with the current key for this row stays as it is."""
        held = model_instance.__dict__.get(self.attname)
        if held is None:
            return None
        place = self.place(model_instance)
        if isinstance(held, Sealed):
            plain = held.open(place)
            if held.key_id == keys().current.id:
                return held
        else:
            plain = self.written(held)
        sealed = seal(plain, place)
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def get_lookup(self, lookup_name: str) -> Any:
        """Let nobody compare ciphertexts with a text: only equality with a ciphertext, NULL, and the key."""
        return super().get_lookup(lookup_name) if lookup_name in {"exact", "in", "isnull", "closed_with"} else None

    def get_prep_value(self, value: Any) -> str | None:
        """Let ciphertexts into the database and nothing else."""
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.token
        raise TypeError(f"{self} is encrypted: write it by save(), look for it by its blind index")

    def value_to_string(self, obj: models.Model) -> str:
        """Give serialisers the mark of a closed value, never the value."""
        return "" if obj.__dict__.get(self.attname) is None else "‹closed›"


@EncryptedTextField.register_lookup
class ClosedWith(models.Lookup[Any]):
    """Finds the values that a key closed, by how their ciphertexts begin: `filter(number__closed_with=key_id)`."""

    lookup_name = "closed_with"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Compare the beginning, as far as whole letters of it are the key's."""
        column, parameters = self.process_lhs(compiler, connection)
        head = head_of(str(self.rhs))
        beginning = base64.urlsafe_b64encode(head[: len(head) // 3 * 3]).decode()
        return f"SUBSTR({column}, 1, {len(beginning)}) = %s", (*parameters, beginning)


class EncryptedJSONField(EncryptedTextField):
    """A list or mapping of text and numbers that lies closed in the database."""

    def written(self, value: Any) -> str:
        """Give the value as JSON."""
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def understood(self, text: str) -> Any:
        """Read the JSON."""
        return json.loads(text)

    def formfield(self, **_options: Any) -> None:
        """Forms make their own fields for it."""


class BlindIndexField(CharField):
    """The blind index of another field, computed at every save; NULL where there is nothing to find.

    `of` names the field, `purpose` keeps this index apart from others. Find rows by
    `filter(uscc_index=blind(number, "customers.uscc"))`. `part` may reduce the value first (the last four digits).
    """

    def __init__(
        self, *args: Any, of: str = "", purpose: str = "", part: Callable[[str], str] | None = None, **options: Any
    ) -> None:
        self.of, self.purpose, self.part = of, purpose, part
        super().__init__(*args, **{"max_length": 64, "null": True, "blank": True, "editable": False, **options})

    def deconstruct(self) -> Any:
        """Say in migrations what it indexes."""
        name, path, args, options = super().deconstruct()
        options |= {"of": self.of, "purpose": self.purpose}
        if self.part is not None:
            options["part"] = self.part
        return name, path, args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        """Compute the index from the value as it will be saved."""
        if self.of in model_instance.get_deferred_fields():
            return super().pre_save(model_instance, add)  # type: ignore[no-any-return]
        value = getattr(model_instance, self.of)
        index = blind(self.part(value) if self.part and value else value, self.purpose)
        setattr(model_instance, self.attname, index)
        return index


class SealedRow(models.Model):
    """A row that encrypted fields can be bound to."""

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Save; where only some fields are, with the blind indexes of those."""
        fields = options.get("update_fields")
        if fields is not None:
            indexes = (one for one in self._meta.local_fields if isinstance(one, BlindIndexField) and one.of in fields)
            options["update_fields"] = {*fields, *(one.name for one in indexes)}
        super().save(*args, **options)
