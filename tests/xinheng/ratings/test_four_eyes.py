"""Nobody approves his own: cases, overrides and policies, each tried by everybody, by page, API, command and job.

Every row is played in full from the same prepared state and undone again; what counts is what the database then says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from assessing import fill, opened, submit, take, task_of
from creditpolicy.problems import Refusal
from grading import graded
from policies import fill_roles, open_item_of, published, whoever_may
from xinheng.audit.models import Entry
from xinheng.audit.origin import coming_from
from xinheng.connect.actions import digest_of
from xinheng.connect.models import Token
from xinheng.org.models import Appointment, Delegation, Person
from xinheng.policies import actions as policies
from xinheng.ratings.actions.overrides import ask_override
from xinheng.ratings.models import Assessment, Score
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item
from xinheng.workflow.queries import rounds_of

pytestmark = pytest.mark.django_db

SINCE = date(2020, 1, 1)
CHANNELS = ("page", "api", "command", "job")
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")


@dataclass(frozen=True)
class Row:
    """`how` the one who tries stands to the case; `prepare` makes it so and gives him."""

    how: str
    prepare: Callable[[], Person]
    passes: bool = False
    channels: tuple[str, ...] = CHANNELS


def appointed(person: Person, role: str) -> Person:
    """Give the person the role too."""
    if role not in person.roles(on=timezone.localdate()):
        Appointment.objects.create(person=person, role=role, since=SINCE)
    return Person.objects.get(pk=person.pk)


def lent(lender: Person, to: Person, role: str) -> Person:
    """Let the lender, who holds the role too, lend it."""
    appointed(lender, role)
    Delegation.objects.create(
        from_person=lender, to_person=to, role=role, since=SINCE, until=timezone.localdate(), reason="休假"
    )
    return Person.objects.get(pk=to.pk)


def left(person: Person) -> Person:
    """Close the person's account."""
    Person.objects.filter(pk=person.pk).update(is_active=False)
    return Person.objects.get(pk=person.pk)


def played(item: Item, rows: Iterator[Row]) -> list[str]:
    """Play every row by each of its ways; gives what each came to where that is not what it should."""
    wrong, count = [], 0
    for row in rows:
        for channel in row.channels:
            count += 1
            with transaction.atomic():
                by = row.prepare()
                lines = Entry.objects.filter(act="workflow.agree", actor_id=by.pk)
                before = lines.count()
                said = WAYS[channel](Item.objects.get(pk=item.pk), by)
                now = Item.objects.get(pk=item.pk)
                went = (now.state, now.outcome) == ("done", "agree") and lines.count() == before + 1
                untouched = (now.state, now.outcome) == ("open", "") and lines.count() == before
                if (not went if row.passes else not untouched) or (not row.passes and not said):
                    wrong.append(f"{item.step} {row.how} {by} {channel}: {now.state} {said[:80]}")
                transaction.set_rollback(True)
    COUNTED.append(count)
    return wrong


COUNTED: list[int] = []


def _by_action(channel: str) -> Callable[[Item, Person], str]:
    def way(item: Item, by: Person) -> str:
        try:
            with coming_from(channel):
                finish_item(item, by=by, on=timezone.localdate(), outcome="agree")
        except Refusal as refused:
            return str(refused)
        return ""

    return way


def _by_page(item: Item, by: Person) -> str:
    client = Client()
    client.force_login(by)
    answer = client.post(f"/tasks/{item.pk}/decide/", {"outcome": "agree", "remarks": "同意"})
    return "" if answer.status_code == 302 and answer["Location"] == "/inbox/" else "sent away"


def _by_api(item: Item, by: Person) -> str:
    Token.objects.create(
        name="x", person=by, scopes=["tasks:write"], digest=digest_of("xh_secret"), hint="cret",
        valid_until=timezone.localdate(), created_by=by,
    )  # fmt: skip
    answer = Client().post(
        f"/api/v1/tasks/{item.pk}", {"outcome": "agree"}, content_type="application/json",
        headers={"Authorization": "Bearer xh_secret"},
    )  # fmt: skip
    return "" if answer.status_code == 200 else answer.content.decode()


WAYS: dict[str, Callable[[Item, Person], str]] = {
    "page": _by_page, "api": _by_api, "command": _by_action("command"), "job": _by_action("job"),
}  # fmt: skip


def others(company: Any, role: str, without: Person) -> Iterator[Row]:
    """Give a row for everybody who does not hold the role."""
    for person in company.people.values():
        if role not in person.roles(on=timezone.localdate()) and person.pk != without.pk:
            yield Row("without the role", lambda person=person: Person.objects.get(pk=person.pk), channels=("page",))


def rows_of_case(company: Any, case: Assessment, item: Item) -> Iterator[Row]:
    """Give the rows of a step of a case."""
    role = item.role
    right = whoever_may(item, on=timezone.localdate())
    engineer, owner, clerk = company.sales_engineer, company.sales, company.archivist
    yield Row("the right one", lambda: Person.objects.get(pk=right.pk), passes=True)
    yield Row("in his place", lambda: lent(right, clerk, role), passes=True, channels=("page", "command"))
    yield Row("who filled the form in", lambda: appointed(engineer, role))
    yield Row("the customer's salesman", lambda: appointed(owner, role))
    yield Row("lent by who filled it in", lambda: lent(engineer, clerk, role))
    yield Row("lent by the salesman", lambda: lent(owner, clerk, role))
    yield Row("administrator too", lambda: appointed(right, "system_admin"))
    yield Row("gone", lambda: left(right), channels=("command", "job"))
    decided = rounds_of(case).get().items.filter(kind="decide", state="done").exclude(role=role).last()
    if decided is not None and decided.handled_by is not None:
        yield Row("decided before in another role", lambda: appointed(decided.handled_by, role))
    yield Row("a score changed behind it", lambda: _changed(case, right))
    yield Row("the facts changed behind it", lambda: _facts_changed(case, right))
    yield Row("the limit asked for changed", lambda: _asked_more(case, right), channels=("page", "command"))
    yield Row("a score by himself at another step", lambda: _scored(case, right))
    if item.step == "approve":
        yield from others(company, role, right)


def _changed(case: Assessment, right: Person) -> Person:
    row = case.scores.filter(fact="industry_position").get(replaced=False)
    row.value = "龙头"
    row.save()
    return Person.objects.get(pk=right.pk)


def _facts_changed(case: Assessment, right: Person) -> Person:
    row = Assessment.objects.get(pk=case.pk)
    row.facts = {**row.facts, "values": {**row.facts["values"], "paid_in_capital": "99999.00"}}
    row.save()
    return Person.objects.get(pk=right.pk)


def _asked_more(case: Assessment, right: Person) -> Person:
    Assessment.objects.filter(pk=case.pk).update(limit_asked=9_999_999)
    return Person.objects.get(pk=right.pk)


def _scored(case: Assessment, right: Person) -> Person:
    """Somebody whose entry stands at another step is a scorer, and no judge."""
    Score.objects.create(
        assessment=case, fact="closeness", step="elsewhere", role="x", value="一般", by=right, on=timezone.localdate()
    )
    from xinheng.workflow.subjects import digest_of as sum_of

    rounds_of(case).update(digest=sum_of(Assessment.objects.get(pk=case.pk)))
    return Person.objects.get(pk=right.pk)


def test_nobody_decides_in_a_case_who_had_a_hand_in_it(company: Any) -> None:
    on = timezone.localdate()
    case = opened(company, published(company, "credit-standing", on=on), on=on)
    submit(case, on=on)
    wrong, steps = [], []
    while (item := task_of(case)) is not None:
        if item.kind == "decide":
            steps.append(item.step)
            if item.step in ("check", "supervise"):
                fill(case, on=on, by=whoever_may(item, on=on))
            wrong += played(item, rows_of_case(company, case, item))
        take(case, Item.objects.get(pk=item.pk), on=on)
    assert not wrong, "\n".join(wrong)
    assert steps == ["check", "review", "supervise", "approve", "approve_special"]
    assert sum(COUNTED) >= 120


def test_nobody_approves_the_override_that_he_asked_for(company: Any) -> None:
    on = timezone.localdate()
    version = published(company, "credit-standing", on=on)
    graded(company.ours, version, "B", on=on)
    asked = ask_override(company.ours, grade="C", days=30, reason="行业下行", by=company.finance, on=on)
    item = open_item_of(rounds_of(asked).get())
    assert item is not None
    asker, clerk = company.finance, company.archivist
    right = whoever_may(item, on=on)

    def rows() -> Iterator[Row]:
        yield Row("the right one", lambda: Person.objects.get(pk=right.pk), passes=True)
        yield Row("who asked", lambda: appointed(asker, item.role))
        yield Row("lent by who asked", lambda: lent(asker, clerk, item.role))
        yield Row("administrator too", lambda: appointed(right, "security_admin"))
        yield Row("gone", lambda: left(right), channels=("command", "job"))
        yield from others(company, item.role, right)

    wrong = played(item, rows())
    assert not wrong, "\n".join(wrong)


def test_nobody_approves_the_policy_that_he_drafted_or_edited_last(company: Any) -> None:
    on = timezone.localdate()
    draft = policies.create_draft_from_pack("leasing", by=company.risk, on=on)
    text = draft.text.replace("租赁客户", "租赁顾客", 1)
    policies.edit_text(draft, text, edition=draft.edition, by=company.credit_group, on=on)
    draft.refresh_from_db()
    fill_roles(company, draft, on=on)
    round = policies.submit_version(draft, by=company.risk, on=on)
    drafter, editor, clerk = company.risk, company.credit_group, company.archivist
    wrong, seen = [], 0
    while (item := open_item_of(round)) is not None:
        right = whoever_may(item, on=on)

        def rows(item: Item = item, right: Person = right, first: bool = seen == 0) -> Iterator[Row]:
            yield Row("the right one", lambda: Person.objects.get(pk=right.pk), passes=True)
            yield Row("who drafted", lambda: appointed(drafter, item.role))
            yield Row("who edited last", lambda: appointed(editor, item.role))
            yield Row("lent by who drafted", lambda: lent(drafter, clerk, item.role))
            yield Row("lent by who edited last", lambda: lent(editor, clerk, item.role))
            yield Row("administrator too", lambda: appointed(right, "audit_admin"))
            if first:
                yield from others(company, item.role, right)

        if item.kind == "decide":
            wrong += played(item, rows())
            seen += 1
        finish_item(item, by=right, on=on, outcome="agree" if item.kind == "decide" else "done", remarks="同意")
    assert seen
    assert not wrong, "\n".join(wrong)
