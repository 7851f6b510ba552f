"""What can be asked of grades: the one in force on any day, how it came about, and how the grades are spread and moved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from xinheng.customers.models import Customer
from xinheng.policies.models import Policy, Version
from xinheng.ratings.models import Assessment, Objection, Override, Rating, Standing, Waiting
from xinheng.upkeep.prepared import prepared
from xinheng.workflow.acts import Kind
from xinheng.workflow.acts import State as TaskState
from xinheng.workflow.models import Item

DUE_WITHIN_DAYS = 30
"""A review that comes within this many days is due soon."""
AT_ONCE = 900
"""So many keys go into one question: SQLite takes few."""


def main_policy(subject: str = "customer") -> Policy | None:
    """Give the policy whose grade is the customer's grade."""
    return _main.first(subject)


@prepared
def _main(subject: str) -> QuerySet[Policy]:
    return Policy.objects.filter(is_main=True, subject=subject)[:1]


def on_day(on: date, prefix: str = "") -> Q:
    """Give the condition of a standing to be the one in force on a day; at most one of a customer and policy is."""
    return Q(**{f"{prefix}from_day__lte": on}) & (
        Q(**{f"{prefix}until_day__isnull": True}) | Q(**{f"{prefix}until_day__gt": on})
    )


def standings_on(on: date, policy: Policy | None = None) -> QuerySet[Standing]:
    """Give the standings in force on a day, of one policy (the main one)."""
    policy = policy or main_policy()
    if policy is None:
        return Standing.objects.none()
    found: QuerySet[Standing] = Standing.objects.filter(on_day(on), policy=policy)
    return found


def grade_in_force(customer: Customer, on: date, policy: Policy | None = None) -> Standing | None:
    """Give the standing of a customer on a day; its `grade` is empty where the grade was revoked. None: never rated."""
    policy = policy or main_policy()
    return _standing.first(policy.pk, customer.pk, on) if policy is not None else None


@prepared
def _standing(policy: int, customer: int, on: date) -> QuerySet[Standing]:
    rows = Standing.objects.filter(on_day(on), policy=policy, customer=customer)
    return rows.select_related("version", "rating", "policy").defer("version__text")[:1]


def in_parts(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut keys into as many as go into one question."""
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def grades_in_force(customers: Iterable[int], on: date, policy: Policy | None = None) -> dict[int, Standing]:
    """Give the standings of many customers (by key) on a day, in few queries."""
    keys = list(dict.fromkeys(customers))
    found: dict[int, Standing] = {}
    for part in in_parts(keys):
        rows = standings_on(on, policy).filter(customer__in=part)
        found |= {row.customer_id: row for row in rows}
    return found


def grade_labels(customers: Iterable[int], on: date) -> dict[int, str]:
    """Give the grades of many customers (by key) on a day in words; who has none is left out."""
    from xinheng.policies.queries import main_version

    scale = scale_of(main_version(on))
    return {key: scale[row.grade].label for key, row in grades_in_force(customers, on).items() if row.grade}


def history_of(customer: Customer, policy: Policy | None = None) -> QuerySet[Standing]:
    """Give all standings of a customer, the latest first; those that lasted no day come too."""
    policy = policy or main_policy()
    if policy is None:
        return Standing.objects.none()
    rows: QuerySet[Standing] = Standing.objects.filter(customer=customer, policy=policy)
    return rows.select_related("version", "rating", "by").order_by("-from_day", "-id")


def ratings_of(customer: Customer, policy: Policy | None = None) -> QuerySet[Rating]:
    """Give all ratings of a customer, the latest first; their records stay closed."""
    policy = policy or main_policy()
    if policy is None:
        return Rating.objects.none()
    rows: QuerySet[Rating] = Rating.objects.filter(customer=customer, policy=policy)
    return rows.select_related("version", "assessment", "batch").defer("record").order_by("-as_of", "-id")


def waiting_of(customer: Customer, policy: Policy | None = None) -> Waiting | None:
    """Give the better result that waits."""
    policy = policy or main_policy()
    rows = Waiting.objects.filter(customer=customer, policy=policy, state=Waiting.State.WAITING)
    return rows.select_related("rating__version").first()


def override_of(customer: Customer, policy: Policy | None = None) -> Override | None:
    """Give the override in force or asked for."""
    policy = policy or main_policy()
    states = (Override.State.ASKED, Override.State.IN_FORCE)
    rows = Override.objects.filter(customer=customer, policy=policy, state__in=states)
    return rows.select_related("asked_by", "approved_by").first()


def late_on(on: date) -> Q:
    """Give the condition of a case to be late on a day: past its own due day, or past that of a step that waits."""
    kind = ContentType.objects.get_for_model(Assessment)
    key = Cast(OuterRef("pk"), CharField(max_length=60))
    steps = Item.objects.filter(subject_type=kind, subject_id=key, state=TaskState.OPEN, due_on__lt=on)
    late = Q(due_on__lt=on) | Q(Exists(steps.exclude(kind=Kind.READ)))
    return Q(state__in=(Assessment.State.OPEN, Assessment.State.IN_PROCEDURE)) & late


def open_assessments() -> QuerySet[Assessment]:
    """Give the cases under way."""
    states = (Assessment.State.OPEN, Assessment.State.IN_PROCEDURE, Assessment.State.PUBLISHED)
    rows: QuerySet[Assessment] = Assessment.objects.filter(state__in=states)
    return rows


def open_objections() -> QuerySet[Objection]:
    """Give the objections and complaints that are not answered."""
    rows: QuerySet[Objection] = Objection.objects.filter(
        state__in=(Objection.State.RECEIVED, Objection.State.UNDER_REVIEW)
    )
    return rows


def due(on: date, policy: Policy | None = None, *, within: int = DUE_WITHIN_DAYS) -> QuerySet[Standing]:
    """Give the standings in force whose review comes within so many days of a day, or is late, the longest due first."""
    rows = standings_on(on, policy).filter(next_review_on__lte=on + timedelta(within))
    return rows.order_by("next_review_on", "id")


def late(on: date, policy: Policy | None = None) -> QuerySet[Standing]:
    """Give the standings in force whose review day is past."""
    return standings_on(on, policy).filter(next_review_on__lt=on).order_by("next_review_on", "id")


# The scale -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A grade on the scale: its place from the best (0), what it is called and means, and the colour of its badge."""

    grade: str
    label: str
    meaning: str
    place: int
    colour: str

    @property
    def short(self) -> str:
        """Its shortest name: the letter where it is one, else what it is called."""
        return self.grade if len(self.grade) <= SHORT else self.label


SHORT = 3
COLOURS = ("green", "teal", "azure", "yellow", "orange", "red")
"""Of grades, from the best; the ends are kept and the rest are spread between."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The grades of a policy, best first, as the version in force has them; others are known by their own name alone."""

    steps: tuple[Step, ...]

    def __getitem__(self, grade: str) -> Step:
        """Give a grade of the scale, or one of an earlier version as it was called."""
        return next(
            (step for step in self.steps if step.grade == grade), Step(grade, grade, "", len(self.steps), "secondary")
        )

    def label(self, grade: str) -> str:
        """Give what a grade is called."""
        return self[grade].label

    def notches(self, before: str, after: str) -> int | None:
        """Give by how many steps `after` is better (+) or worse (−); None where one is not on the scale."""
        places = {step.grade: step.place for step in self.steps}
        return places[before] - places[after] if before in places and after in places else None

    def place(self, field: str = "grade") -> Case:
        """Give the place of the grade in a column, for the database to sort by; what is not on the scale comes last."""
        ways = [When(**{field: step.grade}, then=Value(step.place)) for step in self.steps]
        return Case(*ways, default=Value(len(self.steps)), output_field=IntegerField())

    def named(self, rows: Any, field: str = "grade") -> Any:
        """Annotate rows with `label` and `colour` of the grade in a column."""
        labels = [When(**{field: step.grade}, then=Value(step.label)) for step in self.steps]
        colours = [When(**{field: step.grade}, then=Value(step.colour)) for step in self.steps]
        return rows.annotate(
            label=Case(*labels, default=F(field), output_field=CharField()),
            colour=Case(*colours, default=Value("secondary"), output_field=CharField()),
        )


def scale_of(version: Version | None) -> Scale:
    """Give the grades of a version, best first."""
    from creditpolicy.language import language_in_use
    from xinheng.policies.queries import policy_of

    if version is None:
        return Scale(())
    key = version.sha256, language_in_use()
    if key not in _SCALES:
        if len(_SCALES) > 100:
            _SCALES.clear()
        from creditpolicy.wording import grade_label

        grades = policy_of(version).grades
        _SCALES[key] = Scale(
            tuple(
                Step(grade.grade, grade_label(grade), str(grade.meaning or ""), place, _colour(place, len(grades)))
                for place, grade in enumerate(grades)
            )
        )
    return _SCALES[key]


_SCALES: dict[tuple[str, str], Scale] = {}


def main_scale(on: date) -> Scale:
    """Give the grades of the main policy as the version in force on a day has them."""
    from xinheng.policies.queries import main_version

    return scale_of(main_version(on))


def _colour(place: int, count: int) -> str:
    return COLOURS[0] if count == 1 else COLOURS[round(place * (len(COLOURS) - 1) / (count - 1))]


def on_scale(scale: Scale, grades: Sequence[str]) -> tuple[Step, ...]:
    """Give the grades of a scale, then those that are found elsewhere only (an earlier version's), each once."""
    known = {step.grade for step in scale.steps}
    others = sorted({grade for grade in grades if grade} - known)
    return (*scale.steps, *(scale[grade] for grade in others))
