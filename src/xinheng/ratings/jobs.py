"""What the room does by itself each day; doing a day twice does nothing twice.

What waited takes force and overrides end; invoices that fell overdue are events; publications whose days are over take
force; reviews that come due are opened as cases, or, where they are many, asked for as a batch; looks that a policy asks for
between ratings are tasks. Batches that stand still go on,
and a sample of the stored ratings is calculated again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from creditpolicy import moving
from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, act, record
from xinheng.customers.models import Customer, Status
from xinheng.ledger.models import Invoice
from xinheng.ledger.queries import claims_of, invoices_on
from xinheng.org.models import Person
from xinheng.org.roles import Role
from xinheng.policies.models import Policy, Version
from xinheng.policies.queries import policy_of, version_in_force
from xinheng.policies.roles import fillers_of
from xinheng.ratings.actions.changing import pass_time
from xinheng.ratings.actions.deciding import end_publication
from xinheng.ratings.actions.events import happened
from xinheng.ratings.actions.opening import UNDER_WAY, open_assessment
from xinheng.ratings.actions.printing import keep_missing_reports
from xinheng.ratings.batch_jobs import resume
from xinheng.ratings.looks import ask_for_looks
from xinheng.ratings.models import Assessment, Happening, Objection, Position, Standing
from xinheng.ratings.queries import standings_on
from xinheng.ratings.replaying import replay_sample
from xinheng.workflow.actions import open_item
from xinheng.workflow.acts import State as TaskState
from xinheng.workflow.models import Item
from xinheng.workflow.queries import items_of

AHEAD_DAYS = 7
"""Reviews are opened so many days before they are due; those with fixed days, on the first of them."""
FEW = 50
"""Up to so many reviews of a policy that come due are opened one by one; of more, a batch is asked for."""
BATCH = "follow_up"


def daily(*, on: date) -> str:
    """Do all of it for one day."""
    moved = pass_time(on=on)
    late = overdue(on=on)
    ended = publications(on=on)
    asked = reviews(on=on)
    looked = sum(ask_for_looks(policy, version, on=on) for policy, version in _in_force(on))
    keep_missing_reports(on)
    resume()
    replay_sample(on)
    return _(
        "等级随时间变动 {moved} 位, 新逾期 {late} 位, 公示期满 {ended} 件, 到期复评 {asked} 件, 定期检查 {looked} 件。"
    ).format(moved=sum(moved.values()), late=late, ended=ended, asked=asked, looked=looked)


# Overdue ----------------------------------------------------------------------------------------------------------------


def overdue(*, on: date) -> int:
    """Take note of invoices that are overdue for as many days as a policy waits, and were not yesterday; gives how many."""
    count = 0
    for policy, version in _in_force(on):
        for days in _overdue_days(version):
            known = Happening.objects.filter(
                customer=OuterRef("pk"),
                policy=policy,
                event="overdue",
                on=on,
                incident__isnull=True,
                statement__isnull=True,
            )
            graded = Position.objects.filter(policy=policy, customer=OuterRef("pk"))
            late = Customer.objects.filter(pk__in=_late_since(days + 1, on))
            for customer in late.filter(Exists(graded)).exclude(Exists(known)).order_by("pk"):
                happened(customer, "overdue", by=SYSTEM, on=on, policy=policy)
                count += 1
    return count


def _late_since(days: int, on: date) -> set[int]:
    """Give the customers of whom a claim (a part where it is payable in parts) is overdue by just so many days."""
    rows = invoices_on(on).filter(kind=Invoice.Kind.INVOICE, open_on__gt=0)
    rows = rows.filter(Q(is_split=True) | Q(due_on=on - timedelta(days=days)))  # parts and disputes move the day
    return {claim.customer for claim in claims_of(rows, on=on) if claim.days_late == days}


def _overdue_days(version: Version) -> set[int]:
    """Give after how many days overdue a policy takes note; on the first day, where it says nothing."""
    policy = policy_of(version)
    entries = [entry for entry in (policy.changes.events if policy.changes else ()) if entry.event == "overdue"]
    days = {entry.days or 0 for entry in entries}
    if policy.review is not None and "overdue" in policy.review.same_day:
        days = days or {0}
    return days


# Publications -----------------------------------------------------------------------------------------------------------


def publications(*, on: date) -> int:
    """Bring into force what was published long enough, with nothing said against it that is not answered."""
    open_ = Objection.objects.filter(
        assessment=OuterRef("pk"), state__in=(Objection.State.RECEIVED, Objection.State.UNDER_REVIEW)
    )
    over = Assessment.objects.filter(state=Assessment.State.PUBLISHED, publish_until__lte=on).exclude(Exists(open_))
    count = 0
    for assessment in over.order_by("pk"):
        end_publication(assessment, by=SYSTEM, on=on)
        count += 1
    return count


# Reviews ----------------------------------------------------------------------------------------------------------------


def reviews(*, on: date) -> int:
    """See that every review that comes due is asked for; gives how many were asked for today."""
    count = 0
    for policy, version in _in_force(on):
        due = _due(policy, on)
        number = due.count()
        if number > FEW:
            count += ask_for_batch(policy, version, number, on=on) is not None
            continue
        for standing in due.select_related("customer", "customer__owner").order_by("next_review_on", "pk"):
            count += _ask_review(standing, version, on=on)
    return count


def _due(policy: Policy, on: date) -> QuerySet[Standing]:
    """Give the standings whose review comes due, and for which no case was opened."""
    cases = Assessment.objects.filter(customer=OuterRef("customer"), policy=policy)
    under_way = cases.filter(state__in=UNDER_WAY)
    asked = cases.filter(opened_on__gte=OuterRef("next_review_on") - timedelta(days=AHEAD_DAYS + 1))
    rows = standings_on(on, policy).filter(
        next_review_on__lte=on + timedelta(days=AHEAD_DAYS), customer__status=Status.FILED
    )
    return rows.exclude(Exists(under_way)).exclude(Exists(asked.filter(opened_on__lte=on)))


def _ask_review(standing: Standing, version: Version, *, on: date) -> bool:
    """Open a review as a case; where that cannot be, ask the customer's manager, once."""
    assert standing.next_review_on is not None
    due = _due_of(standing, version)
    if due is not None and due.period.days is not None and on < standing.next_review_on:
        return False
    last = due.last if due is not None else standing.next_review_on
    clause = (due.period.clause or "") if due is not None else ""
    try:
        open_assessment(
            standing.customer, kind=Assessment.Kind.PERIODIC, by=SYSTEM, on=on, version=version, clause=clause,
            due_on=max(last, on), why=_("定期复评, 应于 {day} 前完成").format(day=last),
        )  # fmt: skip
    except Refusal as refusal:
        return ask_review(standing, str(refusal), clause, max(last, on), on=on) is not None
    return True


def _due_of(standing: Standing, version: Version) -> moving.Due | None:
    """Give the rule by which a standing is reviewed."""
    row = Position.objects.filter(customer=standing.customer_id, policy=standing.policy_id).first()
    since = row.rated_on if row is not None and row.rated_on is not None else standing.from_day
    return moving.next_review(policy_of(version), standing.grade or None, since)


@act
def _ask(standing: Standing, person: Person | None, why: str, clause: str, due: date, *, on: date) -> Item:
    customer = standing.customer
    record("ratings.ask_review", customer, by=SYSTEM, why=why, clause=clause, after={"due": due})
    return open_item(
        customer, by=SYSTEM, on=on, act=BATCH, person=person, role="" if person else Role.RISK, due=due, clause=clause,
        about=customer, title=_("到期复评: {customer}").format(customer=customer.name), note=why,
    )  # fmt: skip


def ask_review(standing: Standing, why: str, clause: str, due: date, *, on: date) -> Item | None:
    """Ask the customer's manager to see to a review; None where he is asked already."""
    open_ = items_of(standing.customer).filter(act=BATCH, state=TaskState.OPEN)
    if open_.exists():
        return None
    owner = standing.customer.owner
    return _ask(standing, owner if owner is not None and owner.is_active else None, why, clause, due, on=on)


@act
def _ask_batch(policy: Policy, version: Version, number: int, *, on: date) -> Item:
    said = policy_of(version)
    period = next((one for one in (said.review.periods if said.review else ()) if one.act == "rate"), None)
    named = period.role if period is not None and period.role is not None else Role.RISK
    filler = fillers_of(said, [named]).get(named, Role.RISK)
    person = filler if isinstance(filler, Person) else None
    record("ratings.ask_review", policy, by=SYSTEM, after={"due": number})
    return open_item(
        policy, by=SYSTEM, on=on, act=BATCH, person=person, role="" if person else _batch_role(str(filler)),
        due=on + timedelta(days=AHEAD_DAYS), clause=(period.clause or "") if period is not None else "",
        title=_("{count} 位客户到期复评, 请批量评级: {policy}").format(count=number, policy=policy.title),
    )  # fmt: skip


def _batch_role(role: str) -> str:
    """Give the role that is asked for a batch: the policy's, if it may make one."""
    return role if role in (Role.FINANCE, Role.RISK, Role.CREDIT_GROUP) else Role.RISK


def ask_for_batch(policy: Policy, version: Version, number: int, *, on: date) -> Item | None:
    """Ask for a batch where many reviews come due; None where one is asked for already."""
    if items_of(policy).filter(act=BATCH, state=TaskState.OPEN).exists():
        return None
    return _ask_batch(policy, version, number, on=on)


def _in_force(on: date) -> Iterator[tuple[Policy, Version]]:
    for policy in Policy.objects.order_by("pk"):
        version = version_in_force(policy.key, on)
        if version is not None:
            yield policy, version


__all__ = ["daily", "overdue", "publications", "resume", "reviews"]
