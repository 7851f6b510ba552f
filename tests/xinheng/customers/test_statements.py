"""Financial statements: figures as typed, what must agree, two pairs of eyes, and ratios by the one definition."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from creditpolicy.facts import CATALOGUE, derive
from creditpolicy.problems import Refusal
from taking_in import ON
from xinheng.audit.models import Entry
from xinheng.customers import actions
from xinheng.customers.accounting import ACCOUNTS, BY_CODE, problems_of
from xinheng.customers.models import Statement, StatementState
from xinheng.customers.ratios import DEFINITIONS, evaluated, figures_of, ratios_of
from xinheng.workflow.actions import finish_item
from xinheng.workflow.models import Item

END = date(2025, 12, 31)
SOUND = {
    "current_assets": "600", "noncurrent_assets": "400", "total_assets": "1000", "inventory": "150", "receivables": "200",
    "current_liabilities": "300", "noncurrent_liabilities": "200", "total_liabilities": "500", "equity": "500",
    "revenue": "2000", "cost_of_sales": "1500", "operating_profit": "180", "total_profit": "180", "income_tax": "45",
    "net_profit": "135", "interest_expense": "20", "operating_cash_flow": "90", "payables": "120",
}  # fmt: skip


def save(company, *, figures=SOUND, end=END, by=None, unit=10000, **told):
    return actions.save_statement(
        company.ours, by=by or company.finance, on=ON, figures=figures, period_end=end, unit=unit, **told
    )


def codes(statement) -> set[str]:
    return {problem.code for problem in problems_of(figures_of(statement), statement.unit)}


def test_figures_are_kept_in_yuan_whatever_unit_they_were_typed_in(company):
    assert figures_of(save(company, figures={"revenue": "1,234.56"}))["revenue"] == Decimal("12345600.00")
    assert figures_of(save(company, figures={"revenue": "12"}, end=date(2024, 12, 31), unit=1))["revenue"] == 12
    told = figures_of(save(company, figures={"revenue": "1.2亿", "cost_of_sales": ""}, end=date(2023, 12, 31)))
    assert told == {"revenue": Decimal("120000000.00")}


def test_figures_that_cannot_be_read_are_all_told_and_nothing_is_saved(company):
    with pytest.raises(Refusal, match="有 2 个数填得不对") as refused:
        save(company, figures={"revenue": "很多", "equity": "#REF!", "total_assets": "5"})
    assert {fact for problem in refused.value.problems for fact in problem.facts} == {"revenue", "equity"}
    assert not Statement.objects.exists()


@pytest.mark.parametrize("role", ["sales", "archivist", "risk", "credit_group", "internal_audit", "system_admin"])
def test_finance_alone_enters_statements(company, role):
    with pytest.raises(Refusal, match="您的角色不能"):
        save(company, by=getattr(company, role))


def test_one_statement_a_period_the_draft_is_changed_and_the_void_one_replaced(company):
    first = save(company)
    with pytest.raises(Refusal, match="已经有一份"):
        save(company)
    save(company, statement=first, figures={**SOUND, "inventory": "160"})
    assert figures_of(Statement.objects.get())["inventory"] == 1_600_000
    actions.withdraw_statement(first, by=company.finance, on=ON, why="用错了合并口径")
    save(company)
    assert Statement.objects.count() == 2


def test_what_is_sound_has_no_problem(company):
    assert codes(save(company)) == set()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"total_assets": "1001"}, "does-not-add-up"),
        ({"equity": "400"}, "does-not-add-up"),
        ({"net_profit": "136"}, "does-not-add-up"),
        ({"inventory": "-1"}, "negative"),
        ({"receivables": "500", "inventory": "200"}, "parts-exceed"),
        ({"equity": ""}, "lacking"),
    ],
)
def test_what_does_not_agree_may_be_a_draft_and_may_not_be_handed_in(company, changed, code):
    statement = save(company, figures={**SOUND, **changed}, remarks="等对方补充明细")
    assert code in codes(statement)
    with pytest.raises(Refusal, match="不能提交"):
        actions.submit_statement(statement, by=company.finance, on=ON)
    statement.refresh_from_db()
    assert statement.state == StatementState.DRAFT


def test_sums_may_differ_by_the_rounding_of_the_unit(company):
    assert codes(save(company, figures={**SOUND, "noncurrent_assets": "400.01"})) == set()
    assert "does-not-add-up" in codes(
        save(company, figures={**SOUND, "noncurrent_assets": "400.05"}, end=date(2024, 12, 31))
    )


def test_cash_flows_that_do_not_add_up_are_only_a_warning(company):
    cash = {"investing_cash_flow": "-50", "financing_cash_flow": "10", "net_cash_change": "45"}
    statement = save(company, figures={**SOUND, **cash})
    assert codes(statement) == {"does-not-add-up"}
    actions.submit_statement(statement, by=company.finance, on=ON)


def test_risk_approves_what_finance_handed_in(company):
    statement = actions.submit_statement(save(company), by=company.finance, on=ON)
    actions.approve_statement(statement, by=company.risk, on=ON)
    assert (statement.state, statement.approved_by, statement.approved_on) == (
        StatementState.APPROVED,
        company.risk,
        ON,
    )
    acts = ["customers.save_statement", "customers.submit_statement", "customers.approve_statement"]
    assert [Entry.objects.filter(act=name).count() for name in acts] == [1, 1, 1]
    with pytest.raises(Refusal, match="已审核, 不能再改"):
        save(company, statement=statement)


def test_nobody_approves_what_he_entered_even_with_both_roles(company):
    from xinheng.org.models import Appointment

    Appointment.objects.create(person=company.finance, role="risk", since=date(2020, 1, 1))
    both = type(company.finance).objects.get(pk=company.finance.pk)
    statement = actions.submit_statement(save(company, by=both), by=both, on=ON)
    with pytest.raises(Refusal, match=r"不能审核|不能审批"):
        actions.approve_statement(statement, by=both, on=ON)
    statement.refresh_from_db()
    assert statement.state == StatementState.SUBMITTED


def test_the_database_itself_refuses_an_approval_by_who_entered(company):
    statement = save(company)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(approved_by=company.finance)


def test_a_returned_statement_is_put_right_and_comes_back(company):
    statement = actions.submit_statement(save(company), by=company.finance, on=ON)
    with pytest.raises(Refusal, match="不能再改"):
        save(company, statement=statement)
    actions.return_statement(statement, by=company.risk, on=ON, why="存货与审计报告不符")
    assert statement.state == StatementState.DRAFT
    save(company, statement=statement, figures={**SOUND, "inventory": "149"})
    kind = ContentType.objects.get_for_model(Statement)
    again = Item.objects.get(subject_type=kind, subject_id=str(statement.pk), state="open", act="correct")
    finish_item(again, by=company.finance, on=ON, outcome="done")
    statement.refresh_from_db()
    assert statement.state == StatementState.SUBMITTED
    actions.approve_statement(statement, by=company.risk, on=ON)
    assert statement.state == StatementState.APPROVED


def test_a_returned_statement_that_was_made_wrong_does_not_come_back(company):
    statement = actions.submit_statement(save(company), by=company.finance, on=ON)
    actions.return_statement(statement, by=company.risk, on=ON, why="请核对")
    save(company, statement=statement, figures={**SOUND, "equity": "1"})
    again = Item.objects.get(subject_id=str(statement.pk), state="open", act="correct")
    with pytest.raises(Refusal, match="不符, 不能提交"):
        finish_item(again, by=company.finance, on=ON, outcome="done")


def test_a_period_to_come_and_other_impossible_heads_are_refused(company):
    with pytest.raises(Refusal, match="在今天之后"):
        save(company, end=date(2026, 12, 31))
    with pytest.raises(Refusal, match="单位只能是"):
        save(company, unit=7)
    with pytest.raises(Refusal, match="一个数都没有填"):
        save(company, figures={"revenue": " "})


def test_ratios_are_those_of_the_catalogue_to_the_last_digit(company):
    """The library derives from a table by SQL, this room from one statement by Python: both from one definition."""
    odd = {**SOUND, "revenue": "1999.37", "cost_of_sales": "1500.11", "operating_cash_flow": "-33.33"}
    for number, (figures, kind, end) in enumerate(
        ((SOUND, "year", END), (odd, "year", date(2024, 12, 31)), (odd, "quarter", date(2026, 9, 30)))
    ):
        statement = save(company, figures=figures, end=end, period_kind=kind)
        known = figures_of(statement)
        columns = {"customer_id": pa.array(["1"]), "period_end": pa.array([end])}
        columns["months"] = pa.array([Decimal(statement.months)], pa.decimal128(18, 0))
        for column in (code for code in BY_CODE if code in known):
            columns[column] = pa.array([known[column]], pa.decimal128(18, 2))
        names = [one.code for one in DEFINITIONS if one.code in CATALOGUE]
        row = derive(as_of=ON, statements=pa.table(columns), names=names).table.to_pylist()[0]
        ours = {one.definition.code: one.value for one in ratios_of(statement)}
        assert len(names) >= 12
        assert {name: ours[name] for name in names} == {name: row[name] for name in names}, number


def test_a_ratio_without_its_figures_says_what_is_missing(company):
    statement = save(company, figures={"total_assets": "0", "total_liabilities": "5", "revenue": "100"})
    found = {one.definition.code: one for one in ratios_of(statement)}
    assert found["asset_liability_ratio"].value is None
    assert found["asset_liability_ratio"].why == "分母为 0 或为负"
    assert found["net_margin"].why == "缺: 净利润"
    assert "上年同期" in found["revenue_growth"].why


def test_growth_is_against_the_same_period_of_the_year_before(company):
    before = save(company, figures={**SOUND, "revenue": "1600"}, end=date(2024, 12, 31))
    half = save(company, figures=SOUND, end=date(2024, 6, 30), period_kind="half")
    now = save(company)
    found = {one.definition.code: one for one in ratios_of(now, [now, half, before])}
    assert found["revenue_growth"].value == Decimal("0.25")
    assert found["revenue_growth"].text == "25.00%"
    assert found["return_on_equity"].value == Decimal("0.27")
    assert found["receivables_days"].text == "37 天"


def test_an_expression_that_is_no_sum_is_not_worked_out():
    with pytest.raises((ValueError, KeyError)):
        evaluated("__import__('os')", {})


def test_every_account_has_a_name_and_one_place():
    assert len({account.code for account in ACCOUNTS}) == len(ACCOUNTS)
    assert len({str(account.label) for account in ACCOUNTS}) == len(ACCOUNTS)
