"""A version tried on everyone: the same figures as the command's, nothing changed, nothing half after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from company import Company
from crash_points import held
from creditpolicy.compare import compare
from creditpolicy.problems import Refusal
from creditpolicy.rating import rate
from creditpolicy.reader import read_policy
from policies import published
from sample_facts import SampleFacts, customers_of, harder, sample_of
from xinheng.customers import actions as customers
from xinheng.customers.models import Customer, Source
from xinheng.policies import actions, facts, jobs, trying
from xinheng.policies.facts import set_provider
from xinheng.policies.models import Trial, TrialRow, Version

ON = date(2026, 3, 2)
PACKS = ["auto-dealer", "credit-standing", "enterprise-rating", "leasing", "sales-credit", "sales-tiering"]


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def restored() -> Iterator[None]:
    before = list(facts._provider)
    yield
    facts._provider[:] = before


def prepare(company: Company, pack: str) -> tuple[SampleFacts, Version, Version]:
    """Publish a policy and draft the next version, with other grade lines; give the facts and both."""
    sample = sample_of(pack)
    customers_of(company, sample)
    set_provider(sample)
    first = published(company, pack, on=ON)
    draft = actions.create_draft_from_version(first, by=company.risk, on=ON)
    draft = actions.edit_text(draft, harder(draft.text), edition=draft.edition, by=company.risk, on=ON)
    return sample, first, draft


def everything() -> dict[str, str]:
    """Give the sum of every table but those of trials and the record."""
    own = {"policies_trial", "policies_trialrow", "audit_entry", "audit_seal"}
    return {name: held(name) for name in connection.introspection.table_names() if name not in own}


@pytest.mark.usefixtures("restored")
def test_a_trial_says_what_the_command_says(company: Company, pack: str) -> None:
    sample, first, draft = prepare(company, pack)
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    trying.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == Trial.State.DONE, trial.problem
    both = compare(read_policy(first.text.encode()), read_policy(draft.text.encode()), sample.table, as_of=ON)
    told = trial.summary
    assert {(b or None, a or None): n for b, a, n, _amount in told["cells"]} == both.counts
    assert {(b or None, a or None): Decimal(m) for b, a, _n, m in told["cells"] if Decimal(m)} == {
        key: value for key, value in both.amounts.items() if value
    }
    assert (Decimal(told["raised"]), Decimal(told["lowered"])) == (both.limit_raised, both.limit_lowered)
    assert told["customers"] == both.customers
    assert told["movers"] == len(both.movers)
    rows = {row.customer.number: row for row in trial.rows.select_related("customer")}
    for mover in both.movers:
        row = rows[mover.customer_id]
        assert (row.before or None, row.after or None) == (mover.before, mover.after)
        assert (row.total_before, row.total_after) == (mover.total_before, mover.total_after)
        assert (row.limit_before, row.limit_after, row.amount) == (mover.limit_before, mover.limit_after, mover.amount)
        assert [item["label"] for item in row.told["items"]] == [item.label for item in mover.items]
    moved = {row.customer.number for row in trial.rows.select_related("customer") if row.before != row.after}
    assert moved == {mover.customer_id for mover in both.movers}
    refused = {row.customer.number for row in trial.rows.select_related("customer") if not row.after}
    assert refused == {rating.customer_id for rating in both.new.refused}


@pytest.mark.usefixtures("restored")
def test_a_trial_of_some_kinds_counts_only_those_and_rates_each_as_among_everybody(company: Company) -> None:
    _sample, _first, draft = prepare(company, "leasing")
    everybody = Customer.objects.filter(status="filed").order_by("pk")
    people = list(everybody.values_list("pk", flat=True)[::3])
    Customer.objects.filter(pk__in=people).update(kind="person")
    trials = {}
    for kinds in ((), ("person",)):
        trial = actions.start_trial(draft, by=company.risk, on=ON, kinds=kinds)
        trying.run(trial.pk)
        trial.refresh_from_db()
        assert trial.state == Trial.State.DONE, trial.problem
        trials[kinds] = trial
    whole, part = trials[()], trials["person",]
    assert part.summary["customers"] == len(people)
    assert sum(count for _before, _after, count, _amount in part.summary["cells"]) == len(people)
    assert 0 < part.rows.count() == whole.rows.filter(customer__in=people).count()
    assert set(part.rows.values_list("customer", flat=True)) <= set(people)
    shown = ("customer", "before", "after", "total_before", "total_after", "limit_before", "limit_after")
    assert set(part.rows.values_list(*shown)) == set(whole.rows.filter(customer__in=people).values_list(*shown))


@pytest.mark.usefixtures("restored")
def test_a_trial_changes_nothing_but_itself(company: Company) -> None:
    _sample, _first, draft = prepare(company, "leasing")
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    before = everything()
    trying.run(trial.pk)
    assert everything() == before
    assert TrialRow.objects.filter(trial=trial).exists()


@pytest.mark.usefixtures("restored")
def test_without_a_version_in_force_there_is_the_distribution_alone(company: Company) -> None:
    sample = sample_of("leasing")
    customers_of(company, sample)
    set_provider(sample)
    draft = actions.create_draft_from_pack("leasing", by=company.risk, on=ON)
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    trying.run(trial.pk)
    trial.refresh_from_db()
    result = rate("leasing", sample.table, as_of=ON)
    assert trial.against is None
    assert trial.state == Trial.State.DONE
    assert {after: count for _before, after, count, _amount in trial.summary["cells"]} == {
        line.grade or "": line.count for line in result.grade_table if line.count
    }
    assert trial.summary["movers"] == 0


@pytest.mark.usefixtures("restored")
def test_a_trial_killed_at_any_moment_begins_again_and_counts_nobody_twice(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sample, _first, draft = prepare(company, "leasing")
    trial = actions.start_trial(draft, by=company.risk, on=ON)

    class Killed(BaseException):
        """The process is gone."""

    def die(*_any: Any, **_more: Any) -> None:
        raise Killed

    for place in ("result_of", "compared", "finish"):
        with monkeypatch.context() as patched:
            patched.setattr(trying, place, die)
            with pytest.raises(Killed):
                trying.run(trial.pk)
        trial.refresh_from_db()
        assert trial.state == Trial.State.RUNNING
        assert not trial.rows.exists()
        assert jobs.resume() == 0  # it may still be alive
        trying.run(trial.pk)
        trial.refresh_from_db()
        assert trial.state == Trial.State.RUNNING
        Trial.objects.filter(pk=trial.pk).update(beat_at=timezone.now() - 2 * actions.trying.LEASE)
    assert jobs.resume() == 1
    trial.refresh_from_db()
    assert trial.state == Trial.State.DONE
    assert sum(cell[2] for cell in trial.summary["cells"]) == trial.total == trial.done
    assert trial.rows.count() == trial.rows.values("customer").distinct().count()


@pytest.mark.usefixtures("restored")
def test_a_job_whose_trial_was_taken_over_writes_nothing(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    _sample, _first, draft = prepare(company, "leasing")
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    real = trying.compared

    def overtaken(*any_: Any, **more: Any) -> Any:
        Trial.objects.filter(pk=trial.pk).update(runner="12345678-1234-1234-1234-123456789abc")
        return real(*any_, **more)

    monkeypatch.setattr(trying, "compared", overtaken)
    trying.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == Trial.State.RUNNING
    assert not trial.rows.exists()


@pytest.mark.usefixtures("restored")
def test_a_draft_edited_since_marks_its_trials_as_of_an_older_text(company: Company) -> None:
    _sample, _first, draft = prepare(company, "leasing")
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    trying.run(trial.pk)
    actions.edit_text(draft, draft.text + "# 又改\n", edition=draft.edition, by=company.risk, on=ON)
    assert not Trial.objects.select_related("version").get(pk=trial.pk).is_of_this_text


@pytest.mark.usefixtures("restored")
def test_what_goes_wrong_is_said_and_may_be_tried_again(company: Company) -> None:
    _sample, _first, draft = prepare(company, "leasing")
    set_provider(None)
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    with pytest.raises(Refusal, match="正在试算"):
        actions.start_trial(draft, by=company.risk, on=ON)
    trying.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == Trial.State.FAILED
    assert "客户资料" in trial.problem
    set_provider(_sample)
    actions.try_again(trial, by=company.finance, on=ON, at=timezone.now())
    trying.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == Trial.State.DONE
    with pytest.raises(Refusal, match="没有停下"):
        actions.try_again(trial, by=company.finance, on=ON, at=timezone.now())


@pytest.mark.usefixtures("restored")
def test_trials_are_refused_for_drafts_with_faults_for_days_to_come_and_for_others(company: Company) -> None:
    _sample, first, draft = prepare(company, "leasing")
    with pytest.raises(Refusal, match="角色"):
        actions.start_trial(draft, by=company.sales, on=ON)
    with pytest.raises(Refusal, match="晚于今天"):
        actions.start_trial(draft, by=company.risk, on=ON, as_of=ON + timedelta(days=1))
    broken = actions.edit_text(draft, "policy: leasing\n", edition=draft.edition, by=company.risk, on=ON)
    with pytest.raises(Refusal, match="错误"):
        actions.start_trial(broken, by=company.risk, on=ON)
    assert actions.start_trial(first, by=company.risk, on=ON).against is None


@pytest.mark.usefixtures("restored")
def test_the_movers_go_out_as_a_workbook_with_a_line_in_the_record(company: Company, tmp_path: Path) -> None:
    from xinheng.policies.columns import TRIAL_COLUMNS

    _sample, _first, draft = prepare(company, "leasing")
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    trying.run(trial.pk)
    path = tmp_path / "movers.xlsx"
    rows = TrialRow.objects.filter(trial=trial)
    count = actions.export_trial(path, trial, rows, TRIAL_COLUMNS, query="", by=company.finance, at=timezone.now())
    assert count == rows.count() > 0
    assert path.stat().st_size > 1000
    with pytest.raises(Refusal, match="角色"):
        actions.export_trial(path, trial, rows, TRIAL_COLUMNS, query="", by=company.sales, at=timezone.now())


def test_a_trial_on_the_facts_of_the_application_says_what_the_command_says(company: Company) -> None:
    first = published(company, "leasing", on=ON)
    for customer, points in ((company.ours, "9"), (company.theirs, "4")):
        customers.add_value(
            customer, by=company.archivist, on=ON, field="leasing.strength", value=points, source=Source.VISIT, as_of=ON
        )
    draft = actions.create_draft_from_version(first, by=company.risk, on=ON)
    draft = actions.edit_text(draft, harder(draft.text), edition=1, by=company.risk, on=ON)
    trial = actions.start_trial(draft, by=company.risk, on=ON)
    trying.run(trial.pk)
    trial.refresh_from_db()
    assert trial.state == Trial.State.DONE, trial.problem
    everybody = trying.on_file(ON)
    table = facts.provider().table_of(everybody, draft, on=ON)
    both = compare(read_policy(first.text.encode()), read_policy(draft.text.encode()), table, as_of=ON)
    assert trial.summary["customers"] == both.customers == everybody.count()
    assert {(b or None, a or None): n for b, a, n, _amount in trial.summary["cells"]} == both.counts
    assert trial.summary["refused"] == len(both.new.refused)
    for rating in both.new.refused:
        row = trial.rows.get(customer__number=rating.customer_id)
        assert [problem[0] for problem in row.told["problems"]] == [problem.what for problem in rating.problems]
