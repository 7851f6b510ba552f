"""What a room says of a table it takes in: its columns, what a row would change, and how the change is made.

A higher room offers a `Target` from its `AppConfig.ready`; nothing here knows customers or invoices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol

from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from creditpolicy.tables import Column
from creditpolicy.tables.cells import Exact

if TYPE_CHECKING:
    from xinheng.org.models import Person

Verdict = Literal["new", "changed", "unchanged", "failed"]
VERDICTS: tuple[Verdict, ...] = ("new", "changed", "unchanged", "failed")


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a target takes: `column` says how cells are read, the rest is for people filling in the template.

    A file without a column that is `column.required` is refused; `must` only marks in the template what new rows need.
    """

    column: Column
    help: str = ""
    examples: tuple[str, ...] = ()
    must: bool = False

    @property
    def is_marked(self) -> bool:
        """Whether the template marks it as required."""
        return self.must or self.column.required


@dataclass(frozen=True, slots=True)
class Option:
    """A choice to be made before the run; the first of `choices` (value, label) holds unless another is chosen."""

    key: str
    label: str
    choices: tuple[tuple[str, str], ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read: its number in the user's own file, and a value for each column that was matched."""

    number: int
    values: Mapping[str, Exact | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that a row would change."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row cannot be taken in; `field` names the column whose cell is at fault, empty where it is the whole row."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a row would do. `payload` is the target's own: what `apply` needs."""

    row: Row
    verdict: Verdict
    label: str
    differences: tuple[Difference, ...] = ()
    reasons: tuple[Reason, ...] = ()
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who imports, on which day, and what he chose: the mode of the run and the target's own options."""

    by: Person
    on: date
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def only_new(self) -> bool:
        """Whether what is there already stays as it is."""
        return self.options.get("mode") == "only_new"


class Target(Protocol):
    """A room's table that can be imported into."""

    key: str
    permission: str
    batch_size: int
    """Rows of one transaction: what is not committed when the machine stops is done again, and nothing twice."""

    @property
    def label(self) -> str:
        """What the rows are, in the reader's language: 客户."""

    @property
    def list_url(self) -> str:
        """Where the imported rows can be seen: the name of a page."""

    def fields(self) -> Sequence[Field]:
        """Give the columns, in the order of the template."""

    def options(self, by: Person) -> Sequence[Option]:
        """Give what is to be chosen before the run, besides new and changed."""

    def anchor(self, columns: Sequence[str]) -> str:
        """Give, of the matched columns, the one without which a row says nothing. Raises Refusal where that is none."""

    def keys(self, row: Row) -> Sequence[tuple[str, str]]:
        """Give (column, key) for each that no two rows of a file may share, from columns that hold neither numbers nor days."""

    def plan(self, rows: Sequence[Row], asked: Asked) -> Sequence[Planned]:
        """Say what each row would do, one for each row in their order; changes nothing."""

    def apply(self, planned: Sequence[Planned], asked: Asked) -> Sequence[Planned]:
        """Do what was planned, inside the caller's transaction; give each back, failed where it was refused after all."""


TARGETS: dict[str, Target] = {}


def offer(target: Target) -> None:
    """Let a target be chosen on the page of imports."""
    TARGETS[target.key] = target


def target_of(key: str) -> Target:
    """Give the target; raises Refusal where no room offers it (any more)."""
    try:
        return TARGETS[key]
    except KeyError:
        raise Refusal(_("系统里没有这种导入: {key}。").format(key=key)) from None


def columns_of(target: Target) -> list[Column]:
    """Give the columns that a target takes."""
    return [field.column for field in target.fields()]


def labels_of(target: Target) -> dict[str, str]:
    """Give the heading of each column."""
    return {field.column.id: field.column.label for field in target.fields()}
