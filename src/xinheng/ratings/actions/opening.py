"""Cases are opened by an application, the calendar, an event, an objection or by hand; and called off."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit.record import Actor, act, record
from xinheng.customers.models import Customer, NumberSeries, Status
from xinheng.ledger.models import Incident
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.policies.models import Version
from xinheng.policies.queries import main_version
from xinheng.ratings.duties import Duties, duties_of, people_filling
from xinheng.ratings.listeners import tell_decided
from xinheng.ratings.models import Assessment, Objection
from xinheng.workflow import actions as workflow
from xinheng.workflow.acts import Stand
from xinheng.workflow.calendar import add_working_days
from xinheng.workflow.queries import open_round, rounds_of

UNDER_WAY = (Assessment.State.OPEN, Assessment.State.IN_PROCEDURE, Assessment.State.PUBLISHED)
"""One of these at a time for each customer and policy."""
PREFIX = "PG"


@act
def open_assessment(
    customer: Customer,
    *,
    kind: str,
    by: Actor,
    on: date,
    why: str = "",
    version: Version | None = None,
    incident: Incident | None = None,
    objection: Objection | None = None,
    clause: str = "",
    as_of: date | None = None,
    due_on: date | None = None,
    limit_asked: Decimal | None = None,
) -> Assessment:
    """Open a case for a customer under `version` (the main policy's in force), and ask for the form to be filled in.

    Refused while another case of the customer under the same policy is under way.
    """
    if isinstance(by, Person):
        demand(by, "ratings.open", customer)
    if kind not in Assessment.Kind.values:
        raise Refusal(_("请选择评估的事由类别。"))
    if limit_asked is not None and limit_asked < 0:
        raise Refusal(_("申请额度不能是负数。"))
    if customer.status != Status.FILED:
        raise Refusal(_("{customer} {status}, 不能评级。请先建档或恢复启用。").format(
            customer=customer.name, status=customer.get_status_display()))  # fmt: skip
    version = version or main_version(on)
    if version is None:
        raise Refusal(_("{day} 没有生效的主评级制度。请先在制度库里发布。").format(day=on))
    duties = duties_of(version, strict=True)
    refuse_second(customer, version)
    due = due_on or add_working_days(on, duties.term().days)
    try:
        with transaction.atomic():
            assessment: Assessment = Assessment.objects.create(
                number=next_number(on), customer=customer, version=version, policy=version.policy, kind=kind,
                why=why.strip()[:200], clause=clause[:200], incident=incident, objection=objection,
                as_of=as_of or on, department=customer.department, opened_by=by if isinstance(by, Person) else None,
                opened_on=on, due_on=due, limit_asked=limit_asked,
            )  # fmt: skip
    except IntegrityError:
        refuse_second(customer, version)
        raise
    record(
        "ratings.open", assessment, by=by, why=assessment.why, clause=clause, about=customer,
        after={"kind": kind, "policy": version.policy.key, "version": version.number, "as_of": assessment.as_of, "due": due},
    )  # fmt: skip
    ask_for_form(assessment, duties, by=by, on=on)
    return assessment


def refuse_second(customer: Customer, version: Version) -> None:
    """Refuse where a case of the customer under the policy is under way, naming it."""
    other = Assessment.objects.filter(customer=customer, policy=version.policy_id, state__in=UNDER_WAY).first()
    if other is not None:
        raise Refusal(
            _("{customer} 已有一件评估在办理: {number} ({state})。请打开它, 办完或取消后再发起。").format(
                customer=customer.name, number=other.number, state=other.get_state_display()
            )
        )


def due_is_assumed(assessment: Assessment, duties: Duties) -> bool:
    """Say whether the day by which a case should be done is our own assumption, for the policy sets none."""
    term = duties.term()
    return term.is_assumed and assessment.due_on == add_working_days(assessment.opened_on, term.days)


def next_number(on: date) -> str:
    """Give the next number of the year; the series is locked until the transaction ends."""
    prefix = f"{PREFIX}{on.year}-"
    NumberSeries.objects.bulk_create([NumberSeries(prefix=prefix)], ignore_conflicts=True)
    NumberSeries.objects.filter(prefix=prefix).update(last=F("last") + 1)
    return str(NumberSeries.objects.get(prefix=prefix))


def ask_for_form(assessment: Assessment, duties: Duties, *, by: Actor, on: date, note: str = "") -> None:
    """Ask whoever fills in the form to do so; where the policy leaves it open, whoever opened the case."""
    role, person = people_filling(duties.form_filler)
    if not role and person is None:
        person = by if isinstance(by, Person) else assessment.customer.owner
        role = "" if person is not None else "risk"
    days = duties.form_days()
    own = [step for step in duties.own if step.clause]
    workflow.open_item(
        assessment, by=by, on=on, act="fill", role=role, person=person, about=assessment.customer,
        title=_("填报评估 {number}").format(number=assessment.number), note=note or assessment.why,
        due=min(assessment.due_on or on, add_working_days(on, days)) if days is not None else assessment.due_on,
        clause=(own[0].clause or "") if own else "",
    )  # fmt: skip


@act
def cancel_assessment(assessment: Assessment, *, by: Actor, on: date, why: str) -> Assessment:
    """Call a case off before it is decided; what was entered stays with it."""
    if isinstance(by, Person):
        demand(by, "ratings.cancel", assessment)
    assessment = locked(assessment)
    if assessment.state not in (Assessment.State.OPEN, Assessment.State.IN_PROCEDURE):
        raise Refusal(_("评估 {number} {state}, 不能取消。").format(
            number=assessment.number, state=assessment.get_state_display()))  # fmt: skip
    if not why.strip():
        raise Refusal(_("请写明为什么取消。"))
    record("ratings.cancel", assessment, by=by, why=why, about=assessment.customer, before={"state": assessment.state})
    round = open_round(assessment, assessment.policy.key)
    if round is not None:
        workflow.cancel_round(round, by=by, on=on, why=why)
        assessment.refresh_from_db()
    else:
        workflow.settle_items(assessment, act="fill", by=by, on=on, remarks=why)
    if assessment.state != Assessment.State.CANCELLED:
        assessment.state, assessment.decided_on = Assessment.State.CANCELLED, on
        assessment.save(update_fields=["state", "decided_on"])
        tell_decided(assessment, by=by, on=on)
    return assessment


def locked(assessment: Assessment) -> Assessment:
    """Give the case as it is now, held until the transaction ends; its round first, as whoever decides holds it."""
    list(rounds_of(assessment).filter(state=Stand.OPEN).select_for_update(of=("self",)))
    found: Assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    return found
