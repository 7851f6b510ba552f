"""What is approved or published cannot be changed: not by the application's models, not by SQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from company import Company, found_company
from creditpolicy.problems import Refusal
from policies import approve, published
from xinheng.policies import actions, triggers
from xinheng.policies.models import Stage, Version
from xinheng.policies.queries import in_force

ON = date(2026, 3, 2)
CHANGES = {
    "text": "'policy: other'",
    "sha256": "'0'",
    "number": "'9.9'",
    "policy_id": "policy_id + 1000",
    "edition": "edition + 1",
    "approved_on": "'2020-01-01'",
    "approved_by_id": "NULL",
    "created_by_id": "NULL",
}
OF_PUBLISHED = CHANGES | {
    "stage": "'draft'",
    "in_force_from": "'2020-01-01'",
    "published_on": "'2020-01-01'",
    "published_by_id": "NULL",
}


def refused(statement: str, number: int) -> None:
    with pytest.raises(DatabaseError, match="不能更改"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [number])


def test_sql_changes_nothing_of_a_published_version_but_its_end(company: Company) -> None:
    version = published(company, "leasing", on=ON)
    for column, value in OF_PUBLISHED.items():
        refused(f"UPDATE policies_version SET {column} = {value} WHERE id = %s", version.pk)
    refused("DELETE FROM policies_version WHERE id = %s", version.pk)
    Version.objects.filter(pk=version.pk).update(in_force_until=ON + timedelta(days=1))
    version.refresh_from_db()
    assert version.in_force_until == ON + timedelta(days=1)


def test_sql_changes_nothing_of_an_approved_version_but_its_publication(company: Company) -> None:
    version = approve(company, actions.create_draft_from_pack("leasing", by=company.risk, on=ON), on=ON)
    for column, value in CHANGES.items():
        refused(f"UPDATE policies_version SET {column} = {value} WHERE id = %s", version.pk)
    refused("UPDATE policies_version SET stage = 'draft' WHERE id = %s", version.pk)
    refused("UPDATE policies_version SET stage = 'in_approval' WHERE id = %s", version.pk)
    refused("DELETE FROM policies_version WHERE id = %s", version.pk)
    assert actions.discard_draft(version, by=company.credit_group, on=ON, why="不用了").stage == Stage.DISCARDED


def test_the_models_change_nothing_of_a_published_version(company: Company) -> None:
    version = published(company, "leasing", on=ON)
    before = Version.objects.get(pk=version.pk)

    def save(change: Callable[[Version], None]) -> None:
        one = Version.objects.get(pk=version.pk)
        change(one)
        with pytest.raises(DatabaseError, match="不能更改"), transaction.atomic():
            one.save()

    save(lambda one: setattr(one, "text", one.text + "#"))
    save(lambda one: setattr(one, "sha256", "1" * 64))
    save(lambda one: setattr(one, "number", "2.0"))
    with pytest.raises(DatabaseError, match="不能更改"), transaction.atomic():
        Version.objects.filter(pk=version.pk)._raw_delete("default")
    with pytest.raises(DatabaseError, match="不能更改"), transaction.atomic():
        Version.objects.bulk_update([setattr(before, "text", "x") or before], ["text"])  # type: ignore[func-returns-value]
    with pytest.raises(Refusal, match="不能修改"):
        actions.edit_text(version, "x", edition=1, by=company.risk, on=ON)
    with pytest.raises(Refusal, match="不能放弃"):
        actions.discard_draft(version, by=company.credit_group, on=ON, why="撤")


def test_sqlite_does_not_replace_a_row_behind_the_trigger(company: Company) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    version = published(company, "leasing", on=ON)
    columns = ", ".join(
        "'forged'" if field.column == "text" else field.column for field in Version._meta.concrete_fields
    )
    refused(f"INSERT OR REPLACE INTO policies_version SELECT {columns} FROM policies_version WHERE id = %s", version.pk)


def test_without_the_triggers_it_could_be_changed(company: Company) -> None:
    version = published(company, "leasing", on=ON)
    triggers.remove(connection)
    try:
        assert Version.objects.filter(pk=version.pk).update(text="forged") == 1
    finally:
        triggers.install(connection)
    refused("UPDATE policies_version SET text = 'again' WHERE id = %s", version.pk)


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_put_one_version_in_force() -> None:
    company = found_company()
    first = published(company, "leasing", on=ON)
    draft = approve(company, actions.create_draft_from_version(first, by=company.risk, on=ON), on=ON)
    ready, told = threading.Barrier(2), []

    def publish(person: object, day: date) -> None:
        try:
            ready.wait()
            actions.publish_version(draft, day, by=person, on=ON)  # type: ignore[arg-type]
            told.append("done")
        except (Refusal, DatabaseError) as error:
            told.append(type(error).__name__)
        finally:
            connections.close_all()

    hands = [
        threading.Thread(target=publish, args=(company.credit_group, ON + timedelta(days=1))),
        threading.Thread(target=publish, args=(company.deputy_gm, ON + timedelta(days=2))),
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert told.count("done") == 1
    for days in range(5):
        assert in_force(ON + timedelta(days=days)).count() == 1
