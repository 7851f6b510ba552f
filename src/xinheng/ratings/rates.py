"""How common overrides are: many of them say that the policy, or those who use it, should be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xinheng.org.models import Person
from xinheng.ratings.models import Override, Standing
from xinheng.ratings.queries import standings_on

YEAR = 365


@dataclass(frozen=True, slots=True)
class Rate:
    """Overrides among the grades in force today, and what became of those asked for within a year."""

    in_force: int
    grades: int
    lifting: int
    asked: int
    approved: int
    refused: int
    pierced: int

    @property
    def percent(self) -> Decimal | None:
        """The share of grades in force that a person set; None without any grade."""
        return _percent(self.in_force, self.grades)

    @property
    def percent_approved(self) -> Decimal | None:
        """The share of those decided within a year that were approved."""
        return _percent(self.approved, self.approved + self.refused)


def rate_of_overrides(person: Person, on: date) -> Rate:
    """Count overrides of the customers whom a person sees."""
    mine = Override.objects.visible_to(person)
    running = list(mine.filter(state=Override.State.IN_FORCE).select_related("version__policy"))
    grades = standings_on(on).filter(pk__in=Standing.objects.visible_to(person).values("pk")).exclude(grade="").count()
    year = mine.filter(asked_on__gt=on - timedelta(YEAR))
    return Rate(
        in_force=len(running), grades=grades, lifting=sum(one.is_favour for one in running), asked=year.count(),
        approved=year.filter(from_day__isnull=False).count(),
        refused=year.filter(state=Override.State.REFUSED).count(),
        pierced=year.filter(state=Override.State.PIERCED).count(),
    )  # fmt: skip


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(100) * part / whole).quantize(Decimal("0.1")) if whole else None
