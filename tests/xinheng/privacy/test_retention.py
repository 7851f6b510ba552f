"""How long things are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from xinheng.customers.models import Customer, Kind, Status
from xinheng.privacy import actions, retention
from xinheng.privacy.models import RetentionRule

ON = date(2026, 3, 2)
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)


def counts() -> dict[str, int]:
    return {due.rule.what: due.count for due in retention.kept_too_long(ON)}


def test_a_person_closed_for_longer_than_the_rule_says_is_listed(company):
    person = Customer.objects.create(
        number="R1", name="欧阳", kind=Kind.PERSON, status=Status.CLOSED, department=company.ours.department,
        created_at=LONG_AGO,
    )  # fmt: skip
    assert counts()["closed_person"] == 0
    Customer.history.model.objects.filter(id=person.pk).update(history_date=LONG_AGO)
    assert counts()["closed_person"] == 1
    Customer.objects.filter(pk=person.pk).update(status=Status.FILED)
    assert counts()["closed_person"] == 0


def test_a_consent_that_ended_long_ago_is_listed(company):
    consent = actions.give_consent(
        company.ours, by=company.sales, on=ON, purpose="service", scope=["basics"], how="oral",
        since=date(2015, 1, 1), until=date(2023, 3, 2),
    )  # fmt: skip
    assert counts()["ended_consent"] == 0
    consent.until = date(2023, 3, 1)
    consent.save()
    assert counts()["ended_consent"] == 1


def test_the_company_changes_a_rule_and_the_change_is_recorded(company):
    from xinheng.audit.models import Entry

    rule = RetentionRule.objects.get(what="closed_person")
    rule.years, rule.why = 7, "公司确认"
    actions.keep_rule(rule, by=company.legal, on=ON)
    line = Entry.objects.get(act="privacy.keep_rule")
    assert (line.before["years"], line.after["years"]) == (5, 7)
    retention.ensure_rules()
    assert RetentionRule.objects.get(what="closed_person").years == 7


def test_the_last_day_of_february_has_a_year_before():
    assert retention._years_before(date(2028, 2, 29), 1) == date(2027, 2, 28)
