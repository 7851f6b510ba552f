"""What follows an event the same day: lowering, freezing, revoking, and rating again. Nobody rises by an event."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from creditpolicy import moving
from creditpolicy.problems import Refusal
from creditpolicy.program.statements import EVENT as WORSE
from creditpolicy.wording import formula_words
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.customers.models import Customer, Statement, StatementState
from xinheng.customers.ratios import period_before, ratios_of
from xinheng.ledger.models import Incident
from xinheng.org.models import Person
from xinheng.policies.models import Policy, Version
from xinheng.policies.queries import prepared
from xinheng.ratings.actions.changing import bring_into_force
from xinheng.ratings.actions.opening import cancel_assessment, open_assessment
from xinheng.ratings.changes import Entry, Result, move, rules_of, version_for
from xinheng.ratings.changes.telling import tell_sales
from xinheng.ratings.facts import facts_of
from xinheng.ratings.models import Assessment, Happening, Position, Rating
from xinheng.ratings.rating import make_rating
from xinheng.workflow.actions import open_item

EVENT_OF = {"other": "anomaly"}
"""What an incident's kind is called in policies, where it is called otherwise."""


@act
def happened(
    customer: Customer,
    event: str,
    *,
    by: Actor,
    on: date,
    incident: Incident | None = None,
    statement: Statement | None = None,
    policy: Policy | None = None,
    why: str = "",
) -> tuple[Result, ...]:
    """Let an event have the effects that each policy (or the one named) by which he is graded gives it; once for each.

    `incident` or `statement` is what shows it.

    Where a policy asks for a rating the same day, he is rated at once with what is known: a worse result takes force, a
    better one does not. Where that cannot be, or the event did more than call for a rating, people are asked to.
    """
    results = []
    for row in _positions(customer, policy):
        version = version_for(row.policy, on, row.version)
        assert version is not None
        if not _is_new(row, event, on, incident, statement):
            continue
        day = max(on, moving.Position.from_json(row.state).day or on)
        happening = Happening(
            customer=customer, policy=row.policy, version=version, kind=Happening.Kind.EVENT, event=event, on=day,
            incident=incident, statement=statement, by=by if isinstance(by, Person) else None,
        )  # fmt: skip
        why = incident.detail if incident is not None else why
        [result] = move(row.policy, [Entry(customer.pk, happening)], version=version, by=by, on=day, why=why)
        record(
            "ratings.happened", incident or statement or customer, by=by, why=result.sentence, clause=result.clause, about=customer,
            before={"grade": result.before.grade if result.before else None},
            after={"event": event, "grade": result.standing.grade if result.standing else None},
        )  # fmt: skip
        tell_sales([result], row.policy, by=by, on=day)
        _rate_again(customer, version, event, result, incident, by=by, on=day)
        results.append(result)
    if not results:
        record(
            "ratings.happened",
            incident or statement or customer,
            by=by,
            about=customer,
            why=_("没有在用的等级, 或已经计入。"),
        )
    return tuple(results)


def _positions(customer: Customer, policy: Policy | None) -> QuerySet[Position]:
    rows = Position.objects.filter(customer=customer).select_related("policy", "version__policy")
    if policy is not None:
        rows = rows.filter(policy=policy)
    return rows.order_by("-policy__is_main", "policy_id")


def _is_new(row: Position, event: str, on: date, incident: Incident | None, statement: Statement | None) -> bool:
    known = Happening.objects.filter(customer_id=row.customer_id, policy_id=row.policy_id, kind=Happening.Kind.EVENT)
    if incident is not None:
        return not known.filter(incident=incident).exists()
    if statement is not None:
        return not known.filter(statement=statement).exists()
    return not known.filter(event=event, on=on, incident__isnull=True, statement__isnull=True).exists()


def _rate_again(
    customer: Customer, version: Version, event: str, result: Result, incident: Incident | None, *, by: Actor, on: date
) -> None:
    """Rate again by the day that the policy names: at once with what is known, and by people where that is not enough."""
    rules = rules_of(version)
    by_day = moving.rerate_by(rules, event, on)
    if by_day is None:
        return
    rating = rated_now(customer, version, on=on) if by_day == on else None
    if rating is not None:
        _take_worse(rules, rating, result, event, on=on)
        if all(entry.effect == "rerate" for entry in rules.events(event)):
            return
    clause = rules.clause(*rules.events(event))
    label = moving.event_words(rules, event)
    try:
        open_assessment(
            customer, kind=Assessment.Kind.EVENT, by=SYSTEM, on=on, version=version, incident=incident,
            why=_("{event}: 须重新评级").format(event=label), clause=clause, due_on=by_day,
        )  # fmt: skip
    except Refusal as refusal:
        _ask_somebody(customer, label, str(refusal), clause, by_day, on=on)


def rated_now(customer: Customer, version: Version, *, on: date) -> Rating | None:
    """Rate a customer with what is known today; None where something is missing."""
    try:
        return make_rating(customer, version, facts_of(customer, version, on=on), on=on)
    except Refusal:
        return None


def _take_worse(rules: moving.Rules, rating: Rating, result: Result, event: str, *, on: date) -> None:
    grade = result.position.grade
    if grade is None or rules.place[rating.grade] <= rules.place[grade]:
        return
    label = moving.event_words(rules, event)
    bring_into_force(rating, by=SYSTEM, on=on, why=_("{event}, 当日按已知资料重评。").format(event=label))


def _ask_somebody(customer: Customer, label: str, why: str, clause: str, by_day: date, *, on: date) -> None:
    """Ask the customer's manager, where no case can be opened (one is under way, nobody is named)."""
    person = customer.owner if customer.owner is not None and customer.owner.is_active else None
    open_item(
        customer, by=SYSTEM, on=on, act="follow_up", person=person, role="" if person else "risk", due=by_day,
        clause=clause, about=customer,
        title=_("{event}: {customer} 须重新评级").format(event=label, customer=customer.name), note=why,
    )  # fmt: skip


def withdrawn(incident: Incident, *, by: Actor, on: date) -> None:
    """Have a customer rated again by each policy by which he is graded, for an incident counted that was none.

    Cases that it opened are called off: they would count it as of their day. Nobody rises by this alone: the case
    says how he stands, and a freeze is lifted as every freeze is.
    """
    why = _("事件“{incident}”已撤销: {why}").format(incident=incident, why=incident.reversed_why)
    for row in _positions(incident.customer, None):
        version = version_for(row.policy, on, row.version)
        assert version is not None
        rules = rules_of(version)
        clause = rules.clause(*rules.events(EVENT_OF.get(incident.kind, incident.kind)))
        of_it = Assessment.objects.filter(incident=incident, policy=row.policy, kind=Assessment.Kind.EVENT)
        for case in of_it.filter(state__in=(Assessment.State.OPEN, Assessment.State.IN_PROCEDURE)):
            cancel_assessment(case, by=SYSTEM, on=on, why=why)
        try:
            open_assessment(
                incident.customer, kind=Assessment.Kind.EVENT, by=SYSTEM, on=on, version=version, incident=incident,
                why=why, clause=clause,
            )  # fmt: skip
        except Refusal as refusal:
            _ask_somebody(incident.customer, _("事件已撤销"), f"{why} {refusal}", clause, on, on=on)


def worsened(statement: Statement, *, by: Actor, on: date) -> None:
    """See whether a statement just approved is worse than the one before it, by each policy by which he is graded.

    Only the latest of its sort says how he stands now; a first one has nothing to be worse than.
    """
    positions = _positions(statement.customer, None)
    if not positions:
        return
    approved = Statement.objects.filter(customer=statement.customer_id, state=StatementState.APPROVED)
    among = list(approved.exclude(pk=statement.pk).prefetch_related("figures"))
    before = period_before(statement, among)
    sort = (statement.period_kind, statement.months, statement.is_consolidated)
    if before is None or any(
        (other.period_kind, other.months, other.is_consolidated) == sort and other.period_end > statement.period_end
        for other in among
    ):
        return
    now, then = ({ratio.definition.code: ratio.value for ratio in ratios_of(each)} for each in (statement, before))
    for row in positions:
        version = version_for(row.policy, on, row.version)
        assert version is not None
        program = prepared(version).program
        entries = moving.worse_by(program, now, then)
        if entries:
            said = "; ".join(formula_words(program, str(entry.when)) for entry in entries)
            why = _("报表 {period} 比 {before} 差: {condition}").format(period=statement, before=before, condition=said)
            happened(statement.customer, WORSE, by=by, on=on, statement=statement, policy=row.policy, why=why)


class Ears:
    """What hears of incidents, and of statements."""

    def on_statement(self, statement: Statement, *, by: Actor, on: date) -> None:
        """Let a statement that is worse have its effects on the grade."""
        worsened(statement, by=by, on=on)

    def on_incident(self, incident: Incident, *, by: Actor, on: date) -> None:
        """Let an incident have its effects on the grade."""
        if Position.objects.filter(customer=incident.customer_id).exists():
            event = EVENT_OF.get(incident.kind, incident.kind)
            happened(incident.customer, event, by=by, on=on, incident=incident)

    def on_incident_withdrawn(self, incident: Incident, *, by: Actor, on: date) -> None:
        """Have the customer rated again without what was withdrawn."""
        withdrawn(incident, by=by, on=on)
