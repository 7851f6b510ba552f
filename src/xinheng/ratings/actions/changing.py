"""Grades come into force, move with time, are revoked and thawed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.audit.spans import many
from xinheng.customers.models import Customer
from xinheng.ledger.models import Incident
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Stage, Version
from xinheng.ratings.changes import OF_RATING, Entry, Result, move, rules_of, version_for
from xinheng.ratings.changes.telling import tell_sales
from xinheng.ratings.models import Assessment, Batch, Happening, Objection, Position, Rating, Standing
from xinheng.ratings.queries import in_parts, main_policy

PART = 2_000
"""So many customers are moved in one transaction."""


@act
def bring_into_force(rating: Rating, *, by: Actor, on: date, why: str = "") -> Standing:
    """Let a rating take its place by the policy's rules: at once, or waiting; gives the standing now in force.

    Once for each rating. The rating keeps its version's rules. Refusal where the version is not published, or something
    later is counted in already.
    """
    if isinstance(by, Person):
        demand(by, "ratings.decide", rating)
        _was_decided(rating)
    _may_take_force(rating.version)
    if Happening.objects.filter(rating=rating, kind=Happening.Kind.RATED).exists():
        raise Refusal(_("这次评级已经生效过, 不能再生效一次。"))
    entry = _rated(rating, by=by, on=on)
    [result] = move(rating.policy, [entry], version=rating.version, by=by, on=on, why=why)
    assert result.standing is not None
    record(
        "ratings.bring_into_force", rating, by=by, why=why or result.sentence, clause=result.clause,
        about=rating.customer, before={"grade": result.before.grade if result.before else None},
        after={"result": rating.grade, "grade": result.standing.grade, "from": result.standing.from_day,
               "said": result.sentence},
    )  # fmt: skip
    tell_sales([result], rating.policy, by=by, on=on)
    return result.standing


def bring_all_into_force(
    batch: Batch, *, by: Actor, on: date, ratings: Iterable[int] | None = None, why: str = ""
) -> Counter[str]:
    """Let the ratings of a batch (or those named by key) take their places, part by part; goes on where it stopped.

    Gives how many customers moved up, down, newly have a grade, stay as they were, or wait, and how many had to be left
    because something later is counted in already (`skipped`). Each part is one transaction and one line in the record.
    """
    done: Counter[str] = Counter()
    for keys in _parts(to_come(batch) if ratings is None else ratings):
        done += bring_part_into_force(batch, keys, by=by, on=on, why=why)
    return done


def to_come(batch: Batch) -> list[int]:
    """Give the keys of the batch's ratings that have not taken their place yet."""
    taken = Happening.objects.filter(rating=OuterRef("pk"), kind=Happening.Kind.RATED)
    rows = Rating.objects.filter(batch=batch).exclude(Exists(taken)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@act
def bring_part_into_force(batch: Batch, ratings: Sequence[int], *, by: Actor, on: date, why: str = "") -> Counter[str]:
    """Let some ratings of a batch take their places, in statements that do not grow with their number."""
    if isinstance(by, Person):
        demand(by, "ratings.apply_batch")
        if batch.by_id == by.pk:
            raise Refusal(_("批量评级由您发起, 须由另一人审阅后才能生效。"))
    version = batch.version
    _may_take_force(version)
    rows = _ratings(batch, ratings)
    skipped: dict[int, Refusal] = {}
    entries = [_rated(rating, by=by, on=on, version=version) for rating in rows]
    results = move(version.policy, entries, version=version, by=by, on=on, why=why, skipping=skipped)
    counted = Counter(_sort(result, version) for result in results)
    counted["skipped"] += len(skipped)
    record(
        "ratings.bring_part_into_force", batch, by=by, why=why,
        after={"customers": many(result.customer for result in results), **{k: v for k, v in counted.items() if v}},
    )  # fmt: skip
    tell_sales(results, version.policy, by=by, on=on)
    return +counted


@act
def put_right(rating: Rating, *, by: Actor, on: date, why: str) -> Standing | None:
    """Put a grade right at once by what a review found, after a complaint was upheld; once for each rating.

    Gives the standing now in force, None where there is none.
    """
    version = rating.version
    upheld = Objection.objects.filter(kind=Objection.Kind.COMPLAINT, state=Objection.State.UPHELD)
    if rating.assessment_id is None or not upheld.filter(reviews=rating.assessment_id).exists():
        raise Refusal(_("只有判定成立的投诉, 才能据其复核立即更正等级。"))
    mine = Happening.objects.filter(rating=rating)
    if not mine.filter(kind=Happening.Kind.RATED).exists():
        raise Refusal(_("复核的结果还没有生效, 不能据此更正。"))
    if mine.filter(kind=Happening.Kind.CORRECTED).exists():
        raise Refusal(_("已据这次复核更正过。"))
    happening = Happening(
        customer_id=rating.customer_id, policy_id=rating.policy_id, version=version, kind=Happening.Kind.CORRECTED,
        on=on, rating=rating, grade=rating.grade, by=by if isinstance(by, Person) else None,
    )  # fmt: skip
    entry = Entry(rating.customer_id, happening, rating)
    [result] = move(version.policy, [entry], version=version, by=by, on=on, why=why)
    record(
        "ratings.put_right", rating, by=by, why=why, clause=result.clause, about=rating.customer,
        before={"grade": result.before.grade if result.before else None},
        after={"grade": result.standing.grade if result.standing else None, "found": rating.grade},
    )  # fmt: skip
    tell_sales([result], version.policy, by=by, on=on)
    return result.standing


def pass_time(*, on: date) -> Counter[str]:
    """Let what time alone brings take force, up to and with the day: rises, falls that waited, ends of overrides."""
    done: Counter[str] = Counter()
    due = Position.objects.filter(next_on__lte=on).order_by("policy_id", "customer_id")
    for policy in Policy.objects.filter(pk__in=due.values("policy")):
        last_key = 0
        while keys := list(
            due.filter(policy=policy, customer__gt=last_key).values_list("customer_id", flat=True)[:PART]
        ):
            last_key = keys[-1]
            last = due.filter(policy=policy, customer__in=keys[:1]).select_related("version").first()
            version = version_for(policy, on, last.version if last is not None else None)
            assert version is not None
            done += let_pass(policy, version, keys, on=on)
    return done


@act
def let_pass(policy: Policy, version: Version, customers: Sequence[int], *, on: date) -> Counter[str]:
    """Let the time up to a day pass for some customers."""
    entries = [Entry(key) for key in customers]
    results = move(policy, entries, version=version, by=SYSTEM, on=on)
    counted = Counter(_sort(result, version) for result in results)
    record(
        "ratings.let_pass", policy, by=SYSTEM, why=_("等待期满或人工调整到期。"),
        after={"customers": many(customers), **{name: count for name, count in counted.items() if count}},
    )  # fmt: skip
    tell_sales(results, policy, by=SYSTEM, on=on)
    return counted


@act
def revoke(
    customer: Customer, incident: Incident, *, by: Person, on: date, why: str, policy: Policy | None = None
) -> Standing:
    """Take a customer's grade back because he gave false information, on the strength of an incident of that kind.

    Whoever reported the incident does not revoke on it. Until he is rated again there is no grade in force.
    """
    demand(by, "ratings.revoke", customer)
    if incident.customer_id != customer.pk or incident.kind != "false_information":
        raise Refusal(_("撤销等级须凭这个客户的一件“资料不实”事件。请先登记。"))
    if incident.reversed_on is not None:
        raise Refusal(_("这件事件已撤销, 不能作为依据。"))
    if incident.entered_by_id == by.pk:
        raise Refusal(_("事件由您登记, 须由另一人核实后撤销等级。"))
    if not why.strip():
        raise Refusal(_("请写明怎样核实资料不实; 客户有权知道理由。"))
    policy, version = _rules_today(customer, policy, on)
    happening = Happening(
        customer=customer, policy=policy, version=version, kind=Happening.Kind.REVOKED, on=on, event=incident.kind,
        by=by,
    )  # fmt: skip
    [result] = move(policy, [Entry(customer.pk, happening)], version=version, by=by, on=on, why=why.strip())
    if not result.is_moved or result.standing is None or result.standing.grade:
        raise Refusal(_("没有在用的等级可以撤销。"))
    record(
        "ratings.revoke", customer, by=by, why=why.strip(), clause=_clause_of(version, incident.kind),
        before={"grade": result.before.grade if result.before else None}, after={"grade": "", "incident": incident.pk},
    )  # fmt: skip
    tell_sales([result], policy, by=by, on=on)
    return result.standing


@act
def thaw(customer: Customer, *, by: Person, on: date, why: str, policy: Policy | None = None) -> Standing:
    """Lift a freeze; not by the customer's own manager, nor by who reported what froze him."""
    demand(by, "ratings.thaw", customer)
    if not why.strip():
        raise Refusal(_("请写明查清了什么, 为什么可以解除。"))
    if customer.owner_id == by.pk:
        raise Refusal(_("客户经理不能解除自己客户的冻结。请由他人办理。"))
    policy, version = _rules_today(customer, policy, on)
    frozen = Happening.objects.filter(customer=customer, policy=policy, kind=Happening.Kind.EVENT)
    last = frozen.filter(incident__isnull=False).select_related("incident").order_by("-pk").first()
    if last is not None and last.incident is not None and last.incident.entered_by_id == by.pk:
        raise Refusal(_("冻结所凭的事件由您登记, 须由另一人解除。"))
    happening = Happening(customer=customer, policy=policy, version=version, kind=Happening.Kind.THAWED, on=on, by=by)
    [result] = move(policy, [Entry(customer.pk, happening)], version=version, by=by, on=on, why=why.strip())
    if result.before is None or not result.before.is_frozen or result.standing is None:
        raise Refusal(_("这个客户没有冻结。"))
    record("ratings.thaw", customer, by=by, why=why.strip(), after={"grade": result.standing.grade})
    tell_sales([result], policy, by=by, on=on)
    return result.standing


def _ratings(batch: Batch, keys: Sequence[int]) -> list[Rating]:
    rows: list[Rating] = []
    taken = Happening.objects.filter(rating=OuterRef("pk"), kind=Happening.Kind.RATED)
    for part in in_parts(keys):
        found = Rating.objects.filter(batch=batch, pk__in=part).exclude(Exists(taken))
        rows += found.only(*OF_RATING).order_by("pk")
    return rows


def _rated(rating: Rating, *, by: Actor, on: date, version: Version | None = None) -> Entry:
    happening = Happening(
        customer_id=rating.customer_id, policy_id=rating.policy_id, version_id=(version or rating.version).pk,
        kind=Happening.Kind.RATED, on=on, rating_id=rating.pk, grade=rating.grade,
        by_id=by.pk if isinstance(by, Person) else None,
    )  # fmt: skip
    return Entry(rating.customer_id, happening, rating)


def _was_decided(rating: Rating) -> None:
    """Refuse to let a person bring into force what did not go through the procedure."""
    case = rating.assessment
    if case is None or case.state != Assessment.State.IN_FORCE:
        raise Refusal(_("这次评级没有走完流程, 不能由人直接生效。请按制度发起评估。"))


def _may_take_force(version: Version) -> None:
    if version.stage != Stage.PUBLISHED:
        raise Refusal(_("“{version}”没有发布, 按它评的级不能生效。").format(version=version))


def _rules_today(customer: Customer, policy: Policy | None, on: date) -> tuple[Policy, Version]:
    """Give the policy meant (the main one) and the version whose rules hold today; Refusal where he has no grade by it."""
    policy = policy or main_policy()
    row = Position.objects.filter(customer=customer, policy=policy).select_related("version__policy").first()
    if policy is None or row is None:
        raise Refusal(_("这个客户还没有评过级。"))
    version = version_for(policy, on, row.version)
    assert version is not None
    return policy, version


def _clause_of(version: Version, event: str) -> str:
    rules = rules_of(version)
    return rules.clause(*rules.events(event))


def _sort(result: Result, version: Version) -> str:
    """Say what a result comes to: first, up, down, same, waits, frozen, revoked."""
    was, now = result.before, result.standing
    if now is None or now is was:
        return "waits" if result.steps else "same"
    if was is None:
        return "first"
    place = rules_of(version).place
    if not now.grade:
        return "revoked"
    if was.grade == now.grade:
        return "same"
    if was.grade not in place or now.grade not in place:
        return "first"
    return "up" if place[now.grade] < place[was.grade] else "down"


def _parts(keys: Iterable[int]) -> Iterable[list[int]]:
    part: list[int] = []
    for key in keys:
        part.append(key)
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part
